//! The reports of one component and the weights between them in, the incidents that they are out.
//!
//! Greedy correlation clustering (after Bansal, Blum and Chawla 2004): again and again the two clusters with the highest mean weight between them become one,
//! while that mean is above zero. A weight under −6 nat counts as −6, and so does a pair without one: a chain of reports, each near the
//! next only, is not one incident. Means are compared by cross-multiplication; ties fall to the clusters with the least report ids.
//! Reports that were settled before the horizon come in as one frozen unit; two frozen units never merge.
//! Guarantees: a function of the set of units and links, whatever their order. Never: more than 64 reports at once, see [`settle`].
use std::collections::BTreeMap;

use domain::{ReportId, Timestamp};

use crate::{fixed::NAT, state::Node};

/// What a pair counts at least, and what a pair without weight counts.
pub(crate) const WEIGHT_FLOOR: i32 = -6 * NAT;
/// Most reports that are settled together.
pub(crate) const SETTLED_MAX: usize = 64;
/// Links up to this weight may be cut to bring a component under the bound.
const THRESHOLD_MAX: i32 = 12 * NAT;

/// Reports that stay together: one, or those of an incident whose membership is frozen.
#[derive(Clone, Debug)]
pub(crate) struct Unit {
    pub(crate) nodes: Vec<Node>,
    /// The least report.
    pub(crate) least: ReportId,
    /// The earliest time.
    pub(crate) occurred_at: Timestamp,
    pub(crate) frozen: bool,
}

/// A weight above the floor between two units, by their places in the list; of two units with several reports there may be several.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Link {
    pub(crate) a: usize,
    pub(crate) b: usize,
    pub(crate) weight: i32,
}

/// Settles a component into clusters of units, by their places in the list.
///
/// Over 64 reports the threshold of the links that hold it together rises by 1 nat until each piece is small enough, or it passes 12;
/// such a piece is cut into runs by time. So is one of which the next rise would leave most reports alone: a crowd that all tell of one
/// thing must not become as many incidents. Cubic in the number of units of a piece.
pub(crate) fn settle(units: &[Unit], links: Vec<Link>) -> Vec<Vec<usize>> {
    let mut clusters = Vec::new();
    let mut pieces = vec![Piece { units: (0..units.len()).collect(), links, threshold: 0 }];
    while let Some(piece) = pieces.pop() {
        if report_count(units, &piece.units) <= SETTLED_MAX {
            clusters.extend(Greedy::new(units, &piece).run());
            continue;
        }
        let higher = piece.next_threshold();
        let parts = connected(units, &piece, higher);
        let alone = parts.iter().filter(|part| part.len() == 1).count();
        if higher > THRESHOLD_MAX || alone * 2 > piece.units.len() {
            let runs = runs(units, &piece.units);
            let runs = piece.divided(units, runs, higher);
            clusters.extend(runs.flat_map(|run| Greedy::new(units, &run).run()));
        } else {
            pieces.extend(piece.divided(units, parts, higher));
        }
    }
    clusters
}

fn report_count(units: &[Unit], piece: &[usize]) -> usize {
    piece.iter().filter_map(|unit| units.get(*unit)).map(|unit| unit.nodes.len()).sum()
}

/// A part of a component, with the links inside it.
struct Piece {
    units: Vec<usize>,
    links: Vec<Link>,
    /// Links above this weight hold it together.
    threshold: i32,
}

impl Piece {
    /// The next whole nat that cuts a link; the lower ones would leave the piece as it is.
    fn next_threshold(&self) -> i32 {
        let weights = self.links.iter().map(|link| link.weight).filter(|weight| *weight > self.threshold);
        weights.min().map_or(self.threshold + NAT, |least| (least - 1).div_euclid(NAT) * NAT + NAT)
    }

