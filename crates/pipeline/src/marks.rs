//! When hotspots are evaluated: at log-time marks, where anything changed or a local day began.
//!
//! Live, a mark may fall on every minute; in history on every local midnight only, so that two years are 730 marks.
//! Never: looks at the clock; the next mark follows from log time alone.

use domain::{LogTime, Span, Timestamp};

/// How often a mark may fall while records are live.
const LIVE_INTERVAL: Span = Span::from_secs(60);

/// The first local midnight after a log time.
fn next_midnight(after: LogTime) -> LogTime {
    LogTime::new(after.timestamp().local_day().end())
}

/// The first whole minute after a log time.
fn next_minute(after: LogTime) -> LogTime {
    let micros = after.timestamp().micros();
    let next = micros - micros.rem_euclid(LIVE_INTERVAL.micros()) + LIVE_INTERVAL.micros();
    LogTime::new(Timestamp::from_micros(next).unwrap_or(Timestamp::GREATEST))
}

/// The next mark after a log time: a minute if something changed and records are live, else the next midnight.
pub(crate) fn next_mark(after: LogTime, changed: bool, history: bool) -> LogTime {
    if changed && !history { next_minute(after).min(next_midnight(after)) } else { next_midnight(after) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> LogTime {
        LogTime::new(text.parse().unwrap())
    }

    #[test]
    fn change_while_live_is_evaluated_within_the_minute() {
        assert_eq!(next_mark(at("2026-03-04T10:00:30Z"), true, false), at("2026-03-04T10:01:00Z"));
        assert_eq!(next_mark(at("2026-03-04T10:01:00Z"), true, false), at("2026-03-04T10:02:00Z"));
    }

    #[test]
    fn quiet_or_historical_days_are_evaluated_at_local_midnight() {
        assert_eq!(next_mark(at("2026-03-04T10:00:30Z"), false, false), at("2026-03-04T21:00:00Z"));
        assert_eq!(next_mark(at("2026-03-04T21:00:00Z"), true, true), at("2026-03-05T21:00:00Z"));
    }
}
