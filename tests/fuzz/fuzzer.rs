//! The targets, driven by libFuzzer: `tests/fuzz/run` builds it with the counters that libFuzzer
//! reads and `--cfg fuzzing`, and runs it. Which target, the variable `TURNPROBE_FUZZ` says.

#![cfg_attr(fuzzing, no_main)]
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr)] // a tool of the tests, as they are

#[allow(dead_code)] // the test reads more of it
mod kept;
#[allow(dead_code)]
mod targets;

#[cfg(fuzzing)]
mod engine {
    use std::path::Path;
    use std::sync::OnceLock;

    use super::{kept, targets};

    /// Bytes of an input that is long for its kind.
    const LONG: usize = 256 << 10;

    /// One input of so many is tried with many repetitions too: what takes quadratic time runs
    /// into libFuzzer's limit.
    const ONE_OF: u32 = 512;

    fn target() -> &'static targets::Target {
        static TARGET: OnceLock<&targets::Target> = OnceLock::new();
        TARGET.get_or_init(|| {
            let name = std::env::var("TURNPROBE_FUZZ").expect("the name of a target");
            let named = targets::ALL.iter().find(|target| target.name == name);
            named.expect("the name of a target in TURNPROBE_FUZZ")
        })
    }

    /// What is asked for besides fuzzing: a directory to fill with what is there to begin with, one
    /// whose inputs are to be kept, or an input to be shown as a line.
    pub fn prepare() {
        let target = target();
        if let Some(directory) = std::env::var_os("TURNPROBE_FUZZ_BEGIN") {
            let known = (target.seeds)()
                .into_iter()
                .chain(kept::inputs(target.name));
            for (number, input) in known.enumerate() {
                let path = Path::new(&directory).join(format!("known-{number:04}"));
                std::fs::write(path, input).unwrap();
            }
        }
        if let Some(directory) = std::env::var_os("TURNPROBE_FUZZ_KEEP") {
            let found = std::fs::read_dir(directory).unwrap();
            let inputs = found.map(|entry| std::fs::read(entry.unwrap().path()).unwrap());
            kept::replace(target.name, inputs);
            std::process::exit(0);
        }
        if let Some(input) = std::env::var_os("TURNPROBE_FUZZ_SHOW") {
            println!("{}", kept::line(&std::fs::read(input).unwrap()));
            std::process::exit(0);
        }
    }

    pub fn run(input: &[u8]) {
        let target = target();
        (target.check)(input);
        let mixed = input.iter().fold(input.len() as u32, |sum, byte| {
            (sum ^ u32::from(*byte)).wrapping_mul(0x0100_0193)
        });
        if mixed % ONE_OF == 0 {
            (target.check)(&targets::long(input, LONG));
        }
    }
}

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(init: engine::prepare(), |input: &[u8]| engine::run(input));

#[cfg(not(fuzzing))]
fn main() {
    eprintln!("there is no engine in this build; run tests/fuzz/run SECONDS [TARGET]");
    std::process::exit(2);
}
