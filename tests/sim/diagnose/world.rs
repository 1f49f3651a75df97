//! A client, its router, and an internet behind it: name server, two relays, Microsoft's page and the control name, each in
//! their own network. Relays are the lab's, at addresses of the published ranges and at their real ports.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, Ipv6Addr, TcpListener, TcpStream};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use turnprobe::clock::Wall;
use turnprobe::lab::{Fault, Lab, LabOptions};

use super::late::{self, Cable, Late};
use crate::link::{inside, name, resolvers};
use crate::name_server::{address, alias, message, serve};
use crate::namespace::{Namespace, run};

/// The relays: in 52.112.0.0/14, as the published list has it.
pub const RELAYS: [Ipv4Addr; 2] = [
    Ipv4Addr::new(52, 112, 100, 1),
    Ipv4Addr::new(52, 114, 200, 2),
];

/// Another relay of the first one's region; no name leads to it unless a test says so.
pub const SAME_REGION: Ipv4Addr = Ipv4Addr::new(52, 112, 100, 9);

/// Where Microsoft's page, the control name and the second name server stand; none of them in the relays' ranges.
pub const PAGE: Ipv4Addr = Ipv4Addr::new(13, 107, 4, 52);
pub const CONTROL: Ipv4Addr = Ipv4Addr::new(20, 190, 1, 1);
pub const NAME_SERVER: Ipv4Addr = Ipv4Addr::new(10, 78, 0, 2);
pub const OTHER_SERVER: Ipv4Addr = Ipv4Addr::new(9, 9, 9, 9);

/// The router, on the client's side.
pub const ROUTER: &str = "10.77.0.254";

/// Regions of the relays, each with its name in the chain.
const REGIONS: [&str; 2] = ["westeurope", "northeurope"];

/// What a name server says of a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Says {
    /// These addresses, at the end of the chain of a relay.
    Relays(Vec<Ipv4Addr>),
    /// An error of that number.
    Error(u8),
    /// These addresses, after so long.
    Late(Duration, Vec<Ipv4Addr>),
    /// Nothing, whatever name is asked for.
    Silence,
}

pub struct World {
    pub client: Namespace,
    pub router: Namespace,
    pub internet: Namespace,
    /// What the system's name server says of the relays' names.
    pub says: Arc<Mutex<Says>>,
    /// What the other one says.
    pub other_says: Arc<Mutex<Says>>,
    /// What every name server says of IPv6, of whatever name.
    pub says_v6: Arc<Mutex<Option<Ipv6Addr>>>,
    /// What port 80 answers.
    pub page: Arc<Mutex<String>>,
    pub roots: Vec<Vec<u8>>,
    lab: Lab,
    _late: Option<Cable>,
}

impl World {
    /// One in which everything works.
    pub fn new(purpose: &str) -> Self {
        Self::with_faults(purpose, &[])
    }

    /// One whose relays have these faults.
    pub fn with_faults(purpose: &str, faults: &[Fault]) -> Self {
        Self::with(purpose, faults, true, None)
    }

    /// One in which something else listens on port 443 of the relays and of the control name.
    pub fn without_tls(purpose: &str) -> Self {
        Self::with(purpose, &[], false, None)
    }

    /// One in which packets behind the router arrive so late.
    pub fn with_delays(purpose: &str, late: Late) -> Self {
        Self::with(purpose, &[], true, Some(late))
    }

    fn with(purpose: &str, faults: &[Fault], has_tls: bool, late: Option<Late>) -> Self {
        let client = Namespace::new(&format!("{purpose}-c"));
        let router = Namespace::new(&format!("{purpose}-r"));
        let internet = Namespace::new(&format!("{purpose}-i"));
        cable((&client, "eth0"), (&router, "eth0"));
        let ends = ((&router, "eth1"), (&internet, "eth0"));
        let late = late.map(|late| late::lay(ends.0, ends.1, late));
        if late.is_none() {
            cable(ends.0, ends.1);
        }
        let ip = |namespace: &Namespace, line: &str| {
            namespace.output("ip", &line.split(' ').collect::<Vec<_>>());
        };
        ip(&client, "address add 10.77.0.1/24 dev eth0");
        ip(&client, "route add default via 10.77.0.254");
        ip(&router, "address add 10.77.0.254/24 dev eth0");
        ip(&router, "address add 10.78.0.1/24 dev eth1");
        ip(&router, "route add default via 10.78.0.2");
        ip(&internet, "address add 10.78.0.2/24 dev eth0");
        ip(&internet, "route add 10.77.0.0/24 via 10.78.0.1");
        // what is nowhere is silent
        ip(&internet, "route add blackhole default");
        for own in [
            RELAYS[0],
            RELAYS[1],
            SAME_REGION,
            PAGE,
            CONTROL,
            OTHER_SERVER,
        ] {
            ip(&internet, &format!("address add {own}/32 dev eth0"));
        }
        for namespace in [&router, &internet] {
            for setting in [
                "ip_forward=1",
                "icmp_ratelimit=0",
                "icmp_msgs_per_sec=10000",
            ] {
                namespace.output("sysctl", &["-qw", &format!("net.ipv4.{setting}")]);
            }
        }
        internet.output("sysctl", &["-qw", "net.ipv4.conf.eth0.route_localnet=1"]);
        let options = LabOptions {
            faults: faults.to_vec(),
            delays: false,
            ..LabOptions::default()
        };
        let lab = inside(&internet, || Lab::start(options, &Wall::system()).unwrap());
        lead_to(&internet, lab.port(), has_tls);
        let says = Arc::new(Mutex::new(Says::Relays(RELAYS.to_vec())));
        let other_says = Arc::new(Mutex::new(Says::Relays(RELAYS.to_vec())));
        let says_v6 = Arc::new(Mutex::new(None));
        names(&internet, NAME_SERVER, &says, &says_v6);
        names(&internet, OTHER_SERVER, &other_says, &says_v6);
        let page = Arc::new(Mutex::new(good_page()));
        pages(&internet, &page);
        std::fs::write(resolvers(&client), format!("nameserver {NAME_SERVER}\n")).unwrap();
        Self {
            client,
            router,
            internet,
            says,
            other_says,
            says_v6,
            page,
            roots: lab.roots().iter().map(|root| root.to_vec()).collect(),
            lab,
            _late: late,
        }
    }

