//! A world and its sources in; as many reports as were asked for, at the density that was asked for, out.
//!
//! Events are told, those told after the end are left out, and of the rest a random choice is kept until the number is reached. The length
//! of the period is searched for: candidates a report are nearly a straight line in the reciprocal of the length.
//! Never: a report that was taken after the end; a choice that prefers any event.
use domain::Timestamp;

use crate::{
    density::{candidates, ratio, spots},
    event::Event,
    random::{Purpose, Random},
    region::whole_share,
    stage::{Period, Stage},
    witness::Draft,
};

/// How events are told in a noise.
pub(crate) trait Telling {
    /// All reports of all events; drafts name their event by its index.
    fn tell(&self, stage: &dyn Stage, seed: u64, period: Period, events: &[Event]) -> Vec<Draft>;

    /// A rumour told by one source.
    fn tell_rumour(&self, stage: &dyn Stage, random: &mut Random, rumour: (usize, &Event)) -> Draft;

    /// Reports that an event has on average.
    fn reports_per_event(&self) -> f64;
}

/// Of the reports, so many are of things that never happened.
const RUMOURS: f64 = 0.05;
/// More events than needed, since some reports come after the end.
const SPARE: f64 = 1.06;
/// Times that more events are tried for.
const ROUNDS_MAX: usize = 8;
/// Lengths that are tried.
const SEARCHES_MAX: usize = 10;
/// How near to the wanted density is near enough.
const NEAR_ENOUGH: f64 = 0.01;
/// Pairs of one event, per report, of the first guess.
const MATES_PER_REPORT: f64 = 0.65;
/// Shortest and longest period that is tried.
const DAYS: (f64, f64) = (2.0, 20_000.0);
/// The first period that is tried.
const DAYS_PER_REPORT: f64 = 0.012;
/// The next period is at most so many times longer or shorter.
const STEP_MAX: f64 = 4.0;

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Order {
    pub(crate) seed: u64,
    pub(crate) reports: usize,
    pub(crate) until: Timestamp,
}

/// The events of a scenario and their reports.
pub(crate) struct Assembled {
    pub(crate) period: Period,
    pub(crate) events: Vec<Event>,
    /// Exactly as many as ordered, in no order.
    pub(crate) drafts: Vec<Draft>,
}

/// Reports over a period of so many days.
pub(crate) fn assemble(stage: &dyn Stage, telling: &dyn Telling, order: Order, days: f64) -> Assembled {
    let period = Period::of_days(days, order.until);
    let per_event = telling.reports_per_event();
    let mut event_count = 16 + whole_share(order.reports, SPARE * (1.0 - RUMOURS) / per_event);
    for round in 1.. {
        let (events, drafts) = told(stage, telling, order, period, event_count);
        if drafts.len() >= order.reports || round == ROUNDS_MAX {
            let drafts = chosen(order, events.len(), drafts);
            return Assembled { period, events, drafts };
        }
        event_count = whole_share(event_count, 1.1 * ratio(order.reports, drafts.len()).min(4.0));
    }
    Assembled { period, events: Vec::new(), drafts: Vec::new() }
}

/// Reports over the period that gives so many candidates a report; the nearest found if none does.
///
/// None does where reports are too few for the land: below two days all of them are within 48 h of each other already.
pub(crate) fn assemble_at_density(stage: &dyn Stage, telling: &dyn Telling, order: Order, wanted: f64) -> Assembled {
    let mut search = Search { wanted, last: (0.0, MATES_PER_REPORT) };
    let mut days = DAYS_PER_REPORT * ratio(order.reports, 1);
    let mut best = assemble(stage, telling, order, days);
    let mut best_found = candidates_per_draft(&best.drafts);
    let mut found = best_found;
    for _ in 0..SEARCHES_MAX {
        let is_near = (best_found / wanted - 1.0).abs() < NEAR_ENOUGH;
        let next_days = search.next(days, found);
        if order.reports == 0 || is_near || next_days.total_cmp(&days).is_eq() {
            break;
        }
        days = next_days;
        let assembled = assemble(stage, telling, order, days);
        found = candidates_per_draft(&assembled.drafts);
        if (found - wanted).abs() < (best_found - wanted).abs() {
            (best, best_found) = (assembled, found);
        }
    }
    best
}

/// A search along the line through the last two points of candidates a report against the reciprocal of the days.
struct Search {
    wanted: f64,
    last: (f64, f64),
}

impl Search {
    /// The length to try after one that gave so many candidates.
    fn next(&mut self, days: f64, found: f64) -> f64 {
        let here = (1.0 / days, found);
        let slope = (here.1 - self.last.1) / (here.0 - self.last.0);
        let on_line = here.0 + (self.wanted - here.1) / slope;
        let is_usable = on_line.is_finite() && slope > 0.0;
        let reciprocal = if is_usable { on_line } else { here.0 * self.wanted / found.max(0.01) };
        self.last = here;
        (1.0 / reciprocal.clamp(here.0 / STEP_MAX, here.0 * STEP_MAX)).clamp(DAYS.0, DAYS.1)
    }
}

fn candidates_per_draft(drafts: &[Draft]) -> f64 {
    let spots = spots(drafts.iter().map(|draft| Some(&draft.account)));
    ratio(candidates(&spots).len(), drafts.len())
}

/// Events with their rumours, and all reports that were taken before the end.
fn told(
    stage: &dyn Stage,
    telling: &dyn Telling,
    order: Order,
    period: Period,
    count: usize,
) -> (Vec<Event>, Vec<Draft>) {
    let mut events = stage.events(&mut Random::new(order.seed, Purpose::Events), period, count);
    let mut drafts = telling.tell(stage, order.seed, period, &events);
    let rumour_count = whole_share(drafts.len(), RUMOURS);
    let mut random = Random::new(order.seed, Purpose::Rumours);
    for _ in 0..rumour_count {
        let rumour = stage.rumour(&mut random, period);
        drafts.push(telling.tell_rumour(stage, &mut random, (events.len(), &rumour)));
        events.push(rumour);
    }
    drafts.retain(|draft| draft.reported_at <= order.until);
    (events, drafts)
}

/// All reports of as many events as are needed, taken in random order; of the last event perhaps not all.
fn chosen(order: Order, event_count: usize, mut drafts: Vec<Draft>) -> Vec<Draft> {
    let mut ranks: Vec<usize> = (0..event_count).collect();
    Random::new(order.seed, Purpose::Choice).shuffle(&mut ranks);
    drafts.sort_by_key(|draft| ranks.get(draft.event).copied());
    drafts.truncate(order.reports);
    drafts
}
