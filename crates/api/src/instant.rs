//! Timestamps and durations of the wire.

use ::domain::{Span, Timestamp};

/// A timestamp of the wire; `None` if it is no instant between 1900 and 2200.
#[must_use]
pub fn timestamp_from_wire(timestamp: &prost_types::Timestamp) -> Option<Timestamp> {
    Timestamp::from_wire(timestamp.seconds, timestamp.nanos)
}

/// A timestamp for the wire.
#[must_use]
pub fn timestamp_to_wire(timestamp: Timestamp) -> prost_types::Timestamp {
    let (seconds, nanos) = timestamp.to_wire();
    prost_types::Timestamp { seconds, nanos }
}

/// A duration for the wire.
#[must_use]
pub fn span_to_wire(span: Span) -> prost_types::Duration {
    let nanos = i32::try_from((span.micros() % 1_000_000) * 1_000).unwrap_or(0);
    prost_types::Duration { seconds: span.micros() / 1_000_000, nanos }
}

/// A duration of the wire; `None` if its parts disagree in sign or are out of range.
pub(crate) fn span_from_wire(duration: &prost_types::Duration) -> Option<Span> {
    let agree = (duration.seconds >= 0 && duration.nanos >= 0) || (duration.seconds <= 0 && duration.nanos <= 0);
    if !agree || duration.nanos.abs() >= 1_000_000_000 {
        return None;
    }
    let micros = duration.seconds.checked_mul(1_000_000)?.checked_add(i64::from(duration.nanos) / 1_000)?;
    Some(Span::from_micros(micros))
}
