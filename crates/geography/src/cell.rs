//! Points to H3 cells and back.
//!
//! Never: an index rolled up by `parent` for counts; a point is indexed again at each resolution, since children stick out of their parent.
use domain::{Cell, Point};
use h3o::{CellIndex, LatLng, Resolution};

/// Areas are whole multiples of a part of a km²: far coarser than the last bits of a sine, far finer than any use.
const AREA_STEPS_PER_KM2: f64 = 1e9;

/// The cell of a resolution that holds a point. About 0.4 µs.
#[must_use]
pub fn cell_of(point: Point, resolution: Resolution) -> CellIndex {
    let at = LatLng::new(point.lat_degrees(), point.lng_degrees()).expect("a point's degrees are finite");
    at.to_cell(resolution)
}

/// The centre of a cell.
#[must_use]
pub fn cell_centre(cell: CellIndex) -> Point {
    let at = LatLng::from(cell);
    Point::from_degrees(at.lat().clamp(-90.0, 90.0), at.lng().clamp(-180.0, 180.0))
        .expect("a cell's centre is on the globe")
}

/// The area of a cell on the sphere, in km², to 10 cm²: that of the cell itself, not the mean of its resolution.
///
/// Rounded, because h3o takes its sines from the platform, and their last bits differ between platforms.
#[must_use]
pub fn cell_area_km2(cell: CellIndex) -> f64 {
    libm::round(cell.area_km2() * AREA_STEPS_PER_KM2) / AREA_STEPS_PER_KM2
}

/// The H3 index behind a cell of the domain; `None` if it is no valid index.
#[must_use]
pub fn cell_index(cell: Cell) -> Option<CellIndex> {
    CellIndex::try_from(cell.get()).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn centre_of_a_cell_is_in_it(lat in -5.0_f64..5.5, lng in 33.5_f64..42.5, resolution in 2_u8..=9) {
            let resolution = Resolution::try_from(resolution).unwrap();
            let cell = cell_of(Point::from_degrees(lat, lng).unwrap(), resolution);

            prop_assert_eq!(cell_of(cell_centre(cell), resolution), cell);
            prop_assert_eq!(cell_index(Cell::new(u64::from(cell))), Some(cell));
        }

        #[test]
        fn area_of_a_cell_in_kenya_is_35_to_42_km2(lat in -4.7_f64..5.0, lng in 33.9_f64..41.9) {
            let area_km2 = cell_area_km2(cell_of(Point::from_degrees(lat, lng).unwrap(), Resolution::Six));

            prop_assert!((34.0..43.0).contains(&area_km2), "{}", area_km2);
        }
    }

    #[test]
    fn number_that_is_no_cell_has_no_index() {
        assert_eq!(cell_index(Cell::new(0)), None);
    }
}
