//! The options for monitoring systems: where metrics go, and what the environment says about the collector
//! (<https://opentelemetry.io/docs/specs/otel/protocol/exporter/>).

use std::ffi::OsString;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use clap::Args;
use percent_encoding::percent_decode_str;
use url::Url;

use crate::metrics::Resource;
use crate::record::{Run, World};
use crate::sink::metrics::{MetricsPlan, Push};
use crate::sink::reserved;

/// Where these flags stand in the help.
const HEADING: &str = "Monitoring";

/// Where a request goes that names no path.
const PATH: &str = "/v1/metrics";

/// From request to request (`OTEL_METRIC_EXPORT_INTERVAL`).
const EVERY_MS: u64 = 60_000;

/// What a request may take (`OTEL_EXPORTER_OTLP_TIMEOUT`).
const TIMEOUT_MS: u64 = 10_000;

/// The options.
#[derive(Debug, Args)]
pub struct MetricsArgs {
    /// Serve metrics to Prometheus: PORT on 127.0.0.1, or ADDR:PORT
    #[arg(long, value_name = "ADDR:PORT", help_heading = HEADING, hide_short_help = true,
          value_parser = listen)]
    pub metrics: Option<SocketAddr>,
    /// Write the metrics to a file for a node exporter, every 15 s
    #[arg(long, value_name = "FILE", help_heading = HEADING, hide_short_help = true)]
    pub metrics_textfile: Option<PathBuf>,
    /// Send metrics to an OpenTelemetry collector (OTLP/HTTP); the `OTEL_*` variables set headers,
    /// limits and the interval
    #[arg(long, value_name = "URL", help_heading = HEADING, hide_short_help = true)]
    pub otlp: Option<String>,
}

/// An address with a port, or a port of this machine alone.
fn listen(text: &str) -> Result<SocketAddr, String> {
    let port = text.strip_prefix(':').unwrap_or(text);
    if let Ok(port) = port.parse() {
        return Ok((IpAddr::V4(Ipv4Addr::LOCALHOST), port).into());
    }
    let address = match text.strip_prefix("localhost:") {
        Some(port) => format!("127.0.0.1:{port}"),
        None => text.to_owned(),
    };
    address.parse().map_err(|_| {
        "write a port such as 9464 for this machine alone, or an address of this machine with it, such as 0.0.0.0:9464 or \
         [::]:9464"
            .to_owned()
    })
}

/// Reads a variable of the environment.
type EnvReader<'a> = &'a dyn Fn(&str) -> Option<OsString>;

impl MetricsArgs {
    /// Whether they go anywhere.
    pub fn are_wanted(&self) -> bool {
        self.metrics.is_some() || self.metrics_textfile.is_some() || self.otlp.is_some()
    }

    /// What is wanted; none where nothing is.
    ///
    /// # Errors
    ///
    /// When the file or the URL is none that can be used, or a variable of the environment cannot be read.
    pub fn plan(&self, variable: EnvReader<'_>) -> anyhow::Result<Option<MetricsPlan>> {
        if !self.are_wanted() {
            return Ok(None);
        }
        let textfile = self.metrics_textfile.as_ref().map(textfile).transpose()?;
        let push = self.otlp.as_deref().map(|url| push(url, variable));
        Ok(Some(MetricsPlan {
            listen: self.metrics,
            textfile,
            push: push.transpose()?,
            resource: Resource(attributes(variable)?),
            ..MetricsPlan::default()
        }))
    }
}

/// The plan with what is known of the run.
pub fn of_run(plan: MetricsPlan, run: &Run) -> MetricsPlan {
    let own = run.label.split_whitespace();
    let mut labels: Vec<(String, String)> = own
        .filter_map(|label| label.split_once('='))
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect();
    if run.world == World::Lab {
        labels.push(("world".to_owned(), run.world.as_str().to_owned()));
    }
    let own = [
        ("service.name", "turnprobe"),
        ("service.version", env!("CARGO_PKG_VERSION")),
        ("service.instance.id", &run.id),
        ("host.name", &run.host),
    ];
    let own = own.map(|(key, value)| (key.to_owned(), value.to_owned()));
    // what the environment says wins
    let mut resource = plan.resource;
    for (key, value) in own.into_iter().chain(labels.clone()) {
        if !resource.0.iter().any(|(known, _)| *known == key) {
            resource.0.push((key, value));
        }
    }
    MetricsPlan {
        labels,
        resource,
        ..plan
    }
}

