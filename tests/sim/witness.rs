//! tshark in a namespace: what really went over the cable, and when.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Lines};
use std::process::{Child, ChildStdout, Command, Stdio};

use crate::link::SERVER;
use crate::namespace::Namespace;

/// Where the marks go that tell where a capture begins and ends; nobody listens there.
const BEGIN: &str = "9001";
const END: &str = "9002";

/// A capture under way.
pub struct Witness {
    tshark: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

/// One packet.
#[derive(Debug, Clone, Default)]
pub struct Packet {
    /// Microseconds of the wall clock, as the kernel stamped it.
    pub at: u64,
    pub source: String,
    /// The client's and the server's port in their order of the packet.
    pub ports: (String, String),
    /// `Some` for TCP.
    pub flags: Option<u16>,
    /// Relative to the SYN of its sender, whose number is 0; the first byte of data has number 1.
    pub sequence: Option<u32>,
    /// As it stood on the cable.
    raw_sequence: Option<u32>,
    /// Bytes of data.
    pub length: usize,
    pub options: Options,
    /// Type and code of an ICMP message; the rest then tells of the packet that it is about.
    pub icmp: Option<(u8, u8)>,
}

/// The TCP options of a packet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    pub mss: Option<u32>,
    pub window_scale: Option<u8>,
    pub sack_permitted: bool,
    pub timestamps: bool,
}

pub const FIN: u16 = 1;
pub const SYN: u16 = 2;
pub const RST: u16 = 4;
pub const ACK: u16 = 16;

impl Packet {
    fn has(&self, set: u16, unset: u16) -> bool {
        let flags = self.flags.filter(|_| self.icmp.is_none());
        flags.is_some_and(|flags| flags & set == set && flags & unset == 0)
    }

    pub fn is_syn(&self) -> bool {
        self.has(SYN, ACK)
    }

    pub fn is_syn_ack(&self) -> bool {
        self.has(SYN | ACK, 0)
    }

    pub fn is_reset(&self) -> bool {
        self.has(RST, 0)
    }

    pub fn is_fin(&self) -> bool {
        self.has(FIN, 0)
    }
}

impl Witness {
    /// Starts to watch the cable; everything from now on is seen.
    pub fn watch(namespace: &Namespace, interface: &str) -> Self {
        let fields = "frame.time_epoch ip.src tcp.srcport tcp.dstport tcp.flags icmp.type \
                      icmp.code udp.srcport udp.dstport tcp.seq tcp.seq_raw tcp.len tcp.options.mss_val \
                      tcp.options.wscale.shift tcp.options.sack_perm tcp.options.timestamp.tsval";
        let mut command = namespace.command("tshark", &["-n", "-l", "-Q", "-i", interface]);
        command.args(["-f", "tcp or udp or icmp", "-T", "fields"]);
        command.args(["-o", "tcp.relative_sequence_numbers:TRUE"]);
        // of the packet within an ICMP message the outer header counts
        command.args(["-E", "occurrence=f", "-E", "separator=,"]);
        for field in fields.split_whitespace() {
            command.args(["-e", field]);
        }
        let mut tshark = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(tshark.stdout.take().unwrap()).lines();
        let mut witness = Self { tshark, lines };
        // tshark says that it captures a moment before it does: it is knocked at until it hears
        let knocking =
            format!("for i in {{1..300}}; do echo > /dev/udp/{SERVER}/{BEGIN}; sleep 0.05; done");
        let mut knock = namespace
            .command("bash", &["-c", &knocking])
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        witness.until(BEGIN);
        knock.kill().unwrap();
        knock.wait().unwrap();
        witness
    }

    /// Ends the capture and gives all packets since its beginning.
    pub fn packets(mut self, namespace: &Namespace) -> Vec<Packet> {
        let mark = format!("echo > /dev/udp/{SERVER}/{END}");
        namespace.output("bash", &["-c", &mark]);
        let packets = self.until(END);
        packets
            .into_iter()
            .filter(|packet| packet.ports.1 != BEGIN && packet.ports.0 != BEGIN)
            .collect()
    }

