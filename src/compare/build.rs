//! From the calculated comparison to its plain data.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};

use super::model::{self, Comparison, Estimate, Failed, SHAPE};
use super::sentence;
use crate::doc::number::counted;
use crate::doc::text::{cut, named};
use crate::report::model::ReportedInput;
use crate::stats::compare::{
    Basis, Compared, Decision, Folded, MetricComparison, PathFailures, SideTimes, Timed,
};
use crate::stats::units::moment;
use crate::zone::Zone;

/// Paths that the verdict speaks of.
const MOST_PATHS: usize = 3;

/// What a comparison is made under.
#[derive(Debug, Clone)]
pub struct ComparisonContext {
    /// What was read.
    pub input: ReportedInput,
    /// Names of the sides, and what each is.
    pub sides: [(String, Vec<String>); 2],
    /// `--since`, `--until`, `--where` as they were given.
    pub filters: Vec<String>,
    /// Zone of hours and days.
    pub zone: Zone,
    /// Whether the reading was broken off.
    pub interrupted: bool,
    /// Rows that are of both sides, and count in neither.
    pub of_both: u64,
    /// Rows that were left out, as their outcome could not be read.
    pub without_outcome: u64,
    /// Whether the sides differ in the proxy that they went through.
    pub differ_in_proxy: bool,
    /// Version of the program.
    pub tool_version: &'static str,
}

/// Of rows that were folded.
pub fn comparison(folded: &Folded, about: ComparisonContext) -> Comparison {
    let mut compared = Compared::of(folded, about.zone);
    for failures in &mut compared.failures {
        failures.leave_out(about.without_outcome);
    }
    let notes = notes(folded, &compared, &about);
    let mut input = about.input;
    input.rows_used = folded.rows.iter().sum();
    let side = |place: usize| {
        let (name, what) = about.sides[place].clone();
        let at = |of: fn((i64, i64)) -> i64| -> Option<DateTime<Utc>> {
            folded.spans[place].map(|span| moment(of(span)))
        };
        model::ComparedSide {
            name,
            what,
            rows: folded.rows[place],
            first: at(|(first, _)| first),
            last: at(|(_, last)| last),
        }
    };
    let (a, b) = (side(0), side(1));
    let block_s = folded.block_s;
    let mut verdict = verdict(&compared, [&a, &b]);
    if about.interrupted
        && let Some(side) = [&a, &b].into_iter().find(|side| side.rows == 0)
    {
        // whether it has rows is not known
        verdict = format!(
            "Reading was stopped before a row of {} was read, so nothing could be compared.",
            cut(&side.name, 40)
        );
    }
    Comparison {
        shape: SHAPE,
        tool_version: about.tool_version,
        time_zone: about.zone,
        filters: about.filters,
        interrupted: about.interrupted,
        verdict,
        lines: compared
            .lines
            .iter()
            .map(|of| line(of, &b.name, block_s))
            .collect(),
        failures: compared
            .failures
            .iter()
            .map(|of| failures(of, &b.name, block_s))
            .collect(),
        notes,
        input,
        a,
        b,
    }
}

