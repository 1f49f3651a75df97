//! Rows with another number of fields than their header, where that is how their program writes them: decimal commas
//! of the Teams Network Assessment Tool that split a number in two, and rows of a later End2End-Ping in the file of an
//! earlier one.

use crate::record::Counter as _;
use crate::schema::{Dialect, Layout, id};

use super::batch::Batch;
use super::number::{Said, said};
use super::own::{PING, PING_LEAST};

/// Numbers of a test that stand side by side: loss, round trip, jitter.
const NUMBERS: usize = 3;

/// The longest mean time, in milliseconds: a test lasts a few seconds.
const LONGEST_MS: f64 = 60_000.0;

/// Whether a row was put right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fit {
    /// It was.
    Yes,
    /// More than one way would do.
    Unsure,
    /// It is no such row.
    No,
}

/// How many rows were put right.
#[derive(Debug, Default)]
pub(super) struct MendedRows {
    commas: u64,
    pings: u64,
}

impl MendedRows {
    /// The cells that the row that is being made has by its layout.
    pub fn cells(&mut self, batch: &Batch, layout: &Layout) -> Result<Vec<String>, Fit> {
        let row = batch.current();
        let cells: Vec<&str> = (0..batch.width()).map(|place| row.cell(place)).collect();
        match layout.dialect {
            Dialect::End2EndPing => {
                let cells = ping(&cells, layout).ok_or(Fit::No)?;
                self.pings.raise(1);
                Ok(cells)
            }
            Dialect::TeamsAssessment => {
                let whole = joined(&cells, layout)?;
                let told = cells.iter().filter(|cell| !cell.is_empty()).count();
                let is_joined = whole.iter().filter(|cell| !cell.is_empty()).count() < told;
                self.commas.raise(u64::from(is_joined));
                Ok(whole)
            }
            _ => Err(Fit::No),
        }
    }

    /// What is good to know about it.
    pub fn notes(&self) -> impl Iterator<Item = String> {
        let rows = |count: u64, one: &str, more: &str| match count {
            0 => None,
            1 => Some(format!("1 {one}")),
            _ => Some(format!("{count} {more}")),
        };
        let commas = rows(
            self.commas,
            "row with numbers split by decimal commas was put together again",
            "rows with numbers split by decimal commas were put together again",
        );
        let pings = rows(
            self.pings,
            "row of another version of End2End-Ping than the header's was read in its own column order",
            "rows of another version of End2End-Ping than the header's were read in their own column order",
        );
        commas.into_iter().chain(pings)
    }
}

/// A row with three columns more or fewer than the header. The versions differ in the order of the times, too: it is
/// the header's, or the later versions' where the times fit that better.
fn ping(cells: &[&str], layout: &Layout) -> Option<Vec<String>> {
    if ![PING_LEAST, PING.len()].contains(&cells.len()) {
        return None;
    }
    let is = |known: &str, name: &str| known.eq_ignore_ascii_case(name);
    let by = |place_of: &dyn Fn(&str) -> Option<usize>| -> Option<Vec<String>> {
        let cell = |name: &String| {
            Some(
                cells
                    .get(place_of(name)?)
                    .map_or("", |cell| cell)
                    .to_owned(),
            )
        };
        layout.names().iter().map(cell).collect()
    };
    let later = by(&|name| PING.iter().position(|known| is(known, name)))?;
    let is_basic = |name: &String| PING[..PING_LEAST].iter().any(|known| is(known, name));
    if !layout.names().get(..PING_LEAST)?.iter().all(is_basic) {
        return Some(later);
    }
    let same = by(&|name| layout.place(name))?;
    Some(if fit(&same, layout) >= fit(&later, layout) {
        same
    } else {
        later
    })
}

