//! Fact topics in, rows and progress out: the one writer of the tables.
//!
//! A step reads a batch of each topic, turns it into rows and stores them together with the position after the batch and the greatest progress
//! marker in it: all or nothing. *Projected* is the least marker over the topics, so everything up to it is stored.
//!
//! Guarantees: the same topics give the same rows in batches of any size, and however often a fact comes (a correlator that starts again
//! repeats some). Never: skips a fact that cannot be read; it ends, since tables with a hole would be answered from.
use std::sync::Arc;

use api::{decode_fact, log::v1, timestamp_from_wire};
use domain::{LogPosition, LogTime};
use eventlog::{EventLog, Logged, ReadLimit, Topic};
use prost::Message;
use store::{Row, Store, Table, position};
use tokio::sync::watch;

use crate::error::ReadError;
use crate::progress::{Projected, Projection};
use crate::rows::{RowError, rows_of};
use crate::store_folder::{identity_row, log_identity};
use crate::tables;

/// The name under which the positions are kept, beside the rows.
const READER: &str = "projector";

/// Why facts could not be projected.
#[derive(Debug, thiserror::Error)]
pub enum ProjectError {
    /// A topic cannot be read.
    #[error("could not read topic {topic}")]
    Read {
        /// The topic.
        topic: Topic,
        /// Why.
        #[source]
        source: eventlog::ReadError,
    },
    /// A value of a topic cannot be read.
    #[error("could not read the fact at {position} of topic {topic}")]
    Decode {
        /// The topic.
        topic: Topic,
        /// Its offset in the topic.
        position: LogPosition,
        /// Why.
        #[source]
        source: prost::DecodeError,
    },
    /// A fact is not what its topic holds.
    #[error("could not make rows of the fact at {position} of topic {topic}")]
    Rows {
        /// The topic.
        topic: Topic,
        /// Its offset in the topic.
        position: LogPosition,
        /// Why.
        #[source]
        source: RowError,
    },
    /// The rows cannot be stored.
    #[error("could not store the facts of topic {topic}")]
    Apply {
        /// The topic.
        topic: Topic,
        /// Why.
        #[source]
        source: store::ApplyError,
    },
    /// Positions or markers cannot be read.
    #[error("could not read how far the projection has come")]
    Progress(#[from] ReadError),
}

/// What a step did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Facts were projected, and there may be more.
    Projected,
    /// Everything readable was projected.
    CaughtUp,
}

/// The one writer of the tables.
#[derive(Debug)]
pub struct Projector {
    log: Arc<dyn EventLog>,
    store: Arc<dyn Store>,
    batch_facts_max: usize,
    topics: Vec<TopicProjection>,
    is_identified: bool,
    projected: watch::Sender<Option<Projected>>,
}

#[derive(Debug)]
struct TopicProjection {
    topic: Topic,
    progress: Table,
    /// The next fact to be projected.
    next: LogPosition,
    marker: Option<Projected>,
}

impl Projector {
    /// Takes up where the tables are. Blocks.
    ///
    /// # Errors
    /// If positions or markers cannot be read.
    pub fn open(log: Arc<dyn EventLog>, store: Arc<dyn Store>, batch_facts_max: usize) -> Result<Self, ProjectError> {
        let paired = tables::TOPICS.into_iter().zip(tables::PROGRESS);
        let topics = paired
            .map(|(topic, progress)| TopicProjection::load(log.as_ref(), store.as_ref(), topic, progress))
            .collect::<Result<Vec<_>, ProjectError>>()?;
        let (projected, _) = watch::channel(least_marker(&topics));
        Ok(Self { log, store, batch_facts_max: batch_facts_max.max(1), topics, is_identified: false, projected })
    }

    /// Follows how far it has come.
    #[must_use]
    pub fn projection(&self) -> Projection {
        Projection::new(self.projected.subscribe())
    }

    /// Projects one batch of each topic. Blocks.
    ///
    /// # Errors
    /// If a topic cannot be read, holds what is no fact, or cannot be stored. Nothing of that batch is stored then.
    pub fn step(&mut self) -> Result<Step, ProjectError> {
        self.identify()?;
        let mut step = Step::CaughtUp;
        for topic in &mut self.topics {
            if topic.project(self.log.as_ref(), self.store.as_ref(), self.batch_facts_max)? == Step::Projected {
                step = Step::Projected;
            }
        }
        let least = least_marker(&self.topics);
        self.projected.send_if_modified(|projected| std::mem::replace(projected, least) != least);
        Ok(step)
    }

    /// Whether it has come up to these offsets of the topics, in the order of `tables::TOPICS`.
    #[must_use]
    pub fn has_reached(&self, ends: &[LogPosition]) -> bool {
        self.topics.iter().zip(ends).all(|(topic, end)| topic.next >= *end)
    }

    /// The offsets after the last readable fact of each topic, in the order of `tables::TOPICS`.
    #[must_use]
    pub fn ends(&self) -> Vec<LogPosition> {
        self.topics.iter().map(|topic| self.log.end(topic.topic)).collect()
    }

