//! Events of the set in; what police, reservists and elders would have reported of each out, as history.
//!
//! Coordinates of the set are those of named places, so agencies differ by a few hundred metres within one cell of resolution 7: what an
//! event is uncertain about is said by its uncertainty, not acted out. Places are named by the nearest of the gazetteer. Each event is retold
//! from its own id, so that rows added to a file change no report of the others. The events are real, so nothing is invented about them: no
//! sub-category, no weapon, no words beyond that it happened; only counts and spellings are as wrong as the source is.
//! Guarantees: every event has at least one report; each agency reports it once, since the set has no duplicates. Never: a report before the
//! end of its event.
use std::collections::BTreeSet;

use domain::{Account, Meters, Place, Point, Report, ReportBody, Revision, SourceKind};
use h3o::Resolution;

use super::GedEvent;
use crate::{
    dress::{channel, english, grading, handling},
    event::{Kind, scattered},
    office::office_name,
    publish::key,
    random::{Purpose, Random, hours, key_of},
    settlement::Settlement,
    truth::{Scenario, TrueIncident},
    witness::{A4_WITNESSES, POLICE, Witness, blank, misspelt},
    wording::{Language, retold as put_into_words},
};

/// Points of two agencies differ by so much along each axis.
const POINTS_SD_KM: f64 = 0.15;
/// Points tried until one is in the event's own cell.
const TRIES_MAX: usize = 16;
/// A place so near gives the event its name.
const NAMED_WITHIN: Meters = Meters::from_km(5);
/// Share of reports of reservists and elders without the dead.
const NO_COUNT: f64 = 0.15;
const NO_SUMMARY: f64 = 0.06;
/// Share of events that another agency repeats word for word.
const ECHOED: f64 = 0.05;
const ECHO_DELAY_HOURS: f64 = 6.0;

/// The reports of the events, ascending by `reported_at`. The same events and seed give the same reports.
#[must_use]
pub fn reports(events: &[GedEvent], seed: u64) -> Vec<Report> {
    scenario(events, seed).reports
}

/// The reports with their truth: incidents are the events by their place in the list, from 1; regions are in the truth but are no incidents,
/// since they have no point.
#[must_use]
pub fn scenario(events: &[GedEvent], seed: u64) -> Scenario {
    let mut taken = BTreeSet::new();
    let mut told: Vec<(Report, u64)> = Vec::new();
    let mut incidents = Vec::new();
    for (event, id) in events.iter().zip(1..) {
        let mut random = Random::keyed(seed, key_of(&event.id), Purpose::History);
        told.extend(retold(&mut random, event, &mut taken).into_iter().map(|report| (report, id)));
        incidents.extend(event.is_point.then(|| TrueIncident {
            id,
            category: event.category,
            subcategory: None,
            occurred_at: event.occurrence.middle(),
            point: event.point,
            weight_milli: 1_000,
        }));
    }
    told.sort_by(|a, b| (reported_at(&a.0), &a.0.key).cmp(&(reported_at(&b.0), &b.0.key)));
    let truth = told.iter().map(|(report, id)| (report.key.clone(), *id)).collect();
    Scenario { reports: told.into_iter().map(|(report, _)| report).collect(), truth, incidents, hotspots: Vec::new() }
}

fn reported_at(report: &Report) -> Option<domain::Timestamp> {
    report.body.account().and_then(|account| account.reported_at)
}

/// All reports of one event.
fn retold(random: &mut Random, event: &GedEvent, taken: &mut BTreeSet<String>) -> Vec<Report> {
    let mut witnesses: Vec<&Witness> = A4_WITNESSES.iter().filter(|witness| random.chance(witness.reports)).collect();
    if witnesses.is_empty() {
        witnesses.push(&POLICE);
    }
    let mut accounts: Vec<(&Witness, Account)> =
        witnesses.into_iter().map(|witness| (witness, account(random, event, witness))).collect();
    accounts.extend(echo(random, event, &accounts));
    accounts.into_iter().map(|(witness, account)| report(random, witness, account, taken)).collect()
}

