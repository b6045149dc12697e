//! The reports that are accepted, how they are linked, and the incidents that they are.
//!
//! Comes in: stamped reports and retractions, one at a time. Goes out: the incidents that changed by it.
//! Guarantees: only the touched component is settled again, which gives what settling everything would; where neither the bound on
//! candidates nor the horizon binds, the incidents are those of any order of the same stamped reports. A report whose first revision is
//! 30 days of log time old stays in its incident; only its own amendment or retraction still revises that.
//! Never: compares a report with more than 256 earlier ones.
use std::collections::{BTreeMap, BTreeSet};

use domain::{AcceptedReport, Cause, Incident, IncidentId, IncidentState, LogTime, ReportId};

use crate::{
    candidates::{Index, keep_nearest},
    comparison::{HORIZON, is_beyond_horizon},
    features::Features,
    marks::Marks,
    match_weight::weigh,
    parameters::Parameters,
    regroup::{Change, regroup},
    settle::WEIGHT_FLOOR,
};

/// The place of a report in the tables of one process; it means nothing outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Node(u32);

impl Node {
    pub(crate) const LEAST: Self = Self(0);
    pub(crate) const GREATEST: Self = Self(u32::MAX);

    pub(crate) const fn new(number: u32) -> Self {
        Self(number)
    }

    pub(crate) fn index(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

/// A report with what was computed of it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entry {
    pub(crate) report: AcceptedReport,
    pub(crate) features: Features,
    /// Weights above the floor, ascending by node.
    pub(crate) links: Vec<(Node, i32)>,
    pub(crate) incident: Option<IncidentId>,
    /// The report that it would have joined, had it not come after the horizon.
    pub(crate) beyond: Option<ReportId>,
}

impl Entry {
    /// Whether its membership is frozen at a log time.
    pub(crate) fn is_frozen(&self, log_time: LogTime) -> bool {
        self.report.first_received_at.plus(HORIZON) < log_time
    }
}

/// What a report or a retraction changed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// Revisions of the incidents that changed, ascending by id.
    pub incidents: Vec<Incident>,
    /// The reports whose incident is another now, ascending; `None`: taken back.
    pub moved: Vec<(ReportId, Option<IncidentId>)>,
}

/// Everything that fusion knows.
#[derive(Clone, Debug)]
pub struct Fusion {
    parameters: Parameters,
    entries: Vec<Option<Entry>>,
    free: Vec<Node>,
    by_report: BTreeMap<ReportId, Node>,
    index: Index,
    pub(crate) incidents: BTreeMap<IncidentId, Incident>,
    /// Of no meaning between two changes.
    pub(crate) marks: Marks,
}

/// Everything that later answers depend on, as plain data.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    parameters: Parameters,
    /// Ascending by report.
    reports: Vec<SnapshotReport>,
    /// Ascending by id.
    incidents: Vec<Incident>,
}

#[derive(Clone, Debug, PartialEq)]
struct SnapshotReport {
    report: AcceptedReport,
    /// Ascending by report. Kept and not computed again, because the bound on candidates is applied once, at the report's own stamp.
    links: Vec<(ReportId, i32)>,
    incident: Option<IncidentId>,
    beyond: Option<ReportId>,
}

impl Fusion {
    /// Knows nothing yet.
    #[must_use]
    pub fn new(parameters: Parameters) -> Self {
        Self {
            parameters,
            entries: Vec::new(),
            free: Vec::new(),
            by_report: BTreeMap::new(),
            index: Index::default(),
            incidents: BTreeMap::new(),
            marks: Marks::default(),
        }
    }

    /// Takes a report, or an amendment: a higher revision replaces the one that counts, a lower or equal one changes nothing.
    pub fn accept(&mut self, report: AcceptedReport, cause: Cause, log_time: LogTime) -> Outcome {
        let known = self.by_report.get(&report.id).copied();
        if known.and_then(|node| self.entry(node)).is_some_and(|entry| entry.report.revision >= report.revision) {
            return Outcome::default();
        }
        let mut change = Change::new(cause, log_time);
        let former = known.and_then(|node| self.take(node, &mut change));
        let node = self.place(report, former.and_then(|entry| entry.incident));
        change.accepted = Some(node);
        change.seeds.insert(node);
        self.connect(node, &mut change);
        regroup(self, change)
    }

