use chrono::Duration;

use super::{Selection, document};
use crate::doc::{self, Block};
use crate::report::model::{
    Addresses, CumulativePoint, HeatDay, LinePoint, RegionLine, Report, Slow,
};

mod clocks;
mod samples;

use samples::{Plan, empty, report};

fn page(report: &Report) -> String {
    doc::page(&document(report, &Selection::default()))
}

/// Everything as large as it comes and larger, every text 64 KB of what hurts.
fn largest() -> Report {
    let hostile =
        "<script src=x>alert(1)</script>&\"'\u{202e}\x1b[31m\u{0}ÄÖ\u{1f4a9}".repeat(1300);
    let mut report = report(&Plan {
        regions: (0..9).map(|at| format!("{at}{hostile}")).collect(),
        buckets: 512,
        days: 400,
        groups: 1000,
        every: 1,
        text: hostile,
        ..Plan::months()
    });
    many(&mut report.filters, 50);
    many(&mut report.input.problems, 300);
    many(&mut report.input.notes, 300);
    many(&mut report.overview.failed_by_cause, 300);
    many(&mut report.overview.longest_gaps, 300);
    many(&mut report.slow.regions, 300);
    many(&mut report.slow.slowest, 1000);
    many(&mut report.series, 200);
    many(&mut report.events, 1000);
    many(&mut report.addresses.ttls, 300);
    many(&mut report.distribution, 40);
    many(&mut report.phases, 40);
    many(&mut report.tables, 40);
    report
}

/// What there is again and again.
fn many<T: Clone>(items: &mut Vec<T>, count: usize) {
    *items = items.iter().cycle().take(count).cloned().collect();
}

/// One row, one region, one hour.
fn one_row() -> Report {
    let mut one = report(&Plan {
        regions: vec!["westeurope".to_owned()],
        buckets: 1,
        days: 1,
        groups: 1,
        every: 0,
        ..Plan::night()
    });
    one.heat.days[0].hours.truncate(10);
    one.slow = Slow::default();
    one.series[0].outages = 0;
    one.series[0].longest_outages.clear();
    one.overview.rows = 1;
    one.overview.ok = 1;
    one.overview.answered = 1;
    one.overview.first = one.overview.last;
    one.overview.span_s = Some(0.0);
    one.overview.probes_per_minute = None;
    one
}

/// Probes that all failed: no connect anywhere.
fn only_failures() -> Report {
    let mut failed = report(&Plan {
        every: 4,
        ..Plan::night()
    });
    failed.overview.ok = 0;
    failed.overview.answered = 0;
    failed.overview.failed = failed.overview.rows;
    failed.slow = Slow::default();
    failed.distribution.clear();
    failed.addresses = Addresses::default();
    for line in &mut failed.timeline.regions {
        line.points.clear();
    }
    failed.timeline.slow.clear();
    failed.phases.clear();
    failed.curves.clear();
    failed.heat.metric = None;
    for cell in failed
        .heat
        .days
        .iter_mut()
        .flat_map(|day| &mut day.hours)
        .flatten()
    {
        (cell.failed, cell.p50_ms, cell.p95_ms) = (cell.n, None, None);
    }
    for group in failed.tables.iter_mut().flat_map(|table| &mut table.groups) {
        (group.dns, group.connect, group.tls, group.total) = (None, None, None, None);
        group.failed = group.n;
    }
    failed
}

/// Numbers that no reader should meet.
fn broken_numbers() -> Report {
    let mut report = report(&Plan::night());
    let at = report.overview.first.unwrap();
    let point = |at, ms| LinePoint {
        at,
        n: 1,
        p5_ms: ms,
        p50_ms: ms,
        p95_ms: ms,
    };
    report.timeline.bucket_s = 0;
    report.timeline.to = Some(at + Duration::days(9));
    report.timeline.regions = vec![RegionLine {
        region: String::new(),
        points: vec![
            point(at, 0.0),
            point(at, f64::NAN),
            point(at + Duration::days(9), f64::INFINITY),
        ],
    }];
    for phase in &mut report.phases {
        phase.panels.bucket_s = 0;
        for point in phase
            .panels
            .panels
            .iter_mut()
            .flat_map(|panel| &mut panel.points)
        {
            point.middle = f64::NAN;
            point.high = f64::INFINITY;
        }
    }
    report.curves[0].1[0].cumulative = [(f64::NAN, 50.0), (0.0, 100.0)]
        .map(|(connect_ms, up_to_percent)| CumulativePoint {
            connect_ms,
            up_to_percent,
        })
        .to_vec();
    report.overview.span_s = Some(f64::NAN);
    report.overview.probes_per_minute = Some(f64::INFINITY);
    report.series[0].answered_percent = Some(f64::NAN);
    report.overview.ok_percent = Some(f64::NAN);
    report.addresses.expected = Some(f64::INFINITY);
    report.heat.days = vec![HeatDay {
        day: at.date_naive(),
        hours: Vec::new(),
    }];
    report
}

