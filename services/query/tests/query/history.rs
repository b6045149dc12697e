//! Generated histories of incidents and hotspots, and a plain model that says what a list must show at any snapshot.
use std::cmp::Reverse;
use std::collections::BTreeMap;

use api::{domain::v1 as wire, log::v1};
use domain::{Category, Family, LocalDay, Timestamp};
use proptest::prelude::*;

use crate::world::{Cause, IntoFact, World, at, hotspot, incident, incident_id, wire_time};

const CATEGORIES: [Category; 3] = [Category::Banditry, Category::ArmsPossession, Category::RoadState];
const COUNTIES: [&str; 3] = ["Turkana", "Lamu", ""];
const WINDOWS: [i32; 2] = [28, 365];

/// One conclusion about one subject.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    Lives { number: u8, category: usize, county: usize },
    Merges { number: u8, into: u8 },
    Ends { number: u8 },
    Hotspot { number: u8, gone: bool, county: usize },
}

/// A record: how many minutes after the one before, and what is concluded.
pub(crate) type Records = Vec<(i64, Vec<Change>)>;

pub(crate) fn records(count: std::ops::Range<usize>) -> impl Strategy<Value = Records> {
    let number = 0_u8..12;
    let change = prop_oneof![
        6 => (number.clone(), 0_usize..3, 0_usize..3)
            .prop_map(|(number, category, county)| Change::Lives { number, category, county }),
        1 => (number.clone(), number.clone()).prop_map(|(number, into)| Change::Merges { number, into }),
        1 => number.clone().prop_map(|number| Change::Ends { number }),
        3 => (0_u8..8, prop::bool::weighted(0.2), 0_usize..3)
            .prop_map(|(number, gone, county)| Change::Hotspot { number, gone, county }),
    ];
    // Half of the records carry the stamp of the one before; a month passes now and then.
    let minutes = prop_oneof![4 => Just(0_i64), 3 => 1_i64..500, 1 => Just(31 * 24 * 60)];
    prop::collection::vec((minutes, prop::collection::vec(change, 0..4)), count)
}

/// Which of the records are asked for.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) categories: Vec<Category>,
    pub(crate) county: &'static str,
}

pub(crate) fn asked() -> impl Strategy<Value = Asked> {
    (prop::sample::subsequence(CATEGORIES.to_vec(), 0..=3), 0_usize..3)
        .prop_map(|(categories, county)| Asked { categories, county: county_of(county) })
}

/// The world, and all that was ever concluded in it, in order.
pub(crate) struct History {
    pub(crate) world: World,
    pub(crate) minute: i64,
    incidents: Vec<wire::Incident>,
    hotspots: Vec<wire::Hotspot>,
    revisions: BTreeMap<(bool, u8), i64>,
    births: BTreeMap<u8, i64>,
    received_on: BTreeMap<u8, LocalDay>,
}

impl History {
    pub(crate) fn new() -> Self {
        Self {
            world: World::new(),
            minute: 0,
            incidents: Vec::new(),
            hotspots: Vec::new(),
            revisions: BTreeMap::new(),
            births: BTreeMap::new(),
            received_on: BTreeMap::new(),
        }
    }

    pub(crate) fn play(records: &Records) -> Self {
        let mut history = Self::new();
        records.iter().for_each(|record| history.add(record));
        history
    }

    pub(crate) fn add(&mut self, (minutes, changes): &(i64, Vec<Change>)) {
        self.minute += minutes;
        let position = self.world.append_record();
        let cause = Cause { position: position.number(), time: at(self.minute) };
        let facts: Vec<v1::Fact> = changes.iter().map(|change| self.conclude(cause, change)).collect();
        self.world.conclude(&facts, position, cause.time);
    }

    fn conclude(&mut self, cause: Cause, change: &Change) -> v1::Fact {
        match *change {
            Change::Lives { number, category, county } => {
                let place = wire::IncidentPlace { county: county_of(county).to_owned(), ..Default::default() };
                let category = CATEGORIES.get(category).unwrap().number();
                let incident = wire::Incident { category, place: Some(place), ..self.next_incident(cause, number) };
                self.keep_incident(incident)
            }
            Change::Merges { number, into } => {
                let state = wire::IncidentState::Merged.into();
                let merged_into = incident_id(into).to_string();
                let incident = wire::Incident { state, merged_into, ..self.next_incident(cause, number) };
                self.keep_incident(incident)
            }
            Change::Ends { number } => {
                let state = wire::IncidentState::Retracted.into();
                let incident = wire::Incident { state, ..self.next_incident(cause, number) };
                self.keep_incident(incident)
            }
            Change::Hotspot { number, gone, county } => {
                let state = if gone { wire::HotspotState::Gone } else { wire::HotspotState::Growing };
                let born = *self.births.entry(number).or_insert(self.minute);
                let families = [Family::Banditry, Family::Trafficking];
                let revised = wire::Hotspot {
                    state: state.into(),
                    county: county_of(county).to_owned(),
                    family: families.get(usize::from(number % 2)).unwrap().number(),
                    window_days: *WINDOWS.get(usize::from(number / 2 % 2)).unwrap(),
                    ..hotspot(cause, number, self.revise((true, number)), born)
                };
                self.hotspots.push(revised.clone());
                revised.fact()
            }
        }
    }