    /// Takes back a report; one that is not known changes nothing.
    pub fn retract(&mut self, id: ReportId, cause: Cause, log_time: LogTime) -> Outcome {
        let mut change = Change::new(cause, log_time);
        let Some(former) = self.by_report.get(&id).copied().and_then(|node| self.take(node, &mut change)) else {
            return Outcome::default();
        };
        change.taken_back = Some((id, former.incident));
        regroup(self, change)
    }

    /// The live incident that a report supports; `None` if it is not known or taken back.
    #[must_use]
    pub fn incident_of(&self, report: ReportId) -> Option<IncidentId> {
        self.by_report.get(&report).and_then(|node| self.entry(*node)).and_then(|entry| entry.incident)
    }

    /// The incident with this id, or the survivor that answers for it; an incident of which all was taken back answers for itself.
    #[must_use]
    pub fn incident(&self, id: IncidentId) -> Option<&Incident> {
        let mut incident = self.incidents.get(&id)?;
        // An incident merges into one that lives then, so the way to the survivor has no circle.
        while let IncidentState::Merged { into } = incident.state {
            incident = self.incidents.get(&into)?;
        }
        Some(incident)
    }

    /// All incidents that live, ascending by id.
    pub fn live_incidents(&self) -> impl Iterator<Item = &Incident> {
        self.incidents.values().filter(|incident| incident.state == IncidentState::Live)
    }

