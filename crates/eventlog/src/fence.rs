//! Epochs in, admitted or not out: what a former owner of a topic writes late is dropped.
//!
//! Guarantees: once a record of an epoch was admitted, none of a lesser one is.
//!
//! Never: knows who owns a topic. A new owner writes a marker to every partition before its first fact; that shuts the former one out.

use crate::event_log::{Epoch, Logged};

/// The greatest epoch that a reader has seen in a partition. The reader keeps it with its position.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fence(Epoch);

impl Fence {
    /// A fence as it was kept.
    #[must_use]
    pub const fn new(greatest: Epoch) -> Self {
        Self(greatest)
    }

    /// The greatest epoch that was admitted.
    #[must_use]
    pub const fn epoch(self) -> Epoch {
        self.0
    }

    /// Whether a record counts. Ask once for each record, in order.
    pub fn admits(&mut self, record: &Logged) -> bool {
        if record.epoch < self.0 {
            return false;
        }
        self.0 = record.epoch;
        true
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use domain::LogPosition;

    use super::*;

    #[test]
    fn former_owner_is_shut_out_by_the_first_record_of_the_next() {
        let mut fence = Fence::default();
        let admitted = [0, 5, 5, 0, 9, 5, 9].map(|epoch| {
            fence.admits(&Logged {
                position: LogPosition::FIRST,
                value: Bytes::new(),
                trace: None,
                epoch: Epoch(epoch),
            })
        });

        assert_eq!(admitted, [true, true, true, false, true, false, true]);
        assert_eq!(fence.epoch(), Epoch(9));
    }
}
