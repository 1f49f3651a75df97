//! What each option of `probe` needs.

use super::given::Given;
use super::idle::{EITHER, Idle, spelled, unseen};
use crate::cli::args::ProbeArgs;
use crate::cli::config::{self, transports};
use crate::cli::mode::ProbeMode;
use crate::lab::{Fault, MetBy};
use crate::net::Way;
use crate::record::Transport;
use crate::target::{Target, Targets};

/// What an option needs beside a mode that uses it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    /// Some name is resolved.
    Names,
    /// The addresses of names are not replaced by `--address`.
    Answers,
    /// All targets are names.
    OnlyNames,
    /// TCP connections are made.
    Tcp,
    /// TLS handshakes are done.
    Tls,
    /// A hello is said, of TLS or of pseudo-TLS.
    Hello,
    /// Something goes over UDP.
    Udp,
    /// Requests are sent.
    Requests,
    /// More than one slot.
    Slots,
    /// Rows of the measurement are written.
    Rows,
    /// Rows are written, or what they are rolled up into.
    Rollups,
    /// Rows of any kind are written.
    AnyRows,
    /// Rows are written to a file.
    File,
    /// Rows are written to a file or a store.
    AnyFile,
    /// Rows are written to a PostgreSQL server.
    Server,
    /// Files are rolled.
    Roll,
    /// CSV is written.
    Csv,
    Lab,
    /// No lab.
    Network,
    /// A fault of the lab.
    Fault,
    /// Faults of the lab that somebody meets.
    Seen,
    /// A proxy is gone through.
    Proxy,
}

/// An option by its id, the modes that use it, and what it needs in them.
type Use = (&'static str, &'static [ProbeMode], &'static [Need]);

use ProbeMode::{Burst, Hold, Series, Watch};

const ALL: &[ProbeMode] = &[Series, Burst, Watch, Hold];
/// One packet after the other over UDP.
const PACKETS: &[ProbeMode] = &[Burst, Watch];
/// Connections over TCP.
const CONNECTIONS: &[ProbeMode] = &[Series, Hold];

/// Every option: one that is not here fails a test.
pub(super) const USES: &[Use] = &[
    ("targets", ALL, &[]),
    // what stands in the file is judged as if it stood on the command line
    ("config", ALL, &[]),
    ("profile", ALL, &[]),
    // how everything that is printed looks
    ("color", ALL, &[]),
    ("utc", ALL, &[]),
    ("count", ALL, &[]),
    ("duration", ALL, &[]),
    ("until", ALL, &[]),
    ("log", ALL, &[]),
    ("wait_for_file", ALL, &[Need::AnyFile]),
    ("interval", ALL, &[Need::Slots]),
    ("ipv4", ALL, &[Need::Answers]),
    ("ipv6", ALL, &[Need::Answers]),
    ("all_addresses", &[Series], &[Need::Names]),
    ("address", ALL, &[Need::OnlyNames]),
    ("resolver", ALL, &[Need::Names, Need::Network]),
    ("transport", ALL, &[]),
    ("http", &[Series], &[Need::Tls]),
    ("ask", &[Series], &[]),
    ("tls", CONNECTIONS, &[Need::Tls]),
    ("burst", ALL, &[]),
    ("length", &[Burst], &[]),
    ("watch", ALL, &[]),
    ("packets", PACKETS, &[]),
    ("hops", PACKETS, &[]),
    ("answer_timeout", PACKETS, &[]),
    ("limits", PACKETS, &[]),
    ("max_loss", PACKETS, &[]),
    ("fail_on", PACKETS, &[]),
    ("source", ALL, &[]),
    ("source_port", ALL, &[]),
    ("dscp", ALL, &[]),
    ("receive_buffer", &[Series], &[Need::Tcp]),
    ("congestion", CONNECTIONS, &[Need::Tcp]),
    ("fast_open", &[Series], &[Need::Tls]),
    ("hold", ALL, &[]),
    ("hold_rate", &[Hold], &[]),
    ("samples", &[Hold], &[]),
    ("proxy", CONNECTIONS, &[]),
    ("no_proxy", ALL, &[]),
    ("proxy_dns", CONNECTIONS, &[Need::Proxy, Need::Names]),
    ("proxy_auth_file", CONNECTIONS, &[Need::Proxy]),
    ("proxy_timeout", CONNECTIONS, &[Need::Proxy]),
    ("compare_direct", &[Series], &[Need::Proxy]),
    ("output", ALL, &[]),
    ("rollup", &[Series], &[Need::Rollups]),
    ("rollup_output", &[Series], &[]),
    ("roll", ALL, &[Need::File]),
    ("keep", ALL, &[Need::Roll]),
    ("compress", ALL, &[Need::Roll]),
    ("format", ALL, &[]),
    ("label", ALL, &[Need::AnyRows]),
    ("store", ALL, &[]),
    ("store_keep", ALL, &[]),
    ("store_ca", ALL, &[Need::Server]),
    ("store_spool", ALL, &[Need::Server]),
    ("store_spool_limit", ALL, &[Need::Server]),
    ("metrics", ALL, &[]),
    ("metrics_textfile", ALL, &[]),
    ("otlp", ALL, &[]),
    ("quiet", ALL, &[]),
    ("lab", ALL, &[]),
    ("lab_fault", ALL, &[Need::Lab, Need::Seen]),
    ("lab_fault_share", ALL, &[Need::Fault]),
    ("concurrency", &[Series], &[]),
    ("dns_timeout", ALL, &[Need::Answers]),
    ("connect_timeout", CONNECTIONS, &[Need::Tcp]),
    ("tls_timeout", CONNECTIONS, &[Need::Tcp, Need::Hello]),
    ("turn_timeout", &[Series], &[Need::Requests]),
    ("ports", &[Series], &[Need::Udp, Need::Network]),
    ("alpn", CONNECTIONS, &[Need::Tls]),
    ("sni", CONNECTIONS, &[Need::Tls]),
    ("columns", ALL, &[Need::Rows]),
    ("csv_profile", ALL, &[Need::Csv]),
    ("max_failed", ALL, &[]),
    ("max_untrusted", CONNECTIONS, &[Need::Tls]),
    ("i_own_this_server", ALL, &[Need::Network]),
    ("endpoints", ALL, &[Need::Network]),
];

/// The first option that would do nothing, and why.
///
/// # Errors
///
/// Targets and transports that are none.
pub(super) fn idle(
    args: &ProbeArgs,
    given: &Given,
) -> anyhow::Result<Option<(&'static str, Idle)>> {
    for group in EITHER {
        let mut both = group.iter().filter(|id| given.has(id));
        if let (Some(one), Some(other)) = (both.next(), both.next()) {
            let other = spelled("probe", other);
            let why = format!("cannot go with {other}: leave one of them out");
            return Ok(Some((one, Idle::other(why))));
        }
    }
    let run = UseOutcome::new(args, given)?;
    let given = USES.iter().filter(|(id, ..)| given.has(id));
    let mut idle = given.filter_map(|(id, modes, needs)| {
        let why = match run.mode.flag() {
            Some(flag) if *id == "proxy" && PACKETS.contains(&run.mode) => {
                Some(Idle::beside(flag, ", as UDP does not go through a proxy"))
            }
            _ => run.is_without(modes),
        };
        let why = why.or_else(|| needs.iter().find_map(|need| run.lacks(*need)));
        why.map(|why| (*id, why))
    });
    Ok(idle.next())
}

/// What the command line comes to.
pub(super) struct UseOutcome<'a> {
    pub(super) args: &'a ProbeArgs,
    given: &'a Given,
    pub(super) mode: ProbeMode,
    targets: Targets,
    ways: Vec<Way>,
}

