//! The parts of a document.

use super::cell::{Cell, Style};
use super::chart::Chart;
use super::table::Table;
use crate::zone::Zone;

/// All that a person reads of something.
#[derive(Debug, Clone)]
pub struct Document {
    /// What it is about, in a line.
    pub title: String,
    /// The program that made it, with its version.
    pub maker: String,
    /// The zone of its times.
    pub zone: Zone,
    /// What was measured, when and from where: a line each.
    pub about: Vec<Paragraph>,
    /// Everything in a sentence.
    pub verdict: Paragraph,
    /// The sections, in their order.
    pub sections: Vec<Section>,
    /// How the numbers were made.
    pub footer: String,
}

/// A part with a heading.
#[derive(Debug, Clone)]
pub struct Section {
    /// Its name for links.
    pub id: &'static str,
    /// Its heading; none where it is empty.
    pub title: &'static str,
    /// Whether it gets its room before the others where there is not enough for all.
    pub main: bool,
    /// Whether it is what a page shows at once, before the links to all others.
    pub at_once: bool,
    /// What it holds; a section of nothing is left out.
    pub blocks: Vec<Block>,
}

/// A piece of a section.
#[derive(Debug, Clone)]
pub enum Block {
    /// Values with names.
    Facts(Vec<NamedValue>),
    /// Rows and columns.
    Table(Table),
    /// A few sentences.
    Paragraph(Paragraph),
    /// A list of sentences, each with a word before it.
    Points(Vec<Point>),
    /// Lines of marks; only terminals show them, where they have the characters.
    Sparks(Vec<Spark>),
    /// A picture with its numbers; only pages show it.
    Chart(Box<Chart>),
}

/// A value with its name.
#[derive(Debug, Clone)]
pub struct NamedValue {
    /// Its name.
    pub label: &'static str,
    /// The value.
    pub value: Cell,
    /// What belongs to it; empty where there is nothing.
    pub note: String,
    /// Whether it matters less than the others beside it.
    pub minor: bool,
}

impl NamedValue {
    /// A value with its name and nothing beside it.
    pub fn new(label: &'static str, value: impl Into<Cell>) -> Self {
        Self {
            label,
            value: value.into(),
            note: String::new(),
            minor: false,
        }
    }

    /// With what belongs to it.
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }

    /// The same, but it matters less than others.
    pub fn minor(mut self) -> Self {
        self.minor = true;
        self
    }
}

/// A sentence with a word before it.
#[derive(Debug, Clone)]
pub struct Point {
    /// The word.
    pub word: &'static str,
    /// Its meaning to the reader.
    pub style: Style,
    /// The sentence.
    pub text: String,
}

/// Sentences.
#[derive(Debug, Clone)]
pub struct Paragraph {
    /// The words.
    pub text: String,
    /// Their meaning to the reader.
    pub style: Style,
}

impl Paragraph {
    /// Sentences without a style.
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            style: Style::Plain,
        }
    }

    /// Sentences about what went wrong.
    pub fn bad(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            style: Style::Bad,
        }
    }
}

/// Values in time order as a line of marks, each as high as its value.
#[derive(Debug, Clone)]
pub struct Spark {
    /// What they are.
    pub label: &'static str,
    /// Their unit; empty where they are counts, which begin at zero and add up where several share a mark.
    pub unit: &'static str,
    /// What one stands for, such as `h`.
    pub each: &'static str,
    /// The values, none where there is none.
    pub values: Vec<Option<f64>>,
}
