//! A disk that fills up in the middle of a series.

use std::path::Path;

use crate::namespace::Namespace;
use crate::rows::{in_file, no_panic, number, parse, said};

#[test]
#[ignore = "needs root, nftables and tshark"]
fn on_a_full_disk_the_file_keeps_whole_rows_and_the_others_go_to_stderr() {
    let namespace = Namespace::new("full");
    let dir = tempfile::tempdir().unwrap();
    let (disk, kept) = (dir.path().join("disk"), dir.path().join("kept.csv"));
    std::fs::create_dir(&disk).unwrap();
    // the disk is mounted for this command alone, so the file must be taken out before its end
    let script = "mount -t tmpfs -o size=16k tmpfs $0; file=$0/probes.csv; kept=$1; shift
        \"$@\" --output $file; code=$?; cp $file $kept; exit $code";
    let program = env!("CARGO_BIN_EXE_turnprobe");
    let shown = |path: &Path| path.to_str().unwrap().to_owned();
    let line = "probe --lab -n 200 -i 0 --concurrency 8 -q";
    let mut command = namespace.command("bash", &["-c", script]);
    command.arg(&disk).arg(&kept).arg(program);
    command.args(line.split(' '));
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    no_panic(&output);

    let stderr = String::from_utf8(output.stderr).unwrap();
    let path = disk.join("probes.csv");
    let error = stderr
        .lines()
        .find(|line| line.contains("error: "))
        .unwrap();
    assert!(error.contains(&shown(&path)), "{error}");
    // said again behind the rows, with their number
    let rows = stderr.lines().filter(|line| line.starts_with('"')).count();
    let told = format!("turnprobe: error: {rows} rows found no place: they stand above");
    assert!(stderr.ends_with(&format!("{error}\n{told}\n")), "{stderr}");
    assert_eq!(stderr.matches("error: ").count(), 3, "{stderr}");

    let in_file = in_file(&kept);
    let size = std::fs::metadata(&kept).unwrap().len();
    assert!(size <= 16 << 10 && size > (16 << 10) - 1536, "{size} bytes");
    let header = std::fs::read_to_string(&kept)
        .unwrap()
        .lines()
        .next()
        .unwrap()
        .to_owned();
    let lost: Vec<_> = stderr
        .lines()
        .filter(|line| line.starts_with('"'))
        .collect();
    let lost = parse(&format!("{header}\n{}\n", lost.join("\n")));
    // the series ends with the disk; every probe that was begun is in one of the two places
    let slots = in_file.iter().chain(&lost).map(|row| number(row, "slot"));
    let mut slots: Vec<_> = slots.collect();
    slots.sort_unstable();
    assert!(
        !lost.is_empty() && slots.len() < 100,
        "{} rows",
        slots.len()
    );
    assert_eq!(slots, (0..slots.len() as u64).collect::<Vec<_>>());
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_disk_without_room_keeps_the_old_page_and_no_new_file() {
    let namespace = Namespace::new("room");
    let dir = tempfile::tempdir().unwrap();
    let (disk, kept) = (dir.path().join("disk"), dir.path().join("kept"));
    let rows = dir.path().join("rows.csv");
    std::fs::create_dir(&disk).unwrap();
    let program = env!("CARGO_BIN_EXE_turnprobe");
    let lab = "probe --lab -n 5 -i 0 -q --output";
    let run = |script: &str| {
        let mut command = namespace.command("bash", &["-c", script]);
        command.args([&disk, &kept, &rows]).arg(program);
        let output = command.output().unwrap();
        no_panic(&output);
        (output.status.code(), said(&output))
    };
    let (code, output) = run(&format!("$3 {lab} $2"));
    assert_eq!(code, Some(0), "{output}");

    // an old page, and one block of 4 KiB is left
    let script = "mount -t tmpfs -o size=64k tmpfs $0
        printf '<!DOCTYPE html>old' > $0/page.html
        head -c 57344 /dev/zero > $0/filler
        $3 report $2 --html $0/page.html > /dev/null && exit 98
        code=$?
        $3 report $2 --html $0/new.html > /dev/null && exit 99
        cp -a $0 $1; exit $code";
    let (code, output) = run(script);
    assert_eq!(code, Some(3), "{output}");
    assert!(output.contains("page.html cannot be written"), "{output}");
    let page = std::fs::read_to_string(kept.join("page.html")).unwrap();
    assert_eq!(page, "<!DOCTYPE html>old");
    assert_eq!(std::fs::read_dir(&kept).unwrap().count(), 2);
    std::fs::remove_dir_all(&kept).unwrap();

    // no block is left for a header, nor for a torn row
    let script = "mount -t tmpfs -o size=64k tmpfs $0
        head -c -20 $2 > $0/torn.csv; cp $0/torn.csv $0/torn
        head -c 1000000 /dev/zero > $0/filler 2> /dev/null
        for name in new.csv new.jsonl torn.csv; do
            $3 probe --lab -n 1 -q --output $0/$name; codes=$codes$?
        done
        cmp $0/torn $0/torn.csv || exit 98
        rm $0/filler; cp -a $0 $1; exit $codes";
    let (code, output) = run(script);
    // 333 in eight bits
    assert_eq!(code, Some(77), "{output}");
    assert!(output.contains("no space left for"), "{output}");
    assert!(
        output.contains("torn.csv.torn cannot be written"),
        "{output}"
    );
    let mut left: Vec<_> = std::fs::read_dir(&kept)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    left.sort();
    assert_eq!(left, ["torn", "torn.csv"]);
}