/// Regions near and far, and one next door: 0 ms in whole milliseconds.
fn near_and_far() -> Report {
    let mut report = report(&Plan::night());
    for (line, factor) in report
        .timeline
        .regions
        .iter_mut()
        .zip([0.0, 0.3, 1.0, 14.0])
    {
        for point in &mut line.points {
            point.p5_ms *= factor;
            point.p50_ms *= factor;
            point.p95_ms *= factor;
        }
    }
    report
}

fn all() -> Vec<(&'static str, Report)> {
    vec![
        ("months", report(&Plan::months())),
        ("night", report(&Plan::night())),
        ("largest", largest()),
        ("empty", empty()),
        ("one-row", one_row()),
        ("only-failures", only_failures()),
        ("near-and-far", near_and_far()),
        ("broken-numbers", broken_numbers()),
    ]
}

/// Elements that have no end.
const VOID: [&str; 4] = ["meta", "br", "hr", "wbr"];

/// Goes through the tags; says what is wrong.
fn check(page: &str) -> Result<(), String> {
    let mut rest = page.strip_prefix("<!DOCTYPE html>").ok_or("no doctype")?;
    let mut open: Vec<&str> = Vec::new();
    let mut ids = std::collections::BTreeSet::new();
    while let Some(start) = rest.find('<') {
        let end = rest[start..].find('>').ok_or("a tag without end")? + start;
        let tag = &rest[start + 1..end];
        rest = &rest[end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            match open.pop() {
                Some(opened) if opened == name => {}
                other => return Err(format!("{other:?} closed by {name}")),
            }
            continue;
        }
        if tag.matches('"').count() % 2 != 0 {
            return Err(format!("quotes of {tag}"));
        }
        if let Some(id) = tag
            .split(" id=\"")
            .nth(1)
            .and_then(|id| id.split('"').next())
            && !ids.insert(id.to_owned())
        {
            return Err(format!("{id} twice"));
        }
        let name = tag.split([' ', '\n']).next().unwrap_or_default();
        if name == "svg" && !tag.contains("aria-hidden") {
            let alternative = tag.contains("role=\"img\"")
                && rest.starts_with("<title id=")
                && rest.contains("</title><desc id=");
            if !alternative {
                return Err(format!("a picture without words: {tag}"));
            }
        }
        if !VOID.contains(&name) {
            open.push(name);
        }
    }
    if !open.is_empty() {
        return Err(format!("left open: {open:?}"));
    }
    // what is pointed at is there
    for part in page
        .split("href=\"#")
        .chain(page.split("aria-labelledby=\""))
        .skip(1)
    {
        let target = part.split(['"', ' ']).next().unwrap_or_default();
        if !target.starts_with("<!") && !ids.contains(target) {
            return Err(format!("no {target}"));
        }
    }
    Ok(())
}

#[test]
fn pages_are_well_formed_small_and_whole() {
    for (name, report) in all() {
        let page = page(&report);
        check(&page).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(page.len() < 1_000_000, "{name}: {}", page.len());
        for never in [
            "http://", "https://", "<script", " src=", "@import", "<link", "<iframe",
        ] {
            assert!(
                !page.contains(never) || never == " src=" && name == "largest",
                "{name} has {never}"
            );
        }
        for never in ["NaN", "inf ", "\"inf", ">inf", "-0 "] {
            assert!(!page.contains(never), "{name} has {never}");
        }
        assert!(page.contains("<main>") && page.contains("lang=\"en\""));
    }
}

/// RFC 4648 section 4.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let mut number = [0; 4];
        number[1..=three.len()].copy_from_slice(three);
        let number = u32::from_be_bytes(number);
        for digit in 0..4 {
            text.push(if digit > three.len() {
                '='
            } else {
                char::from(DIGITS[(number >> (18 - 6 * digit)) as usize & 63])
            });
        }
    }
    text
}

