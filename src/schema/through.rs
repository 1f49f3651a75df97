//! A transport, a target or a name with the proxy that was gone through: `tls through http://proxy:8080`. In the JSON
//! each stands in its own field.

use std::borrow::Cow;

use serde::Serializer;

/// What stands between the two.
pub const THROUGH: &str = " through ";

/// A text with the proxy, where there is one.
pub fn through<'a>(text: Cow<'a, str>, proxy: &str) -> Cow<'a, str> {
    if proxy.is_empty() {
        return text;
    }
    Cow::Owned(format!("{text}{THROUGH}{proxy}"))
}

/// The proxy of a text that names one.
pub fn proxy_of(text: &str) -> Option<String> {
    let (_, proxy) = text.split_once(THROUGH)?;
    Some(proxy.to_owned())
}

/// The text without it, for serde.
///
/// # Errors
///
/// The serializer's.
#[allow(clippy::ptr_arg)] // serde's form
pub fn alone<S: Serializer>(text: &String, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(without(text))
}

/// The same of one that may be missing.
///
/// # Errors
///
/// The serializer's.
#[allow(clippy::ref_option)] // serde's form
pub fn alone_of<S: Serializer>(text: &Option<String>, serializer: S) -> Result<S::Ok, S::Error> {
    match text {
        Some(text) => serializer.serialize_some(without(text)),
        None => serializer.serialize_none(),
    }
}

fn without(text: &str) -> &str {
    text.split_once(THROUGH).map_or(text, |(alone, _)| alone)
}
