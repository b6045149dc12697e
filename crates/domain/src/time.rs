//! Instants, spans, local days and log time.
//!
//! Comes in: RFC 3339 text or microseconds. Goes out: whole microseconds since 1970-01-01T00:00:00Z, days of East Africa Time.
//! Guarantees: every value lies between the years 1900 and 2200, so that sums of two never overflow.
//!
//! Never: reads a clock or a time zone table. East Africa Time has been UTC+3 without summer time since 1960, so it is a constant.

use std::fmt;
use std::str::FromStr;

/// Microseconds of a day.
const DAY_US: i64 = 86_400_000_000;
/// East Africa Time is three hours ahead of UTC.
const EAT_OFFSET_US: i64 = 3 * 3_600_000_000;
/// 1900-01-01T00:00:00Z.
const LEAST_US: i64 = -2_208_988_800_000_000;
/// 2200-01-01T00:00:00Z.
const GREATEST_US: i64 = 7_258_118_400_000_000;

/// A time that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a time of the form {form} between 1900 and 2200")]
pub struct ParseTimeError {
    /// What was given.
    pub text: String,
    /// What was wanted.
    pub form: &'static str,
}

/// An instant, in whole microseconds UTC. `Display` is RFC 3339 in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The earliest instant that can be held: 1900-01-01T00:00:00Z.
    pub const LEAST: Self = Self(LEAST_US);
    /// The latest instant that can be held: 2200-01-01T00:00:00Z.
    pub const GREATEST: Self = Self(GREATEST_US);

    /// Takes microseconds since 1970-01-01T00:00:00Z; `None` before 1900 or after 2200.
    #[must_use]
    pub fn from_micros(micros: i64) -> Option<Self> {
        (LEAST_US..=GREATEST_US).contains(&micros).then_some(Self(micros))
    }

    /// Takes seconds and nanoseconds as on the wire; nanoseconds are cut to microseconds.
    #[must_use]
    pub fn from_wire(seconds: i64, nanos: i32) -> Option<Self> {
        if !(0..1_000_000_000).contains(&nanos) {
            return None;
        }
        seconds.checked_mul(1_000_000)?.checked_add(i64::from(nanos) / 1_000).and_then(Self::from_micros)
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Whole seconds since 1970, rounded down, and the nanoseconds above them.
    #[must_use]
    pub fn to_wire(self) -> (i64, i32) {
        let nanos = i32::try_from(self.0.rem_euclid(1_000_000) * 1_000).unwrap_or(0);
        (self.0.div_euclid(1_000_000), nanos)
    }

    /// This instant and a span after it, held at the ends of the range.
    #[must_use]
    pub fn plus(self, span: Span) -> Self {
        Self(self.0.saturating_add(span.0).clamp(LEAST_US, GREATEST_US))
    }

    /// This instant and a span before it, held at the ends of the range.
    #[must_use]
    pub fn minus(self, span: Span) -> Self {
        Self(self.0.saturating_sub(span.0).clamp(LEAST_US, GREATEST_US))
    }

    /// The span from `earlier` to this; negative if this comes first.
    #[must_use]
    pub fn since(self, earlier: Self) -> Span {
        Span(self.0 - earlier.0)
    }

    /// The local day in East Africa Time.
    #[must_use]
    pub fn local_day(self) -> LocalDay {
        LocalDay(i32::try_from((self.0 + EAT_OFFSET_US).div_euclid(DAY_US)).unwrap_or(0))
    }

    /// Text for people: `2026-03-04 05:30 EAT (+03:00)`.
    #[must_use]
    pub fn to_eat_text(self) -> String {
        let local = jiff::Timestamp::from_microsecond(self.0 + EAT_OFFSET_US).unwrap_or_default();
        format!("{} EAT (+03:00)", local.strftime("%Y-%m-%d %H:%M"))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let instant = jiff::Timestamp::from_microsecond(self.0).map_err(|_| fmt::Error)?;
        formatter.pad(&instant.to_string())
    }
}

impl FromStr for Timestamp {
    type Err = ParseTimeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || ParseTimeError { text: text.to_owned(), form: "2026-03-04T02:30:00Z" };
        let instant: jiff::Timestamp = text.parse().map_err(|_| error())?;
        Self::from_micros(instant.as_microsecond()).ok_or_else(error)
    }
}

/// A span of time in whole microseconds; may be negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(i64);

impl Span {
    /// No time.
    pub const ZERO: Self = Self(0);
    /// A day of 24 hours.
    pub const DAY: Self = Self(DAY_US);

