//! A transport with the proxy that it went through, as it stands in the JSON: each in its own field.

use serde::Serializer;

use crate::schema::THROUGH;

/// The proxy of a transport that names one.
pub fn proxy(transport: &str) -> Option<String> {
    let (_, proxy) = transport.split_once(THROUGH)?;
    Some(proxy.to_owned())
}

/// The transport without it.
#[allow(clippy::ptr_arg)] // serde's form
pub(super) fn alone<S: Serializer>(transport: &String, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(without(transport))
}

/// The same of one that may be missing.
#[allow(clippy::ref_option)] // serde's form
pub(super) fn alone_of<S: Serializer>(
    transport: &Option<String>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match transport {
        Some(transport) => serializer.serialize_some(without(transport)),
        None => serializer.serialize_none(),
    }
}

fn without(transport: &str) -> &str {
    transport
        .split_once(THROUGH)
        .map_or(transport, |(alone, _)| alone)
}
