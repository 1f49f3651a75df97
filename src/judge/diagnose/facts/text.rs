//! Texts by their kind, so that a bundle can leave out private ones by type alone: no fact is a bare `String`.

use serde::{Deserialize, Serialize};

macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident,)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(
            /// The words.
            pub String,
        );

        impl $name {
            /// The words.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// Whether there are none.
            pub fn is_empty(&self) -> bool {
                self.0.is_empty()
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }
    )+};
}

texts! {
    /// A name of the DNS, without a dot at its end: of a relay, of a link of its chain, of a control name.
    Name,
    /// The name of a machine.
    Host,
    /// The name of an interface, such as `eth0`.
    InterfaceName,
    /// Host and port of a proxy, `proxy.example:8080`; never a user or a password.
    ProxyPlace,
    /// The issuer of a certificate, or a part of its names.
    Issuer,
    /// Words of the system or of a stranger: cut and without control characters.
    FreeText,
    /// A region of Azure; empty where none is known.
    Region,
    /// What is everybody's: the version of this program, a VPN product, the place of a page. Never a stranger's words.
    Public,
}
