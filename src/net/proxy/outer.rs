//! The TLS session to a proxy that is spoken to inside TLS. Its certificate must be one that this system trusts: the
//! credentials go through it.

use std::time::Duration;

use chrono::{DateTime, Utc};
use rustls::pki_types::ServerName;

use super::named::{Proxy, ProxyScheme};
use crate::clock;
use crate::net::plan::Plan;
use crate::net::stream::Stream;
use crate::net::tls::{OtherEnd, TlsClient, TlsVersion};
use crate::net::trust::Judge;
use crate::record::{Cause, Failure, Trust};
use crate::target::Host;

/// What TLS to a proxy takes.
#[derive(Debug)]
pub struct Outer {
    client: TlsClient,
    judge: Judge,
}

impl Outer {
    /// That of a plan; none where no proxy wants it.
    ///
    /// # Errors
    ///
    /// When the cryptography offers no suite.
    pub fn of(plan: &Plan) -> Result<Option<Self>, rustls::Error> {
        let is_wanted = |proxy: &Proxy| proxy.scheme == ProxyScheme::Https;
        if !plan.proxy.as_ref().is_some_and(is_wanted) {
            return Ok(None);
        }
        Ok(Some(Self {
            client: TlsClient::new(TlsVersion::Auto, &[])?,
            judge: Judge::new(plan.public_roots.clone(), plan.os_store.clone()),
        }))
    }

    /// Opens it.
    ///
    /// # Errors
    ///
    /// When there is no session, or none with the proxy that was named.
    pub async fn open(
        &self,
        stream: Stream,
        proxy: &Proxy,
        limit: Duration,
        now: DateTime<Utc>,
    ) -> Result<Stream, Failure> {
        let name = match &proxy.host {
            Host::Address(address) => ServerName::from(*address),
            Host::Name(name) => ServerName::try_from(name.to_string())
                .map_err(|_| wrong(format!("{name} is no name for TLS")))?,
        };
        let (handshake, session) = self
            .client
            .handshake(stream, name.clone(), None, limit, OtherEnd::Proxy)
            .await;
        let session = session.map_err(|failure| {
            let hint = match failure.cause {
                Cause::TlsNotTls => "; if the proxy speaks plain HTTP, give http://",
                _ => "",
            };
            wrong(format!("no TLS with the proxy: {}{hint}", failure.detail))
        })?;
        let judged = self
            .judge
            .examine(&handshake.chain, &name, now, clock::now());
        match judged.await.trust_os {
            Some(Trust::Trusted) => Ok(session.into_outer()),
            Some(trust) => Err(wrong(format!(
                "this system does not trust the proxy's certificate: {}",
                trust.as_str()
            ))),
            None => Err(wrong(
                "whether this system trusts the proxy's certificate could not be told".to_owned(),
            )),
        }
    }
}

fn wrong(detail: String) -> Failure {
    Failure::new(Cause::ProxyTls, detail)
}
