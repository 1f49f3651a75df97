//! nginx on port 443, with TLS and without.

use crate::authority::{Authority, NAME, Wanted};
use crate::namespace::Namespace;
use crate::openssl::{AS_WE_DO, agrees, s_client};
use crate::probe::probe_once;
use crate::servers::{nginx, pair};

#[test]
#[ignore = "needs root, nginx and openssl; .ci/run runs it"]
fn nginx_with_tls_is_probed_as_s_client_sees_it_and_without_it_is_told_as_http() {
    let mut namespace = Namespace::new("nginx");
    let dir = namespace.dir().to_owned();
    let root = Authority::root(&dir, "root", "Interop Root");
    let middle = root.intermediate("middle", Wanted::default().validity);
    middle.issue("relay", &Wanted::default());
    let (key, pem) = pair(&dir, "relay");
    let chain = dir.join("relay-chain.pem");
    let texts = [&pem, &pair(&dir, "middle").1].map(|path| std::fs::read_to_string(path).unwrap());
    std::fs::write(&chain, texts.concat()).unwrap();
    let http = format!(
        "ssl_certificate {}; ssl_certificate_key {key}; ssl_protocols TLSv1.2 TLSv1.3;\n\
         server {{ listen 127.0.1.1:443 ssl; server_name {NAME}; }}\n\
         server {{ listen 127.0.1.1:443 ssl default_server; ssl_reject_handshake on; }}\n\
         server {{ listen 127.0.1.2:443; }}\n\
         server {{ listen 127.0.1.3:443 ssl; ssl_verify_client on; ssl_client_certificate {}; }}\n",
        chain.display(),
        dir.join("root.pem").display(),
    );
    nginx(
        &mut namespace,
        &http,
        &["127.0.1.1:443", "127.0.1.2:443", "127.0.1.3:443"],
    );

    for (version, its) in [("1.2", AS_WE_DO), ("1.3", &["-tls1_3"]), ("auto", &[])] {
        let row = probe_once(&namespace, &["--address", "127.0.1.1", "--tls", version]);
        assert_eq!(
            (row["Status"].as_str(), row["remotehost"].as_str()),
            ("OK", NAME)
        );
        assert_eq!(row["chain_length"], "2");
        agrees(&s_client(&namespace, "127.0.1.1:443", its), &row);
    }

    // another name: nginx ends the handshake
    let row = probe_once(
        &namespace,
        &["--address", "127.0.1.1", "--sni", "other.example"],
    );
    let session = s_client(
        &namespace,
        "127.0.1.1:443",
        &["-servername", "other.example"],
    );
    assert_eq!(session.alert, Some(112), "{}", session.said); // RFC 6066 3: unrecognized_name
    assert_eq!(
        (row["Status"].as_str(), row["detail"].as_str()),
        ("tls-alert", "unrecognized_name")
    );

    // what nginx says to a client that speaks TLS where it speaks HTTP
    let row = probe_once(&namespace, &["--address", "127.0.1.2"]);
    let ask = "exec 3<>/dev/tcp/127.0.1.2/443; printf '\\x16\\x03\\x01\\x00\\r\\n\\r\\n' >&3; head -n 1 <&3";
    let line = namespace.output("bash", &["-c", ask]);
    assert!(line.starts_with("HTTP/1.1 400 "), "{line}");
    assert_eq!(row["Status"], "tls-not-tls", "{row:?}");
    assert_eq!(row["detail"], format!("HTTP answered: {}", line.trim()));
    assert_eq!(
        (row["failed_phase"].as_str(), row["tls_version"].as_str()),
        ("tls", "")
    );

    // nginx asks for a client certificate only on HTTP's level: the handshake is whole
    let row = probe_once(&namespace, &["--address", "127.0.1.3"]);
    assert_eq!(row["Status"], "OK", "{row:?}");
    agrees(&s_client(&namespace, "127.0.1.3:443", AS_WE_DO), &row);
}
