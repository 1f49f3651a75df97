//! One question to one server: a connected UDP socket of its own, TCP when the answer is cut.
//!
//! A connected socket takes packets from that server only and sees "port unreachable". Packets
//! that do not belong to the question are ignored and remembered for the detail.

use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use hickory_resolver::proto::op::Message;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};

use crate::clock;
use crate::net::icmp::without_a_word;
use crate::net::stamps::{self, Moment};
use crate::readiness::send;
use crate::record::millis;
use crate::timer::timeout;
use crate::wire::dns::{DnsQuestion, DnsReply};

/// Largest DNS message (RFC 1035 4.2.2: a length of 16 bits).
const LARGEST: usize = 65_535;

/// Why a server gave no answer.
#[derive(Debug)]
pub enum ExchangeFault {
    /// Nothing that belongs to the question came within the limit.
    Silent {
        limit: Duration,
        ignored: Option<String>,
    },
    /// It answered what cannot be used.
    Garbage(String),
    /// The answer was cut and TCP did not work.
    NoTcp(String),
    /// Its port is closed, as itself or a firewall reports.
    Closed,
    /// It cannot be reached at all: no route.
    Unreachable(String),
    /// This system refused.
    Local(String),
}

impl fmt::Display for ExchangeFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Silent {
                limit,
                ignored: None,
            } => {
                write!(f, "no answer within {} ms", millis(*limit))
            }
            Self::Silent {
                limit,
                ignored: Some(what),
            } => {
                write!(f, "no answer within {} ms, ignored {what}", millis(*limit))
            }
            Self::Garbage(what) => write!(f, "unusable answer: {what}"),
            Self::NoTcp(what) => write!(f, "answer cut, and over TCP: {what}"),
            Self::Closed => f.write_str("nothing listens there (port unreachable)"),
            Self::Unreachable(what) | Self::Local(what) => f.write_str(what),
        }
    }
}

/// Asks one server within the limit, over TCP from the start if that is wanted; `sent` counts the queries, `lay` sums up how long answers lay
/// in this machine.
pub async fn exchange(
    (server, over_tcp_only): (SocketAddr, bool),
    question: &DnsQuestion,
    limit: Duration,
    sent: &mut u32,
    lay: &mut Option<Duration>,
) -> Result<Box<Message>, ExchangeFault> {
    let id = random_id()?;
    let packet = question.encode(id).map_err(ExchangeFault::Garbage)?;
    if over_tcp_only {
        *sent += 1;
        return match timeout(limit, over_tcp(server, question, id, &packet)).await {
            Ok(Err(ExchangeFault::NoTcp(what))) => {
                Err(ExchangeFault::Unreachable(format!("over TCP: {what}")))
            }
            Ok(result) => result,
            Err(_) => Err(ExchangeFault::Silent {
                limit,
                ignored: None,
            }),
        };
    }
    let mut ignored = StrayReplies::default();
    let deadline = clock::now() + limit;
    match timeout(
        limit,
        over_udp(server, question, id, &packet, (sent, lay), &mut ignored),
    )
    .await
    {
        Err(_) if ignored.garbage => Err(ExchangeFault::Garbage(ignored.last.unwrap_or_default())),
        Err(_) => Err(ExchangeFault::Silent {
            limit,
            ignored: ignored.last,
        }),
        Ok(Err(fault)) => Err(fault),
        Ok(Ok(Some(answer))) => Ok(answer),
        Ok(Ok(None)) => {
            *sent += 1;
            let left = deadline.saturating_duration_since(clock::now());
            match timeout(left, over_tcp(server, question, id, &packet)).await {
                Ok(result) => result,
                Err(_) => Err(ExchangeFault::NoTcp(format!(
                    "no answer within {} ms",
                    millis(limit)
                ))),
            }
        }
    }
}

/// What came besides the answer.
#[derive(Default)]
struct StrayReplies {
    last: Option<String>,
    count: u32,
    /// Whether something bore the right number and was still no answer.
    garbage: bool,
}

impl StrayReplies {
    fn note(&mut self, what: &str, id_matches: bool) {
        self.count += 1;
        self.garbage |= id_matches;
        let times = if self.count == 1 {
            String::new()
        } else {
            format!("{} packets, ", self.count)
        };
        self.last = Some(format!("{times}{what}"));
    }
}

