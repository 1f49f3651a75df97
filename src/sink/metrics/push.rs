//! Requests to a collector of OpenTelemetry, OTLP/HTTP with protobuf (<https://opentelemetry.io/docs/specs/otlp/>). A request
//! carries all counts since the start, so one that is lost is made good by the next.

use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use ureq::Agent;
use ureq::tls::{RootCerts, TlsConfig};

use super::shared::{MetricsError, SharedMetrics};
use super::worker::{Worker, WorkerNames};
use crate::metrics::request;

/// What the last request of a run may take: a stop must not wait for a collector that is away.
const LAST: Duration = Duration::from_secs(2);

/// Longest pause that a collector may ask for.
const LONGEST_PAUSE: Duration = Duration::from_secs(600);

/// Longest answer that is read.
const MOST: u64 = 64 * 1024;

/// A collector, and how it is to be asked.
#[derive(Clone)]
pub struct Push {
    /// The whole URL, with its path.
    pub url: String,
    /// Header lines by name and value; they may hold secrets.
    pub headers: Vec<(String, String)>,
    /// From request to request.
    pub every: Duration,
    /// What a request may take.
    pub timeout: Duration,
    /// Whether bodies are compressed.
    pub is_gzip: bool,
}

impl std::fmt::Debug for Push {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Push")
            .field("every", &self.every)
            .finish_non_exhaustive()
    }
}

/// Pushes until what it gives is dropped, then once more; the first request goes out after one interval.
///
/// # Errors
///
/// When there is no thread.
pub(super) fn start(push: Push, shared: Arc<SharedMetrics>) -> Result<Worker, MetricsError> {
    let agent = agent();
    let what = format!("the collector at {}", shown(&push.url));
    let names = WorkerNames {
        thread: "otlp",
        last: format!("the last metrics did not reach {what}"),
        what,
    };
    let state = Arc::clone(&shared);
    Worker::start(names, shared, push.every, move |is_last| {
        let limit = if is_last {
            push.timeout.min(LAST)
        } else {
            push.timeout
        };
        match post(&agent, &push, &state, limit) {
            Ok(()) => (Ok(()), push.every),
            Err(failed) => {
                let pause = failed.pause.unwrap_or(push.every).max(push.every);
                (Err(failed.why), pause)
            }
        }
    })
}

/// A URL without a user and a password.
fn shown(url: &str) -> String {
    match url::Url::parse(url) {
        Ok(mut url) => {
            let _ = url.set_username("");
            let _ = url.set_password(None);
            url.set_query(None);
            url.to_string()
        }
        Err(_) => "(no URL)".to_owned(),
    }
}

/// By the roots of this system, and through the proxy of the environment where it names one.
fn agent() -> Agent {
    let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier);
    Agent::config_builder()
        .tls_config(tls.build())
        .max_redirects(0)
        .http_status_as_error(false)
        .user_agent(concat!("turnprobe/", env!("CARGO_PKG_VERSION")))
        .build()
        .into()
}

/// A request that did not work.
struct FailedPush {
    why: String,
    /// How long the collector asks to be left alone.
    pause: Option<Duration>,
}

fn post(
    agent: &Agent,
    push: &Push,
    shared: &SharedMetrics,
    limit: Duration,
) -> Result<(), FailedPush> {
    let failed = |why: String| FailedPush { why, pause: None };
    let metrics = shared.metrics().clone();
    let now = shared.wall.now();
    let version = env!("CARGO_PKG_VERSION");
    let mut body = request(&metrics, &shared.resource, version, shared.start, now);
    let mut post = agent
        .post(&push.url)
        .content_type("application/x-protobuf")
        .config()
        .timeout_global(Some(limit))
        .build();
    if push.is_gzip {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
        let done = gzip.write_all(&body).and_then(|()| gzip.finish());
        body = done.map_err(|error| failed(error.to_string()))?;
        post = post.header("Content-Encoding", "gzip");
    }
    for (name, value) in &push.headers {
        post = post.header(name, value);
    }
    let mut answer = post
        .send(&body[..])
        .map_err(|error| failed(error.to_string()))?;
    let status = answer.status().as_u16();
    if (200..300).contains(&status) {
        return Ok(());
    }
    let pause = answer.headers().get("Retry-After");
    let pause = pause.and_then(|value| value.to_str().ok()?.trim().parse().ok());
    let pause = pause
        .map(Duration::from_secs)
        .map(|pause| pause.min(LONGEST_PAUSE));
    // what is not read would keep the connection
    let _ = answer.body_mut().with_config().limit(MOST).read_to_vec();
    let hint = match status {
        401 | 403 => ": set what it requires in OTEL_EXPORTER_OTLP_HEADERS",
        404 => ": the path of the URL may be different",
        _ => "",
    };
    Err(FailedPush {
        why: format!("it answered with HTTP {status}{hint}"),
        pause,
    })
}
