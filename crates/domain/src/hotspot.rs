//! Where a family of events is significantly above what was expected, over a window.
//!
//! Guarantees: cells ascend; expected, score, p and q are those of contract: of the best cell, least q, then least cell.
//! Never: a person. A hotspot is of places and incident kinds.

use crate::closed::closed_list;
use crate::id::{HotspotId, IncidentId};
use crate::place::{Cell, CountyNumber};
use crate::record::Cause;
use crate::taxonomy::Family;
use crate::time::LogTime;

/// One revision of a hotspot.
#[derive(Clone, Debug, PartialEq)]
pub struct Hotspot {
    /// Its id.
    pub id: HotspotId,
    /// Counts from 1 without gaps.
    pub revision: u64,
    /// What is counted.
    pub family: Family,
    /// H3 resolution of the cells.
    pub resolution: u8,
    /// Length of the window in days of 24 hours.
    pub window_days: u16,
    /// Against 7 days before.
    pub state: HotspotState,
    /// The evaluation mark: the end of the window.
    pub mark: LogTime,
    /// The mark at which it was first seen.
    pub first_seen: LogTime,
    /// Its cells, ascending.
    pub cells: Vec<HotspotCell>,
    /// Weight of the incidents in its cells, in thousandths.
    pub observed_milli: u64,
    /// Weight expected in its cells: sum of weights × cells / mask cells.
    pub expected: f64,
    /// −log10 q of the best cell.
    pub score: f64,
    /// The best cell.
    pub best_cell: Cell,
    /// p of the best cell.
    pub p_value: f64,
    /// q of the best cell.
    pub q_value: f64,
    /// Gi* z of the best cell.
    pub gi_star_z: f64,
    /// County of the best cell.
    pub county: Option<CountyNumber>,
    /// Place nearest to the best cell.
    pub nearest_place: String,
    /// Agencies behind it.
    pub agencies: u32,
    /// Distinct sources behind it.
    pub sources: u32,
    /// Weight of incidents with one source, in thousandths of the observed weight.
    pub single_source_milli: u16,
    /// Greatest weight of incidents that rest on one and the same agency alone, in thousandths of the observed weight.
    pub single_agency_milli: u16,
    /// Its incidents, ascending, no duplicates.
    pub incidents: Vec<IncidentId>,
    /// What it was evaluated after.
    pub cause: Cause,
}

/// One cell of a hotspot.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HotspotCell {
    /// The cell.
    pub cell: Cell,
    /// Distinct incidents in the cell.
    pub incidents: u32,
    /// Weight in its disk (itself and its ring, inside the mask), in thousandths.
    pub observed_milli: u64,
    /// Weight expected in its disk.
    pub expected: f64,
    /// Gi* z of the disk.
    pub gi_star_z: f64,
    /// p of the disk.
    pub p_value: f64,
    /// q of the disk.
    pub q_value: f64,
}

closed_list! {
    /// A hotspot against 7 days before.
    HotspotState {
        /// No significant cell shared.
        New = 1 "NEW",
        /// Observed at least 1.25 times.
        Growing = 2 "GROWING",
        /// In between.
        Persistent = 3 "PERSISTENT",
        /// Observed at most 0.8 times, or not significant at this mark.
        Fading = 4 "FADING",
        /// Not significant for 7 days: final.
        Gone = 5 "GONE",
    }
}
