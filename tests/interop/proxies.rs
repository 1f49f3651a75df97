//! Real proxies: squid, tinyproxy, microsocks.

use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use crate::namespace::{Namespace, run};
use crate::servers::pair;

/// Who may sign in where that is wanted.
pub const USER: &str = "somebody";
pub const PASSWORD: &str = "p@ss:w/rd";
/// For tinyproxy, whose configuration takes nothing else.
pub const PLAIN_PASSWORD: &str = "Passw0rd";

/// squid without a cache: an open port, one with a sign-in, and one inside TLS with the certificate of this name. It
/// forbids the way to `forbidden.example`.
pub fn squid(namespace: &mut Namespace, certificate: &str) {
    let dir = namespace.dir().join("squid");
    std::fs::create_dir(&dir).unwrap();
    // it goes on as a user of its own
    for folder in [namespace.dir(), &dir] {
        let all = std::fs::Permissions::from_mode(0o777);
        std::fs::set_permissions(folder, all).unwrap();
    }
    let hashed = run(Command::new("openssl").args(["passwd", "-apr1", PASSWORD]));
    let hashed = String::from_utf8(hashed.stdout).unwrap();
    std::fs::write(dir.join("passwd"), format!("{USER}:{hashed}")).unwrap();
    let (key, pem) = pair(namespace.dir(), certificate);
    let config = format!(
        "http_port 127.0.0.1:3128 name=open\nhttp_port 127.0.0.1:3130 name=signed\n\
         https_port 127.0.0.1:3129 name=secure tls-cert={pem} tls-key={key}\n\
         auth_param basic program /usr/lib/squid/basic_ncsa_auth {0}/passwd\n\
         auth_param basic realm a, b\n\
         acl signed myportname signed\nacl users proxy_auth REQUIRED\n\
         acl forbidden dstdomain forbidden.example\n\
         http_access deny forbidden\nhttp_access deny signed !users\nhttp_access allow all\n\
         cache deny all\naccess_log stdio:{0}/access.log\ncache_log {0}/cache.log\n\
         coredump_dir {0}\npid_filename {0}/pid\nshutdown_lifetime 0 seconds\n\
         dns_nameservers 127.0.0.1\nvisible_hostname proxy.example\n",
        dir.display()
    );
    let file = dir.join("squid.conf");
    std::fs::write(&file, config).unwrap();
    let args = ["-N", "-f", file.to_str().unwrap()];
    namespace.start("squid", &args, &dir.join("squid.log"));
    for port in [3128, 3129, 3130] {
        namespace.wait_for(&format!("127.0.0.1:{port}"));
    }
}

/// tinyproxy at port 8888, and one with a sign-in at 8889.
pub fn tinyproxy(namespace: &mut Namespace) {
    for (port, more) in [
        (8888, String::new()),
        (8889, format!("BasicAuth {USER} {PLAIN_PASSWORD}\n")),
    ] {
        let file = namespace.dir().join(format!("tinyproxy-{port}.conf"));
        let config = format!("Port {port}\nListen 127.0.0.1\nTimeout 60\nConnectPort 443\n{more}");
        std::fs::write(&file, config).unwrap();
        let log = file.with_extension("log");
        namespace.start("tinyproxy", &["-d", "-c", file.to_str().unwrap()], &log);
        namespace.wait_for(&format!("127.0.0.1:{port}"));
    }
}

/// microsocks at port 1080, and one with a sign-in at 1081.
pub fn microsocks(namespace: &mut Namespace) {
    for (port, more) in [("1080", &[][..]), ("1081", &["-u", USER, "-P", PASSWORD])] {
        let args = [&["-i", "127.0.0.1", "-p", port], more].concat();
        let log = namespace.dir().join(format!("microsocks-{port}.log"));
        namespace.start("microsocks", &args, &log);
        namespace.wait_for(&format!("127.0.0.1:{port}"));
    }
}
