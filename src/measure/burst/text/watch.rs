//! A watch as text: a line per minute, a line per outage, the list of outages.

use crate::arrange::Arrange as _;
use std::fmt::Write as _;
use std::net::SocketAddr;

use chrono::{DateTime, Utc};

use crate::doc::lines::{failed, line, millis, narrowed, offset, seconds};
use crate::doc::text::time;
use crate::doc::{Field, FittedFields, Style, styled};
use crate::measure::burst::Burst;
use crate::measure::burst::fold::{OutageChange, WatchOutage, WatchOutages};
use crate::record::{Distance, Outcome, plain};
use crate::zone::Zone;

/// The lines of the minutes of a watch, with their head.
#[derive(Debug)]
pub struct Minutes {
    zone: Zone,
    above: Option<FittedFields>,
}

/// The fields of a line, in their order; what is of the least rank is left out last.
fn fields(zone: &str) -> Vec<Field> {
    let times = |head: &str, rank| Field::number(head, 8, rank);
    vec![
        Field::whole("minute of", 10, 7),
        Field::whole(zone, 8, 0).after(1),
        Field::number("sent", 5, 4),
        Field::number("lost", 5, 2),
        times("min", 8),
        times("p50", 5),
        times("p95", 3),
        times("max", 6),
        times("jitter", 9),
        Field::whole("ms", 2, 1),
        Field::words("region", 18, 14, 11).after(1),
        Field::whole("relay", 21, 10),
    ]
}

impl Minutes {
    /// Lines with the times of this zone.
    pub fn new(zone: Zone) -> Self {
        Self { zone, above: None }
    }

    /// The head for a terminal of so many columns, where it is not the one above.
    pub fn head(&mut self, at: DateTime<Utc>, columns: usize) -> String {
        // the last column stays free: some terminals wrap there
        let fields = fields(&offset(self.zone, at));
        let layout = FittedFields::new(fields, columns.saturating_sub(1));
        if self.above.as_ref() == Some(&layout) {
            return String::new();
        }
        let head = layout.head() + "\n";
        self.above = Some(layout);
        head
    }

    /// A minute in a line.
    pub fn of(&mut self, row: &Burst, columns: usize) -> String {
        let mut out = self.head(row.started, columns);
        let Some(figures) = &row.figures else {
            let when = format!("{}  ", time(self.zone, row.started));
            if let Outcome::Failed(failure) = &row.outcome {
                let mut text = String::new();
                failed(&mut text, "", &when, failure);
                out += &narrowed(&text, columns);
            }
            return out;
        };
        let shown = self.zone.show(row.started);
        let cells = [
            shown.format("%Y-%m-%d").to_string(),
            shown.format("%H:%M:%S").to_string(),
            figures.sent.to_string(),
            figures.lost().to_string(),
            millis(figures.rtt_min),
            millis(figures.rtt_p50),
            millis(figures.rtt_p95),
            millis(figures.rtt_max),
            millis(figures.jitter),
            String::new(),
            plain(&row.region).into_owned(),
            row.remote.map_or_else(String::new, |its| its.to_string()),
        ];
        if let Some(layout) = &self.above {
            let line = layout.line(|place| (cells[place].clone(), Style::Plain));
            let _ = writeln!(out, "{line}");
        }
        out += &narrowed(&remark(row), columns);
        out
    }
}

/// Why nothing of a minute was answered, or what was met besides answers.
fn remark(row: &Burst) -> String {
    let mut out = String::new();
    match &row.outcome {
        Outcome::Failed(failure) => failed(&mut out, "  ", "", failure),
        Outcome::Ok if row.met.is_empty() => {}
        Outcome::Ok => {
            let text = format!("besides answers: {}", plain(&row.met));
            line(&mut out, "  ", &text);
        }
    }
    out
}

/// The distance in words.
pub fn distance(distance: &Distance) -> String {
    match distance {
        Distance::Hops(1) => "1 hop away".to_owned(),
        Distance::Hops(hops) => format!("{hops} hops away"),
        Distance::Unknown(why) => format!("distance not found: {}", plain(why)),
    }
}

/// The line that tells of another address of this end.
pub fn moved(from: Option<SocketAddr>, to: SocketAddr, at: DateTime<Utc>, zone: Zone) -> String {
    let mut out = String::new();
    let from = from.map_or_else(String::new, |from| format!(", before from {from}"));
    line(
        &mut out,
        "",
        &format!("{}  now sent from {to}{from}", time(zone, at)),
    );
    out
}

