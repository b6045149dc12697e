//! What a change touches is settled again: components in, clusters out, and of each cluster the incident that it is now.
//!
//! Components hang together by weights above zero, and by frozen membership. Only incidents whose members changed are composed again; of
//! those that only gained or lost a rival, the rival is looked up. Only what differs from its last revision gets a new one.
//! Guarantees: what comes out does not depend on the order in which components are walked.
use std::collections::{BTreeMap, BTreeSet};

use domain::{AcceptedReport, Cause, Incident, IncidentId, LogTime, ReportId};

use crate::{
    compose::{compose, incident_id, member_order},
    explain::{parts, with_other_rival},
    lineage::{Passage, revise},
    marks::Marks,
    settle::{Link, Unit, settle},
    state::{Fusion, Node, Nodes, Outcome},
};

/// What an accepted or retracted report touches.
pub(crate) struct Change {
    pub(crate) cause: Cause,
    pub(crate) log_time: LogTime,
    /// The report that came, or says something else now.
    pub(crate) accepted: Option<Node>,
    /// Reports from which components are walked.
    pub(crate) seeds: Nodes,
    /// Other reports of which a link came, went or changed.
    pub(crate) relinked: Nodes,
    /// The report that is gone, and the incident it supported.
    pub(crate) taken_back: Option<(ReportId, Option<IncidentId>)>,
}

impl Change {
    pub(crate) const fn new(cause: Cause, log_time: LogTime) -> Self {
        Self { cause, log_time, accepted: None, seeds: Nodes::new(), relinked: Nodes::new(), taken_back: None }
    }
}

/// Settles what a change touches, and revises the incidents that are other than before.
pub(crate) fn regroup(fusion: &mut Fusion, change: Change) -> Outcome {
    let clusters = settled(fusion, &change);
    let mut passage = Passage { gone: change.taken_back.and_then(|(_, incident)| incident), ..Passage::default() };
    let mut moved: BTreeMap<ReportId, Option<IncidentId>> =
        change.taken_back.iter().map(|(report, _)| (*report, None)).collect();
    let mut changed: BTreeMap<IncidentId, Vec<Node>> = BTreeMap::new();
    for cluster in clusters {
        let Some(id) = incident_id(&reports(fusion, &cluster)) else { continue };
        let is_changed = has_changed(fusion, id, &cluster, &change);
        for node in &cluster {
            let Some(entry) = fusion.entry_mut(*node) else { continue };
            let former = entry.incident.replace(id);
            passage.before.insert(entry.report.id, former);
            passage.after.insert(entry.report.id, id);
            if former != Some(id) {
                moved.insert(entry.report.id, Some(id));
            }
        }
        if is_changed {
            changed.insert(id, cluster);
        }
    }
    let mut composed: BTreeMap<IncidentId, Incident> = BTreeMap::new();
    for (id, cluster) in changed {
        let incident = compose(parts(fusion, id, &cluster, change.accepted), change.cause, change.log_time);
        composed.extend(incident.map(|incident| (id, incident)));
    }
    let relinked: BTreeSet<IncidentId> =
        change.relinked.iter().filter_map(|node| fusion.entry(*node)?.incident).collect();
    for id in relinked.into_iter().filter(|id| !composed.contains_key(id)).collect::<Vec<_>>() {
        let nodes = members(fusion, id);
        composed.extend(with_other_rival(fusion, id, &nodes, change.accepted).map(|incident| (id, incident)));
    }
    let incidents = revise(&mut fusion.incidents, composed.into_values(), &passage, &change);
    Outcome { incidents, moved: moved.into_iter().collect() }
}

/// The clusters of all components that the seeds are in.
fn settled(fusion: &mut Fusion, change: &Change) -> Vec<Vec<Node>> {
    let mut marks = std::mem::take(&mut fusion.marks);
    let components = walk(fusion, change, &mut marks);
    let clusters =
        components.iter().flat_map(|component| clusters(fusion, component, change.log_time, &mut marks)).collect();
    fusion.marks = marks;
    clusters
}

/// The components that the seeds are in, each ascending.
fn walk(fusion: &Fusion, change: &Change, marks: &mut Marks) -> Vec<Vec<Node>> {
    marks.clear();
    let mut components = Vec::new();
    for seed in change.seeds.iter().filter(|seed| fusion.entry(**seed).is_some()) {
        if !marks.set(*seed, 0) {
            continue;
        }
        let mut component = vec![*seed];
        let mut waiting = vec![*seed];
        while let Some(node) = waiting.pop() {
            let fresh = neighbours(fusion, node, change.log_time).into_iter().filter(|next| marks.set(*next, 0));
            let fresh: Vec<Node> = fresh.collect();
            component.extend(&fresh);
            waiting.extend(fresh);
        }
        component.sort_unstable();
        components.push(component);
    }
    components
}

