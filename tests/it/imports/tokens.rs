//! Rust source as words and signs, without comments; of literals only that one is there.

/// A word or a sign.
#[derive(Clone, PartialEq, Debug)]
pub enum Token {
    Word(String),
    /// `::`
    Sep,
    Open(char),
    Close(char),
    /// Any other sign; `0` for a literal, `'` for a lifetime.
    Other(char),
}

/// The tokens of a source file.
pub fn tokens(text: &str) -> Vec<Token> {
    let text: Vec<char> = text.chars().collect();
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(&c) = text.get(at) {
        let next = text.get(at + 1).copied().unwrap_or(' ');
        at = match c {
            _ if c.is_whitespace() => at + 1,
            '/' if next == '/' => end_of(&text, at, |c| c == '\n'),
            '/' if next == '*' => end_of_comment(&text, at),
            '"' => {
                out.push(Token::Other('0'));
                end_of_string(&text, at)
            }
            '\'' => {
                // 'a' and '\n' are characters, 'a is a lifetime
                let is_character = next == '\\' || text.get(at + 2) == Some(&'\'');
                out.push(Token::Other(if is_character { '0' } else { '\'' }));
                if is_character {
                    end_of(&text, at + 1 + 2 * usize::from(next == '\\'), |c| c == '\'') + 1
                } else {
                    end_of(&text, at + 1, |c| !is_word(c))
                }
            }
            _ if c.is_ascii_digit() => {
                out.push(Token::Other('0'));
                end_of(&text, at, |c| !is_word(c))
            }
            _ if is_word(c) => {
                let end = end_of(&text, at, |c| !is_word(c));
                let word: String = text[at..end].iter().collect();
                let is_prefix = ["r", "b", "br", "c", "cr"].contains(&word.as_str());
                match text.get(end) {
                    Some('"') if is_prefix && !word.contains('r') => end,
                    Some('"' | '#') if is_prefix && word.contains('r') => {
                        let (end, literal) = end_of_raw(&text, end);
                        if literal {
                            out.push(Token::Other('0'));
                        }
                        end
                    }
                    _ => {
                        out.push(Token::Word(word));
                        end
                    }
                }
            }
            ':' if next == ':' => {
                out.push(Token::Sep);
                at + 2
            }
            '(' | '[' | '{' => {
                out.push(Token::Open(c));
                at + 1
            }
            ')' | ']' | '}' => {
                out.push(Token::Close(c));
                at + 1
            }
            _ => {
                out.push(Token::Other(c));
                at + 1
            }
        };
    }
    out
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The first place from `at` on where the condition holds, or the end.
fn end_of(text: &[char], at: usize, is_end: impl Fn(char) -> bool) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    let found = rest.iter().position(|c| is_end(*c));
    at + found.unwrap_or(rest.len())
}

fn end_of_comment(text: &[char], begin: usize) -> usize {
    let (mut at, mut depth) = (begin, 0);
    while at < text.len() {
        match text[at..].get(..2) {
            Some(['/', '*']) => (at, depth) = (at + 2, depth + 1),
            Some(['*', '/']) => (at, depth) = (at + 2, depth - 1),
            _ => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    at
}

fn end_of_string(text: &[char], begin: usize) -> usize {
    let mut at = begin + 1;
    while let Some(c) = text.get(at) {
        match c {
            '\\' => at += 2,
            '"' => return at + 1,
            _ => at += 1,
        }
    }
    at
}

/// The end of a raw string whose marks begin at `begin`, and true; of a raw word its mark's end.
fn end_of_raw(text: &[char], begin: usize) -> (usize, bool) {
    let quote = end_of(text, begin, |c| c != '#');
    let marks = quote - begin;
    if text.get(quote) != Some(&'"') {
        return (quote, false);
    }
    let mut at = quote + 1;
    while at < text.len() {
        let closing = text[at + 1..].iter().take(marks);
        if text[at] == '"' && closing.filter(|c| **c == '#').count() == marks {
            return (at + 1 + marks, true);
        }
        at += 1;
    }
    (at, true)
}

#[test]
fn source_becomes_words_and_signs() {
    let shown = |text: &str| {
        let words = tokens(text).into_iter().map(|token| match token {
            Token::Word(word) => word,
            Token::Sep => "::".to_owned(),
            Token::Open(c) | Token::Close(c) | Token::Other(c) => c.to_string(),
        });
        words.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(shown("use a::{b, c}; // a::d"), "use a :: { b , c } ;");
    assert_eq!(shown("/* a /* b */ c */ d"), "d");
    assert_eq!(
        shown(r##"f("a \" b", r#"c " d"#, b"e", '"', '\'', '\u{1}')"##),
        "f ( 0 , 0 , 0 , 0 , 0 , 0 )"
    );
    assert_eq!(
        shown("fn f<'a>(x: &'a str) { 1.5e3 }"),
        "fn f < ' > ( x : & ' str ) { 0 . 0 }"
    );
    assert_eq!(shown("r#type br\"x\" r"), "type 0 r");
}
