//! Which hotspot a component is, and its state against 7 days before.
//!
//! At each mark components and living hotspots are matched one to one by falling shared weight, ties to the older; what finds no partner is
//! born. A hotspot without a component is lost, and gone once it has been lost for 7 days. A state compares with the evaluation 7 days before,
//! matched the same way, so that it is a function of two evaluations alone.
//!
//! | against 7 days before        | state      |
//! |------------------------------|------------|
//! | no cell shared               | new        |
//! | observed ≥ 1.25 times        | growing    |
//! | observed ≤ 0.8 times, or lost| fading     |
//! | lost for 7 days              | gone, final|
//! | else                         | persistent |
//!
//! A part that split off shares cells but found no partner 7 days before: it compares with the hotspot it shares most weight with.
//! Never: gives an id again; a birth's id holds its mark.

use std::cmp::Reverse;
use std::collections::VecDeque;

use domain::{HotspotId, HotspotState, LogTime, Span};

/// What states compare with, and how long a lost hotspot may come back.
const LOOK_BACK: Span = Span::from_days(7);
/// Of the evaluations of one such span of log time the last is kept to compare with, so that minute marks keep 168 of 7 days, not 10 080:
/// under such marks the one that is compared with may be up to an hour older than 7 days. Day marks are compared exactly.
const KEPT_SPAN: Span = Span::from_hours(1);

/// A component as the lifecycle sees it: cells ascending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) cells: Vec<u32>,
    pub(crate) observed_milli: u64,
}

/// A hotspot that is not gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Life {
    pub(crate) id: HotspotId,
    pub(crate) first_seen: LogTime,
    /// Where it was significant last: ascending.
    pub(crate) cells: Vec<u32>,
    /// The first mark of those, up to this one, at which it was not significant.
    pub(crate) lost_at: Option<LogTime>,
}

/// An evaluation that later states compare with: its hotspots, older first.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Evaluation {
    mark: LogTime,
    found: Vec<Found>,
}

/// The hotspots of one family and window along their marks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Lifecycle {
    /// Older first: by mark of birth, then id.
    lives: Vec<Life>,
    /// Marks ascend.
    evaluations: VecDeque<Evaluation>,
}

/// What became of a hotspot at a mark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) life: Life,
    pub(crate) state: HotspotState,
    pub(crate) body: Body,
    /// Whether it was significant at the mark before as well.
    pub(crate) went_on: bool,
}

/// What a hotspot consists of at a mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Body {
    /// The component of this index.
    Component(usize),
    /// None; true at the mark at which it was lost, or is gone.
    Lost {
        /// Whether this is news.
        turn: bool,
    },
}

impl Lifecycle {
    /// Whether a hotspot was significant at the last mark.
    pub(crate) fn is_significant(&self, id: HotspotId) -> bool {
        self.lives.iter().any(|life| life.id == id && life.lost_at.is_none())
    }

    /// Takes the components at a mark, later than the last, and the weight in each cell. Tells each hotspot that lived, older first.
    pub(crate) fn step(
        &mut self,
        mark: LogTime,
        found: &[Found],
        weight_of: impl Fn(u32) -> u64,
        born: impl Fn(&Found) -> HotspotId,
    ) -> Vec<Step> {
        let states = self.states(mark, found, &weight_of);
        let cells_of_lives: Vec<&[u32]> = self.lives.iter().map(|life| life.cells.as_slice()).collect();
        let kin = match_by_weight(found, &cells_of_lives, &weight_of);

        let mut steps: Vec<Step> = Vec::with_capacity(self.lives.len() + found.len());
        for (index, ((component, kin), state)) in found.iter().zip(&kin).zip(states).enumerate() {
            let known = kin.partner.and_then(|partner| self.lives.get(partner));
            let (id, first_seen) = known.map_or_else(|| (born(component), mark), |life| (life.id, life.first_seen));
            let life = Life { id, first_seen, cells: component.cells.clone(), lost_at: None };
            let went_on = known.is_some_and(|life| life.lost_at.is_none());
            steps.push(Step { life, state, body: Body::Component(index), went_on });
        }
        let is_lost = |index: &usize| !kin.iter().any(|kin| kin.partner == Some(*index));
        steps.extend(
            (0..self.lives.len())
                .filter(is_lost)
                .filter_map(|index| self.lives.get(index))
                .map(|life| lost(life, mark)),
        );
        steps.sort_unstable_by_key(|step| (step.life.first_seen, step.life.id));

        self.lives =
            steps.iter().filter(|step| step.state != HotspotState::Gone).map(|step| step.life.clone()).collect();
        self.remember(mark, &steps, found);
        steps
    }