/// How well times of pings fit together: the mean lies between the other two when lost pings are taken into it, as the
/// script does; or at least below the longest.
fn fit(cells: &[String], layout: &Layout) -> u8 {
    let number = |name: &str| {
        let cell = layout.place(name).and_then(|place| cells.get(place));
        let number = cell.and_then(|cell| match said(cell) {
            Said::Sure(number, _) => number.parse::<f64>().ok(),
            Said::Either(_, [decimal, _]) => decimal.parse::<f64>().ok(),
            Said::Nothing => None,
        });
        number.unwrap_or(f64::NAN)
    };
    let [min, mean, max, sent, lost] = ["Min", "Avg", "Max", "Total", "Lost"].map(number);
    let answered = (sent - lost) / sent;
    // a mean may be rounded
    let is_between = (min * answered - 0.5..=max * answered + 0.5).contains(&mean);
    match (is_between, min <= max && mean <= max + 0.5) {
        (true, true) => 3,
        (true, false) => 2,
        (false, is_below) => u8::from(is_below),
    }
}

/// The cells of a test with its three numbers put together, where they are split, and without the empty cells that a
/// spreadsheet adds at the end.
fn joined(cells: &[&str], layout: &Layout) -> Result<Vec<String>, Fit> {
    let first = layout.place_of(id!(PacketLossRate)).ok_or(Fit::No)?;
    let follow = [id!(RoundTripLatencyInMs), id!(AverageJitterInMs)];
    let in_a_row = (1..)
        .zip(follow)
        .all(|(step, id)| layout.place_of(id) == first.checked_add(step));
    let are_digits = |text: &&str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let (before, rest) = cells.split_at_checked(first).ok_or(Fit::No)?;
    let digits = rest.iter().take_while(|cell| are_digits(cell)).count();
    let extra = digits.saturating_sub(NUMBERS);
    let width = layout.names().len().saturating_add(extra);
    let (cells, added) = cells.split_at_checked(width).ok_or(Fit::No)?;
    if !in_a_row || extra > NUMBERS || added.iter().any(|cell| !cell.is_empty()) {
        return Err(Fit::No);
    }
    if extra == 0 {
        return Ok(cells.iter().copied().map(str::to_owned).collect());
    }
    let end = first.saturating_add(digits);
    let (Some(parts), Some(behind)) = (cells.get(first..end), cells.get(end..)) else {
        return Err(Fit::No);
    };
    let ways: Vec<[String; NUMBERS]> = WAYS
        .iter()
        .filter_map(|split| numbers(parts, *split, extra))
        .collect();
    let numbers = match &ways[..] {
        [] => return Err(Fit::No),
        [one] => one,
        // means are hardly ever whole, a test without loss is the usual one: the first of the ways
        [first, ..] if extra == 2 && !first[0].contains(',') => first,
        _ => return Err(Fit::Unsure),
    };
    let all = before
        .iter()
        .copied()
        .chain(numbers.iter().map(String::as_str));
    Ok(all
        .chain(behind.iter().copied())
        .map(str::to_owned)
        .collect())
}

/// Which of the three numbers are split, where some are.
const WAYS: [[bool; NUMBERS]; 7] = [
    [true, true, true],
    [false, true, true],
    [true, false, true],
    [true, true, false],
    [true, false, false],
    [false, true, false],
    [false, false, true],
];

