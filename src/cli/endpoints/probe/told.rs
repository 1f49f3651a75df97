//! The results of the requests as text, and the lines for programs.

use super::super::show::{ProgramTable, document as document_of};
use super::found::{Asked, PortReachability, ProbedEndpoints};
use crate::doc::number::counted;
use crate::doc::parts::{exact, filled, main_section, section};
use crate::doc::{Block, Cell, Document, Paragraph, ShownRows, Style, Table};
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
    Table::of("ports", "", &found.ports)
        .key("transport", "transport", |port| port.transport)
        .key("port", "port", |port| port.port.to_string())
        .numbers("n", "n", |port| port.n)
        .numbers("ok", "ok", |port| Cell::some(port.ok))
        .numbers("no", "no", |port| Cell::some(port.no))
        .numbers("could_not_tell", "could not tell", |port| {
            Cell::some(port.could_not_tell)
        })
        .numbers("min_ms", "min ms", |port| exact(port.min_ms))
        .numbers("median_ms", "median ms", |port| exact(port.median_ms))
        .numbers("max_ms", "max ms", |port| exact(port.max_ms))
        .table()
        .keep(ShownRows::All)
}

fn by_name(found: &ProbedEndpoints) -> Table {
    Table::of("requests", "", &found.requests)
        .key("name", "name", |asked| asked.name.clone())
        .key("port", "port", |asked| {
            format!("{} {}", asked.transport, asked.port)
        })
        .words("answers", "answers", |asked| {
            let style = match asked.answers {
                PortReachability::Ok => Style::Good,
                PortReachability::No => Style::Bad,
                PortReachability::CouldNotTell => Style::Warn,
            };
            Cell::Text(asked.answers.as_str().into(), style)
        })
        .numbers("ms", "ms", |asked| exact(asked.ms))
        .words("address", "address", |asked| {
            Cell::of(asked.address, |address| Cell::text(address.to_string()))
        })
        .spare()
        .words("in_teams_range", "of Teams", |asked| {
            Cell::of(asked.in_teams_range, |yes| {
                if yes { "yes" } else { "no" }.into()
            })
        })
        .spare()
        .words("cause", "why not", |asked| {
            let cause = asked.cause;
            let cause = cause.filter(|_| asked.answers != PortReachability::Ok);
            Cell::of(cause, Cell::from)
        })
        .table()
        .keep(ShownRows::All)
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
