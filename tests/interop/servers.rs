//! Real servers: bind9, also with the relays' CNAME chain, unbound, openssl s_server, nginx,
//! coturn.

use std::io::Write as _;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Child;
use std::time::Duration;

use crate::namespace::{Namespace, wait_for_text};

/// A relay of the test: name, address, certificate.
pub struct Relay {
    pub name: &'static str,
    pub address: &'static str,
    pub certificate: &'static str,
}

pub const RELAYS: &[Relay] = &[
    Relay {
        name: "a-tr-teasc-euwe-04.westeurope.cloudapp.azure.com",
        address: "10.0.1.1",
        certificate: "rsa",
    },
    Relay {
        name: "b-tr-teasc-euno-05.northeurope.cloudapp.azure.com",
        address: "10.0.1.2",
        certificate: "ecdsa",
    },
    Relay {
        name: "a-tr-teams-frcn-08.francecentral.cloudapp.azure.com",
        address: "10.0.1.3",
        certificate: "turn",
    },
];

/// bind9 with the chain of the relays, every CNAME with TTL 0.
pub fn bind9(namespace: &mut Namespace) {
    let relays: String = RELAYS
        .iter()
        .map(|relay| format!("{}. 10 IN A {}\n", relay.name, relay.address))
        .collect();
    let first = format!("worldaz.tr 0 IN CNAME {}.\n", RELAYS[0].name);
    Bind9::at("127.0.0.1")
        .zone(
            "teams.microsoft.com",
            "tr 0 IN CNAME worldaz.tr\nworldaz.tr 0 IN CNAME worldaz.tr.teams.trafficmanager.net.\n",
        )
        .zone("teams.trafficmanager.net", &first)
        .zone("cloudapp.azure.com", &relays)
        .start(namespace);
}

/// A bind9 to be.
pub struct Bind9 {
    address: String,
    zones: Vec<(String, String)>,
    config: String,
    recursion: &'static str,
}

impl Bind9 {
    /// At port 53 of the address. It resolves, but knows nothing beyond its zones.
    pub fn at(address: &str) -> Self {
        Self {
            address: address.to_owned(),
            zones: Vec::new(),
            config: String::new(),
            recursion: "recursion yes; allow-recursion { any; };",
        }
    }

    /// With a zone of these records; names without a final dot belong to it.
    pub fn zone(mut self, name: &str, records: &str) -> Self {
        self.zones.push((name.to_owned(), records.to_owned()));
        self
    }

    /// It answers from its zones and refuses everything else.
    pub fn without_recursion(mut self) -> Self {
        self.recursion = "recursion no;";
        self
    }

    /// With further statements of named.conf.
    pub fn config(mut self, statements: &str) -> Self {
        self.config.push_str(statements);
        self
    }

    /// Starts it and gives its log, in which every query is a line with `: query: `.
    pub fn start(self, namespace: &mut Namespace) -> PathBuf {
        let dir = namespace.dir().join(format!("named-{}", self.address));
        std::fs::create_dir(&dir).unwrap();
        let mut config = format!(
            "options {{ directory \"{0}\"; pid-file \"{0}/named.pid\"; session-keyfile \"{0}/key\";\n\
             {1}{3} dnssec-validation no;\n\
             empty-zones-enable no; querylog yes; }};\ncontrols {{ }};\n{2}\n",
            dir.display(),
            self.listen(),
            self.config,
            self.recursion
        );
        for (zone, records) in &self.zones {
            let file = dir.join(format!("{zone}.zone"));
            let soa =
                "@ 36 IN SOA ns.invalid. host.invalid. 1 60 60 60 36\n@ 36 IN NS localhost.\n";
            std::fs::write(&file, format!("$TTL 36\n{soa}{records}")).unwrap();
            config.push_str(&format!(
                "zone \"{zone}\" {{ type primary; file \"{}\"; check-names ignore; \
                 allow-update {{ 127.0.0.0/8; }}; }};\n",
                file.display()
            ));
        }
        if !self.address.contains(':') {
            namespace.add_address(&self.address);
        }
        let file = dir.join("named.conf");
        std::fs::write(&file, config).unwrap();
        let log = dir.join("named.log");
        namespace.start("named", &["-g", "-c", file.to_str().unwrap()], &log);
        wait_for_text(&log, " running\n");
        for (zone, _) in &self.zones {
            wait_for_text(&log, &format!("zone {zone}/IN: loaded serial"));
        }
        let ip: IpAddr = self.address.parse().unwrap();
        namespace.wait_for(&SocketAddr::new(ip, 53).to_string());
        log
    }