    /// Reads packets up to a mark.
    fn until(&mut self, port: &str) -> Vec<Packet> {
        let mut packets = Vec::new();
        for line in &mut self.lines {
            let packet = parse(&line.unwrap());
            if packet.ports.1 == port {
                return packets;
            }
            packets.push(packet);
        }
        let mut said = String::new();
        let stderr = self.tshark.stderr.as_mut().unwrap();
        std::io::Read::read_to_string(stderr, &mut said).unwrap();
        panic!("tshark ended: {said}");
    }
}

impl Drop for Witness {
    fn drop(&mut self) {
        // asked to end, it takes its files away
        let pid = self.tshark.id().to_string();
        let _ = Command::new("kill").arg(pid).status();
        let _ = self.tshark.wait();
    }
}

fn parse(line: &str) -> Packet {
    let fields: Vec<_> = line.split(',').collect();
    let [
        at,
        source,
        tcp_from,
        tcp_to,
        flags,
        kind,
        code,
        udp_from,
        udp_to,
        sequence,
        raw_sequence,
        length,
        mss,
        window_scale,
        sack_permitted,
        timestamp,
    ] = fields[..]
    else {
        panic!("not sixteen fields: {line}");
    };
    let (seconds, fraction) = at.split_once('.').unwrap();
    let flags = flags
        .strip_prefix("0x")
        .map(|hex| u16::from_str_radix(hex, 16).unwrap());
    Packet {
        at: seconds.parse::<u64>().unwrap() * 1_000_000 + fraction[..6].parse::<u64>().unwrap(),
        source: source.to_owned(),
        ports: (format!("{tcp_from}{udp_from}"), format!("{tcp_to}{udp_to}")),
        flags,
        sequence: sequence.parse().ok(),
        raw_sequence: raw_sequence.parse().ok(),
        length: length.parse().unwrap_or_default(),
        options: Options {
            mss: mss.parse().ok(),
            window_scale: window_scale.parse().ok(),
            sack_permitted: !sack_permitted.is_empty(),
            timestamps: !timestamp.is_empty(),
        },
        icmp: kind.parse().ok().zip(code.parse().ok()),
    }
}

/// The attempts to connect to port 443 in the order of their first SYN, each with all packets of
/// its connection. A port may be used again once its connection is over: a SYN with another number
/// begins a new attempt.
pub fn attempts(packets: &[Packet]) -> Vec<Vec<Packet>> {
    let mut attempts: BTreeMap<&str, Vec<Vec<Packet>>> = BTreeMap::new();
    for packet in packets {
        let (from, to) = (packet.ports.0.as_str(), packet.ports.1.as_str());
        let ((port, "443") | ("443", port)) = (from, to) else {
            continue;
        };
        let of_port = attempts.entry(port).or_default();
        match of_port.last_mut() {
            Some(attempt) if !begins_anew(packet, &attempt[0]) => attempt.push(packet.clone()),
            _ => of_port.push(vec![packet.clone()]),
        }
    }
    let mut attempts: Vec<_> = attempts.into_values().flatten().collect();
    attempts.sort_by_key(|packets| packets[0].at);
    attempts
}

fn begins_anew(packet: &Packet, first: &Packet) -> bool {
    packet.is_syn() && packet.raw_sequence != first.raw_sequence
}

/// When the SYNs of an attempt went out.
pub fn syns(attempt: &[Packet]) -> Vec<u64> {
    let syns = attempt.iter().filter(|packet| packet.is_syn());
    syns.map(|packet| packet.at).collect()
}

/// How many segments of a connection's client were sent again: their bytes were seen before.
pub fn sent_again(attempt: &[Packet]) -> u64 {
    let (mut seen, mut again) = (0, 0);
    for packet in attempt.iter().filter(|packet| packet.ports.1 == "443") {
        if let (Some(first), length @ 1..) = (packet.sequence, packet.length) {
            again += u64::from(first < seen);
            seen = seen.max(first + u32::try_from(length).unwrap());
        }
    }
    again
}
