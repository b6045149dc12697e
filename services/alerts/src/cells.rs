//! Two sets of H3 cells in; whether they overlap out, on any resolutions.
//!
//! H3 cells do not nest: children stick out of their parent. So a cell reaches its ancestors by index, which stand for it in a cover, and the
//! coarser cells that hold its centre or a corner. Two sets overlap if one has a cell that the other has or reaches.
//! Guarantees: symmetric; never misses a cell that a cover stands for. Errs to yes for neighbours that share a corner, and to no for a sliver
//! at an edge that holds no corner. Alerts have cells of resolution 6 and coarser, so finer ones are compared by what they reach there.
use h3o::{CellIndex, LatLng, Resolution};

/// What alerts are placed by; no alert has a finer cell.
const FINEST: Resolution = Resolution::Six;

/// A set of cells, ready to be compared.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct CellSet {
    /// Ascending, no duplicates.
    own: Vec<CellIndex>,
    /// Coarser cells that they reach: ascending, no duplicates.
    reach: Vec<CellIndex>,
}

impl CellSet {
    /// Takes cells in any order. Up to 20 µs a cell.
    pub(crate) fn new(cells: impl IntoIterator<Item = CellIndex>) -> Self {
        let own = sorted(cells.into_iter().collect());
        let reach = sorted(own.iter().flat_map(|cell| reach(*cell)).collect());
        Self { own, reach }
    }

    /// The cells: ascending, no duplicates.
    pub(crate) fn cells(&self) -> &[CellIndex] {
        &self.own
    }

    /// Whether a cell of one overlaps a cell of the other.
    pub(crate) fn overlaps(&self, other: &Self) -> bool {
        meet(&self.own, &other.own) || meet(&self.own, &other.reach) || meet(&self.reach, &other.own)
    }
}

fn reach(cell: CellIndex) -> Vec<CellIndex> {
    let mut reached = if cell.resolution() > FINEST { coarser(cell, FINEST) } else { vec![cell] };
    for anchor in reached.clone() {
        let resolutions = Resolution::range(Resolution::Zero, anchor.resolution());
        reached.extend(
            resolutions
                .filter(|resolution| *resolution < anchor.resolution())
                .flat_map(|resolution| coarser(anchor, resolution)),
        );
    }
    reached.retain(|reached| *reached != cell);
    reached
}

/// The ancestor of a cell, and the cells of that resolution that hold its centre or a corner.
fn coarser(cell: CellIndex, resolution: Resolution) -> Vec<CellIndex> {
    let corners = cell.boundary();
    let points = corners.iter().copied().chain([LatLng::from(cell)]);
    sorted(points.map(|point| point.to_cell(resolution)).chain(cell.parent(resolution)).collect())
}

fn sorted(mut cells: Vec<CellIndex>) -> Vec<CellIndex> {
    cells.sort_unstable();
    cells.dedup();
    cells
}

/// Whether two ascending lists have something in common.
fn meet(one: &[CellIndex], other: &[CellIndex]) -> bool {
    let (few, many) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    few.iter().any(|cell| many.binary_search(cell).is_ok())
}

#[cfg(test)]
mod tests {
    use domain::{CountyNumber, Point};
    use geography::{cell_index, cell_of, county_of};
    use proptest::prelude::*;

    use super::*;

    fn set(cells: &[CellIndex]) -> CellSet {
        CellSet::new(cells.iter().copied())
    }

    fn cover(county: Option<CountyNumber>) -> CellSet {
        CellSet::new(alerting::cover(county).iter().filter_map(|cell| cell_index(*cell)))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn cells_of_one_point_overlap_on_any_resolutions(
            lat in -4.5_f64..5.0, lng in 34.0_f64..41.5, coarse in 0_u8..=6, fine in 0_u8..=9,
        ) {
            let point = Point::from_degrees(lat, lng).unwrap();
            let [coarse, fine] = [coarse, fine].map(|resolution| set(&[cell_of(point, Resolution::try_from(resolution).unwrap())]));

            prop_assert!(coarse.overlaps(&fine));
            prop_assert!(fine.overlaps(&coarse));
        }

        #[test]
        fn any_cell_in_a_county_overlaps_its_cover(lat in -4.5_f64..5.0, lng in 34.0_f64..41.5, resolution in 0_u8..=9) {
            let point = Point::from_degrees(lat, lng).unwrap();
            let Some(hit) = county_of(point) else { return Ok(()) };
            let cell = set(&[cell_of(point, Resolution::try_from(resolution).unwrap())]);

            prop_assert!(cover(Some(hit.county.number())).overlaps(&cell));
            prop_assert!(cover(None).overlaps(&cell));
        }

        #[test]
        fn cells_far_apart_do_not_overlap(
            lat in -4.5_f64..0.0, lng in 34.0_f64..41.5, one in 3_u8..=9, other in 3_u8..=9,
        ) {
            let [here, there] = [(lat, one), (lat + 3.0, other)].map(|(lat, resolution)| {
                let point = Point::from_degrees(lat, lng).unwrap();
                set(&[cell_of(point, Resolution::try_from(resolution).unwrap())])
            });

            prop_assert!(!here.overlaps(&there));
        }
    }

    #[test]
    fn no_cells_overlap_nothing() {
        let cell = set(&[cell_of(Point::from_degrees(1.0, 36.0).unwrap(), FINEST)]);

        assert!(!CellSet::default().overlaps(&cell));
        assert!(cell.overlaps(&cell));
    }
}
