//! The precision of a time whose source does not give one: the half-width that holds the truth in 68 of 100 cases.
//!
//! Judged from how each kind of source knows a time: a device stamps it, a post notes it, an elder tells the part of the day.
use domain::{Account, Occurrence, SourceKind, Span};

/// The half-width of a report's time: its own, else that of its source kind; of a whole day, half a day.
#[must_use]
pub fn time_uncertainty(account: &Account) -> Span {
    match account.occurrence {
        Occurrence::At { uncertainty, .. } => uncertainty.unwrap_or_else(|| default_half_width(account.source_kind)),
        Occurrence::On(_) => Span::from_hours(12),
    }
}

const fn default_half_width(kind: Option<SourceKind>) -> Span {
    match kind {
        Some(SourceKind::Sensor) => Span::from_secs(60),
        Some(SourceKind::Police | SourceKind::Ranger) => Span::from_secs(30 * 60),
        Some(SourceKind::Npr) => Span::from_secs(90 * 60),
        Some(SourceKind::Chief | SourceKind::VillageElder) => Span::from_hours(3),
        Some(SourceKind::Community) | None => Span::from_hours(6),
    }
}
