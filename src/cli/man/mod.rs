//! Man pages of the program and its commands, and the chapters of the manual as text.

mod block;
pub mod chapters;
mod help;
mod html;
mod markdown;
mod own;
mod page;
mod roff;
mod text;

use std::fmt::Write as _;
use std::io::IsTerminal as _;
use std::path::Path;

use anyhow::Context as _;

use super::args::ManArgs;
use super::exit::FatalError;
use super::files::whole::{Stubborn, followed, replace};
use super::suggested::{CHAPTER_TOO, PAGES, PROGRAM, topic_names};
use super::{terminal, words};
use crate::doc;
use chapters::CHAPTERS;

/// What is printed: a page, a chapter, or the list of both; nothing where the pages were written into a folder.
///
/// # Errors
///
/// The topic is none, or a file cannot be written.
pub fn run(args: &ManArgs) -> Result<Vec<u8>, FatalError> {
    if let Some(folder) = &args.out {
        let written = written(folder, args.html);
        return written.map(|()| Vec::new()).map_err(FatalError::io);
    }
    let columns = terminal::columns().min(200);
    match args.topic.as_deref() {
        None if args.html => Err(FatalError::usage(anyhow::anyhow!(
            "--html: name a topic, such as `turnprobe man guide --html`, or give --out DIR for all of them"
        ))),
        None => Ok(list(columns).into_bytes()),
        Some(topic) => printed(topic, columns, args.html),
    }
}

fn printed(topic: &str, columns: usize, is_html: bool) -> Result<Vec<u8>, FatalError> {
    let Some(found) = Topic::of(topic).map_err(FatalError::io)? else {
        let meant = words::meant(topic, topic_names());
        let names: Vec<_> = topic_names().collect();
        let names = names.join(", ");
        let text = format!("there is no page or chapter `{topic}`{meant}; there are {names}");
        return Err(FatalError::usage(anyhow::anyhow!(text)));
    };
    // whoever reads a pipe on Windows has no man
    let is_read = cfg!(windows) || std::io::stdout().is_terminal();
    Ok(match found {
        found if is_html => html::page(&found.title, &found.blocks()).into_bytes(),
        Topic {
            roff: Some(roff), ..
        } if !is_read => roff.into_bytes(),
        found => text::text(&found.blocks(), columns).into_bytes(),
    })
}

/// What is read of a topic.
struct Topic {
    title: String,
    /// Where it is a man page.
    roff: Option<String>,
    /// Where it is a chapter.
    markdown: String,
}

impl Topic {
    fn of(topic: &str) -> std::io::Result<Option<Self>> {
        if let Some(chapter) = CHAPTERS.iter().find(|chapter| chapter.name == topic) {
            return Ok(Some(Self {
                title: format!("{PROGRAM}: {topic}"),
                roff: None,
                markdown: chapter.markdown()?,
            }));
        }
        let roff = page::page(topic)?;
        Ok(roff.map(|roff| Self {
            title: page::title(topic),
            roff: Some(String::from_utf8_lossy(&roff).into_owned()),
            markdown: String::new(),
        }))
    }

    fn blocks(&self) -> Vec<block::ManBlock> {
        match &self.roff {
            Some(roff) => roff::blocks(roff),
            None => markdown::blocks(&self.markdown),
        }
    }
}

/// Writes all man pages into a folder, which is made where it is missing; as HTML the chapters as well.
fn written(folder: &Path, is_html: bool) -> anyhow::Result<()> {
    let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    // an older page stays where the new one finds no place
    let put = |name: String, text: &[u8]| {
        replace(&followed(&folder.join(name)), text, Stubborn::WriteOver)
    };
    let write = || -> std::io::Result<()> {
        std::fs::create_dir_all(&folder)?;
        if is_html {
            for name in topic_names() {
                if let Some(found) = Topic::of(name)? {
                    let text = html::page(&found.title, &found.blocks());
                    put(format!("{name}.html"), text.as_bytes())?;
                }
            }
            return put("index.html".to_owned(), index().as_bytes());
        }
        for name in std::iter::once(PROGRAM).chain(PAGES).chain([CHAPTER_TOO]) {
            if let Some(text) = page::page(name)? {
                put(format!("{}.1", page::title(name)), &text)?;
            }
        }
        Ok(())
    };
    write().with_context(|| format!("--out {}: cannot be written", folder.display()))
}

/// The man pages and the chapters, with what they are about.
fn topics() -> [Vec<(&'static str, String)>; 2] {
    let pages = std::iter::once(PROGRAM).chain(PAGES);
    let chapters = CHAPTERS.iter();
    [
        pages.map(|name| (name, page::about(name))).collect(),
        chapters
            .map(|chapter| (chapter.name, chapter.about.to_owned()))
            .collect(),
    ]
}

/// A page that leads to all topics.
fn index() -> String {
    let [pages, chapters] = topics();
    html::index(PROGRAM, &[("The manual", chapters), ("Commands", pages)])
}

/// All topics with what they are about.
fn list(columns: usize) -> String {
    let [pages, chapters] = topics();
    let mut out = String::new();
    for (title, topics) in [
        ("Chapters of the manual: turnprobe man TOPIC", chapters),
        ("Man pages of the commands: turnprobe man TOPIC", pages),
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
