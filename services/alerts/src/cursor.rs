//! Where a stream goes on: opaque to the client, made and checked here.
//!
//! | bytes | what |
//! |---|---|
//! | 1 | version of this form |
//! | 16 | hash of the filter |
//! | 8 | log time in microseconds: how old the cursor is |
//! | 8 + 8 + 16 + 8 | the last revision before it: position of its cause, log time of its timer, alert, revision (0: none) |
//! | 16 | HMAC-SHA-256 over all before, cut |
//!
//! Guarantees: a cursor that this node did not make, or that is of another filter, is refused. Never: an offset of a topic, so a cursor is
//! good after a restart, a replay and on either engine.
use api::TokenKey;
use bytes::Bytes;
use domain::{AlertId, Cause, LogPosition, LogTime, Timestamp};

use crate::filter::{FilterHash, HASH_BYTES};
use crate::revision::{Point, Revision};

const VERSION: u8 = 1;
const PURPOSE: &str = "jukwaa alert cursor";
/// Stands for a time that is not said: no instant that can be held.
const NO_TIME: i64 = i64::MIN;

/// A place in the order of revisions, and the log time at which it was the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cursor {
    /// The last revision before it; `None`: it is before all.
    pub(crate) point: Option<Point>,
    /// `None`: nothing had been concluded.
    pub(crate) log_time: Option<LogTime>,
}

/// A cursor that cannot be gone on from, whatever the log holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum OpenCursorError {
    #[error("cursor is not one that this server gave")]
    Forged,
    #[error("cursor was given for another filter; start again, or with the filter it was given for")]
    OtherFilter,
}

impl Cursor {
    /// Just after a revision.
    pub(crate) fn after(revision: &Revision) -> Self {
        Self { point: Some(revision.point), log_time: Some(revision.log_time) }
    }

    /// The bytes for the client.
    pub(crate) fn seal(self, key: &TokenKey, filter: &FilterHash) -> Bytes {
        let micros = |time: Option<LogTime>| time.map_or(NO_TIME, |time| time.timestamp().micros());
        let none = Point {
            cause: Cause { position: LogPosition::FIRST, timer: None },
            alert: AlertId::from_bytes([0; 16]),
            revision: 0,
        };
        let point = self.point.unwrap_or(none);
        let mut bytes = vec![VERSION];
        bytes.extend_from_slice(filter);
        bytes.extend_from_slice(&micros(self.log_time).to_be_bytes());
        bytes.extend_from_slice(&point.cause.position.get().to_be_bytes());
        bytes.extend_from_slice(&micros(point.cause.timer).to_be_bytes());
        bytes.extend_from_slice(point.alert.as_bytes());
        bytes.extend_from_slice(&point.revision.to_be_bytes());
        key.seal(PURPOSE, bytes).into()
    }

    /// Reads a cursor of this filter.
    pub(crate) fn open(sealed: &[u8], key: &TokenKey, filter: &FilterHash) -> Result<Self, OpenCursorError> {
        let (cursor, sealed_for) = Self::verify(sealed, key).ok_or(OpenCursorError::Forged)?;
        if sealed_for != *filter {
            return Err(OpenCursorError::OtherFilter);
        }
        Ok(cursor)
    }

    fn verify(sealed: &[u8], key: &TokenKey) -> Option<(Self, FilterHash)> {
        let bytes = key.open(PURPOSE, sealed)?;
        let (&version, bytes) = bytes.split_first()?;
        let (&filter, bytes) = bytes.split_first_chunk::<HASH_BYTES>()?;
        let (&log_time, bytes) = bytes.split_first_chunk::<8>()?;
        let (&position, bytes) = bytes.split_first_chunk::<8>()?;
        let (&timer, bytes) = bytes.split_first_chunk::<8>()?;
        let (&alert, bytes) = bytes.split_first_chunk::<16>()?;
        let (&revision, rest) = bytes.split_first_chunk::<8>()?;
        if version != VERSION || !rest.is_empty() {
            return None;
        }
        let cause = Cause { position: LogPosition::new(u64::from_be_bytes(position)), timer: read_time(timer)? };
        let revision = u64::from_be_bytes(revision);
        let point = (revision > 0).then(|| Point { cause, alert: AlertId::from_bytes(alert), revision });
        Some((Self { point, log_time: read_time(log_time)? }, filter))
    }
}

/// `None` if it is neither a time nor the sign for none.
fn read_time(bytes: [u8; 8]) -> Option<Option<LogTime>> {
    match i64::from_be_bytes(bytes) {
        NO_TIME => Some(None),
        micros => Timestamp::from_micros(micros).map(|time| Some(LogTime::new(time))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FILTER: FilterHash = [3; HASH_BYTES];

    fn key() -> TokenKey {
        TokenKey::new([7; 32])
    }

    fn time(micros: Option<i64>) -> Option<LogTime> {
        micros.and_then(Timestamp::from_micros).map(LogTime::new)
    }

    fn cursor(position: u64, timer: Option<i64>, revision: u64, log_time: Option<i64>) -> Cursor {
        let cause = Cause { position: LogPosition::new(position), timer: time(timer) };
        let point = Point { cause, alert: AlertId::from_bytes([9; 16]), revision };
        Cursor { point: (revision > 0).then_some(point), log_time: time(log_time) }
    }

    proptest! {
        #[test]
        fn cursor_is_read_back(position: u64, timer in prop::option::of(0_i64..1 << 50), revision: u64, log_time in prop::option::of(0_i64..1 << 50)) {
            let cursor = cursor(position, timer, revision, log_time);

            prop_assert_eq!(Cursor::open(&cursor.seal(&key(), &FILTER), &key(), &FILTER), Ok(cursor));
        }

        #[test]
        fn cursor_with_any_changed_byte_is_refused(at: prop::sample::Index, change in 1_u8..) {
            let mut bytes = cursor(42, Some(1), 3, Some(1)).seal(&key(), &FILTER).to_vec();
            let index = at.index(bytes.len());
            bytes[index] ^= change;

            prop_assert_eq!(Cursor::open(&bytes, &key(), &FILTER), Err(OpenCursorError::Forged));
        }

        #[test]
        fn no_bytes_are_taken_for_a_cursor(bytes in prop::collection::vec(any::<u8>(), 0..=128)) {
            prop_assert_eq!(Cursor::open(&bytes, &key(), &FILTER), Err(OpenCursorError::Forged));
        }
    }

    #[test]
    fn cursor_of_another_key_filter_or_purpose_is_refused() {
        let sealed = cursor(42, None, 3, None).seal(&key(), &FILTER);
        let bytes = sealed[..sealed.len() - api::SEAL_BYTES].to_vec();

        assert_eq!(Cursor::open(&sealed, &TokenKey::new([8; 32]), &FILTER), Err(OpenCursorError::Forged));
        assert_eq!(Cursor::open(&sealed, &key(), &[4; HASH_BYTES]), Err(OpenCursorError::OtherFilter));
        assert_eq!(Cursor::open(&key().seal("page", bytes), &key(), &FILTER), Err(OpenCursorError::Forged));
    }
}
