//! Windows' own judgement of a chain.
//!
//! Windows fetches roots and missing certificates as it does for every program, for three seconds at
//! most; what it does not get in time is no verdict. Revocations are asked of its cache only: a
//! measurement must not wait for a revocation server that a firewall swallows. That is why it is
//! asked here, and not by a crate that leaves no choice.

use std::ptr::{null, null_mut};
use std::time::Duration;

use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use windows_sys::Win32::Foundation::FILETIME;
use windows_sys::Win32::Security::Cryptography::{
    AUTHTYPE_SERVER, CERT_CHAIN_CACHE_END_CERT, CERT_CHAIN_CONTEXT, CERT_CHAIN_PARA,
    CERT_CHAIN_POLICY_IGNORE_ALL_REV_UNKNOWN_FLAGS, CERT_CHAIN_POLICY_PARA, CERT_CHAIN_POLICY_SSL,
    CERT_CHAIN_POLICY_STATUS, CERT_CHAIN_REVOCATION_ACCUMULATIVE_TIMEOUT,
    CERT_CHAIN_REVOCATION_CHECK_CACHE_ONLY, CERT_CHAIN_REVOCATION_CHECK_END_CERT, CERT_CONTEXT,
    CERT_STORE_ADD_ALWAYS, CERT_STORE_DEFER_CLOSE_UNTIL_LAST_FREE_FLAG, CERT_STORE_PROV_MEMORY,
    CERT_TRUST_IS_EXPLICIT_DISTRUST, CERT_TRUST_IS_NOT_SIGNATURE_VALID,
    CERT_TRUST_IS_PARTIAL_CHAIN, CERT_TRUST_IS_UNTRUSTED_ROOT, CERT_USAGE_MATCH, CTL_USAGE,
    CertAddEncodedCertificateToStore, CertCloseStore, CertFreeCertificateChain,
    CertFreeCertificateContext, CertGetCertificateChain, CertOpenStore,
    CertVerifyCertificateChainPolicy, HCERTSTORE, HTTPSPolicyCallbackData,
    HTTPSPolicyCallbackData_0, USAGE_MATCH_TYPE_AND, X509_ASN_ENCODING, szOID_PKIX_KP_SERVER_AUTH,
};

use super::roots::Judged;
use super::{refused, verdict};
use crate::clock;
use crate::record::Trust;

/// How long Windows may fetch.
const FETCHING: Duration = Duration::from_secs(3);

/// Whether the server's certificate is revoked, as far as that is known.
const FROM_THE_CACHE: u32 = CERT_CHAIN_REVOCATION_CHECK_END_CERT
    | CERT_CHAIN_REVOCATION_CHECK_CACHE_ONLY
    | CERT_CHAIN_REVOCATION_ACCUMULATIVE_TIMEOUT;

/// What a chain has that leads to no root.
const NOWHERE: u32 = CERT_TRUST_IS_PARTIAL_CHAIN
    | CERT_TRUST_IS_UNTRUSTED_ROOT
    | CERT_TRUST_IS_NOT_SIGNATURE_VALID
    | CERT_TRUST_IS_EXPLICIT_DISTRUST;

/// From winerror.h: no answer of a revocation server, and none that can be asked.
const CERT_E_REVOCATION_FAILURE: u32 = 0x800B_010E;
const CRYPT_E_REVOCATION_OFFLINE: u32 = 0x8009_2013;