    /// The one port of the lab's relays, within the internet.
    pub fn lab_port(&self) -> u16 {
        self.lab.port()
    }

    /// Gives the client an IPv6 network and a way out, by the router.
    pub fn with_v6(&self) {
        let ip = |namespace: &Namespace, line: &str| {
            namespace.output("ip", &line.split(' ').collect::<Vec<_>>());
        };
        for (namespace, interface, address) in [
            (&self.client, "eth0", "fd00:77::1/64"),
            (&self.router, "eth0", "fd00:77::fe/64"),
            (&self.router, "eth1", "fd00:78::1/64"),
            (&self.internet, "eth0", "fd00:78::2/64"),
        ] {
            ip(
                namespace,
                &format!("address add {address} dev {interface} nodad"),
            );
        }
        self.router
            .output("sysctl", &["-qw", "net.ipv6.conf.all.forwarding=1"]);
        ip(&self.client, "-6 route add default via fd00:77::fe");
        ip(&self.router, "-6 route add default via fd00:78::2");
        ip(&self.internet, "-6 route add fd00:77::/64 via fd00:78::1");
        ip(&self.internet, "-6 route add blackhole default");
    }

    /// A proxy that answers every CONNECT with this status; its URL.
    pub fn proxy(&self, status: &'static str) -> String {
        let place = format!("{NAME_SERVER}:3128");
        let listener = inside(&self.internet, || TcpListener::bind(&place).unwrap());
        std::thread::spawn(move || {
            for mut stream in listener.incoming().map_while(Result::ok) {
                let mut request = [0; 2048];
                let _ = stream.read(&mut request);
                let _ = stream.write_all(format!("HTTP/1.1 {status}\r\n\r\n").as_bytes());
            }
        });
        format!("http://{place}")
    }

    /// A proxy that leads every CONNECT to the first relay; its URL.
    pub fn tunnel(&self) -> String {
        let place = format!("{NAME_SERVER}:3129");
        let port = self.lab_port();
        inside(&self.internet, || {
            let listener = TcpListener::bind(&place).unwrap();
            std::thread::spawn(move || {
                for client in listener.incoming().map_while(Result::ok) {
                    let _ = lead_on(client, port);
                }
            });
        });
        format!("http://{place}")
    }

    /// Rules for what the client gets.
    pub fn at_client_in(&self, rules: &str) {
        let chain = format!("chain input {{ type filter hook input priority 0; {rules}\n}}");
        crate::link::filter(&self.client, &chain);
    }

    /// Rules for what the router forwards.
    pub fn at_router(&self, rules: &str) {
        let chain = format!("chain forward {{ type filter hook forward priority 0; {rules}\n}}");
        crate::link::filter(&self.router, &chain);
    }

    /// Rules for what the client sends.
    pub fn at_client(&self, rules: &str) {
        let chain = format!("chain output {{ type filter hook output priority 0; {rules}\n}}");
        crate::link::filter(&self.client, &chain);
    }
}

/// Microsoft's page, by this machine's own clock.
pub fn good_page() -> String {
    let now = Wall::system().now().format("%a, %d %b %Y %H:%M:%S GMT");
    format!(
        "HTTP/1.1 200 OK\r\nDate: {now}\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\nMicrosoft Connect Test"
    )
}

