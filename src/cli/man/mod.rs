//! Man pages of the program and its commands, and the chapters of the manual as text.

pub mod chapters;
mod help;
mod markdown;
mod own;
mod page;

use std::fmt::Write as _;
use std::path::Path;

use anyhow::Context as _;

use super::args::ManArgs;
use super::exit::Failure;
use super::suggested::{PAGES, PROGRAM, topic_names};
use super::{terminal, words};
use crate::doc;
use chapters::CHAPTERS;

/// What is printed: a page, a chapter, or the list of both; nothing where the pages were written into a folder.
///
/// # Errors
///
/// The topic is none, or a file cannot be written.
pub fn run(args: &ManArgs) -> Result<Vec<u8>, Failure> {
    if let Some(folder) = &args.out {
        return written(folder).map(|()| Vec::new()).map_err(Failure::io);
    }
    let columns = usize::from(terminal::width());
    match args.topic.as_deref() {
        None => Ok(list(columns).into_bytes()),
        Some(topic) => printed(topic, columns),
    }
}

fn printed(topic: &str, columns: usize) -> Result<Vec<u8>, Failure> {
    if let Some(chapter) = CHAPTERS.iter().find(|chapter| chapter.name == topic) {
        return Ok(markdown::text(chapter.markdown, columns).into_bytes());
    }
    let page = page::page(topic).map_err(Failure::io)?;
    page.ok_or_else(|| {
        let meant = words::meant(topic, topic_names());
        let names: Vec<_> = topic_names().collect();
        let names = names.join(", ");
        let text = format!("there is no page or chapter `{topic}`{meant}; there are {names}");
        Failure::usage(anyhow::anyhow!(text))
    })
}

/// Writes all pages into a folder, which is made where it is missing.
fn written(folder: &Path) -> anyhow::Result<()> {
    let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    let write = || -> std::io::Result<()> {
        std::fs::create_dir_all(&folder)?;
        for name in std::iter::once(PROGRAM).chain(PAGES) {
            let Some(text) = page::page(name)? else {
                continue;
            };
            std::fs::write(folder.join(format!("{}.1", page::title(name))), text)?;
        }
        Ok(())
    };
    write().with_context(|| format!("--out {}: cannot be written", folder.display()))
}

/// All topics with what they are about.
fn list(columns: usize) -> String {
    let pages = std::iter::once(PROGRAM).chain(PAGES);
    let pages: Vec<_> = pages.map(|name| (name, page::about(name))).collect();
    let chapters = CHAPTERS.iter();
    let chapters: Vec<_> = chapters
        .map(|chapter| (chapter.name, chapter.about.to_owned()))
        .collect();
    let mut out = String::new();
    for (title, topics) in [
        ("Man pages (roff): turnprobe man TOPIC | man -l -", pages),
        (
            "Chapters of the manual (text): turnprobe man TOPIC",
            chapters,
        ),
    ] {
        if !out.is_empty() {
            out.push('\n');
        }
        let _ = writeln!(out, "{title}");
        for (name, about) in topics {
            let mut first = format!("  {name:<18}");
            for line in doc::wrapped(&about, columns.saturating_sub(20)) {
                let _ = writeln!(out, "{first}{line}");
                first = " ".repeat(20);
            }
        }
    }
    out
}
