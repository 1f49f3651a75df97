//! Parse, run, exit code.

fn main() -> std::process::ExitCode {
    turnprobe::cli::main()
}
