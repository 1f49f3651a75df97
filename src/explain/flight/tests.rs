use super::*;

/// A record of 5,000 bytes in all, and one of 100.
fn content() -> Vec<u8> {
    let mut bytes = vec![22, 3, 3, 0x13, 0x83];
    bytes.resize(5_000, 0);
    bytes.extend([22, 3, 3, 0, 95]);
    bytes.resize(5_100, 0);
    bytes
}

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// A path of so many milliseconds, and so many segments out of order.
fn path(rtt: u64, out_of_order: u32) -> FlightContext {
    FlightContext {
        rtt: Some(ms(rtt)),
        segment: Some(1_448),
        out_of_order: Some(out_of_order),
        tick: ms(4),
        ..FlightContext::default()
    }
}

/// Moment in milliseconds, bytes by then, how long the last of them lay behind a hole.
fn judged(arrivals: &[(u64, u64, Option<u64>)], on: &FlightContext) -> ServerFlight {
    let arrivals: Vec<_> = arrivals
        .iter()
        .map(|(at, total, hole)| Arrival {
            at: ms(*at),
            total: *total,
            lay: hole.map(ms),
            ..Arrival::default()
        })
        .collect();
    server_flight(&arrivals, &content(), on)
}

/// Windows, and whether something was lost.
fn told(arrivals: &[(u64, u64, Option<u64>)], rtt: u64, out_of_order: u32) -> (u32, Option<bool>) {
    let flight = judged(arrivals, &path(rtt, out_of_order));
    (flight.windows.unwrap(), flight.lost)
}

#[test]
fn a_flight_in_one_go_is_one_window() {
    let now = Some(0);
    assert_eq!(told(&[(41, 5_100, now)], 40, 0), (1, Some(false)));
    let close = [(41, 1_448, now), (42, 4_344, now), (43, 5_100, now)];
    assert_eq!(told(&close, 40, 0), (1, Some(false)));
}

#[test]
fn a_wait_of_a_round_trip_behind_whole_segments_is_another_window() {
    let twice = [(41, 2_896, Some(0)), (82, 5_100, Some(0))];
    assert_eq!(told(&twice, 40, 0), (2, Some(false)));
    let thrice = [(41, 1_448, None), (82, 2_896, None), (123, 5_100, None)];
    assert_eq!(told(&thrice, 40, 0), (3, Some(false)));
}

// OpenSSL's buffer (`SSL_CTX_set_max_send_fragment` aside, ssl_init_wbio_buffer of 4,096 bytes)
#[test]
fn a_server_that_signs_behind_its_first_4096_bytes_is_no_window_and_no_loss() {
    for (rtt, signs) in [(0, 5), (0, 30), (0, 190), (40, 5), (40, 45), (20, 30)] {
        let pieces = [(rtt + 1, 4_096, Some(0)), (rtt + 1 + signs, 5_100, Some(0))];
        assert_eq!(told(&pieces, rtt, 0), (1, Some(false)), "{rtt} {signs}");
    }
}

#[test]
fn bytes_that_lay_behind_a_hole_for_a_round_trip_are_the_proof_of_a_loss() {
    let hole = [(41, 1_448, Some(0)), (92, 5_100, Some(40))];
    assert_eq!(told(&hole, 40, 2), (1, Some(true)));
    // its first segment, and after a timer
    assert_eq!(told(&[(82, 5_100, Some(40))], 40, 3), (1, Some(true)));
    assert_eq!(told(&[(285, 5_100, Some(240))], 40, 3), (1, Some(true)));
    assert_eq!(told(&[(201, 5_100, Some(200))], 0, 3), (1, Some(true)));
}

#[test]
fn segments_that_overtook_each_other_are_no_loss_however_long_the_server_thinks() {
    for (rtt, thinks) in [(0, 30), (4, 30), (40, 30), (40, 190)] {
        let swapped = [(rtt + thinks, 5_100, Some(1))];
        assert_eq!(told(&swapped, rtt, 1), (1, Some(false)), "{rtt} {thinks}");
    }
}

