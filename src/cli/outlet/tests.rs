use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use super::*;

/// Takes a row for each permit; a permit that never comes is a reader that stands still.
struct Reader {
    permits: Receiver<()>,
    read: Arc<AtomicU64>,
}

impl Sink<u64> for Reader {
    fn name(&self) -> String {
        "reader".to_owned()
    }

    fn write(&mut self, _row: &u64) -> Result<(), SinkError> {
        let _ = self.permits.recv();
        self.read.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    fn finish(&mut self) -> Result<(), SinkError> {
        Ok(())
    }
}

struct Started {
    outlet: Outlet<u64>,
    permits: SyncSender<()>,
    read: Arc<AtomicU64>,
    stop: watch::Sender<bool>,
}

fn start(delivery: Delivery) -> Started {
    let (permits, taken) = sync_channel(10_000);
    let read = Arc::new(AtomicU64::new(0));
    let sink = Reader {
        permits: taken,
        read: read.clone(),
    };
    let (stop, stopped) = watch::channel(false);
    let outlet = Outlet::start(
        vec![Box::new(sink)],
        delivery,
        Orphans::Dropped,
        watch::channel(false).0,
        stopped,
    );
    Started {
        outlet: outlet.unwrap(),
        permits,
        read,
        stop,
    }
}

fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap()
        .block_on(future)
}

const ROWS: u64 = WAITING as u64 + 500;

#[test]
fn a_slow_reader_gets_every_row() {
    let mut started = start(Delivery::Patient);
    let permits = started.permits;
    std::thread::spawn(move || {
        for _ in 0..ROWS {
            std::thread::sleep(Duration::from_micros(500));
            permits.send(()).unwrap();
        }
    });
    let ending = run(async {
        for row in 0..ROWS {
            started.outlet.send(&Arc::new(row)).await;
        }
        started.outlet.finish().await
    });
    assert_eq!(ending, Ending::default());
    assert_eq!(started.read.load(Ordering::Relaxed), ROWS);
}

#[test]
fn a_reader_that_stands_still_loses_rows_which_are_counted_and_holds_nothing_up() {
    let mut started = start(Delivery::Patient);
    let begun = clock::now();
    let ending = run(async {
        for row in 0..ROWS {
            started.outlet.send(&Arc::new(row)).await;
        }
        assert!(begun.elapsed() < 2 * STILL, "{:?}", begun.elapsed());
        started.stop.send_replace(true);
        started.outlet.finish().await
    });
    assert!(begun.elapsed() < 4 * STILL, "{:?}", begun.elapsed());
    assert_eq!((ending.stuck, ending.failed), (true, false));
    // none was read
    assert_eq!(ending.dropped, ROWS);
    drop(started.permits);
}

#[test]
fn what_a_file_did_not_take_after_a_stop_is_a_failure() {
    let mut started = start(Delivery::Sure);
    let ending = run(async {
        started.stop.send_replace(true);
        for row in 0..3 {
            started.permits.send(()).unwrap();
            started.outlet.send(&Arc::new(row)).await;
        }
        for row in 0..4 {
            started.outlet.send(&Arc::new(row)).await;
        }
        started.outlet.finish().await
    });
    assert!(ending.stuck && ending.failed, "{ending:?}");
    assert_eq!(ending.dropped, 4);
    drop(started.permits);
}

#[test]
fn a_terminal_that_stands_still_is_not_waited_for() {
    let mut started = start(Delivery::Lossy);
    let begun = clock::now();
    let ending = run(async {
        for row in 0..ROWS {
            started.outlet.send(&Arc::new(row)).await;
        }
        assert!(begun.elapsed() < STILL, "{:?}", begun.elapsed());
        started.outlet.finish().await
    });
    assert_eq!(ending.dropped, ROWS);
    drop(started.permits);
}
