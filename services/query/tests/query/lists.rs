//! Lists as of any log time, page by page.
use std::num::NonZeroUsize;
use std::sync::Arc;

use api::{domain::v1 as wire, query::v1};
use domain::{Category, Timestamp};
use proptest::prelude::*;
use query::{HotspotFilter, IncidentFilter, ListError, OpenTokenError, QuarantineFilter, QueryConfig, Reader};
use store::Store;

use crate::history::{Asked, History, HotspotsAsked, asked, hotspots_asked, records};
use crate::world::{
    IntoFact, World, at, catch_up, fjall, hotspot, incident, incident_id, memory, quarantined, reader, reader_with,
    viewer, wire_time,
};

/// All pages of a list of incidents. Something may happen between two of them.
fn list_incidents(
    reader: &Reader,
    asked: &Asked,
    as_of: Option<Timestamp>,
    page_size: i32,
    mut between: impl FnMut(),
) -> Vec<(String, i64)> {
    let mut request = v1::ListIncidentsRequest {
        categories: asked.categories.iter().map(|category| category.number()).collect(),
        county: asked.county.to_owned(),
        as_of: as_of.and_then(wire_time),
        page_size,
        ..v1::ListIncidentsRequest::default()
    };
    let mut listed = Vec::new();
    loop {
        let (filter, page) = IncidentFilter::parse(&request).unwrap();
        let answer = reader.incidents(&viewer(), &filter, &page).unwrap().into_inner();
        assert!(answer.incidents.len() <= page.size, "a page holds more than was asked for");
        listed.extend(answer.incidents.into_iter().map(|incident| (incident.incident_id, incident.revision)));
        if answer.next_page_token.is_empty() {
            return listed;
        }
        request.page_token = answer.next_page_token;
        between();
    }
}

fn list_hotspots(
    reader: &Reader,
    asked: &HotspotsAsked,
    as_of: Option<Timestamp>,
    page_size: i32,
) -> Vec<(String, i64)> {
    let mut request = v1::ListHotspotsRequest {
        family: asked.family,
        county: asked.county.to_owned(),
        window_days: asked.window_days,
        as_of: as_of.and_then(wire_time),
        page_size,
        include_gone: asked.include_gone,
        ..v1::ListHotspotsRequest::default()
    };
    let mut listed = Vec::new();
    loop {
        let (filter, page) = HotspotFilter::parse(&request).unwrap();
        let answer = reader.hotspots(&viewer(), &filter, &page).unwrap().into_inner();
        listed.extend(answer.hotspots.into_iter().map(|hotspot| (hotspot.hotspot_id, hotspot.revision)));
        if answer.next_page_token.is_empty() {
            return listed;
        }
        request.page_token = answer.next_page_token;
    }
}

