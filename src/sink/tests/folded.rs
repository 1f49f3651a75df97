//! Rows folded on their way.

use super::*;
use crate::sink::{FoldRows, Sink, folded};

/// Gives each row again when two more have come.
#[derive(Default)]
struct Later(Vec<Record>);

impl FoldRows<Record> for Later {
    type Row = Record;

    fn take(&mut self, row: &Record) -> Vec<Record> {
        self.0.push(row.clone());
        if self.0.len() > 2 {
            vec![self.0.remove(0)]
        } else {
            Vec::new()
        }
    }

    fn until(&mut self, _: DateTime<Utc>) -> Vec<Record> {
        std::mem::take(&mut self.0)
    }

    fn is_open(&self) -> bool {
        !self.0.is_empty()
    }

    fn finish(&mut self) -> Vec<Record> {
        std::mem::take(&mut self.0)
    }
}

/// Takes so many rows.
struct Takes(usize, std::sync::Arc<std::sync::Mutex<Vec<u64>>>);

impl Sink<Record> for Takes {
    fn write(&mut self, row: &Record) -> Result<(), SinkError> {
        let mut taken = self.1.lock().unwrap();
        if taken.len() == self.0 {
            return Err(SinkError::from_io(
                "rows.csv",
                std::io::ErrorKind::StorageFull.into(),
            ));
        }
        taken.push(row.slot);
        Ok(())
    }

    fn finish(&mut self) -> Result<(), SinkError> {
        Ok(())
    }
}

#[test]
fn every_row_is_in_the_sink_or_in_the_error() {
    for takes in 0..=5 {
        let taken = std::sync::Arc::default();
        let to: Box<dyn Sink> = Box::new(Takes(takes, std::sync::Arc::clone(&taken)));
        let mut sink = folded(Later::default(), to, Wall::system());
        let mut error = None;
        for slot in 0..5 {
            let row = self::slot(slot);
            error = sink.write(&row).err();
            if error.is_some() {
                break;
            }
        }
        let error = error.or_else(|| sink.finish().err());
        let slots = taken.lock().unwrap().clone();
        assert_eq!(slots, (0..takes as u64).collect::<Vec<_>>());
        match error {
            None => assert_eq!(takes, 5),
            Some(SinkError::Unwritten { rows, source }) => {
                assert!(source.to_string().starts_with("no space left for rows.csv"));
                // by the time of the error so many had come
                let came = (takes + 3).min(5);
                assert_eq!(rows.len(), came - takes);
            }
            Some(error) => panic!("{error}"),
        }
    }
}

#[test]
fn what_is_whole_by_the_clock_is_handed_on_though_no_row_comes() {
    let taken = std::sync::Arc::default();
    let to: Box<dyn Sink> = Box::new(Takes(5, std::sync::Arc::clone(&taken)));
    let mut sink = folded(Later::default(), to, Wall::system());
    assert!(!sink.is_waiting());
    sink.write(&self::slot(0)).unwrap();
    assert!(sink.is_waiting());
    assert!(taken.lock().unwrap().is_empty());
    sink.idle().unwrap();
    assert_eq!(*taken.lock().unwrap(), [0]);
    assert!(!sink.is_waiting());
}
