//! A report as text for a terminal.

mod bursts;
mod grid;
mod groups;
mod held;
mod relays;
mod sections;
mod view;

pub use groups::most_rows;

use super::model::Report;
pub use held::ended;
pub use view::View;

/// The report; headings in bold, what went wrong in red.
pub fn render(report: &Report, view: &View) -> String {
    let mut out = String::new();
    sections::overview(&mut out, report, view.width);
    for table in view.tables(report) {
        groups::table(&mut out, table, view);
    }
    if view.by.is_empty() {
        sections::slow(&mut out, report, view);
        sections::series(&mut out, report, view);
        bursts::section(&mut out, report, view);
        held::section(&mut out, report, view);
        relays::addresses(&mut out, report, view.width);
        relays::certificates(&mut out, report, view.width);
        sections::events(&mut out, report, view);
    }
    sections::problems(&mut out, report, view.width);
    out
}
