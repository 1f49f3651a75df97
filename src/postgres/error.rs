//! Why a server does not do what it should.

use std::error::Error as _;

/// What kind of trouble it is: decides who has to do something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PgErrorKind {
    /// The URL, the password, the rights, the certificate or the tables: somebody has to change something.
    Wrong,
    /// It cannot be reached, or cannot do it now: tried again.
    Away,
    /// The rows are what it does not take.
    Rows,
}

/// Why a server does not do what it shall. Never has a password in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct PgError {
    /// What kind of trouble it is.
    pub kind: PgErrorKind,
    /// What is wrong, and what to do.
    pub text: String,
}

impl PgError {
    pub(super) fn wrong(text: impl Into<String>) -> Self {
        let text = text.into();
        Self {
            kind: PgErrorKind::Wrong,
            text,
        }
    }

    pub(super) fn away(text: impl Into<String>) -> Self {
        let text = text.into();
        Self {
            kind: PgErrorKind::Away,
            text,
        }
    }

    pub(super) fn rows(text: impl Into<String>) -> Self {
        let text = text.into();
        Self {
            kind: PgErrorKind::Rows,
            text,
        }
    }
}

impl From<tokio_postgres::Error> for PgError {
    fn from(error: tokio_postgres::Error) -> Self {
        let Some(said) = error.as_db_error() else {
            return without_server(&error);
        };
        let code = said.code().code();
        let mut text = said.message().to_owned();
        for more in [said.detail(), said.hint()].into_iter().flatten() {
            text.push_str("; ");
            text.push_str(more);
        }
        let kind = match code.get(..2).unwrap_or_default() {
            // connection, resources, an administrator, the system, conflicts with others: PostgreSQL 15, appendix A
            "08" | "40" | "53" | "55" | "57" | "58" | "XX" => PgErrorKind::Away,
            "28" | "3D" | "3F" | "25" | "0A" => PgErrorKind::Wrong,
            _ if ["42501", "42P01"].contains(&code) => PgErrorKind::Wrong,
            _ => PgErrorKind::Rows,
        };
        Self {
            kind,
            text: format!("{text} ({code})"),
        }
    }
}

/// What went wrong before the server could say anything, or after.
fn without_server(error: &tokio_postgres::Error) -> PgError {
    let mut text = error.to_string();
    let mut is_wrong = text.starts_with("invalid configuration")
        || text.starts_with("authentication error")
        || text.starts_with("error performing TLS handshake");
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        if let Some(io) = cause.downcast_ref::<std::io::Error>() {
            let rustls = io.get_ref().and_then(|inner| inner.downcast_ref());
            match rustls {
                Some(rustls::Error::InvalidCertificate(_) | rustls::Error::AlertReceived(_)) => {}
                // a connection that broke while it was made
                _ => is_wrong = false,
            }
        }
        source = cause.source();
    }
    if is_wrong {
        PgError::wrong(text)
    } else {
        PgError::away(text)
    }
}
