//! `diagnose` in a small world of its own: what is wrong there is named, and nobody else is blamed.

mod child;
mod firewalls;
mod healthy;
mod late;
mod names;
mod networks;
mod proxies;
mod told;
mod translator;
mod ways;
mod world;
