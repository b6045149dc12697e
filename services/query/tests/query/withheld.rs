//! What a reader may not see, through lists, filters and the past.
use std::sync::Arc;

use api::{domain::v1 as wire, query::v1};
use domain::{Category, Timestamp};
use prost::Message;
use query::{IncidentFilter, Reader};
use store::Store;

use crate::world::{
    IntoFact, World, at, incident, incident_id, member, memory, reader, receipt, report, viewer, wire_time,
};

fn list(reader: &Reader, change: impl FnOnce(&mut v1::ListIncidentsRequest)) -> Vec<wire::Incident> {
    let mut request = v1::ListIncidentsRequest::default();
    change(&mut request);
    let (filter, page) = IncidentFilter::parse(&request).unwrap();
    reader.incidents(&viewer(), &filter, &page).unwrap().into_inner().incidents
}

fn defilement(number: u8, cause: crate::world::Cause) -> wire::Incident {
    let place = wire::IncidentPlace {
        point: Some(wire::LatLng { latitude: 3.1, longitude: 35.6 }),
        county: "Turkana".to_owned(),
        nearest_place: "Lodwar".to_owned(),
        ..wire::IncidentPlace::default()
    };
    wire::Incident {
        category: Category::ChildDefilement.number(),
        restricted: true,
        place: Some(place),
        ..incident(cause, number, 1)
    }
}

#[test]
fn time_of_a_restricted_incident_is_not_found_by_asking_twice() {
    let mut world = World::new();
    world.record(0, |cause| vec![defilement(1, cause).fact()]);
    let store = memory();
    let reader = reader(&store, &world.project(&store, 10));
    let day = at(-60).local_day();
    let asked = |from: Timestamp, until: Timestamp| {
        let listed = list(&reader, |request| {
            (request.occurred_from, request.occurred_until) = (wire_time(from), wire_time(until));
        });
        listed.len()
    };

    // It happened an hour before noon; any part of its day finds it, and no other day does.
    assert_eq!(asked(day.start(), day.start().plus(domain::Span::from_hours(1))), 1);
    assert_eq!(asked(day.end().minus(domain::Span::from_hours(1)), day.end()), 1);
    assert_eq!(asked(day.end(), day.end().plus(domain::Span::DAY)), 0);
    let shown = list(&reader, |_| ()).pop().unwrap();
    assert!(shown.occurred_at.is_none() && shown.place.unwrap().point.is_none());
}

#[test]
fn restricted_incident_is_found_by_its_county() {
    let mut world = World::new();
    world.record(0, |cause| vec![defilement(1, cause).fact(), incident(cause, 2, 1).fact()]);
    let store = memory();
    let reader = reader(&store, &world.project(&store, 10));
    let in_county = |county: &str| list(&reader, |request| request.county = county.to_owned()).len();

    assert_eq!([in_county("Turkana"), in_county("Lamu")], [2, 0]);
}

/// An incident of two reports, one of which is later amended to a restricted category and leaves it.
fn amended_to_restricted() -> (Arc<dyn Store>, Reader) {
    let (first, second) = (report("OB-1", 1), report("OB-2", 1));
    let amended = wire::Report { category: Category::GenderBasedViolence.number(), ..report("OB-2", 2) };
    let mut world = World::new();
    world.record(0, |cause| {
        let members = vec![member(&first), member(&second)];
        vec![
            receipt(cause, first.clone(), 1).fact(),
            receipt(cause, second.clone(), 1).fact(),
            wire::Incident { members, ..incident(cause, 1, 1) }.fact(),
        ]
    });
    world.record(10, |cause| {
        let members = vec![member(&first)];
        vec![receipt(cause, amended.clone(), 2).fact(), wire::Incident { members, ..incident(cause, 1, 2) }.fact()]
    });
    let store = memory();
    let projector = world.project(&store, 10);
    (Arc::clone(&store), reader(&store, &projector))
}

#[test]
fn what_is_restricted_by_now_is_reduced_in_the_past() {
    let (_store, reader) = amended_to_restricted();

    let past =
        reader.incident(&viewer(), incident_id(1), Some(domain::LogTime::new(at(5)))).unwrap().unwrap().into_inner();
    let listed = list(&reader, |request| request.as_of = wire_time(at(5))).pop().unwrap();

    let shown = past.incident.clone().unwrap();
    assert_eq!((shown.revision, listed.revision), (1, 1));
    assert!(shown.occurred_at.is_none() && listed.occurred_at.is_none());
    let said = format!("{past:?}");
    assert!(!said.contains("OB-") && !said.contains("rep-"), "{said}");
    assert!(past.reports.is_empty());
}

#[test]
fn what_stays_open_is_shown_in_full_by_now() {
    let (_store, reader) = amended_to_restricted();

    let now = reader.incident(&viewer(), incident_id(1), None).unwrap().unwrap().into_inner();

    assert_eq!(now.incident.unwrap().members.len(), 1);
    assert_eq!(now.reports.len(), 1);
}

#[test]
fn no_byte_of_a_restricted_incident_tells_its_place() {
    let mut world = World::new();
    world.record(0, |cause| vec![defilement(1, cause).fact()]);
    let store = memory();
    let reader = reader(&store, &world.project(&store, 10));

    let bytes = reader.incident(&viewer(), incident_id(1), None).unwrap().unwrap().into_inner().encode_to_vec();

    assert!(!bytes.windows(6).any(|window| window == b"Lodwar"));
    assert!(bytes.windows(7).any(|window| window == b"Turkana"));
}
