//! Where a list goes on: opaque to the client, made and checked here.
//!
//! | bytes | what |
//! |---|---|
//! | 1 | version of this form |
//! | 16 | hash of the query: method and filters, without page size |
//! | 8 + 8 | the snapshot: log time in microseconds, position |
//! | 0 to 32 | key of the last row that the page before looked at, masked: it may be a row that the reader does not see |
//! | 16 | HMAC-SHA-256 over all before, unmasked, cut |
//!
//! Guarantees: a token that this node did not make, or that belongs to another query, is refused. Never: the driver's own paging state,
//! so a token is good on either engine and after a restart.
use api::{SEAL_BYTES, TokenKey};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{LogPosition, LogTime, Timestamp};
use sha2::{Digest, Sha256};

use crate::snapshot::Snapshot;

const VERSION: u8 = 1;
const HASH_BYTES: usize = 16;
/// Version, hash and snapshot.
const HEAD_BYTES: usize = 1 + HASH_BYTES + 16;
/// The longest key of a list row is 32 bytes, as is the mask.
const KEY_BYTES_MAX: usize = 32;
/// What the key is used for, so that no code of one use is a code of the other.
const TOKEN_PURPOSE: &str = "jukwaa page token";
const MASK_PURPOSE: &str = "jukwaa page mask:";
/// Characters of the longest token; what is longer is refused unread.
const TOKEN_CHARS_MAX: usize = (HEAD_BYTES + KEY_BYTES_MAX + SEAL_BYTES).div_ceil(3) * 4;

/// Tells queries apart: the method and every filter, in one form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueryHash([u8; HASH_BYTES]);

impl QueryHash {
    /// Hashes a method and the canonical bytes of its filters.
    #[must_use]
    pub fn of(method: &str, filters: &[u8]) -> Self {
        let mut hasher = Sha256::new();
        hasher.update((method.len() as u64).to_be_bytes());
        hasher.update(method.as_bytes());
        hasher.update(filters);
        let mut hash = [0; HASH_BYTES];
        hash.iter_mut().zip(hasher.finalize()).for_each(|(to, from)| *to = from);
        Self(hash)
    }
}

/// A token that cannot be gone on from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenTokenError {
    /// It is no token of ours, or was changed.
    #[error("page_token is not one that this server gave")]
    Forged,
    /// It was given for another query.
    #[error("page_token was given for another query; ask again without it, or with the filters it was given for")]
    OtherQuery,
}

/// Where a list goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PageToken {
    /// The query it belongs to.
    pub(crate) query: QueryHash,
    /// What all pages of the list show.
    pub(crate) snapshot: Snapshot,
    /// Key of the last row that was looked at.
    pub(crate) last: Vec<u8>,
}

impl PageToken {
    /// The text for the client.
    pub(crate) fn seal(&self, key: &TokenKey) -> String {
        debug_assert!(self.last.len() <= KEY_BYTES_MAX, "the keys of list rows are short");
        let mut bytes = Vec::with_capacity(HEAD_BYTES + self.last.len() + SEAL_BYTES);
        bytes.push(VERSION);
        bytes.extend_from_slice(&self.query.0);
        bytes.extend_from_slice(&self.snapshot.log_time.timestamp().micros().to_be_bytes());
        bytes.extend_from_slice(&self.snapshot.position.get().to_be_bytes());
        bytes.extend_from_slice(&self.last);
        let mut sealed = key.seal(TOKEN_PURPOSE, bytes);
        mask_last(key, &mut sealed);
        URL_SAFE_NO_PAD.encode(sealed)
    }

    /// Reads a token of this query.
    ///
    /// # Errors
    /// If it is forged, cut or changed, or if it belongs to another query.
    pub(crate) fn open(text: &str, key: &TokenKey, query: QueryHash) -> Result<Self, OpenTokenError> {
        let token = Self::verify(text, key).ok_or(OpenTokenError::Forged)?;
        if token.query != query {
            return Err(OpenTokenError::OtherQuery);
        }
        Ok(token)
    }

