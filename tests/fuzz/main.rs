//! Whatever a stranger can send, and whatever a file can hold: each target takes any bytes and holds
//! what is made of them to what must be true of it.
//!
//! `cargo test --test fuzz` runs the samples and the inputs under `tests/data/fuzz`, the same ones
//! each time. `tests/fuzz/run SECONDS [TARGET]` looks for new ones with libFuzzer, which follows the
//! branches that an input takes; what breaks a target becomes a line of its file.

#![allow(clippy::unwrap_used, clippy::print_stdout)] // a test that cannot go on fails and says why

#[allow(dead_code)] // the engine writes, the tests only read
mod kept;
mod targets;

use std::time::Duration;

use targets::{ALL, Target};
use turnprobe::clock;

/// Bytes of an input that is long for its kind.
const LONG: usize = 64 << 10;

/// Far more than a long input takes on a busy machine, and far less than one takes that is gone
/// through once for each of its bytes.
const PATIENCE: Duration = Duration::from_secs(20);

fn target(name: &str) -> &'static Target {
    ALL.iter().find(|target| target.name == name).unwrap()
}

/// Runs a target; an input that breaks it is shown as a line of its file.
fn check(target: &Target, input: &[u8]) {
    let result = std::panic::catch_unwind(|| (target.check)(input));
    if let Err(panic) = result {
        println!("{} breaks at\n{}", target.name, input.escape_ascii());
        std::panic::resume_unwind(panic);
    }
}

fn hold(name: &str) {
    let target = target(name);
    let seeds = (target.seeds)();
    assert!(!seeds.is_empty());
    for input in seeds.iter().chain(&kept::inputs(name)) {
        check(target, input);
    }
    for seed in &seeds {
        let start = clock::now();
        check(target, &targets::long(seed, LONG));
        let took = start.elapsed();
        assert!(
            took < PATIENCE,
            "{name}: {took:?} for {LONG} bytes of\n{}",
            seed.escape_ascii()
        );
    }
}

macro_rules! tests {
    ($($test:ident: $target:literal),+ $(,)?) => {
        $(
            #[test]
            fn $test() {
                hold($target);
            }
        )+

        #[test]
        fn every_target_is_tested() {
            let tested = [$($target),+];
            let all: Vec<&str> = ALL.iter().map(|target| target.name).collect();
            assert_eq!(all, tested);
        }
    };
}

tests! {
    stun_messages: "stun",
    ms_turn_messages: "ms-turn",
    streams_of_messages: "stream",
    pseudo_tls_hellos: "pseudo-tls",
    flights_of_tls: "tls",
    answers_to_hellos: "ladder",
    certificates: "certificate",
    answers_of_name_servers: "dns",
    files_of_rows: "report",
    documents_of_any_text: "document",
    targets_as_they_are_typed: "target",
    proxies_and_what_they_answer: "proxy",
}

#[test]
fn an_input_is_kept_as_a_line_that_reads_back() {
    let all: Vec<u8> = (0..=255).collect();
    assert_eq!(kept::read(&kept::line(&all)), [all.as_slice()]);
    assert_eq!(kept::read("# a note\n\\\\x\n\n"), [b"\\x", &b""[..]]);
}