// the kernel tells of a program that was late to a tick: by less, or by more
#[test]
fn what_a_tick_of_the_clock_hides_is_no_proof() {
    let seen = |rtt: u64, lay: u64, late: u64| {
        let arrival = Arrival {
            at: ms(rtt + lay),
            late: ms(late),
            total: 5_100,
            lay: Some(ms(lay)),
        };
        server_flight(&[arrival], &content(), &path(rtt, 1)).lost
    };
    assert_eq!(seen(0, 4, 0), None);
    // what holds a segment up for as long on a short path may be anything but the timer
    assert_eq!(seen(0, 9, 0), None);
    assert_eq!(seen(4, 47, 0), None);
    assert_eq!(seen(0, 65, 0), None);
    assert_eq!(seen(4, 204, 0), Some(true));
    assert_eq!(seen(10, 8, 0), None);
    assert_eq!(seen(10, 10, 0), Some(true));
    assert_eq!(seen(10, 10, 4), None);
    assert_eq!(seen(20, 20, 4), Some(true));
    // all of it was the program's
    assert_eq!(seen(20, 20, 20), Some(false));
    assert_eq!(seen(40, 120, 120), Some(false));
}

/// What is sent again for segments behind a hole is there a round trip after them, and no sooner.
#[test]
fn a_segment_that_came_sooner_than_it_can_be_sent_again_is_not_said_to_be_lost() {
    let held_up = |lay: u64| told(&[(41, 1_448, Some(0)), (41 + lay, 5_100, Some(lay))], 40, 2);
    for lay in [34, 36, 37] {
        assert_eq!(held_up(lay).1, None, "{lay}");
    }
    for lay in [38, 40, 50] {
        assert_eq!(held_up(lay).1, Some(true), "{lay}");
    }
    assert_eq!(held_up(30).1, Some(false));
}

// Windows, macOS
#[test]
fn without_stamps_nothing_is_said_to_be_lost() {
    for out_of_order in [0, 3] {
        for late in [80, 250, 2_000] {
            let pieces = [(41, 4_344, None), (41 + late, 5_100, None)];
            let (_, lost) = told(&pieces, 40, out_of_order);
            assert_eq!(lost, None, "{out_of_order} {late}");
        }
    }
    assert_eq!(told(&[(83, 5_100, None)], 40, 3), (1, None));
    // no count of segments out of order either: nor that none was
    let uncounted = FlightContext {
        out_of_order: None,
        ..path(40, 0)
    };
    assert_eq!(judged(&[(83, 5_100, None)], &uncounted).lost, None);
    assert_eq!(judged(&[(83, 5_100, Some(40))], &uncounted).lost, None);
    assert_eq!(judged(&[(43, 5_100, None)], &uncounted).lost, Some(false));
    assert_eq!(told(&[(43, 5_100, None)], 40, 3), (1, Some(false)));
}

#[test]
fn a_last_segment_that_came_late_may_be_a_loss_or_the_servers() {
    for (rtt, late) in [(40, 80), (40, 250), (0, 200), (0, 300)] {
        let pieces = [(rtt + 1, 4_344, Some(0)), (rtt + 1 + late, 5_100, Some(0))];
        let flight = judged(&pieces, &path(rtt, 0));
        assert_eq!(flight.lost, None, "{rtt} {late}");
        assert_eq!(flight.unexplained, Some(ms(late)));
    }
    // between two records as well
    let between = [(41, 5_000, Some(0)), (300, 5_100, Some(0))];
    assert_eq!(told(&between, 40, 0), (1, None));
}

#[test]
fn a_first_byte_after_a_timer_may_be_one_too_unless_all_came_at_once() {
    let small = judged(&[(341, 700, Some(0))], &path(40, 0));
    assert_eq!((small.lost, small.unexplained), (None, Some(ms(301))));
    let large = judged(&[(341, 5_100, Some(0))], &path(40, 0));
    assert_eq!((large.lost, large.unexplained), (Some(false), None));
    assert_eq!(large.servers, Some(ms(301)));
    // what came of it after a round trip more was sent after the first was acknowledged
    let pieces = [(341, 1_448, Some(0)), (382, 5_100, Some(0))];
    assert_eq!(judged(&pieces, &path(40, 0)).unexplained, Some(ms(301)));
    // on a short path a round trip is not seen
    assert_eq!(told(&[(301, 5_100, Some(0))], 0, 0), (1, None));
}

#[test]
fn what_a_server_drips_is_its_own_time() {
    let drip: Vec<_> = (0..20)
        .map(|n| (1 + 50 * n, 100 * (n + 1), Some(0)))
        .collect();
    for rtt in [0, 1] {
        let flight = judged(&drip, &path(rtt, 0));
        assert_eq!((flight.windows, flight.lost), (Some(1), Some(false)));
        assert!(flight.servers >= Some(ms(19 * 50)), "{flight:?}");
        assert_eq!(flight.unexplained, None);
    }
    // one of them is as long as a probe of a tail that was lost
    let flight = judged(&drip, &path(10, 0));
    assert_eq!((flight.lost, flight.unexplained), (None, Some(ms(50))));
    assert!(flight.servers >= Some(ms(18 * 50)), "{flight:?}");
}