/// The answer; `None` when it was cut and TCP must be tried.
async fn over_udp(
    server: SocketAddr,
    question: &DnsQuestion,
    id: u16,
    packet: &[u8],
    (sent, lay): (&mut u32, &mut Option<Duration>),
    ignored: &mut StrayReplies,
) -> Result<Option<Box<Message>>, ExchangeFault> {
    let any: IpAddr = match server {
        SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let socket = UdpSocket::bind((any, 0))
        .await
        .map_err(|error| local(&error))?;
    if let SocketAddr::V6(v6) = server
        && v6.ip().is_unicast_link_local()
        && v6.scope_id() == 0
    {
        let needs = "an address of one link needs an interface of this machine behind it, as in fe80::1%eth0";
        return Err(ExchangeFault::Unreachable(needs.to_owned()));
    }
    socket
        .connect(server)
        .await
        .map_err(|error| unreachable(&error))?;
    stamps::ask_for(&socket);
    let start = Moment::now();
    *sent += 1;
    send(&socket, packet)
        .await
        .map_err(|error| unreachable(&error))?;
    let mut buffer = vec![0; LARGEST];
    loop {
        let (length, stamp) = stamps::receive(&socket, &mut buffer)
            .await
            .map_err(|error| unreachable(&error))?;
        if let Some(age) = stamp.and_then(|stamp| Moment::now().age(stamp, &start)) {
            *lay.get_or_insert_default() += age;
        }
        let datagram = buffer.get(..length).unwrap_or_default();
        match question.judge(id, datagram) {
            DnsReply::Answer(answer) => return Ok(Some(answer)),
            DnsReply::Truncated => return Ok(None),
            DnsReply::Malformed(what) => return Err(ExchangeFault::Garbage(what)),
            DnsReply::Stray(what) => {
                let id_matches = datagram.get(..2) == Some(&id.to_be_bytes()[..]);
                ignored.note(&what, id_matches);
            }
        }
    }
}

/// The answer over TCP, with its two bytes of length in front (RFC 1035 4.2.2).
async fn over_tcp(
    server: SocketAddr,
    question: &DnsQuestion,
    id: u16,
    packet: &[u8],
) -> Result<Box<Message>, ExchangeFault> {
    let no_tcp = |error: &io::Error| ExchangeFault::NoTcp(without_a_word(error));
    let mut stream = TcpStream::connect(server)
        .await
        .map_err(|error| no_tcp(&error))?;
    let length = u16::try_from(packet.len()).map_err(|e| ExchangeFault::Garbage(e.to_string()))?;
    let framed = [&length.to_be_bytes()[..], packet].concat();
    stream
        .write_all(&framed)
        .await
        .map_err(|error| no_tcp(&error))?;
    let length = stream.read_u16().await.map_err(|error| no_tcp(&error))?;
    let mut buffer = vec![0; usize::from(length)];
    stream
        .read_exact(&mut buffer)
        .await
        .map_err(|error| no_tcp(&error))?;
    match question.judge(id, &buffer) {
        DnsReply::Answer(answer) => Ok(answer),
        DnsReply::Truncated => Err(ExchangeFault::Garbage("cut over TCP too".to_owned())),
        DnsReply::Malformed(what) | DnsReply::Stray(what) => Err(ExchangeFault::Garbage(what)),
    }
}

fn random_id() -> Result<u16, ExchangeFault> {
    use ring::rand::SecureRandom as _;
    let mut bytes = [0; 2];
    ring::rand::SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|_| ExchangeFault::Local("the system gives no random numbers".to_owned()))?;
    Ok(u16::from_be_bytes(bytes))
}

fn local(error: &io::Error) -> ExchangeFault {
    ExchangeFault::Local(format!("no socket: {}", plain(error)))
}

/// What a send or receive on a connected socket reports. Windows tells a closed port as a reset.
fn unreachable(error: &io::Error) -> ExchangeFault {
    match error.kind() {
        io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionReset => ExchangeFault::Closed,
        io::ErrorKind::PermissionDenied => ExchangeFault::Local(plain(error)),
        _ => ExchangeFault::Unreachable(plain(error)),
    }
}

fn plain(error: &io::Error) -> String {
    super::super::plain_error(error)
}
