//! Points and cells in; county, "disputed" and "within the territory" out.
//!
//! A point is in the county that holds the centre of its resolution-9 cell (about 0.1 km²); the polygons behind the table are OpenStreetMap's.
//! The Ilemi triangle, which Kenya administers and others claim, is Turkana with a mark. Lakes belong to their counties, the sea to none.
//! Never: a guess for a point outside every county; only the cells of the mask take the nearest one.
use std::sync::LazyLock;

use domain::{Meters, Point};
use h3o::{CellIndex, Resolution};

use crate::{
    cell::{cell_centre, cell_of},
    cell_tree::CellTree,
    county::County,
    table,
};

/// Set in the byte of a cell that Kenya administers and others claim.
const DISPUTED: u8 = 0x40;
/// How far a cell without county may take the nearest one.
const NEAREST_COUNTY: Meters = Meters::from_km(10);

/// The county of a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CountyHit {
    /// The county.
    pub county: County,
    /// True in the Ilemi triangle.
    pub disputed: bool,
}

impl CountyHit {
    fn from_byte(byte: u8) -> Option<CountyHit> {
        let county = County::new(byte & !DISPUTED)?;
        Some(CountyHit { county, disputed: byte & DISPUTED != 0 })
    }
}

/// The county that a point is in; `None` at sea and abroad. About 0.5 µs.
#[must_use]
pub fn county_of(point: Point) -> Option<CountyHit> {
    CountyHit::from_byte(COUNTY_CELLS.byte_at(cell_of(point, Resolution::Nine)))
}

/// The county of a cell's centre, else the nearest within 10 km of it. About 0.1 µs inside a county, some 50 µs at its edge outside.
#[must_use]
pub fn county_of_cell(cell: CellIndex) -> Option<County> {
    let inside = CountyHit::from_byte(COUNTY_CELLS.byte_at(cell));
    let hit = inside.or_else(|| CountyHit::from_byte(COUNTY_CELLS.nearest(cell_centre(cell), NEAREST_COUNTY)?));
    hit.map(|hit| hit.county)
}

/// The cells of a resolution whose centre is in a county, ascending.
pub(crate) fn county_cells(resolution: Resolution) -> Vec<CellIndex> {
    COUNTY_CELLS.cells(resolution).into_iter().map(|(cell, _)| cell).collect()
}

/// The cells of a resolution that hold any ground of a county, with that county: ascending; a cell at a border comes once for each.
///
/// Exact to resolution 9, so that a sliver of a county counts too. At resolution 6 some 20 ms.
#[must_use]
pub fn cells_touching_counties(resolution: Resolution) -> Vec<(CellIndex, County)> {
    let touched = COUNTY_CELLS.touched(resolution).into_iter();
    let mut cells: Vec<_> =
        touched.filter_map(|(cell, byte)| Some((cell, CountyHit::from_byte(byte)?.county))).collect();
    cells.dedup();
    cells
}

/// Tells whether the point's resolution-6 cell touches Kenya or the 100 km around it.
#[must_use]
pub fn in_territory(point: Point) -> bool {
    TERRITORY_CELLS.byte_at(cell_of(point, Resolution::Six)) != 0
}

/// Tells whether degrees that are out of the territory would be in it with latitude and longitude exchanged.
#[must_use]
pub fn swapped_coordinates_would_fit(lat_degrees: f64, lng_degrees: f64) -> bool {
    let fits = |lat: f64, lng: f64| Point::from_degrees(lat, lng).is_ok_and(in_territory);
    !fits(lat_degrees, lng_degrees) && fits(lng_degrees, lat_degrees)
}

static COUNTY_CELLS: LazyLock<CellTree> = LazyLock::new(|| {
    CellTree::parse("county cells", table::COUNTY_CELLS).expect("the table is committed, and a test reads all of it")
});

