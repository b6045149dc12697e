//! Records on their way to the log in one append, and where each has come to stand.
//!
//! Comes in: what the appender adds; later, what the log said. Goes out: a place for each record while the append is open, its position after it.
//! Guarantees: a record of the open group is told from one in the log, by a place past any position that a log can have; what the log did not
//! say is nowhere.
//!
//! Never: predicts a position: other processes may append to the same log.
use domain::LogPosition;
use eventlog::{Entry, Positions};

use crate::log_clock::LogClock;

/// The place of the first record of an open group. No log comes to so many records.
pub(crate) const OPEN_GROUP: LogPosition = LogPosition::new(1 << 62);

/// What one append will cover.
pub(crate) struct Group {
    pub(crate) records: Vec<Entry>,
    pub(crate) log_clock: LogClock,
}

impl Group {
    /// An empty group after this state of the log.
    pub(crate) const fn after(log_clock: LogClock) -> Self {
        Self { records: Vec::new(), log_clock }
    }

    /// The place of the next record.
    pub(crate) fn next_place(&self) -> LogPosition {
        LogPosition::new(OPEN_GROUP.get().saturating_add(self.records.len() as u64))
    }
}

/// What the log said of a group.
#[derive(Debug, Default)]
pub(crate) struct Landed(Positions);

impl Landed {
    pub(crate) const fn new(positions: Positions) -> Self {
        Self(positions)
    }

    /// Where a record stands: one of the log where it did, one of the group where the log said; `None`: it did not say.
    pub(crate) fn position(&self, place: LogPosition) -> Option<LogPosition> {
        let Some(index) = place.get().checked_sub(OPEN_GROUP.get()) else { return Some(place) };
        self.0.get(usize::try_from(index).ok()?).copied().flatten()
    }

    /// The position after the last record that the log told of; `None`: it told of none.
    pub(crate) fn end(&self) -> Option<LogPosition> {
        self.0.iter().flatten().max().map(|position| position.next())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn record_of_the_group_stands_where_the_log_says() {
        let landed = Landed::new(vec![Some(LogPosition::new(7)), None, Some(LogPosition::new(12))]);
        let place = |index| LogPosition::new(OPEN_GROUP.get() + index);

        assert_eq!(
            landed.position(LogPosition::new(3)),
            Some(LogPosition::new(3)),
            "one of the log stands where it did"
        );
        assert_eq!(landed.position(place(0)), Some(LogPosition::new(7)));
        assert_eq!(landed.position(place(1)), None);
        assert_eq!(landed.position(place(2)), Some(LogPosition::new(12)));
        assert_eq!(landed.position(place(3)), None);
        assert_eq!(landed.end(), Some(LogPosition::new(13)));
    }
}