/// What matters most: of each path the time that shows the way, what else differs, and the failures.
fn verdict(compared: &Compared, sides: [&model::ComparedSide; 2]) -> String {
    let name = |side: &model::ComparedSide| cut(&side.name, 40);
    if let Some(side) = sides.iter().find(|side| side.rows == 0) {
        return format!(
            "There is no row of {}, so there is nothing to compare.",
            name(side)
        );
    }
    let path = |line: &MetricComparison| (line.transport.clone(), line.target.clone());
    let paths: Vec<&[MetricComparison]> = compared
        .lines
        .chunk_by(|one, other| path(one) == path(other))
        .collect();
    if paths.is_empty() {
        let none = format!(
            "{} and {} have no transport, target and region in common with times on both sides",
            name(sides[0]),
            name(sides[1])
        );
        let differing = compared.failures.iter();
        let mut differing = differing.filter(|of| of.verdict == Decision::Differs);
        let Some(first) = differing.next() else {
            return format!("Cannot tell: {none}.");
        };
        let told = sentence::failures(first, &sides[1].name, true);
        let more = match differing.count() as u64 {
            0 => String::new(),
            more => format!("; {}", counted(more, "more path below", "more paths below")),
        };
        return format!(
            "{} {}: {told}{more}. Times: cannot tell: {none}.",
            first.transport, first.target
        );
    }
    let mut parts = Vec::new();
    for lines in paths.iter().take(MOST_PATHS) {
        let Some(lead) = lead(lines) else { continue };
        let mut text = String::new();
        if paths.len() > 1 {
            let _ = write!(text, "{} {}: ", lead.transport, lead.target);
        }
        text += &sentence::line(lead, &sides[1].name);
        let single = lines.iter().filter(|line| line.metric == lead.metric);
        let single: Vec<_> = single.filter(|line| !line.overall).collect();
        text += &sentence::places(lead, &single);
        let others = summing_up(lines).filter(|line| line.metric != lead.metric);
        let others: Vec<String> = others
            .filter(|line| line.verdict == Decision::Differs)
            .filter_map(|line| {
                let by = sentence::short(line.difference?);
                Some(format!("{} {by}", sentence::told(line.metric)))
            })
            .collect();
        if !others.is_empty() {
            let _ = write!(text, "; also {}", others.join(", "));
        }
        let failures = compared.failures.iter();
        let failures =
            failures.filter(|of| (&of.transport, &of.target) == (&lead.transport, &lead.target));
        for failures in failures {
            let rests = failures.basis != lead.basis;
            let told = sentence::failures(failures, &sides[1].name, rests);
            let _ = write!(text, "; {told}");
        }
        parts.push(text);
    }
    if paths.len() > MOST_PATHS {
        let more = (paths.len() - MOST_PATHS) as u64;
        parts.push(counted(more, "more path below", "more paths below"));
    }
    let mut text = parts.join(". ") + ".";
    // a name is left as it is
    let is_name = text.starts_with(&name(sides[1]));
    if let Some(first) = text.get_mut(..1).filter(|_| !is_name) {
        first.make_ascii_uppercase();
    }
    text
}

/// The lines of all regions.
fn summing_up(lines: &[MetricComparison]) -> impl Iterator<Item = &MetricComparison> {
    let is_first = |at: usize| at == 0 || lines[at - 1].metric != lines[at].metric;
    let all = lines.iter().enumerate();
    all.filter(move |(at, _)| is_first(*at))
        .map(|(_, line)| line)
}

/// The metric that shows the way best comes first.
const LEADING: [Timed; Timed::COUNT] = [
    Timed::Rtt,
    Timed::Connect,
    Timed::Turn,
    Timed::Total,
    Timed::Proxy,
    Timed::Tls,
    Timed::Answer,
    Timed::Dns,
];

/// The line that shows the way best.
fn lead(lines: &[MetricComparison]) -> Option<&MetricComparison> {
    let of = |metric| summing_up(lines).find(|line| line.metric == metric);
    LEADING.into_iter().find_map(of)
}

fn line(of: &MetricComparison, b: &str, block_s: i64) -> model::ComparedLine {
    let times = |side: &SideTimes| model::SideQuantiles {
        n: side.n,
        p50_ms: side.p50_ms,
        p95_ms: side.p95_ms,
        p99_ms: side.p99_ms,
    };
    model::ComparedLine {
        transport: of.transport.clone(),
        target: of.target.clone(),
        region: (!of.overall).then(|| of.regions.concat()),
        regions: of.regions.clone(),
        metric: of.metric,
        verdict: of.verdict,
        text: sentence::line(of, b),
        brief: sentence::line_alone(of, b),
        basis: basis(of.basis, block_s),
        difference_ms: of.difference.map(Estimate::from),
        bare_difference_ms: of.bare_ms,
        ratio: of.ratio.map(Estimate::from),
        p95_difference_ms: of.p95.map(Estimate::from),
        matters_ms: of.matters_ms,
        a: times(&of.sides[0]),
        b: times(&of.sides[1]),
        left_out_percent: of.left_out * 100.0,
    }
}

