//! `explain`: the cause that a test made is the one that the row names, again and again.

use std::io::Read as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use crate::link::{Link, SERVER, filter};
use crate::lost::{LOSES_ANSWER, LOSES_FIRST, LOSES_TWO};
use crate::relay;
use crate::rows::{Row, parse, rows, turnprobe};

const LOSES_THREE: &str = "set once { type inet_service; flags dynamic; }
    set twice { type inet_service; flags dynamic; }
    set thrice { type inet_service; flags dynamic; }
    chain input { type filter hook input priority 0;
        tcp flags & (syn|ack) == syn tcp sport != @once add @once { tcp sport } drop
        tcp flags & (syn|ack) == syn tcp sport != @twice add @twice { tcp sport } drop
        tcp flags & (syn|ack) == syn tcp sport != @thrice add @thrice { tcp sport } drop
    }";

/// So many probes, many at a time, while the server's end has the rules.
fn probes(purpose: &str, rules: &str, count: usize, concurrency: usize) -> Vec<Row> {
    let link = Link::new(purpose);
    relay::healthy(&link.server);
    filter(&link.server, rules);
    let arguments = format!("{SERVER}:443 -n {count} -i 0 --concurrency {concurrency}");
    let rows = rows(&link.client, &arguments);
    assert_eq!(rows.len(), count);
    rows
}

fn explanations(rows: &[Row], expected: &str) -> usize {
    rows.iter().filter(|row| row["explain"] == expected).count()
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn with_k_lost_syns_the_count_is_exact_in_200_of_200_probes_and_explains_them() {
    for (purpose, rules, lost) in [
        ("k1", LOSES_FIRST, "1"),
        ("k2", LOSES_TWO, "2"),
        ("k3", LOSES_THREE, "3"),
        ("k1-answer", LOSES_ANSWER, "1"),
    ] {
        let rows = probes(purpose, rules, 200, 64);
        let exact = rows.iter().filter(|row| row["tcp_syn_retransmits"] == lost);
        assert_eq!(exact.count(), 200, "{purpose}");
        let right = explanations(&rows, "lost-syn");
        assert!(right >= 198, "{purpose}: {right} of 200");
    }
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_clean_path_needs_no_explanation_in_100_of_100_probes() {
    assert_eq!(explanations(&probes("clean", "", 100, 2), "none"), 100);
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_server_that_thinks_for_300_ms_is_a_slow_server() {
    let link = Link::new("thinks");
    let config = relay::tls(&["tr.teams.microsoft.com".to_owned()]);
    relay::serve(&link.server, move |stream| {
        std::thread::sleep(Duration::from_millis(300));
        relay::greet(stream, &config);
    });
    let rows = rows(
        &link.client,
        &format!("{SERVER}:443 -n 20 -i 0 --concurrency 4"),
    );
    assert_eq!(explanations(&rows, "slow-server"), 20);
}

/// The server stops the program, answers, and lets it go on after so long.
#[test]
#[ignore = "needs root, nftables and tshark"]
fn bytes_that_lie_in_the_kernel_while_the_program_stands_still_are_a_local_delay() {
    let link = Link::new("stands-still");
    let config = relay::tls(&["tr.teams.microsoft.com".to_owned()]);
    let pid = Arc::new(AtomicU32::new(0));
    let stopped = Arc::clone(&pid);
    relay::serve(&link.server, move |stream| {
        let mut hello = [0; 1];
        stream.peek(&mut hello).unwrap();
        let pid = stopped.load(Ordering::Acquire).to_string();
        let signal = |name: &str| {
            let status = std::process::Command::new("kill")
                .args([name, &pid])
                .status();
            assert!(status.unwrap().success());
        };
        signal("-STOP");
        let (resumed, config) = (pid.clone(), Arc::clone(&config));
        std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(400));
            let _ = std::process::Command::new("kill")
                .args(["-CONT", &resumed])
                .status();
        });
        relay::greet(stream, &config);
    });
    let mut child = turnprobe(&link.client, &format!("{SERVER}:443 -n 1 --format csv -q"))
        .spawn()
        .unwrap();
    // `ip netns exec` becomes the program itself
    pid.store(child.id(), Ordering::Release);
    let mut text = String::new();
    child
        .stdout
        .take()
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    child.wait().unwrap();
    let rows = parse(&text);
    assert_eq!(rows[0]["explain"], "local-delay", "{:?}", rows[0]);
}
