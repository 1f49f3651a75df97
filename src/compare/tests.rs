//! The sentences, the verdict and the document of comparisons whose numbers are given.

use super::*;
use crate::doc::{self, Room};
use crate::report::model::ReportedInput;
use crate::stats::compare::{
    Basis, Decision, FailurePart, Interval, MetricComparison, Needs, PathFailures, SideTimes, Timed,
};

fn of(middle: f64, low: f64, high: f64) -> Interval {
    Interval { middle, low, high }
}

/// Connects of two regions that the second side takes longer for, as measured in 48 blocks.
fn connect() -> MetricComparison {
    MetricComparison {
        transport: "tls".to_owned(),
        target: "tr.teams.microsoft.com:443".to_owned(),
        regions: vec!["northeurope".to_owned(), "westeurope".to_owned()],
        overall: true,
        metric: Timed::Connect,
        sides: [SideTimes::default(); 2],
        basis: Basis::Blocks(48, 600),
        difference: Some(of(14.2, 13.9, 14.6)),
        bare_ms: None,
        ratio: Some(of(1.554, 1.5, 1.6)),
        p95: None,
        matters_ms: 1.0,
        mixed: false,
        verdict: Decision::Differs,
        needs: None,
        left_out: 0.0,
    }
}

fn failures() -> PathFailures {
    PathFailures {
        of: FailurePart::Rows,
        transport: "tls".to_owned(),
        target: "tr.teams.microsoft.com:443".to_owned(),
        sides: [(10_000, 30), (10_000, 40)],
        here: 0,
        basis: Basis::Blocks(48, 600),
        difference: Some(of(0.1, -0.1, 0.2)),
        verdict: Decision::NoDifference,
        needs: None,
        in_outages: false,
        unknown: 0,
    }
}

#[test]
fn a_difference_is_told_with_its_interval_its_ratio_and_what_it_rests_on() {
    assert_eq!(
        sentence::line(&connect(), "VPN"),
        "VPN adds 14.2 ms to connect (95 %: 13.9 to 14.6; x 1.55), 48 blocks of 10 minutes measured at the same time, \
         northeurope and westeurope"
    );
    let less = MetricComparison {
        difference: Some(of(-3.1, -3.4, -2.8)),
        ratio: None,
        basis: Basis::Days(7, 6),
        regions: vec![String::new()],
        left_out: 0.12,
        ..connect()
    };
    assert_eq!(
        sentence::line(&less, "VPN"),
        "VPN takes 3.1 ms off connect (95 %: 2.8 to 3.4), 7 days against 6, in the hours that both have; 12 \
         % of the values are from regions that only one side has, and were left out"
    );
}

#[test]
fn no_difference_says_within_what_and_never_less_than_a_millisecond_between_kinds_of_files() {
    let same = MetricComparison {
        difference: Some(of(0.02, -0.21, 0.24)),
        verdict: Decision::NoDifference,
        ..connect()
    };
    let brief = sentence::line_alone(&same, "VPN");
    assert_eq!(brief, "connect: no difference that matters (within 0.3 ms)");
    let mixed = MetricComparison {
        mixed: true,
        ..same
    };
    let brief = sentence::line_alone(&mixed, "VPN");
    assert_eq!(brief, "connect: no difference that matters (within 1 ms)");
}

#[test]
fn who_cannot_tell_says_why_and_what_it_would_take() {
    let wide = MetricComparison {
        difference: Some(of(0.8, -1.2, 2.9)),
        verdict: Decision::CannotTell,
        needs: Some(Needs::Blocks(54)),
        ..connect()
    };
    assert_eq!(
        sentence::line_alone(&wide, "VPN"),
        "connect: cannot tell: VPN takes 0.8 ms more, but anything from 1.2 ms less to 2.9 ms more would fit (95 %); it \
         would take about 9 h in all of both at the same time"
    );
    let few = MetricComparison {
        difference: None,
        bare_ms: Some(2.0),
        basis: Basis::Neither(0, [1, 1]),
        needs: Some(Needs::SameTime),
        ..wide
    };
    assert_eq!(
        sentence::line(&few, "VPN"),
        "connect: cannot tell: too few days to tell change from chance (1 and 1); between these VPN takes 2 ms more, \
         northeurope and westeurope; it would take both at the same time for an hour or more, or 6 days of each"
    );
    assert_eq!(
        sentence::line_alone(&few, "VPN"),
        "connect: cannot tell; between these VPN takes 2 ms more"
    );
    let drifting = MetricComparison {
        basis: Basis::Neither(0, [6, 7]),
        needs: Some(Needs::Days(12)),
        ..few
    };
    assert_eq!(
        sentence::line(&drifting, "VPN"),
        "connect: cannot tell: the path varies just as much from day to day (6 days and 7); between these VPN takes 2 ms \
         more, northeurope and westeurope; it would take about 12 days of each, or both at the same time for some hours"
    );
}

#[test]
fn a_changed_tail_is_told_where_the_median_does_not_show_it() {
    let tail = MetricComparison {
        difference: Some(of(0.0, -0.1, 0.1)),
        p95: Some(of(20.0, 15.0, 25.0)),
        verdict: Decision::NoDifference,
        ..connect()
    };
    assert_eq!(
        sentence::line_alone(&tail, "VPN"),
        "connect: no difference that matters in the median (within 0.1 ms); but the 95th percentile 20 ms more (95 %: 15 \
         to 25)"
    );
}

