//! What a file looks like that is none of those that are read: the program that wrote it, where its
//! header is known, and what it lacks; or rows of ours that have lost their header.

use std::net::{IpAddr, SocketAddr};

use super::batch::Batch;
use super::own::{self, Lack};
use super::programs::{self, Program};
use super::split::{Shape, split};
use super::words::is_known_outcome;
use crate::record::plain;

/// Columns that are told.
const MOST_TOLD: usize = 6;

/// Characters of a text from the file that are told.
const LONGEST_TOLD: usize = 40;

/// Whether a line without a header looks like a row of ours or of End2End's, so that the header may
/// have been lost.
pub(super) fn is_row(line: &str, hint: Option<u8>, scratch: &mut Batch) -> bool {
    let found = hint.into_iter().chain(*b",;\t|").any(|separator| {
        let cells = cells(line, separator, scratch);
        is_probe(&cells) || is_udp(&cells) || is_ping(&cells)
    });
    scratch.drop_row();
    found
}

/// A time, an outcome, and where to: what every row of ours and of End2End-TCP and -HTTP has.
fn is_probe(cells: &[String]) -> bool {
    let has = |is: fn(&str) -> bool| cells.iter().any(|cell| is(cell));
    let has_target = has(is_address) || has(|cell| cell.starts_with("http"));
    // the fewest that the first version of End2End-HTTP has
    cells.len() >= 3 && has(is_time) && has(is_known_outcome) && has_target
}

/// Port, shortest, answers, address, whether it answered, mean, longest: End2End-UDP3478.
fn is_udp(cells: &[String]) -> bool {
    cells.len() == 7
        && cells[0].parse::<u16>().is_ok()
        && cells.iter().any(|cell| is_address(cell))
        && (cells.iter()).any(|cell| ["True", "False"].contains(&cell.as_str()))
}

/// Time or none, address, and numbers: End2End-Ping.
fn is_ping(cells: &[String]) -> bool {
    let [time, address, numbers @ ..] = cells else {
        return false;
    };
    [5, 8].contains(&numbers.len())
        && (time.is_empty() || is_digits(time) && time.len() == 14)
        && is_address(address)
        && numbers
            .iter()
            .all(|cell| cell.is_empty() || is_digits(cell))
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_address(cell: &str) -> bool {
    cell.parse::<IpAddr>().is_ok() || cell.parse::<SocketAddr>().is_ok()
}

/// Whether it begins as `2021-02-12 13:46` or `12.02.2021 13:46` does.
fn is_time(cell: &str) -> bool {
    const FORMS: [&str; 3] = ["0000-00-00 00:00", "0000-00-00T00:00", "00.00.0000 00:00"];
    FORMS.iter().any(|form| {
        let is = |(byte, form): (u8, u8)| match form {
            b'0' => byte.is_ascii_digit(),
            _ => byte == form,
        };
        cell.len() >= form.len() && cell.bytes().zip(form.bytes()).all(is)
    })
}

/// What a file looks like whose first line this is, and what it lacks.
pub(super) fn told(line: &str, hint: Option<u8>, scratch: &mut Batch) -> String {
    if let Some(program) = programs::of_line(line) {
        return of_program(program, &Lack::Own(None));
    }
    let mut names: Vec<String> = Vec::new();
    for separator in hint.into_iter().chain(*b",;\t|") {
        let found = cells(line, separator, scratch);
        if found.len() > names.len() {
            names = found;
        }
    }
    scratch.drop_row();
    if programs::is_iperf(&names) {
        return of_program(&programs::IPERF, &Lack::Own(None));
    }
    let is_name = |name: &String| name.len() <= 60 && !is_digits(name) && !is_time(name);
    if names.len() < 2 || !names.iter().all(is_name) {
        let begun = format!("it begins with \"{}\"", cut(line.trim()));
        return lacking(&begun, &Lack::Own(None));
    }
    of_names(&names, "columns")
}

/// The same of the names in a header, or of the keys of an object.
pub(super) fn of_names(names: &[String], what: &str) -> String {
    let lack = own::dialect(names).err().unwrap_or(Lack::Own(None));
    if let Some(program) = programs::of_names(names) {
        return of_program(program, &lack);
    }
    let told = names.iter().take(MOST_TOLD).map(|name| cut(name));
    let mut told = told.collect::<Vec<_>>().join(", ");
    let more = names.len().saturating_sub(MOST_TOLD);
    if more > 0 {
        told = format!("{told} and {more} more");
    }
    lacking(&format!("its {what} are {told}"), &lack)
}

fn of_program(program: &Program, lack: &Lack) -> String {
    let looks = format!("looks like {}", program.name);
    if program.is_ours {
        return format!("{looks}, which are not read");
    }
    lacking(&looks, lack)
}

fn lacking(looks: &str, lack: &Lack) -> String {
    match lack {
        Lack::Own(None) => format!(
            "{looks}; missing are two columns that only turnprobe or End2End writes, such as connect_us or connecttimems"
        ),
        Lack::Own(Some(name)) => format!(
            "{looks}; missing is a second column that only turnprobe or End2End writes, besides {}",
            cut(name)
        ),
        Lack::Time => {
            format!("{looks}; missing is a column of times, such as started_utc or datetime")
        }
    }
}

fn cells(line: &str, separator: u8, scratch: &mut Batch) -> Vec<String> {
    scratch.drop_row();
    let shape = split(line, separator, scratch);
    if !matches!(shape, Shape::Whole | Shape::Loose) {
        return Vec::new();
    }
    let row = scratch.current();
    let cells = (0..scratch.width()).map(|place| row.cell(place).trim().to_owned());
    cells.take(1000).collect()
}

/// A text from the file, harmless and not too long.
fn cut(text: &str) -> String {
    let start: String = text.chars().take(LONGEST_TOLD).collect();
    let dots = if start.len() < text.len() { "..." } else { "" };
    format!("{}{dots}", plain(&start))
}
