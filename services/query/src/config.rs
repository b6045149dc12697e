//! What an operator may tune: how much is projected at once, and how much work one page may cost.
//!
//! Guarantees: every field has an effect, a default and a bound; an absent field has its default; an unknown one is refused.
//! Never: the 2 s that a query waits for a position: they are the contract's.
use std::num::NonZeroUsize;

use serde::{Deserialize, Serialize};

/// Settings of the projector and of the queries.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct QueryConfig {
    /// Facts that are read and stored at once, of each topic. More: fewer, larger writes, and a position is seen later. Default 1 024, at
    /// most 65 536.
    pub batch_facts_max: NonZeroUsize,
    /// Rows that one page may look at. A page that has looked at so many ends there, with what it found and a token. Default 20 000, at
    /// most 1 000 000.
    pub page_rows_max: NonZeroUsize,
    /// Bytes of one page, and of the parts of one answer, so that it stays under the 4 MiB that clients take. Default 3 MiB, at most 64 MiB.
    pub page_bytes_max: NonZeroUsize,
}

/// The greatest value of `batch_facts_max`.
const BATCH_FACTS_MOST: usize = 65_536;
/// The greatest value of `page_rows_max`.
const PAGE_ROWS_MOST: usize = 1_000_000;
/// The greatest value of `page_bytes_max`.
const PAGE_BYTES_MOST: usize = 64 * 1024 * 1024;

const fn non_zero(value: usize) -> NonZeroUsize {
    match NonZeroUsize::new(value) {
        Some(value) => value,
        None => NonZeroUsize::MIN,
    }
}

impl Default for QueryConfig {
    fn default() -> Self {
        Self {
            batch_facts_max: non_zero(1_024),
            page_rows_max: non_zero(20_000),
            page_bytes_max: non_zero(3 * 1024 * 1024),
        }
    }
}

impl QueryConfig {
    /// The faults of these settings, all at once: the key and its bound.
    #[must_use]
    pub fn faults(&self) -> Vec<String> {
        let bounded = [
            ("batch_facts_max", self.batch_facts_max, BATCH_FACTS_MOST),
            ("page_rows_max", self.page_rows_max, PAGE_ROWS_MOST),
            ("page_bytes_max", self.page_bytes_max, PAGE_BYTES_MOST),
        ];
        let over = bounded.into_iter().filter(|(_, value, most)| value.get() > *most);
        over.map(|(key, value, most)| format!("{key} is {value}, at most {most}")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn default_settings_are_within_their_bounds() {
        assert_eq!(QueryConfig::default().faults(), Vec::<String>::new());
    }

    #[test]
    fn all_faults_are_told_at_once() {
        let config = QueryConfig {
            batch_facts_max: non_zero(BATCH_FACTS_MOST + 1),
            page_rows_max: non_zero(PAGE_ROWS_MOST + 1),
            ..QueryConfig::default()
        };

        assert_eq!(config.faults().len(), 2);
    }
}