    /// The parts as pieces, each with the links inside it.
    fn divided(self, units: &[Unit], parts: Vec<Vec<usize>>, threshold: i32) -> impl Iterator<Item = Piece> {
        let mut part_of: Vec<Option<usize>> = vec![None; units.len()];
        for (part, members) in parts.iter().enumerate() {
            members.iter().for_each(|unit| point(&mut part_of, *unit, part));
        }
        let mut links: Vec<Vec<Link>> = parts.iter().map(|_| Vec::new()).collect();
        let part = |unit: usize| part_of.get(unit).copied().flatten();
        for link in self.links {
            let common = part(link.a).filter(|a| part(link.b) == Some(*a));
            if let Some(inside) = common.and_then(|common| links.get_mut(common)) {
                inside.push(link);
            }
        }
        parts.into_iter().zip(links).map(move |(units, links)| Piece { units, links, threshold })
    }
}

/// The parts of a piece that links above the threshold hold together.
fn connected(units: &[Unit], piece: &Piece, threshold: i32) -> Vec<Vec<usize>> {
    // Each unit points to a lesser one of its part; the least points to itself. Units outside the piece point nowhere.
    let mut above: Vec<Option<usize>> = vec![None; units.len()];
    piece.units.iter().for_each(|unit| point(&mut above, *unit, *unit));
    for link in piece.links.iter().filter(|link| link.weight > threshold && !both_frozen(units, link)) {
        if let (Some(a), Some(b)) = (least_of(&mut above, link.a), least_of(&mut above, link.b)) {
            point(&mut above, a.max(b), a.min(b));
        }
    }
    let mut parts: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for unit in &piece.units {
        parts.entry(least_of(&mut above, *unit).unwrap_or(*unit)).or_default().push(*unit);
    }
    parts.into_values().collect()
}

fn point(table: &mut [Option<usize>], from: usize, to: usize) {
    if let Some(slot) = table.get_mut(from) {
        *slot = Some(to);
    }
}

/// The least unit of the part that a unit is in; `None` outside the piece. Shortens the way for the next question.
fn least_of(above: &mut [Option<usize>], mut unit: usize) -> Option<usize> {
    loop {
        let next = above.get(unit).copied().flatten()?;
        if next == unit {
            return Some(unit);
        }
        let after = above.get(next).copied().flatten()?;
        point(above, unit, after);
        unit = next;
    }
}

fn both_frozen(units: &[Unit], link: &Link) -> bool {
    [link.a, link.b].iter().all(|unit| units.get(*unit).is_some_and(|unit| unit.frozen))
}

/// Cuts a piece by (time, report) into runs of at most 64 reports.
fn runs(units: &[Unit], piece: &[usize]) -> Vec<Vec<usize>> {
    let mut piece = piece.to_vec();
    piece.sort_by_key(|unit| units.get(*unit).map(|unit| (unit.occurred_at, unit.least)));
    let mut runs: Vec<Vec<usize>> = Vec::new();
    for unit in piece {
        match runs.last_mut() {
            Some(run) if report_count(units, run) + report_count(units, &[unit]) <= SETTLED_MAX => run.push(unit),
            _ => runs.push(vec![unit]),
        }
    }
    runs
}

/// A cluster while clusters are merged.
struct Cluster {
    units: Vec<usize>,
    report_count: i64,
    least: ReportId,
    frozen: bool,
}

/// The merging of one piece.
struct Greedy {
    clusters: Vec<Option<Cluster>>,
    /// Sum of the weights between two clusters, row by row.
    sums: Vec<i64>,
    /// Of each cluster the best offer that it is part of.
    best: Vec<Option<Offer>>,
}

/// Two clusters that may merge, by their places, with the sum of weights between them and the number of pairs.
#[derive(Clone, Copy)]
struct Offer {
    a: usize,
    b: usize,
    sum: i64,
    pair_count: i64,
    reports: (ReportId, ReportId),
}

impl Offer {
    /// Whether its mean is higher; between equal means, whether its reports are less.
    fn is_better(&self, other: &Self) -> bool {
        let (ours, theirs) = (self.sum * other.pair_count, other.sum * self.pair_count);
        ours > theirs || (ours == theirs && self.reports < other.reports)
    }

    fn better(self, other: Self) -> Self {
        if other.is_better(&self) { other } else { self }
    }
}

