//! How hard a scenario is: the best that a fixed window of distance, time and category can do on it.
//!
//! Reports of one category and sub-category within so many km and hours are linked, and connected components are the incidents. The grid
//! is that of docs/science.md A.5; of its windows the one with the best B-cubed F1 is named. A scenario is as hard as this is bad.
use std::collections::BTreeMap;

use domain::Span;

use crate::{
    density::{Candidate, candidates, ratio, spots},
    truth::Scenario,
};

/// Kilometres of the grid.
const KILOMETRES: [u32; 4] = [2, 4, 6, 8];
/// Hours of the grid.
const HOURS: [i64; 4] = [3, 6, 12, 24];

/// How well a partition of reports into incidents agrees with the truth; all between 0 and 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Agreement {
    /// Harmonic mean of precision and recall over pairs of reports.
    pub pairwise_f1: f64,
    /// The same over reports, each by its own incident (Bagga and Baldwin 1998).
    pub b_cubed_f1: f64,
    /// Share of true incidents that are exactly one incident of the partition.
    pub exact: f64,
}

/// The best fixed window.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FixedWindow {
    /// Reports at most so far apart are linked.
    pub kilometres: u32,
    /// Reports at most so many hours apart are linked.
    pub hours: i64,
    /// How well it does.
    pub agreement: Agreement,
}

/// Compares a partition with the truth: `partition` and `truth` name the incident of each report, in one order.
///
/// Reports past the end of the shorter list are not compared. n log n.
#[must_use]
pub fn agreement<Label: Ord + Copy, True: Ord + Copy>(partition: &[Label], truth: &[True]) -> Agreement {
    let mut overlaps: BTreeMap<(Label, True), usize> = BTreeMap::new();
    let mut found: BTreeMap<Label, usize> = BTreeMap::new();
    let mut wanted: BTreeMap<True, usize> = BTreeMap::new();
    for (label, incident) in partition.iter().zip(truth) {
        *overlaps.entry((*label, *incident)).or_default() += 1;
        *found.entry(*label).or_default() += 1;
        *wanted.entry(*incident).or_default() += 1;
    }
    let together = pairs(overlaps.values());
    let pairwise_f1 = harmonic(ratio(together, pairs(found.values())), ratio(together, pairs(wanted.values())));
    let count = partition.len().min(truth.len()).max(1);
    let (mut precise, mut recalled, mut exact) = (0.0, 0.0, 0);
    for ((label, incident), overlap) in &overlaps {
        let [in_found, in_wanted] = [found.get(label), wanted.get(incident)].map(|size| size.copied().unwrap_or(0));
        precise += ratio(overlap * overlap, in_found) / ratio(count, 1);
        recalled += ratio(overlap * overlap, in_wanted) / ratio(count, 1);
        exact += usize::from(*overlap == in_found && *overlap == in_wanted);
    }
    Agreement { pairwise_f1, b_cubed_f1: harmonic(precise, recalled), exact: ratio(exact, wanted.len()) }
}

fn pairs<'a>(sizes: impl Iterator<Item = &'a usize>) -> usize {
    sizes.map(|size| size * size.saturating_sub(1) / 2).sum()
}

fn harmonic(a: f64, b: f64) -> f64 {
    if a + b > 0.0 { 2.0 * a * b / (a + b) } else { 0.0 }
}

/// The fixed window of the grid with the best B-cubed F1; the first of equals.
#[must_use]
pub fn best_fixed_window(scenario: &Scenario) -> FixedWindow {
    let kinds: Vec<_> = scenario
        .reports
        .iter()
        .map(|report| report.body.account().map(|account| (account.category, account.subcategory)))
        .collect();
    let spots = spots(scenario.reports.iter().map(|report| report.body.account()));
    let is_same_kind = |candidate: &Candidate| kinds.get(candidate.reports.0) == kinds.get(candidate.reports.1);
    let links: Vec<Candidate> = candidates(&spots).into_iter().filter(is_same_kind).collect();
    let truth: Vec<u64> = scenario.truth.iter().map(|(_, incident)| *incident).collect();
    let windows = KILOMETRES.into_iter().flat_map(|kilometres| HOURS.map(|hours| (kilometres, hours)));
    let scored = windows.map(|(kilometres, hours)| {
        let partition = components(truth.len(), &links, kilometres, hours);
        FixedWindow { kilometres, hours, agreement: agreement(&partition, &truth) }
    });
    let none = FixedWindow {
        kilometres: 0,
        hours: 0,
        agreement: Agreement { pairwise_f1: 0.0, b_cubed_f1: -1.0, exact: 0.0 },
    };
    scored.fold(none, |best, next| if next.agreement.b_cubed_f1 > best.agreement.b_cubed_f1 { next } else { best })
}

/// The least report of the component of each report.
fn components(count: usize, links: &[Candidate], kilometres: u32, hours: i64) -> Vec<usize> {
    let mut parents: Vec<usize> = (0..count).collect();
    let metres = f64::from(kilometres) * 1_000.0;
    for link in links.iter().filter(|link| link.metres <= metres && link.apart <= Span::from_hours(hours)) {
        let (a, b) = (root(&mut parents, link.reports.0), root(&mut parents, link.reports.1));
        if let Some(parent) = parents.get_mut(a.max(b)) {
            *parent = a.min(b);
        }
    }
    (0..count).map(|report| root(&mut parents, report)).collect()
}

fn root(parents: &mut [usize], mut report: usize) -> usize {
    while let Some(parent) = parents.get(report).copied().filter(|parent| *parent != report) {
        let grandparent = parents.get(parent).copied().unwrap_or(parent);
        if let Some(slot) = parents.get_mut(report) {
            *slot = grandparent;
        }
        report = grandparent;
    }
    report
}
