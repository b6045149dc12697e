//! One reader of topic `alerts`, for all subscribers: facts in, the shared index out, and word when it has grown.
//!
//! Facts are held back until a progress marker says that all of their cause is there, and go in by the order of causes; so the order that
//! subscribers see is the same whatever the batches were, and whatever a crash left half written or repeats.
//! Guarantees: who is told of a progress finds all that it covers; a reader of the index never waits for the topic.
//!
//! Never: copies for a subscriber; a stop at a fact that cannot be read: it is logged and left out.
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use access::Viewer;
use api::decode_fact;
use api::log::v1::{Progress as Marker, fact::Payload};
use api::timestamp_from_wire;
use domain::{LogPosition, LogTime};
use eventlog::{EventLog, Logged, ReadError, ReadLimit, Topic};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::facets::KnownCells;
use crate::index::{Index, Progress, Put};
use crate::revision::Revision;

/// How long a question waits for the position that it asks for.
pub(crate) const WAIT_MAX: Duration = Duration::from_secs(2);

/// Why the service ended before it was told to.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The topic cannot be read.
    #[error("could not read the alerts")]
    Read(#[from] ReadError),
    /// The reader panicked.
    #[error("the reader of the alerts ended by itself")]
    Reader,
}

/// What all subscribers read.
#[derive(Debug)]
pub(crate) struct Feed {
    index: RwLock<Index>,
    progress: watch::Sender<Option<Progress>>,
    viewer: Viewer,
}

impl Feed {
    pub(crate) fn new(viewer: Viewer) -> Self {
        Self { index: RwLock::default(), progress: watch::Sender::new(None), viewer }
    }

    /// For whom the index is: everyone who reads, as long as there is one role.
    pub(crate) const fn viewer(&self) -> &Viewer {
        &self.viewer
    }

    /// Asks the index. The answer is of one moment.
    pub(crate) fn ask<T>(&self, question: impl FnOnce(&Index) -> T) -> T {
        question(&self.index.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Follows the progress.
    pub(crate) fn follow(&self) -> watch::Receiver<Option<Progress>> {
        self.progress.subscribe()
    }

    /// Waits for a progress, for [`WAIT_MAX`] at most; false if it has not come.
    pub(crate) async fn wait_for(&self, is_enough: impl Fn(Progress) -> bool) -> bool {
        let mut progress = self.follow();
        let waited = progress.wait_for(|progress| progress.is_some_and(&is_enough));
        matches!(tokio::time::timeout(WAIT_MAX, waited).await, Ok(Ok(_)))
    }

    /// Puts in what is covered, and tells.
    pub(crate) fn settle(&self, covered: Vec<Revision>, reached: Progress, known: &mut KnownCells) {
        let progress = {
            let mut index = self.index.write().unwrap_or_else(PoisonError::into_inner);
            for revision in covered {
                let (alert, number) = (revision.point.alert, revision.point.revision);
                match index.put(revision, &self.viewer, known) {
                    Put::Last | Put::Repeated => {}
                    Put::Between => {
                        tracing::error!(%alert, revision = number, "a revision came after others of a later cause")
                    }
                }
            }
            index.reach(reached);
            index.progress()
        };
        self.progress.send_replace(progress);
    }
}

/// The one reader.
#[derive(Debug)]
pub(crate) struct FeedReader {
    log: Arc<dyn EventLog>,
    feed: Arc<Feed>,
    /// The next fact to read.
    next: LogPosition,
    /// Facts whose cause no marker has covered yet.
    held_back: Vec<Revision>,
    known: KnownCells,
}

impl FeedReader {
    pub(crate) fn new(log: Arc<dyn EventLog>, feed: Arc<Feed>) -> Self {
        Self { log, feed, next: LogPosition::FIRST, held_back: Vec::new(), known: KnownCells::default() }
    }

    /// Reads what there is. Blocks.
    pub(crate) fn catch_up(&mut self) -> Result<(), ReadError> {
        while self.step()? {}
        Ok(())
    }

    /// Reads until told to stop.
    pub(crate) async fn run(mut self, shutdown: CancellationToken) -> Result<(), RunError> {
        let mut end = self.log.subscribe(Topic::Alerts);
        loop {
            if *end.borrow_and_update() <= self.next {
                tokio::select! {
                    biased;
                    () = shutdown.cancelled() => return Ok(()),
                    changed = end.changed() => if changed.is_err() { return Ok(()) } else { continue },
                }
            }
            if shutdown.is_cancelled() {
                return Ok(());
            }
            let read = tokio::task::spawn_blocking(move || self.step().map(|_| self));
            self = read.await.map_err(|_| RunError::Reader)??;
        }
    }

    /// Reads some facts; false if there were none.
    fn step(&mut self) -> Result<bool, ReadError> {
        let facts = self.log.read(Topic::Alerts, self.next, ReadLimit::default())?;
        for Logged { position, value, .. } in &facts {
            match decode_fact(value).map(|fact| fact.payload) {
                Ok(Some(Payload::Alert(alert))) => match Revision::read(alert, self.feed.viewer(), &mut self.known) {
                    Ok(revision) => self.held_back.push(revision),
                    Err(error) => tracing::error!(%position, %error, "an alert cannot be read and is left out"),
                },
                Ok(Some(Payload::Progress(marker))) => self.take_marker(*position, &marker),
                Ok(_) => tracing::error!(%position, "a fact of the alerts is of another topic and is left out"),
                Err(error) => tracing::error!(%position, %error, "a fact of the alerts cannot be read and is left out"),
            }
            self.next = position.next();
        }
        Ok(!facts.is_empty())
    }

    fn take_marker(&mut self, position: LogPosition, marker: &Marker) {
        let log_time = marker.log_time.as_ref().and_then(timestamp_from_wire).map(LogTime::new);
        let (Ok(reached), Some(log_time)) = (u64::try_from(marker.position), log_time) else {
            tracing::error!(%position, "a progress marker cannot be read and is left out");
            return;
        };
        let progress = Progress { position: LogPosition::new(reached), log_time };
        let (mut covered, rest): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.held_back).into_iter().partition(|revision| progress.covers(revision));
        covered.sort_by_key(|revision| revision.point);
        self.held_back = rest;
        self.feed.settle(covered, progress, &mut self.known);
    }
}

#[cfg(test)]
mod tests;