/// Answers a CONNECT and copies between the client and the first relay.
fn lead_on(mut client: TcpStream, port: u16) -> std::io::Result<()> {
    let _ = client.read(&mut [0; 2048])?;
    let relay = TcpStream::connect((Ipv4Addr::new(127, 0, 0, 21), port))?;
    client.write_all(b"HTTP/1.1 200 OK\r\n\r\n")?;
    for (mut from, mut to) in [(client.try_clone()?, relay.try_clone()?), (relay, client)] {
        std::thread::spawn(move || {
            let _ = std::io::copy(&mut from, &mut to);
            let _ = to.shutdown(std::net::Shutdown::Write);
        });
    }
    Ok(())
}

fn cable(one: (&Namespace, &str), other: (&Namespace, &str)) {
    run(Command::new("ip")
        .args([
            "-n",
            &name(one.0),
            "link",
            "add",
            one.1,
            "type",
            "veth",
            "peer",
            "name",
            other.1,
            "netns",
        ])
        .arg(name(other.0)));
    for (namespace, interface) in [one, other] {
        namespace.output("ip", &["link", "set", interface, "up"]);
    }
}

/// Leads the relays' real ports to those of the lab, each address to its own relay.
fn lead_to(internet: &Namespace, port: u16, has_tls: bool) {
    let mut rules = String::new();
    for (index, own) in [RELAYS[0], RELAYS[1], CONTROL, SAME_REGION]
        .iter()
        .enumerate()
    {
        let lab = format!("127.0.0.{}:{port}", 21 + index);
        if has_tls {
            let _ = writeln!(rules, "ip daddr {own} tcp dport 443 dnat to {lab}");
        }
        let _ = writeln!(
            rules,
            "ip daddr {own} udp dport {{ 443, 3478-3481 }} dnat to {lab}"
        );
    }
    let table = format!(
        "table ip lab {{ chain in {{ type nat hook prerouting priority -100; {rules}\n}}\n}}"
    );
    internet.output("nft", &[&table]);
}

/// The names that the program asks for.
fn names(
    internet: &Namespace,
    own: Ipv4Addr,
    says: &Arc<Mutex<Says>>,
    says_v6: &Arc<Mutex<Option<Ipv6Addr>>>,
) {
    let (says, says_v6) = (Arc::clone(says), Arc::clone(says_v6));
    let count = Mutex::new(0_usize);
    let reply = move |query: &[u8]| {
        if crate::name_server::asks_for_v6(query) {
            let found = says_v6.lock().unwrap().map(crate::name_server::address6);
            return message(query, 0, found.as_slice());
        }
        if *says.lock().unwrap() == Says::Silence {
            return Vec::new();
        }
        let text = String::from_utf8_lossy(&query[12..]).to_ascii_lowercase();
        let others = BTreeMap::from([("msftconnecttest", PAGE), ("microsoftonline", CONTROL)]);
        if let Some((_, found)) = others.iter().find(|(name, _)| text.contains(*name)) {
            return answer(query, 0, &[address(*found)]);
        }
        // teams.microsoft.com itself, and not a relay's name below it
        if query[12] == 5 {
            return answer(query, 0, &[address(CONTROL)]);
        }
        match &*says.lock().unwrap() {
            Says::Silence => Vec::new(),
            Says::Error(code) => answer(query, *code, &[]),
            Says::Late(late, all) => {
                std::thread::sleep(*late);
                answer(query, 0, &chain(REGIONS[0], all[0]))
            }
            Says::Relays(all) => {
                let mut count = count.lock().unwrap();
                *count += 1;
                let chosen = all[*count % all.len()];
                let region = RELAYS
                    .iter()
                    .position(|relay| *relay == chosen)
                    .unwrap_or(0);
                answer(query, 0, &chain(REGIONS[region], chosen))
            }
        }
    };
    serve(internet, &own.to_string(), reply, |_, _| {});
}

/// The CNAME of a relay in a region, and its address.
fn chain(region: &str, address: Ipv4Addr) -> Vec<Vec<u8>> {
    let mut target = Vec::new();
    for label in ["relay-1", region, "cloudapp", "azure", "com"] {
        target.push(u8::try_from(label.len()).unwrap());
        target.extend(label.as_bytes());
    }
    target.push(0);
    let record = crate::name_server::record(&target, 1, &address.octets());
    vec![alias(&[0xc0, 12], &target), record]
}

/// An answer with a code.
fn answer(query: &[u8], code: u8, records: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = message(query, 0, records);
    bytes[3] |= code;
    bytes
}

/// What answers on port 80 of every address.
fn pages(internet: &Namespace, page: &Arc<Mutex<String>>) {
    let listener = inside(internet, || TcpListener::bind("0.0.0.0:80").unwrap());
    let page = Arc::clone(page);
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let page = page.lock().unwrap().clone();
            std::thread::spawn(move || {
                let mut request = [0; 1024];
                let _ = stream.read(&mut request);
                let _ = stream.write_all(page.as_bytes());
            });
        }
    });
}
