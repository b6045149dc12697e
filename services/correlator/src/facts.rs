//! Facts to their topics: one appender each, a progress marker after every batch.

use std::collections::BTreeMap;

use api::{EncodedFact, FactKind, encode_fact, encode_progress};
use bytes::Bytes;
use domain::{Fact, LogPosition, LogTime};
use eventlog::{AppendError, Appender, Entry, EventLog, OpenError, Topic};

/// Facts that could not be written.
#[derive(Debug, thiserror::Error)]
#[error("could not write to topic {topic}")]
pub struct WriteError {
    /// The topic.
    pub topic: Topic,
    /// Why.
    #[source]
    pub source: AppendError,
}

/// The topic of a kind of fact.
const fn topic_of(kind: FactKind) -> Topic {
    match kind {
        FactKind::Receipt => Topic::Receipts,
        FactKind::Incident => Topic::Incidents,
        FactKind::Hotspot => Topic::Hotspots,
        FactKind::Alert => Topic::Alerts,
        FactKind::Quarantine => Topic::Quarantine,
    }
}

/// Writes facts.
#[derive(Debug)]
pub struct FactWriter {
    appenders: BTreeMap<Topic, Box<dyn Appender>>,
}

impl FactWriter {
    /// Takes the appenders of all fact topics.
    ///
    /// # Errors
    /// If one is taken, or its topic cannot be written.
    pub fn open(log: &dyn EventLog) -> Result<Self, OpenError> {
        let topics = FactKind::ALL.map(topic_of);
        let appenders =
            topics.into_iter().map(|topic| Ok((topic, log.open_appender(topic)?))).collect::<Result<_, OpenError>>()?;
        Ok(Self { appenders })
    }

    /// Writes the facts of a batch in their order, then how far it came, to every topic.
    ///
    /// # Errors
    /// If a topic cannot be written.
    pub fn write(&mut self, facts: &[Fact], position: LogPosition, log_time: LogTime) -> Result<(), WriteError> {
        let mut values: BTreeMap<Topic, Vec<Entry>> = BTreeMap::new();
        for fact in facts {
            let EncodedFact { kind, subject, value } = encode_fact(fact);
            values.entry(topic_of(kind)).or_default().push(Entry {
                key: Bytes::copy_from_slice(&subject),
                value,
                trace: None,
            });
        }
        let marker = Entry::from(encode_progress(position, log_time));
        for (topic, appender) in &mut self.appenders {
            let batch = values.remove(topic).unwrap_or_default();
            let written = appender.append(&batch).and_then(|()| appender.append_to_all(marker.clone()));
            written.map_err(|source| WriteError { topic: *topic, source })?;
        }
        Ok(())
    }

    /// Makes all facts durable.
    ///
    /// # Errors
    /// If a sync fails: then the process has to end.
    pub fn sync(&mut self) -> Result<(), WriteError> {
        self.appenders
            .iter_mut()
            .try_for_each(|(topic, appender)| appender.sync().map_err(|source| WriteError { topic: *topic, source }))
    }
}
