//! A named pipe that is written while it is read.

use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::broken::{HEAD, row};
use super::{Input, read};

#[test]
fn rows_of_a_slow_pipe_come_as_they_are_written() {
    let encodings: [fn(&str) -> Vec<u8>; 2] = [
        |text| text.as_bytes().to_vec(),
        |text| text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
    ];
    for encode in encodings {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&path).status();
        assert!(made.unwrap().success());
        let stop = Arc::new(AtomicBool::new(false));
        let mut reading = read(
            vec![Input::File(path.clone())],
            crate::zone::Zone::Utc,
            Arc::clone(&stop),
        );
        let mut pipe = std::fs::File::options().write(true).open(&path).unwrap();
        pipe.write_all(&encode(HEAD)).unwrap();
        for second in 0..5 {
            let line = row(second);
            pipe.write_all(&encode(&line[..9])).unwrap();
            pipe.write_all(&encode(&line[9..])).unwrap();
            // each comes before the next is written
            assert_eq!(reading.next().unwrap().len(), 1);
        }
        pipe.write_all(&encode("\"2021-02-12 13:46:59Z\",\"52.112"))
            .unwrap();
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
        assert!(reading.next().is_none());
        let summary = reading.finish();
        assert_eq!((summary.files[0].rows, summary.problems.len()), (5, 0));
    }
}
