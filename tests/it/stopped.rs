//! A run that is stopped before it has begun to measure: the same for every kind.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use crate::command::{Rows, Said, finished, signal, start, turnprobe};
use crate::servers::dns::DnsServer;

const KINDS: [&str; 4] = ["-n 1", "--hold 60s", "--burst 50", "--watch"];

/// A name server that keeps its answers, which are SERVFAIL, until it may send them.
struct Keeping {
    server: DnsServer,
    asked: Arc<AtomicUsize>,
    may_answer: Arc<AtomicBool>,
}

impl Keeping {
    fn new() -> Self {
        let (asked, may_answer) = (Arc::<AtomicUsize>::default(), Arc::<AtomicBool>::default());
        let (count, may) = (Arc::clone(&asked), Arc::clone(&may_answer));
        let server = DnsServer::start(move |query| {
            count.fetch_add(1, Ordering::SeqCst);
            for _ in 0..1_500 {
                if may.load(Ordering::SeqCst) {
                    return vec![query.reply(2, &[], &[])];
                }
                std::thread::sleep(Duration::from_millis(10));
            }
            Vec::new()
        });
        Self {
            server,
            asked,
            may_answer,
        }
    }

    /// A run that is stopped when it has asked for the name, and answered then or not.
    fn run(&self, kind: &str, is_answered: bool) -> Said {
        let resolver = self.server.address();
        let mut child = start(turnprobe(&format!(
            "probe relay.test:443 {kind} --resolver {resolver} --dns-timeout 60s --format csv"
        )));
        while self.asked.load(Ordering::SeqCst) == 0 && child.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_millis(10));
        }
        signal(&child, "-INT");
        self.may_answer.store(is_answered, Ordering::SeqCst);
        finished(child)
    }
}

#[test]
fn what_has_not_begun_when_the_grace_is_over_gives_no_row_and_is_counted() {
    for kind in KINDS {
        let said = Keeping::new().run(kind, false).ended(130);
        assert!(
            Rows::of(&said.stdout).rows.is_empty(),
            "{kind}: {}",
            said.stdout
        );
        said.err_has(" cut off");
    }
}

#[test]
fn what_fails_within_the_grace_has_its_row() {
    for kind in KINDS {
        let said = Keeping::new().run(kind, true).ended(1);
        let rows = Rows::of(&said.stdout);
        assert_eq!(
            rows.column("Status"),
            ["dns-servfail"],
            "{kind}: {}",
            said.stderr
        );
        assert!(!said.stderr.contains("cut off"), "{}", said.stderr);
    }
}
