//! Metrics for monitoring systems beside the rows: a page that Prometheus scrapes (`server`), a file for a node exporter
//! (`textfile`), requests to a collector of OpenTelemetry (`push`).
//!
//! All three show the same state, which rows of any kind are added to. None of them ever holds up a row or ends a series: what
//! goes wrong is told once, and once more when it works again.

mod push;
mod server;
mod shared;
mod textfile;
mod worker;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use super::contract::Sink;
use super::error::SinkError;
use super::note::Note;
use crate::clock::Wall;
use crate::metrics::{Reader, Resource};
use crate::schema::RowKind;

pub use push::Push;
pub use shared::MetricsError;
use shared::SharedMetrics;
use worker::Worker;

/// Where metrics go, and whose they are.
#[derive(Debug, Clone, Default)]
pub struct MetricsPlan {
    /// Where Prometheus may ask.
    pub listen: Option<SocketAddr>,
    /// The file for a node exporter; absolute.
    pub textfile: Option<PathBuf>,
    /// The collector.
    pub push: Option<Push>,
    /// Labels of every line, by name and value.
    pub labels: Vec<(String, String)>,
    /// Whose metrics the collector is told they are.
    pub resource: Resource,
}

/// Takes rows of a kind.
struct MetricsSink<R: 'static> {
    reader: Reader<R>,
    shared: Arc<SharedMetrics>,
    server: Option<server::MetricsServer>,
    textfile: Option<Worker>,
    push: Option<Worker>,
}

/// Opens all places; each is seen to work as far as that can be told before the first row.
///
/// # Errors
///
/// When an address is taken, a file cannot be written, or the system gives no thread.
pub fn start<R: RowKind>(
    plan: &MetricsPlan,
    wall: &Wall,
) -> Result<Box<dyn Sink<R>>, MetricsError> {
    let shared = SharedMetrics::new(plan.labels.clone(), plan.resource.clone(), wall);
    let shared = Arc::new(shared);
    let of = || Arc::clone(&shared);
    let server = plan.listen.map(|at| server::MetricsServer::start(at, of()));
    // of port 0 only the system knows which one it became
    if let (Some(at), Some(Ok(server))) = (plan.listen, &server)
        && at.port() == 0
    {
        let address = server.address();
        shared.note(format!(
            "--metrics: Prometheus may ask http://{address}/metrics"
        ));
    }
    let textfile = plan.textfile.as_ref();
    let textfile = textfile.map(|path| textfile::start(path.clone(), of()));
    let push = plan.push.as_ref();
    let push = push.map(|push| push::start(push.clone(), of()));
    Ok(Box::new(MetricsSink {
        reader: Reader::<R>::new(),
        server: server.transpose()?,
        textfile: textfile.transpose()?,
        push: push.transpose()?,
        shared,
    }))
}

impl<R: RowKind> Sink<R> for MetricsSink<R> {
    fn write(&mut self, row: &R) -> Result<(), SinkError> {
        let sample = self.reader.read(row);
        self.shared.metrics().add(sample);
        Ok(())
    }

    fn finish(&mut self) -> Result<(), SinkError> {
        // the file first: a collector that is away may take its time
        drop(self.textfile.take());
        drop(self.push.take());
        drop(self.server.take());
        Ok(())
    }

    fn keeps_rows(&self) -> bool {
        false
    }

    fn notes(&mut self) -> Vec<Note> {
        self.shared.news()
    }
}
