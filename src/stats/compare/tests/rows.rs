//! Rows to cells and blocks.

use chrono::DateTime;

use super::*;
use crate::schema::{Dialect, Layout, Row};

const NAMES: [&str; 9] = [
    "remotehost",
    "Port",
    "Status",
    "transport",
    "region",
    "connect_us",
    "connecttimems",
    "cause",
    "failed_phase",
];

fn layout(exact: bool) -> Layout {
    let is_wanted = |name: &&&str| exact || **name != "connect_us";
    let names = NAMES
        .iter()
        .filter(is_wanted)
        .map(|name| (*name).to_owned());
    Layout::new(Dialect::Turnprobe, names.collect())
}

/// A row of a second, region, cause and time.
fn add(
    fold: &mut ComparisonFold,
    layout: &Layout,
    side: Side,
    second: i64,
    region: &str,
    cells: (&str, u64),
) {
    let (cause, us) = cells;
    let (mut text, mut ends) = (String::new(), Vec::new());
    for name in layout.names() {
        let cell = match name.as_str() {
            "remotehost" => "relay".to_owned(),
            "Port" => "443".to_owned(),
            "Status" if cause.is_empty() => "OK".to_owned(),
            "Status" | "cause" => cause.to_owned(),
            "failed_phase" => cause.split('-').next().unwrap().to_owned(),
            "transport" => "tls".to_owned(),
            "region" => region.to_owned(),
            "connect_us" => us.to_string(),
            "connecttimems" => ((us + 500) / 1000).to_string(),
            other => panic!("{other}"),
        };
        text.push_str(&cell);
        ends.push(u32::try_from(text.len()).unwrap());
    }
    let row = Row::new(layout, &text, &ends, DateTime::from_timestamp(second, 0));
    fold.add(&row, side);
}

/// An hour of both sides in two regions, B slower by 5 ms; the mix of the regions is another one.
fn hour(fold: &mut ComparisonFold, seconds: impl Iterator<Item = i64>) {
    let layout = layout(true);
    for second in seconds {
        for (side, far_of_ten, more) in [(Side::A, 3, 0), (Side::B, 7, 5_000)] {
            let far = second % 10 < far_of_ten;
            let (region, us) = if far {
                ("far", 60_000)
            } else {
                ("near", 20_000)
            };
            let us = us + more + u64::try_from(second * 37 % 100).unwrap();
            add(fold, &layout, side, second, region, ("", us));
        }
    }
}

fn lines(fold: ComparisonFold) -> Vec<MetricComparison> {
    Compared::of(&fold.finish(), Zone::Utc).lines
}

#[test]
fn another_mix_of_regions_is_no_difference() {
    let mut fold = ComparisonFold::new(None);
    hour(&mut fold, 0..3600);
    let lines = lines(fold);
    let names: Vec<_> = lines.iter().map(|line| line.regions.join(" ")).collect();
    assert_eq!(names, ["far near", "far", "near"]);
    for line in &lines {
        let found = line.difference.unwrap();
        assert!((found.middle - 5.0).abs() < 0.1, "{found:?}");
        assert_eq!(line.verdict, Decision::Differs);
        assert_eq!(line.basis, Basis::Blocks(6, 600));
    }
    // of several regions there is no pooled median
    assert_eq!(lines[0].sides[0].p50_ms, None);
    assert!((lines[2].sides[0].p50_ms.unwrap() - 20.05).abs() < 0.1);
    assert!((lines[2].ratio.unwrap().middle - 1.25).abs() < 0.01);
}

#[test]
fn the_order_of_rows_changes_nothing() {
    let mut forwards = ComparisonFold::new(None);
    hour(&mut forwards, 0..3600);
    let mut back = ComparisonFold::new(None);
    hour(&mut back, (0..3600).rev());
    assert_eq!(
        format!("{:?}", lines(forwards)),
        format!("{:?}", lines(back))
    );
}

