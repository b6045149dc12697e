//! One family over one window: counts that follow the marks, and the revisions of its hotspots.
//!
//! Guarantees: at a mark T the counts are those of the incidents with T − w·24 h < at ≤ T, whatever the way there; revisions of a hotspot
//! count from 1 without gaps, and one is made only if what it rests on has changed, or a day began and its figures have.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use domain::{Cause, Family, Hotspot, HotspotId, HotspotState, LogTime, Span, Timestamp};
use geography::Mask;

use crate::component::{Component, components};
use crate::counts::Counts;
use crate::describe::{Evidence, Support, best};
use crate::false_discovery::{Figures, Significant, all_figures, significant};
use crate::grid::Grid;
use crate::incidents::{Incidents, Period, Placed};
use crate::lifecycle::{Body, Found, Lifecycle, Step};

/// A hotspot has at least so many incidents in its cells.
const INCIDENTS_LEAST: usize = 5;

/// What all windows count over.
#[derive(Clone, Copy)]
pub(crate) struct Ground<'a> {
    pub(crate) mask: &'static Mask,
    pub(crate) grid: &'a Grid,
    pub(crate) incidents: &'a Incidents,
}

/// The mark of an evaluation and what it comes after.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark {
    pub(crate) at: LogTime,
    pub(crate) cause: Cause,
}

/// What a window remembers beside what it can count again.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Memory {
    lifecycle: Lifecycle,
    /// The last revision of each hotspot that is not gone.
    heads: BTreeMap<HotspotId, Hotspot>,
}

/// One family over one window.
#[derive(Clone, Debug)]
pub(crate) struct Window {
    pub(crate) family: Family,
    pub(crate) days: u16,
    counts: Counts,
    /// The end of what is counted; `None`: nothing is yet.
    until: Option<Timestamp>,
    /// The cells whose incidents are not those that `found` was made of.
    touched: BTreeSet<u32>,
    /// What is significant; `None`: not known yet.
    found: Option<Vec<Component>>,
    memory: Memory,
}

impl Window {
    pub(crate) fn new(family: Family, days: u16, grid: &Grid, memory: Memory) -> Window {
        let counts = Counts::new(grid);
        Window { family, days, counts, until: None, touched: BTreeSet::new(), found: None, memory }
    }

    pub(crate) fn memory(&self) -> &Memory {
        &self.memory
    }

    pub(crate) fn counts(&self) -> &Counts {
        &self.counts
    }

    /// The hotspots as last told, by id; lost ones too.
    pub(crate) fn heads(&self) -> impl Iterator<Item = &Hotspot> {
        self.memory.heads.values()
    }

    /// Those that were significant at the last mark, by id.
    pub(crate) fn significant(&self) -> impl Iterator<Item = &Hotspot> {
        self.heads().filter(|hotspot| self.memory.lifecycle.is_significant(hotspot.id))
    }

    /// The length, in days of 24 hours.
    pub(crate) fn length(&self) -> Span {
        Span::from_days(i64::from(self.days))
    }

    fn period(&self, until: Timestamp) -> Period {
        Period { after: until.minus(self.length()), until }
    }

    fn holds(&self, placed: &Placed) -> bool {
        let period = self.until.map(|until| self.period(until));
        placed.counted.family == self.family && period.is_some_and(|period| period.holds(placed.counted.at))
    }

    /// Counts an incident that is new, if it lies in the window.
    pub(crate) fn add(&mut self, grid: &Grid, placed: &Placed) {
        if self.holds(placed) {
            self.enter(grid, placed);
        }
    }

    /// Counts an incident no longer, if it lies in the window.
    pub(crate) fn remove(&mut self, grid: &Grid, placed: &Placed) {
        if self.holds(placed) {
            self.leave(grid, placed);
        }
    }

    fn enter(&mut self, grid: &Grid, placed: &Placed) {
        self.counts.add(grid, placed.cell, placed.counted.weight_milli);
        self.touched.insert(placed.cell);
    }

    fn leave(&mut self, grid: &Grid, placed: &Placed) {
        self.counts.remove(grid, placed.cell, placed.counted.weight_milli);
        self.touched.insert(placed.cell);
    }

