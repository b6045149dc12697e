//! Revisions that this process has acknowledged, as many as fit; the first that came are forgotten first.
//!
//! Never: knows what another process acknowledged, or grows past its bound. What it does not know the pipeline folds.
use std::collections::{HashMap, VecDeque};
use std::num::NonZeroUsize;

use domain::{ReportId, Revision};

use crate::known::Stamped;

/// A bounded memory.
#[derive(Debug)]
pub(crate) struct Remembered {
    revisions_max: NonZeroUsize,
    revisions: HashMap<(ReportId, Revision), Stamped>,
    /// In the order in which they came.
    order: VecDeque<(ReportId, Revision)>,
}

impl Remembered {
    pub(crate) fn new(revisions_max: NonZeroUsize) -> Self {
        Self { revisions_max, revisions: HashMap::new(), order: VecDeque::new() }
    }

    pub(crate) fn get(&self, id: ReportId, revision: Revision) -> Option<Stamped> {
        self.revisions.get(&(id, revision)).copied()
    }

    pub(crate) fn put(&mut self, id: ReportId, revision: Revision, stamped: Stamped) {
        if self.revisions.insert((id, revision), stamped).is_some() {
            return;
        }
        self.order.push_back((id, revision));
        if self.order.len() > self.revisions_max.get()
            && let Some(oldest) = self.order.pop_front()
        {
            self.revisions.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{ContentHash, LogPosition, LogTime, Timestamp};
    use store::FirstSeen;

    #[test]
    fn oldest_is_forgotten_when_it_is_full() {
        let mut remembered = Remembered::new(NonZeroUsize::new(2).unwrap());
        let id = |number| ReportId::from_bytes([number; 16]);
        let stamped = |number| Stamped {
            first: FirstSeen { content: ContentHash::from_bytes([number; 32]), position: LogPosition::FIRST },
            received_at: LogTime::new(Timestamp::LEAST),
        };

        for number in [1, 2, 2, 3] {
            remembered.put(id(number), Revision::FIRST, stamped(number));
        }

        let known = [1, 2, 3].map(|number| remembered.get(id(number), Revision::FIRST).is_some());
        assert_eq!(known, [false, true, true]);
    }
}
