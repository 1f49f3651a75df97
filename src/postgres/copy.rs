//! A row of JSON Lines as COPY takes it (text format:
//! <https://www.postgresql.org/docs/current/sql-copy.html>).

use std::io::Write as _;

use serde_json::{Map, Value};

use super::layout::Form;

/// Adds a row of the columns; the column `_seq` stands at its end.
pub(super) fn push_row(
    row: &Map<String, Value>,
    columns: &[(String, Form)],
    seq: u64,
    out: &mut Vec<u8>,
) {
    for (name, form) in columns {
        push_value(row.get(name), *form, out);
        out.push(b'\t');
    }
    let _ = writeln!(out, "{seq}");
}

fn push_value(value: Option<&Value>, form: Form, out: &mut Vec<u8>) {
    match value {
        None | Some(Value::Null) => out.extend_from_slice(b"\\N"),
        Some(Value::Bool(flag)) => out.push(if *flag { b't' } else { b'f' }),
        // nothing that is counted or timed has so many digits
        Some(Value::Number(number)) if number.as_i64().is_none() && number.is_u64() => {
            let _ = write!(out, "{}", i64::MAX);
        }
        Some(Value::Number(number)) => {
            let _ = write!(out, "{number}");
        }
        Some(Value::String(text)) => push_text(text, out),
        Some(Value::Array(items)) => {
            let (begin, between, end) = match form {
                Form::Numbers => ("{", ",", "}"),
                _ => ("", " ", ""),
            };
            out.extend_from_slice(begin.as_bytes());
            for (place, item) in items.iter().enumerate() {
                if place > 0 {
                    out.extend_from_slice(between.as_bytes());
                }
                match item {
                    Value::String(text) => push_text(text, out),
                    other => push_text(&other.to_string(), out),
                }
            }
            out.extend_from_slice(end.as_bytes());
        }
        Some(object @ Value::Object(_)) => push_text(&object.to_string(), out),
    }
}

fn push_text(text: &str, out: &mut Vec<u8>) {
    for letter in text.bytes() {
        match letter {
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            // no text of PostgreSQL holds it
            0 => out.extend_from_slice("\u{fffd}".as_bytes()),
            letter => out.push(letter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_what_copy_reads() {
        let Value::Object(row) = serde_json::json!({
            "n": 5, "huge": u64::MAX, "no": null, "yes": true, "text": "a\tb\\N\nc\u{0}",
            "list": ["sack", 3], "buckets": [-501, 425], "none": [],
        }) else {
            unreachable!()
        };
        let column = |(name, form): (&str, Form)| (name.to_owned(), form);
        let columns = [
            ("n", Form::Integer),
            ("huge", Form::Integer),
            ("no", Form::Text),
            ("gone", Form::Text),
            ("yes", Form::Flag),
            ("text", Form::Text),
            ("list", Form::Text),
            ("buckets", Form::Numbers),
            ("none", Form::Numbers),
        ];
        let mut out = Vec::new();
        push_row(&row, &columns.map(column), 7, &mut out);
        // by hand, after the manual's "Text Format"
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "5\t9223372036854775807\t\\N\t\\N\tt\ta\\tb\\\\N\\nc\u{fffd}\tsack 3\t{-501,425}\t{}\t7\n"
        );
    }
}
