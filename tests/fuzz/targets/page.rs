//! What is true of a page, whatever its texts are: tags and attributes are the renderer's own.

/// Bytes that a page stays under.
const MOST: usize = 1_000_000;

/// The tags that a page may have.
const TAGS: [&str; 45] = [
    "!DOCTYPE",
    "a",
    "b",
    "body",
    "br",
    "caption",
    "dd",
    "defs",
    "desc",
    "details",
    "div",
    "dl",
    "dt",
    "figcaption",
    "figure",
    "footer",
    "h1",
    "h2",
    "h3",
    "head",
    "header",
    "html",
    "li",
    "main",
    "marker",
    "meta",
    "nav",
    "p",
    "path",
    "rect",
    "section",
    "span",
    "strong",
    "style",
    "summary",
    "svg",
    "table",
    "tbody",
    "td",
    "text",
    "th",
    "thead",
    "title",
    "tr",
    "ul",
];

/// Goes through the page as a browser does and asserts that it is made of these tags, closed in
/// their order, with attributes that run nothing.
pub fn holds(page: &str) {
    assert!(page.len() < MOST, "{} bytes", page.len());
    let mut rest = page;
    let mut open: Vec<&str> = Vec::new();
    while let Some((text, behind)) = rest.split_once('<') {
        assert!(
            !text.contains('>') || open.last() == Some(&"style"),
            "{text}"
        );
        if let Some(behind) = behind.strip_prefix('/') {
            let (name, after) = behind.split_once('>').unwrap();
            assert_eq!(open.pop(), Some(name));
            rest = after;
            continue;
        }
        let end = behind
            .find(|c: char| c == '>' || c.is_whitespace())
            .unwrap();
        let (name, after) = behind.split_at(end);
        assert!(TAGS.contains(&name), "<{name}");
        rest = attributes(after);
        if !["!DOCTYPE", "br", "meta"].contains(&name) {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "{open:?} are not closed");
}

/// Takes the attributes of a tag up to its end.
fn attributes(mut rest: &str) -> &str {
    loop {
        rest = rest.trim_start();
        if let Some(after) = rest.strip_prefix('>') {
            return after;
        }
        let end = rest
            .find(|c: char| c == '>' || c == '=' || c.is_whitespace())
            .unwrap();
        let (name, after) = rest.split_at(end);
        let letters = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == ':';
        assert!(!name.is_empty() && name.chars().all(letters), "{name:?}");
        assert!(!name.to_ascii_lowercase().starts_with("on"), "{name}");
        assert!(!["src", "style", "action"].contains(&name), "{name}");
        rest = after;
        let Some(value) = rest.strip_prefix("=\"") else {
            continue;
        };
        let (value, after) = value.split_once('"').unwrap();
        assert!(!value.contains(['<', '>']), "{value}");
        assert!(name != "href" || value.starts_with('#'), "{value}");
        rest = after;
    }
}