#[test]
fn failures_of_the_path_count_and_those_of_the_measuring_computer_do_not() {
    let (mut fold, layout) = (ComparisonFold::new(None), layout(true));
    for second in 0..7200 {
        let cause = |share: i64| {
            if second % share == 0 {
                "connect-timeout"
            } else {
                ""
            }
        };
        add(
            &mut fold,
            &layout,
            Side::A,
            second,
            "near",
            (cause(100), 20_000),
        );
        add(
            &mut fold,
            &layout,
            Side::B,
            second,
            "near",
            (cause(20), 20_000),
        );
        add(
            &mut fold,
            &layout,
            Side::B,
            second,
            "",
            ("connect-no-local-port", 0),
        );
    }
    let failures = Compared::of(&fold.finish(), Zone::Utc).failures.remove(0);
    assert_eq!(failures.sides, [(7200, 72), (7200, 360)]);
    assert_eq!(failures.here, 7200);
    assert_eq!(failures.verdict, Decision::Differs);
    assert!((failures.difference.unwrap().middle - 4.0).abs() < 1e-9);
}

#[test]
fn an_outage_of_one_side_is_no_difference_of_the_usual_block_and_not_called_none() {
    let (mut fold, layout) = (ComparisonFold::new(None), layout(true));
    for second in 0..7200 {
        let down = (1200..2400).contains(&second);
        add(&mut fold, &layout, Side::A, second, "near", ("", 20_000));
        let cause = if down { "connect-timeout" } else { "" };
        add(&mut fold, &layout, Side::B, second, "near", (cause, 20_000));
    }
    let failures = Compared::of(&fold.finish(), Zone::Utc).failures.remove(0);
    assert!(failures.in_outages);
    assert_eq!(failures.verdict, Decision::CannotTell);
}

// A has whole milliseconds: 20.3 is 20, so that without more care 0.7 would seem to differ
#[test]
fn under_two_milliseconds_nothing_differs_between_two_kinds_of_files() {
    let (mut fold, whole, exact) = (ComparisonFold::new(None), layout(false), layout(true));
    for second in 0..7200 {
        add(&mut fold, &whole, Side::A, second, "near", ("", 20_300));
        add(&mut fold, &exact, Side::B, second, "near", ("", 21_500));
    }
    let line = lines(fold).remove(0);
    assert!(line.mixed);
    assert_ne!(line.verdict, Decision::Differs);
    assert!((line.matters_ms - 2.0).abs() < 1e-9);
}

#[test]
fn a_region_of_one_side_is_left_out_and_named() {
    let (mut fold, layout) = (ComparisonFold::new(None), layout(true));
    for second in 0..3600 {
        add(&mut fold, &layout, Side::A, second, "near", ("", 20_000));
        let region = if second % 2 == 0 { "near" } else { "far" };
        add(&mut fold, &layout, Side::B, second, region, ("", 20_000));
    }
    let compared = Compared::of(&fold.finish(), Zone::Utc);
    assert_eq!(compared.lines.len(), 1);
    // 1,800 of 7,200 values
    assert!((compared.lines[0].left_out - 0.25).abs() < 1e-9);
    let [(name, side, rows)] = &compared.one_sided[..] else {
        panic!("{:?}", compared.one_sided);
    };
    assert_eq!((name.region.as_str(), *side, *rows), ("far", Side::B, 1800));
}

// a year of two sides in two regions is 210,000 blocks of ten minutes
#[test]
fn a_long_series_gets_longer_blocks_instead_of_more_memory() {
    let (mut fold, layout) = (ComparisonFold::new(None), layout(true));
    for block in 0..52_560 {
        for region in ["near", "far"] {
            add(
                &mut fold,
                &layout,
                Side::A,
                block * 600,
                region,
                ("", 20_000),
            );
            add(
                &mut fold,
                &layout,
                Side::B,
                block * 600,
                region,
                ("", 30_000),
            );
        }
    }
    let folded = fold.finish();
    assert_eq!(folded.block_s, 4800);
    let kept: usize = folded
        .cells
        .iter()
        .flat_map(|cell| &cell.blocks)
        .map(BTreeMap::len)
        .sum();
    assert!(kept <= 50_000, "{kept}");
    let blocks = folded
        .cells
        .iter()
        .flat_map(|cell| &cell.blocks)
        .flat_map(BTreeMap::values);
    assert_eq!(
        blocks.map(|block| u64::from(block.rows)).sum::<u64>(),
        4 * 52_560
    );
}