    fn states(&self, mark: LogTime, found: &[Found], weight_of: &impl Fn(u32) -> u64) -> Vec<HotspotState> {
        let before = mark.timestamp().minus(LOOK_BACK);
        let past = self.evaluations.iter().rev().find(|evaluation| evaluation.mark.timestamp() <= before);
        let past = past.map_or(&[][..], |evaluation| &evaluation.found);
        let cells_of_past: Vec<&[u32]> = past.iter().map(|found| found.cells.as_slice()).collect();
        let kin = match_by_weight(found, &cells_of_past, weight_of);
        let compared = found.iter().zip(kin).map(|(found, kin)| {
            let then = kin.partner.or(kin.nearest).and_then(|index| past.get(index));
            then.map_or(HotspotState::New, |then| compare(found.observed_milli, then.observed_milli))
        });
        compared.collect()
    }

    fn remember(&mut self, mark: LogTime, steps: &[Step], found: &[Found]) {
        let of_step = |step: &Step| match step.body {
            Body::Component(index) => found.get(index).cloned(),
            Body::Lost { .. } => None,
        };
        let found: Vec<Found> = steps.iter().filter_map(of_step).collect();
        let hour = |mark: LogTime| mark.timestamp().micros().div_euclid(KEPT_SPAN.micros());
        if self.evaluations.back().is_some_and(|last| hour(last.mark) == hour(mark)) {
            self.evaluations.pop_back();
        }
        if self.evaluations.back().is_none_or(|last| last.found != found) {
            self.evaluations.push_back(Evaluation { mark, found });
        }
        let before = mark.timestamp().minus(LOOK_BACK);
        while self.evaluations.get(1).is_some_and(|second| second.mark.timestamp() <= before) {
            self.evaluations.pop_front();
        }
    }
}

fn lost(life: &Life, mark: LogTime) -> Step {
    let lost_at = life.lost_at.unwrap_or(mark);
    let gone = mark.timestamp().since(lost_at.timestamp()) >= LOOK_BACK;
    let state = if gone { HotspotState::Gone } else { HotspotState::Fading };
    let turn = gone || life.lost_at.is_none();
    Step { life: Life { lost_at: Some(lost_at), ..life.clone() }, state, body: Body::Lost { turn }, went_on: false }
}

fn compare(now_milli: u64, then_milli: u64) -> HotspotState {
    if now_milli * 4 >= then_milli * 5 {
        HotspotState::Growing
    } else if now_milli * 5 <= then_milli * 4 {
        HotspotState::Fading
    } else {
        HotspotState::Persistent
    }
}

/// The older ones that a component shares cells with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Kin {
    /// Its own partner.
    partner: Option<usize>,
    /// The one it shares most weight with.
    nearest: Option<usize>,
}

/// Matches one to one by falling weight in the shared cells; ties to the older (the lesser index), then to the component with the least cell.
fn match_by_weight(found: &[Found], older: &[&[u32]], weight_of: &impl Fn(u32) -> u64) -> Vec<Kin> {
    let mut owners: Vec<(u32, usize)> =
        older.iter().enumerate().flat_map(|(index, cells)| cells.iter().map(move |&cell| (cell, index))).collect();
    owners.sort_unstable();
    let mut pairs: Vec<(Reverse<u64>, usize, usize)> = Vec::new();
    for (index, component) in found.iter().enumerate() {
        pairs.extend(
            shared(component, &owners, weight_of).into_iter().map(|(older, weight)| (Reverse(weight), older, index)),
        );
    }
    pairs.sort_unstable();
    let mut kin = vec![Kin::default(); found.len()];
    let mut taken = vec![false; older.len()];
    for (_, older, index) in pairs {
        let (Some(kin), Some(taken)) = (kin.get_mut(index), taken.get_mut(older)) else { continue };
        kin.nearest = kin.nearest.or(Some(older));
        if kin.partner.is_none() && !*taken {
            (kin.partner, *taken) = (Some(older), true);
        }
    }
    kin
}

/// The older ones that share a cell with a component, and the weight in the shared cells.
fn shared(component: &Found, owners: &[(u32, usize)], weight_of: &impl Fn(u32) -> u64) -> Vec<(usize, u64)> {
    let mut shared: Vec<(usize, u64)> = Vec::new();
    for &cell in &component.cells {
        let from = owners.partition_point(|owner| owner.0 < cell);
        for &(_, older) in owners.iter().skip(from).take_while(|owner| owner.0 == cell) {
            match shared.iter_mut().find(|entry| entry.0 == older) {
                Some(entry) => entry.1 += weight_of(cell),
                None => shared.push((older, weight_of(cell))),
            }
        }
    }
    shared
}

#[cfg(test)]
mod tests;
