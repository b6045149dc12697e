//! Retries folded, revisions ordered.
//!
//! Comes in: report records. Goes out: what they change. Owns (report, revision) -> content hash and first position, for ever.
//! Guarantees: the same content again changes nothing; another content under the same revision is never merged; of the revisions of a
//! report the highest counts, whatever the order in which they came, and the missing ones are told.
//!
//! Never: forgets a report.

use std::collections::{BTreeMap, VecDeque};

use domain::{ContentHash, IncidentId, LogPosition, LogTime, ReportId, ReportKey, Revision, TakenRevision};

/// Most gaps told in a receipt.
const GAPS_MAX: usize = 100;
/// Most conflicts told in a receipt, the last ones; no more are held.
const CONFLICTS_MAX: usize = 100;
/// Most revisions told in a receipt, the highest.
const TAKEN_MAX: usize = 100;

/// What is known of one report.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entry {
    /// Which report.
    pub(crate) key: ReportKey,
    /// Of each revision that came: how it came first.
    revisions: BTreeMap<Revision, Arrival>,
    /// Positions of the last records with another content under a revision that had come, ascending.
    conflicts: VecDeque<LogPosition>,
    /// Position of the first revision that came.
    pub(crate) first_position: LogPosition,
    /// Log time at which it came.
    pub(crate) first_received_at: LogTime,
    /// Revision of its last receipt.
    pub(crate) receipt_revision: u64,
    /// The incident it supports.
    pub(crate) incident: Option<IncidentId>,
}

impl Entry {
    /// The revision that counts.
    pub(crate) fn head(&self) -> Revision {
        self.revisions.last_key_value().map_or(Revision::FIRST, |(revision, _)| *revision)
    }

    /// Whether the revision that counts takes the report back.
    pub(crate) fn is_retracted(&self) -> bool {
        self.revisions.last_key_value().is_some_and(|(_, arrival)| arrival.retraction)
    }

    /// Revisions missing below the highest, ascending, at most 100.
    pub(crate) fn gaps(&self) -> Vec<Revision> {
        let mut gaps = Vec::new();
        let mut expected: u32 = 1;
        for revision in self.revisions.keys() {
            let missing = (expected..revision.get()).take(GAPS_MAX - gaps.len());
            gaps.extend(missing.filter_map(|number| Revision::new(i64::from(number))));
            expected = revision.get().saturating_add(1);
        }
        gaps
    }

    /// Notes a record with another content under a revision that had come.
    pub(crate) fn note_conflict(&mut self, position: LogPosition) {
        if self.conflicts.len() == CONFLICTS_MAX {
            self.conflicts.pop_front();
        }
        self.conflicts.push_back(position);
    }

    /// Positions of records with another content, ascending, at most the last 100.
    pub(crate) fn conflicts(&self) -> Vec<LogPosition> {
        self.conflicts.iter().copied().collect()
    }

    /// The revisions that came, ascending, at most the highest 100.
    pub(crate) fn taken(&self) -> Vec<TakenRevision> {
        let lower = self.revisions.len().saturating_sub(TAKEN_MAX);
        let taken = |(revision, arrival): (&Revision, &Arrival)| TakenRevision {
            revision: *revision,
            position: arrival.position,
            received_at: arrival.received_at,
        };
        self.revisions.iter().skip(lower).map(taken).collect()
    }
}

/// What a report record is to the register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Not seen before.
    New,
    /// The same content, first at this position.
    Duplicate,
    /// Another content under a revision that was first at this position.
    Conflict {
        /// That position.
        first: LogPosition,
    },
}

/// All reports that ever came.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Register {
    entries: BTreeMap<ReportId, Entry>,
}

impl Register {
    pub(crate) fn standing(&self, report: ReportId, revision: Revision, hash: ContentHash) -> Standing {
        match self.entries.get(&report).and_then(|entry| entry.revisions.get(&revision)) {
            None => Standing::New,
            Some(known) if known.hash == hash => Standing::Duplicate,
            Some(known) => Standing::Conflict { first: known.position },
        }
    }

    /// Notes a revision that is new, and tells whether the report was known before.
    pub(crate) fn note(&mut self, key: &ReportKey, revision: Revision, arrival: Arrival) -> (&mut Entry, bool) {
        let report = key.report_id();
        let known = self.entries.contains_key(&report);
        let entry = self.entries.entry(report).or_insert_with(|| Entry {
            key: key.clone(),
            revisions: BTreeMap::new(),
            conflicts: VecDeque::new(),
            first_position: arrival.position,
            first_received_at: arrival.log_time,
            receipt_revision: 0,
            incident: None,
        });
        entry.revisions.insert(revision, arrival);
        (entry, known)
    }

    pub(crate) fn entry_mut(&mut self, report: ReportId) -> Option<&mut Entry> {
        self.entries.get_mut(&report)
    }
}

/// How a revision came.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Arrival {
    /// Its content.
    pub(crate) hash: ContentHash,
    /// Its place in the log.
    pub(crate) position: LogPosition,
    /// Log time.
    pub(crate) log_time: LogTime,
    /// Its own stamp.
    pub(crate) received_at: LogTime,
    /// Whether it takes the report back.
    pub(crate) retraction: bool,
}
