//! Opens the appender and owns its thread until it ends.
//!
//! Guarantees: all that can fail before the first report fails in [`open`]; what waits at shutdown is appended and answered.
use std::path::PathBuf;
use std::sync::Arc;

use eventlog::{EventLog, OpenError as LogOpenError, ReadError, Topic};
use store::StoreSettings;
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use crate::appender::{AppendLoop, RunError};
use crate::clock::Clock;
use crate::config::IngestConfig;
use crate::handle::{Command, IngestHandle, SharedLogTime, Waiting};
use crate::known::{Known, KnownError, RegisterReader};
use crate::log_clock::LogClock;
use crate::validation::Admission;

/// What ingest stands on.
#[derive(Clone)]
pub struct Engines {
    /// The logs; their appender of `records` is taken.
    pub log: Arc<dyn EventLog>,
    /// Where the register stands, in a folder of its own; see [`eventlog::DataFolder::store_path`].
    pub store_folder: PathBuf,
    /// What the register may use of memory and disk.
    pub store: StoreSettings,
    /// The clock that stamps live records.
    pub clock: Arc<dyn Clock>,
    /// What must hold of a report before it enters the log.
    pub admission: Admission,
    /// The id of this node, as it stands in each record.
    pub node_id: String,
}

/// Why ingest cannot start.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The appender of `records`.
    #[error("could not take the appender of the log")]
    Appender(#[from] LogOpenError),
    /// The end of the log.
    #[error("could not read where the log stands in time")]
    LogClock(#[from] ReadError),
    /// The register of reports.
    #[error("could not bring the register of reports up to the log")]
    Register(#[from] KnownError),
    /// The thread.
    #[error("could not start the thread of the appender")]
    Thread(#[from] std::io::Error),
}

/// An open appender.
#[derive(Debug)]
pub struct Ingest {
    /// Reaches it.
    pub handle: IngestHandle,
    /// Finds receipts.
    pub register: RegisterReader,
    /// Owns its thread.
    pub run: IngestRun,
}

/// Opens the appender: takes it from the log, brings the register up to it, and starts its thread.
///
/// # Errors
/// If the log has an appender already, or log or register cannot be read.
pub fn open(config: &IngestConfig, engines: Engines) -> Result<Ingest, OpenError> {
    let appender = engines.log.open_appender(Topic::Records)?;
    let log_clock = LogClock::recover(engines.log.as_ref())?;
    let known = Known::open(&engines.log, &engines.store_folder, engines.store)?;
    let register = known.reader();
    let log_time = Arc::new(SharedLogTime::new(log_clock.log_time()));
    let queue_reports_max = config.queue_reports_max.get();
    // A command has at least one permit of the room, so that the queue is full only when the room is; one place more is for the stop.
    let (queue, commands) = mpsc::channel(queue_reports_max + 1);
    let handle = IngestHandle {
        queue,
        room: Arc::new(Semaphore::new(queue_reports_max)),
        queue_reports_max,
        log_time: Arc::clone(&log_time),
        clock: Arc::clone(&engines.clock),
    };
    let append_loop = AppendLoop {
        appender,
        known,
        log_clock,
        clock: engines.clock,
        admission: engines.admission,
        node_id: engines.node_id,
        history_allowed: config.history_allowed,
        group_records_max: config.group_records_max.get(),
        log_time,
    };
    let run = IngestRun::start(append_loop, handle.queue.clone(), commands)?;
    Ok(Ingest { handle, register, run })
}

/// The thread of the appender, and its end.
#[derive(Debug)]
pub struct IngestRun {
    queue: mpsc::Sender<Waiting>,
    ended: oneshot::Receiver<Result<(), RunError>>,
}

impl IngestRun {
    fn start(
        append_loop: AppendLoop,
        queue: mpsc::Sender<Waiting>,
        commands: mpsc::Receiver<Waiting>,
    ) -> std::io::Result<Self> {
        let (end, ended) = oneshot::channel();
        std::thread::Builder::new().name("ingest-appender".to_owned()).spawn(move || {
            let outcome = append_loop.run(commands);
            if end.send(outcome).is_err() {
                tracing::debug!("nobody waits for the end of the appender");
            }
        })?;
        Ok(Self { queue, ended })
    }

    /// Waits until the appender has ended: after `shutdown`, with all that waited appended and answered; else by itself.
    ///
    /// # Errors
    /// [`RunError`]: a write or a sync failed, or the register did. The process has to end; the next start reads what is there.
    pub async fn run(mut self, shutdown: CancellationToken) -> Result<(), RunError> {
        tokio::select! {
            ended = &mut self.ended => return ended.unwrap_or(Err(RunError::Panicked)),
            () = shutdown.cancelled() => {}
        }
        let stop = Waiting { command: Command::Stop, room: None };
        if self.queue.send(stop).await.is_err() {
            tracing::debug!("the appender had ended before it was told to");
        }
        self.ended.await.unwrap_or(Err(RunError::Panicked))
    }
}
