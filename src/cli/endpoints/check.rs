//! `turnprobe endpoints check`: whether addresses and names belong to Teams.

use serde::Serialize;

use super::args::CheckArgs;
use super::show::{ProgramTable, document, print};
use crate::cli::exit::{Exit, FatalError};
use crate::cli::message;
use crate::cli::values::Color;
use crate::clock::Wall;
use crate::doc::number::counted;
use crate::doc::parts::{filled, main_section};
use crate::doc::{Cell, Document, Paragraph, ShownRows, Style, Table};
use crate::endpoints::{List, ListFacts, Membership, Standing};
use crate::target::{Host, Target};

/// What programs read.
#[derive(Debug, Serialize)]
struct AnswerJson {
    tool_version: &'static str,
    list: ListFacts,
    checked: Vec<Membership>,
}

/// Tells where each belongs.
pub(super) fn run(args: &CheckArgs, color: Color) -> Result<Exit, FatalError> {
    let hosts = args.hosts.iter().map(|text| host(text));
    let hosts: Vec<Host> = hosts.collect::<Result<_, _>>().map_err(FatalError::usage)?;
    let list = args.show.by.list().map_err(FatalError::io)?;
    let found: Vec<Membership> = hosts
        .iter()
        .map(|host| match host {
            Host::Address(address) => list.find_address(*address),
            Host::Name(name) => list.find_name(name),
        })
        .collect();
    let today = Wall::system().now().date_naive();
    let facts = AnswerJson {
        tool_version: env!("CARGO_PKG_VERSION"),
        list: list.facts(today),
        checked: found,
    };
    let found = &facts.checked;
    print(
        args.show.format,
        color,
        &told(&list, found),
        &facts,
        &lines(found),
    )
    .map_err(FatalError::io)?;
    if let Some(warning) = list.warning(today) {
        message::note(&warning);
    }
    let is_teams = |found: &Membership| found.standing == Standing::Teams;
    Ok(if found.iter().all(is_teams) {
        Exit::Done
    } else {
        Exit::Failed
    })
}

/// A host alone.
fn host(text: &str) -> anyhow::Result<Host> {
    let target: Target = text.parse()?;
    anyhow::ensure!(
        target.port.is_none() && target.transport.is_none(),
        "`{text}`: give only an address or a name, without port and scheme; the ports are listed"
    );
    Ok(target.host)
}

fn told(list: &List, found: &[Membership]) -> Document {
    let teams = found.iter().filter(|one| one.standing == Standing::Teams);
    let (teams, all) = (teams.count(), found.len());
    let verdict = match (teams, all) {
        (1, 1) => "of Teams".to_owned(),
        (0, 1) => "not part of Teams".to_owned(),
        (teams, all) => format!(
            "{teams} of {} belong to Teams",
            counted(all as u64, "host", "hosts")
        ),
    };
    // each line says what it is itself
    let hits = found.iter().flat_map(|one| {
        let none = one.entries.is_empty().then_some((one, None));
        none.into_iter()
            .chain(one.entries.iter().map(move |hit| (one, Some(hit))))
    });
    let table = Table::of("checked", "", hits)
        .key("host", "host", |(one, _)| one.subject.clone())
        .key("what", "what", |(one, hit)| {
            let word = hit.map_or(one.standing, |hit| hit.standing).as_str();
            let style = match one.standing {
                Standing::Teams => Style::Good,
                Standing::Neighbour | Standing::Former => Style::Warn,
                Standing::None => Style::Plain,
            };
            Cell::Text(word.into(), style)
        })
        .words("id", "id", |(_, hit)| {
            let id = hit.and_then(|hit| hit.id);
            Cell::of(id, |id| Cell::text(id.to_string()))
        })
        .words("ports", "ports", |(_, hit)| {
            Cell::of(*hit, |hit| hit.ports.clone().into())
        })
        .words("by", "by", |(_, hit)| {
            Cell::of(*hit, |hit| hit.by.clone().into())
        })
        .words("of", "of", |(_, hit)| {
            hit.map_or("nothing known here".to_owned(), |hit| hit.of.clone())
        })
        .table()
        .keep(ShownRows::All);
    let blocks = filled(table).into_iter().collect();
    document(
        format!("By {}", list.named()),
        Paragraph::new(verdict),
        vec![main_section("checked", "Hosts", blocks)],
    )
}

fn lines(found: &[Membership]) -> ProgramTable<7> {
    let mut lines = Vec::new();
    for one in found {
        let head = || (one.subject.clone(), one.standing.as_str().to_owned());
        if one.entries.is_empty() {
            let (host, what) = head();
            lines.push([
                host,
                what,
                String::new(),
                String::new(),
                String::new(),
                String::new(),
                String::new(),
            ]);
        }
        for hit in &one.entries {
            let (host, _) = head();
            let id = hit.id.map(|id| id.to_string()).unwrap_or_default();
            lines.push([
                host,
                hit.standing.as_str().to_owned(),
                id,
                hit.tcp.join(" "),
                hit.udp.join(" "),
                hit.by.clone(),
                hit.of.clone(),
            ]);
        }
    }
    ProgramTable {
        head: ["host", "what", "id", "tcp", "udp", "by", "of"],
        lines,
    }
}
