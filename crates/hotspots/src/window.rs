//! One family over one window: counts that follow the marks, and the revisions of its hotspots.
//!
//! Guarantees: at a mark T the counts are those of the incidents with T − w·24 h < at ≤ T, whatever the way there; revisions of a hotspot
//! count from 1 without gaps, and one is made only if something that it says has changed.

use std::collections::BTreeMap;

use domain::{Cause, Family, Hotspot, HotspotId, HotspotState, LogTime, Span, Timestamp};
use geography::Mask;

use crate::component::{Component, components};
use crate::counts::Counts;
use crate::describe::{Evidence, best};
use crate::false_discovery::{Significant, all_figures, significant};
use crate::grid::Grid;
use crate::incidents::{Incidents, Placed};
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
    /// True if the counted set is not the one that `found` was made of.
    stale: bool,
    found: Vec<Component>,
    memory: Memory,
}

impl Window {
    pub(crate) fn new(family: Family, days: u16, grid: &Grid, memory: Memory) -> Window {
        Window { family, days, counts: Counts::new(grid), until: None, stale: true, found: Vec::new(), memory }
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

    /// Whether a hotspot was significant at the last mark.
    pub(crate) fn is_significant(&self, id: HotspotId) -> bool {
        self.memory.lifecycle.is_significant(id)
    }

    /// The length, in days of 24 hours.
    pub(crate) fn length(&self) -> Span {
        Span::from_days(i64::from(self.days))
    }

    fn holds(&self, placed: &Placed) -> bool {
        let at = placed.counted.at;
        placed.counted.family == self.family
            && self.until.is_some_and(|until| until.minus(self.length()) < at && at <= until)
    }

    /// Counts an incident that is new, if it lies in the window.
    pub(crate) fn add(&mut self, grid: &Grid, placed: &Placed) {
        if self.holds(placed) {
            self.counts.add(grid, placed.cell, placed.counted.weight_milli);
            self.stale = true;
        }
    }

    /// Counts an incident no longer, if it lies in the window.
    pub(crate) fn remove(&mut self, grid: &Grid, placed: &Placed) {
        if self.holds(placed) {
            self.counts.remove(grid, placed.cell, placed.counted.weight_milli);
            self.stale = true;
        }
    }

    /// Moves the end of the window on: some incidents enter, some leave.
    pub(crate) fn advance(&mut self, ground: &Ground<'_>, until: Timestamp) {
        let after = until.minus(self.length());
        let counted = self.until.map(|old_until| (old_until.minus(self.length()), old_until));
        let (old_after, old_until) = counted.unwrap_or((after, after));
        for (cell, weight) in ground.incidents.between(self.family, old_after, after.min(old_until)) {
            self.counts.remove(ground.grid, cell, weight);
            self.stale = true;
        }
        for (cell, weight) in ground.incidents.between(self.family, after.max(old_until), until) {
            self.counts.add(ground.grid, cell, weight);
            self.stale = true;
        }
        self.until = Some(until);
    }

    pub(crate) fn evidence<'a>(&'a self, ground: &Ground<'a>) -> Evidence<'a> {
        let until = self.until.unwrap_or(Timestamp::LEAST);
        Evidence {
            mask: ground.mask,
            grid: ground.grid,
            counts: &self.counts,
            incidents: ground.incidents,
            family: self.family,
            after: until.minus(self.length()),
            until,
        }
    }

    /// Evaluates what is counted, at a mark. The revisions that changed, by id.
    pub(crate) fn revise(&mut self, ground: &Ground<'_>, mark: Mark) -> Vec<Hotspot> {
        let stale = std::mem::take(&mut self.stale);
        if stale {
            self.found = self.find(ground);
        }
        let found: Vec<Found> = self.found.iter().map(|component| self.seen(component)).collect();
        let steps = self.step(ground, mark, &found);
        let mut revised: Vec<Hotspot> = Vec::new();
        for step in &steps {
            let head = self.memory.heads.get(&step.life.id);
            let told = self.tell(ground, mark, step, head, stale);
            revised.extend(told.filter(|told| head.is_none_or(|head| says_more(head, told))));
        }
        for hotspot in &revised {
            match hotspot.state {
                HotspotState::Gone => drop(self.memory.heads.remove(&hotspot.id)),
                HotspotState::New | HotspotState::Growing | HotspotState::Persistent | HotspotState::Fading => {
                    self.memory.heads.insert(hotspot.id, hotspot.clone());
                }
            }
        }
        revised.sort_unstable_by_key(|hotspot| hotspot.id);
        revised
    }

    fn find(&self, ground: &Ground<'_>) -> Vec<Component> {
        let evidence = self.evidence(ground);
        let mut found = components(ground.grid, &significant(ground.grid, &self.counts));
        found.retain(|component| {
            let incidents = component.cells.iter().flat_map(|found| evidence.in_cell(found.cell));
            incidents.take(INCIDENTS_LEAST).count() == INCIDENTS_LEAST
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

    /// The next revision of a hotspot, if there is something to tell; it may say the same as the last.
    fn tell(
        &self,
        ground: &Ground<'_>,
        mark: Mark,
        step: &Step,
        head: Option<&Hotspot>,
        stale: bool,
    ) -> Option<Hotspot> {
        let cells = match step.body {
            Body::Component(index) => self.found.get(index)?.cells.clone(),
            Body::Lost { turn: true } => self.figures_of(ground, &step.life.cells),
            Body::Lost { turn: false } => return None,
        };
        let same =
            head.filter(|head| !stale && step.body.is_component() && self.evidence(ground).are_cells_of(head, &cells));
        match same {
            Some(head) => {
                let next = Hotspot { revision: head.revision + 1, state: step.state, mark: mark.at, ..head.clone() };
                Some(Hotspot { cause: mark.cause, ..next })
            }
            None => self.compose(ground, mark, step, head, &cells),
        }
    }

    /// p and q of cells that need not be significant.
    fn figures_of(&self, ground: &Ground<'_>, cells: &[u32]) -> Vec<Significant> {
        let all = all_figures(ground.grid, &self.counts);
        let known = |&cell: &u32| all.get(cell as usize).map(|&figures| Significant { cell, figures });
        cells.iter().filter_map(known).collect()
    }

    fn compose(
        &self,
        ground: &Ground<'_>,
        mark: Mark,
        step: &Step,
        head: Option<&Hotspot>,
        cells: &[Significant],
    ) -> Option<Hotspot> {
        let evidence = self.evidence(ground);
        let best = best(cells)?;
        let best_cell = evidence.cell(best);
        let support = evidence.support(cells);
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

/// −log10 q; 0, not −0, for q = 1.
pub(crate) fn score(q_value: f64) -> f64 {
    0.0 - libm::log10(q_value)
}

/// Whether anything that is shown differs: all but the revision, the mark and the cause.
fn says_more(head: &Hotspot, told: &Hotspot) -> bool {
    let same_place = Hotspot { revision: head.revision, mark: head.mark, cause: head.cause, ..told.clone() };
    same_place != *head
}
