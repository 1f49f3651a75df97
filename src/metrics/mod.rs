//! What a monitoring system reads of a series: counters, gauges and histograms by target, transport, proxy and region.
//!
//! `sample` is what a row of any kind says to them, `state` adds it up, `text` writes the text exposition format of Prometheus,
//! `otlp` the request of OTLP/HTTP in the wire form of `protobuf`. Not here: servers, files and requests (`sink::metrics`).
//!
//! Labels are bounded: no address, no name out of a CNAME chain, and past [`MOST_SERIES`] combinations the rest is counted
//! together. Names are those of Prometheus' blackbox_exporter where they mean the same.

mod otlp;
mod protobuf;
mod sample;
mod state;
mod text;

pub use otlp::{Resource, request};
pub use sample::{MetricSample, Reader};
pub use state::{MOST_SERIES, Metrics};
pub use text::exposition;
