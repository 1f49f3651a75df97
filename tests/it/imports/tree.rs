//! Which file imports which, read from the tokens of the source: `use`, and paths in the code.
//!
//! A name counts as the file that defines it, through however many re-exports. `mod` and `pub use`
//! are no imports, unless the file uses the name itself. Macros are not expanded: what the rules
//! of a macro define is taken as defined where the rules stand. Tests are left out.

use std::collections::{BTreeMap, BTreeSet};

use super::parse::{end_of_group, is_public, leaves, paths, without_tests};
use super::tokens::{Token, tokens};

/// Words that come before the name of a definition.
const DEFINE: &[&str] = &[
    "const", "enum", "fn", "static", "struct", "trait", "type", "union",
];

/// As deep as re-exports of re-exports are followed.
const DEEPEST: usize = 16;

/// The modules of a crate.
pub struct Tree {
    modules: BTreeMap<Vec<String>, Module>,
}

/// A module: a file, or a block in one.
struct Module {
    file: String,
    names: BTreeMap<String, Vec<Meaning>>,
    /// Modules of which all names are imported.
    globs: Vec<Vec<String>>,
    tokens: Vec<Token>,
}

/// What a name stands for in a module.
#[derive(Clone)]
enum Meaning {
    /// Something that is defined there.
    Item,
    /// A module below it.
    Module,
    /// What a path leads to; whether it is only passed on.
    Import { path: Vec<String>, passed_on: bool },
}

/// What a path leads to.
#[derive(Clone, PartialEq)]
enum Target {
    Item { file: String },
    Module(Vec<String>),
}

