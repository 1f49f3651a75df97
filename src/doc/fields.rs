//! Lines that come one after the other, as a running measurement prints them: which of their fields
//! have room, and a line made of these. A table that is known as a whole is `table`.

use super::cell::Style;
use super::terminal::styled;
use super::text::cut;
use super::wrap::width;
use crate::arrange::Arrange as _;

/// How a field is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum FieldKind {
    /// To the right, and never cut.
    Number,
    /// To the left, and never cut, such as an address.
    Whole,
    /// To the left, cut where it takes less than all of it.
    Words { least: usize },
}

/// A field of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    head: String,
    columns: usize,
    kind: FieldKind,
    gap: usize,
    rank: usize,
}

impl Field {
    /// A number of so many digits; the field of rank 0 is the last one to be left out.
    pub fn number(head: &str, columns: usize, rank: usize) -> Self {
        Self::of(head, columns, FieldKind::Number, 1, rank)
    }

    /// A text that is never cut.
    pub fn whole(head: &str, columns: usize, rank: usize) -> Self {
        Self::of(head, columns, FieldKind::Whole, 2, rank)
    }

    /// A text that makes do with `least` columns.
    pub fn words(head: &str, columns: usize, least: usize, rank: usize) -> Self {
        let least = least.min(columns);
        Self::of(head, columns, FieldKind::Words { least }, 2, rank)
    }

    /// With so many spaces before it.
    #[must_use]
    pub fn after(self, gap: usize) -> Self {
        Self { gap, ..self }
    }

    fn of(head: &str, columns: usize, kind: FieldKind, gap: usize, rank: usize) -> Self {
        Self {
            head: head.to_owned(),
            columns,
            kind,
            gap,
            rank,
        }
    }

    fn least(&self) -> usize {
        match self.kind {
            FieldKind::Words { least } => least,
            FieldKind::Number | FieldKind::Whole => self.columns,
        }
    }
}

/// The fields that have room on a line, and the columns that each gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FittedFields {
    /// Place among all fields, the field, its columns.
    shown: Vec<(usize, Field, usize)>,
}

impl FittedFields {
    /// Chooses the fields for lines of at most so many columns, the most important ones first; the
    /// first of all is there however narrow it is.
    pub fn new(fields: Vec<Field>, columns: usize) -> Self {
        let mut order: Vec<_> = (0..fields.len()).collect();
        order.arrange_by_key(|place| fields[*place].rank);
        let mut room = columns;
        let mut widths = vec![0; fields.len()];
        let mut chosen: Vec<usize> = Vec::new();
        for place in order {
            let field = &fields[place];
            let gap = if chosen.is_empty() { 0 } else { field.gap };
            let fits = |columns: &usize| gap + columns <= room;
            let takes = [field.columns, field.least()].into_iter().find(fits);
            let takes = takes.or_else(|| chosen.is_empty().then_some(field.columns));
            let Some(takes) = takes else { continue };
            room = room.saturating_sub(gap + takes);
            widths[place] = takes;
            chosen.push(place);
        }
        // what is left goes to the texts, in the same order, and then to one at the end
        for place in &chosen {
            let more = (fields[*place].columns - widths[*place]).min(room);
            widths[*place] += more;
            room -= more;
        }
        if let Some(last) = chosen.into_iter().max()
            && let FieldKind::Words { .. } = fields[last].kind
        {
            widths[last] += room;
        }
        let shown = fields.into_iter().enumerate().zip(widths);
        let shown = shown.map(|((place, field), columns)| (place, field, columns));
        Self {
            shown: shown.filter(|(.., columns)| *columns > 0).collect(),
        }
    }

    /// What stands above the lines, without the end of its line.
    pub fn head(&self) -> String {
        self.set(|_, field| (field.head.clone(), Style::Plain))
    }

    /// A line of the cells by their places among all fields, without its end.
    pub fn line(&self, cell: impl Fn(usize) -> (String, Style)) -> String {
        self.set(|place, _| cell(place))
    }

    fn set(&self, cell: impl Fn(usize, &Field) -> (String, Style)) -> String {
        let mut out = String::new();
        let mut spaces = 0;
        for (at, (place, field, columns)) in self.shown.iter().enumerate() {
            let (text, style) = cell(*place, field);
            let text = match field.kind {
                FieldKind::Words { .. } => cut(&text, *columns),
                FieldKind::Number | FieldKind::Whole => text,
            };
            let missing = columns.saturating_sub(width(&text));
            let gap = if at == 0 { 0 } else { field.gap };
            let (before, behind) = match field.kind {
                FieldKind::Number => (missing, 0),
                FieldKind::Whole | FieldKind::Words { .. } => (0, missing),
            };
            // none at the end of the line
            if text.is_empty() {
                spaces += gap + missing;
                continue;
            }
            out.extend(std::iter::repeat_n(' ', spaces + gap + before));
            out.push_str(&styled(&text, style));
            spaces = behind;
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields() -> Vec<Field> {
        vec![
            Field::whole("UTC", 8, 0),
            Field::words("region", 18, 10, 3),
            Field::number("dns", 6, 2),
            Field::whole("", 4, 1),
        ]
    }

    fn shown(columns: usize) -> [String; 2] {
        let layout = FittedFields::new(fields(), columns);
        let cells = ["12:00:00", "germanywestcentral", "1016", "OK"];
        let line = layout.line(|place| (cells[place].to_owned(), Style::Plain));
        [layout.head(), line]
    }

    #[test]
    fn the_least_important_fields_are_left_out_first_and_no_number_is_cut() {
        let lines: Vec<_> = [43, 41, 35, 32, 20, 14, 8, 3].map(shown).concat();
        insta::assert_snapshot!(lines.join("\n"), @r"
        UTC       region                dns
        12:00:00  germanywestcentral   1016  OK
        UTC       region                dns
        12:00:00  germanywestcentral   1016  OK
        UTC       region          dns
        12:00:00  germanywest…   1016  OK
        UTC         dns
        12:00:00   1016  OK
        UTC
        12:00:00  OK
        UTC
        12:00:00  OK
        UTC
        12:00:00
        UTC
        12:00:00
        ");
    }

    #[test]
    fn a_number_that_is_longer_than_its_field_stands_there_whole() {
        let layout = FittedFields::new(fields(), 22);
        let line = layout.line(|place| match place {
            2 => ("1234567890".to_owned(), Style::Plain),
            _ => ("x".to_owned(), Style::Bad),
        });
        assert!(line.contains("1234567890"), "{line}");
        assert!(line.ends_with("\x1b[31mx\x1b[0m"), "{line}");
    }
}
