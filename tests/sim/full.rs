//! A disk that fills up in the middle of a series.

use std::path::Path;

use crate::namespace::Namespace;
use crate::rows::{in_file, no_panic, number, said};

#[test]
#[ignore = "needs root, nftables and tshark"]
fn on_a_full_disk_the_file_keeps_whole_rows_and_the_others_wait_in_another_place() {
    let namespace = Namespace::new("full");
    let dir = tempfile::tempdir().unwrap();
    let (disk, kept) = (dir.path().join("disk"), dir.path().join("kept"));
    let temporary = dir.path().join("tmp");
    std::fs::create_dir(&disk).unwrap();
    std::fs::create_dir(&temporary).unwrap();
    // the disk is mounted for this command alone, so the files must be taken out before its end; the second run finds room
    let script = "mount -t tmpfs -o size=16k tmpfs $0; kept=$1; export TMPDIR=$2; shift 2
        \"$@\" -n 200 --output $0/probes.csv; code=$?; cp $0/probes.csv $kept.csv; cp -r $TMPDIR $kept.tmp
        cp $0/*pending* $kept.tmp
        mount -o remount,size=1m $0; \"$@\" -n 1 --output $0/probes.csv || exit 99
        cp $0/probes.csv $kept.whole.csv; exit $code";
    let program = env!("CARGO_BIN_EXE_turnprobe");
    let line = "probe --lab -i 0 --concurrency 8 -q";
    let mut command = namespace.command("bash", &["-c", script]);
    command.arg(&disk).arg(&kept).arg(&temporary).arg(program);
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
    assert!(error.contains(path.to_str().unwrap()), "{error}");
    assert_eq!(stderr.matches("error: ").count(), 1, "{stderr}");
    assert!(
        !stderr.lines().any(|line| line.starts_with('"')),
        "{stderr}"
    );

    let slots = |file: &Path| {
        let rows = in_file(file);
        let mut slots: Vec<_> = rows.iter().map(|row| number(row, "slot")).collect();
        slots.sort_unstable();
        slots
    };
    let full = dir.path().join("kept.csv");
    let size = std::fs::metadata(&full).unwrap().len();
    assert!(size <= 16 << 10 && size > (16 << 10) - 1536, "{size} bytes");
    // beside it as long as there was room for that
    let elsewhere = std::fs::read_dir(dir.path().join("kept.tmp")).unwrap();
    let mut all = slots(&full);
    elsewhere.for_each(|file| all.extend(slots(&file.unwrap().path())));
    all.sort_unstable();
    assert_eq!(all, (0..200).collect::<Vec<_>>(), "{error}");
    // the second run has taken them in before its own
    let mut whole = slots(&dir.path().join("kept.whole.csv"));
    assert_eq!(whole.remove(0), 0);
    assert_eq!(whole, (0..200).collect::<Vec<_>>());
    assert_eq!(std::fs::read_dir(&temporary).unwrap().count(), 0);
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
