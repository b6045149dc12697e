//! What a change touches is settled again: components in, clusters out, and of each cluster the incident that it is now.
//!
//! Components hang together by weights above zero, and by frozen membership. Only incidents whose members or links changed are composed
//! again, and only those that differ from their last revision get a new one.
//! Guarantees: what comes out does not depend on the order in which components are walked.
use std::collections::{BTreeMap, BTreeSet};

use domain::{AcceptedReport, Cause, Incident, IncidentId, LinkEvidence, LogTime, ReportId, Weight};

use crate::{
    compose::{Parts, compose, incident_id, member_order},
    lineage::{Passage, revise},
    match_weight::explain,
    settle::{Link, Unit, WEIGHT_FLOOR, settle},
    state::{Fusion, Node, Nodes, Outcome},
};

/// Most links that an incident lists: all between 16 reports; of more the strongest.
const LINKS_MAX: usize = 120;

/// What an accepted or retracted report touches.
pub(crate) struct Change {
    pub(crate) cause: Cause,
    pub(crate) log_time: LogTime,
    /// Reports from which components are walked.
    pub(crate) seeds: Nodes,
    /// Reports of which a link came, went or changed.
    pub(crate) relinked: Nodes,
    /// The report that is gone, and the incident it supported.
    pub(crate) taken_back: Option<(ReportId, Option<IncidentId>)>,
}

impl Change {
    pub(crate) const fn new(cause: Cause, log_time: LogTime) -> Self {
        Self { cause, log_time, seeds: Nodes::new(), relinked: Nodes::new(), taken_back: None }
    }
}

/// Settles what a change touches, and revises the incidents that are other than before.
pub(crate) fn regroup(fusion: &mut Fusion, change: Change) -> Outcome {
    let walked = walk(fusion, &change);
    let clusters: Vec<Vec<Node>> =
        walked.iter().flat_map(|component| clusters(fusion, component, change.log_time)).collect();
    let mut passage = Passage { gone: change.taken_back.and_then(|(_, incident)| incident), ..Passage::default() };
    let mut moved: BTreeMap<ReportId, Option<IncidentId>> =
        change.taken_back.iter().map(|(report, _)| (*report, None)).collect();
    let mut dirty: BTreeMap<IncidentId, Vec<Node>> = BTreeMap::new();
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
            dirty.insert(id, cluster);
        }
    }
    for id in change.relinked.iter().filter_map(|node| fusion.entry(*node)?.incident) {
        dirty.entry(id).or_insert_with(|| members(fusion, id));
    }
    let composed: Vec<Incident> =
        dirty.values().filter_map(|cluster| compose_cluster(fusion, cluster, &change)).collect();
    let incidents = revise(&mut fusion.incidents, composed, &passage, &change);
    Outcome { incidents, moved: moved.into_iter().collect() }
}

