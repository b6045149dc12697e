//! Events and drafts in; reports with ids in the order in which they were taken, and the truth beside them, out.
//!
//! Guarantees: an id is drawn at random before the reports are put in order; ties of time fall to the id.
//! Never: an id, or a place in the order, that depends on which event a report is of.
use std::collections::{BTreeMap, BTreeSet};

use domain::{Report, ReportBody, ReportKey, Revision};

use crate::{
    assemble::Assembled,
    event::Reality,
    random::{Purpose, Random},
    truth::{PlantedHotspot, Scenario, TrueIncident},
    witness::Draft,
};

/// Weight of an incident that did happen.
const CERTAIN_MILLI: u16 = 1_000;

/// Gives ids, order and truth.
pub(crate) fn publish(seed: u64, assembled: Assembled, hotspots: Vec<PlantedHotspot>) -> Scenario {
    let Assembled { events, drafts, .. } = assembled;
    let mut ids = Ids::new(seed);
    let mut told: Vec<(usize, Report)> = drafts.into_iter().map(|draft| (draft.event, ids.report(draft))).collect();
    told.sort_by(|a, b| (reported_at(&a.1), &a.1.key).cmp(&(reported_at(&b.1), &b.1.key)));
    let mut numbers: BTreeMap<usize, u64> = BTreeMap::new();
    let mut scenario = Scenario { reports: Vec::new(), truth: Vec::new(), incidents: Vec::new(), hotspots };
    for (event_index, report) in told {
        let next = numbers.len() as u64 + 1;
        let id = *numbers.entry(event_index).or_insert(next);
        let event = events.get(event_index).filter(|event| id == next && event.reality == Reality::Incident);
        scenario.incidents.extend(event.map(|event| TrueIncident {
            id,
            category: event.kind.category,
            subcategory: event.kind.subcategory,
            occurred_at: event.at,
            point: event.point,
            weight_milli: CERTAIN_MILLI,
        }));
        scenario.truth.push((report.key.clone(), id));
        scenario.reports.push(report);
    }
    scenario
}

fn reported_at(report: &Report) -> Option<domain::Timestamp> {
    report.body.account().and_then(|account| account.reported_at)
}

/// Draws ids.
pub(crate) struct Ids {
    random: Random,
    drawn: BTreeSet<u64>,
}

impl Ids {
    /// The ids of a seed.
    pub(crate) fn new(seed: u64) -> Self {
        Self { random: Random::new(seed, Purpose::Ids), drawn: BTreeSet::new() }
    }

    fn report(&mut self, draft: Draft) -> Report {
        let mut account = draft.account;
        account.reported_at = Some(draft.reported_at);
        Report { key: self.key(draft.agency), revision: Revision::FIRST, body: ReportBody::Account(Box::new(account)) }
    }

    fn key(&mut self, agency: &str) -> ReportKey {
        let number = loop {
            let number = self.random.bits() >> 24;
            if self.drawn.insert(number) {
                break number;
            }
        };
        key(agency, number)
    }
}

/// The key of a number of 40 bits.
pub(crate) fn key(agency: &str, number: u64) -> ReportKey {
    ReportKey {
        agency: agency.parse().expect("agencies of scenarios are short words in lowercase"),
        client_report_id: format!("{number:010x}").parse().expect("ten digits are an id"),
    }
}
