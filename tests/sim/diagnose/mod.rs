//! `diagnose` in a small world of its own: what is wrong there is named, and nobody else is blamed.

mod child;
mod world;

use world::World;

#[test]
#[ignore = "needs root, nftables and tshark"]
fn dump() {
    let world = World::new("diag-dump");
    let said = child::run(&world, &std::env::var("SIM_ARGS").unwrap_or_default());
    println!("{}", serde_json::to_string_pretty(&said).unwrap());
}