    /// Says in the tables which log they are of, before the first fact.
    fn identify(&mut self) -> Result<(), ProjectError> {
        if self.is_identified {
            return Ok(());
        }
        let topic = Topic::Records;
        let read = log_identity(self.log.as_ref()).map_err(|source| ProjectError::Read { topic, source })?;
        let Some(identity) = read else { return Ok(()) };
        self.store.apply(&[identity_row(&identity)]).map_err(|source| ProjectError::Apply { topic, source })?;
        self.is_identified = true;
        Ok(())
    }

    /// Waits until a topic has facts that are not projected; at once if one has.
    pub async fn changed(&self) {
        let waits = self.topics.iter().map(|topic| {
            let mut end = self.log.subscribe(topic.topic);
            let next = topic.next;
            // A log that is gone has nothing more: only the shutdown ends the wait then.
            Box::pin(async move {
                if end.wait_for(|end| *end > next).await.is_err() {
                    std::future::pending::<()>().await;
                }
            })
        });
        futures::future::select_all(waits).await;
    }
}

/// What all topics have come up to.
fn least_marker(topics: &[TopicProjection]) -> Option<Projected> {
    let markers: Option<Vec<Projected>> = topics.iter().map(|topic| topic.marker).collect();
    markers?.into_iter().min_by_key(|marker| marker.position)
}

impl TopicProjection {
    fn load(log: &dyn EventLog, store: &dyn Store, topic: Topic, progress: Table) -> Result<Self, ProjectError> {
        let stored = position::load(store, READER, topic).map_err(ReadError::from)?.unwrap_or(LogPosition::FIRST);
        // A power cut may have taken facts that were projected already: they are written again, so they are read again.
        let next = stored.min(log.opened_end(topic));
        Ok(Self { topic, progress, next, marker: load_marker(store, progress)? })
    }

    fn project(&mut self, log: &dyn EventLog, store: &dyn Store, facts_max: usize) -> Result<Step, ProjectError> {
        let topic = self.topic;
        let values = log
            .read(topic, self.next, ReadLimit::records(facts_max))
            .map_err(|source| ProjectError::Read { topic, source })?;
        let Some(last) = values.last() else { return Ok(Step::CaughtUp) };
        let next = last.position.next();
        let mut rows = Vec::new();
        let mut marker = self.marker;
        for Logged { position, value, .. } in &values {
            let position = *position;
            let fact = decode_fact(value).map_err(|source| ProjectError::Decode { topic, position, source })?;
            let read = read_marker(&fact).and_then(|read| Ok((read, rows_of(&fact)?)));
            let (read, fact_rows) = read.map_err(|source| ProjectError::Rows { topic, position, source })?;
            marker = later(marker, read);
            rows.extend(fact_rows);
        }
        rows.extend(marker.filter(|_| marker != self.marker).map(|marker| marker_row(self.progress, marker)));
        rows.push(position::row(READER, topic, next));
        store.apply(&rows).map_err(|source| ProjectError::Apply { topic, source })?;
        (self.next, self.marker) = (next, marker);
        Ok(Step::Projected)
    }
}

/// The progress marker that a fact is, if it is one.
fn read_marker(fact: &v1::Fact) -> Result<Option<Projected>, RowError> {
    let Some(v1::fact::Payload::Progress(progress)) = &fact.payload else { return Ok(None) };
    marker_from_wire(progress).map(Some).ok_or(RowError::Field { field: "progress" })
}

fn marker_from_wire(progress: &v1::Progress) -> Option<Projected> {
    let position = LogPosition::new(u64::try_from(progress.position).ok()?);
    let log_time = LogTime::new(timestamp_from_wire(progress.log_time.as_ref()?)?);
    Some(Projected { position, log_time })
}

/// The later of two markers: a correlator that starts again repeats earlier ones.
fn later(marker: Option<Projected>, read: Option<Projected>) -> Option<Projected> {
    [marker, read].into_iter().flatten().max_by_key(|marker| marker.position)
}

fn marker_row(table: Table, marker: Projected) -> Row {
    let progress = v1::Progress {
        position: marker.position.number(),
        log_time: Some(api::timestamp_to_wire(marker.log_time.timestamp())),
    };
    Row {
        table,
        partition: tables::marker_partition(),
        clustering: Vec::new(),
        version: marker.position.get(),
        payload: progress.encode_to_vec().into(),
    }
}

/// The greatest marker that was stored.
pub(crate) fn load_marker(store: &dyn Store, table: Table) -> Result<Option<Projected>, ReadError> {
    let Some(payload) = store.get(table, &tables::marker_partition(), &[])? else { return Ok(None) };
    let progress = v1::Progress::decode(payload);
    let progress = progress.map_err(|source| ReadError::Payload { table: table.name(), source })?;
    Ok(marker_from_wire(&progress))
}
