//! A client and a server, each in a namespace of its own, joined by a cable.

use std::fs::File;
use std::os::fd::AsFd as _;
use std::path::PathBuf;
use std::process::Command;

use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};

use crate::namespace::{Namespace, run};

/// Address of the server.
pub const SERVER: &str = "10.77.0.2";

/// Two namespaces and the cable between them.
pub struct Link {
    pub client: Namespace,
    pub server: Namespace,
}

impl Link {
    /// Lays the cable: 10.77.0.1 here, [`SERVER`] there, and nothing beyond.
    pub fn new(purpose: &str) -> Self {
        let client = Namespace::new(&format!("{purpose}-client"));
        let server = Namespace::new(&format!("{purpose}-server"));
        let (near, far) = (name(&client), name(&server));
        let cable = "link add eth0 type veth peer name eth0 netns";
        run(Command::new("ip")
            .args(["-n", &near])
            .args(cable.split(' '))
            .arg(&far));
        for (namespace, address) in [(&client, "10.77.0.1/24"), (&server, "10.77.0.2/24")] {
            namespace.output("ip", &["address", "add", address, "dev", "eth0"]);
            namespace.output("ip", &["link", "set", "eth0", "up"]);
        }
        // every rejected packet gets its message
        server.output("sysctl", &["-w", "net.ipv4.icmp_ratelimit=0"]);
        Self { client, server }
    }

    /// Has one processor take in all that comes out of the cable, in the order in which it went in:
    /// of two that each take some, the busier one is overtaken.
    pub fn keep_order(&self) {
        let one = "echo 1 > /sys/class/net/eth0/queues/rx-0/rps_cpus";
        for end in [&self.client, &self.server] {
            end.output("sh", &["-c", one]);
        }
    }
}

/// The name of a namespace, as its own commands tell it.
pub fn name(namespace: &Namespace) -> String {
    let name = namespace.output("ip", &["netns", "identify"]);
    name.trim().to_owned()
}

/// The resolv.conf of a namespace.
pub fn resolvers(namespace: &Namespace) -> PathBuf {
    PathBuf::from("/etc/netns")
        .join(name(namespace))
        .join("resolv.conf")
}

/// Loads rules for packets; `rules` stand within a table.
pub fn filter(namespace: &Namespace, rules: &str) {
    let script = format!("add table ip t\ndelete table ip t\ntable ip t {{ {rules}\n}}");
    namespace.output("nft", &[&script]);
}

/// Runs something in a namespace, on a thread of its own. Sockets and threads that it makes
/// belong to the namespace for good.
pub fn inside<T: Send>(namespace: &Namespace, work: impl FnOnce() -> T + Send) -> T {
    let file = File::open(format!("/run/netns/{}", name(namespace))).unwrap();
    std::thread::scope(|scope| {
        let thread = scope.spawn(|| {
            move_into_link_name_space(file.as_fd(), Some(LinkNameSpaceType::Network)).unwrap();
            work()
        });
        match thread.join() {
            Ok(value) => value,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}
