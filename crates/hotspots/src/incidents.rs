//! The incidents that may count, by id, by time and by cell of the mask.
//!
//! Guarantees: each incident is there once; what lies outside the mask, or weighs nothing, is not there.
//! Never: judges what counts; the caller leaves out areas, restricted categories and patrols.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound::{Excluded, Included};

use domain::{AgencyId, Family, IncidentId, Point, SourceId, Timestamp};

/// The greatest id, so that a range of instants ends after all ids of its last.
const ID_GREATEST: IncidentId = IncidentId::from_bytes([u8::MAX; 16]);

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

/// All of them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Incidents {
    by_id: BTreeMap<IncidentId, Placed>,
    /// Cell and weight, for the windows that an incident enters or leaves.
    by_time: BTreeMap<(Family, Timestamp, IncidentId), (u32, u16)>,
    by_cell: BTreeSet<(Family, u32, Timestamp, IncidentId)>,
}

impl Incidents {
    pub(crate) fn get(&self, id: IncidentId) -> Option<&Placed> {
        self.by_id.get(&id)
    }

    /// By id.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Placed> {
        self.by_id.values()
    }

    /// Puts an incident in; it must not be there.
    pub(crate) fn insert(&mut self, placed: Placed) {
        let Counted { incident, family, at, weight_milli, .. } = placed.counted;
        self.by_time.insert((family, at, incident), (placed.cell, weight_milli));
        self.by_cell.insert((family, placed.cell, at, incident));
        let before = self.by_id.insert(incident, placed);
        debug_assert!(before.is_none(), "an incident is taken out before it is put in again");
    }

    /// Takes an incident out.
    pub(crate) fn remove(&mut self, id: IncidentId) -> Option<Placed> {
        let placed = self.by_id.remove(&id)?;
        let Counted { family, at, .. } = placed.counted;
        self.by_time.remove(&(family, at, id));
        self.by_cell.remove(&(family, placed.cell, at, id));
        Some(placed)
    }

    /// Cells and weights of the incidents of a family with `after` < at ≤ `until`.
    pub(crate) fn between(
        &self,
        family: Family,
        after: Timestamp,
        until: Timestamp,
    ) -> impl Iterator<Item = (u32, u16)> {
        let range =
            (after < until).then_some((Excluded((family, after, ID_GREATEST)), Included((family, until, ID_GREATEST))));
        range.into_iter().flat_map(|range| self.by_time.range(range)).map(|(_, &value)| value)
    }

    /// The incidents of a family in a cell with `after` < at ≤ `until`, by time.
    pub(crate) fn in_cell(
        &self,
        family: Family,
        cell: u32,
        after: Timestamp,
        until: Timestamp,
    ) -> impl Iterator<Item = &Placed> {
        let range = (after < until)
            .then_some((Excluded((family, cell, after, ID_GREATEST)), Included((family, cell, until, ID_GREATEST))));
        let ids = range.into_iter().flat_map(|range| self.by_cell.range(range)).map(|key| key.3);
        ids.filter_map(|id| self.by_id.get(&id))
    }

    /// Takes out all that happened at or before an instant.
    pub(crate) fn forget_until(&mut self, family: Family, instant: Timestamp) {
        let range = (
            Included((family, Timestamp::LEAST, IncidentId::from_bytes([0; 16]))),
            Included((family, instant, ID_GREATEST)),
        );
        let old: Vec<IncidentId> = self.by_time.range(range).map(|(key, _)| key.2).collect();
        old.into_iter().for_each(|id| drop(self.remove(id)));
    }
}
