//! A row of a ladder: one version at one relay.

use std::net::IpAddr;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::finished::{LadderRelay, Version};
use crate::record::Run;

/// What is known of a version at a relay.
#[derive(Debug, Clone)]
pub struct Rung {
    /// The run.
    pub run: Arc<Run>,
    /// When it began.
    pub started: DateTime<Utc>,
    /// What was asked for.
    pub host: Arc<str>,
    /// Name of the relay, the last of the chain of CNAMEs; empty when there is none.
    pub name: Arc<str>,
    /// Its address; not known behind a proxy that resolves the name itself.
    pub remote: Option<IpAddr>,
    /// The proxy that the way leads through, empty without one.
    pub proxy: Arc<str>,
    /// The relay.
    pub relay: Arc<LadderRelay>,
    /// The version.
    pub version: Version,
}
