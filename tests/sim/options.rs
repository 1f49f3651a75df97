//! TCP options that something on the path takes away or changes: the row says what is left.

use std::time::Duration;

use crate::link::{Link, SERVER, filter};
use crate::namespace::Namespace;
use crate::path::Path;
use crate::relay;
use crate::rows::{Row, number, row};
use crate::witness::{ACK, Options, Packet, Witness, attempts};

/// The flags of ECN in a SYN and its answer (RFC 3168 section 6.1.1).
const ECE: u16 = 0x40;
const CWR: u16 = 0x80;

/// What a packet with timestamps has less room for data (RFC 7323 section 3.2).
const TIMESTAMPS: u32 = 12;

/// Probes, one for each set of rules at the server's end of the cable; each row with the SYN and
/// the answer as they were at the client's end.
fn probes(link: &Link, rules: &[&str]) -> Vec<(Row, Packet, Packet)> {
    relay::healthy(&link.server);
    let witness = Witness::watch(&link.client, "eth0");
    let rows: Vec<_> = rules
        .iter()
        .map(|rules| {
            filter(&link.server, rules);
            row(&link.client, &format!("{SERVER}:443"))
        })
        .collect();
    let attempts = attempts(&witness.packets(&link.client));
    assert_eq!(attempts.len(), rows.len());
    let handshakes = attempts.iter().map(|attempt| {
        let syn = attempt.iter().find(|packet| packet.is_syn()).unwrap();
        let answer = attempt.iter().find(|packet| packet.is_syn_ack()).unwrap();
        (syn.clone(), answer.clone())
    });
    let probes = rows.into_iter().zip(handshakes);
    probes
        .map(|(row, (syn, answer))| {
            assert_eq!(row["Status"], "OK", "{}", row["detail"]);
            // a scale that only the server knows of leaves this end a window of a few bytes; no time is
            // lost with another option
            let torn = syn.options.window_scale.is_some() && answer.options.window_scale.is_none();
            let is_told = row["explain"] == "none" || torn && row["explain"] == "slow-path";
            assert!(is_told, "{row:?}");
            (row, syn, answer)
        })
        .collect()
}

fn words(options: &[(&str, bool)]) -> String {
    let on = options.iter().filter(|(_, on)| *on).map(|(name, _)| *name);
    on.collect::<Vec<_>>().join(" ")
}

/// The row says what the witness saw: in use is what both ends announced.
fn agrees((row, syn, answer): &(Row, Packet, Packet)) {
    let (ours, theirs) = (&syn.options, &answer.options);
    let scale = theirs
        .window_scale
        .filter(|_| ours.window_scale.is_some())
        .map(|scale| scale.to_string());
    let timestamps = ours.timestamps && theirs.timestamps;
    let flags = |packet: &Packet| packet.flags.unwrap_or_default() & (ECE | CWR);
    let ecn = flags(syn) == ECE | CWR && flags(answer) == ECE;
    let used = [
        ("timestamps", timestamps),
        ("sack", ours.sack_permitted && theirs.sack_permitted),
        ("wscale", scale.is_some()),
        ("ecn", ecn),
    ];
    let offered = [
        ("timestamps", ours.timestamps),
        ("sack", ours.sack_permitted),
        ("wscale", ours.window_scale.is_some()),
        ("ecn", flags(syn) == ECE | CWR),
    ];
    assert_eq!(row["tcp_options"], words(&used));
    assert_eq!(row["tcp_options_offered"], words(&offered));
    assert_eq!(row["tcp_wscale"], scale.unwrap_or_default());
    let less = if timestamps { TIMESTAMPS } else { 0 };
    // without the option it is 536 (RFC 9293 section 3.7.1)
    let mss = theirs.mss.unwrap_or(536) - less;
    assert_eq!(row["tcp_mss"], mss.to_string());
}

/// Rules for SYNs on their way in, and for the answers on their way out.
fn of_syns(rule: &str) -> String {
    format!(
        "chain input {{ type filter hook input priority 0;
            tcp flags & (syn|ack) == syn {rule}
        }}"
    )
}

fn of_answers(rule: &str) -> String {
    format!(
        "chain output {{ type filter hook output priority 0;
            tcp flags & (syn|ack) == syn|ack {rule}
        }}"
    )
}

