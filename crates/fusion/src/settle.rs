//! The reports of one component and the weights between them in, the incidents that they are out.
//!
//! Greedy correlation clustering (science.md A.2): again and again the two clusters with the highest mean weight between them become one,
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
pub(crate) fn settle(units: &[Unit], links: &[Link]) -> Vec<Vec<usize>> {
    let mut clusters = Vec::new();
    let mut pieces = vec![((0..units.len()).collect::<Vec<_>>(), 0)];
    while let Some((piece, threshold)) = pieces.pop() {
        if report_count(units, &piece) <= SETTLED_MAX {
            clusters.extend(Greedy::new(units, links, piece).run());
            continue;
        }
        let higher = threshold + NAT;
        let parts = connected(units, links, &piece, higher);
        let alone = parts.iter().filter(|part| part.len() == 1).count();
        if threshold >= THRESHOLD_MAX || alone * 2 > piece.len() {
            clusters.extend(runs(units, piece).into_iter().flat_map(|run| Greedy::new(units, links, run).run()));
        } else {
            pieces.extend(parts.into_iter().map(|part| (part, higher)));
        }
    }
    clusters
}

fn report_count(units: &[Unit], piece: &[usize]) -> usize {
    piece.iter().filter_map(|unit| units.get(*unit)).map(|unit| unit.nodes.len()).sum()
}

/// The parts of a piece that links above the threshold hold together.
fn connected(units: &[Unit], links: &[Link], piece: &[usize], threshold: i32) -> Vec<Vec<usize>> {
    // Each unit points to a lesser one of its part; the least points to itself. Units outside the piece point nowhere.
    let mut above: Vec<Option<usize>> = vec![None; units.len()];
    piece.iter().for_each(|unit| point(&mut above, *unit, *unit));
    for link in links.iter().filter(|link| link.weight > threshold && !both_frozen(units, link)) {
        if let (Some(a), Some(b)) = (least_of(&mut above, link.a), least_of(&mut above, link.b)) {
            point(&mut above, a.max(b), a.min(b));
        }
    }
    let mut parts: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for unit in piece {
        parts.entry(least_of(&mut above, *unit).unwrap_or(*unit)).or_default().push(*unit);
    }
    parts.into_values().collect()
}

fn point(above: &mut [Option<usize>], from: usize, to: usize) {
    if let Some(slot) = above.get_mut(from) {
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
fn runs(units: &[Unit], mut piece: Vec<usize>) -> Vec<Vec<usize>> {
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
}

#[allow(
    clippy::indexing_slicing,
    reason = "a square matrix over the clusters of one piece, indexed by their own places"
)]
impl Greedy {
    fn new(units: &[Unit], links: &[Link], piece: Vec<usize>) -> Self {
        let place_of: BTreeMap<usize, usize> = piece.iter().enumerate().map(|(place, unit)| (*unit, place)).collect();
        let clusters: Vec<Option<Cluster>> = piece
            .iter()
            .map(|unit| &units[*unit])
            .zip(&piece)
            .map(|(unit, index)| {
                let report_count = i64::try_from(unit.nodes.len()).unwrap_or(i64::MAX);
                Some(Cluster { units: vec![*index], report_count, least: unit.least, frozen: unit.frozen })
            })
            .collect();
        let count_of = |place: usize| clusters[place].as_ref().map_or(0, |cluster| cluster.report_count);
        let size = clusters.len();
        let mut sums: Vec<i64> =
            (0..size * size).map(|at| i64::from(WEIGHT_FLOOR) * count_of(at / size) * count_of(at % size)).collect();
        for link in links {
            if let (Some(a), Some(b)) = (place_of.get(&link.a), place_of.get(&link.b)) {
                let above_floor = i64::from(link.weight.max(WEIGHT_FLOOR) - WEIGHT_FLOOR);
                sums[a * size + b] += above_floor;
                sums[b * size + a] += above_floor;
            }
        }
        Self { clusters, sums }
    }

    fn run(mut self) -> Vec<Vec<usize>> {
        while let Some(best) = self.best_offer() {
            self.merge(best.a, best.b);
        }
        self.clusters.into_iter().flatten().map(|cluster| cluster.units).collect()
    }

    fn best_offer(&self) -> Option<Offer> {
        let size = self.clusters.len();
        let pairs = (0..size).flat_map(|a| (a + 1..size).map(move |b| (a, b)));
        let offers = pairs.filter_map(|(a, b)| self.offer(a, b));
        offers.reduce(|best, offer| if offer.is_better(&best) { offer } else { best })
    }

    fn offer(&self, a: usize, b: usize) -> Option<Offer> {
        let sum = self.sums[a * self.clusters.len() + b];
        let (here, there) = (self.clusters[a].as_ref()?, self.clusters[b].as_ref()?);
        let allowed = sum > 0 && !(here.frozen && there.frozen);
        allowed.then(|| Offer {
            a,
            b,
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
    }
}
