use std::sync::Arc;

use super::*;
use crate::record::{
    Cause, Failure, PhaseTimes, Run, ServerFlight, SilentServer, Tcp, TcpNumbers, Tls, Transport,
    TurnReply, World,
};

const LINUX: SynTimer = SynTimer::Linear(4);

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// A healthy probe: 28 ms of DNS, a path of 22 ms, TLS 1.2 in 59 ms, as the reference saw it.
fn healthy() -> Record {
    let mut times = PhaseTimes::default();
    times.set(Phase::Dns, ms(28));
    times.set(Phase::Connect, ms(22));
    times.set(Phase::Tls, ms(59));
    let run = Arc::new(Run::new("test", String::new(), World::Real));
    let started = chrono::DateTime::UNIX_EPOCH;
    Record {
        times,
        tcp: Tcp {
            rtt: Some(ms(22)),
            min_rtt: Some(ms(22)),
            syn_retransmits: Some(0),
            options: Some("timestamps sack wscale".to_owned()),
            end: TcpNumbers {
                dsack: Some(0),
                ..TcpNumbers::default()
            },
            ..Tcp::default()
        },
        tls: Tls {
            version: Some(0x0303),
            flight: ServerFlight {
                first_byte: Some(ms(23)),
                windows: Some(1),
                lost: Some(false),
                servers: Some(ms(14)),
                ..ServerFlight::default()
            },
            ..Tls::default()
        },
        ..Record::blank(run, 0, "relay", 443, Transport::Tls, started)
    }
}

fn found(change: impl FnOnce(&mut Record)) -> Explanation {
    let mut record = healthy();
    change(&mut record);
    explain(&record, LINUX).unwrap()
}

#[test]
fn a_clean_path_needs_no_explanation() {
    assert_eq!(found(|_| {}), Explanation::None);
}

#[test]
fn a_failure_before_anything_was_completed_has_none_at_all() {
    let mut record = healthy();
    record.times = PhaseTimes::default();
    record.times.set(Phase::Dns, ms(5_000));
    record.outcome = Failure::new(Cause::DnsTimeout, "").into();
    assert_eq!(explain(&record, LINUX), None);
}

/// SYNs lost, the connect time, the round trip that the kernel saw later.
fn after_syns(count: u32, connect: u64, later: Option<u64>) -> impl FnOnce(&mut Record) {
    move |record| {
        record.tcp = Tcp {
            syn_retransmits: Some(count),
            ..Tcp::default()
        };
        record.tcp.end.min_rtt = later.map(ms);
        record.tcp.end.retransmits = Some(count);
        record.times.set(Phase::Connect, ms(connect));
    }
}

/// With Fast Open the SYN goes out in the handshake, and its data is sent again behind it.
#[test]
fn a_lost_syn_of_fast_open_is_one_too() {
    let why = found(|record| {
        let mut times = PhaseTimes::default();
        times.set(Phase::Tls, ms(1_066));
        record.times = times;
        record.tcp.fast_open = Some(crate::record::FastOpen::SynLost);
        record.tcp.syn_retransmits = Some(1);
        record.tcp.end.retransmits = Some(2);
    });
    assert_eq!(why, Explanation::LostSyn);
}

// the reference's slow connects: 1,004 to 1,016 ms
#[test]
fn a_syn_timer_and_a_round_trip_with_the_kernels_count_are_a_lost_syn() {
    for (count, connect, later) in [
        (1, 1_016, Some(16)),
        (1, 1_004, None),
        (2, 2_030, Some(22)),
        (3, 3_030, Some(22)),
    ] {
        let why = found(after_syns(count, connect, later));
        assert_eq!(why, Explanation::LostSyn, "{connect}");
    }
}

#[test]
fn windows_timers_go_by_its_version() {
    for (count, connect) in [(1, 1_030), (1, 3_030), (2, 3_020), (2, 9_040)] {
        let mut record = healthy();
        after_syns(count, connect, Some(22))(&mut record);
        let why = explain(&record, SynTimer::Windows);
        assert_eq!(why, Some(Explanation::LostSyn), "{connect}");
    }
}