#[allow(
    clippy::indexing_slicing,
    reason = "a square matrix over the clusters of one piece, indexed by their own places"
)]
impl Greedy {
    fn new(units: &[Unit], piece: &Piece) -> Self {
        let mut place_of: Vec<Option<usize>> = vec![None; units.len()];
        piece.units.iter().enumerate().for_each(|(place, unit)| place_of[*unit] = Some(place));
        let cluster = |index: &usize| {
            let unit = &units[*index];
            let report_count = i64::try_from(unit.nodes.len()).unwrap_or(i64::MAX);
            Some(Cluster { units: vec![*index], report_count, least: unit.least, frozen: unit.frozen })
        };
        let clusters: Vec<Option<Cluster>> = piece.units.iter().map(cluster).collect();
        let count_of = |place: usize| clusters[place].as_ref().map_or(0, |cluster| cluster.report_count);
        let size = clusters.len();
        let mut sums: Vec<i64> =
            (0..size * size).map(|at| i64::from(WEIGHT_FLOOR) * count_of(at / size) * count_of(at % size)).collect();
        for link in &piece.links {
            if let (Some(a), Some(b)) = (place_of[link.a], place_of[link.b]) {
                let above_floor = i64::from(link.weight.max(WEIGHT_FLOOR) - WEIGHT_FLOOR);
                sums[a * size + b] += above_floor;
                sums[b * size + a] += above_floor;
            }
        }
        Self { clusters, sums, best: vec![None; size] }
    }

    fn run(mut self) -> Vec<Vec<usize>> {
        if self.is_one_cluster() {
            return vec![self.clusters.into_iter().flatten().flat_map(|cluster| cluster.units).collect()];
        }
        (0..self.clusters.len()).for_each(|place| self.best[place] = self.best_of(place));
        while let Some(best) = self.best.iter().flatten().copied().reduce(Offer::better) {
            self.merge(best.a, best.b);
        }
        self.clusters.into_iter().flatten().map(|cluster| cluster.units).collect()
    }

    /// Whether all speak for all: then every mean stays above zero, in whatever order they merge.
    fn is_one_cluster(&self) -> bool {
        let size = self.clusters.len();
        let frozen_count = self.clusters.iter().flatten().filter(|cluster| cluster.frozen).count();
        let speaks = |(at, sum): (usize, &i64)| *sum > 0 || at / size == at % size;
        frozen_count < 2 && self.sums.iter().enumerate().all(speaks)
    }

    fn best_of(&self, place: usize) -> Option<Offer> {
        (0..self.clusters.len()).filter_map(|other| self.offer(place, other)).reduce(Offer::better)
    }

    fn offer(&self, a: usize, b: usize) -> Option<Offer> {
        let sum = self.sums[a * self.clusters.len() + b];
        let (here, there) = (self.clusters[a].as_ref()?, self.clusters[b].as_ref()?);
        let allowed = a != b && sum > 0 && !(here.frozen && there.frozen);
        allowed.then(|| Offer {
            a: a.min(b),
            b: a.max(b),
            sum,
            pair_count: here.report_count * there.report_count,
            reports: (here.least.min(there.least), here.least.max(there.least)),
        })
    }

    fn merge(&mut self, a: usize, b: usize) {
        let size = self.clusters.len();
        let (Some(absorbed), Some(grown)) = (self.clusters[b].take(), self.clusters[a].as_mut()) else { return };
        grown.units.extend(absorbed.units);
        grown.report_count += absorbed.report_count;
        grown.least = grown.least.min(absorbed.least);
        grown.frozen |= absorbed.frozen;
        for other in 0..size {
            self.sums[a * size + other] += self.sums[b * size + other];
            self.sums[other * size + a] = self.sums[a * size + other];
        }
        // The mean to the grown cluster lies between those to its two parts, so a third cluster whose best was neither keeps its best.
        let is_part = |place: usize| place == a || place == b;
        for place in 0..size {
            if is_part(place) || self.best[place].is_some_and(|offer| is_part(offer.a) || is_part(offer.b)) {
                self.best[place] = self.best_of(place);
            }
        }
    }
}

#[cfg(test)]
mod tests;