fn report(random: &mut Random, witness: &Witness, account: Account, taken: &mut BTreeSet<String>) -> Report {
    let key = loop {
        let key = key(witness.agency, random.bits() >> 24);
        if taken.insert(key.to_string()) {
            break key;
        }
    };
    Report { key, revision: Revision::FIRST, body: ReportBody::Account(Box::new(account)) }
}

fn account(random: &mut Random, event: &GedEvent, witness: &Witness) -> Account {
    let mut account = blank(Kind::plain(event.category), event.occurrence, place(random, event));
    account.source_kind = Some(witness.source_kind);
    account.unit = office_name(witness.agency, event.point);
    account.channel = Some(channel(random, witness.source_kind));
    account.grading = grading(random, witness.source_kind);
    account.handling = handling(random, event.category, witness.source_kind);
    account.killed = killed(random, event, witness);
    put_words(random, event, witness, &mut account);
    account.reported_at = Some(event.occurrence.end().plus(witness.delay(random)));
    account
}

fn killed(random: &mut Random, event: &GedEvent, witness: &Witness) -> Option<u32> {
    if witness.source_kind == SourceKind::Police {
        return event.killed;
    }
    event.killed.filter(|_| !random.chance(NO_COUNT)).map(|killed| witness.counted(random, killed))
}

/// The event's point with its radius; of a region its county, or its point with a radius that makes it an area.
fn place(random: &mut Random, event: &GedEvent) -> Place {
    let uncertainty = Some(event.uncertainty);
    if event.is_point {
        let near = geography::nearest_place(event.point).filter(|nearest| nearest.distance <= NAMED_WITHIN);
        let name = near.map_or_else(String::new, |nearest| misspelt(random, nearest.place.name()));
        return Place { point: Some(near_point(random, event.point)), uncertainty, name, ..Place::default() };
    }
    match event.county {
        Some(county) => Place { uncertainty, county: county.name().to_owned(), ..Place::default() },
        None => Place { point: Some(event.point), uncertainty, ..Place::default() },
    }
}

/// A point beside another, in the same cell of resolution 7.
fn near_point(random: &mut Random, point: Point) -> Point {
    let cell = geography::cell_of(point, Resolution::Seven);
    let mut tries = (0..TRIES_MAX).map(|_| scattered(random, point, POINTS_SD_KM));
    tries.find(|near| geography::cell_of(*near, Resolution::Seven) == cell).unwrap_or(point)
}

fn put_words(random: &mut Random, event: &GedEvent, witness: &Witness, account: &mut Account) {
    if random.chance(NO_SUMMARY) {
        return;
    }
    let language = if random.chance(english(witness.source_kind)) { Language::English } else { Language::Swahili };
    let nearest = Settlement::name_at(event.point).unwrap_or_default();
    let place = [account.place.name.as_str(), account.place.county.as_str(), nearest];
    let place = place.into_iter().find(|place| !place.is_empty()).unwrap_or_default();
    account.summary = put_into_words(random, language, witness.source_kind, place, account.killed);
    account.language = language.tag().to_owned();
}

/// Another agency's report in the words of one of these.
fn echo<'a>(
    random: &mut Random,
    event: &GedEvent,
    accounts: &[(&'a Witness, Account)],
) -> Option<(&'a Witness, Account)> {
    if !random.chance(ECHOED) {
        return None;
    }
    let (_, original) = random.pick_of(accounts)?;
    let is_silent = |witness: &&Witness| accounts.iter().all(|(told, _)| told.agency != witness.agency);
    let witness = A4_WITNESSES.iter().find(is_silent)?;
    let mut echo = account(random, event, witness);
    echo.summary.clone_from(&original.summary);
    echo.language.clone_from(&original.language);
    echo.killed = original.killed;
    echo.reported_at = original.reported_at.map(|at| at.plus(hours(random.log_normal(ECHO_DELAY_HOURS, 1.0))));
    Some((witness, echo))
}