/// The reports that a report hangs together with.
fn neighbours(fusion: &Fusion, node: Node, log_time: LogTime) -> Vec<Node> {
    let Some(entry) = fusion.entry(node) else { return Vec::new() };
    let frozen = entry.is_frozen(log_time);
    let both_frozen = |other: Node| frozen && fusion.entry(other).is_some_and(|entry| entry.is_frozen(log_time));
    let linked =
        entry.links.iter().filter(|(other, weight)| *weight > 0 && !both_frozen(*other)).map(|(other, _)| *other);
    let mut neighbours: Vec<Node> = linked.collect();
    if let Some(id) = entry.incident.filter(|_| frozen) {
        neighbours.extend(members(fusion, id).into_iter().filter(|other| both_frozen(*other)));
    }
    neighbours
}

/// The members of an incident as it was last composed that are still there.
fn members(fusion: &Fusion, id: IncidentId) -> Vec<Node> {
    let members = fusion.incidents.get(&id).map(|incident| incident.members.iter());
    members.into_iter().flatten().filter_map(|member| fusion.node_of(member.report)).collect()
}

/// The clusters of a component.
fn clusters(fusion: &Fusion, component: &[Node], log_time: LogTime, marks: &mut Marks) -> Vec<Vec<Node>> {
    let units = units(fusion, component, log_time);
    marks.clear();
    for (index, unit) in units.iter().enumerate() {
        for node in &unit.nodes {
            let is_first = marks.set(*node, index);
            debug_assert!(is_first, "a report is in one unit");
        }
    }
    let nodes = |cluster: Vec<usize>| {
        cluster.into_iter().filter_map(|unit| units.get(unit)).flat_map(|unit| unit.nodes.clone())
    };
    let links = links(fusion, component, marks);
    settle(&units, links).into_iter().map(|cluster| nodes(cluster).collect()).collect()
}

/// The links between the units of a component; the marks hold the unit of each report.
fn links(fusion: &Fusion, component: &[Node], marks: &Marks) -> Vec<Link> {
    let mut links = Vec::new();
    for node in component {
        let known = fusion.entry(*node).map(|entry| entry.links.as_slice()).unwrap_or_default();
        for (other, weight) in known.iter().filter(|(other, _)| other > node) {
            if let (Some(a), Some(b)) = (marks.get(*node), marks.get(*other)) {
                links.extend((a != b).then_some(Link { a, b, weight: *weight }));
            }
        }
    }
    links
}

/// The units of a component: each report, but those of one incident whose membership is frozen together.
fn units(fusion: &Fusion, component: &[Node], log_time: LogTime) -> Vec<Unit> {
    let mut frozen: BTreeMap<IncidentId, Vec<Node>> = BTreeMap::new();
    let mut units = Vec::new();
    for node in component {
        let Some(entry) = fusion.entry(*node) else { continue };
        match entry.incident.filter(|_| entry.is_frozen(log_time)) {
            Some(id) => frozen.entry(id).or_default().push(*node),
            None => units.extend(unit(fusion, vec![*node], entry.is_frozen(log_time))),
        }
    }
    units.extend(frozen.into_values().filter_map(|nodes| unit(fusion, nodes, true)));
    units
}

fn unit(fusion: &Fusion, nodes: Vec<Node>, frozen: bool) -> Option<Unit> {
    let reports = reports(fusion, &nodes);
    let least = reports.iter().map(|report| report.id).min()?;
    let occurred_at = reports.iter().map(|report| report.account.occurrence.middle()).min()?;
    Some(Unit { nodes, least, occurred_at, frozen })
}

/// The reports of a cluster, in the order of members.
pub(crate) fn reports<'a>(fusion: &'a Fusion, nodes: &[Node]) -> Vec<&'a AcceptedReport> {
    let mut reports: Vec<_> = nodes.iter().filter_map(|node| fusion.entry(*node)).map(|entry| &entry.report).collect();
    reports.sort_by_key(|report| member_order(report));
    reports
}

/// Whether a cluster has other members than the incident with its id, or a member says something else now.
fn has_changed(fusion: &Fusion, id: IncidentId, cluster: &[Node], change: &Change) -> bool {
    let stays = |node: &Node| {
        change.accepted != Some(*node) && fusion.entry(*node).is_some_and(|entry| entry.incident == Some(id))
    };
    let known = fusion.incidents.get(&id).map(|incident| incident.members.len());
    known != Some(cluster.len()) || !cluster.iter().all(stays)
}