fn check_as_of(
    history: &History,
    store: &Arc<dyn Store>,
    asked: &Asked,
    hotspots: &HotspotsAsked,
    page_size: i32,
) -> Result<(), TestCaseError> {
    let projector = history.world.project(store, 5);
    let reader = reader(store, &projector);
    for time in history.times() {
        let expected = history.incidents_shown(asked, time, i64::MAX);
        prop_assert_eq!(list_incidents(&reader, asked, Some(time), page_size, || ()), expected, "as of {}", time);
        let expected = history.hotspots_shown(hotspots, time, i64::MAX);
        prop_assert_eq!(list_hotspots(&reader, hotspots, Some(time), page_size), expected, "as of {}", time);
    }
    let now = at(history.minute);
    let expected = history.incidents_shown(asked, now, i64::MAX);
    prop_assert_eq!(list_incidents(&reader, asked, None, page_size, || ()), expected, "as of now");
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn lists_are_exact_as_of_any_log_time(
        records in records(1..40),
        asked in asked(),
        hotspots in hotspots_asked(),
        page_size in 1_i32..6,
    ) {
        let history = History::play(&records);

        check_as_of(&history, &memory(), &asked, &hotspots, page_size)?;
    }

    #[test]
    fn pages_show_one_snapshot_while_new_facts_come(
        before in records(1..25),
        later in records(8..16),
        asked in asked(),
        page_size in 1_i32..4,
    ) {
        let mut history = History::play(&before);
        let store = memory();
        let mut projector = history.world.project(&store, 3);
        let reader = reader(&store, &projector);
        let expected = history.incidents_shown(&asked, at(history.minute), i64::MAX);
        let mut later = later.iter();

        let listed = list_incidents(&reader, &asked, None, page_size, || {
            if let Some(record) = later.next() {
                history.add(record);
                catch_up(&mut projector);
            }
        });

        prop_assert_eq!(listed, expected);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4))]

    #[test]
    fn embedded_lists_are_exact_as_of_any_log_time(
        records in records(20..40),
        asked in asked(),
        hotspots in hotspots_asked(),
        page_size in 1_i32..6,
    ) {
        let history = History::play(&records);
        let folder = tempfile::tempdir().unwrap();

        check_as_of(&history, &fjall(folder.path()), &asked, &hotspots, page_size)?;
    }
}

/// A world with 12 incidents of banditry, and its reader.
fn twelve_incidents(config: QueryConfig) -> (World, Reader) {
    let mut world = World::new();
    for number in 0..12 {
        world.record(i64::from(number), |cause| vec![incident(cause, number, 1).fact()]);
    }
    let store = memory();
    let projector = world.project(&store, 100);
    let reader = reader_with(&store, &projector, config);
    (world, reader)
}

const ALL: Asked = Asked { categories: Vec::new(), county: "" };

fn first_page(reader: &Reader, page_size: i32) -> v1::ListIncidentsResponse {
    let request = v1::ListIncidentsRequest { page_size, ..v1::ListIncidentsRequest::default() };
    let (filter, page) = IncidentFilter::parse(&request).unwrap();
    reader.incidents(&viewer(), &filter, &page).unwrap().into_inner()
}

#[test]
fn list_that_fits_its_page_ends_with_it() {
    let (_world, reader) = twelve_incidents(QueryConfig::default());

    assert_eq!(first_page(&reader, 12).next_page_token, "");
    assert_ne!(first_page(&reader, 11).next_page_token, "");
}

#[test]
fn page_that_has_looked_at_its_rows_goes_on_after_them() {
    let few = NonZeroUsize::new(2).unwrap();
    let (_world, reader) = twelve_incidents(QueryConfig { page_rows_max: few, ..QueryConfig::default() });

    assert_eq!(first_page(&reader, 50).incidents.len(), 2);
    assert_eq!(list_incidents(&reader, &ALL, None, 50, || ()).len(), 12);
    let elsewhere = Asked { county: "Lamu", ..ALL };
    assert_eq!(list_incidents(&reader, &elsewhere, None, 50, || ()), []);
}

#[test]
fn list_of_a_county_looks_at_no_other() {
    let mut world = World::new();
    for number in 0..12 {
        let place = wire::IncidentPlace { county: county_of(number).to_owned(), ..wire::IncidentPlace::default() };
        world.record(0, |cause| vec![wire::Incident { place: Some(place), ..incident(cause, number, 1) }.fact()]);
    }
    let store = memory();
    let projector = world.project(&store, 100);
    let one = QueryConfig { page_rows_max: NonZeroUsize::MIN, ..QueryConfig::default() };

    let request = v1::ListIncidentsRequest { county: "Lamu".to_owned(), ..v1::ListIncidentsRequest::default() };
    let (filter, page) = IncidentFilter::parse(&request).unwrap();
    let answer = reader_with(&store, &projector, one).incidents(&viewer(), &filter, &page).unwrap().into_inner();

    assert_eq!(answer.incidents.len(), 1);
    assert_eq!(answer.next_page_token, "");
}

