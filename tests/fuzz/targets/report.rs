//! Bytes of a file to every form of a report.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use turnprobe::doc;
use turnprobe::endpoints::TEAMS_RANGES;
use turnprobe::measure::folds::{Finished, Survey};
use turnprobe::report::model::{Report, ReportedFile, ReportedInput, ReportedProblem};
use turnprobe::report::{ReportContext, Selection, document, figures};
use turnprobe::source::{self, ReadSummary};
use turnprobe::stats::survey::SurveyOptions;
use turnprobe::zone::Zone;

use super::{Target, files, forms};

pub const TARGET: Target = Target {
    name: "report",
    longest: 4_096,
    seeds,
    check,
};

/// The heads of files of every dialect and kind of row.
fn seeds() -> Vec<Vec<u8>> {
    let mut all = files("report", "csv");
    for ending in ["csv", "jsonl"] {
        all.extend(files("golden/rows", ending));
    }
    let lines = |file: &Vec<u8>| {
        let most = file.get(..2_500).unwrap_or(file);
        let end = most.iter().rposition(|byte| *byte == b'\n');
        most[..end.map_or(most.len(), |end| end + 1)].to_vec()
    };
    all.iter().map(lines).collect()
}

fn check(bytes: &[u8]) {
    let (rows, summary) = read(bytes);
    let of_files: u64 = summary.files.iter().map(|file| file.rows).sum();
    // every row is taken in
    assert_eq!(rows.rows(), of_files);
    let (lines, most) = (bytes.len() as u64 + 1, rows.all.rows);
    // a compressed file holds more than it shows
    assert!(bytes.starts_with(b"\x1f\x8b") || of_files <= lines);
    assert!(rows.all.failed <= most && rows.without_time <= most);
    let report = report(&rows, &summary);
    assert_eq!(report.overview.rows, most);
    assert_eq!(report.overview.ok + report.overview.failed, most);
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["overview"]["rows"], most);
    let wanted = Selection::default();
    let document = document(&report, &wanted);
    forms::all(&document, 80, Some(10));
    forms::csv(&doc::csv(&figures(&report, &wanted)));
}

/// The bytes as a file, read and folded.
fn read(bytes: &[u8]) -> (Finished, ReadSummary) {
    // in memory, where the system has such a place
    let memory = std::path::Path::new("/dev/shm");
    let mut file = if memory.is_dir() {
        tempfile::NamedTempFile::new_in(memory).unwrap()
    } else {
        tempfile::NamedTempFile::new().unwrap()
    };
    std::io::Write::write_all(&mut file, bytes).unwrap();
    let inputs = vec![source::Input::File(file.path().to_owned())];
    let stop = Arc::new(AtomicBool::new(false));
    let mut reading = source::read(inputs, Zone::Utc, stop);
    let mut survey = Survey::new(SurveyOptions {
        zone: Zone::Utc,
        slow_us: 40_000,
        by: Vec::new(),
        most_groups: 1_000,
        whole_slots: true,
        outage_us: None,
        ranges: TEAMS_RANGES,
        rejudge: false,
    });
    while let Some(batch) = reading.next() {
        for row in batch.rows() {
            survey.add(&row, batch.file);
        }
        reading.recycle(batch);
    }
    (survey.finish(), reading.finish())
}

fn report(rows: &Finished, summary: &ReadSummary) -> Report {
    let file = |file: &source::FileSummary| ReportedFile {
        // that of the temporary file would differ from run to run
        name: "rows.csv".to_owned(),
        dialect: file
            .dialect
            .map_or_else(String::new, |d| d.as_str().to_owned()),
        bytes: file.bytes,
        rows: file.rows,
        first: file.first,
        last: file.last,
    };
    let problem = |problem: &source::Problem| ReportedProblem {
        file: problem.file.clone(),
        line: problem.line,
        count: problem.count,
        what: problem.what.clone(),
    };
    let input = ReportedInput {
        files: summary.files.iter().map(file).collect(),
        rows: summary.files.iter().map(|file| file.rows).sum(),
        rows_used: 0,
        rows_without_outcome: 0,
        rows_without_losses: 0,
        rows_without_times: 0,
        bytes: summary.files.iter().map(|file| file.bytes).sum(),
        problems: summary.problems.iter().map(problem).collect(),
        notes: summary.notes.clone(),
    };
    let around = ReportContext {
        input,
        tool_version: "0",
        ..ReportContext::default()
    };
    Report::of(rows, around)
}
