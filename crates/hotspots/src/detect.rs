//! One set of incidents, one instant: the cells of its hotspots, with their states against 7 days before.
//!
//! Guarantees: the same functions as along log time ([`crate::Hotspots`]), evaluated at 7 days before and at the instant, over the same set.
//! Never: a revision; a hotspot that is not significant at the instant has no row.

use std::collections::BTreeMap;

use domain::{
    Cause, Cell, Family, Hotspot, HotspotCell, HotspotId, HotspotState, LogPosition, LogTime, Span, Timestamp,
};

use crate::false_discovery::{Significant, all_figures};
use crate::incidents::Counted;
use crate::stream::{Hotspots, Settings};
use crate::window::{Ground, Window, score};

/// What states compare with.
const LOOK_BACK: Span = Span::from_days(7);

/// Which cells have a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rows {
    /// Those that belong to a hotspot.
    OfHotspots,
    /// All of the mask.
    AllCells,
}

/// One cell of the mask for a family and window.
#[derive(Clone, Debug, PartialEq)]
pub struct DetectRow {
    /// The hotspot that it belongs to, if it does.
    pub hotspot: Option<HotspotId>,
    /// What is counted.
    pub family: Family,
    /// H3 resolution of the cell.
    pub resolution: u8,
    /// The cell.
    pub cell: Cell,
    /// Length of the window in days of 24 hours.
    pub window_days: u16,
    /// Distinct incidents in the cell.
    pub incidents: u32,
    /// Weight in its disk (itself and its ring, inside the mask), in thousandths.
    pub observed_milli: u64,
    /// Weight expected in its disk.
    pub expected: f64,
    /// −log10 q.
    pub score: f64,
    /// Gi* z of the disk.
    pub gi_star_z: f64,
    /// p of the disk.
    pub p_value: f64,
    /// q of the disk.
    pub q_value: f64,
    /// State of the hotspot, if it belongs to one.
    pub state: Option<HotspotState>,
}

/// Detects hotspots in a set of incidents as of an instant. Rows by family, window and cell. Of incidents with one id the last counts.
#[must_use]
pub fn detect(incidents: &[Counted], as_of: Timestamp, settings: Settings, rows: Rows) -> Vec<DetectRow> {
    let mut hotspots = Hotspots::new(settings);
    incidents.iter().for_each(|counted| hotspots.upsert(counted.clone()));
    for instant in [as_of.minus(LOOK_BACK), as_of] {
        let mark = LogTime::new(instant);
        hotspots.evaluate(mark, Cause { position: LogPosition::FIRST, timer: Some(mark) });
    }
    let ground = hotspots.ground();
    hotspots.windows().iter().flat_map(|window| rows_of(window, &ground, rows)).collect()
}

fn rows_of(window: &Window, ground: &Ground<'_>, rows: Rows) -> Vec<DetectRow> {
    let members: BTreeMap<Cell, (&Hotspot, &HotspotCell)> = window
        .significant()
        .flat_map(|hotspot| hotspot.cells.iter().map(move |cell| (cell.cell, (hotspot, cell))))
        .collect();
    let row = |cell: &HotspotCell, hotspot: Option<&Hotspot>| DetectRow {
        hotspot: hotspot.map(|hotspot| hotspot.id),
        family: window.family,
        resolution: u8::from(ground.mask.resolution().resolution()),
        cell: cell.cell,
        window_days: window.days,
        incidents: cell.incidents,
        observed_milli: cell.observed_milli,
        expected: cell.expected,
        score: score(cell.q_value),
        gi_star_z: cell.gi_star_z,
        p_value: cell.p_value,
        q_value: cell.q_value,
        state: hotspot.map(|hotspot| hotspot.state),
    };
    match rows {
        Rows::OfHotspots => members.values().map(|(hotspot, cell)| row(cell, Some(hotspot))).collect(),
        Rows::AllCells => {
            let evidence = window.evidence(ground);
            let all = ground.grid.cells().zip(all_figures(ground.grid, window.counts()));
            let cells = all.map(|(cell, figures)| evidence.cell(&Significant { cell, figures }));
            cells.map(|cell| row(&cell, members.get(&cell.cell).map(|member| member.0))).collect()
        }
    }
}