fn sysctl(namespace: &Namespace, setting: &str) {
    namespace.output("sysctl", &["-w", setting]);
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn where_nothing_is_taken_away_the_row_says_what_both_ends_announced() {
    let probes = probes(&Link::new("whole"), &[""]);
    agrees(&probes[0]);
    let (row, syn, _) = &probes[0];
    assert_eq!(row["tcp_options"], "timestamps sack wscale");
    assert_eq!(row["tcp_mss"], "1448");
    assert_eq!(syn.options.mss, Some(1460));
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn an_option_that_is_taken_out_of_the_syn_is_not_in_the_row_though_it_was_offered() {
    let stripped = [
        ("sack-perm", "timestamps wscale"),
        ("timestamp", "sack wscale"),
        ("window", "timestamps sack"),
    ];
    let rules = stripped.map(|(name, _)| of_syns(&format!("reset tcp option {name}")));
    let probes = probes(
        &Link::new("stripped"),
        &rules.each_ref().map(String::as_str),
    );
    for (probe, (name, left)) in probes.iter().zip(stripped) {
        agrees(probe);
        let (row, syn, _) = probe;
        assert_eq!(row["tcp_options"], left, "{name}");
        assert!(syn.options.sack_permitted && syn.options.timestamps);
        assert!(syn.options.window_scale.is_some());
    }
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn an_option_that_is_taken_out_of_the_answer_is_not_in_the_row() {
    let stripped = [
        ("sack-perm", "timestamps wscale"),
        ("timestamp", "sack wscale"),
        // the server goes on as if the client knew
        ("window", "timestamps sack"),
    ];
    let rules = stripped.map(|(name, _)| of_answers(&format!("reset tcp option {name}")));
    let probes = probes(&Link::new("answers"), &rules.each_ref().map(String::as_str));
    for (probe, (name, left)) in probes.iter().zip(stripped) {
        agrees(probe);
        assert_eq!(probe.0["tcp_options"], left, "{name}");
    }
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn where_all_options_are_taken_away_the_row_has_none_and_the_least_segment_size() {
    let all = ["sack-perm", "timestamp", "window", "maxseg"];
    let all: Vec<_> = all.map(|name| format!("reset tcp option {name}")).to_vec();
    let probes = probes(&Link::new("bare"), &[&of_answers(&all.join(" "))]);
    agrees(&probes[0]);
    let (row, _, answer) = &probes[0];
    assert_eq!(answer.options, Options::default());
    assert_eq!(
        (
            row["tcp_options"].as_str(),
            row["tcp_wscale"].as_str(),
            row["tcp_mss"].as_str()
        ),
        ("", "", "536")
    );
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn the_window_scale_is_the_servers_and_not_this_ends() {
    let link = Link::new("scale");
    sysctl(&link.server, "net.ipv4.tcp_rmem=4096 131072 262144");
    let probes = probes(&link, &[""]);
    agrees(&probes[0]);
    let (row, syn, answer) = &probes[0];
    assert_ne!(syn.options.window_scale, answer.options.window_scale);
    assert!(row["tcp_options"].contains("wscale"));
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn the_segment_size_is_what_the_answer_allows_whatever_the_syn_was_made_to() {
    let link = Link::new("clamped");
    let (of_syn, of_answer) = (
        of_syns("tcp option maxseg size set 1000"),
        of_answers("tcp option maxseg size set 1000"),
    );
    let probes = probes(&link, &[&of_syn, &of_answer]);
    probes.iter().for_each(agrees);
    assert_eq!(probes[0].0["tcp_mss"], "1448");
    assert_eq!(probes[1].0["tcp_mss"], "988");
}

/// The counterpart: the server sends smaller segments. Seen on a path, as a cable of the kernel
/// carries several in one piece.
#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_segment_size_clamped_in_the_syn_makes_the_servers_segments_small() {
    let path = Path::new("small", Duration::from_millis(1));
    let names: Vec<_> = (0..200).map(|n| format!("relay-{n}.teams.test")).collect();
    let config = relay::tls(&names);
    relay::serve(&path.server, move |stream| relay::greet(stream, &config));
    filter(&path.server, &of_syns("tcp option maxseg size set 1000"));
    let witness = Witness::watch(&path.client, "eth0");
    let row = row(&path.client, &format!("{SERVER}:443"));
    let packets = witness.packets(&path.client);
    assert_eq!(row["Status"], "OK");
    assert_eq!(number(&row, "tcp_mss"), 1448);
    let largest = packets
        .iter()
        .filter(|packet| packet.ports.0 == "443")
        .map(|packet| packet.length);
    assert_eq!(largest.max(), Some(988));
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn congestion_notification_is_in_the_row_when_both_ends_and_the_path_agree() {
    let link = Link::new("ecn");
    sysctl(&link.client, "net.ipv4.tcp_ecn=1");
    let bleached = "chain input { type filter hook input priority 0;
            tcp flags & (syn|ack) == syn tcp flags set syn
        }";
    let probes = probes(&link, &["", bleached]);
    probes.iter().for_each(agrees);
    assert_eq!(probes[0].0["tcp_options"], "timestamps sack wscale ecn");
    assert_eq!(probes[1].0["tcp_options"], "timestamps sack wscale");
    let (_, syn, answer) = &probes[1];
    assert_eq!(syn.flags.unwrap() & (ECE | CWR), ECE | CWR);
    assert_eq!(answer.flags.unwrap() & (ECE | CWR | ACK), ACK);
}
