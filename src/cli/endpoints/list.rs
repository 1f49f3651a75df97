//! `turnprobe endpoints`: the list in use, the names of relays, and what is often mistaken for Teams.

use serde::Serialize;

use super::args::ShowArgs;
use super::show::{ProgramTable, document, print};
use crate::cli::exit::{Exit, FatalError};
use crate::cli::message;
use crate::cli::values::Color;
use crate::clock::Wall;
use crate::doc::number::counted;
use crate::doc::parts::{filled, main_section, section};
use crate::doc::{Block, Document, Paragraph, ShownRows, Table};
use crate::endpoints::{List, ListFacts, Ports, RELAYS, RelatedService, Set, neighbours};

/// An entry, for programs.
#[derive(Debug, Serialize)]
struct EntryJson {
    /// `teams`, `list`, `neighbour` or `former`.
    kind: &'static str,
    id: Option<u32>,
    category: Option<String>,
    of: String,
    names: Vec<String>,
    ranges: Vec<String>,
    tcp: Vec<String>,
    udp: Vec<String>,
    #[serde(skip)]
    ports: String,
}

/// A name of relays, for programs.
#[derive(Debug, Serialize)]
struct RelayName {
    name: &'static str,
    what: &'static str,
}

/// What programs read.
#[derive(Debug, Serialize)]
struct ListJson {
    tool_version: &'static str,
    list: ListFacts,
    entries: Vec<EntryJson>,
    relays: Vec<RelayName>,
    unreadable_names: usize,
}

/// Shows it.
pub(super) fn run(args: &ShowArgs, color: Color) -> Result<Exit, FatalError> {
    let list = args.by.list().map_err(FatalError::io)?;
    let today = Wall::system().now().date_naive();
    let of_list = list.sets.iter().map(of_set);
    let near = neighbours();
    let shown = ListJson {
        tool_version: env!("CARGO_PKG_VERSION"),
        list: list.facts(today),
        entries: of_list.chain(near.iter().map(of_neighbour)).collect(),
        relays: RELAYS
            .iter()
            .map(|relay| RelayName {
                name: relay.name,
                what: relay.what,
            })
            .collect(),
        unreadable_names: list.unread,
    };
    print(
        args.format,
        color,
        &told(&list, &shown),
        &shown,
        &lines(&shown),
    )
    .map_err(FatalError::io)?;
    if list.unread > 0 {
        let names = counted(list.unread as u64, "name", "names");
        message::note(&format!(
            "left out of the list: {names} with characters that are not allowed in a name"
        ));
    }
    if let Some(warning) = list.warning(today) {
        message::note(&warning);
    }
    Ok(Exit::Done)
}

fn texts(ports: &[Ports]) -> Vec<String> {
    ports.iter().map(ToString::to_string).collect()
}

fn of_set(set: &Set) -> EntryJson {
    let names = set.names.iter().map(|name| name.text().to_owned());
    EntryJson {
        kind: if set.is_teams() { "teams" } else { "list" },
        id: Some(set.id),
        category: Some(set.category.to_string()),
        of: set.service(),
        names: names.collect(),
        ranges: set.ranges.iter().map(ToString::to_string).collect(),
        tcp: texts(&set.tcp),
        udp: texts(&set.udp),
        ports: Ports::told(&set.tcp, &set.udp),
    }
}

fn of_neighbour(near: &RelatedService) -> EntryJson {
    let names = near.names.iter().map(|name| name.text().to_owned());
    EntryJson {
        kind: if near.is_former {
            "former"
        } else {
            "neighbour"
        },
        id: None,
        category: None,
        of: near.what.to_owned(),
        names: names.collect(),
        ranges: near.ranges.iter().map(ToString::to_string).collect(),
        tcp: texts(near.tcp),
        udp: texts(near.udp),
        ports: Ports::told(near.tcp, near.udp),
    }
}

