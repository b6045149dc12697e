//! Which stamp the next record gets: log time never goes back, and while the last report is history no clock moves it.
//!
//! | state | a live report | new history | an action | a tick |
//! |---|---|---|---|---|
//! | empty | clock; then live | `reported_at`; then history | clock; then live | none |
//! | history | clock; then live | `reported_at`, not below log time | log time, marked as history | none |
//! | live | clock | none: it is closed | clock | the time asked for |
//!
//! "Clock" is the greater of the machine's clock and log time. Every record of history is marked, its actions and its closing tick too, and
//! none after the first live one: the last record tells the state. Log time is the greatest stamp, with several writers not always the last
//! one's; the last thousand records are sure to hold it, however long the log is.
//!
//! Never: reads a clock; looks at what a live report claims about itself.
use domain::{LogPosition, LogTime, Payload, Record, Timestamp};
use eventlog::{EventLog, ReadError, ReadLimit, Topic};

use crate::group::Landed;

/// How many of the last records are read at the start. With several writers the greatest stamp need not be the last; as their clocks differ by
/// two seconds at most, it is not far before it.
const RECOVERED_RECORDS: u64 = 1_024;

/// A stamp for a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    /// Log time of the record.
    pub(crate) at: LogTime,
    /// Whether it is marked as history.
    pub(crate) history: bool,
}

/// Why nothing can be stamped so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StampRefusal {
    /// The log holds a live record: no new history.
    Closed,
    /// Below log time.
    Behind(LogTime),
    /// The last report is history, or there is none: no tick.
    NotLive,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Empty,
    /// The tick that closed it, if that is the last record.
    History {
        closed_by: Option<LogPosition>,
    },
    Live,
}

/// Where the log stands in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LogClock {
    /// The greatest stamp: with several writers a later record may have a lesser one.
    log_time: Option<LogTime>,
    /// The last record that tells anything.
    last: Option<LogPosition>,
    phase: Phase,
}

impl LogClock {
    /// The clock of an empty log.
    pub(crate) const EMPTY: Self = Self { log_time: None, last: None, phase: Phase::Empty };

    /// Reads where the log stands from its last records, and from those before them as long as none can be read; and tells up to where it read.
    pub(crate) fn recover(log: &dyn EventLog) -> Result<(Self, LogPosition), ReadError> {
        let end = log.end(Topic::Records);
        let (mut clock, mut until) = (Self::EMPTY, end);
        while clock.last.is_none() && until > LogPosition::FIRST {
            let from = LogPosition::new(until.get().saturating_sub(RECOVERED_RECORDS));
            clock.take_over(log, from, until)?;
            until = from;
        }
        Ok((clock, end))
    }

    /// Takes the records of a stretch.
    fn take_over(&mut self, log: &dyn EventLog, mut next: LogPosition, until: LogPosition) -> Result<(), ReadError> {
        while next < until {
            let records = log.read(Topic::Records, next, ReadLimit::default())?;
            let Some(last) = records.last() else { return Ok(()) };
            next = last.position.next();
            let before = records.iter().filter(|logged| logged.position < until);
            before.for_each(|logged| self.advance(&api::decode_record(logged.position, &logged.value)));
        }
        Ok(())
    }

    /// Takes over what another reading of the same log knows.
    pub(crate) fn merge(&mut self, other: Self) {
        self.log_time = self.log_time.max(other.log_time);
        if other.last > self.last {
            (self.last, self.phase) = (other.last, other.phase);
        }
    }

    /// Puts positions in place of the places in a group. `None`: the log told nothing of its last record.
    pub(crate) fn landed(self, landed: &Landed) -> Option<Self> {
        let position = |place: Option<LogPosition>| match place {
            Some(place) => landed.position(place).map(Some),
            None => Some(None),
        };
        let phase = match self.phase {
            Phase::History { closed_by } => Phase::History { closed_by: position(closed_by)? },
            Phase::Empty | Phase::Live => self.phase,
        };
        Some(Self { log_time: self.log_time, last: position(self.last)?, phase })
    }

