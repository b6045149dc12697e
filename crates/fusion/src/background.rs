//! Reports in, how many random candidates a report of a place must expect out: what intake stamps on a report.
//!
//! rate of a cell = (reports in its 19-cell disk + 19 × county rate a cell-day × 1 day) / (19 × days + 19), and
//! rho = max(0.05, rate × 4 days × π 15² km² / cell area). Areas are not counted. Cells outside every county share
//! one pseudo-county.
//! Guarantees: a function of the set of reports. Never: smoothed toward the nation; no region could compute that.
use std::collections::BTreeMap;

use domain::{CountyNumber, LogTime, Point, ResolvedPlace, SourceKind};
use geography::MaskResolution;
use h3o::CellIndex;

use crate::features::LINK_RESOLUTION;

/// Version of the rates that ship in the binary: one random candidate everywhere.
const VERSION_0: u32 = 0;
/// Version of rates made from the reports of one file: the greatest that the wire holds, so that no version of a log is taken for it.
const VERSION_OF_FILE: u32 = i32::MAX.unsigned_abs();
/// What is expected where nothing else is known, in thousandths.
const ONE_MILLI: u64 = 1_000;
/// The least that is expected, in thousandths.
const LEAST_MILLI: u64 = 50;
/// Days that a pair may lie apart, both ways.
const WINDOW_DAYS: f64 = 4.0;
/// Area within which candidates lie: radius 15 km.
const WINDOW_KM2: f64 = std::f64::consts::PI * 15.0 * 15.0;
/// Rings and cells of the disk that a rate is taken over.
const DISK_RING_COUNT: u32 = 2;
const DISK_CELL_COUNT: f64 = 19.0;
/// Cells of the pseudo-county: the territory's outside every county and the mask, counted once.
const OUTSIDE_CELL_COUNT: f64 = 10_000.0;
const DAY_US: f64 = 86_400e6;

/// How many random candidates a report must expect, by place.
#[derive(Clone, Debug, PartialEq)]
pub struct Background {
    version: u32,
    /// `None`: one everywhere.
    rates: Option<Rates>,
}

#[derive(Clone, Debug, PartialEq)]
struct Rates {
    days: f64,
    by_cell: BTreeMap<u64, u32>,
    /// Reports a cell and day.
    by_county: BTreeMap<Option<CountyNumber>, f64>,
}

impl Background {
    /// The background that ships in the binary: one random candidate everywhere.
    #[must_use]
    pub const fn version_zero() -> Self {
        Self { version: VERSION_0, rates: None }
    }

    /// The background of a whole file, from the places and receipts of all its reports. Linear in their number.
    pub fn of_reports<'a>(reports: impl IntoIterator<Item = (&'a ResolvedPlace, LogTime)>) -> Self {
        let mut by_cell: BTreeMap<u64, u32> = BTreeMap::new();
        let mut in_county: BTreeMap<Option<CountyNumber>, u32> = BTreeMap::new();
        let mut span: Option<(LogTime, LogTime)> = None;
        for (place, received_at) in reports {
            let Some(point) = place.point() else { continue };
            *by_cell.entry(cell_of(point)).or_default() += 1;
            *in_county.entry(place.county).or_default() += 1;
            let (first, last) = span.unwrap_or((received_at, received_at));
            span = Some((first.min(received_at), last.max(received_at)));
        }
        let days = span.map_or(1.0, |(first, last)| days_between(first, last));
        let cell_counts = county_cell_counts();
        let rate = |(county, count): (Option<CountyNumber>, u32)| {
            let cell_count = cell_counts.get(&county).copied().unwrap_or(1.0);
            (county, f64::from(count) / (cell_count * days))
        };
        let by_county = in_county.into_iter().map(rate).collect();
        Self { version: VERSION_OF_FILE, rates: Some(Rates { days, by_cell, by_county }) }
    }

    /// The version; every fact names it.
    #[must_use]
    pub const fn version(&self) -> u32 {
        self.version
    }

    /// The expected random candidates of a report, in thousandths: at least 50. Of an area, one.
    ///
    /// The source kind is part of the question because later versions answer by it; this one does not.
    #[must_use]
    pub fn milli(&self, place: &ResolvedPlace, _source_kind: Option<SourceKind>) -> u64 {
        self.rates.as_ref().zip(place.point()).map_or(ONE_MILLI, |(rates, point)| rates.milli(point, place.county))
    }
}

impl Rates {
    fn milli(&self, point: Point, county: Option<CountyNumber>) -> u64 {
        let cell = geography::cell_of(point, LINK_RESOLUTION);
        let disk: Vec<CellIndex> = cell.grid_disk(DISK_RING_COUNT);
        let counted: u32 = disk.into_iter().filter_map(|cell| self.by_cell.get(&u64::from(cell))).sum();
        let county_rate = self.by_county.get(&county).copied().unwrap_or(0.0);
        let rate =
            (f64::from(counted) + DISK_CELL_COUNT * county_rate) / (DISK_CELL_COUNT * self.days + DISK_CELL_COUNT);
        let expected = rate * WINDOW_DAYS * WINDOW_KM2 / geography::cell_area_km2(cell);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "not negative, and u64 saturates")]
        let milli = libm::round(expected * 1_000.0) as u64;
        milli.max(LEAST_MILLI)
    }
}

fn cell_of(point: Point) -> u64 {
    u64::from(geography::cell_of(point, LINK_RESOLUTION))
}

/// At least one day.
fn days_between(first: LogTime, last: LogTime) -> f64 {
    (last.timestamp().since(first.timestamp()).micros() as f64 / DAY_US).max(1.0)
}

/// Cells of each county in the mask, and of the pseudo-county.
fn county_cell_counts() -> BTreeMap<Option<CountyNumber>, f64> {
    let mask = geography::mask(MaskResolution::Six);
    let mut counts = BTreeMap::from([(None, OUTSIDE_CELL_COUNT)]);
    for index in 0..mask.len() {
        if let Some(county) = mask.county(index) {
            *counts.entry(Some(county.number())).or_default() += 1.0;
        }
    }
    counts
}
