//! The precision of a place whose source does not give one: the radius that holds the truth in 68 of 100 cases.
//!
//! Judged from how each kind of source knows a place: by a receiver, by a map in a vehicle, by the village it names. That of a time: `fusion`.

use domain::{Account, Meters, SourceKind};

/// The default radius of a point.
const fn default_radius_m(kind: Option<SourceKind>) -> u32 {
    match kind {
        Some(SourceKind::Sensor) => 100,
        Some(SourceKind::Police | SourceKind::Ranger) => 500,
        Some(SourceKind::Npr) => 2_000,
        Some(SourceKind::Chief | SourceKind::VillageElder) => 3_000,
        Some(SourceKind::Community) | None => 5_000,
    }
}

/// The radius of a report's point: its own, else that of its source kind.
#[must_use]
pub fn place_uncertainty(account: &Account) -> Meters {
    let default = || Meters::new(f64::from(default_radius_m(account.source_kind))).unwrap_or(Meters::ZERO);
    account.place.uncertainty.unwrap_or_else(default)
}