    /// Moves the end of the window on: some incidents enter, some leave.
    pub(crate) fn advance(&mut self, ground: &Ground<'_>, until: Timestamp) {
        let now = self.period(until);
        let before = self.until.map_or(Period { after: now.after, until: now.after }, |until| self.period(until));
        let left = Period { after: before.after, until: now.after.min(before.until) };
        let come = Period { after: now.after.max(before.until), until: now.until };
        ground.incidents.during(self.family, left).for_each(|placed| self.leave(ground.grid, placed));
        ground.incidents.during(self.family, come).for_each(|placed| self.enter(ground.grid, placed));
        self.until = Some(until);
    }

    pub(crate) fn evidence<'a>(&'a self, ground: &Ground<'a>) -> Evidence<'a> {
        Evidence {
            mask: ground.mask,
            grid: ground.grid,
            counts: &self.counts,
            incidents: ground.incidents,
            family: self.family,
            period: self.period(self.until.unwrap_or(Timestamp::LEAST)),
        }
    }

    /// Evaluates what is counted, at a mark. The revisions that changed, by id.
    pub(crate) fn revise(&mut self, ground: &Ground<'_>, mark: Mark) -> Vec<Hotspot> {
        let touched = std::mem::take(&mut self.touched);
        let known = self.found.take().filter(|_| touched.is_empty());
        let components = known.unwrap_or_else(|| self.find(ground));
        let found: Vec<Found> = components.iter().map(|component| self.seen(component)).collect();
        let all: OnceCell<Vec<Figures>> = OnceCell::new();
        let mut revised: Vec<Hotspot> = Vec::new();
        for step in self.step(ground, mark, &found) {
            let head = self.memory.heads.get(&step.life.id);
            let cells = match step.body {
                Body::Component(index) => components.get(index).map(|component| component.cells.clone()),
                Body::Lost { turn: true } => {
                    Some(with_figures(all.get_or_init(|| all_figures(ground.grid, &self.counts)), &step.life.cells))
                }
                Body::Lost { turn: false } => None,
            };
            let told = cells
                .and_then(|cells| self.tell(&Telling { ground, mark, touched: &touched, step: &step, head }, &cells));
            revised.extend(told.filter(|told| head.is_none_or(|head| says_more(head, told))));
        }
        self.found = Some(components);
        revised.iter().for_each(|hotspot| self.remember(hotspot));
        revised.sort_unstable_by_key(|hotspot| hotspot.id);
        revised
    }

    fn remember(&mut self, hotspot: &Hotspot) {
        match hotspot.state {
            HotspotState::Gone => drop(self.memory.heads.remove(&hotspot.id)),
            HotspotState::New | HotspotState::Growing | HotspotState::Persistent | HotspotState::Fading => {
                self.memory.heads.insert(hotspot.id, hotspot.clone());
            }
        }
    }

    fn find(&self, ground: &Ground<'_>) -> Vec<Component> {
        let evidence = self.evidence(ground);
        let mut found = components(ground.grid, &significant(ground.grid, &self.counts));
        found.retain(|component| {
            let incidents = component.cells.iter().map(|found| evidence.in_cell(found.cell).len());
            incidents.sum::<usize>() >= INCIDENTS_LEAST
        });
        found
    }

    fn seen(&self, component: &Component) -> Found {
        Found {
            cells: component.cells.iter().map(|found| found.cell).collect(),
            observed_milli: component.cells.iter().map(|found| self.counts.cell(found.cell)).sum(),
        }
    }

    fn step(&mut self, ground: &Ground<'_>, mark: Mark, found: &[Found]) -> Vec<Step> {
        let (family, days, counts) = (self.family, self.days, &self.counts);
        let resolution = u8::from(ground.mask.resolution().resolution());
        let born = |found: &Found| {
            let least = found.cells.first().and_then(|cell| ground.mask.cells().get(*cell as usize));
            let least = least.map_or(0, |cell| u64::from(*cell));
            HotspotId::of_birth(family.number(), resolution, days, least, mark.at.timestamp().micros())
        };
        self.memory.lifecycle.step(mark.at, found, |cell| counts.cell(cell), born)
    }