#[test]
fn list_of_the_past_starts_at_its_day() {
    const DAY: i64 = 24 * 60;
    let mut world = World::new();
    for number in 0..12 {
        let time = i64::from(number) * 9 * DAY;
        let received_on = at(time).local_day().to_string();
        world.record(time, |cause| vec![wire::Incident { received_on, ..incident(cause, number, 1) }.fact()]);
    }
    let store = memory();
    let projector = world.project(&store, 100);
    let one = QueryConfig { page_rows_max: NonZeroUsize::MIN, ..QueryConfig::default() };

    let request = v1::ListIncidentsRequest { as_of: wire_time(at(18 * DAY)), ..v1::ListIncidentsRequest::default() };
    let (filter, page) = IncidentFilter::parse(&request).unwrap();
    let answer = reader_with(&store, &projector, one).incidents(&viewer(), &filter, &page).unwrap().into_inner();

    let ids: Vec<String> = answer.incidents.into_iter().map(|incident| incident.incident_id).collect();
    assert_eq!(ids, [incident_id(2).to_string()]);
}

#[test]
fn hotspot_is_listed_as_of_before_it_was_gone() {
    let mut world = World::new();
    world.record(0, |cause| vec![hotspot(cause, 5, 1, 0).fact()]);
    world.record(10, |cause| {
        vec![wire::Hotspot { state: wire::HotspotState::Gone.into(), ..hotspot(cause, 5, 2, 0) }.fact()]
    });
    let store = memory();
    let projector = world.project(&store, 100);
    let reader = reader(&store, &projector);
    let listed = |minute: i64, include_gone: bool| {
        let asked = HotspotsAsked { family: 0, window_days: 0, county: "", include_gone };
        list_hotspots(&reader, &asked, Some(at(minute)), 50).into_iter().map(|(_, revision)| revision).collect()
    };

    let revisions: [Vec<i64>; 4] = [listed(9, false), listed(10, false), listed(10, true), listed(-1, true)];
    assert_eq!(revisions, [vec![1], vec![], vec![2], vec![]]);
}

/// The oldest of all is in Lamu.
fn county_of(number: u8) -> &'static str {
    if number == 0 { "Lamu" } else { "Turkana" }
}

#[test]
fn page_is_cut_by_its_bytes_but_never_empty() {
    let one = NonZeroUsize::MIN;
    let (_world, reader) = twelve_incidents(QueryConfig { page_bytes_max: one, ..QueryConfig::default() });

    assert_eq!(first_page(&reader, 50).incidents.len(), 1);
    assert_eq!(list_incidents(&reader, &ALL, None, 50, || ()).len(), 12);
}

#[test]
fn token_of_another_filter_is_refused() {
    let (_world, reader) = twelve_incidents(QueryConfig::default());
    let token = first_page(&reader, 5).next_page_token;

    let request = v1::ListIncidentsRequest {
        page_token: token,
        categories: vec![Category::Banditry.number()],
        ..v1::ListIncidentsRequest::default()
    };
    let (filter, page) = IncidentFilter::parse(&request).unwrap();

    let refused = reader.incidents(&viewer(), &filter, &page);
    assert!(matches!(refused, Err(ListError::Token(OpenTokenError::OtherQuery))), "{refused:?}");
}

#[test]
fn token_with_any_character_changed_is_refused() {
    let (_world, reader) = twelve_incidents(QueryConfig::default());
    let token = first_page(&reader, 5).next_page_token;

    for index in 0..token.len() {
        let changed: String = token
            .char_indices()
            .map(|(at, letter)| if at == index { if letter == 'A' { 'B' } else { 'A' } } else { letter })
            .collect();
        let request = v1::ListIncidentsRequest { page_token: changed, ..v1::ListIncidentsRequest::default() };
        let (filter, page) = IncidentFilter::parse(&request).unwrap();
        let refused = reader.incidents(&viewer(), &filter, &page);
        assert!(matches!(refused, Err(ListError::Token(OpenTokenError::Forged))), "character {index}");
    }
}