    fn verify(text: &str, key: &TokenKey) -> Option<Self> {
        if text.len() > TOKEN_CHARS_MAX {
            return None;
        }
        let mut sealed = URL_SAFE_NO_PAD.decode(text).ok()?;
        mask_last(key, &mut sealed);
        let body = key.open(TOKEN_PURPOSE, &sealed)?;
        let (&version, body) = body.split_first()?;
        let (&query, body) = body.split_first_chunk::<HASH_BYTES>()?;
        let (&micros, body) = body.split_first_chunk::<8>()?;
        let (&position, last) = body.split_first_chunk::<8>()?;
        let log_time = LogTime::new(Timestamp::from_micros(i64::from_be_bytes(micros))?);
        let snapshot = Snapshot::at(LogPosition::new(u64::from_be_bytes(position)), log_time);
        (version == VERSION).then(|| Self { query: QueryHash(query), snapshot, last: last.to_vec() })
    }
}

/// Masks the key at the end of a sealed token's body, or unmasks it. The seal differs from token to token, and so does the mask.
fn mask_last(key: &TokenKey, sealed: &mut [u8]) {
    let Some((body, code)) = sealed.split_last_chunk_mut::<SEAL_BYTES>() else { return };
    let mask = key.noise(MASK_PURPOSE, code);
    body.iter_mut().skip(HEAD_BYTES).zip(mask).for_each(|(byte, mask)| *byte ^= mask);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const KEY: TokenKey = TokenKey::new([7; 32]);

    fn token(last: Vec<u8>, micros: i64, position: u64) -> PageToken {
        let log_time = LogTime::new(Timestamp::from_micros(micros).unwrap());
        PageToken {
            query: QueryHash::of("ListIncidents", b"filters"),
            snapshot: Snapshot::at(LogPosition::new(position), log_time),
            last,
        }
    }

    proptest! {
        #[test]
        fn token_is_read_back(last in prop::collection::vec(any::<u8>(), 0..=32), micros in 0_i64..1 << 50, position: u64) {
            let token = token(last, micros, position);

            prop_assert_eq!(PageToken::open(&token.seal(&KEY), &KEY, token.query), Ok(token));
        }

        #[test]
        fn token_with_any_changed_byte_is_refused(last in prop::collection::vec(any::<u8>(), 0..=32), at: prop::sample::Index, change in 1_u8..) {
            let token = token(last, 1_700_000_000_000_000, 42);
            let mut bytes = URL_SAFE_NO_PAD.decode(token.seal(&KEY)).unwrap();
            let index = at.index(bytes.len());
            bytes.iter_mut().skip(index).take(1).for_each(|byte| *byte ^= change);

            let opened = PageToken::open(&URL_SAFE_NO_PAD.encode(bytes), &KEY, token.query);

            prop_assert_eq!(opened, Err(OpenTokenError::Forged));
        }

        #[test]
        fn no_text_is_taken_for_a_token(text in "\\PC{0,200}") {
            prop_assert_eq!(PageToken::open(&text, &KEY, QueryHash::of("ListIncidents", b"")), Err(OpenTokenError::Forged));
        }
    }

    #[test]
    fn last_row_is_not_read_from_a_token() {
        let id = *b"sixteen bytes id";
        let text = token(id.to_vec(), 1_700_000_000_000_000, 42).seal(&KEY);

        let bytes = URL_SAFE_NO_PAD.decode(text).unwrap();

        assert!(!bytes.windows(id.len()).any(|window| window == id));
    }

    #[test]
    fn token_of_another_key_or_query_is_refused() {
        let token = token(vec![1, 2, 3], 1_700_000_000_000_000, 42);
        let text = token.seal(&KEY);

        assert_eq!(PageToken::open(&text, &TokenKey::new([8; 32]), token.query), Err(OpenTokenError::Forged));
        let other = QueryHash::of("ListHotspots", b"filters");
        assert_eq!(PageToken::open(&text, &KEY, other), Err(OpenTokenError::OtherQuery));
    }
}