fn textfile(path: &PathBuf) -> anyhow::Result<PathBuf> {
    ensure!(
        path.extension().is_some_and(|ending| ending == "prom"),
        "--metrics-textfile {}: use a name that ends in .prom, as the node exporter reads no other files",
        path.display()
    );
    if let Some(why) = reserved(path) {
        bail!("--metrics-textfile {}: {why}", path.display());
    }
    std::path::absolute(path)
        .with_context(|| format!("--metrics-textfile {}: not a path", path.display()))
}

fn push(url: &str, variable: EnvReader<'_>) -> anyhow::Result<Push> {
    const EXAMPLE: &str = "write it as http://localhost:4318 or https://collector.example.com";
    let mut url = match Url::parse(url) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => url,
        _ => bail!("--otlp {url}: not an http or https URL; {EXAMPLE}"),
    };
    if url.path() == "/" {
        url.set_path(PATH);
    }
    let protocol = text("OTEL_EXPORTER_OTLP_METRICS_PROTOCOL", variable)?
        .or(text("OTEL_EXPORTER_OTLP_PROTOCOL", variable)?);
    if let Some(protocol) = protocol.filter(|protocol| protocol != "http/protobuf") {
        bail!("OTEL_EXPORTER_OTLP_PROTOCOL is {protocol}, and only http/protobuf is supported");
    }
    let mut headers = pairs("OTEL_EXPORTER_OTLP_HEADERS", variable)?;
    for (name, value) in pairs("OTEL_EXPORTER_OTLP_METRICS_HEADERS", variable)? {
        headers.retain(|(known, _)| !known.eq_ignore_ascii_case(&name));
        headers.push((name, value));
    }
    let compression = text("OTEL_EXPORTER_OTLP_METRICS_COMPRESSION", variable)?
        .or(text("OTEL_EXPORTER_OTLP_COMPRESSION", variable)?);
    let is_gzip = match compression.as_deref() {
        Some("gzip") => true,
        None | Some("none") => false,
        Some(other) => {
            bail!("OTEL_EXPORTER_OTLP_COMPRESSION is {other}, and only gzip and none are supported")
        }
    };
    let timeout = millis("OTEL_EXPORTER_OTLP_METRICS_TIMEOUT", variable)?
        .or(millis("OTEL_EXPORTER_OTLP_TIMEOUT", variable)?);
    let every = millis("OTEL_METRIC_EXPORT_INTERVAL", variable)?;
    Ok(Push {
        url: url.into(),
        headers,
        every: every.unwrap_or(Duration::from_millis(EVERY_MS)),
        timeout: timeout.unwrap_or(Duration::from_millis(TIMEOUT_MS)),
        is_gzip,
    })
}

/// What names this program to the collector.
fn attributes(variable: EnvReader<'_>) -> anyhow::Result<Vec<(String, String)>> {
    let mut attributes = pairs("OTEL_RESOURCE_ATTRIBUTES", variable)?;
    if let Some(name) = text("OTEL_SERVICE_NAME", variable)? {
        attributes.retain(|(key, _)| key != "service.name");
        attributes.push(("service.name".to_owned(), name));
    }
    Ok(attributes)
}

/// A variable; an empty one is as one that is not set.
fn text(name: &str, variable: EnvReader<'_>) -> anyhow::Result<Option<String>> {
    let Some(value) = variable(name).filter(|value| !value.is_empty()) else {
        return Ok(None);
    };
    let value = value.into_string();
    value
        .map(Some)
        .map_err(|_| anyhow::anyhow!("{name} is not valid UTF-8"))
}

fn millis(name: &str, variable: EnvReader<'_>) -> anyhow::Result<Option<Duration>> {
    let Some(value) = text(name, variable)? else {
        return Ok(None);
    };
    match value.trim().parse() {
        Ok(ms @ 1..) => Ok(Some(Duration::from_millis(ms))),
        _ => bail!("{name} is {value}: write whole milliseconds, such as 10000"),
    }
}

