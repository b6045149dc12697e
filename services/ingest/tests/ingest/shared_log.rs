//! A log in memory that several processes append to: no appender can say the next position, and answers can be lost.
use std::sync::{Arc, Mutex, MutexGuard};

use domain::LogPosition;
use eventlog::{
    AppendError, Appender, Entry, Epoch, EventLog, Logged, OpenError, PositionError, Positions, ReadError, ReadLimit,
    Topic,
};
use tokio::sync::watch;

/// What becomes of the next batches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    None,
    /// They are written, and the answer is lost.
    AnswerLost,
    /// They are not written, and there is no answer.
    BatchLost,
}

/// The log. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct SharedLog(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    records: Mutex<Vec<Logged>>,
    fault: Mutex<Fault>,
    end: watch::Sender<LogPosition>,
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap()
}

impl SharedLog {
    pub(crate) fn new() -> Self {
        let end = watch::Sender::new(LogPosition::FIRST);
        Self(Arc::new(Shared { records: Mutex::default(), fault: Mutex::new(Fault::None), end }))
    }

    pub(crate) fn set_fault(&self, fault: Fault) {
        *lock(&self.0.fault) = fault;
    }
}

impl EventLog for SharedLog {
    fn open_appender_of(&self, topic: Topic, _epoch: Epoch) -> Result<Box<dyn Appender>, OpenError> {
        assert_eq!(topic, Topic::Records, "only records are written here");
        Ok(Box::new(SharedAppender(Arc::clone(&self.0))))
    }

    fn read(&self, _topic: Topic, from: LogPosition, limit: ReadLimit) -> Result<Vec<Logged>, ReadError> {
        let records = lock(&self.0.records);
        Ok(records.iter().skip_while(|logged| logged.position < from).take(limit.records_max).cloned().collect())
    }

    fn end(&self, _topic: Topic) -> LogPosition {
        *self.0.end.borrow()
    }

    fn subscribe(&self, _topic: Topic) -> watch::Receiver<LogPosition> {
        self.0.end.subscribe()
    }

    fn store_position(&self, _reader: &str, _topic: Topic, _position: LogPosition) -> Result<(), PositionError> {
        unreachable!("ingest stores no position")
    }

    fn opened_end(&self, _topic: Topic) -> LogPosition {
        LogPosition::FIRST
    }

    fn load_position(&self, _reader: &str, _topic: Topic) -> Result<Option<LogPosition>, PositionError> {
        unreachable!("ingest loads no position")
    }
}

#[derive(Debug)]
struct SharedAppender(Arc<Shared>);

impl Appender for SharedAppender {
    fn next_position(&self) -> Option<LogPosition> {
        None
    }

    fn append(&mut self, batch: &[Entry]) -> Result<(), AppendError> {
        self.append_durably(batch).map(drop)
    }

    fn sync(&mut self) -> Result<(), AppendError> {
        Ok(())
    }

    fn append_durably(&mut self, batch: &[Entry]) -> Result<Positions, AppendError> {
        let fault = *lock(&self.0.fault);
        if fault == Fault::BatchLost {
            return Ok(vec![None; batch.len()]);
        }
        let mut records = lock(&self.0.records);
        let positions = batch.iter().map(|entry| {
            let position = LogPosition::new(records.len() as u64);
            records.push(Logged { position, value: entry.value.clone(), trace: entry.trace, epoch: Epoch::NONE });
            (fault == Fault::None).then_some(position)
        });
        let positions = positions.collect();
        self.0.end.send_replace(LogPosition::new(records.len() as u64));
        Ok(positions)
    }
}