// CSP Level 3 section 6.7.3.3: the hash of what stands between the tags; elements with style
// attributes and event handlers would need more than the policy gives
#[test]
fn the_browser_may_use_the_pages_own_style_and_nothing_else() {
    for (name, report) in all() {
        let page = page(&report);
        let style = page.split("<style>").nth(1).unwrap();
        let style = style.split("</style>").next().unwrap();
        let hash = ring::digest::digest(&ring::digest::SHA256, style.as_bytes());
        let policy = format!(
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
             style-src 'sha256-{}'; base-uri 'none'; form-action 'none'\">",
            base64(hash.as_ref())
        );
        let place = page.find(&policy);
        assert!(place.is_some(), "{name}: the page should have {policy}");
        assert!(place < page.find("<style>"), "{name}");
        assert_eq!(page.matches("<style").count(), 1, "{name}");
        let tags = page.split('<').filter_map(|part| part.split('>').next());
        for tag in tags {
            let attributes = tag.split('"').step_by(2);
            let mut names = attributes.filter_map(|part| part.split_whitespace().last());
            let never = names.find(|name| name.starts_with("style=") || name.starts_with("on"));
            assert_eq!(never, None, "{name}: {tag}");
        }
    }
}

#[test]
fn texts_of_strangers_are_escaped_and_cut() {
    let page = page(&largest());
    assert!(page.contains("&lt;script src=x&gt;alert(1)&lt;/script&gt;&amp;&quot;"));
    assert!(page.contains("\\u{202e}\\u{1b}"));
    assert!(page.chars().all(|c| !c.is_control() || c == '\n'));
    assert!(page.contains("more</p>"));
    assert!(!page.contains('\u{202e}'));
}

#[test]
fn the_main_tables_are_there_whatever_else_has_to_go() {
    let page = page(&largest());
    let section = |id: &str| {
        let start = page.find(&format!("<section id=\"{id}\">")).unwrap();
        let length = page[start..].find("</section>").unwrap();
        &page[start..start + length]
    };
    let regions = section("regions");
    let connect = &regions[regions
        .find("By region: connect time in ms</span>")
        .unwrap()..];
    let connect = &connect[..connect.find("</table>").unwrap()];
    assert_eq!(connect.matches("<th scope=\"row\"").count(), 9);
    for id in ["slow", "outages", "certificates"] {
        assert!(section(id).contains("<th scope=\"row\""), "{id}");
    }
}

#[test]
fn an_empty_report_says_so() {
    let page = page(&empty());
    assert!(page.contains("No row was used, so there is nothing to judge."));
    assert!(page.contains("No row.</span>"));
    assert!(!page.contains("<figure>"));
}

#[test]
fn the_verdict_is_a_sentence_of_plain_numbers() {
    let document = document(&report(&Plan::night()), &Selection::default());
    assert_eq!(document.verdict.text, "GREEN: Nothing is wrong.");
    let overview = document.sections.iter().find(|one| one.id == "overview");
    let Some(Block::Paragraph(paragraph)) = overview.and_then(|one| one.blocks.first()) else {
        panic!("no sentence");
    };
    let verdict = &paragraph.text;
    // by hand: 2 days of a row a second, 172800 / 12000 = 14 failed
    assert!(
        verdict.starts_with("99.992 % of 172\u{202f}800 probes succeeded and 14 failed, in 17 outages of at least 1 h 23 min in all; the median connect took "),
        "{verdict}"
    );
    assert!(
        verdict.ends_with("; 98 of 172\u{202f}800 connects (0.06 %) took longer than 500 ms."),
        "{verdict}"
    );
}

#[test]
fn an_interrupted_report_says_so_at_the_top() {
    let mut interrupted = report(&Plan::night());
    assert!(!page(&interrupted).contains("Interrupted:"));
    interrupted.interrupted = true;
    let page = page(&interrupted);
    assert!(page.find("Interrupted:").unwrap() < page.find("<main>").unwrap());
}

/// Writes the pages to look at: `cargo test --lib report::tests -- --ignored`.
#[test]
#[ignore = "for the eye"]
fn pages_to_look_at() {
    for (name, report) in all() {
        let path = format!("{}/target/report-{name}.html", env!("CARGO_MANIFEST_DIR"));
        let page = page(&report);
        println!("{path}: {} bytes", page.len());
        std::fs::write(path, page).unwrap();
    }
}