#[test]
fn an_answer_that_came_later_than_the_timer_is_a_slow_path() {
    let why = found(after_syns(1, 1_500, Some(1_480)));
    assert_eq!(why, Explanation::SlowPath);
}

#[test]
fn a_refusal_after_repeated_syns_is_no_lost_syn() {
    let why = found(|record| {
        after_syns(2, 1_030, None)(record);
        record.times = PhaseTimes::default();
        record.times.set(Phase::Dns, ms(28));
        record.times.set(Phase::Connect, ms(1_030));
        record.outcome = Failure::new(Cause::ConnectRefused, "").into();
    });
    assert_eq!(why, Explanation::None);
}

#[test]
fn a_round_trip_beyond_microsofts_limit_is_a_slow_path() {
    let slow = |trip: u64| {
        found(move |record| {
            record.tcp.rtt = Some(ms(trip));
            record.tcp.min_rtt = Some(ms(trip));
            record.times.set(Phase::Connect, ms(trip + 1));
            record.times.set(Phase::Tls, ms(2 * trip + 15));
        })
    };
    assert_eq!(slow(99), Explanation::None);
    assert_eq!(slow(100), Explanation::SlowPath);
}

// as seen with a window scale that was stripped from the SYN-ACK alone: a window of 64 bytes
#[test]
fn a_window_that_lets_too_little_through_is_the_paths() {
    let why = found(|record| {
        record.tcp.end.window_limited = Some(ms(208));
        record.times.set(Phase::Tls, ms(398));
    });
    assert_eq!(why, Explanation::SlowPath);
}

#[test]
fn a_name_resolution_of_200_ms_is_slow() {
    let slow = |took| found(move |record| record.times.set(Phase::Dns, ms(took)));
    assert_eq!(slow(199), Explanation::None);
    assert_eq!(slow(200), Explanation::SlowDns);
}

#[test]
fn waiting_for_a_name_server_that_never_answered_is_no_slow_answer() {
    let slow = |answer: u64| {
        found(move |record| {
            record.times.set(Phase::Dns, ms(2_500 + answer));
            record.dns.silent = vec![SilentServer {
                server: "192.0.2.53:53".parse().unwrap(),
                waited: ms(2_500),
            }];
        })
    };
    assert_eq!(slow(199), Explanation::None);
    assert_eq!(slow(200), Explanation::SlowDns);
}

/// What the server took beyond the round trips, in waits that no timer explains.
fn waited(record: &mut Record, waits: u64) {
    record.tls.flight.servers = Some(ms(waits));
    record.times.set(Phase::Tls, ms(2 * 22 + waits));
}

#[test]
fn a_server_that_needs_200_ms_beyond_the_round_trips_is_slow() {
    let slow = |waits| found(move |record| waited(record, waits));
    assert_eq!(slow(199), Explanation::None);
    assert_eq!(slow(200), Explanation::SlowServer);
}

#[test]
fn a_wait_that_is_as_long_as_a_timer_is_a_loss_or_the_server() {
    let late = |wait: u64, others: u64| {
        found(move |record| {
            waited(record, wait + others);
            record.tls.flight.servers = Some(ms(others));
            record.tls.flight.unexplained = Some(ms(wait));
            record.tls.flight.lost = None;
        })
    };
    assert_eq!(late(300, 0), Explanation::LossOrServer);
    assert_eq!(late(80, 0), Explanation::LossOrServer);
    // nobody is blamed for so little
    assert_eq!(late(40, 0), Explanation::None);
    // nor is the server, whatever else it took
    assert_eq!(late(300, 2_000), Explanation::LossOrServer);
    assert_eq!(late(80, 2_000), Explanation::SlowServer);
}

#[test]
fn waits_that_nobody_saw_are_a_loss_or_the_server() {
    let hidden = found(|record| {
        waited(record, 300);
        record.tls.flight.hello_retry = true;
    });
    let pseudo = found(|record| {
        record.transport = Transport::PseudoTls;
        record.tls = Tls::default();
        record.times.set(Phase::Tls, ms(322));
    });
    let inside = found(|record| {
        record.turn.reply = Some(TurnReply::Success);
        record.times.set(Phase::Turn, ms(322));
    });
    assert_eq!([hidden, pseudo, inside], [Explanation::LossOrServer; 3]);
}