    fn next_incident(&mut self, cause: Cause, number: u8) -> wire::Incident {
        let received_on = self.received_on.entry(number).or_insert_with(|| cause.time.local_day()).to_string();
        wire::Incident { received_on, ..incident(cause, number, self.revise((false, number))) }
    }

    fn keep_incident(&mut self, incident: wire::Incident) -> v1::Fact {
        self.incidents.push(incident.clone());
        incident.fact()
    }

    fn revise(&mut self, subject: (bool, u8)) -> i64 {
        let revision = self.revisions.entry(subject).or_insert(0);
        *revision += 1;
        *revision
    }

    /// The incidents that a list must show: as id and revision, in order.
    pub(crate) fn incidents_shown(&self, asked: &Asked, time: Timestamp, position: i64) -> Vec<(String, i64)> {
        let known = self.incidents.iter().filter(|revision| is_known(revision, time, position));
        let heads: BTreeMap<&str, &wire::Incident> = known.map(|one| (one.incident_id.as_str(), one)).collect();
        let matching = heads.into_values().filter(|incident| {
            let category = Category::from_number(incident.category).unwrap();
            let county = incident.place.as_ref().map_or("", |place| place.county.as_str());
            incident.state() == wire::IncidentState::Live
                && (asked.categories.is_empty() || asked.categories.contains(&category))
                && (asked.county.is_empty() || asked.county == county)
        });
        let mut listed: Vec<&wire::Incident> = matching.collect();
        listed.sort_by_key(|incident| (Reverse(incident.received_on.clone()), incident.incident_id.clone()));
        listed.into_iter().map(|incident| (incident.incident_id.clone(), incident.revision)).collect()
    }

    /// The hotspots that a list must show: as id and revision, in order.
    pub(crate) fn hotspots_shown(&self, asked: &HotspotsAsked, time: Timestamp, position: i64) -> Vec<(String, i64)> {
        let time = wire_time(time).map(|time| (time.seconds, time.nanos));
        let is_known = |one: &&wire::Hotspot| {
            one.as_of.map(|mark| (mark.seconds, mark.nanos)) <= time && one.cause_position <= position
        };
        let known = self.hotspots.iter().filter(is_known);
        let heads: BTreeMap<&str, &wire::Hotspot> = known.map(|one| (one.hotspot_id.as_str(), one)).collect();
        let matching = heads.into_values().filter(|hotspot| {
            (asked.family == 0 || asked.family == hotspot.family)
                && (asked.window_days == 0 || asked.window_days == hotspot.window_days)
                && (asked.county.is_empty() || asked.county == hotspot.county)
                && (asked.include_gone || hotspot.state() != wire::HotspotState::Gone)
        });
        let mut listed: Vec<&wire::Hotspot> = matching.collect();
        listed.sort_by_key(|one| (Reverse(one.first_seen.map(|time| time.seconds)), one.hotspot_id.clone()));
        listed.into_iter().map(|one| (one.hotspot_id.clone(), one.revision)).collect()
    }

    /// Every log time at which something changed, one before all and one after.
    pub(crate) fn times(&self) -> Vec<Timestamp> {
        let incidents = self.incidents.iter().filter_map(|incident| incident.log_time.as_ref());
        let marks = self.hotspots.iter().filter_map(|hotspot| hotspot.as_of.as_ref());
        let changed = incidents.chain(marks).filter_map(api::timestamp_from_wire);
        let ends = [at(-1), at(self.minute + 1)];
        let all: std::collections::BTreeSet<Timestamp> = changed.chain(ends).collect();
        all.into_iter().collect()
    }
}

/// Which hotspots are asked for.
#[derive(Clone, Debug)]
pub(crate) struct HotspotsAsked {
    pub(crate) family: i32,
    pub(crate) window_days: i32,
    pub(crate) county: &'static str,
    pub(crate) include_gone: bool,
}

pub(crate) fn hotspots_asked() -> impl Strategy<Value = HotspotsAsked> {
    (0_i32..3, prop::sample::select(vec![0, 28, 365]), 0_usize..3, any::<bool>()).prop_map(
        |(family, window_days, county, include_gone)| HotspotsAsked {
            family,
            window_days,
            county: county_of(county),
            include_gone,
        },
    )
}

fn county_of(index: usize) -> &'static str {
    COUNTIES.get(index).unwrap()
}

fn is_known(incident: &wire::Incident, time: Timestamp, position: i64) -> bool {
    let log_time = incident.log_time.as_ref().and_then(api::timestamp_from_wire);
    log_time.is_some_and(|log_time| log_time <= time) && incident.cause_position <= position
}
