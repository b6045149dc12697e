//! Rules of the design as pure functions: called by tests and, counted, by the running service.

use std::collections::BTreeMap;

use crate::fact::Fact;
use crate::incident::LinkEvidence;

/// Whether the fields of a link sum to its weight.
#[must_use]
pub fn waterfall_sums(link: &LinkEvidence) -> bool {
    link.fields.iter().map(|field| i64::from(field.weight.get())).sum::<i64>() == i64::from(link.weight.get())
}

/// Checks that the revisions of each subject count from 1 without gaps.
#[derive(Debug, Default)]
pub struct RevisionChecker {
    heads: BTreeMap<(u8, [u8; 16]), u64>,
}

impl RevisionChecker {
    /// Takes the next fact; false if its revision is not the one after the last of its subject.
    pub fn admit(&mut self, fact: &Fact) -> bool {
        let (subject, revision) = match fact {
            Fact::Receipt(receipt) => ((0, *receipt.report.as_bytes()), receipt.revision),
            Fact::Incident(incident) => ((1, *incident.id.as_bytes()), incident.revision),
            Fact::Hotspot(hotspot) => ((2, *hotspot.id.as_bytes()), hotspot.revision),
            Fact::Alert(alert) => ((3, *alert.id.as_bytes()), alert.revision),
            Fact::Quarantine(entry) => ((4, *entry.id.as_bytes()), 1),
        };
        let head = self.heads.entry(subject).or_insert(0);
        let follows = revision == *head + 1;
        *head = (*head).max(revision);
        follows
    }
}
