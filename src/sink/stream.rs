//! Rows to stdout or anything else that only takes bytes. Not here: files (`file`).

use std::io::{self, Write};

use super::contract::Sink;
use super::error::SinkError;
use super::form::Form;
use crate::schema::RowKind;

/// Rows into a stream, each flushed at once.
pub(super) struct StreamSink<R> {
    out: Box<dyn Write + Send>,
    form: Box<dyn Form<R>>,
    line: Vec<u8>,
    /// What is left of a row whose first part was taken before an error: it goes out before the
    /// next row, so that the stream holds whole rows only.
    rest: Vec<u8>,
}

const NAME: &str = "stdout";

impl<R: RowKind> StreamSink<R> {
    /// Writes what stands before the first row.
    pub fn start(out: Box<dyn Write + Send>, form: Box<dyn Form<R>>) -> Result<Self, SinkError> {
        let mut sink = Self {
            out,
            form,
            line: Vec::new(),
            rest: Vec::new(),
        };
        sink.form.opening(&mut sink.line);
        sink.send()
            .map_err(|source| SinkError::from_io(NAME, source))?;
        Ok(sink)
    }

    /// Sends `rest` and `line`. A row of which nothing was taken is dropped: it is reported.
    fn send(&mut self) -> io::Result<()> {
        let resumed = self.rest.len();
        self.rest.append(&mut self.line);
        let mut sent = 0;
        while sent < self.rest.len() {
            let result = match self.out.write(&self.rest[sent..]) {
                Ok(0) => Err(io::ErrorKind::WriteZero.into()),
                other => other,
            };
            match result {
                Ok(taken) => sent += taken,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    if sent <= resumed {
                        self.rest.truncate(resumed);
                    }
                    self.rest.drain(..sent);
                    return Err(error);
                }
            }
        }
        self.rest.clear();
        self.out.flush()
    }
}

impl<R: RowKind> Sink<R> for StreamSink<R> {
    fn write(&mut self, row: &R) -> Result<(), SinkError> {
        self.line.clear();
        self.form.row(row, &mut self.line);
        self.send()
            .map_err(|source| SinkError::from_io(NAME, source))
    }

    fn finish(&mut self) -> Result<(), SinkError> {
        self.out
            .flush()
            .map_err(|source| SinkError::from_io(NAME, source))
    }
}
