//! What a person reads: a document of sections, made of facts, tables, paragraphs and charts, whose
//! values are typed cells. Each renderer shows all of them; none knows what they are about. Pure.

mod cell;
pub mod chart;
mod csv;
mod fields;
mod html;
pub mod lines;
mod markdown;
pub mod number;
pub mod parts;
mod section;
mod spark;
mod table;
mod terminal;
pub mod text;
mod wrap;

pub use cell::{Cell, Figure, Style};
pub use csv::csv;
pub use fields::{Field, FittedFields};
pub use html::page;
pub use markdown::markdown;
pub use section::{Block, Document, NamedValue, Paragraph, Point, Section, Spark};
pub use table::{ShownRows, Table, TableColumn, TableRow, TableView};
pub use terminal::{Room, section as terminal_section, styled, table as terminal_table, terminal};
pub use wrap::{width, wrapped};