impl Tree {
    /// Of files by their names below `src`.
    pub fn of<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut tree = Self {
            modules: BTreeMap::new(),
        };
        for (name, text) in files {
            let mut path: Vec<String> = name
                .trim_end_matches(".rs")
                .split('/')
                .map(str::to_owned)
                .collect();
            if name == "main.rs" || path.iter().any(|part| part == "tests") {
                continue;
            }
            if ["mod", "lib"].contains(&path[path.len() - 1].as_str()) {
                path.pop();
            }
            tree.add(path, name, &without_tests(&tokens(text)));
        }
        tree
    }

    /// Every import, from file to file.
    pub fn imports(&self) -> BTreeSet<(String, String)> {
        let mut found = BTreeSet::new();
        for (path, module) in &self.modules {
            let mut import = |used: &[String]| {
                for target in self.resolve(path, used, 0) {
                    if let Target::Item { file } = target
                        && file != module.file
                    {
                        found.insert((module.file.clone(), file));
                    }
                }
            };
            for meaning in module.names.values().flatten() {
                if let Meaning::Import {
                    path: used,
                    passed_on: false,
                } = meaning
                {
                    import(used);
                }
            }
            for used in paths(&module.tokens) {
                let first = &used[0];
                let is_ours = ["crate", "super", "self"].contains(&first.as_str())
                    || module.names.get(first).is_some_and(|meanings| {
                        meanings.iter().any(|m| !matches!(m, Meaning::Item))
                    });
                if is_ours {
                    import(&used);
                }
            }
        }
        found
    }

    /// Pairs of files that import each other, in the order of the alphabet.
    pub fn circles(&self) -> BTreeSet<(String, String)> {
        let imports = self.imports();
        let both = imports
            .iter()
            .filter(|(from, to)| from < to && imports.contains(&(to.clone(), from.clone())));
        both.cloned().collect()
    }

    /// Sets of files each of which leads to all others of the set, through however many imports:
    /// circles of three files and more too. What a file imports from the folder of its own module
    /// is left out here: a parent puts together what lies below it.
    pub fn rings(&self) -> BTreeSet<Vec<String>> {
        let imports = self.imports();
        let mut next: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (from, to) in &imports {
            if !to.starts_with(&below(from)) {
                next.entry(from).or_default().push(to);
            }
        }
        let reached = |from: &str| {
            let (mut seen, mut open) = (BTreeSet::new(), vec![from.to_owned()]);
            while let Some(file) = open.pop() {
                for to in next.get(file.as_str()).into_iter().flatten() {
                    if seen.insert((*to).to_owned()) {
                        open.push((*to).to_owned());
                    }
                }
            }
            seen
        };
        let all: BTreeMap<String, BTreeSet<String>> = next
            .keys()
            .map(|file| ((*file).to_owned(), reached(file)))
            .collect();
        let mut rings = BTreeSet::new();
        for (file, reached) in &all {
            let back = |to: &&String| all.get(*to).is_some_and(|from_it| from_it.contains(file));
            let ring: Vec<String> = reached.iter().filter(back).cloned().collect();
            if ring.len() > 1 {
                rings.insert(ring);
            }
        }
        rings
    }

    /// Takes in a module, and those that stand in it as blocks.
    fn add(&mut self, path: Vec<String>, file: &str, tokens: &[Token]) {
        let mut module = Module {
            file: file.to_owned(),
            names: BTreeMap::new(),
            globs: Vec::new(),
            tokens: Vec::new(),
        };
        let mut at = 0;
        while at < tokens.len() {
            match &tokens[at] {
                Token::Word(word) if word == "use" => {
                    let end = tokens[at..].iter().position(|t| *t == Token::Other(';'));
                    let end = at + end.unwrap_or(tokens.len() - at);
                    let passed_on = is_public(&tokens[..at]);
                    for (path, alias) in leaves(&tokens[at + 1..end]) {
                        module.import(path, alias, passed_on);
                    }
                    at = end;
                }
                Token::Word(word) if word == "mod" => {
                    let Some(Token::Word(name)) = tokens.get(at + 1) else {
                        at += 1;
                        continue;
                    };
                    module.name(name, Meaning::Module);
                    at += 2;
                    if tokens.get(at) == Some(&Token::Open('{')) {
                        let end = end_of_group(tokens, at);
                        let inner = [&path[..], std::slice::from_ref(name)].concat();
                        self.add(inner, file, &tokens[at + 1..end]);
                        at = end + 1;
                    }
                }
                Token::Word(word) if DEFINE.contains(&word.as_str()) => {
                    module.tokens.push(tokens[at].clone());
                    at += 1;
                    // what stands deeper is harmless: it only makes the name one of this file
                    if let Some(Token::Word(name)) = tokens.get(at)
                        && !DEFINE.contains(&name.as_str())
                    {
                        module.name(name, Meaning::Item);
                        module.tokens.push(Token::Other('='));
                        at += 1;
                    }
                }
                Token::Word(word) if word == "macro_rules" => {
                    if let Some(Token::Word(name)) = tokens.get(at + 2) {
                        module.name(name, Meaning::Item);
                    }
                    at += 3;
                }
                token => {
                    module.tokens.push(token.clone());
                    at += 1;
                }
            }
        }
        self.modules.insert(path, module);
    }

    /// Everything that a path in a module may lead to; nothing for other crates.
    fn resolve(&self, from: &[String], path: &[String], depth: usize) -> Vec<Target> {
        let mut rest = path;
        let mut at = vec![Target::Module(from.to_vec())];
        while let Some(first) = rest.first() {
            let here = |target: &Target| match (first.as_str(), target) {
                ("crate", _) => Some(Target::Module(Vec::new())),
                ("self", target) => Some(target.clone()),
                ("super", Target::Module(path)) => {
                    let up = path.len().saturating_sub(1);
                    Some(Target::Module(path[..up].to_vec()))
                }
                _ => None,
            };
            match here(&at[0]) {
                Some(target) => at = vec![target],
                None => break,
            }
            rest = &rest[1..];
        }
        for (n, name) in rest.iter().enumerate() {
            let last = n + 1 == rest.len();
            let mut next = Vec::new();
            for target in at {
                match target {
                    // a variant, an associated function
                    Target::Item { .. } => next.push(target),
                    Target::Module(path) => next.extend(self.look_up(&path, name, last, depth)),
                }
            }
            at = next;
        }
        at
    }

    fn look_up(&self, path: &[String], name: &str, last: bool, depth: usize) -> Vec<Target> {
        let Some(module) = self.modules.get(path).filter(|_| depth < DEEPEST) else {
            return Vec::new();
        };
        let mut found = Vec::new();
        for meaning in module.names.get(name).into_iter().flatten() {
            match meaning {
                Meaning::Item => found.push(Target::Item {
                    file: module.file.clone(),
                }),
                Meaning::Module => {
                    let inner = [path, &[name.to_owned()]].concat();
                    found.push(Target::Module(inner));
                }
                Meaning::Import { path: used, .. } => {
                    found.extend(self.resolve(path, used, depth + 1));
                }
            }
        }
        if found.is_empty() {
            for glob in &module.globs {
                for target in self.resolve(path, glob, depth + 1) {
                    if let Target::Module(path) = target {
                        found.extend(self.look_up(&path, name, last, depth + 1));
                    }
                }
            }
        }
        // a module and a function may bear one name
        let wanted = |target: &Target| last != matches!(target, Target::Module(_));
        if found.iter().any(wanted) {
            found.retain(wanted);
        }
        found
    }
}

impl Module {
    fn name(&mut self, name: &str, meaning: Meaning) {
        self.names.entry(name.to_owned()).or_default().push(meaning);
    }

    fn import(&mut self, mut path: Vec<String>, alias: Option<String>, passed_on: bool) {
        match path.last().map(String::as_str) {
            Some("*") => {
                path.pop();
                self.globs.push(path);
                return;
            }
            Some("self") => {
                path.pop();
            }
            _ => {}
        }
        if let Some(name) = alias.or_else(|| path.last().cloned()) {
            self.name(&name, Meaning::Import { path, passed_on });
        }
    }
}

/// The folder of a file's module.
fn below(file: &str) -> String {
    match file.strip_suffix("mod.rs") {
        Some(folder) => folder.to_owned(),
        None => file.trim_end_matches(".rs").to_owned() + "/",
    }
}
