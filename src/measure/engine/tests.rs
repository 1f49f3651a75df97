use std::convert::Infallible;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;

/// What a slot of the test does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Does {
    /// It waits for the stop, and has its row a moment later.
    EndsAfterTheStop,
    /// It does not heed the stop.
    GoesOn,
    /// It waits for something before it measures.
    NeverBegins,
    Panics,
}

/// Slots with the engine's grace, and with their own end.
struct Graced(Does);
struct OwnEnd(Does);

async fn measured(does: Does, out: Out<u64, Infallible>, slot: u64, stop: Stop) -> SlotOutcome {
    match does {
        Does::EndsAfterTheStop => {
            stop.asked().await;
            tokio::time::sleep(Duration::from_millis(50)).await;
            out.row(slot).await;
        }
        Does::GoesOn => std::future::pending().await,
        Does::NeverBegins => {
            stop.grace_is_over().await;
            return SlotOutcome::CutOff;
        }
        Does::Panics => panic!("a fault of this program"),
    }
    SlotOutcome::Done
}

impl Task for Graced {
    type Row = u64;
    type Event = Infallible;

    async fn slot(
        self: Arc<Self>,
        slot: Slot,
        out: Out<u64, Infallible>,
        stop: Stop,
    ) -> SlotOutcome {
        measured(self.0, out, slot.number, stop).await
    }
}

impl Task for OwnEnd {
    type Row = u64;
    type Event = Infallible;

    const GRACE: Option<Duration> = None;

    async fn slot(
        self: Arc<Self>,
        slot: Slot,
        out: Out<u64, Infallible>,
        stop: Stop,
    ) -> SlotOutcome {
        measured(self.0, out, slot.number, stop).await
    }
}

fn engine(slots: u64, concurrency: usize) -> Engine {
    Engine {
        pace: Pace::new(Duration::from_millis(1), Some(slots), None),
        targets: "relay.test".parse::<Target>().unwrap().into(),
        concurrency,
    }
}

/// Runs to the end and stops once all places are taken.
async fn stopped<T: Task<Row = u64>>(task: T, then: impl Fn(&Stop)) -> (Vec<u64>, RunEnd) {
    let stop = Stop::default();
    let mut running = engine(3, 3).start(Arc::new(task), stop.clone());
    tokio::time::sleep(Duration::from_millis(100)).await;
    then(&stop);
    let mut rows = Vec::new();
    while let Some(row) = running.row().await {
        rows.push(*row);
    }
    (rows, running.end().await)
}

#[tokio::test]
async fn slots_that_end_after_a_stop_have_their_rows_with_and_without_a_grace() {
    let in_grace = stopped(Graced(Does::EndsAfterTheStop), Stop::ask).await;
    let by_themselves = stopped(OwnEnd(Does::EndsAfterTheStop), Stop::ask).await;
    for (mut rows, end) in [in_grace, by_themselves] {
        rows.sort_unstable();
        assert_eq!(rows.len() as u64, end.started);
        assert_eq!((end.cut_off, end.started + end.missed), (0, 3));
    }
}

#[tokio::test]
async fn slots_that_do_not_heed_a_stop_are_cut_off_and_counted() {
    let by_the_engine = stopped(Graced(Does::GoesOn), Stop::cut_short).await;
    let by_themselves = stopped(OwnEnd(Does::NeverBegins), Stop::cut_short).await;
    for (rows, end) in [by_the_engine, by_themselves] {
        assert!(rows.is_empty());
        assert_eq!(end.cut_off as u64, end.started);
        assert!(end.started > 0);
    }
}

#[tokio::test]
async fn a_slot_that_panics_ends_the_run_and_is_no_success() {
    let (rows, end) = stopped(Graced(Does::Panics), |_| {}).await;
    assert!(rows.is_empty());
    assert_eq!(end.why, Why::Broken);
}

/// Refuses its first address as too much.
struct TooMuch(AtomicUsize);

impl Task for TooMuch {
    type Row = u64;
    type Event = Infallible;

    async fn slot(
        self: Arc<Self>,
        _slot: Slot,
        _out: Out<u64, Infallible>,
        _stop: Stop,
    ) -> SlotOutcome {
        self.0.fetch_add(1, Ordering::Relaxed);
        SlotOutcome::TooMuch(IpAddr::from([192, 0, 2, 1]))
    }
}

#[tokio::test]
async fn what_is_too_much_for_a_stranger_ends_the_run_and_begins_no_further_slot() {
    let task = Arc::new(TooMuch(AtomicUsize::new(0)));
    let end = {
        let engine = engine(1_000, 1);
        engine.start(Arc::clone(&task), Stop::default()).end().await
    };
    assert_eq!(end.why, Why::TooMuch(IpAddr::from([192, 0, 2, 1])));
    assert!(task.0.load(Ordering::Relaxed) < 10);
}