    /// The parameters in force.
    #[must_use]
    pub const fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    /// Everything that later answers depend on; `restore` goes on as this would.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        let name = |node: Node| self.entry(node).map(|entry| entry.report.id);
        let of_report = |node: &Node| {
            let Entry { report, links, incident, beyond, .. } = self.entry(*node)?.clone();
            let mut links: Vec<_> =
                links.into_iter().filter_map(|(other, weight)| Some((name(other)?, weight))).collect();
            links.sort_unstable();
            Some(SnapshotReport { report, links, incident, beyond })
        };
        Snapshot {
            parameters: self.parameters.clone(),
            reports: self.by_report.values().filter_map(of_report).collect(),
            incidents: self.incidents.values().cloned().collect(),
        }
    }

    /// The state that goes on as the one did from which the snapshot was taken.
    #[must_use]
    pub fn restore(snapshot: Snapshot) -> Self {
        let mut fusion = Self::new(snapshot.parameters);
        let mut links = Vec::with_capacity(snapshot.reports.len());
        for SnapshotReport { report, links: named, incident, beyond } in snapshot.reports {
            let node = fusion.place(report, incident);
            if let Some(entry) = fusion.entry_mut(node) {
                entry.beyond = beyond;
            }
            links.push((node, named));
        }
        for (node, named) in links {
            let known = named.into_iter().filter_map(|(other, weight)| Some((*fusion.by_report.get(&other)?, weight)));
            let mut known: Vec<_> = known.collect();
            known.sort_unstable();
            if let Some(entry) = fusion.entry_mut(node) {
                entry.links = known;
            }
        }
        fusion.incidents = snapshot.incidents.into_iter().map(|incident| (incident.id, incident)).collect();
        fusion
    }

    pub(crate) fn entry(&self, node: Node) -> Option<&Entry> {
        self.entries.get(node.index()).and_then(Option::as_ref)
    }

    pub(crate) fn entry_mut(&mut self, node: Node) -> Option<&mut Entry> {
        self.entries.get_mut(node.index()).and_then(Option::as_mut)
    }

    pub(crate) fn node_of(&self, report: ReportId) -> Option<Node> {
        self.by_report.get(&report).copied()
    }

    /// Gives a report a place, without links.
    fn place(&mut self, report: AcceptedReport, incident: Option<IncidentId>) -> Node {
        let features = Features::of(&report);
        let node = self.free.pop().unwrap_or_else(|| {
            self.entries.push(None);
            Node(u32::try_from(self.entries.len() - 1).expect("memory ends long before four thousand million reports"))
        });
        self.index.insert(node, &features);
        self.by_report.insert(report.id, node);
        if let Some(slot) = self.entries.get_mut(node.index()) {
            *slot = Some(Entry { report, features, links: Vec::new(), incident, beyond: None });
        }
        node
    }

    /// Takes a report out of everything but its incident, and notes whom that touches.
    fn take(&mut self, node: Node, change: &mut Change) -> Option<Entry> {
        let entry = self.entries.get_mut(node.index()).and_then(Option::take)?;
        self.index.remove(node, &entry.features);
        self.by_report.remove(&entry.report.id);
        self.free.push(node);
        for (other, weight) in &entry.links {
            if let Some(neighbour) = self.entry_mut(*other) {
                neighbour.links.retain(|(linked, _)| *linked != node);
            }
            change.relinked.insert(*other);
            if *weight > 0 {
                change.seeds.insert(*other);
            }
        }
        let members = entry.incident.and_then(|id| self.incidents.get(&id)).map(|incident| incident.members.iter());
        let companions = members.into_iter().flatten().filter_map(|member| self.node_of(member.report));
        change.seeds.extend(companions);
        Some(entry)
    }

    /// Weighs a report against its candidates and links it to those above the floor.
    fn connect(&mut self, node: Node, change: &mut Change) {
        let Some(entry) = self.entry(node) else { return };
        let (links, beyond) = self.weigh_candidates(node, entry);
        for (other, weight) in &links {
            if let Some(neighbour) = self.entry_mut(*other) {
                let at = neighbour.links.partition_point(|(linked, _)| *linked < node);
                neighbour.links.insert(at, (node, *weight));
            }
            change.relinked.insert(*other);
        }
        if let Some(entry) = self.entry_mut(node) {
            entry.links = links;
            entry.beyond = beyond;
        }
    }

    /// Links above the floor, ascending, and the best match among reports whose membership was frozen when this one came.
    fn weigh_candidates(&self, node: Node, entry: &Entry) -> (Vec<(Node, i32)>, Option<ReportId>) {
        let features = &entry.features;
        let near = self.index.near(features).into_iter().filter(|other| *other != node);
        let known: Vec<(Node, &Entry)> = near.filter_map(|other| Some((other, self.entry(other)?))).collect();
        let (frozen, open): (Vec<_>, Vec<_>) =
            known.into_iter().partition(|(_, other)| is_beyond_horizon(features, &other.features));
        let (earlier, later): (Vec<_>, Vec<_>) =
            open.into_iter().partition(|(_, other)| other.report.position < entry.report.position);
        let mut candidates = features_of(earlier);
        keep_nearest(features, &mut candidates);
        // Reports with a later stamp are met only out of their order; each of them would have met this one at its own stamp.
        candidates.extend(features_of(later));
        let weighed = candidates
            .into_iter()
            .filter_map(|(other, known)| Some((other, weigh(&self.parameters, features, known)?)));
        let mut links: Vec<(Node, i32)> = weighed.filter(|(_, weight)| *weight > WEIGHT_FLOOR).collect();
        links.sort_unstable();
        (links, self.best_frozen(features, frozen))
    }

    /// The earlier report with the highest weight above zero; ties fall to the lesser id.
    fn best_frozen(&self, features: &Features, frozen: Vec<(Node, &Entry)>) -> Option<ReportId> {
        let mut earlier = features_of(frozen);
        earlier.retain(|(_, other)| other.first_received_us < features.first_received_us);
        keep_nearest(features, &mut earlier);
        let weighed = earlier
            .into_iter()
            .filter_map(|(_, other)| Some((weigh(&self.parameters, features, other)?, other.report)));
        let matching = weighed.filter(|(weight, _)| *weight > 0);
        matching.max_by_key(|(weight, report)| (*weight, std::cmp::Reverse(*report))).map(|(_, report)| report)
    }
}

fn features_of(known: Vec<(Node, &Entry)>) -> Vec<(Node, &Features)> {
    known.into_iter().map(|(node, entry)| (node, &entry.features)).collect()
}

/// The nodes of a set of reports.
pub(crate) type Nodes = BTreeSet<Node>;
