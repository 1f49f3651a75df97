//! The name server as a client sees it.

use super::*;

#[test]
fn another_relay_answers_at_each_query_and_each_region_in_turn() {
    let lab = lab(&[]);
    let names: Vec<_> = (0..24).map(|_| relay(&ask(&lab)).unwrap().0).collect();
    assert_eq!(names.iter().collect::<HashSet<_>>().len(), 12);
    assert_eq!(names[..12], names[12..]);
    assert!(names[0].contains("francecentral") && names[3].contains("westeurope"));
    assert_eq!(lab.stats().dns_udp, 24);
}

#[test]
fn the_answer_is_the_chain_of_the_reference_with_its_ttls() {
    let answer = ask(&lab(&[]));
    let ttls: Vec<_> = answer.answers.iter().map(|record| record.ttl).collect();
    assert_eq!(ttls, [0, 0, 0, 10]);
    assert_eq!(
        answer.answers[2].name.to_ascii(),
        "worldaz.tr.teams.trafficmanager.net."
    );
    assert_eq!((answer.id, answer.truncation), (4711, false));
    assert!(answer.recursion_available && answer.recursion_desired);
}

#[test]
fn a_question_for_an_ipv6_address_takes_no_relays_turn() {
    let lab = lab(&[]);
    let answer = resolve(&lab, HOST, RecordType::AAAA);
    assert_eq!((answer.answers.len(), answer.authorities.len()), (3, 1));
    assert!(
        relay(&ask(&lab))
            .unwrap()
            .0
            .starts_with("a-tr-teams-frcn-03.")
    );
}

#[test]
fn an_unknown_name_does_not_exist_over_udp_and_tcp() {
    let lab = lab(&[]);
    assert_eq!(
        resolve(&lab, "example.org.", RecordType::A).response_code,
        ResponseCode::NXDomain
    );
    let answer = over_tcp(&lab, &query("example.org.", RecordType::A));
    assert_eq!(answer.response_code, ResponseCode::NXDomain);
    assert_eq!((lab.stats().dns_udp, lab.stats().dns_tcp), (1, 1));
}

#[test]
fn garbage_gets_a_format_error_and_the_server_goes_on() {
    let lab = lab(&[]);
    let mut garbage = query("tr.teams.microsoft.com.", RecordType::A);
    garbage.truncate(20);
    let answer = over_udp(&lab, &garbage, LIMIT).unwrap();
    assert_eq!(
        Message::from_vec(&answer).unwrap().response_code,
        ResponseCode::FormErr
    );
    assert!(relay(&ask(&lab)).is_some());
}

// francecentral has the first turn: 25 ms.
#[test]
fn a_delayed_answer_takes_its_time_and_holds_up_no_other() {
    let lab = Lab::start(LabOptions::default(), &Wall::system()).unwrap();
    let start = clock::now();
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(LIMIT)).unwrap();
    socket.connect(lab.resolver()).unwrap();
    for _ in 0..40 {
        socket
            .send(&query("tr.teams.microsoft.com.", RecordType::A))
            .unwrap();
    }
    let mut buffer = [0; 600];
    socket.recv(&mut buffer).unwrap();
    assert!(start.elapsed() >= Duration::from_millis(18));
    for _ in 1..40 {
        socket.recv(&mut buffer).unwrap();
    }
    assert!(start.elapsed() >= Duration::from_millis(33));
    // one after the other they would take over a second
    assert!(start.elapsed() < Duration::from_millis(1040));
}
