//! The county borders, reduced for drawing: rings of degrees, by county.
//!
//! Borders that two counties share have the same corners in both. Good to about half a kilometre: for pictures of the country. Never: for
//! asking who owns a point; that is `county_of`.
use std::sync::LazyLock;

use domain::Point;

use crate::{
    county::County,
    table::{self, ParseTableError, Row},
};

/// One closed ring of a county's border.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outline {
    /// The county.
    pub county: County,
    /// True for the Ilemi triangle, which is drawn as Turkana's with another line.
    pub disputed: bool,
    /// The corners; the last is the first again.
    pub ring: Vec<Point>,
}

/// All rings, by county; islets too small to see are left out.
#[must_use]
pub fn outlines() -> &'static [Outline] {
    &OUTLINES
}

static OUTLINES: LazyLock<Vec<Outline>> = LazyLock::new(|| {
    table::rows("outlines", table::OUTLINES, read).expect("the table is committed, and a test reads all of it")
});

fn read(mut row: Row) -> Result<Outline, ParseTableError> {
    let county = County::new(row.value("county")?).ok_or_else(|| row.fault("county"))?;
    let disputed = row.value::<u8>("disputed")? == 1;
    let ring = row.text("ring")?.split(',').map(corner).collect::<Option<_>>().ok_or_else(|| row.fault("ring"))?;
    Ok(Outline { county, disputed, ring })
}

fn corner(text: &str) -> Option<Point> {
    let (lng, lat) = text.split_once(' ')?;
    Point::from_degrees(lat.parse().ok()?, lng.parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_county_has_a_closed_ring() {
        for county in County::all() {
            let rings: Vec<_> = outlines().iter().filter(|outline| outline.county == county).collect();
            assert!(!rings.is_empty(), "{county}");
            assert!(
                rings.iter().all(|outline| outline.ring.len() > 3 && outline.ring.first() == outline.ring.last()),
                "{county}"
            );
        }
    }

    #[test]
    fn every_county_has_its_centre_within_its_bounds() {
        for county in County::all() {
            let corners =
                || outlines().iter().filter(|outline| outline.county == county).flat_map(|outline| &outline.ring);
            let (lat, lng) = (county.centre().lat_e7(), county.centre().lng_e7());
            assert!(corners().any(|at| at.lat_e7() < lat) && corners().any(|at| at.lat_e7() > lat), "{county}");
            assert!(corners().any(|at| at.lng_e7() < lng) && corners().any(|at| at.lng_e7() > lng), "{county}");
        }
    }

    #[test]
    fn ilemi_triangle_is_drawn_apart() {
        let disputed: Vec<_> = outlines().iter().filter(|outline| outline.disputed).collect();

        assert!(!disputed.is_empty());
        assert!(disputed.iter().all(|outline| outline.county.name() == "Turkana"));
    }
}