/// `key=value,key=value`, each percent-coded. A value may be a secret and is never shown.
fn pairs(name: &str, variable: EnvReader<'_>) -> anyhow::Result<Vec<(String, String)>> {
    let decoded = |text: &str| {
        let text = percent_decode_str(text.trim()).decode_utf8();
        text.ok()
            .map(std::borrow::Cow::into_owned)
            .filter(|text| !text.chars().any(char::is_control))
    };
    let value = text(name, variable)?.unwrap_or_default();
    let parts = value.split(',').filter(|part| !part.trim().is_empty());
    let pair = |part: &str| {
        let (key, value) = part.split_once('=')?;
        let (key, value) = (decoded(key)?, decoded(value)?);
        (!key.is_empty()).then_some((key, value))
    };
    parts
        .enumerate()
        .map(|(at, part)| {
            pair(part).with_context(|| {
                format!(
                    "entry {} of {name} is not one: write KEY=VALUE,KEY=VALUE with %2C for a comma",
                    at + 1
                )
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(url: &str, set: &[(&str, &str)]) -> anyhow::Result<Push> {
        let variable = |name: &str| {
            let found = set.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| OsString::from(value))
        };
        push(url, &variable)
    }

    #[test]
    fn a_port_alone_is_for_this_machine_alone() {
        for (text, address) in [
            ("9464", "127.0.0.1:9464"),
            (":9464", "127.0.0.1:9464"),
            ("localhost:9464", "127.0.0.1:9464"),
            ("0.0.0.0:9464", "0.0.0.0:9464"),
            ("[::1]:9464", "[::1]:9464"),
        ] {
            assert_eq!(listen(text).unwrap().to_string(), address);
        }
        assert!(listen("host:1").unwrap_err().contains("9464"));
        assert!(listen("70000").is_err());
    }

    // the examples of the specification: a base URL gets the path of the signal, and headers are percent-coded
    #[test]
    fn the_environment_says_how_the_collector_is_asked() {
        let found = plan(
            "http://localhost:4318",
            &[
                ("OTEL_EXPORTER_OTLP_HEADERS", "api-key=key,other=a%20b"),
                ("OTEL_EXPORTER_OTLP_METRICS_HEADERS", "API-Key=mine"),
                ("OTEL_EXPORTER_OTLP_TIMEOUT", "5000"),
                ("OTEL_EXPORTER_OTLP_METRICS_TIMEOUT", "4000"),
                ("OTEL_METRIC_EXPORT_INTERVAL", "15000"),
                ("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip"),
            ],
        );
        let found = found.unwrap();
        assert_eq!(found.url, "http://localhost:4318/v1/metrics");
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(
            found.headers,
            [header("other", "a b"), header("API-Key", "mine")]
        );
        assert_eq!(found.timeout, Duration::from_secs(4));
        assert_eq!(found.every, Duration::from_secs(15));
        assert!(found.is_gzip);
        assert_eq!(
            plan("https://c.example/x/y", &[]).unwrap().url,
            "https://c.example/x/y"
        );
    }

    #[test]
    fn what_cannot_be_used_is_named_without_its_secrets() {
        #[rustfmt::skip]
        let cases = [
            ("localhost:4318", ("", ""), "http://localhost:4318"),
            ("ftp://x", ("", ""), "http or https"),
            (
                "http://x",
                ("OTEL_EXPORTER_OTLP_HEADERS", "secret-token"),
                "entry 1 of OTEL_EXPORTER_OTLP_HEADERS",
            ),
            ("http://x", ("OTEL_EXPORTER_OTLP_HEADERS", "a=secret%0d%0ax"), "entry 1"),
            ("http://x", ("OTEL_EXPORTER_OTLP_TIMEOUT", "10s"), "milliseconds"),
            ("http://x", ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"), "http/protobuf"),
        ];
        for (url, set, word) in cases {
            let error = plan(url, &[set]).unwrap_err().to_string();
            assert!(error.contains(word), "{error}");
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