#[test]
fn a_segment_sent_again_or_a_hole_in_the_flight_is_a_loss_in_tls() {
    let again = found(|record| {
        record.tcp.end.retransmits = Some(1);
        record.times.set(Phase::Tls, ms(300));
    });
    let hole = found(|record| {
        record.tls.flight.lost = Some(true);
        record.times.set(Phase::Tls, ms(87));
    });
    assert_eq!(
        (again, hole),
        (Explanation::LostInTls, Explanation::LostInTls)
    );
}

// as seen on a clean path of a machine whose processors others held for a while
#[test]
fn a_segment_that_the_other_end_got_twice_was_not_lost() {
    let with = |again, twice| {
        found(move |record| {
            record.tcp.end.retransmits = Some(again);
            record.tcp.end.dsack = Some(twice);
        })
    };
    assert_eq!(with(1, 1), Explanation::None);
    assert_eq!(with(1, 2), Explanation::None);
    assert_eq!(with(2, 1), Explanation::LostInTls);
    // the first may have been late on the way: the server is not blamed for it
    let late = found(|record| {
        waited(record, 300);
        record.tcp.end.retransmits = Some(1);
        record.tcp.end.dsack = Some(1);
    });
    assert_eq!(late, Explanation::LossOrServer);
}

/// Windows counts what it sent again and not what came twice; without SACK there is no word of it.
#[test]
fn a_segment_sent_again_is_no_proof_where_the_other_end_cannot_say_that_it_has_it() {
    let untold = found(|record| {
        record.tcp.end.retransmits = Some(1);
        record.tcp.end.dsack = None;
        record.times.set(Phase::Tls, ms(300));
    });
    let stripped = found(|record| {
        record.tcp.end.retransmits = Some(1);
        record.tcp.options = Some("timestamps wscale".to_owned());
        record.times.set(Phase::Tls, ms(300));
    });
    assert_eq!(
        (untold, stripped),
        (Explanation::LossOrServer, Explanation::LossOrServer)
    );
}

/// An answer over UDP after so long, of which so much lay in this machine.
fn over_udp(took: u64, lay: u64) -> Explanation {
    found(move |record| {
        record.transport = Transport::Udp;
        (record.tcp, record.tls) = (Tcp::default(), Tls::default());
        let mut times = PhaseTimes::default();
        times.set(Phase::Turn, ms(took));
        record.times = times;
        record.turn.reply = Some(TurnReply::Success);
        record.turn.local_delay = Some(ms(lay));
    })
}

#[test]
fn a_late_answer_over_udp_is_the_paths_or_the_relays_or_lay_in_this_machine() {
    assert_eq!(over_udp(99, 0), Explanation::None);
    assert_eq!(over_udp(100, 0), Explanation::PathOrRelay);
    assert_eq!(over_udp(1_000, 1), Explanation::PathOrRelay);
    assert_eq!(over_udp(300, 290), Explanation::LocalDelay);
    assert_eq!(over_udp(140, 90), Explanation::None);
}

#[test]
fn an_answer_of_a_name_server_that_lay_in_this_machine_is_its_own_delay() {
    let why = found(|record| {
        record.times.set(Phase::Dns, ms(400));
        record.dns.local_delay = Some(ms(380));
    });
    assert_eq!(why, Explanation::LocalDelay);
}

#[test]
fn data_of_a_syn_that_was_not_taken_is_no_loss() {
    let with = |again| {
        found(move |record| {
            record.tcp.fast_open = Some(crate::record::FastOpen::DataNotAcked);
            record.tcp.end.retransmits = Some(again);
        })
    };
    assert_eq!(
        (with(1), with(2)),
        (Explanation::None, Explanation::LostInTls)
    );
}