    /// Takes microseconds, held within ±400 years.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        const MOST: i64 = GREATEST_US - LEAST_US;
        Self(if micros > MOST {
            MOST
        } else if micros < -MOST {
            -MOST
        } else {
            micros
        })
    }

    /// Takes whole seconds.
    #[must_use]
    pub const fn from_secs(seconds: i64) -> Self {
        Self::from_micros(seconds.saturating_mul(1_000_000))
    }

    /// Takes whole hours.
    #[must_use]
    pub const fn from_hours(hours: i64) -> Self {
        Self::from_secs(hours.saturating_mul(3_600))
    }

    /// Takes days of 24 hours.
    #[must_use]
    pub const fn from_days(days: i64) -> Self {
        Self::from_hours(days.saturating_mul(24))
    }

    /// Microseconds.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// The same span without its sign.
    #[must_use]
    pub const fn abs(self) -> Self {
        Self(self.0.abs())
    }

    /// Half of it, rounded towards zero.
    #[must_use]
    pub const fn half(self) -> Self {
        Self(self.0 / 2)
    }

    /// Whether it is less than nothing.
    #[must_use]
    pub const fn is_negative(self) -> bool {
        self.0 < 0
    }
}

/// A local day in East Africa Time, counted from 1970-01-01. `Display` is `2026-03-04`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocalDay(i32);

impl LocalDay {
    /// Takes days since 1970-01-01; `None` before 1900 or after 2199.
    #[must_use]
    pub fn from_days(days: i32) -> Option<Self> {
        let day = Self(days);
        (LEAST_US..=GREATEST_US).contains(&(i64::from(days) * DAY_US)).then_some(day)
    }

    /// Days since 1970-01-01.
    #[must_use]
    pub const fn days(self) -> i32 {
        self.0
    }

    /// The instant at which the day begins in East Africa.
    #[must_use]
    pub fn start(self) -> Timestamp {
        Timestamp((i64::from(self.0) * DAY_US - EAT_OFFSET_US).clamp(LEAST_US, GREATEST_US))
    }

    /// The instant at which the next day begins in East Africa.
    #[must_use]
    pub fn end(self) -> Timestamp {
        self.start().plus(Span::DAY)
    }

    /// Months since year 0, for keys that group days by month.
    #[must_use]
    pub fn month(self) -> i32 {
        let date = self.date();
        i32::from(date.year()) * 12 + i32::from(date.month()) - 1
    }

    fn date(self) -> jiff::civil::Date {
        jiff::civil::date(1970, 1, 1).saturating_add(jiff::Span::new().days(self.0))
    }
}

impl fmt::Display for LocalDay {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.date().to_string())
    }
}

impl FromStr for LocalDay {
    type Err = ParseTimeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || ParseTimeError { text: text.to_owned(), form: "2026-03-04" };
        if text.len() != 10 {
            return Err(error());
        }
        let date: jiff::civil::Date = text.parse().map_err(|_| error())?;
        let days = (date - jiff::civil::date(1970, 1, 1)).get_days();
        Self::from_days(days).ok_or_else(error)
    }
}

/// What the log says the time is: the running maximum of the stamps along it. Windows, timers and lateness are measured in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LogTime(Timestamp);

impl LogTime {
    /// Takes a stamp of the log.
    #[must_use]
    pub const fn new(stamp: Timestamp) -> Self {
        Self(stamp)
    }

    /// The instant.
    #[must_use]
    pub const fn timestamp(self) -> Timestamp {
        self.0
    }

    /// This time and a span after it.
    #[must_use]
    pub fn plus(self, span: Span) -> Self {
        Self(self.0.plus(span))
    }
}

impl fmt::Display for LogTime {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn timestamp_text_is_read_back(micros in LEAST_US..=GREATEST_US) {
            let stamp = Timestamp::from_micros(micros).unwrap();
            prop_assert_eq!(stamp.to_string().parse::<Timestamp>().unwrap(), stamp);
            let (seconds, nanos) = stamp.to_wire();
            prop_assert_eq!(Timestamp::from_wire(seconds, nanos), Some(stamp));
        }

        #[test]
        fn local_day_text_is_read_back(days in -25_000_i32..84_000) {
            let day = LocalDay::from_days(days).unwrap();
            prop_assert_eq!(day.to_string().parse::<LocalDay>().unwrap(), day);
            prop_assert_eq!(day.start().local_day(), day);
            prop_assert_eq!(day.end().minus(Span::from_micros(1)).local_day(), day);
        }
    }

    #[test]
    fn evening_in_utc_is_next_day_in_nairobi() {
        let stamp: Timestamp = "2026-03-04T21:30:00Z".parse().unwrap();

        assert_eq!(stamp.local_day().to_string(), "2026-03-05");
        assert_eq!(stamp.to_eat_text(), "2026-03-05 00:30 EAT (+03:00)");
    }
}