    fn listen(&self) -> String {
        if self.address.contains(':') {
            format!(
                "listen-on {{ none; }}; listen-on-v6 {{ {}; }}; ",
                self.address
            )
        } else {
            format!(
                "listen-on {{ {}; }}; listen-on-v6 {{ none; }}; ",
                self.address
            )
        }
    }
}

/// Queries for the name, or all if it is empty, that a bind9's log tells of.
pub fn queries(log: &Path, name: &str) -> usize {
    let text = String::from_utf8_lossy(&std::fs::read(log).unwrap()).into_owned();
    text.lines()
        .filter(|line| line.contains(&format!(": query: {name}")))
        .count()
}

/// unbound at port 53 of 127.0.0.1, without validation, that asks the bind9 at the address for
/// the zones. `unbound-control -c FILE` with the file that is given speaks to it.
pub fn unbound(namespace: &mut Namespace, behind: &str, zones: &[&str]) -> PathBuf {
    let dir = namespace.dir().join("unbound");
    std::fs::create_dir(&dir).unwrap();
    let mut config = format!(
        "server:\n interface: 127.0.0.1\n access-control: 127.0.0.0/8 allow\n \
         do-not-query-localhost: no\n module-config: \"iterator\"\n chroot: \"\"\n \
         username: \"\"\n directory: \"{0}\"\n pidfile: \"{0}/pid\"\n use-syslog: no\n \
         do-daemonize: no\n num-threads: 1\n verbosity: 1\n \
         remote-control:\n control-enable: yes\n control-interface: {0}/control\n \
         control-use-cert: no\n",
        dir.display()
    );
    for zone in zones {
        config.push_str(&format!(
            "stub-zone:\n name: \"{zone}\"\n stub-addr: {behind}\n"
        ));
    }
    let file = dir.join("unbound.conf");
    std::fs::write(&file, config).unwrap();
    let log = dir.join("unbound.log");
    namespace.start("unbound", &["-d", "-c", file.to_str().unwrap()], &log);
    wait_for_text(&log, "start of service");
    file
}

/// Queries that the unbound with this configuration got so far.
pub fn unbound_queries(namespace: &Namespace, file: &Path) -> u64 {
    let args = ["-c", file.to_str().unwrap(), "stats_noreset"];
    let said = namespace.output("unbound-control", &args);
    let count = said
        .lines()
        .find_map(|line| line.strip_prefix("total.num.queries="))
        .unwrap();
    count.parse().unwrap()
}

/// Turns the last CNAME to another relay again and again, as the real service does.
pub struct Rotation {
    nsupdate: Child,
    next: usize,
}

impl Rotation {
    pub fn start(namespace: &Namespace) -> Self {
        Self {
            nsupdate: namespace.start_piped("nsupdate", &[]),
            next: 0,
        }
    }

    pub fn turn(&mut self) {
        let name = "worldaz.tr.teams.trafficmanager.net";
        self.next = (self.next + 1) % RELAYS.len();
        let update = format!(
            "server 127.0.0.1\nupdate delete {name} CNAME\nupdate add {name} 0 CNAME {}.\nsend\n",
            RELAYS[self.next].name
        );
        self.nsupdate
            .stdin
            .as_mut()
            .unwrap()
            .write_all(update.as_bytes())
            .unwrap();
        std::thread::sleep(Duration::from_millis(120));
    }
}

