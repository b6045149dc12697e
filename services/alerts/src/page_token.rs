//! Where a list goes on: opaque to the client, made and checked here.
//!
//! | bytes | what |
//! |---|---|
//! | 1 | version of this form |
//! | 16 | hash of the query: filter and states |
//! | 8 + 8 | the state that all pages show: position, log time in microseconds |
//! | 4 + 16 | the last that was looked at: local day raised, alert |
//! | 16 | HMAC-SHA-256 over all before, cut |
//!
//! Guarantees: a token that this node did not make, or that belongs to another query, is refused.
use std::cmp::Reverse;

use api::TokenKey;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{AlertId, LocalDay, LogPosition, LogTime, Timestamp};

use crate::filter::{FilterHash, HASH_BYTES};
use crate::index::{ListKey, Progress};

const VERSION: u8 = 1;
const PURPOSE: &str = "jukwaa alert page token";
/// A token has 92 characters; what is longer is refused unread.
const TOKEN_CHARS_MAX: usize = 128;

/// Where a list goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PageToken {
    /// What all pages show.
    pub(crate) shown: Progress,
    /// The last that was looked at.
    pub(crate) last: ListKey,
}

/// A token that cannot be gone on from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum OpenTokenError {
    #[error("page_token is not one that this server gave")]
    Forged,
    #[error("page_token was given for another query; ask again without it, or with the filters it was given for")]
    OtherQuery,
}

impl PageToken {
    /// The text for the client.
    pub(crate) fn seal(&self, key: &TokenKey, query: &FilterHash) -> String {
        let (Reverse(day), alert) = self.last;
        let mut bytes = vec![VERSION];
        bytes.extend_from_slice(query);
        bytes.extend_from_slice(&self.shown.position.get().to_be_bytes());
        bytes.extend_from_slice(&self.shown.log_time.timestamp().micros().to_be_bytes());
        bytes.extend_from_slice(&day.days().to_be_bytes());
        bytes.extend_from_slice(alert.as_bytes());
        URL_SAFE_NO_PAD.encode(key.seal(PURPOSE, bytes))
    }

    /// Reads a token of this query.
    pub(crate) fn open(text: &str, key: &TokenKey, query: &FilterHash) -> Result<Self, OpenTokenError> {
        let (token, sealed_for) = Self::verify(text, key).ok_or(OpenTokenError::Forged)?;
        if sealed_for != *query {
            return Err(OpenTokenError::OtherQuery);
        }
        Ok(token)
    }

    fn verify(text: &str, key: &TokenKey) -> Option<(Self, FilterHash)> {
        let sealed = (text.len() <= TOKEN_CHARS_MAX).then(|| URL_SAFE_NO_PAD.decode(text).ok())??;
        let bytes = key.open(PURPOSE, &sealed)?;
        let (&version, bytes) = bytes.split_first()?;
        let (&query, bytes) = bytes.split_first_chunk::<HASH_BYTES>()?;
        let (&position, bytes) = bytes.split_first_chunk::<8>()?;
        let (&micros, bytes) = bytes.split_first_chunk::<8>()?;
        let (&day, bytes) = bytes.split_first_chunk::<4>()?;
        let (&alert, rest) = bytes.split_first_chunk::<16>()?;
        let log_time = LogTime::new(Timestamp::from_micros(i64::from_be_bytes(micros))?);
        let shown = Progress { position: LogPosition::new(u64::from_be_bytes(position)), log_time };
        let last = (Reverse(LocalDay::from_days(i32::from_be_bytes(day))?), AlertId::from_bytes(alert));
        (version == VERSION && rest.is_empty()).then_some((Self { shown, last }, query))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const QUERY: FilterHash = [5; HASH_BYTES];

    fn key() -> TokenKey {
        TokenKey::new([7; 32])
    }

    fn token(position: u64, micros: i64, days: i32, alert: [u8; 16]) -> PageToken {
        let log_time = LogTime::new(Timestamp::from_micros(micros).unwrap());
        let last = (Reverse(LocalDay::from_days(days).unwrap()), AlertId::from_bytes(alert));
        PageToken { shown: Progress { position: LogPosition::new(position), log_time }, last }
    }

    proptest! {
        #[test]
        fn token_is_read_back(position: u64, micros in 0_i64..1 << 50, days in 0_i32..80_000, alert: [u8; 16]) {
            let token = token(position, micros, days, alert);
            let text = token.seal(&key(), &QUERY);

            prop_assert!(text.len() <= TOKEN_CHARS_MAX);
            prop_assert_eq!(PageToken::open(&text, &key(), &QUERY), Ok(token));
        }

        #[test]
        fn token_with_any_changed_byte_is_refused(at: prop::sample::Index, change in 1_u8..) {
            let mut bytes = URL_SAFE_NO_PAD.decode(token(42, 1, 20_000, [9; 16]).seal(&key(), &QUERY)).unwrap();
            let index = at.index(bytes.len());
            bytes[index] ^= change;

            let opened = PageToken::open(&URL_SAFE_NO_PAD.encode(bytes), &key(), &QUERY);
            prop_assert_eq!(opened, Err(OpenTokenError::Forged));
        }

        #[test]
        fn no_text_is_taken_for_a_token(text in "\\PC{0,200}") {
            prop_assert_eq!(PageToken::open(&text, &key(), &QUERY), Err(OpenTokenError::Forged));
        }
    }

    #[test]
    fn token_of_another_key_or_query_is_refused() {
        let text = token(42, 1, 20_000, [9; 16]).seal(&key(), &QUERY);

        assert_eq!(PageToken::open(&text, &TokenKey::new([8; 32]), &QUERY), Err(OpenTokenError::Forged));
        assert_eq!(PageToken::open(&text, &key(), &[6; HASH_BYTES]), Err(OpenTokenError::OtherQuery));
    }
}
