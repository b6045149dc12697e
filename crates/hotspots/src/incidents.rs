//! The incidents that may count, by id, by time and by cell of the mask.
//!
//! Guarantees: each incident is there once; what lies outside the mask, or weighs nothing, is not there.
//! Never: judges what counts; the caller leaves out areas, restricted categories and patrols.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::{AgencyId, Family, IncidentId, Point, SourceId, Span, Timestamp};

/// An incident that counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// Which.
    pub incident: IncidentId,
    /// What it counts for.
    pub family: Family,
    /// When it happened.
    pub at: Timestamp,
    /// Where it happened.
    pub point: Point,
    /// Its belief in thousandths, 1 to 1000; 0 does not count.
    pub weight_milli: u16,
    /// The agencies behind it: no duplicates.
    pub agencies: Vec<AgencyId>,
    /// The sources behind it, echoes left out: no duplicates.
    pub sources: Vec<SourceId>,
}

/// An incident in its cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Placed {
    pub(crate) counted: Counted,
    pub(crate) cell: u32,
}

/// By time, then id: an instant ends after all ids of it.
type Row = Vec<Arc<Placed>>;

/// All of them. Rows are short enough for an insertion in the middle: most are appended.
#[derive(Clone, Debug, Default)]
pub(crate) struct Incidents {
    by_id: BTreeMap<IncidentId, Arc<Placed>>,
    by_day: BTreeMap<(Family, i64), Row>,
    by_cell: BTreeMap<(Family, u32), Row>,
}

/// The window `after` < at ≤ `until`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Period {
    pub(crate) after: Timestamp,
    pub(crate) until: Timestamp,
}

impl Period {
    pub(crate) fn holds(&self, at: Timestamp) -> bool {
        self.after < at && at <= self.until
    }

    /// Its part of a row.
    fn part_of<'a>(&self, row: &'a [Arc<Placed>]) -> &'a [Arc<Placed>] {
        let begin = row.partition_point(|placed| placed.counted.at <= self.after);
        let end = row.partition_point(|placed| placed.counted.at <= self.until);
        row.get(begin..end).unwrap_or_default()
    }
}

impl Incidents {
    pub(crate) fn get(&self, id: IncidentId) -> Option<&Placed> {
        self.by_id.get(&id).map(Arc::as_ref)
    }

    /// By id.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Placed> {
        self.by_id.values().map(Arc::as_ref)
    }

    /// Puts an incident in; it must not be there.
    pub(crate) fn insert(&mut self, placed: Placed) {
        let placed = Arc::new(placed);
        let family = placed.counted.family;
        insert_in_row(self.by_day.entry((family, day(placed.counted.at))).or_default(), &placed);
        insert_in_row(self.by_cell.entry((family, placed.cell)).or_default(), &placed);
        let before = self.by_id.insert(placed.counted.incident, placed);
        debug_assert!(before.is_none(), "an incident is taken out before it is put in again");
    }

    /// Takes an incident out.
    pub(crate) fn remove(&mut self, id: IncidentId) -> Option<Arc<Placed>> {
        let placed = self.by_id.remove(&id)?;
        let family = placed.counted.family;
        remove_from_row(&mut self.by_day, (family, day(placed.counted.at)), &placed);
        remove_from_row(&mut self.by_cell, (family, placed.cell), &placed);
        Some(placed)
    }

    /// The incidents of a family in a period, by time.
    pub(crate) fn during(&self, family: Family, period: Period) -> impl Iterator<Item = &Placed> {
        let days = (period.after < period.until).then(|| (family, day(period.after))..=(family, day(period.until)));
        let rows = days.into_iter().flat_map(|days| self.by_day.range(days)).map(|(_, row)| row);
        rows.flat_map(move |row| period.part_of(row)).map(Arc::as_ref)
    }

    /// The incidents of a family in a cell in a period, by time.
    pub(crate) fn in_cell(&self, family: Family, cell: u32, period: Period) -> &[Arc<Placed>] {
        self.by_cell.get(&(family, cell)).map(|row| period.part_of(row)).unwrap_or_default()
    }

    /// Takes out all incidents of a family that happened at or before an instant.
    pub(crate) fn forget_until(&mut self, family: Family, instant: Timestamp) {
        let rows = self.by_day.range((family, i64::MIN)..=(family, day(instant))).flat_map(|(_, row)| row);
        let old: Vec<IncidentId> =
            rows.filter(|placed| placed.counted.at <= instant).map(|placed| placed.counted.incident).collect();
        old.into_iter().for_each(|id| drop(self.remove(id)));
    }
}

/// Days of UTC since 1970: what groups instants, no day that people see.
fn day(at: Timestamp) -> i64 {
    at.micros().div_euclid(Span::DAY.micros())
}

fn order(placed: &Placed) -> (Timestamp, IncidentId) {
    (placed.counted.at, placed.counted.incident)
}

fn insert_in_row(row: &mut Row, placed: &Arc<Placed>) {
    let place = row.partition_point(|other| order(other) < order(placed));
    row.insert(place, Arc::clone(placed));
}

fn remove_from_row<K: Ord>(rows: &mut BTreeMap<K, Row>, key: K, placed: &Placed) {
    let Some(row) = rows.get_mut(&key) else { return };
    if let Ok(place) = row.binary_search_by_key(&order(placed), |other| order(other)) {
        row.remove(place);
    }
    if row.is_empty() {
        rows.remove(&key);
    }
}
