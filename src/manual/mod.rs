//! The manual: prose for users, published with the documentation of the library.

/// What is measured, and how.
#[doc = include_str!("methods.md")]
pub mod methods {}

/// What the kernel tells of a connection, and what it explains.
#[doc = include_str!("kernel.md")]
pub mod kernel {}

/// Every finding of `diagnose`: when it is found, whose it is, how sure, and what to do.
#[doc = include_str!("findings.md")]
pub mod findings {}

/// Recipes.
#[doc = include_str!("how_to.md")]
pub mod how_to {}

/// How the program is built: for whoever changes it.
#[doc = include_str!("architecture.md")]
pub mod architecture {}

/// What changed from version to version.
#[doc = include_str!("changes.md")]
pub mod changes {}