    /// The next revision of a hotspot; it may say the same as the last. `None` without cells.
    fn tell(&self, telling: &Telling<'_>, cells: &[Significant]) -> Option<Hotspot> {
        let Telling { ground, mark, step, head, .. } = *telling;
        let evidence = self.evidence(ground);
        let best = best(cells)?;
        let best_cell = evidence.cell(best);
        let support = telling.support_before(&evidence, cells).map_or_else(|| evidence.support(cells), Support::of);
        let named_before = head.filter(|head| head.best_cell == best_cell.cell);
        let (county, nearest_place) =
            named_before.map_or_else(|| evidence.names(best.cell), |head| (head.county, head.nearest_place.clone()));
        Some(Hotspot {
            id: step.life.id,
            revision: head.map_or(1, |head| head.revision + 1),
            family: self.family,
            resolution: u8::from(ground.mask.resolution().resolution()),
            window_days: self.days,
            state: step.state,
            mark: mark.at,
            first_seen: step.life.first_seen,
            cells: cells.iter().map(|found| evidence.cell(found)).collect(),
            observed_milli: evidence.observed_milli(cells),
            expected: evidence.expected(cells.len()),
            score: score(best_cell.q_value),
            best_cell: best_cell.cell,
            p_value: best_cell.p_value,
            q_value: best_cell.q_value,
            gi_star_z: best_cell.gi_star_z,
            county,
            nearest_place,
            agencies: support.agencies,
            sources: support.sources,
            single_source_milli: support.single_source_milli,
            single_agency_milli: support.single_agency_milli,
            incidents: support.incidents,
            cause: mark.cause,
        })
    }
}

/// What a revision is told from.
struct Telling<'a> {
    ground: &'a Ground<'a>,
    mark: Mark,
    /// The cells whose incidents are not those of the mark before.
    touched: &'a BTreeSet<u32>,
    step: &'a Step,
    head: Option<&'a Hotspot>,
}

impl<'a> Telling<'a> {
    /// The last revision, if it rests on the same incidents: it was checked at the mark before, and nothing in its cells has changed since.
    fn support_before(&self, evidence: &Evidence<'_>, cells: &[Significant]) -> Option<&'a Hotspot> {
        let untouched = || cells.iter().all(|found| !self.touched.contains(&found.cell));
        self.head.filter(|head| self.step.went_on && evidence.are_cells_of(head, cells) && untouched())
    }
}

/// Cells with their p and q; they need not be significant.
fn with_figures(all: &[Figures], cells: &[u32]) -> Vec<Significant> {
    cells.iter().filter_map(|&cell| all.get(cell as usize).map(|&figures| Significant { cell, figures })).collect()
}

/// −log10 q; 0, not −0, for q = 1.
pub(crate) fn score(q_value: f64) -> f64 {
    0.0 - libm::log10(q_value)
}

/// Whether a revision is told: at the mark that begins a day, if anything that is shown differs; between these, if what it rests on does.
///
/// One incident moves expected, z, p and q of every hotspot of its family. Told at each minute, that would be gigabytes a day of figures
/// that hardly differ; told once a day, they are exact at each midnight, and never older than a day.
fn says_more(head: &Hotspot, told: &Hotspot) -> bool {
    let midnight = told.mark.timestamp().local_day().start();
    if told.mark.timestamp() == midnight {
        let same_place = Hotspot { revision: head.revision, mark: head.mark, cause: head.cause, ..told.clone() };
        return same_place != *head;
    }
    rests_on(head) != rests_on(told)
}

/// What a hotspot rests on: its state, its cells with the incidents in each, their weight and the voices behind them.
fn rests_on(hotspot: &Hotspot) -> impl PartialEq + '_ {
    let Hotspot { state, cells, observed_milli, incidents, agencies, sources, .. } = hotspot;
    let cells: Vec<_> = cells.iter().map(|cell| (cell.cell, cell.incidents)).collect();
    let shares = (hotspot.single_source_milli, hotspot.single_agency_milli);
    (state, cells, observed_milli, incidents, agencies, sources, shares)
}