/// Each entry has a line for each of its names and ranges.
fn parts(entry: &EntryJson) -> impl Iterator<Item = (&EntryJson, &String)> {
    let parts = entry.ranges.iter().chain(&entry.names);
    parts.map(move |part| (entry, part))
}

fn told(list: &List, shown: &ListJson) -> Document {
    let entries = |kinds: &'static [&str]| {
        let all = shown.entries.iter();
        all.filter(move |entry| kinds.contains(&entry.kind))
    };
    let teams = Table::of("teams", "", entries(&["teams"]).flat_map(parts))
        .key("id", "id", |(entry, _)| {
            entry.id.map(|id| id.to_string()).unwrap_or_default()
        })
        .key("what", "range or name", |(_, part)| (*part).clone())
        .words("category", "category", |(entry, _)| {
            entry.category.clone().unwrap_or_default()
        })
        .words("ports", "ports", |(entry, _)| entry.ports.clone())
        .table()
        .keep(ShownRows::All);
    // a whole list of Microsoft 365 is for programs
    let few =
        |entry: &&EntryJson| entry.kind != "list" || [Some(127), Some(184)].contains(&entry.id);
    let near = Table::of(
        "neighbours",
        "",
        entries(&["list", "neighbour", "former"])
            .filter(few)
            .flat_map(parts),
    )
    .key("what", "range or name", |(_, part)| (*part).clone())
    .words("ports", "ports", |(entry, _)| entry.ports.clone())
    .words("of", "of", |(entry, _)| match entry.id {
        Some(id) => format!("{}, id {id}", entry.of),
        None => entry.of.clone(),
    })
    .table()
    .keep(ShownRows::All);
    let relays = Table::of("relays", "", &shown.relays)
        .key("name", "name", |relay| relay.name)
        .words("what", "what", |relay| relay.what)
        .table()
        .keep(ShownRows::All);
    let others = entries(&["list"]).filter(|entry| !few(entry)).count();
    let mut near: Vec<Block> = filled(near).into_iter().collect();
    if others > 0 {
        let others = counted(others as u64, "entry", "entries");
        near.push(Block::Paragraph(Paragraph::new(format!(
            "{others} of other Microsoft 365 services are in the list, too: `check` knows them, and --format json lists them."
        ))));
    }
    let age = shown
        .list
        .age_days
        .map(|days| format!(", {} old", counted(days.unsigned_abs(), "day", "days")));
    let age = age.filter(|_| shown.list.age_days.is_some_and(|days| days >= 0));
    let version = list
        .version
        .as_ref()
        .map(|version| format!(", version {version}"));
    document(
        "Microsoft Teams endpoints".to_owned(),
        Paragraph::new(format!(
            "{}{}{}",
            list.named(),
            version.unwrap_or_default(),
            age.unwrap_or_default()
        )),
        vec![
            main_section("teams", "Teams", filled(teams).into_iter().collect()),
            section(
                "relays",
                "Names that lead to relays",
                filled(relays).into_iter().collect(),
            ),
            section("neighbours", "Not Teams, but often taken for it", near),
        ],
    )
}

fn lines(shown: &ListJson) -> ProgramTable<7> {
    let of_entries = shown.entries.iter().flat_map(|entry| {
        entry.ranges.iter().chain(&entry.names).map(|part| {
            [
                entry.kind.to_owned(),
                entry.id.map(|id| id.to_string()).unwrap_or_default(),
                entry.category.clone().unwrap_or_default(),
                part.clone(),
                entry.tcp.join(" "),
                entry.udp.join(" "),
                entry.of.clone(),
            ]
        })
    });
    let of_relays = shown.relays.iter().map(|relay| {
        let [kind, name, what] = ["relay", relay.name, relay.what].map(str::to_owned);
        let [id, category, tcp, udp] = [const { String::new() }; 4];
        [kind, id, category, name, tcp, udp, what]
    });
    ProgramTable {
        head: ["kind", "id", "category", "what", "tcp", "udp", "of"],
        lines: of_entries.chain(of_relays).collect(),
    }
}