impl<'a> UseOutcome<'a> {
    fn new(args: &'a ProbeArgs, given: &'a Given) -> anyhow::Result<Self> {
        let targets = config::targets(args)?;
        let ways = transports::ways(args, &targets)?;
        Ok(Self {
            args,
            given,
            mode: ProbeMode::of(args),
            targets,
            ways,
        })
    }

    /// Why an option of these modes does nothing in this one.
    fn is_without(&self, modes: &[ProbeMode]) -> Option<Idle> {
        if modes.contains(&self.mode) {
            return None;
        }
        let flags: Vec<_> = modes.iter().filter_map(|mode| mode.flag()).collect();
        let flags = flags.join(" or ");
        Some(match self.mode.flag() {
            None => Idle::without(&flags, &flags),
            Some(flag) if modes.contains(&Series) => Idle::beside(flag, ""),
            Some(flag) => Idle::beside(flag, &format!(", as it is for {flags}")),
        })
    }

    /// Why an option that needs this does nothing.
    fn lacks(&self, need: Need) -> Option<Idle> {
        let args = self.args;
        let tcp = [Transport::Tls, Transport::Tcp, Transport::PseudoTls];
        let hello = [Transport::Tls, Transport::PseudoTls];
        match need {
            Need::Names | Need::Answers if args.address.is_some() => {
                Some(Idle::beside("--address", ", as no name is resolved"))
            }
            Need::Names if self.targets.iter().all(Target::is_address) => {
                let target = self.targets.first()?;
                let what = format!("the target {target}");
                Some(Idle::unless(&what, "as no name is resolved", "a name"))
            }
            Need::OnlyNames => {
                let target = self.targets.iter().find(|target| target.is_address())?;
                Some(Idle::other(format!(
                    "replaces the address of a name, and the target {target} is an address: give a name, or leave \
                     one of them out"
                )))
            }
            Need::Tcp if !tcp.iter().any(|one| self.speaks(*one)) => {
                Some(self.otherwise("as nothing goes over TCP", "--transport tls"))
            }
            Need::Hello if !hello.iter().any(|one| self.speaks(*one)) => {
                Some(self.otherwise("as no handshake is done", "--transport tls"))
            }
            Need::Tls if !self.speaks(Transport::Tls) => {
                Some(self.otherwise("as no TLS handshake is done", "--transport tls"))
            }
            Need::Udp if !self.speaks(Transport::Udp) => {
                Some(self.otherwise("as nothing goes over UDP", "--transport udp"))
            }
            Need::Requests if self.ways.iter().all(|way| way.ask.is_none()) => {
                let (reason, give) = ("as no request is sent", "--ask allocate");
                Some(match args.ask {
                    Some(_) => Idle::unless("--ask none", reason, give),
                    None => self.otherwise(reason, give),
                })
            }
            Need::Slots if args.count.is_none() && args.duration.is_none() => {
                let one = [Burst, Hold].contains(&self.mode);
                let flag = self.mode.flag().filter(|_| one)?;
                Some(Idle::unless(flag, "of which there is only one", "-n or -d"))
            }
            // a store has all columns that are written by default anyway
            Need::Rows if !self.has_rows() && self.is_more_stored() => None,
            Need::Rows if !self.has_rows() => Some(Idle::without("rows", A_PLACE)),
            Need::Rows if args.rollup.is_some() && args.rollup_output.is_empty() => Some(
                Idle::beside("--rollup", ", which writes no rows, and roll-ups in full"),
            ),
            Need::Rollups
                if !self.has_rows() && args.rollup_output.is_empty() && !self.is_stored() =>
            {
                let places = "--output FILE, --rollup-output FILE or --store FILE.db";
                Some(Idle::without("a file", places))
            }
            // metrics have labels, too
            Need::AnyRows
                if !self.has_rows()
                    && self.more_files().next().is_none()
                    && !self.is_stored()
                    && !self.args.metrics.are_wanted() =>
            {
                Some(Idle::without("rows, which contain it", A_PLACE))
            }
            Need::AnyFile if self.is_stored() => None,
            Need::Server if self.args.store.server().is_none() => Some(Idle::without(
                "a PostgreSQL server",
                "--store postgres://USER@HOST/DATABASE",
            )),
            Need::File | Need::AnyFile if self.files().next().is_none() => {
                Some(Idle::without("a file", "--output FILE"))
            }
            Need::Roll if args.roll.is_none() => {
                Some(Idle::without("--roll", "--output FILE --roll day"))
            }
            Need::Csv if !self.has_csv() => {
                let (reason, give) = ("as no CSV is written", "--output FILE.csv or --format csv");
                let places = ["format", "output", "packets", "samples"];
                let place = places.iter().find(|id| self.given.has(id));
                Some(match place {
                    Some(id) => Idle::unless(&format!("this --{id}"), reason, give),
                    None => Idle::without("CSV", give),
                })
            }
            Need::Lab if !args.lab => Some(Idle::without("--lab", "--lab")),
            Need::Network if args.lab => Some(Idle::beside("--lab", ", which has its own relays")),
            Need::Fault if args.lab_fault.is_empty() => {
                Some(Idle::without("--lab-fault", "--lab --lab-fault NAME"))
            }
            Need::Seen => unseen(&args.lab_fault, &args.proxy, args.compare_direct)
                .or_else(|| args.lab_fault.iter().find_map(|fault| self.unmet(*fault))),
            Need::Proxy if args.proxy.proxy.is_none() => {
                Some(Idle::without("--proxy", "--proxy URL"))
            }
            _ => None,
        }
    }

