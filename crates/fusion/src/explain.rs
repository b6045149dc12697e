//! Why reports are one incident and what speaks for another: the links within a cluster, and the strongest link out of it.
//!
//! Guarantees: the fields of each link sum to its weight. Evidence of two reports that say what they said is taken over, not computed again.
//! Never: more than 120 links of one incident, the strongest.
use std::cmp::Reverse;

use domain::{Incident, IncidentId, LinkEvidence, ReportId, Weight};

use crate::{
    compose::Parts,
    match_weight::explain,
    regroup::reports,
    settle::WEIGHT_FLOOR,
    state::{Fusion, Node, Nodes},
};

/// Most links that an incident lists: all between 16 reports; of more the strongest.
const LINKS_MAX: usize = 120;

/// A weight between two reports.
type Pair = (i32, Node, Node);

/// What a cluster is made of. `accepted`: the report of which no evidence is known yet.
pub(crate) fn parts<'a>(fusion: &'a Fusion, id: IncidentId, cluster: &[Node], accepted: Option<Node>) -> Parts<'a> {
    let reports = reports(fusion, cluster);
    let nodes: Vec<Node> = reports.iter().filter_map(|report| fusion.node_of(report.id)).collect();
    let inside: Nodes = nodes.iter().copied().collect();
    let beyond_horizon = nodes.iter().all(|node| fusion.entry(*node).is_some_and(|entry| entry.beyond.is_some()));
    let last = fusion.incidents.get(&id);
    let rival = if beyond_horizon { missed(fusion, &nodes) } else { rejected(fusion, &nodes, &inside) };
    Parts {
        mean_weights: nodes.iter().map(|node| mean_weight(fusion, *node, &inside)).collect(),
        links: links(fusion, &nodes, &inside, last.filter(|_| nodes.len() > 2), accepted),
        nearest_rejected: rival.and_then(|(_, a, b)| evidence(fusion, a, b)),
        beyond_horizon,
        parameter_version: fusion.parameters().version(),
        reports,
    }
}

/// An incident of which only the links to others changed; `None` if its nearest rejected one says what it said.
pub(crate) fn with_other_rival(
    fusion: &Fusion,
    id: IncidentId,
    nodes: &[Node],
    accepted: Option<Node>,
) -> Option<Incident> {
    let last = fusion.incidents.get(&id)?;
    let rival = rejected(fusion, nodes, &nodes.iter().copied().collect());
    let known = last.nearest_rejected.as_ref().map(|link| (link.weight.get(), link.report_a, link.report_b));
    let is_known = rival.and_then(|(weight, a, b)| names(fusion, a, b).map(|(a, b)| (weight, a, b))) == known;
    let is_stale = rival.is_some_and(|(_, a, b)| accepted.is_some_and(|node| node == a || node == b));
    if last.beyond_horizon || (is_known && !is_stale) {
        return None;
    }
    let nearest_rejected = rival.and_then(|(_, a, b)| evidence(fusion, a, b));
    Some(Incident { nearest_rejected, ..last.clone() })
}

/// The mean weight of a report to the others of its cluster, as settling counts it.
fn mean_weight(fusion: &Fusion, node: Node, inside: &Nodes) -> Option<Weight> {
    let others = i64::try_from(inside.len()).ok()? - 1;
    let linked = fusion.entry(node)?.links.iter().filter(|(other, _)| inside.contains(other));
    let above_floor: i64 = linked.map(|(_, weight)| i64::from(weight - WEIGHT_FLOOR)).sum();
    let mean = i64::from(WEIGHT_FLOOR) + above_floor.checked_div_euclid(others)?;
    Some(Weight::new(i32::try_from(mean).unwrap_or(i32::MAX)))
}

/// The links between the reports of a cluster, ascending.
fn links(
    fusion: &Fusion,
    nodes: &[Node],
    inside: &Nodes,
    last: Option<&Incident>,
    accepted: Option<Node>,
) -> Vec<LinkEvidence> {
    let mut pairs: Vec<Pair> = Vec::new();
    for node in nodes {
        let known = fusion.entry(*node).map(|entry| entry.links.as_slice()).unwrap_or_default();
        let within = known.iter().filter(|(other, _)| other > node && inside.contains(other));
        pairs.extend(within.map(|(other, weight)| (*weight, *node, *other)));
    }
    let taken_over = |a: Node, b: Node| {
        let names = names(fusion, a, b).filter(|_| accepted != Some(a) && accepted != Some(b))?;
        let known = &last?.links;
        let at = known.binary_search_by_key(&names, |link| (link.report_a, link.report_b)).ok()?;
        known.get(at).cloned()
    };
    let explained = |(_, a, b): Pair| taken_over(a, b).or_else(|| evidence(fusion, a, b));
    let mut links: Vec<LinkEvidence> = strongest(fusion, pairs).filter_map(explained).collect();
    links.sort_by_key(|link| (link.report_a, link.report_b));
    links
}

/// The strongest pairs, as many as are listed; ties fall to the lesser reports.
fn strongest(fusion: &Fusion, mut pairs: Vec<Pair>) -> impl Iterator<Item = Pair> {
    if pairs.len() > LINKS_MAX {
        pairs.sort_by_cached_key(|(weight, a, b)| (Reverse(*weight), names(fusion, *a, *b)));
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
fn rejected(fusion: &Fusion, nodes: &[Node], inside: &Nodes) -> Option<Pair> {
    let mut best: Option<Pair> = None;
    for node in nodes {
        let known = fusion.entry(*node).map(|entry| entry.links.as_slice()).unwrap_or_default();
        for (other, weight) in known.iter().filter(|(other, _)| !inside.contains(other)) {
            let is_better = best.is_none_or(|(most, a, b)| {
                *weight > most || (*weight == most && names(fusion, *node, *other) < names(fusion, a, b))
            });
            if is_better {
                best = Some((*weight, *node, *other));
            }
        }
    }
    best
}

/// The strongest match among reports whose membership was frozen when these came.
fn missed(fusion: &Fusion, nodes: &[Node]) -> Option<Pair> {
    let matches = nodes.iter().filter_map(|node| {
        let best = fusion.node_of(fusion.entry(*node)?.beyond?)?;
        Some((evidence(fusion, *node, best)?.weight.get(), *node, best))
    });
    matches.max_by_key(|(weight, a, b)| (*weight, Reverse(names(fusion, *a, *b))))
}
