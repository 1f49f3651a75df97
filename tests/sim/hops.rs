//! The distance in hops, over routers that are known.

use std::process::Command;

use crate::bursts::answer_bindings;
use crate::link::filter;
use crate::namespace::{Namespace, run};
use crate::rows::row;

/// A client and a server with so many routers between them.
struct Way {
    places: Vec<Namespace>,
}

impl Way {
    /// Cable n lies in 10.78.n.0/24, .1 at its near and .2 at its far end.
    fn new(purpose: &str, routers: usize) -> Self {
        let places: Vec<_> = (0..routers + 2)
            .map(|place| Namespace::new(&format!("{purpose}-{place}")))
            .collect();
        let name = |place: &Namespace| {
            let name = place.output("ip", &["netns", "identify"]);
            name.trim().to_owned()
        };
        for cable in 0..=routers {
            let (near, far) = (&places[cable], &places[cable + 1]);
            run(Command::new("ip")
                .args(["-n", &name(near), "link", "add", "right", "type", "veth"])
                .args(["peer", "name", "left", "netns", &name(far)]));
            for (place, end, address) in [
                (near, "right", format!("10.78.{cable}.1/24")),
                (far, "left", format!("10.78.{cable}.2/24")),
            ] {
                place.output("ip", &["address", "add", &address, "dev", end]);
                place.output("ip", &["link", "set", end, "up"]);
            }
        }
        for (number, place) in places.iter().enumerate() {
            place.output("sysctl", &["-w", "net.ipv4.ip_forward=1"]);
            // what lies to the right by the right end, all else by the left one
            for cable in 0..=routers {
                let net = format!("10.78.{cable}.0/24");
                if cable > number {
                    let via = format!("10.78.{number}.2");
                    place.output("ip", &["route", "add", &net, "via", &via]);
                } else if cable + 1 < number {
                    let via = format!("10.78.{}.1", number - 1);
                    place.output("ip", &["route", "add", &net, "via", &via]);
                }
            }
        }
        Self { places }
    }

    fn server(&self) -> String {
        format!("10.78.{}.2", self.places.len() - 2)
    }
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn the_lowest_time_to_live_that_gets_an_answer_is_the_number_of_routers_and_one() {
    for routers in [0, 3] {
        let way = Way::new(&format!("hops{routers}"), routers);
        answer_bindings(way.places.last().unwrap());
        let line = format!("{} --burst 50/s --for 1s --hops", way.server());
        // "time exceeded" comes back from each router, or from none
        for rules in [
            "",
            "chain input { type filter hook input priority 0; ip protocol icmp drop
}",
        ] {
            filter(&way.places[0], rules);
            let row = row(&way.places[0], &line);
            assert_eq!(row["hops"], (routers + 1).to_string(), "{rules}");
            assert_eq!(row["lost"], "0");
        }
    }
}