static TERRITORY_CELLS: LazyLock<CellTree> = LazyLock::new(|| {
    CellTree::parse("territory cells", table::TERRITORY_CELLS)
        .expect("the table is committed, and a test reads all of it")
});

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(lat: f64, lng: f64) -> Point {
        Point::from_degrees(lat, lng).unwrap()
    }

    #[test]
    fn towns_are_in_their_counties() {
        let towns = [
            ("Nairobi", -1.28333, 36.81667),
            ("Turkana", 3.11988, 35.59642),
            ("Mandera", 3.93726, 41.85688),
            ("Lamu", -2.2717, 40.902),
            ("Samburu", 1.09667, 36.69806),
            ("Baringo", 0.94835, 36.01549),
        ];
        for (county, lat, lng) in towns {
            let hit = county_of(at(lat, lng)).unwrap();
            assert_eq!((hit.county.name(), hit.disputed), (county, false));
        }
    }

    #[test]
    fn ilemi_triangle_is_turkana_and_disputed() {
        let hit = county_of(at(4.80, 35.30)).unwrap();

        assert_eq!((hit.county.name(), hit.disputed), ("Turkana", true));
    }

    #[test]
    fn no_gap_lies_between_turkana_and_the_ilemi_triangle() {
        for step in 0..300 {
            let lng = 34.75 + f64::from(step) * 0.0025;
            for lat in [4.605, 4.61, 4.615, 4.62, 4.625, 4.63] {
                assert!(county_of(at(lat, lng)).is_some_and(|hit| hit.county.name() == "Turkana"), "{lat} {lng}");
            }
        }
    }

    #[test]
    fn neighbours_and_sea_have_no_county() {
        for (lat, lng) in [(0.31628, 32.58219), (-3.3, 41.5), (3.15, 43.64)] {
            assert_eq!(county_of(at(lat, lng)), None, "{lat} {lng}");
        }
    }

    #[test]
    fn cell_at_sea_takes_the_county_of_the_shore() {
        let off_lamu = cell_of(at(-2.36, 40.93), Resolution::Six);
        let far_out = cell_of(at(-3.3, 41.5), Resolution::Six);

        assert_eq!(county_of_cell(off_lamu).map(County::name), Some("Lamu"));
        assert_eq!(county_of_cell(far_out), None);
    }

    #[test]
    fn territory_reaches_100_km_abroad_and_no_farther() {
        // Moroto lies 45 km from Kenya, Torit 190 km.
        assert!(in_territory(at(2.53453, 34.66659)));
        assert!(!in_territory(at(4.41328, 32.56732)));
    }

    #[test]
    fn swapped_degrees_are_recognised() {
        assert!(swapped_coordinates_would_fit(36.10395, 1.18251));
        assert!(!swapped_coordinates_would_fit(1.18251, 36.10395));
        assert!(!swapped_coordinates_would_fit(f64::NAN, 1.0));
        assert!(!swapped_coordinates_would_fit(200.0, 1.0));
    }

    proptest! {
        #[test]
        fn nearest_county_is_that_of_a_full_search(lat in -4.9_f64..5.2, lng in 33.7_f64..42.0) {
            let cell = cell_of(at(lat, lng), Resolution::Seven);
            prop_assume!(COUNTY_CELLS.byte_at(cell) == 0);
            let centre = cell_centre(cell_of(at(lat, lng), Resolution::Nine));
            let disk: Vec<CellIndex> = cell_of(centre, Resolution::Nine).grid_disk(34);
            let filled = disk.into_iter().map(|cell| (crate::distance(cell_centre(cell), centre), COUNTY_CELLS.byte_at(cell)));
            let nearest = filled.filter(|(away, byte)| *byte != 0 && *away <= NEAREST_COUNTY);
            let expected = nearest.min_by(|a, b| a.0.total_cmp(b.0).then(a.1.cmp(&b.1))).map(|(_, byte)| byte);

            prop_assert_eq!(COUNTY_CELLS.nearest(centre, NEAREST_COUNTY), expected);
        }

        #[test]
        fn every_county_is_within_the_territory(lat in -4.9_f64..5.2, lng in 33.7_f64..42.0) {
            prop_assume!(county_of(at(lat, lng)).is_some());
            prop_assert!(in_territory(at(lat, lng)));
        }
    }
}