#[test]
fn what_lay_in_the_kernel_is_a_delay_of_this_machine() {
    let connect = found(|record| record.times.set(Phase::Connect, ms(140)));
    let bytes = found(|record| {
        record.tls.flight.local_delay = Some(ms(250));
        record.times.set(Phase::Tls, ms(320));
    });
    assert_eq!(
        (connect, bytes),
        (Explanation::LocalDelay, Explanation::LocalDelay)
    );
}

#[test]
fn the_rule_that_accounts_for_the_most_time_wins() {
    let why = found(|record| {
        after_syns(1, 1_022, Some(22))(record);
        record.times.set(Phase::Dns, ms(400));
    });
    assert_eq!(why, Explanation::LostSyn);
    let why = found(|record| {
        after_syns(1, 1_022, Some(22))(record);
        record.times.set(Phase::Dns, ms(2_400));
    });
    assert_eq!(why, Explanation::SlowDns);
}

#[test]
fn another_window_and_another_hello_are_round_trips_of_the_path() {
    let why = found(|record| {
        record.tcp.rtt = Some(ms(90));
        record.tcp.min_rtt = Some(ms(90));
        record.tls.flight.windows = Some(3);
        record.times.set(Phase::Connect, ms(91));
        record.times.set(Phase::Tls, ms(4 * 90 + 20));
    });
    assert_eq!(why, Explanation::None);
}

#[test]
fn an_answer_whose_beginning_never_came_is_a_loss_only_where_a_later_part_did() {
    let with = |out_of_order, received| {
        found(move |record| {
            let detail = "not finished within 10000 ms";
            record.outcome = crate::record::Failure::new(Cause::TlsTimeout, detail).into();
            record.times.set(Phase::Tls, ms(10_000));
            record.tcp.bytes_received = Some(received);
            record.tcp.end.out_of_order = Some(out_of_order);
        })
    };
    assert_eq!(with(1, 0), Explanation::LostInTls);
    assert_eq!(with(0, 0), Explanation::None);
    // what was missing may have come by then
    assert_eq!(with(1, 90), Explanation::None);
}

#[test]
fn what_the_other_end_never_acknowledged_is_a_loss_and_a_server_that_says_nothing_is_none() {
    let with = |acked: u64, again: u32, dsack: Option<u32>| {
        found(move |record| {
            let detail = "not finished within 4000 ms";
            record.outcome = crate::record::Failure::new(Cause::TlsTimeout, detail).into();
            record.times.set(Phase::Tls, ms(4_000));
            (record.tcp.bytes_sent, record.tcp.bytes_received) = (Some(210), Some(0));
            record.tcp.end.bytes_acked = Some(acked);
            record.tcp.end.retransmits = Some(again);
            record.tcp.end.dsack = dsack;
        })
    };
    assert_eq!(with(0, 5, Some(0)), Explanation::LostInTls);
    assert_eq!(with(0, 2, Some(0)), Explanation::LostInTls);
    // on a long way one may be too early
    assert_eq!(with(0, 1, Some(0)), Explanation::None);
    assert_eq!(with(210, 0, Some(0)), Explanation::None);
    assert_eq!(with(210, 3, Some(0)), Explanation::None);
    assert_eq!(with(84, 3, Some(2)), Explanation::None);
    // not known on this system
    assert_eq!(with(0, 5, None), Explanation::None);
}

// as seen with SYN-ACKs that came 150 to 970 ms late on a path of 40 ms
#[test]
fn an_answer_to_the_syn_that_came_late_is_the_paths_or_the_other_ends() {
    let late = |by: u64, syns: u32| {
        found(move |record| {
            record.tcp.rtt = Some(ms(40 + by));
            record.tcp.min_rtt = Some(ms(40 + by));
            record.tcp.end.min_rtt = Some(ms(40));
            record.tcp.syn_retransmits = Some(syns);
            record.times.set(Phase::Connect, ms(41 + by));
            record.times.set(Phase::Tls, ms(2 * 40 + 15));
        })
    };
    for by in [100, 150, 500, 900, 970] {
        assert_eq!(late(by, 0), Explanation::PathOrRelay, "{by}");
    }
    assert_eq!(late(99, 0), Explanation::None);
    assert_eq!(late(970, 1), Explanation::LostSyn);
}
