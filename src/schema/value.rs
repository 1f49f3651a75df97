//! A cell, and what its value is made from.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::record::{micros, millis, plain};

/// One cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'a> {
    /// Not measured: an empty cell.
    Missing,
    /// A whole number.
    Integer(u64),
    /// A whole number that may be negative.
    Signed(i64),
    /// Text, already free of control characters.
    Text(Cow<'a, str>),
    /// Upper-case hexadecimal that a spreadsheet must not take for a number.
    Hex(&'a str),
    /// A moment to the second.
    Seconds(DateTime<Utc>),
    /// A moment to the microsecond.
    Micros(DateTime<Utc>),
    /// Yes or no.
    Flag(bool),
    /// Whole numbers in a list that databases take as such: `[-501,-425]`.
    Numbers(Vec<i64>),
}

pub(crate) fn text(value: &str) -> Value<'_> {
    if value.is_empty() {
        Value::Missing
    } else {
        Value::Text(plain(value))
    }
}

pub(crate) fn optional(value: Option<&str>) -> Value<'_> {
    value.map_or(Value::Missing, text)
}

pub(crate) fn owned(value: Cow<'_, str>) -> Value<'_> {
    if value.is_empty() {
        return Value::Missing;
    }
    match value {
        Cow::Borrowed(text) => Value::Text(plain(text)),
        Cow::Owned(text) => Value::Text(Cow::Owned(plain(&text).into_owned())),
    }
}

pub(crate) fn hex(value: &str) -> Value<'_> {
    if value.is_empty() {
        Value::Missing
    } else {
        Value::Hex(value)
    }
}

pub(crate) fn number(value: Option<u64>) -> Value<'static> {
    value.map_or(Value::Missing, Value::Integer)
}

pub(crate) fn time_us(value: Option<Duration>) -> Value<'static> {
    number(value.map(micros))
}

pub(crate) fn time_ms(value: Option<Duration>) -> Value<'static> {
    number(value.map(millis))
}

pub(crate) fn word(value: Option<&'static str>) -> Value<'static> {
    value.map_or(Value::Missing, |word| Value::Text(Cow::Borrowed(word)))
}

pub(crate) fn socket(value: Option<SocketAddr>) -> Value<'static> {
    value.map_or(Value::Missing, |address| {
        Value::Text(Cow::Owned(address.to_string()))
    })
}

pub(crate) fn list<'a, T: std::fmt::Display>(items: impl Iterator<Item = T>) -> Value<'a> {
    let mut out = String::new();
    for item in items {
        if !out.is_empty() {
            out.push(' ');
        }
        let _ = write!(out, "{item}");
    }
    owned(Cow::Owned(out))
}

/// Whole numbers; missing where there are none.
pub(crate) fn numbers(items: Vec<i64>) -> Value<'static> {
    if items.is_empty() {
        Value::Missing
    } else {
        Value::Numbers(items)
    }
}

/// The list of [`Value::Numbers`] as it is written.
pub(crate) fn listed(items: &[i64]) -> String {
    let mut out = String::with_capacity(items.len() * 5 + 2);
    out.push('[');
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        out.push_str(itoa::Buffer::new().format(*item));
    }
    out.push(']');
    out
}

pub(crate) fn ip(address: Option<IpAddr>) -> Value<'static> {
    address.map_or(Value::Missing, |address| {
        Value::Text(Cow::Owned(spelled(address)))
    })
}

/// As [`IpAddr`] shows it; a row has several, and its own way takes many times as long for IPv4.
fn spelled(address: IpAddr) -> String {
    let IpAddr::V4(address) = address else {
        return address.to_string();
    };
    let mut out = String::with_capacity("255.255.255.255".len());
    for (index, octet) in address.octets().into_iter().enumerate() {
        if index > 0 {
            out.push('.');
        }
        out.push_str(itoa::Buffer::new().format(octet));
    }
    out
}

/// Whole seconds, rounded half up.
pub(crate) fn seconds(length: Duration) -> u64 {
    length.as_secs() + u64::from(length.subsec_millis() >= 500)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_spelled_as_everywhere() {
        for text in [
            "0.0.0.0",
            "255.255.255.255",
            "52.113.9.207",
            "::1",
            "2603:1037::3",
        ] {
            let address: IpAddr = text.parse().unwrap();
            assert_eq!(spelled(address), text);
        }
    }

    #[test]
    fn seconds_are_rounded() {
        assert_eq!(seconds(Duration::from_millis(14_980)), 15);
        assert_eq!(seconds(Duration::from_millis(1_499)), 1);
    }
}
