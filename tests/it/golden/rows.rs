//! Rows of every kind through the sinks: CSV in its profiles, JSON Lines, the list.

use super::library;
use super::store::Store;

/// With the line ending of Linux, after it was seen that the system's own was written. Rows never
/// hold a raw line ending.
fn unix_lines(name: &str, bytes: &[u8]) -> Vec<u8> {
    let text = std::str::from_utf8(bytes).unwrap();
    let of_system = cfg!(windows) && !name.contains(".jsonl");
    let lines = text.matches('\n').count();
    let expected = if of_system { lines } else { 0 };
    assert_eq!(text.matches("\r\n").count(), expected, "{name}");
    text.replace("\r\n", "\n").into_bytes()
}

#[test]
fn rows_of_every_kind_cause_and_transport_are_written_as_ever() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::of("rows");
    for (name, streamed) in library::write_all(dir.path()) {
        let found = match std::fs::read(dir.path().join(&name)) {
            Ok(file) => {
                assert!(file == streamed, "{name}: a file and stdout differ");
                file
            }
            // the list goes to stdout only
            Err(_) => streamed,
        };
        store.check(&name, unix_lines(&name, &found));
    }
    store.finish();
}
