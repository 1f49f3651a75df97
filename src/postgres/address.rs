//! Which server is meant: the URL with what the environment adds, as libpq reads them
//! (<https://www.postgresql.org/docs/current/libpq-connect.html>).
//!
//! Where nothing says how, TLS with a certificate that is verified for the name of the server is asked for, unless the server is on this
//! machine: a password never crosses a network in the clear unasked.

use std::fmt;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};

use super::error::PgError;
use super::pass;
use super::tls::CertificatePolicy;

/// How long it may take to be connected.
const CONNECT: Duration = Duration::from_secs(5);

/// The port of a server where none is given.
const PORT: u16 = 5432;

/// Which server is meant, and how it is reached.
#[derive(Clone)]
pub struct Address {
    pub(super) config: Config,
    pub(super) trust: CertificatePolicy,
    shown: String,
}

impl Address {
    /// Reads a URL, with the roots of `--store-ca` where they are given.
    ///
    /// # Errors
    ///
    /// When it is none, or says what is not known; the text has nothing of a password in it.
    pub fn read(url: &str, roots: Option<&Path>) -> Result<Self, PgError> {
        let (url, own) = without_own(url)?;
        let parsed = url.parse::<Config>();
        // what it says may have a part of a password in it
        let mut config = parsed.map_err(|_| {
            PgError::wrong(
                "not a URL of a PostgreSQL server: write postgres://USER@HOST:PORT/DATABASE; letters such as @ / ? # % in a name or a \
                 password are written as %40 %2F %3F %23 %25",
            )
        })?;
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            of_this_machine(&mut config)?;
        }
        let names = config.get_hosts().iter();
        let has_at = |host: &Host| matches!(host, Host::Tcp(name) if name.contains(['@', ':']) && name.parse::<IpAddr>().is_err());
        if names.clone().any(has_at) {
            return Err(PgError::wrong(
                "the server name contains an @ or a colon: if they belong to the password, write them as %40 and %3A",
            ));
        }
        let mode = own.mode.or_else(|| set("PGSSLMODE"));
        let roots = roots.map(Path::to_owned).or(own.roots);
        let roots = roots.or_else(|| set("PGSSLROOTCERT").map(PathBuf::from));
        let (ssl, trust) = how(mode.as_deref(), roots, is_local(&config))?;
        config.ssl_mode(ssl);
        config.connect_timeout(CONNECT);
        if config.get_application_name().is_none() {
            config.application_name("turnprobe");
        }
        if config.get_user().is_none()
            && let Some(user) = set("PGUSER")
        {
            config.user(user);
        }
        if config.get_dbname().is_none()
            && let Some(name) = set("PGDATABASE")
        {
            config.dbname(name);
        }
        if config.get_password().is_none()
            && let Some(password) = pass::password(&config)?
        {
            config.password(password);
        }
        let shown = shown(&config);
        Ok(Self {
            config,
            trust,
            shown,
        })
    }

    /// What the session is begun with, such as the schema.
    pub fn options(&self) -> Option<&str> {
        self.config.get_options()
    }

    /// The server and the database, without who signs in.
    pub fn shown(&self) -> &str {
        &self.shown
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

fn set(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// What of a URL the crate does not read itself.
#[derive(Default)]
struct Own {
    mode: Option<String>,
    roots: Option<PathBuf>,
}

/// The URL without what is read here.
fn without_own(url: &str) -> Result<(String, Own), PgError> {
    const KNOWN: [&str; 14] = [
        "user",
        "password",
        "host",
        "hostaddr",
        "port",
        "dbname",
        "options",
        "application_name",
        "connect_timeout",
        "keepalives",
        "keepalives_idle",
        "target_session_attrs",
        "channel_binding",
        "tcp_user_timeout",
    ];
    let mut own = Own::default();
    let Some((base, query)) = url.split_once('?') else {
        return Ok((url.to_owned(), own));
    };
    let mut kept = Vec::new();
    for part in query.split('&').filter(|part| !part.is_empty()) {
        let (key, value) = part.split_once('=').unwrap_or((part, ""));
        let value = percent_encoding::percent_decode_str(value).decode_utf8_lossy();
        match key {
            "sslmode" => own.mode = Some(value.into_owned()),
            "sslrootcert" => own.roots = Some(PathBuf::from(value.into_owned())),
            key if KNOWN.contains(&key) => kept.push(part),
            _ => {
                return Err(PgError::wrong(format!(
                    "unknown setting after the ? of the URL: {}, sslmode and sslrootcert are known; a ? in a password is written as %3F",
                    KNOWN.join(", ")
                )));
            }
        }
    }
    if kept.is_empty() {
        return Ok((base.to_owned(), own));
    }
    Ok((format!("{base}?{}", kept.join("&")), own))
}

/// Where no server is named.
fn of_this_machine(config: &mut Config) -> Result<(), PgError> {
    if let Some(host) = set("PGHOST") {
        config.host(host);
    } else {
        #[cfg(unix)]
        config.host_path("/var/run/postgresql");
        #[cfg(not(unix))]
        config.host("localhost");
    }
    if config.get_ports().is_empty()
        && let Some(port) = set("PGPORT")
    {
        let port = port.trim().parse();
        config.port(port.map_err(|_| {
            PgError::wrong("the environment variable PGPORT is no port from 1 to 65535")
        })?);
    }
    Ok(())
}

/// Whether nothing leaves the machine.
fn is_local(config: &Config) -> bool {
    let host = |host: &Host| match host {
        Host::Tcp(name) => {
            name.eq_ignore_ascii_case("localhost")
                || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
        }
        #[cfg(unix)]
        Host::Unix(_) => true,
    };
    let addresses = config.get_hostaddrs();
    if addresses.is_empty() {
        return config.get_hosts().iter().all(host);
    }
    addresses.iter().all(IpAddr::is_loopback)
}

/// What a mode means, and what is asked for where none is given.
fn how(
    mode: Option<&str>,
    roots: Option<PathBuf>,
    is_local: bool,
) -> Result<(SslMode, CertificatePolicy), PgError> {
    let mode = match mode {
        Some(mode) => mode,
        None if is_local && roots.is_none() => "prefer",
        None => "verify-full",
    };
    Ok(match (mode, roots) {
        ("disable", _) => (SslMode::Disable, CertificatePolicy::Anybody),
        ("prefer", _) => (SslMode::Prefer, CertificatePolicy::Anybody),
        ("require", None) => (SslMode::Require, CertificatePolicy::Anybody),
        ("require" | "verify-ca", Some(roots)) => {
            (SslMode::Require, CertificatePolicy::AnyName(roots))
        }
        ("verify-ca", None) => {
            return Err(PgError::wrong(
                "sslmode=verify-ca needs a certificate authority: name its certificate with --store-ca FILE or sslrootcert, or use verify-full",
            ));
        }
        ("verify-full", Some(roots)) if roots.as_os_str() != "system" => {
            (SslMode::Require, CertificatePolicy::Name(roots))
        }
        ("verify-full", _) => (SslMode::Require, CertificatePolicy::System),
        _ => {
            return Err(PgError::wrong(
                "unknown sslmode: use disable, prefer, require, verify-ca or verify-full",
            ));
        }
    })
}

fn shown(config: &Config) -> String {
    let ports = config.get_ports();
    let place = |(at, host): (usize, &Host)| {
        let port = ports.get(at).or(ports.first()).copied().unwrap_or(PORT);
        match host {
            Host::Tcp(name) if name.contains(':') => format!("[{name}]:{port}"),
            Host::Tcp(name) => format!("{name}:{port}"),
            #[cfg(unix)]
            Host::Unix(path) => format!("{}:{port}", path.display()),
        }
    };
    let mut places: Vec<String> = config.get_hosts().iter().enumerate().map(place).collect();
    if places.is_empty() {
        let addresses = config.get_hostaddrs().iter();
        places.extend(addresses.map(ToString::to_string));
    }
    let base = config.get_dbname().or(config.get_user());
    let shown = format!(
        "postgres://{}/{}",
        places.join(","),
        base.unwrap_or_default()
    );
    crate::record::plain(&shown).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(url: &str) -> Address {
        Address::read(url, None).unwrap()
    }

    #[test]
    fn tls_with_a_verified_name_is_asked_for_unless_the_server_is_here() {
        for (url, mode, trust) in [
            (
                "postgres://u@db.example.org/p",
                SslMode::Require,
                CertificatePolicy::System,
            ),
            (
                "postgres://u@192.0.2.1/p",
                SslMode::Require,
                CertificatePolicy::System,
            ),
            (
                "postgres://u@127.0.0.1/p?hostaddr=192.0.2.1",
                SslMode::Require,
                CertificatePolicy::System,
            ),
            (
                "postgres://u@127.0.0.1/p",
                SslMode::Prefer,
                CertificatePolicy::Anybody,
            ),
            (
                "postgresql://u@localhost:5433/p",
                SslMode::Prefer,
                CertificatePolicy::Anybody,
            ),
            (
                "postgres://u@db.example.org/p?sslmode=require",
                SslMode::Require,
                CertificatePolicy::Anybody,
            ),
            (
                "postgres://u@db.example.org/p?sslmode=disable",
                SslMode::Disable,
                CertificatePolicy::Anybody,
            ),
            (
                "postgres://u@db.example.org/p?sslmode=require&sslrootcert=ca.pem",
                SslMode::Require,
                CertificatePolicy::AnyName("ca.pem".into()),
            ),
            (
                "postgres://u@127.0.0.1/p?sslrootcert=ca.pem",
                SslMode::Require,
                CertificatePolicy::Name("ca.pem".into()),
            ),
        ] {
            let address = read(url);
            assert_eq!(
                (address.config.get_ssl_mode(), address.trust),
                (mode, trust),
                "{url}"
            );
        }
    }

    #[test]
    fn nothing_of_a_password_is_in_a_message() {
        let shown = read("postgres://u:s3cret@db.example.org:5433/probes?password=s3cret");
        assert_eq!(shown.shown(), "postgres://db.example.org:5433/probes");
        assert_eq!(format!("{shown:?}"), shown.shown());
        for url in [
            "postgres://u:s3c?s3cret=x@db/p",
            "postgres://u:a@s3cret@db/p",
            "postgres://u:s3cret@db:port/p",
            "postgres://u:s3cret@db/p?sslmode=s3cret",
            "postgres://u:s3cret@db/p?sslmode=verify-ca",
            "postgres://u:s3cret",
        ] {
            let error = match Address::read(url, None) {
                Ok(address) => address.shown().to_owned(),
                Err(error) => error.text,
            };
            assert!(!error.contains("s3cret"), "{url}: {error}");
        }
    }
}