    /// Why a fault of the lab is not met by what this does.
    fn unmet(&self, fault: Fault) -> Option<Idle> {
        let need = match fault.met_by() {
            MetBy::Everywhere => return None,
            MetBy::Tcp => Need::Tcp,
            MetBy::Hello => Need::Hello,
            MetBy::Tls => Need::Tls,
            MetBy::Requests => Need::Requests,
            MetBy::Udp => Need::Udp,
        };
        let idle = match (self.mode, need) {
            (Burst | Watch | Hold, Need::Requests) => return None,
            (Burst | Watch, Need::Tcp | Need::Hello | Need::Tls) => {
                Idle::beside(self.mode.flag()?, ", as nothing goes over TCP")
            }
            (Hold, Need::Udp) => Idle::beside(self.mode.flag()?, ", as nothing goes over UDP"),
            _ => self.lacks(need)?,
        };
        Some(idle.of(fault))
    }

    /// Whether a transport is spoken, where that is for the user to say.
    fn speaks(&self, transport: Transport) -> bool {
        self.mode != Series || self.ways.iter().any(|way| way.transport == transport)
    }

    /// What another transport would mend; whoever says the one that is spoken is named.
    fn otherwise(&self, reason: &str, give: &str) -> Idle {
        let mut words: Vec<_> = self.ways.iter().map(|way| way.transport.as_str()).collect();
        words.dedup();
        let words = words.join(",");
        match self
            .targets
            .iter()
            .find(|target| target.transport.is_some())
        {
            _ if self.given.has("transport") => {
                Idle::unless(&format!("--transport {words}"), reason, give)
            }
            // which refuses --transport
            Some(target) => {
                let give = [give, "another target"][usize::from(give.starts_with("--tr"))];
                Idle::unless(&format!("the target {target}"), reason, give)
            }
            None => Idle::unless(&format!("{words} alone"), reason, give),
        }
    }
}

/// Where rows go.
const A_PLACE: &str = "--output FILE or --format csv";
