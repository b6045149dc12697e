//! What an operator may tune of ingest: how much waits, how large a report may be, whether history is taken.
//!
//! Guarantees: every field has an effect, a default and a bound; an absent field has its default; an unknown one is refused.
//! Never: how long a group waits for company. It does not wait: what comes while a sync runs is the next group.
use std::num::NonZeroUsize;

use serde::{Deserialize, Serialize};

/// Settings of ingest.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct IngestConfig {
    /// Reports that may wait for the log, over all callers. Above it a call gets RESOURCE_EXHAUSTED with a delay, and a stream is read
    /// more slowly. Default 10 000, at most 1 000 000.
    pub queue_reports_max: NonZeroUsize,
    /// Reports of one stream that may wait at once. More: fewer syncs for a bulk upload, more memory a stream. Default 256, at most 4 096.
    pub stream_reports_max: NonZeroUsize,
    /// Records that one sync may cover. Default 4 096, at most 65 536.
    pub group_records_max: NonZeroUsize,
    /// Bytes of one report on the wire. Above it INVALID_ARGUMENT. Default 256 KiB, at most 1 MiB.
    pub message_bytes_max: NonZeroUsize,
    /// Whether old events may be published with `history`. Stamps then follow `reported_at`, so it is for a folder that an import starts.
    /// Default false.
    pub history_allowed: bool,
}

/// The greatest value of `queue_reports_max`.
const QUEUE_REPORTS_MOST: usize = 1_000_000;
/// The greatest value of `stream_reports_max`.
const STREAM_REPORTS_MOST: usize = 4_096;
/// The greatest value of `group_records_max`.
const GROUP_RECORDS_MOST: usize = 65_536;
/// The greatest value of `message_bytes_max`.
const MESSAGE_BYTES_MOST: usize = 1024 * 1024;

const fn non_zero(value: usize) -> NonZeroUsize {
    match NonZeroUsize::new(value) {
        Some(value) => value,
        None => NonZeroUsize::MIN,
    }
}

impl Default for IngestConfig {
    fn default() -> Self {
        Self {
            queue_reports_max: non_zero(10_000),
            stream_reports_max: non_zero(256),
            group_records_max: non_zero(4_096),
            message_bytes_max: non_zero(256 * 1024),
            history_allowed: false,
        }
    }
}

impl IngestConfig {
    /// The faults of these settings, all at once: the key and its bound.
    #[must_use]
    pub fn faults(&self) -> Vec<String> {
        let bounded = [
            ("queue_reports_max", self.queue_reports_max, QUEUE_REPORTS_MOST),
            ("stream_reports_max", self.stream_reports_max, STREAM_REPORTS_MOST),
            ("group_records_max", self.group_records_max, GROUP_RECORDS_MOST),
            ("message_bytes_max", self.message_bytes_max, MESSAGE_BYTES_MOST),
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
        assert_eq!(IngestConfig::default().faults(), Vec::<String>::new());
        assert_eq!(toml::from_str::<IngestConfig>("").unwrap(), IngestConfig::default());
    }

    #[test]
    fn all_faults_are_told_at_once() {
        let config: IngestConfig =
            toml::from_str("queue_reports_max = 1000001\nmessage_bytes_max = 1048577\nhistory_allowed = true").unwrap();

        assert_eq!(config.faults().len(), 2, "{:?}", config.faults());
    }

    #[test]
    fn unknown_setting_is_refused() {
        assert!(toml::from_str::<IngestConfig>("commit_wait = 3").is_err());
    }
}