#[test]
fn page_size_may_change_between_pages() {
    let (_world, reader) = twelve_incidents(QueryConfig::default());
    let token = first_page(&reader, 5).next_page_token;

    let request = v1::ListIncidentsRequest { page_token: token, page_size: 100, ..v1::ListIncidentsRequest::default() };
    let (filter, page) = IncidentFilter::parse(&request).unwrap();

    assert_eq!(reader.incidents(&viewer(), &filter, &page).unwrap().into_inner().incidents.len(), 7);
}

#[test]
fn incident_that_changes_its_category_is_listed_once() {
    let mut world = World::new();
    world.record(0, |cause| vec![incident(cause, 1, 1).fact()]);
    world.record(5, |cause| {
        vec![wire::Incident { category: Category::OrganisedGang.number(), ..incident(cause, 1, 2) }.fact()]
    });
    let store = memory();
    let projector = world.project(&store, 100);
    let reader = reader(&store, &projector);

    let id = incident_id(1).to_string();
    assert_eq!(list_incidents(&reader, &ALL, None, 50, || ()), [(id.clone(), 2)]);
    assert_eq!(list_incidents(&reader, &ALL, Some(at(4)), 50, || ()), [(id, 1)]);
    let banditry = Asked { categories: vec![Category::Banditry], county: "" };
    assert_eq!(list_incidents(&reader, &banditry, None, 50, || ()), []);
}

/// Found by `lists_are_exact_as_of_any_log_time`: both categories have a row at the same key, and only the second counts.
#[test]
fn page_does_not_end_between_two_categories_of_an_incident() {
    let mut world = World::new();
    world.record(0, |cause| {
        let earlier = wire::Incident { category: Category::RoadState.number(), ..incident(cause, 1, 1) };
        vec![earlier.fact(), incident(cause, 2, 1).fact(), incident(cause, 0, 1).fact()]
    });
    world.record(5, |cause| vec![incident(cause, 1, 2).fact()]);
    let store = memory();
    let projector = world.project(&store, 100);

    let listed = list_incidents(&reader(&store, &projector), &ALL, Some(at(4)), 1, || ());

    assert_eq!(listed, [2, 0, 1].map(|number| (incident_id(number).to_string(), 1)));
}

#[test]
fn empty_tables_give_empty_lists() {
    let world = World::new();
    let store = memory();
    let projector = world.project(&store, 100);

    assert_eq!(list_incidents(&reader(&store, &projector), &ALL, None, 50, || ()), []);
}

#[test]
fn quarantine_is_listed_newest_first_by_agency() {
    let mut world = World::new();
    for number in 0..7_i64 {
        let agency = if number % 2 == 0 { "police" } else { "kws" };
        world.record(number * 60 * 24 * 9, |cause| vec![quarantined(cause, agency).fact()]);
    }
    let store = memory();
    let projector = world.project(&store, 100);
    let reader = reader(&store, &projector);
    let positions = |agency: &str| {
        let mut request = v1::ListQuarantineRequest {
            agency: agency.to_owned(),
            page_size: 2,
            ..v1::ListQuarantineRequest::default()
        };
        let mut positions = Vec::new();
        loop {
            let (filter, page) = QuarantineFilter::parse(&request).unwrap();
            let answer = reader.quarantine(&viewer(), &filter, &page).unwrap().into_inner();
            positions.extend(answer.items.iter().map(|item| item.position));
            if answer.next_page_token.is_empty() {
                return positions;
            }
            request.page_token = answer.next_page_token;
        }
    };

    assert_eq!(positions(""), [6, 5, 4, 3, 2, 1, 0]);
    assert_eq!(positions("kws"), [5, 3, 1]);
    assert_eq!(positions("npr"), [0_i64; 0]);
}
