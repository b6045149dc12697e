//! What an operator may tune of alerts: how long a cursor is good, how often a bookmark comes, when a subscriber is too slow.
//!
//! Guarantees: every field has an effect, a default and a bound; an absent field has its default; an unknown one is refused.
//! Never: the 2 s that a question waits for a position: they are the contract's.
use std::num::NonZeroUsize;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::duration_text;

/// Settings of the alert service.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct AlertsConfig {
    /// Log time for which a cursor can be gone on from: how long a centre may be cut off without starting over. It deletes nothing. Default
    /// "30d", 1 s to 3 650 days.
    #[serde(with = "duration_text")]
    pub retention: Duration,
    /// The longest time between two bookmarks of a stream; a subscriber may ask for a shorter one, of 1 s or more. Default "10s", 10 ms to 10 s.
    #[serde(with = "duration_text")]
    pub bookmark_interval: Duration,
    /// Streams that may be open at once. Above it a subscriber gets RESOURCE_EXHAUSTED and a delay. Default 1 000, at most 100 000.
    pub subscribers_max: NonZeroUsize,
    /// Revisions by which a subscriber may be behind for longer than `send_stall_max`, those before its opening aside. Default 1 000, at most
    /// 100 000.
    pub lag_messages_max: NonZeroUsize,
    /// Bytes by which a subscriber may be behind in the same way. Default 4 MiB, at most 1 GiB.
    pub lag_bytes_max: NonZeroUsize,
    /// How long a message may wait for a subscriber to take it, before the subscriber is cut with its cursor. Default "20s", 10 ms to 25 s, so
    /// that a slow one is cut within 30 s.
    #[serde(with = "duration_text")]
    pub send_stall_max: Duration,
    /// Age at which a stream is ended with its cursor, give or take a tenth, so that no reader keeps an old permission. Default "30m", 100 ms
    /// to 365 days.
    #[serde(with = "duration_text")]
    pub stream_age_max: Duration,
    /// Up to this much is added by chance to the delay that a goodbye tells, so that subscribers do not all come back at once. Default "5s",
    /// at most 60 s.
    #[serde(with = "duration_text")]
    pub retry_jitter_max: Duration,
}

const DAY: Duration = Duration::from_secs(86_400);
/// The greatest value of `subscribers_max`.
const SUBSCRIBERS_MOST: usize = 100_000;
/// The greatest value of `lag_messages_max`.
const LAG_MESSAGES_MOST: usize = 100_000;
/// The greatest value of `lag_bytes_max`.
const LAG_BYTES_MOST: usize = 1024 * 1024 * 1024;

const fn non_zero(value: usize) -> NonZeroUsize {
    match NonZeroUsize::new(value) {
        Some(value) => value,
        None => NonZeroUsize::MIN,
    }
}

impl Default for AlertsConfig {
    fn default() -> Self {
        Self {
            retention: DAY * 30,
            bookmark_interval: Duration::from_secs(10),
            subscribers_max: non_zero(1_000),
            lag_messages_max: non_zero(1_000),
            lag_bytes_max: non_zero(4 * 1024 * 1024),
            send_stall_max: Duration::from_secs(20),
            stream_age_max: Duration::from_secs(30 * 60),
            retry_jitter_max: Duration::from_secs(5),
        }
    }
}

impl AlertsConfig {
    /// The faults of these settings, all at once: the key and its bounds.
    #[must_use]
    pub fn faults(&self) -> Vec<String> {
        let spans = [
            ("retention", self.retention, Duration::from_secs(1), DAY * 3_650),
            ("bookmark_interval", self.bookmark_interval, Duration::from_millis(10), Duration::from_secs(10)),
            ("send_stall_max", self.send_stall_max, Duration::from_millis(10), Duration::from_secs(25)),
            ("stream_age_max", self.stream_age_max, Duration::from_millis(100), DAY * 365),
            ("retry_jitter_max", self.retry_jitter_max, Duration::ZERO, Duration::from_secs(60)),
        ];
        let outside = spans.into_iter().filter(|(_, value, least, most)| value < least || value > most);
        let outside = outside.map(|(key, value, least, most)| {
            let [value, least, most] = [value, least, most].map(duration_text::to_text);
            format!("{key} is {value}, from {least} to {most}")
        });
        let counts = [
            ("subscribers_max", self.subscribers_max, SUBSCRIBERS_MOST),
            ("lag_messages_max", self.lag_messages_max, LAG_MESSAGES_MOST),
            ("lag_bytes_max", self.lag_bytes_max, LAG_BYTES_MOST),
        ];
        let over = counts.into_iter().filter(|(_, value, most)| value.get() > *most);
        outside.chain(over.map(|(key, value, most)| format!("{key} is {value}, at most {most}"))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn default_settings_are_within_their_bounds() {
        assert_eq!(AlertsConfig::default().faults(), Vec::<String>::new());
        assert_eq!(toml::from_str::<AlertsConfig>("").unwrap(), AlertsConfig::default());
    }

    #[test]
    fn settings_are_read_back_as_they_are_shown() {
        let config: AlertsConfig = toml::from_str("retention = \"2s\"\nlag_messages_max = 7").unwrap();
        let shown = toml::to_string(&config).unwrap();

        assert_eq!(config.retention, Duration::from_secs(2));
        assert_eq!(toml::from_str::<AlertsConfig>(&shown).unwrap(), config);
        assert!(shown.contains("stream_age_max = \"30m\""), "{shown}");
    }

    #[test]
    fn all_faults_are_told_at_once() {
        let config: AlertsConfig =
            toml::from_str("bookmark_interval = \"11s\"\nsend_stall_max = \"26s\"\nsubscribers_max = 100001").unwrap();

        let faults = config.faults();
        assert_eq!(faults.len(), 3, "{faults:?}");
        assert_eq!(faults.first().unwrap(), "bookmark_interval is 11s, from 10ms to 10s");
    }

    #[test]
    fn unknown_setting_is_refused() {
        assert!(toml::from_str::<AlertsConfig>("queue = 3").is_err());
    }
}