fn failures(of: &PathFailures, b: &str, block_s: i64) -> model::ComparedFailures {
    let failed = |(rows, failed): (u64, u64)| Failed {
        rows,
        failed,
        percent: failed as f64 * 100.0 / rows.max(1) as f64,
    };
    model::ComparedFailures {
        of: of.of,
        transport: of.transport.clone(),
        target: of.target.clone(),
        verdict: of.verdict,
        text: sentence::failures(of, b, true),
        basis: basis(of.basis, block_s),
        difference_points: of.difference.map(Estimate::from),
        a: failed(of.sides[0]),
        b: failed(of.sides[1]),
    }
}

/// Blocks are as long as those that were compared, or as the shortest there are.
fn basis(of: Basis, shortest_s: i64) -> model::ComparedBasis {
    let (of, blocks, length, days) = match of {
        Basis::Blocks(n, length) => ("blocks", n, length, None),
        Basis::Days(a, b) => ("days", 0, shortest_s, Some([a, b])),
        Basis::Neither(n, days) => ("none", n, shortest_s, Some(days)),
    };
    model::ComparedBasis {
        of,
        blocks,
        block_s: length,
        days,
    }
}

fn notes(folded: &Folded, compared: &Compared, about: &ComparisonContext) -> Vec<String> {
    let mut notes = Vec::new();
    if about.differ_in_proxy {
        notes.push(
            "connect lasts until the path to the relay is open: through a proxy this includes \
             its tunnel. Regions are combined, as behind a proxy they may not be known"
                .to_owned(),
        );
    }
    // what was not read may have them
    let one_sided = compared.one_sided.iter().filter(|_| !about.interrupted);
    for (cell, side, rows) in one_sided.take(20) {
        // rows whose name was not resolved have no region, and count among the failures
        if cell.region.is_empty() {
            continue;
        }
        let name = &about.sides[*side as usize].0;
        let what = [
            &cell.transport,
            &cell.target,
            &named(&cell.region, "region", 40),
        ]
        .map(|part| cut(part, 60));
        let what: Vec<_> = what
            .iter()
            .map(String::as_str)
            .filter(|part| !part.is_empty())
            .collect();
        let rows = counted(*rows, "row has", "rows have");
        notes.push(format!(
            "Only {} has {}: {rows} nothing to be compared with",
            cut(name, 40),
            what.join(" ")
        ));
    }
    #[rustfmt::skip]
    let cases = [
        (folded.without_time, "without a time, which are in no block and no day"),
        (folded.beyond, "of transports, targets and regions beyond the 500 that are kept apart: left out"),
        (about.of_both, "that belong to both sides: left out"),
    ];
    for (count, what) in cases {
        if count > 0 {
            notes.push(format!("{} {what}", counted(count, "row", "rows")));
        }
    }
    if compared.lines.iter().any(|line| line.mixed) {
        notes.push(
            "One side has whole milliseconds and the other microseconds: nothing under 2 ms is called a difference"
                .to_owned(),
        );
    }
    let rolled: u64 = folded.rolled.iter().sum();
    if rolled > 0 {
        let tunnel = if about.differ_in_proxy {
            "; roll-ups do not have connect with the tunnel, so there is no connect for what went through the proxy"
        } else {
            ""
        };
        notes.push(format!(
            "{} in roll-ups: their quantiles are taken from buckets, within 0.6 %{tunnel}",
            counted(rolled, "probe is", "probes are")
        ));
    }
    if folded.block_s > crate::stats::compare::BLOCK_S {
        let what = if rolled > 0 {
            "series or the intervals of roll-ups"
        } else {
            "series"
        };
        notes.push(format!(
            "The {what} are so long that a block is {}",
            sentence::minutes(folded.block_s)
        ));
    }
    notes
}
