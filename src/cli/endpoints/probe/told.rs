//! The results of the requests as text, and the lines for programs.

use super::super::show::{ProgramTable, document as document_of};
use super::found::{Asked, PortReachability, ProbedEndpoints};
use crate::doc::number::counted;
use crate::doc::parts::{filled, main_section, section};
use crate::doc::{Block, Cell, Document, Paragraph, ShownRows, Style, Table, TableColumn};
use crate::endpoints::List;
use crate::record::World;

/// The document.
pub(super) fn document(found: &ProbedEndpoints, list: &List) -> Document {
    let is_lab = found.world == World::Lab.as_str();
    let title = if is_lab {
        "Teams endpoints from here (lab)".to_owned()
    } else {
        format!("Teams endpoints from here, by {}", list.named())
    };
    let mut notes = Vec::new();
    if !found.wildcards.is_empty() {
        notes.push(format!(
            "Not probed, as they stand for any number of names: {}.",
            found.wildcards.join(", ")
        ));
    }
    if found.not_asked > 0 {
        let left = counted(found.not_asked, "request has", "requests have");
        notes.push(format!(
            "Interrupted: {left} no answer that was waited for."
        ));
    }
    if found.requests.iter().any(is_silent) {
        notes.push(
            "One unanswered UDP packet may just have been lost. Send more to find out: `turnprobe probe --transport udp \
             --ports 3478-3481 -n 10 NAME`."
                .to_owned(),
        );
    }
    let notes = notes
        .into_iter()
        .map(|note| Block::Paragraph(Paragraph::new(note)));
    document_of(
        title,
        verdict(found),
        vec![
            main_section(
                "ports",
                "By port",
                filled(by_port(found)).into_iter().collect(),
            ),
            main_section(
                "requests",
                "By name",
                filled(by_name(found)).into_iter().collect(),
            ),
            section("notes", "Notes", notes.collect()),
        ],
    )
}

fn is_silent(asked: &Asked) -> bool {
    asked.transport == "udp" && asked.answers == PortReachability::CouldNotTell
}

fn verdict(found: &ProbedEndpoints) -> Paragraph {
    let of = |transport: &str| {
        let ports = found
            .ports
            .iter()
            .filter(|port| port.transport == transport);
        let (ok, n) = ports.fold((0, 0), |(ok, n), port| (ok + port.ok, n + port.n));
        (n > 0).then(|| format!("{} {ok} of {n}", transport.to_uppercase()))
    };
    let parts: Vec<String> = ["tcp", "udp"].into_iter().filter_map(of).collect();
    let text = format!("answered: {}", parts.join(", "));
    Paragraph {
        text,
        style: if found.answered() {
            Style::Plain
        } else {
            Style::Bad
        },
    }
}

fn by_port(found: &ProbedEndpoints) -> Table {
    let count = |n: u64| if n == 0 { Cell::None } else { Cell::Count(n) };
    let mut table = Table::new(
        "ports",
        "",
        vec![
            TableColumn::words("transport", "transport"),
            TableColumn::words("port", "port"),
        ],
        vec![
            TableColumn::number("n", "n"),
            TableColumn::number("ok", "ok"),
            TableColumn::number("no", "no"),
            TableColumn::number("could_not_tell", "could not tell"),
            TableColumn::number("min_ms", "min ms"),
            TableColumn::number("median_ms", "median ms"),
            TableColumn::number("max_ms", "max ms"),
        ],
    )
    .rows(found.ports.iter().map(|port| {
        let key = [
            Cell::from(port.transport),
            Cell::text(port.port.to_string()),
        ];
        let times = [port.min_ms, port.median_ms, port.max_ms];
        let [min, median, max] = times.map(|time| Cell::of(time, Cell::Millis));
        let counts = [port.ok, port.no, port.could_not_tell].map(count);
        let [ok, no, unsure] = counts;
        (key, [Cell::Count(port.n), ok, no, unsure, min, median, max])
    }));
    table.keep = ShownRows::All;
    table
}

fn by_name(found: &ProbedEndpoints) -> Table {
    let mut table = Table::new(
        "requests",
        "",
        vec![
            TableColumn::words("name", "name"),
            TableColumn::words("port", "port"),
        ],
        vec![
            TableColumn::words("answers", "answers"),
            TableColumn::number("ms", "ms"),
            TableColumn::words("address", "address").spare(),
            TableColumn::words("in_teams_range", "of Teams").spare(),
            TableColumn::words("cause", "why not"),
        ],
    )
    .rows(found.requests.iter().map(|asked| {
        let style = match asked.answers {
            PortReachability::Ok => Style::Good,
            PortReachability::No => Style::Bad,
            PortReachability::CouldNotTell => Style::Warn,
        };
        let port = format!("{} {}", asked.transport, asked.port);
        let key = [Cell::text(asked.name.clone()), Cell::text(port)];
        let of_teams = asked
            .in_teams_range
            .map(|yes| if yes { "yes" } else { "no" });
        let cause = asked
            .cause
            .filter(|_| asked.answers != PortReachability::Ok);
        (
            key,
            [
                Cell::Text(asked.answers.as_str().into(), style),
                Cell::of(asked.ms, Cell::Millis),
                Cell::of(asked.address, |address| Cell::text(address.to_string())),
                Cell::of(of_teams, Cell::from),
                Cell::of(cause, Cell::from),
            ],
        )
    }));
    table.keep = ShownRows::All;
    table
}

/// A line for each request.
pub(super) fn lines(found: &ProbedEndpoints) -> ProgramTable<10> {
    let text = |time: Option<f64>| time.map(|time| format!("{time:.3}")).unwrap_or_default();
    let lines = found.requests.iter().map(|asked| {
        [
            asked.name.clone(),
            asked.transport.to_owned(),
            asked.port.to_string(),
            asked.answers.as_str().to_owned(),
            asked
                .address
                .map(|address| address.to_string())
                .unwrap_or_default(),
            asked
                .in_teams_range
                .map(|yes| yes.to_string())
                .unwrap_or_default(),
            text(asked.dns_ms),
            text(asked.ms),
            asked.cause.unwrap_or_default().to_owned(),
            asked.detail.clone(),
        ]
    });
    ProgramTable {
        head: [
            "name",
            "transport",
            "port",
            "answers",
            "address",
            "in_teams_range",
            "dns_ms",
            "ms",
            "cause",
            "detail",
        ],
        lines: lines.collect(),
    }
}
