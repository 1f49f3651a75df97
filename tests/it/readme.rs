//! The commands of the README that need no network do what it says. That all others are taken, a test of
//! the command line shows.

use crate::command::{finished, start, turnprobe};

const README: &str = include_str!("../../README.md");

/// The lines of its blocks of code that begin with a command of the program.
fn commands() -> Vec<&'static str> {
    let blocks = README.split("```").skip(1).step_by(2);
    let lines = blocks.flat_map(str::lines);
    let lines = lines.filter_map(|line| line.strip_prefix("turnprobe "));
    lines.collect()
}

#[test]
fn the_commands_that_need_no_network_work_as_they_stand() {
    let run: Vec<_> = commands()
        .into_iter()
        .filter(|line| line.contains("--lab") || line.contains("examples/"))
        .collect();
    assert!(run.len() > 5, "{run:?}");
    let children: Vec<_> = run
        .iter()
        .map(|line| {
            // none of them leaves a file in the repository
            assert!(
                !line.contains("-o ") && !line.contains("--output"),
                "{line}"
            );
            let mut command = turnprobe(line);
            start(command.current_dir(env!("CARGO_MANIFEST_DIR")))
        })
        .collect();
    for (line, child) in run.iter().zip(children) {
        let said = finished(child);
        // on a busy machine a diagnosis may find one
        let fine = said.code == Some(0) || line.starts_with("diagnose") && said.code == Some(1);
        assert!(fine, "{line}: {:?} {}", said.code, said.stderr);
        assert!(!said.stdout.is_empty(), "{line}");
    }
}

#[test]
fn it_is_short_and_what_it_links_is_there() {
    assert!(README.lines().count() <= 170, "the manual has the details");
    let tests = README.lines().filter(|line| *line == "cargo test --locked");
    assert_eq!(tests.count(), 1, "the gate takes its command from here");
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let links = README
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next());
    for link in links.filter(|link| !link.starts_with("http")) {
        let (file, part) = link.split_once('#').unwrap_or((link, ""));
        assert!(root.join(file).exists(), "{link}");
        let text = || std::fs::read_to_string(root.join(file)).unwrap();
        let is_there = |line: &str| {
            let title = line.trim_start_matches(['#', ' ']).to_lowercase();
            line.starts_with('#') && title.replace(' ', "-") == part
        };
        assert!(part.is_empty() || text().lines().any(is_there), "{link}");
    }
}
