//! Rows with another number of cells than their header.

use super::of;

const HEAD: &str = "started_utc,run_id,remotehost,transport,Status,cause,connect_us,tls_us,tls_path,clock_step_us,proxy";

/// A row that worked, with these cells behind `tls_path`.
fn worked(second: u32, behind: &str) -> String {
    format!("2021-02-12 13:46:{second:02}.000000Z,run,relay,tls,OK,,20100,40200,direct{behind}\n")
}

/// One whose connect failed, with these cells behind `connect_us`.
fn failed(second: u32, behind: &str) -> String {
    let cause = "connect-timeout,connect-timeout";
    format!("2021-02-12 13:46:{second:02}.000000Z,run,relay,tls,{cause},10000000{behind}\n")
}

/// A file of these rows.
fn file(rows: &[String]) -> String {
    format!("{HEAD}\n{}", rows.concat())
}

#[test]
fn empty_cells_that_a_program_left_out_at_the_ends_of_lines_are_empty() {
    // a block of whole lines, as Excel has them, and two without the columns that are empty in all of the block
    let block = file(&[
        worked(1, ",,"),
        failed(2, ",,,,"),
        worked(3, ",5000000,"),
        worked(4, ""),
        failed(5, ",,"),
        failed(6, ""),
        worked(7, ""),
    ]);
    // each line up to its last cell, as an editor leaves it
    let trimmed = file(&[worked(1, ""), failed(2, ""), failed(3, ""), worked(4, "")]);
    for (text, separator, rows, lost) in [
        (block.clone(), ",", 7, 3),
        (block, "\t", 7, 3),
        (trimmed.clone(), ",", 4, 2),
        (trimmed, "\t", 4, 2),
    ] {
        let taken = of(text.replace(',', separator));
        assert_eq!(taken.problems(), [""; 0]);
        assert_eq!(taken.rows.len(), rows);
        let causes = taken.column("cause");
        assert_eq!(
            causes
                .iter()
                .filter(|cause| **cause == "connect-timeout")
                .count(),
            lost
        );
        assert!(taken.column("proxy").iter().all(|cell| cell.is_empty()));
        assert!(taken.summary.notes[0].contains("empty cells at their ends"));
        assert!(taken.summary.files[0].odd.is_some());
    }
}

#[test]
fn more_empty_cells_than_the_header_has_are_none() {
    let taken = of(file(&[
        worked(1, ",,,,"),
        worked(2, ",,"),
        failed(3, ",,,,,,"),
    ]));
    assert_eq!(taken.problems(), [""; 0]);
    assert_eq!(taken.column("tls_path"), ["direct", "direct", ""]);
    // one that has something there is another row
    let taken = of(file(&[worked(1, ",,,x"), worked(2, ",,")]));
    assert_eq!(taken.rows.len(), 1);
    assert_eq!(taken.summary.problems.len(), 1);
}

#[test]
fn a_row_that_may_have_lost_something_stays_out() {
    for torn in [
        // in front of what the other rows have
        "2021-02-12 13:46:03.000000Z,run,relay,tls,OK,,20100,40\n",
        // a separator between two cells is gone, and all behind stand in the wrong column
        "2021-02-12 13:46:03.000000Z,run,relay,tls,OK,20100,40200,direct,,\n",
        "2021-02-12 13:46:03.000000Z,run,relaytls,OK,,20100,40200,direct,,\n",
        // the end of a row
        "relay,tls,OK,,20100,40200,direct,,\n",
        // a failure without its cause
        "2021-02-12 13:46:03.000000Z,run,relay,tls,connect-timeout\n",
    ] {
        let taken = of(file(&[worked(1, ",,"), failed(2, ",,,,"), torn.to_owned()]));
        assert_eq!(taken.rows.len(), 2, "{torn}");
        assert_eq!(taken.summary.problems.len(), 1, "{torn}");
    }
    // some go through a proxy: whether this one did nobody knows
    let proxied = worked(1, ",,http://proxy:8080");
    let taken = of(file(&[proxied, worked(2, "")]));
    assert_eq!(taken.rows.len(), 1);
}

#[test]
fn rows_of_end2end_may_be_short_as_well() {
    let head = "datetime\tremotehost\tremotename\tremoteip\tPort\tStatus\tdnstimems\tconnecttimems\ttlstimems\ttotaltimems\n";
    let row = |second: u32, rest: &str| {
        format!("2021-02-12 13:46:{second:02}Z\trelay\trelay\t52.112.1.1\t443\t{rest}\n")
    };
    let rows = [
        row(1, "OK\t20\t25\t50\t95"),
        row(2, "Error\t20"),
        row(3, "Error"),
        row(4, "OK\t20\t25"),
    ];
    let taken = of(format!("{head}{}", rows.concat()));
    // the last one lacks times that such a row has, and an error may have one
    assert_eq!(taken.column("Status"), ["OK", "Error"]);
}
