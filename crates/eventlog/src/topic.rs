//! Which logs there are. A topic has the same word in folders, files, metrics and messages.

use std::fmt;
use std::str::FromStr;

/// One of the logs. `Display` is its word, `FromStr` reads it back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Topic {
    /// Stamped reports, actions and ticks: *the* log, kept for ever. Readable only where it is durable.
    Records,
    /// Facts: what became of each report.
    Receipts,
    /// Facts: incident revisions.
    Incidents,
    /// Facts: hotspot revisions.
    Hotspots,
    /// Facts: alert revisions.
    Alerts,
    /// Facts: what was set aside, with the reason.
    Quarantine,
}

impl Topic {
    /// All of them, in a fixed order.
    pub const ALL: [Self; 6] =
        [Self::Records, Self::Receipts, Self::Incidents, Self::Hotspots, Self::Alerts, Self::Quarantine];

    /// The word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Records => "records",
            Self::Receipts => "receipts",
            Self::Incidents => "incidents",
            Self::Hotspots => "hotspots",
            Self::Alerts => "alerts",
            Self::Quarantine => "quarantine",
        }
    }

    /// True if it holds facts: they can be made again from the records, so they are readable before they are durable.
    #[must_use]
    pub const fn is_rebuilt(self) -> bool {
        !matches!(self, Self::Records)
    }
}

impl fmt::Display for Topic {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

/// A text that names no topic.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a topic: records, receipts, incidents, hotspots, alerts or quarantine")]
pub struct ParseTopicError {
    /// What was given, cut at 160 characters.
    pub text: String,
}

impl FromStr for Topic {
    type Err = ParseTopicError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|topic| topic.name() == text);
        found.ok_or_else(|| ParseTopicError { text: text.chars().take(160).collect() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topic_word_is_read_back() {
        for topic in Topic::ALL {
            assert_eq!(topic.to_string().parse::<Topic>(), Ok(topic));
        }

        assert!("record".parse::<Topic>().is_err());
    }
}
