//! Parts of a source file in tokens: items, `use` and paths.

use super::tokens::Token;

/// The place where the group ends that begins here.
pub fn end_of_group(tokens: &[Token], begin: usize) -> usize {
    let mut depth = 0;
    for (at, token) in tokens.iter().enumerate().skip(begin) {
        match token {
            Token::Open(_) => depth += 1,
            Token::Close(_) => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at;
        }
    }
    tokens.len()
}

/// Without attributes, visibilities with a path, and what is compiled for tests only.
pub fn without_tests(tokens: &[Token]) -> Vec<Token> {
    let mut out = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if tokens[at] != Token::Other('#') {
            let is_path = matches!(&tokens[at], Token::Word(word) if word == "pub")
                && tokens.get(at + 1) == Some(&Token::Open('('));
            out.push(tokens[at].clone());
            at = if is_path {
                end_of_group(tokens, at + 1) + 1
            } else {
                at + 1
            };
            continue;
        }
        let open = at + 1 + usize::from(tokens.get(at + 1) == Some(&Token::Other('!')));
        if tokens.get(open) != Some(&Token::Open('[')) {
            out.push(tokens[at].clone());
            at += 1;
            continue;
        }
        let end = end_of_group(tokens, open);
        let says = |word: &str| tokens[open..end].contains(&Token::Word(word.to_owned()));
        let is_test = says("cfg") && says("test") && !says("not");
        at = end + 1;
        if is_test {
            at = end_of_item(tokens, at);
        }
    }
    out
}

/// Behind the item that begins here: behind its `;`, its block, or the comma of a field.
fn end_of_item(tokens: &[Token], begin: usize) -> usize {
    let mut at = begin;
    let mut is_use = false;
    while at < tokens.len() {
        match &tokens[at] {
            Token::Other(';' | ',') => return at + 1,
            Token::Close(_) => return at,
            Token::Word(word)
                if ["use", "const", "static", "type", "let"].contains(&word.as_str()) =>
            {
                is_use = true;
                at += 1;
            }
            Token::Open(kind) => {
                let block = *kind == '{' && !is_use;
                at = end_of_group(tokens, at) + 1;
                if block {
                    return at;
                }
            }
            _ => at += 1,
        }
    }
    at
}

/// Whether a `use` that follows is one that passes names on.
pub fn is_public(before: &[Token]) -> bool {
    before.last() == Some(&Token::Word("pub".to_owned()))
}

/// The paths of a `use`, with the names that they get.
pub fn leaves(tokens: &[Token]) -> Vec<(Vec<String>, Option<String>)> {
    let mut out = Vec::new();
    let mut path = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        match &tokens[at] {
            Token::Word(word) if word == "as" => {
                if let Some(Token::Word(name)) = tokens.get(at + 1) {
                    out.push((std::mem::take(&mut path), Some(name.clone())));
                }
                at += 2;
            }
            Token::Word(word) => {
                path.push(word.clone());
                at += 1;
            }
            Token::Other('*') => {
                path.push("*".to_owned());
                at += 1;
            }
            Token::Open('{') => {
                let end = end_of_group(tokens, at);
                for (inner, alias) in leaves(&tokens[at + 1..end]) {
                    out.push(([&path[..], &inner].concat(), alias));
                }
                path.clear();
                at = end + 1;
            }
            Token::Other(',') => {
                if !path.is_empty() {
                    out.push((std::mem::take(&mut path), None));
                }
                at += 1;
            }
            _ => at += 1,
        }
    }
    if !path.is_empty() {
        out.push((path, None));
    }
    out
}

/// The paths in code, those of one word too.
pub fn paths(tokens: &[Token]) -> Vec<Vec<String>> {
    let mut out = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let Token::Word(first) = &tokens[at] else {
            at += 1;
            continue;
        };
        let before = at.checked_sub(1).map(|before| &tokens[before]);
        let mut path = vec![first.clone()];
        at += 1;
        while tokens.get(at) == Some(&Token::Sep)
            && let Some(Token::Word(next)) = tokens.get(at + 1)
        {
            path.push(next.clone());
            at += 2;
        }
        // a method, a field, the rest of `<T>::name`; a field or a parameter that is declared
        let is_member = matches!(before, Some(Token::Other('.') | Token::Sep));
        let is_declared = path.len() == 1 && tokens.get(at) == Some(&Token::Other(':'));
        if !is_member && !is_declared {
            out.push(path);
        }
    }
    out
}