/// The components that the seeds are in, each ascending.
fn walk(fusion: &Fusion, change: &Change) -> Vec<Nodes> {
    let mut visited = Nodes::new();
    let mut components = Vec::new();
    for seed in change.seeds.iter().filter(|seed| fusion.entry(**seed).is_some()) {
        if !visited.insert(*seed) {
            continue;
        }
        let mut component = Nodes::from([*seed]);
        let mut waiting = vec![*seed];
        while let Some(node) = waiting.pop() {
            for next in neighbours(fusion, node, change.log_time) {
                if visited.insert(next) {
                    component.insert(next);
                    waiting.push(next);
                }
            }
        }
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
fn clusters(fusion: &Fusion, component: &Nodes, log_time: LogTime) -> Vec<Vec<Node>> {
    let units = units(fusion, component, log_time);
    let unit_of: BTreeMap<Node, usize> =
        units.iter().enumerate().flat_map(|(index, unit)| unit.nodes.iter().map(move |node| (*node, index))).collect();
    let mut links = Vec::new();
    for (node, a) in &unit_of {
        let known = fusion.entry(*node).map(|entry| entry.links.as_slice()).unwrap_or_default();
        for (other, weight) in known.iter().filter(|(other, _)| other > node) {
            if let Some(b) = unit_of.get(other).filter(|b| *b != a) {
                links.push(Link { a: *a, b: *b, weight: *weight });
            }
        }
    }
    let nodes = |cluster: Vec<usize>| {
        cluster.into_iter().filter_map(|unit| units.get(unit)).flat_map(|unit| unit.nodes.clone())
    };
    settle(&units, &links).into_iter().map(|cluster| nodes(cluster).collect()).collect()
}

/// The units of a component: each report, but those of one incident whose membership is frozen together.
fn units(fusion: &Fusion, component: &Nodes, log_time: LogTime) -> Vec<Unit> {
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

fn reports<'a>(fusion: &'a Fusion, nodes: &[Node]) -> Vec<&'a AcceptedReport> {
    let mut reports: Vec<_> = nodes.iter().filter_map(|node| fusion.entry(*node)).map(|entry| &entry.report).collect();
    reports.sort_by_key(|report| member_order(report));
    reports
}

/// Whether a cluster has other members or links than the incident with its id.
fn has_changed(fusion: &Fusion, id: IncidentId, cluster: &[Node], change: &Change) -> bool {
    let stays = |node: &Node| {
        !change.relinked.contains(node) && fusion.entry(*node).is_some_and(|entry| entry.incident == Some(id))
    };
    let known = fusion.incidents.get(&id).map(|incident| incident.members.len());
    known != Some(cluster.len()) || !cluster.iter().all(stays)
}

fn compose_cluster(fusion: &Fusion, cluster: &[Node], change: &Change) -> Option<Incident> {
    let reports = reports(fusion, cluster);
    let nodes: Vec<Node> = reports.iter().filter_map(|report| fusion.node_of(report.id)).collect();
    let inside: BTreeSet<Node> = nodes.iter().copied().collect();
    let beyond_horizon = nodes.iter().all(|node| fusion.entry(*node).is_some_and(|entry| entry.beyond.is_some()));
    let parts = Parts {
        mean_weights: nodes.iter().map(|node| mean_weight(fusion, *node, &inside)).collect(),
        links: links(fusion, &nodes, &inside),
        nearest_rejected: if beyond_horizon { missed(fusion, &nodes) } else { rejected(fusion, &nodes, &inside) },
        beyond_horizon,
        parameter_version: fusion.parameters().version(),
        reports,
    };
    compose(parts, change.cause, change.log_time)
}

/// The mean weight of a report to the others of its cluster, as settling counts it.
fn mean_weight(fusion: &Fusion, node: Node, inside: &BTreeSet<Node>) -> Option<Weight> {
    let others = i64::try_from(inside.len()).ok()? - 1;
    let linked = fusion.entry(node)?.links.iter().filter(|(other, _)| inside.contains(other));
    let above_floor: i64 = linked.map(|(_, weight)| i64::from(weight - WEIGHT_FLOOR)).sum();
    (others > 0).then(|| {
        Weight::new(i32::try_from(i64::from(WEIGHT_FLOOR) + above_floor.div_euclid(others)).unwrap_or(i32::MAX))
    })
}

/// The links between the reports of a cluster, ascending.
fn links(fusion: &Fusion, nodes: &[Node], inside: &BTreeSet<Node>) -> Vec<LinkEvidence> {
    let mut pairs: Vec<(i32, Node, Node)> = Vec::new();
    for node in nodes {
        let known = fusion.entry(*node).map(|entry| entry.links.as_slice()).unwrap_or_default();
        let within = known.iter().filter(|(other, _)| other > node && inside.contains(other));
        pairs.extend(within.map(|(other, weight)| (*weight, *node, *other)));
    }
    let mut links: Vec<LinkEvidence> =
        strongest(fusion, pairs).filter_map(|(_, a, b)| evidence(fusion, a, b)).collect();
    links.sort_by_key(|link| (link.report_a, link.report_b));
    links
}

/// The strongest pairs, as many as are listed; ties fall to the lesser reports.
fn strongest(fusion: &Fusion, mut pairs: Vec<(i32, Node, Node)>) -> impl Iterator<Item = (i32, Node, Node)> {
    if pairs.len() > LINKS_MAX {
        pairs.sort_by_cached_key(|(weight, a, b)| (-i64::from(*weight), names(fusion, *a, *b)));
    }
    pairs.into_iter().take(LINKS_MAX)
}

/// The ids of two reports, the lesser first.
fn names(fusion: &Fusion, a: Node, b: Node) -> Option<(ReportId, ReportId)> {
    let (a, b) = (fusion.entry(a)?.report.id, fusion.entry(b)?.report.id);
    Some((a.min(b), a.max(b)))
}

fn evidence(fusion: &Fusion, a: Node, b: Node) -> Option<LinkEvidence> {
    explain(fusion.parameters(), &fusion.entry(a)?.features, &fusion.entry(b)?.features)
}

/// The strongest link to a report of another incident; ties fall to the lesser reports.
fn rejected(fusion: &Fusion, nodes: &[Node], inside: &BTreeSet<Node>) -> Option<LinkEvidence> {
    let outside = |node: &Node| {
        let known = fusion.entry(*node).map(|entry| entry.links.as_slice()).unwrap_or_default();
        let node = *node;
        known.iter().filter(|(other, _)| !inside.contains(other)).map(move |(other, weight)| (*weight, node, *other))
    };
    let pairs = nodes.iter().flat_map(outside);
    let best = pairs.max_by_key(|(weight, a, b)| (*weight, std::cmp::Reverse(names(fusion, *a, *b))));
    best.and_then(|(_, a, b)| evidence(fusion, a, b))
}

/// The strongest link to a report whose membership was frozen when these came.
fn missed(fusion: &Fusion, nodes: &[Node]) -> Option<LinkEvidence> {
    let matches = nodes.iter().filter_map(|node| {
        let best = fusion.entry(*node)?.beyond?;
        evidence(fusion, *node, fusion.node_of(best)?)
    });
    matches.max_by_key(|link| (link.weight, std::cmp::Reverse((link.report_a, link.report_b))))
}
