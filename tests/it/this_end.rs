//! This end of the connection: what can be asked of it, and what the kernel tells at its end.

#[cfg(target_os = "linux")]
use turnprobe::record::FastOpen;

use crate::command::{Rows, on_wine, run};

/// The rows of a run with these arguments in the lab.
fn lab(arguments: &str) -> Rows {
    let said = run(&format!("probe --lab --format csv -q {arguments}")).ended(0);
    Rows::of(&said.stdout)
}

#[cfg(target_os = "linux")]
fn number(cell: &str) -> u64 {
    cell.parse()
        .unwrap_or_else(|_| panic!("{cell:?} is no number"))
}

#[test]
fn a_source_address_is_the_one_that_is_used() {
    for transport in ["tls", "udp", "pseudo-tls"] {
        let rows = lab(&format!("-n 1 --source 127.0.0.1 --transport {transport}"));
        assert_eq!(rows.column("local_ip"), ["127.0.0.1"], "{transport}");
    }
}

#[test]
fn what_this_end_cannot_do_is_told_before_anything_is_measured() {
    // RFC 5737 and RFC 3849: addresses of examples
    // Wine binds to any address instead
    if !on_wine() {
        let run = run("probe -n 1 --source 192.0.2.1");
        let said = "--source 192.0.2.1: no address of this machine";
        assert!(
            run.code == Some(2) && run.stderr.contains(said),
            "{}",
            run.stderr
        );
    }
    #[rustfmt::skip]
    let cases = [
        ("--source 192.0.2.1 -6", "-6 contradicts --source 192.0.2.1"),
        ("--source ::1 127.0.0.1", "--source ::1 does not match the address 127.0.0.1"),
        ("--source 192.0.2.1 --lab", "the lab has only loopback addresses"),
        ("--dscp 64", "give 0 to 63, EF, LE, CS0 to CS7, or AF11 to AF43"),
        ("--receive-buffer 1", "give a whole number from 1024 to 1073741824"),
        (
            "--fast-open --transport udp",
            "--fast-open does nothing with --transport udp, as no TLS handshake is done: give --transport tls",
        ),
        (
            "--congestion reno --transport udp",
            "--congestion does nothing with --transport udp, as nothing goes over TCP",
        ),
        (
            "--receive-buffer 65536 --burst 50/s",
            "--receive-buffer does nothing with --burst: leave one of them out",
        ),
        ("--fast-open --watch", "--fast-open does nothing with --watch: leave one of them out"),
    ];
    for (arguments, said) in cases {
        let run = run(&format!("probe -n 1 {arguments}"));
        assert_eq!(run.code, Some(2), "{arguments}: {}", run.stderr);
        assert!(run.stderr.contains(said), "{arguments}: {}", run.stderr);
    }
    let said = run("probe --lab -n 1 --congestion nosuch").stderr;
    let expected = if cfg!(target_os = "linux") {
        "--congestion nosuch: no such algorithm; this system has "
    } else {
        "--congestion works on Linux only; leave it out"
    };
    assert!(said.contains(expected), "{said}");
}

#[cfg(not(target_os = "linux"))]
#[test]
fn fast_open_is_refused_clearly_where_it_is_not_known() {
    let run = run("probe --lab -n 1 --fast-open").ended(2);
    run.err_has("--fast-open works on Linux only; leave it out");
}

#[cfg(windows)]
#[test]
fn dscp_is_refused_on_windows_with_the_way_that_works_there() {
    let run = run("probe --lab -n 1 --dscp EF").ended(2);
    run.err_has("New-NetQosPolicy");
}

#[cfg(target_os = "linux")]
#[test]
fn the_kernels_numbers_at_the_end_are_there() {
    let rows = lab("-n 1 --congestion reno");
    assert_eq!(rows.column("tcp_congestion"), ["reno"]);
    assert_eq!(rows.column("explain"), ["none"]);
    for column in [
        "tcp_end_retransmits",
        "tcp_end_out_of_order",
        "tcp_end_dsack",
    ] {
        assert_eq!(rows.column(column), ["0"], "{column}");
    }
    for column in [
        "tcp_end_min_rtt_us",
        "tcp_end_cwnd",
        "tcp_end_send_window",
        "tcp_end_pmtu",
    ] {
        assert!(number(rows.column(column)[0]) > 0, "{column}");
    }
    let [flight, received] =
        ["tls_flight_bytes", "bytes_received"].map(|c| number(rows.column(c)[0]));
    assert!(0 < flight && flight < received, "{flight} of {received}");
    assert_eq!(rows.column("tls_flight_lost"), ["false"]);
    let [hello, tls] = ["tls_hello_us", "tls_us"].map(|c| number(rows.column(c)[0]));
    assert!(0 < hello && hello < tls, "{hello} of {tls}");
}

#[cfg(target_os = "linux")]
#[test]
fn the_summary_states_the_ceiling_of_a_chosen_window_with_its_formula() {
    let said = run("probe --lab -n 1 --receive-buffer 65536").stdout;
    assert!(said.contains("receive window "), "{said}");
    assert!(said.contains("window x 8 /"), "{said}");
    let other = run("probe --lab -n 1").stdout;
    assert!(!other.contains("receive window"), "{other}");
}

/// The lab lies on loopback, where Linux takes Fast Open only when it is switched on for servers.
#[cfg(target_os = "linux")]
#[test]
fn fast_open_tells_what_became_of_it_or_that_it_is_switched_off() {
    let switch = std::fs::read_to_string("/proc/sys/net/ipv4/tcp_fastopen").unwrap();
    let is_on = switch.trim().parse::<u32>().unwrap() & 1 == 1;
    let run = run("probe --lab -n 1 --fast-open --format csv -q");
    if is_on {
        let rows = Rows::of(&run.stdout);
        // a cookie of an earlier day may be known, and taken or not
        let code = rows.column("fast_open")[0];
        let known = FastOpen::of_word(code).is_some();
        assert!(known, "{code:?}");
        assert_eq!(rows.column("Status"), ["OK"]);
    } else {
        assert_eq!(run.code, Some(2));
        run.err_has("it is switched off on this system");
    }
}

#[test]
fn a_row_without_a_completed_phase_has_no_explanation() {
    let said = run("probe --lab -n 1 --lab-fault dns-timeout --dns-timeout 300ms --format csv -q");
    assert_eq!(Rows::of(&said.stdout).column("explain"), [""]);
}