    /// Log time; none of an empty log.
    pub(crate) const fn log_time(&self) -> Option<LogTime> {
        self.log_time
    }

    /// The greater of a time and log time.
    pub(crate) fn not_before(&self, now: Timestamp) -> LogTime {
        self.log_time.map_or(LogTime::new(now), |log_time| log_time.max(LogTime::new(now)))
    }

    /// The stamp of a live report.
    pub(crate) fn live(&self, now: Timestamp) -> Stamp {
        Stamp { at: self.not_before(now), history: false }
    }

    /// The stamp of a new report of history; without a time of its own it takes log time.
    pub(crate) fn history(&self, reported_at: Option<Timestamp>) -> Result<Stamp, StampRefusal> {
        if self.phase == Phase::Live {
            return Err(StampRefusal::Closed);
        }
        let at = match (reported_at.map(LogTime::new), self.log_time) {
            (Some(at), Some(log_time)) if at < log_time => return Err(StampRefusal::Behind(log_time)),
            (Some(at), _) | (None, Some(at)) => at,
            (None, None) => LogTime::new(Timestamp::LEAST),
        };
        Ok(Stamp { at, history: true })
    }

    /// The stamp of an action, or of a report that only goes to quarantine: it moves no phase but that of an empty log.
    pub(crate) fn aside(&self, now: Timestamp) -> Stamp {
        match (self.phase, self.log_time) {
            (Phase::History { .. }, Some(log_time)) => Stamp { at: log_time, history: true },
            (Phase::History { .. } | Phase::Empty | Phase::Live, _) => self.live(now),
        }
    }

    /// The stamp of a tick that lets log time reach `at`; none if it is there.
    pub(crate) fn tick(&self, at: LogTime) -> Result<Option<Stamp>, StampRefusal> {
        match self.phase {
            Phase::Empty | Phase::History { .. } => Err(StampRefusal::NotLive),
            Phase::Live => {
                Ok(self.log_time.is_none_or(|log_time| log_time < at).then_some(Stamp { at, history: false }))
            }
        }
    }

    /// The stamp of the tick that closes history.
    pub(crate) fn end_history(&self, until: LogTime) -> Result<Stamp, StampRefusal> {
        self.history(Some(until.timestamp()))
    }

    /// The tick that closed history at `until`, if it is the last record: the call is a repeated one.
    pub(crate) fn closed_at(&self, until: LogTime) -> Option<LogPosition> {
        match self.phase {
            Phase::History { closed_by } if self.log_time == Some(until) => closed_by,
            Phase::Empty | Phase::History { .. } | Phase::Live => None,
        }
    }