/// The three numbers, where they can be split so.
fn numbers(parts: &[&str], split: [bool; NUMBERS], extra: usize) -> Option<[String; NUMBERS]> {
    if split.iter().filter(|split| **split).count() != extra {
        return None;
    }
    let mut parts = parts.iter();
    let mut numbers = [const { String::new() }; NUMBERS];
    for ((number, is_split), most) in numbers
        .iter_mut()
        .zip(split)
        .zip([100.0, LONGEST_MS, LONGEST_MS])
    {
        let whole = parts.next()?;
        number.push_str(whole);
        let mut value = (*whole).to_owned();
        if is_split {
            let fraction = parts.next()?;
            // .NET writes no zero at the end of a fraction; where all are split, nothing has to be told apart
            if extra < NUMBERS && fraction.ends_with('0') {
                return None;
            }
            number.push(',');
            number.push_str(fraction);
            value = format!("{whole}.{fraction}");
        }
        let is_written_so = *whole == "0" || !whole.starts_with('0');
        if !is_written_so || !value.parse::<f64>().is_ok_and(|value| value <= most) {
            return None;
        }
    }
    Some(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "Timestamp-UTC,LossRate-%,AverageLatency-Ms,AverageJitter-Ms,Protocol,LocalIP,RemoteIP,ProxyUsed,ReflexiveIP";

    fn told(numbers: &str) -> Result<String, Fit> {
        let names = HEAD.split(',').map(str::to_owned).collect();
        let layout = Layout::with_aliases(
            Dialect::TeamsAssessment,
            names,
            crate::source::dialect::ALIASES,
        );
        let line = format!(
            "2022-06-07-08:54:26,{numbers},UDP,10.0.10.52:50013,52.114.231.159:3478,False,31.45.200.124:50013"
        );
        let cells: Vec<&str> = line.split(',').collect();
        joined(&cells, &layout).map(|cells| cells[1..4].join(" | "))
    }

    #[test]
    fn numbers_that_a_decimal_comma_has_split_are_put_together() {
        // the first is a published line of the tool on a Croatian system
        for (split, whole) in [
            ("0,75,69,95,32", "0 | 75,69 | 95,32"),
            ("0,4,66,95,12,5", "0,4 | 66,95 | 12,5"),
            ("2,5,30,10,4,07", "2,5 | 30,10 | 4,07"),
            // a fraction has no zero at its end, a whole number none at its beginning
            ("99,6,0,0", "99,6 | 0 | 0"),
            ("0,30,05,7", "0 | 30,05 | 7"),
            ("0,120,150,7", "0 | 120 | 150,7"),
            ("10,120,1,35,2", "10 | 120,1 | 35,2"),
            // no loss is more than all, no mean more than a minute
            ("0,70001,5,2", "0,70001 | 5 | 2"),
        ] {
            assert_eq!(told(split).as_deref(), Ok(whole), "{split}");
        }
        for split in ["0,41,5,3", "0,66,95,0"] {
            assert_eq!(told(split), Err(Fit::Unsure), "{split}");
        }
        assert_eq!(told("0,1,2,3,4,5,6"), Err(Fit::No));
        assert_eq!(told("0,x,2,3"), Err(Fit::No));
    }

    #[test]
    fn rows_of_other_versions_of_end2end_ping_are_read_by_their_own_order() {
        // lines of a published file: a header of seven columns, and rows of ten in either order
        let layout = |head: &str| {
            let names = head.split(',').map(str::to_owned).collect();
            Layout::with_aliases(Dialect::End2EndPing, names, crate::source::dialect::ALIASES)
        };
        let told = |head: &str, row: &str| {
            let cells: Vec<&str> = row.split(',').collect();
            ping(&cells, &layout(head)).map(|cells| cells[2..7].join(" "))
        };
        let early = "Timestamp,RemoteIP,Max,Min,Avg,Total,Lost";
        #[rustfmt::skip]
        let cases = [
            ("20181114015038,13.107.8.2,91,58,70.6,5,0,0,0,0", "91 58 70.6 5 0"),
            ("20181115041959,13.107.4.52,27,19,29,15,5,1,0,0", "29 27 19 15 5"),
            (",13.107.4.52,48,10,48,60,48,1,0,0", "48 48 10 60 48"),
            ("20181114033429,217.160.0.234,37,18,14.8,5,0,0,0,0", "37 18 14.8 5 0"),
            ("20181114035640,40.101.60.18,22,0,95,15,0,0,0,1", "95 22 0 15 0"),
        ];
        for (row, expected) in cases {
            assert_eq!(told(early, row).as_deref(), Some(expected), "{row}");
        }
        let later = PING.join(",");
        assert_eq!(
            told(&later, "20181114015038,13.107.8.2,18,20,25,5,0").as_deref(),
            Some("18 20 25 5 0")
        );
        assert_eq!(told(&later, "20181114015038,13.107.8.2,18,20,25,5"), None);
    }
}
