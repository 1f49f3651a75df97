//! Pages of the web: one GET over HTTPS, bounded in time and size. Its TLS is that of every program
//! here, not that of probes: the system's roots decide, and a proxy of the environment is used.

use std::time::Duration;

use ureq::Agent;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};

use super::trust::refusal;

/// What one page may take, with name, connect, TLS and all its bytes.
const LIMIT: Duration = Duration::from_secs(30);

/// Longest page.
const MOST: u64 = 8 * 1024 * 1024;

/// Why there is no page.
#[derive(Debug, thiserror::Error)]
pub enum WebError {
    /// Not asked, or not answered.
    #[error("{host} could not be asked: {why}")]
    NotAsked {
        /// The host.
        host: String,
        /// Why not.
        why: String,
    },
    /// The certificate is not trusted.
    #[error("the certificate of {host} is not trusted by {by}")]
    Untrusted {
        /// The host.
        host: String,
        /// Who does not trust it, why, and what helps.
        by: String,
    },
    /// Another status than 200.
    #[error("{host} answered with HTTP {status}{hint}")]
    Status {
        /// The host.
        host: String,
        /// The status.
        status: u16,
        /// What that means here.
        hint: &'static str,
    },
    /// More than fits.
    #[error("{host} sent more than {} MiB, and the list is far smaller", MOST / 1024 / 1024)]
    TooLong {
        /// The host.
        host: String,
    },
    /// No text.
    #[error("{host} sent something that is no text")]
    NoText {
        /// The host.
        host: String,
    },
    /// No roots in a file.
    #[error("it holds no certificate in PEM")]
    NoRoots,
}

/// Asks for pages.
#[derive(Debug)]
pub struct Web {
    agent: Agent,
    /// Whether roots were given, in place of the system's.
    has_roots: bool,
}

impl Web {
    /// By the roots of this system, or by these alone, in PEM.
    ///
    /// # Errors
    ///
    /// When the text holds no certificate.
    pub fn new(roots: Option<&[u8]>) -> Result<Self, WebError> {
        let has_roots = roots.is_some();
        let roots = match roots {
            None => RootCerts::PlatformVerifier,
            Some(pem) => {
                let items = parse_pem(pem).filter_map(|item| match item {
                    Ok(PemItem::Certificate(certificate)) => Some(certificate),
                    _ => None,
                });
                let roots: Vec<Certificate<'static>> = items.collect();
                if roots.is_empty() {
                    return Err(WebError::NoRoots);
                }
                RootCerts::new_with_certs(&roots)
            }
        };
        let config = Agent::config_builder()
            .tls_config(TlsConfig::builder().root_certs(roots).build())
            .https_only(true)
            // a page that sends elsewhere is none of the service's
            .max_redirects(0)
            .http_status_as_error(false)
            .timeout_global(Some(LIMIT))
            // a server may close one that is kept at any time, also while it is asked again
            .max_idle_connections(0)
            .user_agent(concat!("turnprobe/", env!("CARGO_PKG_VERSION")))
            .build();
        Ok(Self {
            agent: config.into(),
            has_roots,
        })
    }

    /// The text of a page. It waits: not for the threads of probes.
    ///
    /// # Errors
    ///
    /// When it does not come whole, or is no text.
    pub fn text(&self, url: &str, host: &str) -> Result<String, WebError> {
        let failed = |error| failed(error, host, self.has_roots);
        let mut answer = self.agent.get(url).call().map_err(failed)?;
        let status = answer.status().as_u16();
        if status != 200 {
            return Err(WebError::Status {
                host: host.to_owned(),
                status,
                hint: hint(status),
            });
        }
        let body = answer.body_mut().with_config().limit(MOST).read_to_vec();
        String::from_utf8(body.map_err(failed)?).map_err(|_| WebError::NoText {
            host: host.to_owned(),
        })
    }
}

/// What a status means here.
fn hint(status: u16) -> &'static str {
    match status {
        429 => ": it was asked too often; wait an hour, as Microsoft asks its clients to",
        300..=399 => {
            ", which sends elsewhere, as a proxy or a hotel's network does: nothing was taken"
        }
        407 => ": the proxy wants a name and a password; give them in HTTPS_PROXY",
        _ => "",
    }
}