impl Drop for Rotation {
    fn drop(&mut self) {
        let _ = self.nsupdate.kill();
        let _ = self.nsupdate.wait();
    }
}

/// `openssl s_server`, TLS 1.2 only, on port 443 of a relay.
pub fn openssl(namespace: &mut Namespace, relay: &Relay) {
    let (key, pem) = pair(namespace.dir(), relay.certificate);
    let listen = format!("{}:443", relay.address);
    s_server(
        namespace,
        &listen,
        &["-tls1_2", "-key", &key, "-cert", &pem],
    );
    namespace.wait_for(&listen);
}

/// Starts an `openssl s_server` with these options and does not wait for it.
pub fn s_server(namespace: &mut Namespace, listen: &str, options: &[&str]) {
    // -www: it reads requests and not its standard input
    let args = [&["s_server", "-www", "-accept", listen], options].concat();
    let log = namespace.dir().join(format!("s_server-{listen}.log"));
    namespace.start("openssl", &args, &log);
}

/// nginx with these statements in its `http` block; it is ready when it listens.
pub fn nginx(namespace: &mut Namespace, http: &str, listen: &[&str]) {
    let dir = namespace.dir().join("nginx");
    std::fs::create_dir(&dir).unwrap();
    let config = format!(
        "daemon off; master_process off; pid {0}/pid; error_log stderr info;\n\
         events {{ worker_connections 64; }}\n\
         http {{ access_log off; client_body_temp_path {0}/body; proxy_temp_path {0}/proxy;\n\
         fastcgi_temp_path {0}/fastcgi; uwsgi_temp_path {0}/uwsgi; scgi_temp_path {0}/scgi;\n\
         {http} }}\n",
        dir.display()
    );
    let file = dir.join("nginx.conf");
    std::fs::write(&file, config).unwrap();
    let args = [
        "-e",
        "stderr",
        "-p",
        dir.to_str().unwrap(),
        "-c",
        file.to_str().unwrap(),
    ];
    namespace.start("nginx", &args, &dir.join("nginx.log"));
    for address in listen {
        namespace.wait_for(address);
    }
}

/// coturn with TLS on port 443 of a relay, and UDP on 3478.
pub fn coturn(namespace: &mut Namespace, relay: &Relay) {
    coturn_with(namespace, relay, &[]);
}

/// The same with further options.
pub fn coturn_with(namespace: &mut Namespace, relay: &Relay, options: &[&str]) {
    let dir = namespace.dir();
    let (key, pem) = pair(dir, relay.certificate);
    let log = dir.join("turn.log");
    let database = dir.join("turndb");
    let pid = dir.join("turn.pid");
    let args = [
        "-n",
        "--realm=rtcmedia",
        "--no-cli",
        "--tls-listening-port=443",
        "--listening-ip",
        relay.address,
        "--relay-ip",
        relay.address,
        "--cert",
        &pem,
        "--pkey",
        &key,
        "--no-tlsv1",
        "--no-tlsv1_1",
        "--log-file=stdout",
        "--db",
        database.to_str().unwrap(),
        "--pidfile",
        pid.to_str().unwrap(),
        "--allow-loopback-peers",
    ];
    let login: &[&str] = match options {
        ["--no-auth"] => &[],
        _ => &["--lt-cred-mech", "--user=nobody:nothing"],
    };
    namespace.start("turnserver", &[&args[..], login, options].concat(), &log);
    namespace.wait_for(&format!("{}:443", relay.address));
}

/// Key and certificate of this name.
pub fn pair(dir: &Path, name: &str) -> (String, String) {
    let path = |ending| dir.join(format!("{name}.{ending}")).display().to_string();
    (path("key"), path("pem"))
}
