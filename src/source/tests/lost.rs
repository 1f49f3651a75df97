//! How much of a file became no row: in rows, not in lines.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::broken::{HEAD, row};
use super::{Taken, of};

/// Rows of which each has 41 bytes.
fn rows(count: usize) -> String {
    row(1).repeat(count)
}

fn gzip(text: &str) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(text.as_bytes()).unwrap();
    gzip.finish().unwrap()
}

/// The rows that are said to be lost, and nothing where it is no more than usual.
fn lost(taken: &Taken) -> Vec<u64> {
    let such = taken.summary.problems.iter().filter(|one| one.outcomes);
    such.map(|one| one.count).collect()
}

#[test]
fn a_line_that_was_many_rows_counts_as_many() {
    let glued = |count, end: &str| rows(count).replace('\n', " ") + end;
    let taken = of(format!(
        "{HEAD}{}{}{}",
        rows(100),
        glued(50, "\n"),
        rows(10)
    ));
    assert_eq!(taken.rows.len(), 110);
    assert_eq!(
        taken.problems(),
        [
            "102: 1 line with text after a closing quote, as from two torn rows in one: left out; 2050 bytes, about 50 rows"
        ]
    );
    assert_eq!(lost(&taken), [50]);
    // a few rows, as every night may lose them
    let few = of(format!("{HEAD}{}{}", rows(100), glued(5, "\n")));
    assert!(few.problems()[0].ends_with("; 205 bytes, about 5 rows"));
    assert_eq!(lost(&few), [0; 0]);
    // of more than a line may have, at the end of the file and before it
    for end in ["\n", ""] {
        let text = format!("{HEAD}{}{}", rows(1000), glued(30_000, end));
        let many = lost(&of(text));
        assert!((29_900..=30_000).contains(&many[0]), "{many:?}");
    }
    let object = r#"{"datetime":"2021-02-12 13:46:01Z","remoteip":"192.0.2.1"}"#;
    for end in ["\n", ""] {
        let lines = format!("{object}\n").repeat(100);
        let taken = of(format!("{lines}{}{end}", object.repeat(50)));
        assert_eq!((taken.rows.len(), lost(&taken)), (100, vec![49]), "{end:?}");
    }
}

#[test]
fn rows_above_their_header_are_lost_rows() {
    let taken = of(format!("{}{HEAD}{}", rows(50), rows(100)));
    assert_eq!((taken.rows.len(), lost(&taken)), (100, vec![50]));
    // what is none of them is not
    let taken = of(format!("{}{HEAD}{}", "a log\n".repeat(50), rows(100)));
    assert_eq!((taken.rows.len(), lost(&taken)), (100, vec![]));
}

#[test]
fn nul_bytes_in_the_place_of_rows_are_told_in_rows() {
    let nuls = |count: usize| "\0".repeat(count * 41);
    let taken = of(format!("{HEAD}{}{}{}", rows(100), nuls(60), rows(100)));
    assert_eq!(taken.rows.len(), 200);
    assert_eq!(
        taken.problems(),
        [
            "102: 1 line with NUL bytes before or after, as left by a power cut: read without them; 2460 bytes of them, in the place of about 60 rows"
        ]
    );
    assert_eq!(lost(&taken), [60]);
    let few = of(format!("{HEAD}{}{}{}", rows(100), nuls(5), rows(100)));
    assert_eq!(lost(&few), [0; 0]);
    // at the end, and more than a line may have
    let taken = of(format!("{HEAD}{}{}", rows(1000), nuls(30_000)));
    assert_eq!(taken.rows.len(), 1000);
    let many = lost(&taken);
    assert!((29_900..=30_000).contains(&many[0]), "{many:?}");
}

#[test]
fn what_stands_behind_a_gzip_is_read_or_told_in_rows() {
    let packed = gzip(&format!("{HEAD}{}", rows(100)));
    let text = of([&packed[..], rows(50).as_bytes()].concat());
    assert_eq!(text.rows.len(), 150);
    assert_eq!(
        text.problems(),
        ["not compressed up to its end, as another program appended text: read as it stands"]
    );
    // as many bytes again of something else
    let more: Vec<u8> = (0..packed.len()).map(|_| 1).collect();
    let other = of([&packed[..], &more].concat());
    assert_eq!(other.rows.len(), 100);
    assert!(
        (80..=100).contains(&lost(&other)[0]),
        "{:?}",
        other.problems()
    );
    assert!(other.problems()[0].contains("; behind it are about "));
    // nobody knows what a file has lost that ends too early
    let cut = of(&packed[..packed.len() - 8]);
    assert_eq!(lost(&cut), [0; 0]);
}
