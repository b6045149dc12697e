//! What every engine promises: append durably, read from a position, remember a reader's position.
//!
//! Comes in: batches for a topic. Goes out: positions without gaps from 0, and the same bytes again.
//! Guarantees: calls block their thread; one appender a topic lives at a time; a reader never waits for an appender. An appender belongs on a
//! thread of its own, and readers of an async service call `read` from where blocking is allowed.
//!
//! Never: names an engine. What holds here is tested for each engine by `conformance`.

use std::fmt;
use std::ops::Range;

use bytes::Bytes;
use tokio::sync::watch;

use domain::LogPosition;

use crate::error::{AppendError, OpenError, PositionError, ReadError};
use crate::topic::Topic;

/// Most bytes of one record. Above it an append is refused; a length above it in a file is damage.
pub const RECORD_BYTES_MAX: usize = 4 * 1024 * 1024;

/// How much one read may return. At least one record comes where there is one, whatever its size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadLimit {
    /// Most records.
    pub records_max: usize,
    /// Bytes of payload after which no further record is added.
    pub bytes_max: usize,
}

impl ReadLimit {
    /// A limit of records, with the default bytes.
    #[must_use]
    pub fn records(records_max: usize) -> Self {
        Self { records_max, ..Self::default() }
    }
}

impl Default for ReadLimit {
    /// 1 024 records, 4 MiB.
    fn default() -> Self {
        Self { records_max: 1024, bytes_max: 4 * 1024 * 1024 }
    }
}

/// The logs of one node or cluster. Handles are cheap to clone (`Arc<dyn EventLog>`).
pub trait EventLog: fmt::Debug + Send + Sync + 'static {
    /// Takes the one appender of a topic. Dropping it gives it back.
    ///
    /// # Errors
    /// [`OpenError::AppenderTaken`] while another one lives.
    fn open_appender(&self, topic: Topic) -> Result<Box<dyn Appender>, OpenError>;

    /// Reads records in ascending order from a position on; nothing if the position is the end. Of `records`, only what is durable.
    ///
    /// # Errors
    /// [`ReadError::BeyondEnd`] if the position is past the end; [`ReadError::Damaged`] instead of bytes that are not those appended.
    fn read(&self, topic: Topic, from: LogPosition, limit: ReadLimit) -> Result<Vec<(LogPosition, Bytes)>, ReadError>;

    /// The position after the last readable record.
    fn end(&self, topic: Topic) -> LogPosition;

    /// Follows the readable end. The receiver holds the present end from the start.
    fn subscribe(&self, topic: Topic) -> watch::Receiver<LogPosition>;

    /// Remembers, durably, the next position that a reader wants. The reader makes its own output durable first.
    /// The cost is a sync: once a batch or once a second, not once a record.
    ///
    /// # Errors
    /// [`PositionError`] if the name is not 1 to 64 of a-z, 0-9, '-' and '_', or on a failed write.
    fn store_position(&self, reader: &str, topic: Topic, position: LogPosition) -> Result<(), PositionError>;

    /// The end that the topic had when this log was opened. A power cut may have taken facts that were read before it, and they are written
    /// again at their old positions: a reader that keeps its position elsewhere starts from the lesser of the two.
    fn opened_end(&self, topic: Topic) -> LogPosition;

    /// The position stored last, set back to `opened_end` where it was past it; `None` if there is none.
    ///
    /// # Errors
    /// [`PositionError`] as above, or on a failed read.
    fn load_position(&self, reader: &str, topic: Topic) -> Result<Option<LogPosition>, PositionError>;
}

/// The one writer of a topic.
pub trait Appender: fmt::Debug + Send {
    /// The position that the next record takes.
    fn next_position(&self) -> LogPosition;

    /// Writes a batch, all or nothing, without making it durable, and returns its positions. Facts are readable after it.
    ///
    /// # Errors
    /// [`AppendError::NoSpace`] and [`AppendError::TooLarge`] leave the log as it was; if [`AppendError::is_fatal`], the process has to end.
    fn append(&mut self, batch: &[Bytes]) -> Result<Range<LogPosition>, AppendError>;

    /// Makes everything appended before durable, with one sync, and readable.
    ///
    /// # Errors
    /// [`AppendError::Sync`], which is fatal: what was on its way may or may not be there, and nothing more is written.
    fn sync(&mut self) -> Result<(), AppendError>;

    /// Appends a batch and returns its positions once they are durable.
    ///
    /// # Errors
    /// As [`Appender::append`] and [`Appender::sync`].
    fn append_durably(&mut self, batch: &[Bytes]) -> Result<Range<LogPosition>, AppendError> {
        let positions = self.append(batch)?;
        self.sync()?;
        Ok(positions)
    }
}
