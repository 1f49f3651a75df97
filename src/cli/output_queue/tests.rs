use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use super::*;
use crate::sink::SinkError;

/// Takes a row for each permit; a permit that never comes is a reader that stands still.
struct Reader {
    permits: Receiver<()>,
    read: Arc<AtomicU64>,
}

impl Sink<u64> for Reader {
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
    output_queue: OutputQueue<u64>,
    permits: SyncSender<()>,
    read: Arc<AtomicU64>,
    stop: Stop,
}

impl Started {
    fn read(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }

    /// Waits until so many rows were read.
    async fn until_read(&self, rows: u64) {
        while self.read() < rows {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

fn start(delivery: Delivery) -> Started {
    let (permits, taken) = sync_channel(20_000);
    let read = Arc::new(AtomicU64::new(0));
    let sink = Reader {
        permits: taken,
        read: read.clone(),
    };
    let stop = Stop::default();
    let output_queue = OutputQueue::start(
        vec![Box::new(sink)],
        delivery,
        Orphans::Dropped,
        None,
        &stop,
    );
    Started {
        output_queue: output_queue.unwrap(),
        permits,
        read,
        stop,
    }
}

const ROWS: u64 = WAITING + 500;

#[tokio::test]
async fn a_slow_reader_gets_every_row() {
    let started = start(Delivery::Patient);
    let permits = started.permits;
    std::thread::spawn(move || {
        for _ in 0..ROWS {
            std::thread::sleep(Duration::from_micros(500));
            permits.send(()).unwrap();
        }
    });
    let ending = {
        for row in 0..ROWS {
            started.output_queue.send(&Arc::new(row)).await;
        }
        started.output_queue.finish().await
    };
    assert_eq!(ending, QueueEnding::default());
    assert_eq!(started.read.load(Ordering::Relaxed), ROWS);
}

#[tokio::test]
async fn a_reader_that_stands_still_loses_rows_which_are_counted_and_holds_nothing_up() {
    let started = start(Delivery::Patient);
    let begun = clock::now();
    let ending = {
        for row in 0..ROWS {
            started.output_queue.send(&Arc::new(row)).await;
        }
        assert!(begun.elapsed() < 2 * STILL, "{:?}", begun.elapsed());
        started.stop.ask();
        started.output_queue.finish().await
    };
    assert!(begun.elapsed() < 4 * STILL, "{:?}", begun.elapsed());
    assert_eq!((ending.stuck, ending.failed), (true, false));
    // none was read
    assert_eq!((ending.dropped, ending.lost), (ROWS, 0));
    drop(started.permits);
}

#[tokio::test]
async fn a_reader_that_is_the_only_place_gets_every_row_however_long_it_stands_still() {
    let started = start(Delivery::ToReader);
    let all = WAITING_FOR_READER + 300;
    let ending = {
        for row in 0..WAITING_FOR_READER - 1 {
            started.output_queue.send(&Arc::new(row)).await;
        }
        // the next row finds no room, and is waited for
        let rest = async {
            for row in WAITING_FOR_READER - 1..all {
                started.output_queue.send(&Arc::new(row)).await;
            }
        };
        let mut rest = Box::pin(rest);
        let waited = tokio::time::timeout(3 * STILL, rest.as_mut()).await;
        assert!(waited.is_err(), "more than {WAITING_FOR_READER} rows wait");
        assert_eq!(started.read(), 0);
        for _ in 0..all {
            started.permits.send(()).unwrap();
        }
        rest.as_mut().await;
        drop(rest);
        started.until_read(all).await;
        started.output_queue.finish().await
    };
    assert_eq!(ending, QueueEnding::default());
}

#[tokio::test]
async fn after_a_stop_the_rows_that_a_reader_did_not_take_are_counted_and_a_failure() {
    let started = start(Delivery::ToReader);
    let (permits, begun) = (started.permits.clone(), clock::now());
    let rows = WAITING_FOR_READER + 300;
    let ending = {
        let stop = async {
            tokio::time::sleep(STILL / 2).await;
            started.stop.ask();
        };
        let rows = async {
            // with the stop those under way have room, too
            for row in 0..rows {
                started.output_queue.send(&Arc::new(row)).await;
            }
        };
        tokio::join!(stop, rows);
        for _ in 0..7 {
            started.permits.send(()).unwrap();
        }
        started.until_read(7).await;
        started.output_queue.finish().await
    };
    assert!(begun.elapsed() < 10 * STILL, "{:?}", begun.elapsed());
    assert!(ending.stuck && ending.failed, "{ending:?}");
    assert_eq!((ending.unread, ending.dropped), (rows - 7, 0));
    drop(permits);
}

#[tokio::test]
async fn what_a_file_did_not_take_after_a_stop_is_a_failure() {
    let started = start(Delivery::Sure);
    let ending = {
        started.stop.ask();
        for row in 0..3 {
            started.permits.send(()).unwrap();
            started.output_queue.send(&Arc::new(row)).await;
        }
        for row in 0..4 {
            started.output_queue.send(&Arc::new(row)).await;
        }
        started.output_queue.finish().await
    };
    assert!(ending.stuck && ending.failed, "{ending:?}");
    assert_eq!((ending.lost, ending.dropped), (4, 0));
    drop(started.permits);
}

#[tokio::test]
async fn a_terminal_that_stands_still_is_not_waited_for() {
    let started = start(Delivery::Lossy);
    let begun = clock::now();
    let ending = {
        for row in 0..ROWS {
            started.output_queue.send(&Arc::new(row)).await;
        }
        assert!(begun.elapsed() < STILL, "{:?}", begun.elapsed());
        started.output_queue.finish().await
    };
    assert_eq!(ending.dropped, ROWS);
    drop(started.permits);
}

#[tokio::test]
async fn what_is_shown_stands_in_the_file_before() {
    let (file, shown) = (start(Delivery::Sure), start(Delivery::Patient));
    for row in 0..5 {
        shown.permits.send(()).unwrap();
        let row = Arc::new(row);
        file.output_queue.send(&row).await;
        shown
            .output_queue
            .send_after(Some(&file.output_queue), &row)
            .await;
    }
    for written in 0..5 {
        // time enough for a row that is not held back
        tokio::time::sleep(Duration::from_millis(30)).await;
        assert_eq!((file.read(), shown.read()), (written, written));
        file.permits.send(()).unwrap();
        shown.until_read(written + 1).await;
    }
    assert_eq!(file.output_queue.finish().await, QueueEnding::default());
    assert_eq!(shown.output_queue.finish().await, QueueEnding::default());
}

#[tokio::test]
async fn a_file_that_stands_still_keeps_nothing_else_from_its_end() {
    let (file, shown) = (start(Delivery::Sure), start(Delivery::Patient));
    let permits = file.permits.clone();
    let row = Arc::new(0);
    file.output_queue.send(&row).await;
    shown
        .output_queue
        .send_after(Some(&file.output_queue), &row)
        .await;
    file.stop.ask();
    let of_file = file.output_queue.finish().await;
    assert_eq!((of_file.lost, of_file.failed), (1, true));
    // the row that never came is lost once
    assert_eq!(shown.output_queue.finish().await, QueueEnding::default());
    drop(permits);
}

/// Has no room for any row.
struct Full;

impl Sink<u64> for Full {
    fn write(&mut self, _row: &u64) -> Result<(), SinkError> {
        let full = std::io::ErrorKind::StorageFull.into();
        Err(SinkError::from_io("full", full))
    }

    fn finish(&mut self) -> Result<(), SinkError> {
        Ok(())
    }
}

#[tokio::test]
async fn rows_behind_a_lost_file_go_on_and_what_stdout_has_no_room_for_is_counted() {
    let of_full = |delivery, orphans| {
        let stop = Stop::default();
        let output_queue =
            OutputQueue::start(vec![Box::new(Full)], delivery, orphans, Some(&stop), &stop);
        output_queue.unwrap()
    };
    let file = of_full(Delivery::Sure, Orphans::ToStderr(u64::to_string));
    let shown = start(Delivery::Patient);
    let stdout = of_full(Delivery::ToReader, Orphans::Dropped);
    for row in 0..3 {
        shown.permits.send(()).unwrap();
        let row = Arc::new(row);
        file.send(&row).await;
        shown.output_queue.send_after(Some(&file), &row).await;
        stdout.send(&row).await;
    }
    let ending = file.finish().await;
    assert_eq!((ending.orphans, ending.lost, ending.failed), (3, 0, true));
    assert_eq!(ending.errors.len(), 1, "{ending:?}");
    assert!(ending.errors[0].contains("no space left for full"));
    shown.until_read(3).await;
    assert_eq!(shown.output_queue.finish().await, QueueEnding::default());
    let ending = stdout.finish().await;
    assert_eq!((ending.unread, ending.failed), (3, true));
}

/// Counts rows and keeps none, or has no room at the end either.
struct Counting {
    fails: bool,
}

impl Sink<u64> for Counting {
    fn write(&mut self, row: &u64) -> Result<(), SinkError> {
        if self.fails { Full.write(row) } else { Ok(()) }
    }

    fn finish(&mut self) -> Result<(), SinkError> {
        Ok(())
    }

    fn keeps_rows(&self) -> bool {
        false
    }

    fn unplaced(&mut self) -> Option<Vec<u64>> {
        Some(Vec::new())
    }
}

#[tokio::test]
async fn rows_that_are_only_counted_any_more_are_named_and_end_the_run() {
    for fails in [false, true] {
        let stop = Stop::default();
        let sinks: Vec<Box<dyn Sink<u64>>> = vec![Box::new(Full), Box::new(Counting { fails })];
        let orphans = Orphans::ToStderr(u64::to_string);
        let queue = OutputQueue::start(sinks, Delivery::Sure, orphans, Some(&stop), &stop).unwrap();
        for row in 0..3 {
            queue.send(&Arc::new(row)).await;
        }
        let ending = queue.finish().await;
        assert_eq!((ending.orphans, ending.lost), (3, 0), "{ending:?}");
        assert!(stop.is_asked());
    }
    // who wants nothing but counts gets them, and a run that goes on
    let stop = Stop::default();
    let sinks: Vec<Box<dyn Sink<u64>>> = vec![Box::new(Counting { fails: false })];
    let orphans = Orphans::ToStderr(u64::to_string);
    let queue = OutputQueue::start(sinks, Delivery::Sure, orphans, Some(&stop), &stop).unwrap();
    queue.send(&Arc::new(0)).await;
    assert_eq!(queue.finish().await, QueueEnding::default());
    assert!(!stop.is_asked());
}