#[test]
fn the_wait_for_the_servers_finished_counts_as_one_of_its_waits() {
    let on = |finish| FlightContext {
        finish: Some(ms(finish)),
        ..path(40, 0)
    };
    let first = [(41, 5_100, Some(0))];
    assert_eq!(judged(&first, &on(340)).unexplained, Some(ms(300)));
    assert_eq!(judged(&first, &on(140)).servers, Some(ms(101)));
}

#[test]
fn what_lay_in_this_machine_is_no_wait_for_the_server() {
    let late = Arrival {
        at: ms(400),
        late: ms(359),
        total: 5_100,
        lay: Some(ms(359)),
    };
    let flight = server_flight(&[late], &content(), &path(40, 0));
    assert_eq!((flight.lost, flight.unexplained), (Some(false), None));
    assert_eq!(flight.servers, Some(ms(1)));
}

#[test]
fn without_a_round_trip_only_the_bytes_are_told() {
    let flight = judged(&[(41, 5_100, None)], &FlightContext::default());
    assert_eq!(flight.bytes, Some(5_100));
    assert_eq!((flight.windows, flight.lost), (None, None));
    let none = server_flight(&[], &[], &FlightContext::default());
    assert_eq!(none, ServerFlight::default());
}

#[test]
fn a_cut_header_is_inside_a_record_and_what_was_not_kept_is_not() {
    assert!(is_inside_a_record(&content()[..5_003], 5_003));
    assert!(!is_inside_a_record(&content(), 5_100));
    assert!(!is_inside_a_record(&[], 1));
    assert!(!is_inside_a_record(&content(), 9_999));
}

/// A flight of 4,344 bytes or more over a line of so many kbit/s with a round trip of 40 ms: each segment takes its bytes
/// and its 52 bytes of headers, and so does the ClientHello of 290 bytes on its way to the server.
fn over_a_line(kbits: u64, total: u64) -> ServerFlight {
    let micros = |bytes: u64| Duration::from_micros(bytes * 8_000 / kbits);
    let mut at = ms(40) + micros(290);
    let mut arrivals = Vec::new();
    let mut came = 0;
    while came < total {
        let bytes = (total - came).min(1_448);
        came += bytes;
        at += micros(bytes + 52);
        arrivals.push(Arrival {
            at,
            total: came,
            lay: Some(Duration::ZERO),
            ..Arrival::default()
        });
    }
    let on = FlightContext {
        // the client's answer of 178 bytes and the server's of 103
        finish: Some(ms(40) + micros(178 + 103)),
        ..path(40, 0)
    };
    server_flight(&arrivals, &content(), &on)
}

#[test]
fn waits_that_grow_with_their_bytes_may_be_a_slow_lines_and_are_no_servers() {
    for kbits in [16, 32, 48, 64, 72, 80, 88, 96, 104, 112, 128, 192, 256] {
        for total in [1_200, 2_000, 4_344, 5_000, 9_000] {
            let flight = over_a_line(kbits, total);
            assert_eq!(flight.windows, Some(1), "{kbits} {total}");
            let is_servers = flight.servers >= Some(TIMER);
            let is_open = flight.unexplained >= Some(TIMER);
            assert!(is_open || !is_servers, "{kbits} {total}: {flight:?}");
            assert_ne!(flight.lost, Some(true));
        }
    }
    // three of 125 ms, and one of 19 ms for 178 bytes with theirs
    let flight = over_a_line(96, 4_522);
    assert!(flight.unexplained >= Some(ms(3 * 125 + 19)), "{flight:?}");
}

#[test]
fn a_server_that_thinks_on_a_line_that_is_seen_to_be_fast_is_slow() {
    // one by one, and together
    for first in [
        &[(141, 1_448, Some(0)), (142, 2_896, Some(0))][..],
        &[(142, 2_896, Some(0))],
    ] {
        let all = [first, &[(202, 4_344, Some(0)), (262, 5_100, Some(0))]].concat();
        let flight = judged(&all, &path(40, 0));
        assert!(flight.servers >= Some(ms(100)), "{flight:?}");
        assert_eq!(flight.unexplained, None);
    }
}