/// Why a certificate is not trusted, in words.
fn distrust(why: &rustls::CertificateError, has_roots: bool) -> String {
    let why = reason(why);
    if has_roots {
        format!("the roots of --ca ({why})")
    } else {
        format!(
            "this system ({why}); where a device on the way inspects TLS, give its root with --ca FILE"
        )
    }
}

fn reason(why: &rustls::CertificateError) -> String {
    use rustls::CertificateError as E;
    match why {
        E::UnknownIssuer => "its issuer is unknown".to_owned(),
        E::Expired | E::ExpiredContext { .. } => "it has expired, or the clock is wrong".to_owned(),
        E::NotValidYet | E::NotValidYetContext { .. } => {
            "it is not valid yet, or the clock is wrong".to_owned()
        }
        E::NotValidForName | E::NotValidForNameContext { .. } => "it is for other names".to_owned(),
        other => match refusal(other) {
            "" => "the verifier does not take it".to_owned(),
            words => words.to_owned(),
        },
    }
}

fn failed(error: ureq::Error, host: &str, has_roots: bool) -> WebError {
    let host = host.to_owned();
    match error {
        ureq::Error::BodyExceedsLimit(_) => WebError::TooLong { host },
        ureq::Error::Rustls(rustls::Error::InvalidCertificate(why)) => WebError::Untrusted {
            host,
            by: distrust(&why, has_roots),
        },
        ureq::Error::Timeout(_) => WebError::NotAsked {
            host,
            why: format!("no whole answer within {} s", LIMIT.as_secs()),
        },
        ureq::Error::Io(error) => {
            let certificate = error.get_ref().and_then(|inner| inner.downcast_ref());
            match certificate {
                Some(rustls::Error::InvalidCertificate(why)) => WebError::Untrusted {
                    host,
                    by: distrust(why, has_roots),
                },
                _ => WebError::NotAsked {
                    host,
                    why: super::plain_error(&error),
                },
            }
        }
        error => WebError::NotAsked {
            host,
            why: error.to_string(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_name_the_host_and_the_fix() {
        let host = || "endpoints.office.com".to_owned();
        let status = |status| WebError::Status {
            host: host(),
            status,
            hint: hint(status),
        };
        let of_webpki = |name: &str| {
            let inner = Box::<dyn std::error::Error + Send + Sync>::from(name);
            rustls::CertificateError::Other(rustls::OtherError(std::sync::Arc::from(inner)))
        };
        let untrusted = |why, has_roots| {
            let error = ureq::Error::Rustls(rustls::Error::InvalidCertificate(why));
            failed(error, "endpoints.office.com", has_roots)
        };
        #[rustfmt::skip]
        let cases = [
            (status(429), "wait an hour"),
            (status(302), "sends elsewhere"),
            (status(407), "HTTPS_PROXY"),
            (status(500), "HTTP 500"),
            (WebError::TooLong { host: host() }, "more than 8 MiB"),
            (WebError::NoText { host: host() }, "no text"),
            (untrusted(rustls::CertificateError::UnknownIssuer, false), "its issuer is unknown); where a device on the way inspects TLS, give its root with --ca FILE"),
            (untrusted(rustls::CertificateError::UnknownIssuer, true), "by the roots of --ca (its issuer is unknown)"),
            (untrusted(of_webpki("CaUsedAsEndEntity"), true), "by the roots of --ca (it is a CA's certificate, not a server's)"),
            (untrusted(of_webpki("SomethingNew"), true), "by the roots of --ca (the verifier does not take it)"),
            (failed(ureq::Error::HostNotFound, "endpoints.office.com", false), "host not found"),
        ];
        for (error, word) in cases {
            let said = error.to_string();
            assert!(said.contains(word), "{said}");
            assert!(said.contains("endpoints.office.com"), "{said}");
        }
        let refused = Web::new(Some(b"no PEM")).unwrap_err().to_string();
        assert_eq!(refused, "it holds no certificate in PEM");
    }

    #[test]
    fn only_https_is_spoken() {
        let web = Web::new(None).unwrap();
        let refused = web.text("http://127.0.0.1:1/", "127.0.0.1").unwrap_err();
        assert!(refused.to_string().contains("https"), "{refused}");
    }
}
