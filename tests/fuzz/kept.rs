//! Inputs that were found: a line each in `tests/data/fuzz/TARGET.txt`, with the escapes of a byte
//! string in Rust. A line that begins with `# ` is a note on the one behind it: that input once broke
//! the target, and stays when the others are looked for anew.

use std::path::PathBuf;

/// The file of a target.
pub fn file(target: &str) -> PathBuf {
    let name = format!("tests/data/fuzz/{target}.txt");
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// The inputs of a target; none where nothing is kept yet.
pub fn inputs(target: &str) -> Vec<Vec<u8>> {
    std::fs::read_to_string(file(target)).map_or_else(|_| Vec::new(), |text| read(&text))
}

/// The inputs of a text.
pub fn read(text: &str) -> Vec<Vec<u8>> {
    let lines = text.lines().filter(|line| !line.starts_with("# "));
    lines.map(input).collect()
}

/// An input as a line that is no note.
pub fn line(input: &[u8]) -> String {
    let line = input.escape_ascii().to_string();
    match line.strip_prefix('#') {
        Some(rest) => format!("\\x23{rest}"),
        None => line,
    }
}

/// Makes these the inputs of a target, besides those with a note.
pub fn replace(target: &str, inputs: impl Iterator<Item = Vec<u8>>) {
    let mut lines: Vec<String> = inputs.map(|input| line(&input) + "\n").collect();
    lines.sort_by_key(|line| (line.len(), line.clone()));
    let before = std::fs::read_to_string(file(target)).unwrap_or_default();
    let mut text = String::new();
    let mut has_note = false;
    for line in before.lines() {
        let is_note = line.starts_with("# ");
        if is_note || has_note {
            text.extend([line, "\n"]);
        }
        has_note = is_note;
    }
    std::fs::write(file(target), text + &lines.concat()).unwrap();
}

fn input(line: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut bytes = line.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        out.push(match bytes.next() {
            Some(b'n') => b'\n',
            Some(b'r') => b'\r',
            Some(b't') => b'\t',
            Some(b'x') => {
                let digits = [bytes.next().unwrap(), bytes.next().unwrap()];
                u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap()
            }
            other => other.unwrap(),
        });
    }
    out
}