/// What Windows says of a chain; nothing if it could not tell.
pub(super) fn judged(sent: &[CertificateDer<'_>], name: &ServerName<'_>, now: UnixTime) -> Judged {
    let begun = clock::now();
    let name = name.to_str();
    let name = name.trim_end_matches('.');
    let asked = |flags| {
        let chain = Built::of(sent, now, flags)?;
        Some((chain.status(), chain.policy(name)?))
    };
    let judged = match asked(FROM_THE_CACHE) {
        // a revocation that is not known is none, also where the policy does not see it so
        Some((_, CERT_E_REVOCATION_FAILURE | CRYPT_E_REVOCATION_OFFLINE)) => asked(0),
        judged => judged,
    };
    let Some((status, number)) = judged else {
        return Judged::default();
    };
    let is_partial = status & CERT_TRUST_IS_PARTIAL_CHAIN != 0;
    if is_partial && begun.elapsed() >= FETCHING {
        return Judged::default();
    }
    let trust = match number {
        // whatever the policy says: Wine's overlooks a chain that ends nowhere
        0 if status & (CERT_TRUST_IS_PARTIAL_CHAIN | CERT_TRUST_IS_UNTRUSTED_ROOT) != 0 => {
            Trust::UnknownIssuer
        }
        0 => Trust::Trusted,
        number => verdict::of_windows_number(number, sent, now),
    };
    let judged = Judged {
        trust: Some(trust),
        reaches: Some(status & NOWHERE == 0),
        note: "",
        why: "",
    };
    judged.because(refused::by_number(number))
}

/// A store in memory.
struct Memory(HCERTSTORE);

impl Memory {
    #[allow(unsafe_code)] // no safe crate builds a chain with these flags
    fn new() -> Option<Self> {
        // SAFETY: constants only; with this flag certificates may outlive the store.
        let store = unsafe {
            CertOpenStore(
                CERT_STORE_PROV_MEMORY,
                0,
                0,
                CERT_STORE_DEFER_CLOSE_UNTIL_LAST_FREE_FLAG,
                null(),
            )
        };
        (!store.is_null()).then_some(Self(store))
    }

    #[allow(unsafe_code)] // see above
    fn add(&self, der: &[u8]) -> Option<Context> {
        let mut context: *mut CERT_CONTEXT = null_mut();
        let length = u32::try_from(der.len()).ok()?;
        // SAFETY: the store is open, `der` has that many bytes, and `context` can be written to.
        let added = unsafe {
            CertAddEncodedCertificateToStore(
                self.0,
                X509_ASN_ENCODING,
                der.as_ptr(),
                length,
                CERT_STORE_ADD_ALWAYS,
                &raw mut context,
            )
        };
        (added != 0 && !context.is_null()).then_some(Context(context))
    }
}

impl Drop for Memory {
    #[allow(unsafe_code)] // see above
    fn drop(&mut self) {
        // SAFETY: the store is open and closed once.
        unsafe { CertCloseStore(self.0, 0) };
    }
}

/// A certificate of a store.
struct Context(*mut CERT_CONTEXT);

impl Drop for Context {
    #[allow(unsafe_code)] // see above
    fn drop(&mut self) {
        // SAFETY: the context is not null and freed once.
        unsafe { CertFreeCertificateContext(self.0) };
    }
}

/// A chain as Windows built it.
struct Built(*mut CERT_CHAIN_CONTEXT);

impl Built {
    #[allow(unsafe_code)] // see above
    fn of(sent: &[CertificateDer<'_>], now: UnixTime, flags: u32) -> Option<Self> {
        let store = Memory::new()?;
        let leaf = store.add(sent.first()?)?;
        for der in verdict::intermediates(sent) {
            // one that Windows cannot read leads nowhere
            drop(store.add(&der));
        }
        let time = file_time(now);
        let mut server = [szOID_PKIX_KP_SERVER_AUTH.cast_mut()];
        let any = CTL_USAGE {
            cUsageIdentifier: 0,
            rgpszUsageIdentifier: null_mut(),
        };
        let usage = |usage| CERT_USAGE_MATCH {
            dwType: USAGE_MATCH_TYPE_AND,
            Usage: usage,
        };
        let parameters = CERT_CHAIN_PARA {
            cbSize: size_of_u32::<CERT_CHAIN_PARA>(),
            RequestedUsage: usage(CTL_USAGE {
                cUsageIdentifier: 1,
                rgpszUsageIdentifier: server.as_mut_ptr(),
            }),
            RequestedIssuancePolicy: usage(any),
            dwUrlRetrievalTimeout: u32::try_from(FETCHING.as_millis()).unwrap_or(u32::MAX),
            fCheckRevocationFreshnessTime: 0,
            dwRevocationFreshnessTime: 0,
            pftCacheResync: null_mut(),
            pStrongSignPara: null_mut(),
            dwStrongSignFlags: 0,
        };
        let mut chain: *mut CERT_CHAIN_CONTEXT = null_mut();
        // SAFETY: the certificate and the store are open; `time`, `parameters` and what they point
        // to live beyond the call; `chain` can be written to.
        let built = unsafe {
            CertGetCertificateChain(
                null_mut(),
                leaf.0,
                &raw const time,
                store.0,
                &raw const parameters,
                flags | CERT_CHAIN_CACHE_END_CERT,
                null(),
                &raw mut chain,
            )
        };
        (built != 0 && !chain.is_null()).then_some(Self(chain))
    }

    /// What is wrong with it before any policy.
    #[allow(unsafe_code)] // see above
    fn status(&self) -> u32 {
        // SAFETY: the chain is not null and not freed yet.
        unsafe { (*self.0).TrustStatus.dwErrorStatus }
    }

    /// The error of the policy for servers of that name, 0 if there is none; `None` if the policy
    /// cannot be asked.
    #[allow(unsafe_code)] // see above
    fn policy(&self, name: &str) -> Option<u32> {
        let mut name: Vec<u16> = name.encode_utf16().chain(Some(0)).collect();
        let mut server = HTTPSPolicyCallbackData {
            Anonymous: HTTPSPolicyCallbackData_0 {
                cbSize: size_of_u32::<HTTPSPolicyCallbackData>(),
            },
            dwAuthType: AUTHTYPE_SERVER,
            fdwChecks: 0,
            pwszServerName: name.as_mut_ptr(),
        };
        let parameters = CERT_CHAIN_POLICY_PARA {
            cbSize: size_of_u32::<CERT_CHAIN_POLICY_PARA>(),
            dwFlags: CERT_CHAIN_POLICY_IGNORE_ALL_REV_UNKNOWN_FLAGS,
            pvExtraPolicyPara: (&raw mut server).cast(),
        };
        let mut status = CERT_CHAIN_POLICY_STATUS {
            cbSize: size_of_u32::<CERT_CHAIN_POLICY_STATUS>(),
            dwError: 0,
            lChainIndex: 0,
            lElementIndex: 0,
            pvExtraPolicyStatus: null_mut(),
        };
        // SAFETY: the chain is not freed yet; `parameters`, what they point to, and `status` live
        // beyond the call.
        let asked = unsafe {
            CertVerifyCertificateChainPolicy(
                CERT_CHAIN_POLICY_SSL,
                self.0,
                &raw const parameters,
                &raw mut status,
            )
        };
        (asked != 0).then_some(status.dwError)
    }
}

impl Drop for Built {
    #[allow(unsafe_code)] // see above
    fn drop(&mut self) {
        // SAFETY: the chain is not null and freed once.
        unsafe { CertFreeCertificateChain(self.0) };
    }
}

fn size_of_u32<T>() -> u32 {
    u32::try_from(size_of::<T>()).unwrap_or(u32::MAX)
}

/// Tenths of a microsecond since 1601.
fn file_time(moment: UnixTime) -> FILETIME {
    const UNIX: u64 = 11_644_473_600;
    let tenths = moment
        .as_secs()
        .saturating_add(UNIX)
        .saturating_mul(10_000_000);
    let half = |bits: u64| u32::try_from(bits & u64::from(u32::MAX)).unwrap_or(u32::MAX);
    FILETIME {
        dwLowDateTime: half(tenths),
        dwHighDateTime: half(tenths >> 32),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_counts_from_1601() {
        // w32tm /ntte 132539328000000000: 1 January 2021
        let time = file_time(UnixTime::since_unix_epoch(Duration::from_secs(
            1_609_459_200,
        )));
        let tenths = (u64::from(time.dwHighDateTime) << 32) | u64::from(time.dwLowDateTime);
        assert_eq!(tenths, 132_539_328_000_000_000);
    }

    #[test]
    fn a_stranger_leads_nowhere_and_a_bad_certificate_is_not_judged() {
        let leaf = include_bytes!("../../../tests/data/certs/leaf.der").as_slice();
        let now = UnixTime::since_unix_epoch(Duration::from_secs(1_906_545_600));
        let name = ServerName::try_from("relay.test").unwrap();
        let judged = judged(&[CertificateDer::from(leaf)], &name, now);
        assert_eq!(judged.reaches, Some(false));
        assert_eq!(judged.trust, Some(Trust::UnknownIssuer));
        let broken = [CertificateDer::from(b"no certificate".as_slice())];
        assert_eq!(super::judged(&broken, &name, now), Judged::default());
    }
}
