//! What the certificate of a handshake shows: its fields, the two verdicts, and what is on the path. The same for
//! probes and for held connections.

use std::sync::Arc;

use crate::clock;
use crate::judge::{Circumstances, Nearness, tls_path};
use crate::net::trust::Judge;
use crate::net::{Destination, Handshake, Opener};
use crate::record::{Certificate, Tls, TlsPath, Transport, Trust};

/// What a certificate tells.
#[derive(Debug)]
pub(super) struct Certified {
    certificate: Option<Arc<Certificate>>,
    trust_public: Option<Trust>,
    trust_os: Option<Trust>,
    path: Option<TlsPath>,
    evidence: String,
    bad_dates: String,
}

impl Certified {
    /// Judges what came in a handshake; nothing where no certificate came. It may take the time of the system's verifier.
    pub(super) async fn of(
        handshake: &Handshake,
        (judge, opener): (&Judge, &Opener),
        to: &Destination,
        nearness: Option<Nearness>,
    ) -> Option<Self> {
        if handshake.chain.is_empty() {
            return None;
        }
        let name = opener.server_name(to);
        let (chain, wall) = (&handshake.chain, opener.wall().now());
        let examined = judge.examine(chain, &name, wall, clock::now()).await;
        let is_whole = handshake.chain_is_whole;
        let (path, evidence) = examined
            .facts
            .map(|facts| {
                let beside = Circumstances {
                    system: examined.os_reaches,
                    system_note: examined.os_note,
                    why: examined.os_why,
                    // what is missing may be the very issuer
                    verdict: examined.trust_os.filter(|_| is_whole),
                    is_microsofts: opener.in_range(to, Transport::Tls) == Some(true),
                    is_whole,
                    nearness,
                };
                tls_path(&facts, beside)
            })
            .unzip();
        // what is missing may be the very issuer: no verdict on half a chain
        let verdicts =
            [examined.trust_public, examined.trust_os].map(|trust| trust.filter(|_| is_whole));
        let mut given = verdicts.iter().flatten();
        let depends_on_dates = given.any(|trust| *trust != Trust::Trusted);
        let bad_dates = depends_on_dates.then(|| examined.bad_dates.to_string());
        let [trust_public, trust_os] = verdicts;
        Some(Self {
            certificate: examined.certificate,
            trust_public,
            trust_os,
            bad_dates: bad_dates.unwrap_or_default(),
            path,
            evidence: evidence.unwrap_or_default(),
        })
    }

    /// Notes it in a row.
    pub(super) fn note(self, tls: &mut Tls) {
        tls.certificate = self.certificate;
        (tls.trust_public, tls.trust_os) = (self.trust_public, self.trust_os);
        (tls.path, tls.path_evidence) = (self.path, self.evidence);
        tls.bad_dates = self.bad_dates;
    }
}

/// What the user should know of a judge's verdicts so far; told once.
pub(super) fn take_note(judge: &Judge) -> Option<String> {
    let problem = judge.take_os_problem()?;
    Some(problem.words("trust_os stays empty"))
}
