//! What is fuzzed. A target makes what it can of any bytes and asserts what must be true of it; that
//! nothing panics is the least.

mod certificate;
mod dns;
mod document;
mod forms;
mod ladder;
mod ms_turn;
mod page;
mod proxy;
mod pseudo_tls;
mod report;
mod samples;
mod stream;
mod stun;
mod target;
mod tls;

/// Something that takes bytes from elsewhere.
pub struct Target {
    /// Its name, and that of its file of inputs.
    pub name: &'static str,
    /// Bytes of the longest inputs that are worth trying.
    #[allow(dead_code)] // tests/fuzz/run reads it here
    pub longest: usize,
    /// Good inputs to begin with.
    pub seeds: fn() -> Vec<Vec<u8>>,
    /// Panics where something is not as it must be.
    pub check: fn(&[u8]),
}

/// All targets.
pub const ALL: [Target; 12] = [
    stun::TARGET,
    ms_turn::TARGET,
    stream::TARGET,
    pseudo_tls::TARGET,
    tls::TARGET,
    ladder::TARGET,
    certificate::TARGET,
    dns::TARGET,
    report::TARGET,
    document::TARGET,
    target::TARGET,
    proxy::TARGET,
];

/// The input over and over again, up to so many bytes.
pub fn long(input: &[u8], bytes: usize) -> Vec<u8> {
    input.iter().copied().cycle().take(bytes).collect()
}

/// The content of all files of a directory under `tests/data` with this ending.
fn files(directory: &str, ending: &str) -> Vec<Vec<u8>> {
    let path = format!("{}/tests/data/{directory}", env!("CARGO_MANIFEST_DIR"));
    let entries = std::fs::read_dir(path).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut paths: Vec<_> = paths
        .filter(|path| path.extension().is_some_and(|found| found == ending))
        .collect();
    paths.sort();
    paths
        .iter()
        .map(|path| std::fs::read(path).unwrap())
        .collect()
}

/// Whether a terminal would take the text for anything but letters on one line.
fn is_plain(text: &str) -> bool {
    matches!(
        turnprobe::record::plain(text),
        std::borrow::Cow::Borrowed(_)
    )
}