    /// Takes a record as the last. A claim and what cannot be read tell nothing of time.
    pub(crate) fn advance(&mut self, record: &Record) {
        if matches!(record.payload, Payload::Claim | Payload::Unreadable(_)) {
            return;
        }
        self.last = Some(record.position);
        self.log_time = self.log_time.max(Some(record.received_at));
        self.phase = if record.history {
            let closing = matches!(record.payload, Payload::Tick { end_history: true });
            Phase::History { closed_by: closing.then_some(record.position) }
        } else {
            Phase::Live
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn tick(stamp: Stamp, end_history: bool) -> Record {
        Record {
            position: LogPosition::FIRST,
            received_at: stamp.at,
            history: stamp.history,
            payload: Payload::Tick { end_history },
        }
    }

    #[test]
    fn clock_that_goes_back_does_not_move_log_time_back() {
        let mut clock = LogClock::EMPTY;
        clock.advance(&tick(clock.live(at("2026-03-04T06:00:00Z")), false));

        let stamp = clock.live(at("2026-03-04T05:00:00Z"));

        assert_eq!(stamp, Stamp { at: LogTime::new(at("2026-03-04T06:00:00Z")), history: false });
    }

    #[test]
    fn clock_moves_nothing_while_the_last_report_is_history() {
        let mut clock = LogClock::EMPTY;
        clock.advance(&tick(clock.history(Some(at("2020-01-01T00:00:00Z"))).unwrap(), false));
        let now = at("2026-03-04T06:00:00Z");

        assert_eq!(clock.tick(LogTime::new(now)), Err(StampRefusal::NotLive));
        assert_eq!(clock.aside(now), Stamp { at: LogTime::new(at("2020-01-01T00:00:00Z")), history: true });

        clock.advance(&tick(clock.end_history(LogTime::new(at("2021-01-01T00:00:00Z"))).unwrap(), true));
        assert_eq!(clock.tick(LogTime::new(now)), Err(StampRefusal::NotLive));
        assert_eq!(clock.aside(now).at, LogTime::new(at("2021-01-01T00:00:00Z")));
    }

    #[test]
    fn history_is_refused_after_a_live_record() {
        let mut clock = LogClock::EMPTY;
        clock.advance(&tick(clock.live(at("2026-03-04T06:00:00Z")), false));

        assert_eq!(clock.history(Some(at("2026-03-05T06:00:00Z"))), Err(StampRefusal::Closed));
        assert_eq!(clock.end_history(LogTime::new(at("2026-03-05T06:00:00Z"))), Err(StampRefusal::Closed));
    }

    #[test]
    fn tick_that_log_time_has_passed_is_not_written() {
        let mut clock = LogClock::EMPTY;
        clock.advance(&tick(clock.live(at("2026-03-04T06:00:00Z")), false));

        assert_eq!(clock.tick(LogTime::new(at("2026-03-04T06:00:00Z"))), Ok(None));
        assert!(clock.tick(LogTime::new(at("2026-03-04T06:00:01Z"))).unwrap().is_some());
    }

    /// What may be asked of a log.
    #[derive(Clone, Copy, Debug)]
    enum Ask {
        Live,
        History(i64),
        Action,
        Tick(i64),
        EndHistory(i64),
    }

    fn asks() -> impl Strategy<Value = (i64, Ask)> {
        let ask = prop_oneof![
            Just(Ask::Live),
            (0..100_i64).prop_map(Ask::History),
            (0..100_i64).prop_map(Ask::History),
            Just(Ask::Action),
            (0..100_i64).prop_map(Ask::Tick),
            (0..100_i64).prop_map(Ask::EndHistory),
        ];
        (0..100_i64, ask)
    }

    fn second(number: i64) -> Timestamp {
        Timestamp::from_micros(number * 1_000_000).unwrap()
    }

    /// The record that an ask appends, if it is granted.
    fn granted(clock: &LogClock, now: i64, ask: Ask) -> Option<(Stamp, Payload)> {
        // Only the time and the mark of a record move the clock, so a tick stands for what is no closing tick.
        let plain = |stamp| (stamp, Payload::Tick { end_history: false });
        match ask {
            Ask::Live => Some(plain(clock.live(second(now)))),
            Ask::History(at) => clock.history(Some(second(at))).ok().map(plain),
            Ask::Action => Some(plain(clock.aside(second(now)))),
            Ask::Tick(at) => clock.tick(LogTime::new(second(at))).ok().flatten().map(plain),
            Ask::EndHistory(at) => {
                let stamp = clock.end_history(LogTime::new(second(at))).ok();
                stamp.map(|stamp| (stamp, Payload::Tick { end_history: true }))
            }
        }
    }

    proptest! {
        #[test]
        fn stamps_ascend_and_the_last_record_tells_the_state(asks in proptest::collection::vec(asks(), 0..40)) {
            let mut clock = LogClock::EMPTY;
            let mut records: Vec<Record> = Vec::new();
            for (position, (now, ask)) in (0..).zip(asks) {
                let Some((stamp, payload)) = granted(&clock, now, ask) else { continue };
                let position = LogPosition::new(position);
                let record = Record { position, received_at: stamp.at, history: stamp.history, payload };
                clock.advance(&record);
                let mut recovered = LogClock::EMPTY;
                recovered.advance(&record);
                prop_assert_eq!(recovered, clock);
                records.push(record);
            }
            prop_assert!(records.is_sorted_by_key(|record| record.received_at));
            prop_assert!(records.is_sorted_by_key(|record| !record.history), "all history comes before all that is live");
        }
    }
}
