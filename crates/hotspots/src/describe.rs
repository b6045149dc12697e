//! What a hotspot says of itself: its cells, what was expected there, its best cell, and on whom it rests.
//!
//! Comes in: the cells with p and q, the counts and the incidents. Goes out: the figures of contract: incidents and observed of its own
//! cells; p, q and z of the disks. Never: an id, a state, a mark; those are history.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::{AgencyId, Cell, CountyNumber, Family, Hotspot, HotspotCell, IncidentId, SourceId};
use geography::Mask;

use crate::counts::Counts;
use crate::false_discovery::Significant;
use crate::gi_star::gi_star_z;
use crate::grid::Grid;
use crate::incidents::{Incidents, Period, Placed};

/// Everything that the figures of a family and window are made of.
#[derive(Clone, Copy)]
pub(crate) struct Evidence<'a> {
    pub(crate) mask: &'static Mask,
    pub(crate) grid: &'a Grid,
    pub(crate) counts: &'a Counts,
    pub(crate) incidents: &'a Incidents,
    pub(crate) family: Family,
    pub(crate) period: Period,
}

/// On what a hotspot rests.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Support {
    /// Ascending.
    pub(crate) incidents: Vec<IncidentId>,
    pub(crate) agencies: u32,
    pub(crate) sources: u32,
    pub(crate) single_source_milli: u16,
    pub(crate) single_agency_milli: u16,
}

impl Support {
    /// That of a hotspot as it was told.
    pub(crate) fn of(told: &Hotspot) -> Support {
        Support {
            incidents: told.incidents.clone(),
            agencies: told.agencies,
            sources: told.sources,
            single_source_milli: told.single_source_milli,
            single_agency_milli: told.single_agency_milli,
        }
    }
}

impl<'a> Evidence<'a> {
    /// The incidents of the window in a cell, by time.
    pub(crate) fn in_cell(&self, cell: u32) -> &'a [Arc<Placed>] {
        self.incidents.in_cell(self.family, cell, self.period)
    }

    /// The weight in some cells, in thousandths.
    pub(crate) fn observed_milli(&self, cells: &[Significant]) -> u64 {
        cells.iter().map(|found| self.counts.cell(found.cell)).sum()
    }

    /// The weight that an even spread puts into a number of cells.
    pub(crate) fn expected(&self, cell_count: usize) -> f64 {
        self.counts.totals().weight as f64 * cell_count as f64 / self.grid.len() as f64 / 1_000.0
    }

    /// The figures of a cell.
    pub(crate) fn cell(&self, found: &Significant) -> HotspotCell {
        let (size, weight) = (self.grid.disk_size(found.cell), self.counts.disk(found.cell));
        HotspotCell {
            cell: self.cell_index(found.cell),
            incidents: u32::try_from(self.in_cell(found.cell).len()).unwrap_or(u32::MAX),
            observed_milli: weight,
            expected: self.expected(size),
            gi_star_z: gi_star_z(self.counts.totals(), self.grid.len(), size, weight),
            p_value: found.figures.p_value,
            q_value: found.figures.q_value,
        }
    }

    /// Whether a hotspot has these cells and no others.
    pub(crate) fn are_cells_of(&self, hotspot: &Hotspot, cells: &[Significant]) -> bool {
        hotspot.cells.iter().map(|cell| cell.cell).eq(cells.iter().map(|found| self.cell_index(found.cell)))
    }

    fn cell_index(&self, cell: u32) -> Cell {
        let index = self.mask.cells().get(cell as usize).expect("cells of the grid are those of the mask");
        Cell::new(u64::from(*index))
    }

    /// County and nearest place of a cell.
    pub(crate) fn names(&self, cell: u32) -> (Option<CountyNumber>, String) {
        let index = cell as usize;
        let county = self.mask.county(index).map(|county| county.number());
        let place = self.mask.cells().get(index).and_then(|cell| nearest_place_name(*cell));
        (county, place.unwrap_or_default())
    }

    /// On what a hotspot of these cells rests.
    pub(crate) fn support(&self, cells: &[Significant]) -> Support {
        let placed: Vec<&Placed> = cells.iter().flat_map(|found| self.in_cell(found.cell)).map(Arc::as_ref).collect();
        let observed = placed.iter().map(|placed| u64::from(placed.counted.weight_milli)).sum();
        let agencies: BTreeSet<&AgencyId> = placed.iter().flat_map(|placed| &placed.counted.agencies).collect();
        let sources: BTreeSet<&SourceId> = placed.iter().flat_map(|placed| &placed.counted.sources).collect();
        let mut incidents: Vec<IncidentId> = placed.iter().map(|placed| placed.counted.incident).collect();
        incidents.sort_unstable();
        Support {
            incidents,
            agencies: u32::try_from(agencies.len()).unwrap_or(u32::MAX),
            sources: u32::try_from(sources.len()).unwrap_or(u32::MAX),
            single_source_milli: share_milli(weight_of_single_sources(&placed), observed),
            single_agency_milli: share_milli(greatest_weight_of_one_agency(&placed), observed),
        }
    }
}

fn nearest_place_name(cell: h3o::CellIndex) -> Option<String> {
    geography::nearest_place(geography::cell_centre(cell)).map(|nearest| nearest.place.name().to_owned())
}

fn weight_of_single_sources(placed: &[&Placed]) -> u64 {
    let single = placed.iter().filter(|placed| placed.counted.sources.len() == 1);
    single.map(|placed| u64::from(placed.counted.weight_milli)).sum()
}

/// Of the incidents that rest on one and the same agency alone.
fn greatest_weight_of_one_agency(placed: &[&Placed]) -> u64 {
    let mut alone: BTreeMap<&AgencyId, u64> = BTreeMap::new();
    for placed in placed {
        if let [agency] = placed.counted.agencies.as_slice() {
            *alone.entry(agency).or_default() += u64::from(placed.counted.weight_milli);
        }
    }
    alone.into_values().max().unwrap_or(0)
}

/// Rounded to the nearest thousandth.
fn share_milli(part: u64, whole: u64) -> u16 {
    let rounded = (part * 2_000 + whole).checked_div(whole * 2).unwrap_or(0);
    u16::try_from(rounded).unwrap_or(1_000)
}

/// The best cell: least q, then least cell.
pub(crate) fn best(cells: &[Significant]) -> Option<&Significant> {
    cells.iter().min_by(|a, b| a.figures.q_value.total_cmp(&b.figures.q_value).then(a.cell.cmp(&b.cell)))
}
