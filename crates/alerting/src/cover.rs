//! A county, or nothing known, in; the cells that cover it out.
//!
//! A cover holds every resolution-6 cell that touches its county, be it with a sliver, and a ring around these, because a fine cell may stick
//! out of the coarse one that it is counted to. It is
//! compacted: a coarser cell stands for all its children, so that Turkana takes hundreds of cells, not two thousand. Where not even a county
//! is known, the cover is the territory.
//! Guarantees: ascending, no duplicates, never empty: a subscription by cells hears of an area rather too often than not at all.
use std::{collections::BTreeMap, sync::LazyLock};

use domain::{Cell, CountyNumber};
use geography::{MaskResolution, cells_touching_counties, mask};
use h3o::{CellIndex, Resolution};

/// Regions: coarse enough that the territory is some fifty of them.
const REGION: Resolution = Resolution::Three;

/// The cells that cover a county; `None`: somewhere in Kenya or around it.
///
/// The first call makes the covers of all counties, some 10 ms.
#[must_use]
pub fn cover(county: Option<CountyNumber>) -> &'static [Cell] {
    county.and_then(|county| COVERS.counties.get(&county)).unwrap_or(&COVERS.territory)
}

struct Covers {
    counties: BTreeMap<CountyNumber, Vec<Cell>>,
    territory: Vec<Cell>,
}

static COVERS: LazyLock<Covers> = LazyLock::new(|| {
    let mask = mask(MaskResolution::Six);
    let mut inside: BTreeMap<CountyNumber, Vec<CellIndex>> = BTreeMap::new();
    for (cell, county) in cells_touching_counties(mask.resolution().resolution()) {
        inside.entry(county.number()).or_default().push(cell);
    }
    let regions = mask.cells().iter().filter_map(|cell| cell.parent(REGION)).collect();
    Covers {
        counties: inside.into_iter().map(|(county, cells)| (county, compacted(with_ring(cells)))).collect(),
        territory: compacted(with_ring(regions)),
    }
});

/// The cells and their neighbours: ascending, no duplicates.
fn with_ring(mut cells: Vec<CellIndex>) -> Vec<CellIndex> {
    cells.sort_unstable();
    cells.dedup();
    let mut ringed: Vec<CellIndex> = cells.iter().flat_map(|cell| cell.grid_disk::<Vec<_>>(1)).collect();
    ringed.sort_unstable();
    ringed.dedup();
    ringed
}

fn compacted(mut cells: Vec<CellIndex>) -> Vec<Cell> {
    CellIndex::compact(&mut cells).expect("the cells are of one resolution and have no duplicates");
    let mut cells: Vec<Cell> = cells.into_iter().map(|cell| Cell::new(cell.into())).collect();
    cells.sort_unstable();
    cells
}

#[cfg(test)]
mod tests {
    use domain::Point;
    use geography::{County, cell_of, county_of};
    use proptest::prelude::*;

    use super::*;

    fn covers(cells: &[Cell], cell: CellIndex) -> bool {
        let ancestors =
            Resolution::range(Resolution::Zero, cell.resolution()).filter_map(|coarser| cell.parent(coarser));
        ancestors.into_iter().any(|ancestor| cells.binary_search(&Cell::new(ancestor.into())).is_ok())
    }

    #[test]
    fn every_county_has_a_cover_of_valid_cells() {
        for county in County::all() {
            let cells = cover(Some(county.number()));
            assert!(cells.is_sorted_by(|a, b| a < b), "{county}");
            assert!(cells.iter().all(|cell| CellIndex::try_from(cell.get()).is_ok()), "{county}");
            assert!((1..=600).contains(&cells.len()), "{county} has {}", cells.len());
            assert_ne!(cells, cover(None), "{county}");
        }
        assert!((30..=200).contains(&cover(None).len()), "{}", cover(None).len());
    }

    #[test]
    fn sliver_at_a_border_is_covered() {
        // Nakuru reaches with a few fine cells into coarse ones whose centres, and whose neighbours' centres, are all of other counties.
        let point = Point::from_degrees(-0.681_156_572_385_422_9, 35.918_756_529_306_03).unwrap();
        let county = county_of(point).unwrap().county.number();

        assert!(covers(cover(Some(county)), cell_of(point, Resolution::Six)));
    }

    proptest! {
        #![proptest_config(ProptestConfig { max_global_rejects: 1_000_000, ..ProptestConfig::default() })]

        #[test]
        fn every_point_is_covered_by_its_county(lat in -4.9_f64..5.2, lng in 33.7_f64..42.0) {
            let point = Point::from_degrees(lat, lng).unwrap();
            let hit = county_of(point);
            prop_assume!(hit.is_some());
            let county = hit.map(|hit| hit.county.number());

            prop_assert!(covers(cover(county), cell_of(point, Resolution::Six)));
        }

        #[test]
        fn territory_is_covered(lat in -6.0_f64..6.5, lng in 32.5_f64..43.5) {
            let point = Point::from_degrees(lat, lng).unwrap();
            prop_assume!(geography::in_territory(point));

            prop_assert!(covers(cover(None), cell_of(point, Resolution::Six)));
        }
    }
}
