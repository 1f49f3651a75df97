//! What the way of a TLS connection is, as its certificates tell it.
//!
//! Not here: the rules that choose one (`judge`).

use crate::words::words;

words! {
    /// What the certificates tell of the way to a server.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
    pub enum TlsPath {
        /// A path to a public root, for the name that was asked for, valid now.
        Direct = "direct": "the chain leads to a public root",
        IncompleteChain = "incomplete-chain": "the chain lacks a certificate that is known here; with it, it leads to a public root or Microsoft's",
        Inspected = "inspected": "something on the path ends TLS and makes its own certificates",
        PrivateRoot = "private-root": "the chain leads to a root that only this system trusts",
        SelfSigned = "self-signed": "the certificate is its own issuer",
        Unknown = "unknown": "the certificate's owner could not be determined",
        Expired = "expired": "the chain is good, but the certificate has expired",
        NotYetValid = "not-yet-valid": "the chain is good, but the certificate is not valid yet",
        WrongName = "wrong-name": "the chain is good, but the certificate is for another name",
    }
}

impl TlsPath {
    /// What the evidence says of an authority of Microsoft's or DigiCert's by its name alone.
    pub const UNVERIFIED: &str = "that this version cannot verify";

    /// What the evidence says of a chain that did not come as a whole.
    pub const CUT_SHORT: &str = "the chain was cut short";

    /// What the evidence of a good chain says when it is not one that Microsoft's names have.
    pub const SUSPICIOUS: &str = "suspicious";

    /// Whether nothing is wrong with the way: a certificate that a server did not send is its own affair.
    pub const fn is_fine(self) -> bool {
        matches!(self, Self::Direct | Self::IncompleteChain)
    }

    /// Whether it deserves a word, by what speaks for it.
    pub fn has_remark(self, evidence: &str) -> bool {
        !self.is_fine() || evidence.contains(Self::SUSPICIOUS)
    }
}
