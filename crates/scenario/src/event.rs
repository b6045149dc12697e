//! An event as it was, before anybody tells it; and where "some way off" is.
//!
//! Never: who told it; that is `witness`.
use domain::{Category, Point, Subcategory, Timestamp, WeaponKind};

use crate::random::{Random, weighted};

/// Kilometres of a degree of latitude.
pub(crate) const KM_PER_DEGREE: f64 = 111.32;

/// What kind of event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Kind {
    pub(crate) category: Category,
    pub(crate) subcategory: Option<Subcategory>,
}

impl Kind {
    /// A category without detail.
    pub(crate) const fn plain(category: Category) -> Self {
        Self { category, subcategory: None }
    }

    /// A sub-category and the category that it belongs to.
    pub(crate) const fn detailed(subcategory: Subcategory) -> Self {
        Self { category: subcategory.category(), subcategory: Some(subcategory) }
    }
}

/// Whether it happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reality {
    Incident,
    Rumour,
}

/// An event as it was.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Event {
    pub(crate) at: Timestamp,
    pub(crate) point: Point,
    pub(crate) kind: Kind,
    /// Head of livestock, persons or goods: at least 1.
    pub(crate) size: f64,
    /// At least 1.
    pub(crate) attackers: u32,
    pub(crate) weapon: WeaponKind,
    pub(crate) reality: Reality,
    /// Equal for what one vehicle did.
    pub(crate) thread: u64,
}

/// What the recipe draws alike for all kinds.
pub(crate) struct Details {
    size: f64,
    attackers: u32,
    weapon: WeaponKind,
    thread: u64,
}

/// The weapons that are seen, by their shares.
pub(crate) const WEAPONS: [(WeaponKind, f64); 4] =
    [(WeaponKind::Rifle, 0.45), (WeaponKind::Blade, 0.25), (WeaponKind::Pistol, 0.2), (WeaponKind::Bow, 0.1)];

/// Size, attackers and weapon of one event.
pub(crate) fn details(random: &mut Random) -> Details {
    let size = libm::round(random.log_normal(libm::exp(2.2), 1.0)).max(1.0);
    Details { size, attackers: random.poisson(4.0) + 1, weapon: weighted(random, &WEAPONS), thread: random.bits() }
}

impl Details {
    /// An incident with these details.
    pub(crate) fn of(self, at: Timestamp, point: Point, kind: Kind) -> Event {
        let Self { size, attackers, weapon, thread } = self;
        Event { at, point, kind, size, attackers, weapon, reality: Reality::Incident, thread }
    }
}

/// The point so many kilometres north and east of another, on the plane that touches the globe there.
pub(crate) fn displaced(point: Point, north_km: f64, east_km: f64) -> Point {
    let lat_degrees = (point.lat_degrees() + north_km / KM_PER_DEGREE).clamp(-89.0, 89.0);
    let parallel = libm::cos(point.lat_degrees().to_radians()).max(0.01);
    let lng_degrees = (point.lng_degrees() + east_km / (KM_PER_DEGREE * parallel)).clamp(-180.0, 180.0);
    Point::from_degrees(lat_degrees, lng_degrees).unwrap_or(point)
}

/// A point near another: normal with this standard deviation along each axis.
pub(crate) fn scattered(random: &mut Random, point: Point, sd_km: f64) -> Point {
    let (north, east) = (random.normal(), random.normal());
    displaced(point, north * sd_km, east * sd_km)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn displaced_point_lies_so_far_away() {
        let mandera = Point::from_degrees(3.93726, 41.85688).unwrap();

        let away = geography::distance(mandera, displaced(mandera, 3.0, 4.0)).get();

        assert!((away - 5_000.0).abs() < 15.0, "{away}");
    }
}
