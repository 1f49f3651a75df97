//! Pages and chapters as HTML: one file each, without scripts and without network access.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::block::{ManBlock, links};
use super::chapters::CHAPTERS;

const STYLE: &str = "\
:root{color-scheme:light dark}
body{max-width:50rem;margin:0 auto;padding:0 1rem 3rem;font:1rem/1.5 system-ui,sans-serif}
h1{font-size:1.4rem;margin:2rem 0 .5rem}h2{font-size:1.2rem}h3{font-size:1rem}
code,pre{font:.9em/1.4 ui-monospace,Consolas,monospace}
pre{overflow-x:auto;padding:.6rem .9rem;border-left:4px solid #8888}
table{border-collapse:collapse}td,th{text-align:left;vertical-align:top;padding:.2rem .8rem .2rem 0;border-bottom:1px solid #8886}
.term{margin:1rem 0 0}.in{margin:.2rem 0 .2rem 2rem}";

/// A whole page.
pub fn page(title: &str, blocks: &[ManBlock]) -> String {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body { @for run in runs(blocks) { (shown(run)) } }
        }
    }
    .into_string()
        + "\n"
}

/// A page that leads to others: their names, and what they are about.
pub fn index(title: &str, parts: &[(&str, Vec<(&str, String)>)]) -> String {
    let mut blocks = Vec::new();
    for (heading, pages) in parts {
        blocks.push(ManBlock::Heading(1, (*heading).to_owned()));
        let row =
            |(name, about): &(&str, String)| vec![format!("[{name}]({name}.html)"), about.clone()];
        let head = vec!["page".to_owned(), "what".to_owned()];
        blocks.push(ManBlock::Table(
            std::iter::once(head).chain(pages.iter().map(row)).collect(),
        ));
    }
    page(title, &blocks)
}

/// The pieces, the items of a list together.
fn runs(blocks: &[ManBlock]) -> impl Iterator<Item = &[ManBlock]> {
    let is_item = |block: &ManBlock| matches!(block, ManBlock::Item(..));
    blocks.chunk_by(move |one, other| is_item(one) && is_item(other))
}

fn shown(run: &[ManBlock]) -> Markup {
    let class = |indent: usize| (indent > 0).then_some("in");
    match run {
        [ManBlock::Heading(level, title)] => {
            let (inside, id) = (inline(title), anchor(title));
            match level {
                1 => html! { h1 id=(id) { (inside) } },
                2 => html! { h2 id=(id) { (inside) } },
                _ => html! { h3 id=(id) { (inside) } },
            }
        }
        [ManBlock::Paragraph(indent, text)] => {
            html! { p class=[class(*indent)] { (inline(text)) } }
        }
        [ManBlock::Term(term)] => html! { p class="term" { (inline(term)) } },
        [ManBlock::Code(lines)] => html! { pre { (lines.join("\n")) } },
        [ManBlock::Table(rows)] => table(rows),
        items => {
            let texts = items.iter().filter_map(|block| match block {
                ManBlock::Item(_, _, text) => Some(inline(text)),
                _ => None,
            });
            let is_numbered = matches!(items, [ManBlock::Item(_, mark, _), ..] if mark != "- ");
            let inside = html! { @for text in texts { li { (text) } } };
            if is_numbered {
                html! { ol { (inside) } }
            } else {
                html! { ul { (inside) } }
            }
        }
    }
}

fn table(rows: &[Vec<String>]) -> Markup {
    let [head, rows @ ..] = rows else {
        return html! {};
    };
    html! {
        table {
            thead { tr { @for cell in head { th { (inline(cell)) } } } }
            tbody { @for row in rows { tr { @for cell in row { td { (inline(cell)) } } } } }
        }
    }
}

/// Text with its marks: `code`, strong words and links.
fn inline(text: &str) -> Markup {
    let mut out = String::new();
    let plain = |out: &mut String, text: &str| out.push_str(&marked(text));
    links(text, &mut out, plain, |out, words, address| {
        let inside = PreEscaped(marked(words));
        let link = place(address).map(|place| html! { a href=(place) { (inside) } });
        out.push_str(&link.unwrap_or(inside).0);
    });
    PreEscaped(out)
}

/// Escaped, with `code` and strong words.
fn marked(text: &str) -> String {
    let mut out = String::new();
    for (place, part) in text.split('`').enumerate() {
        if place % 2 == 1 {
            out.push_str(&html! { code { (part) } }.0);
            continue;
        }
        for (place, part) in part.split("**").enumerate() {
            match place % 2 {
                1 => out.push_str(&html! { strong { (part) } }.0),
                _ => out.push_str(&html! { (part) }.0),
            }
        }
    }
    out
}

/// Where a link of a chapter leads; nowhere from here where it is a file of the repository.
fn place(address: &str) -> Option<String> {
    let is_page = address.rsplit('.').next() == Some("html");
    if is_page || address.starts_with('#') || address.starts_with("http") {
        return Some(address.to_owned());
    }
    let (file, anchor) = address.split_once('#').unwrap_or((address, ""));
    let name = file.strip_suffix(".md")?.replace('_', "-");
    let chapter = CHAPTERS.iter().find(|chapter| chapter.name == name)?;
    let behind = if anchor.is_empty() { "" } else { "#" };
    Some(format!("{}.html{behind}{anchor}", chapter.name))
}

/// The name of a heading in a link.
fn anchor(title: &str) -> String {
    let letters = title.chars().filter_map(|letter| match letter {
        ' ' => Some('-'),
        letter if letter.is_alphanumeric() || letter == '-' || letter == '_' => {
            Some(letter.to_ascii_lowercase())
        }
        _ => None,
    });
    letters.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::man::markdown::blocks;

    #[test]
    fn text_is_escaped_and_its_marks_are_elements() {
        let found = page(
            "a",
            &blocks("# A & B\n\nx < y, `a<b`, [there](https://a.example)\n- one\n- two\n"),
        );
        for part in [
            "<h1 id=\"a--b\">A &amp; B</h1>",
            "<p>x &lt; y, <code>a&lt;b</code>, <a href=\"https://a.example\">there</a></p>",
            "<ul><li>one</li><li>two</li></ul>",
        ] {
            assert!(found.contains(part), "{part}: {found}");
        }
    }

    #[test]
    fn every_link_between_chapters_leads_to_a_heading() {
        let pages = CHAPTERS.map(|chapter| {
            (
                chapter.name,
                page(chapter.name, &blocks(&chapter.markdown().unwrap())),
            )
        });
        for (name, text) in &pages {
            for link in text
                .split("href=\"")
                .skip(1)
                .filter_map(|link| link.split('"').next())
            {
                let Some((file, anchor)) = link
                    .split_once(".html")
                    .filter(|_| !link.starts_with("http"))
                else {
                    continue;
                };
                let found = pages.iter().find(|(name, _)| name == &file);
                let (_, found) = found.unwrap_or_else(|| panic!("{name}: {link}"));
                let id = format!("id=\"{}\"", anchor.trim_start_matches('#'));
                assert!(anchor.is_empty() || found.contains(&id), "{name}: {link}");
            }
        }
    }
}
