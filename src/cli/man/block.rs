//! The parts of a page or a chapter, whatever they were written in. Texts keep their Markdown marks: `code`,
//! **strong**, [words](address).

/// A piece.
#[derive(Debug, PartialEq, Eq)]
pub enum ManBlock {
    /// A heading; the level is 1 for the highest.
    Heading(usize, String),
    /// Text that flows, so many columns from the left.
    Paragraph(usize, String),
    /// One of a list: how far from the left, its mark (`- `, `1. `), its text.
    Item(usize, String, String),
    /// What the paragraph behind it explains, such as an option.
    Term(String),
    /// Lines as they are.
    Code(Vec<String>),
    /// Rows of cells; the first has the titles.
    Table(Vec<Vec<String>>),
}

/// Calls one with the texts outside links, and the other with the words and the address of each link, in their order.
pub fn links<T>(
    text: &str,
    out: &mut T,
    plain: impl Fn(&mut T, &str),
    link: impl Fn(&mut T, &str, &str),
) {
    let mut rest = text;
    while let Some(at) = rest.find('[') {
        let (before, from) = rest.split_at(at);
        plain(out, before);
        let parts = from[1..].split_once("](");
        let parts = parts.filter(|(words, _)| !words.contains('`') && !words.contains('['));
        let parts = parts.and_then(|(words, after)| Some((words, after.split_once(')')?)));
        if let Some((words, (address, after))) = parts {
            link(out, words, address);
            rest = after;
        } else {
            plain(out, "[");
            rest = &from[1..];
        }
    }
    plain(out, rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_told_from_brackets() {
        let mut found = Vec::new();
        links(
            "a [go on](x.md), `[v6]:port` and [RFC] (b)",
            &mut found,
            |found, text| found.push(text.to_owned()),
            |found, words, address| found.push(format!("<{words}|{address}>")),
        );
        let expected = "a <go on|x.md>, `[v6]:port` and [RFC] (b)";
        assert_eq!(found.concat(), expected);
    }
}
