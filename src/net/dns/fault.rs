//! From questions without a usable answer to the cause of a resolution that failed.

use super::exchange::ExchangeFault;
use crate::record::{Cause, Failure};
use crate::wire::dns::Family;

/// What an exchange without an answer is in a row.
pub fn failure_of(fault: &ExchangeFault) -> Failure {
    let cause = match fault {
        ExchangeFault::Silent { .. } => Cause::DnsTimeout,
        ExchangeFault::Garbage(_) => Cause::DnsMalformed,
        ExchangeFault::NoTcp(_) => Cause::DnsTruncated,
        ExchangeFault::Closed | ExchangeFault::Unreachable(_) => Cause::DnsNoResolver,
        ExchangeFault::Local(_) => Cause::DnsLocalError,
    };
    Failure::new(cause, fault.to_string())
}

/// The cause that tells most: an answer before silence, silence before an unreachable server.
pub fn decisive(faults: Vec<Failure>) -> Failure {
    if faults.is_empty() {
        return Failure::new(Cause::DnsNoResolver, "there is no name server to ask");
    }
    let rank = |cause: Cause| match cause {
        Cause::DnsServfail | Cause::DnsRefused => 0,
        Cause::DnsMalformed | Cause::DnsTruncated => 1,
        Cause::DnsTimeout => 2,
        Cause::DnsNoResolver => 3,
        _ => 4,
    };
    let cause = faults
        .iter()
        .map(|failure| failure.cause)
        .min_by_key(|cause| rank(*cause));
    let detail: Vec<_> = faults.into_iter().map(|failure| failure.detail).collect();
    Failure::new(cause.unwrap_or(Cause::DnsNoResolver), detail.join("; "))
}

/// A failure with the kind of address that was asked for.
pub fn of_kind(family: Family, failure: &Failure) -> String {
    let kind = match family {
        Family::V4 => "A",
        Family::V6 => "AAAA",
    };
    format!("{kind}: {}: {}", failure.cause.as_str(), failure.detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_tells_more_than_silence_and_silence_more_than_a_closed_port() {
        let faults = |causes: &[Cause]| {
            decisive(
                causes
                    .iter()
                    .map(|cause| Failure::new(*cause, cause.as_str()))
                    .collect(),
            )
        };
        let both = faults(&[Cause::DnsTimeout, Cause::DnsServfail]);
        assert_eq!(both.cause, Cause::DnsServfail);
        assert_eq!(both.detail, "dns-timeout; dns-servfail");
        assert_eq!(
            faults(&[Cause::DnsNoResolver, Cause::DnsTimeout]).cause,
            Cause::DnsTimeout
        );
        assert_eq!(faults(&[]).cause, Cause::DnsNoResolver);
    }
}
