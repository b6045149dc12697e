//! A report in, the reports that may tell of the same event out: by place and time, or, where one is an area, by name and identifier.
//!
//! Points are found through the resolution-6 cells within three rings (37 cells), which hold every point within 15 km: H3 is only the
//! index, distance and time decide. Nothing is ever taken out for its age; the horizon is a matter of each pair.
//! Never: a category as a condition; elders mistake it in 20 of 100 reports.
use std::collections::{BTreeMap, BTreeSet};

use domain::Identifier;
use h3o::CellIndex;

use crate::{
    comparison::{LINK_SPAN, time_apart},
    features::Features,
    state::Node,
};

/// Rings of resolution-6 cells that hold every point within 15 km.
const RING_COUNT: u32 = 3;
/// A report is compared with at most so many earlier ones.
pub(crate) const CANDIDATES_MAX: usize = 256;

/// Reports by the middle of their time.
type ByTime = BTreeSet<(i64, Node)>;

/// Where candidates are found.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Index {
    points: BTreeMap<u64, ByTime>,
    /// By (is an area, normalised name).
    names: BTreeMap<(bool, String), ByTime>,
    /// By (is an area, identifier).
    identifiers: BTreeMap<(bool, Identifier), ByTime>,
}

impl Index {
    pub(crate) fn insert(&mut self, node: Node, features: &Features) {
        let entry = (features.middle_us, node);
        if let Some(cell) = features.cell {
            self.points.entry(cell).or_default().insert(entry);
        }
        if !features.place_name.is_empty() {
            self.names.entry((features.is_area(), features.place_name.clone())).or_default().insert(entry);
        }
        for identifier in &features.identifiers {
            self.identifiers.entry((features.is_area(), identifier.clone())).or_default().insert(entry);
        }
    }

    pub(crate) fn remove(&mut self, node: Node, features: &Features) {
        let entry = (features.middle_us, node);
        if let Some(cell) = features.cell {
            take_out(&mut self.points, &cell, entry);
        }
        take_out(&mut self.names, &(features.is_area(), features.place_name.clone()), entry);
        for identifier in &features.identifiers {
            take_out(&mut self.identifiers, &(features.is_area(), identifier.clone()), entry);
        }
    }

    /// The reports that may be near enough, ascending; the report itself may be among them.
    pub(crate) fn near(&self, features: &Features) -> Vec<Node> {
        let (from, to) = (features.middle_us - LINK_SPAN.micros(), features.middle_us + LINK_SPAN.micros());
        let mut nodes = Vec::new();
        let mut take = |reports: Option<&ByTime>| {
            let within =
                reports.into_iter().flat_map(|reports| reports.range((from, Node::LEAST)..=(to, Node::GREATEST)));
            nodes.extend(within.map(|(_, node)| *node));
        };
        if let Some(cell) = features.cell.and_then(|cell| CellIndex::try_from(cell).ok()) {
            cell.grid_disk::<Vec<_>>(RING_COUNT).into_iter().for_each(|cell| take(self.points.get(&u64::from(cell))));
        }
        // Two points are found by their places; a name or an identifier finds a pair of which one is an area.
        let kinds: &[bool] = if features.is_area() { &[false, true] } else { &[true] };
        for is_area in kinds {
            take(self.names.get(&(*is_area, features.place_name.clone())));
            features
                .identifiers
                .iter()
                .for_each(|identifier| take(self.identifiers.get(&(*is_area, identifier.clone()))));
        }
        nodes.sort_unstable();
        nodes.dedup();
        nodes
    }
}

/// Removes an entry, and the key with its last one.
fn take_out<Key: Ord>(map: &mut BTreeMap<Key, ByTime>, key: &Key, entry: (i64, Node)) {
    let Some(reports) = map.get_mut(key) else { return };
    reports.remove(&entry);
    if reports.is_empty() {
        map.remove(key);
    }
}

/// Keeps the candidates nearest in time, then in place, then by report, if there are more than the bound.
pub(crate) fn keep_nearest(features: &Features, candidates: &mut Vec<(Node, &Features)>) {
    if candidates.len() <= CANDIDATES_MAX {
        return;
    }
    candidates.sort_by_cached_key(|(_, other)| {
        (time_apart(features, other), decimetres_apart(features, other), other.report)
    });
    candidates.truncate(CANDIDATES_MAX);
}

/// Decimetres between two points; of an area, farther than any.
fn decimetres_apart(a: &Features, b: &Features) -> u64 {
    let distance = a.point.zip(b.point).map(|(here, there)| geography::distance(here, there).get());
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most half the Earth's girth")]
    let decimetres = distance.map_or(u64::MAX, |metres| libm::round(metres * 10.0) as u64);
    decimetres
}
