//! Healthy looks over and over: not one of them may blame anybody.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::told::look;
use super::world::{World, good_page};

/// Worlds that are looked at side by side.
const BESIDE: usize = 4;

#[test]
#[ignore = "needs root, nftables and tshark"]
fn many_looks_at_a_healthy_network_blame_nobody() {
    let wanted = if std::env::var("COUNTS").is_ok_and(|counts| counts == "full") {
        500
    } else {
        10
    };
    let begun = AtomicUsize::new(0);
    let wrong = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for number in 0..BESIDE {
            let (begun, wrong) = (&begun, &wrong);
            scope.spawn(move || {
                let world = World::new(&format!("dg-many{number}"));
                while begun.fetch_add(1, Ordering::Relaxed) < wanted {
                    // the page tells the time, which goes on
                    *world.page.lock().unwrap() = good_page();
                    let told = look(&world, "");
                    if !told.judged.verdict.roots.is_empty() {
                        wrong.lock().unwrap().push(told.text());
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(
        wrong.is_empty(),
        "{} of {wanted}: {}",
        wrong.len(),
        wrong[0]
    );
}