#[test]
fn a_difference_of_some_regions_is_told_as_theirs() {
    let single = |region: &str, verdict, middle| MetricComparison {
        regions: vec![region.to_owned()],
        overall: false,
        verdict,
        difference: Some(of(middle, middle - 0.2, middle + 0.2)),
        ..connect()
    };
    let [even, other] =
        ["northeurope", "westeurope"].map(|region| single(region, Decision::NoDifference, 0.0));
    let ukwest = single("ukwest", Decision::Differs, 9.92);
    assert_eq!(
        sentence::places(&connect(), &[&even, &ukwest, &other]),
        "; by region: ukwest 9.92 ms more, no difference in 2 others"
    );
    // all of them differ, or none does
    assert_eq!(sentence::places(&connect(), &[&ukwest, &ukwest]), "");
    assert_eq!(sentence::places(&connect(), &[&even, &other]), "");
}

#[test]
fn what_takes_as_long_takes_no_number_of_milliseconds() {
    let same = MetricComparison {
        difference: None,
        bare_ms: Some(0.0),
        verdict: Decision::CannotTell,
        ..connect()
    };
    assert_eq!(
        sentence::line_alone(&same, "VPN"),
        "connect: cannot tell; between these VPN takes just as long"
    );
}

// half a percentage point matters: 50 of 10,050 rows are 0.498, 51 of 10,051 are 0.507
#[test]
fn no_difference_is_told_only_where_rows_without_an_outcome_could_make_none() {
    for (unknown, verdict) in [(50, Decision::NoDifference), (51, Decision::CannotTell)] {
        let mut some = failures();
        some.leave_out(unknown);
        assert_eq!(some.verdict, verdict, "{unknown}");
    }
    let mut some = failures();
    some.leave_out(1_060);
    assert_eq!(
        sentence::failures(&some, "VPN", false),
        "failures 0.3 % and 0.4 %: cannot tell: the outcome of 1060 rows could not be read"
    );
}

#[test]
fn failures_are_told_by_their_shares_and_outages_are_no_difference_of_the_usual() {
    assert_eq!(
        sentence::failures(&failures(), "VPN", false),
        "failures 0.3 % and 0.4 %: no difference"
    );
    let more = PathFailures {
        sides: [(1_000, 3), (1_000, 43)],
        difference: Some(of(4.0, 3.0, 5.0)),
        verdict: Decision::Differs,
        ..failures()
    };
    assert_eq!(
        sentence::failures(&more, "VPN", false),
        "failures 0.3 % and 4.3 %: VPN fails more often, by 4 percentage points (95 %: 3 to 5)"
    );
    let lost = PathFailures {
        of: FailurePart::Requests,
        ..more.clone()
    };
    assert_eq!(
        sentence::failures(&lost, "VPN", false),
        "loss 0.3 % and 4.3 %: VPN loses more, by 4 percentage points (95 %: 3 to 5)"
    );
    let outages = PathFailures {
        verdict: Decision::CannotTell,
        in_outages: true,
        ..more
    };
    let told = sentence::failures(&outages, "VPN", false);
    assert!(told.contains("as in outages"), "{told}");
}

/// The rows of a comparison that has none.
fn nothing() -> model::Comparison {
    nothing_if(false)
}

fn nothing_if(interrupted: bool) -> model::Comparison {
    let folded = crate::stats::compare::ComparisonFold::new(None).finish();
    let side = |name: &str| (name.to_owned(), vec![format!("{name}.csv")]);
    let about = ComparisonContext {
        input: ReportedInput::default(),
        sides: [side("direct"), side("VPN")],
        filters: Vec::new(),
        zone: crate::zone::Zone::Utc,
        interrupted,
        without_outcome: 0,
        of_both: 0,
        differ_in_proxy: false,
        tool_version: "0",
    };
    comparison(&folded, about)
}

#[test]
fn nothing_is_compared_with_nothing_without_a_panic() {
    let nothing = nothing();
    assert!(!nothing.tells());
    let told = "There is no row of direct, so there is nothing to compare.";
    assert_eq!(nothing.verdict, told);
    let room = Room {
        columns: 80,
        rows: None,
        hint: "",
        marks: false,
    };
    assert!(doc::terminal(&document(&nothing), &room).contains(told));
    assert!(doc::page(&document(&nothing)).contains(told));
}

#[test]
fn what_was_not_read_is_not_said_to_be_missing() {
    assert_eq!(
        nothing_if(true).verdict,
        "Reading was stopped before a row of direct was read, so nothing could be compared."
    );
}

#[test]
fn a_hostile_name_is_harmless_in_every_form() {
    let mut hostile = nothing();
    let name = "<script>\u{1b}[31m\u{202e}|`x`";
    hostile.b.name = name.to_owned();
    hostile.verdict = format!("{name} adds");
    let room = Room {
        columns: 80,
        rows: None,
        hint: "",
        marks: false,
    };
    let document = document(&hostile);
    assert!(!doc::page(&document).contains("<script>"));
    assert!(!doc::terminal(&document, &room).contains("\u{202e}"));
    assert!(!doc::markdown(&document, None).contains("<script>"));
}