/// The line that tells of a change, with what was met besides lost packets.
pub fn change(change: &OutageChange, seen: &str, zone: Zone) -> String {
    match change {
        OutageChange::Began(outage) => {
            let since = time(zone, outage.began);
            let seen = match &*plain(seen) {
                "" => String::new(),
                seen => format!("; {seen}"),
            };
            format!("{} since {since}, no answer yet{seen}\n", red("outage"))
        }
        OutageChange::Ended(outage) => {
            format!("{} over: {}\n", red("outage"), outage_line(outage, zone))
        }
        OutageChange::Lasts(outage) => {
            let outage = outage_line(outage, zone);
            format!("{} not over: {outage}\n", red("outage"))
        }
    }
}

fn red(word: &str) -> String {
    styled(word, Style::Bad)
}

fn outage_line(outage: &WatchOutage, zone: Zone) -> String {
    let lost = match outage.lost {
        0 => "nothing could be sent".to_owned(),
        1 => "1 packet lost".to_owned(),
        lost => format!("{lost} packets lost"),
    };
    let began = zone.show(outage.began);
    let until = match outage.ended.map(|ended| zone.show(ended)) {
        None => "until the end".to_owned(),
        Some(ended) if ended.date_naive() == began.date_naive() => {
            ended.format("to %H:%M:%S").to_string()
        }
        Some(ended) => ended.format("to %m-%d %H:%M:%S").to_string(),
    };
    let (began, length) = (time(zone, outage.began), seconds(outage.length));
    format!("{began} {until}, {length}, {lost}")
}

/// Most outages that the summary lists.
const LISTED: usize = 20;

/// The outages of a watch, the longest where there are many.
pub(super) fn outages_list(outages: &WatchOutages, zone: Zone) -> String {
    let count = outages.count();
    if count == 0 {
        return "no outage of a second or more\n".to_owned();
    }
    let mut out = format!(
        "{count} outage{} of a second or more, {} in all\n",
        if count == 1 { "" } else { "s" },
        seconds(outages.total())
    );
    let all = outages.longest();
    let mut longest: Vec<_> = all.iter().collect();
    longest.arrange_by_key(|outage| std::cmp::Reverse(outage.length));
    longest.truncate(LISTED);
    longest.arrange_by_key(|outage| outage.began);
    let listed = longest.len();
    for outage in longest {
        let _ = writeln!(out, "  {}", outage_line(outage, zone));
    }
    if count > listed as u64 {
        let _ = writeln!(out, "  these are the {listed} longest");
    }
    out
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;
    use crate::record::{ClockChange, Dns, Figures, Mode, Run, World};

    fn minute() -> Burst {
        let us = |us| Some(Duration::from_micros(us));
        let figures = Figures {
            sent: 600,
            received: 588,
            rtt_min: us(25_740),
            rtt_p50: us(26_500),
            rtt_p95: us(127_620),
            rtt_max: us(1_034_940),
            jitter: us(495),
            ..Figures::default()
        };
        Burst {
            run: Arc::new(Run::new("test", String::new(), World::Real)),
            slot: 0,
            mode: Mode::Watch,
            host: "tr.teams.microsoft.com".into(),
            port: 3478,
            started: "2026-11-29T23:59:00Z".parse().unwrap(),
            lag: None,
            outcome: Outcome::Ok,
            dns_took: None,
            dns: Dns::default(),
            remote: Some("52.114.250.123:3478".parse().unwrap()),
            local: None,
            region: "germanywestcentral".to_owned(),
            in_teams_range: None,
            length: Duration::from_secs(60),
            interval: Duration::from_millis(100),
            figures: Some(figures),
            distance: None,
            verdicts: None,
            met: String::new(),
            clock: ClockChange::default(),
            outages: None,
        }
    }

    #[test]
    fn minutes_at_each_width_in_the_time_of_the_zone() {
        let mut out = String::new();
        for columns in [40, 60, 80, 120, 200] {
            let mut minutes = Minutes::new("+01:00".parse().unwrap());
            out += &minutes.of(&minute(), columns);
            let again = minutes.of(&minute(), columns);
            assert_eq!(again.lines().count(), 1, "the head stands there already");
            assert!(out.lines().all(|line| line.len() < columns));
        }
        insta::assert_snapshot!(out, @r"
        UTC+1     sent  lost      p95  ms
        00:59:00   600    12    127.6
        UTC+1     sent  lost      p50      p95      max  ms
        00:59:00   600    12     26.5    127.6     1035
        minute of  UTC+1     sent  lost      min      p50      p95      max  ms
        2026-11-30 00:59:00   600    12    25.74     26.5    127.6     1035
        minute of  UTC+1     sent  lost      min      p50      p95      max   jitter  ms region          relay
        2026-11-30 00:59:00   600    12    25.74     26.5    127.6     1035    0.495     germanywestce…  52.114.250.123:3478
        minute of  UTC+1     sent  lost      min      p50      p95      max   jitter  ms region              relay
        2026-11-30 00:59:00   600    12    25.74     26.5    127.6     1035    0.495     germanywestcentral  52.114.250.123:3478
        ");
    }
}
