//! What is shown of the restricted, in words; and what the offline commands print.
use access::{Offline, Viewer, offline, permit};
use api::{domain::v1, query::v1 as query, timestamp_to_wire};
use domain::{
    AgencyId, Belief, Category, Cause, Counts, CountyNumber, Credibility, Handling, Incident, IncidentId,
    IncidentPlace, IncidentState, LogPosition, LogTime, Member, Meters, Occurrence, Point, Priority, Reliability,
    ReportId, ReportKey, Revision, SourceId, Span, Timestamp, Weight,
};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn restricted_report(county: &str) -> v1::Report {
    v1::Report {
        client_report_id: "OB-7".to_owned(),
        agency: "police".to_owned(),
        category: Category::GenderBasedViolence.number(),
        occurred_at: Some(timestamp_to_wire(at("2026-03-04T21:30:00Z"))),
        place: Some(v1::Place {
            point: Some(v1::LatLng { latitude: 1.15, longitude: 36.1 }),
            name: "Kapedo".to_owned(),
            county: county.to_owned(),
            ..v1::Place::default()
        }),
        injured: Some(1),
        revision: 2,
        ..v1::Report::default()
    }
}

fn shown(report: &v1::Report) -> (String, String, Option<i32>, i32) {
    let county = report.place.as_ref().map_or_else(String::new, |place| place.county.clone());
    (report.occurred_on.clone(), county, report.injured, report.category)
}

#[test]
fn restricted_report_shows_category_county_local_day_and_counts() {
    let viewer = Viewer::agency_console();
    let category = Category::GenderBasedViolence.number();

    let report = permit(&viewer, restricted_report("BARINGO COUNTY")).into_inner();

    assert_eq!(shown(&report), ("2026-03-05".to_owned(), "Baringo".to_owned(), Some(1), category));
    let by_name = permit(&viewer, restricted_report("the house behind the mill")).into_inner();
    assert_eq!(shown(&by_name), ("2026-03-05".to_owned(), String::new(), Some(1), category));
    let by_day = v1::Report { occurred_at: None, occurred_on: "2026-03-04".to_owned(), ..restricted_report("Baringo") };
    assert_eq!(permit(&viewer, by_day).into_inner().occurred_on, "2026-03-04");
}

#[test]
fn history_of_a_report_that_became_restricted_is_reduced() {
    let open = v1::Report { category: Category::Banditry.number(), revision: 1, ..restricted_report("") };
    let revision = |report: v1::Report| query::ReportRevision {
        report: Some(report),
        position: 9,
        received_at: Some(timestamp_to_wire(at("2026-03-05T01:00:00Z"))),
        county: "Baringo".to_owned(),
        ..query::ReportRevision::default()
    };
    let answer = query::GetReportResponse {
        report_id: "rep-1".to_owned(),
        report: Some(restricted_report("")),
        revisions: vec![revision(open), revision(restricted_report(""))],
        ..query::GetReportResponse::default()
    };

    let permitted = permit(&Viewer::agency_console(), answer.clone()).into_inner();

    let counties = permitted.revisions.iter().map(|revision| revision.county.as_str());
    assert_eq!(counties.collect::<Vec<_>>(), ["Baringo", "Baringo"]);
    assert!(permitted.revisions.iter().all(|revision| revision.received_at.is_none() && revision.position == 0));
    let texts = permitted.revisions.iter().filter_map(|revision| revision.report.as_ref()).map(|report| &report.agency);
    assert!(texts.chain(permitted.report.iter().map(|report| &report.agency)).all(String::is_empty));
    assert_eq!(shown(&permitted.report.unwrap()).1, "Baringo");

    let retraction = v1::Report { agency: "police".to_owned(), retracted: true, revision: 3, ..v1::Report::default() };
    let taken_back = query::GetReportResponse { report: Some(retraction), retracted: true, ..answer };
    let permitted = permit(&Viewer::agency_console(), taken_back).into_inner();
    assert_eq!(permitted.report.unwrap().agency, "");
    assert_eq!(permitted.revisions[0].report.as_ref().unwrap().agency, "");
}

#[test]
fn report_that_was_restricted_by_mistake_is_shown_as_of_its_correction() {
    let corrected = v1::Report { category: Category::Banditry.number(), revision: 3, ..restricted_report("Baringo") };
    let revision =
        |report: v1::Report| query::ReportRevision { report: Some(report), ..query::ReportRevision::default() };
    let answer = query::GetReportResponse {
        report: Some(corrected.clone()),
        revisions: vec![revision(restricted_report("Baringo")), revision(corrected.clone())],
        ..query::GetReportResponse::default()
    };

    let permitted = permit(&Viewer::agency_console(), answer).into_inner();

    assert_eq!(permitted.report, Some(corrected.clone()));
    assert_eq!(permitted.revisions[0].report.as_ref().unwrap().agency, "");
    assert_eq!(permitted.revisions[1].report, Some(corrected));
}

#[test]
fn reduced_alert_tells_its_matter_to_the_day() {
    let alert = v1::Alert {
        category: Category::ChildDefilement.number(),
        county: "Baringo".to_owned(),
        event_at: Some(timestamp_to_wire(at("2026-03-04T02:30:00Z"))),
        raised_at: Some(timestamp_to_wire(at("2026-03-04T06:10:00Z"))),
        reason: "near the mill".to_owned(),
        ..v1::Alert::default()
    };

    let permitted = permit(&Viewer::agency_console(), alert).into_inner();

    assert_eq!(permitted.reason, "Restricted: child defilement in Baringo on 2026-03-04.");
    assert_eq!(permitted.raised_at, Some(timestamp_to_wire(at("2026-03-03T21:00:00Z"))));
    assert_eq!((permitted.event_at, permitted.cells.len()), (None, 0));
}

fn incident() -> Incident {
    let cause = Cause { position: LogPosition::FIRST, timer: None };
    Incident {
        id: IncidentId::from_bytes([1; 16]),
        revision: 1,
        state: IncidentState::Live,
        category: Category::Banditry,
        subcategory: None,
        occurred_at: at("2026-03-04T02:30:00Z"),
        occurred_uncertainty: Span::ZERO,
        place: IncidentPlace {
            point: Some(Point::from_degrees(1.15, 36.1).unwrap()),
            uncertainty: Meters::ZERO,
            cell: None,
            county: CountyNumber::new(30),
            ward: String::new(),
            nearest_place: "Kapedo".to_owned(),
            disputed: false,
        },
        counts: Counts::default(),
        belief: Belief {
            milli: 500,
            reliability: Reliability::C,
            credibility: Credibility::Three,
            groups: 1,
            sources: 1,
            agencies: 1,
            echoes: 0,
        },
        hotspot_milli: None,
        members: vec![member(1, false), member(2, true)],
        links: Vec::new(),
        nearest_rejected: None,
        handling: Handling::default(),
        priority: Priority::Three,
        restricted: false,
        lineage: Vec::new(),
        cause,
        log_time: LogTime::new(at("2026-03-04T06:10:00Z")),
        parameter_version: 0,
        background_version: 0,
        beyond_horizon: false,
        received_on: at("2026-03-04T06:10:00Z").local_day(),
    }
}

fn report_id(number: u8) -> ReportId {
    ReportId::from_bytes([number; 16])
}

fn member(number: u8, restricted: bool) -> Member {
    let agency: AgencyId = "police".parse().unwrap();
    Member {
        report: report_id(number),
        key: ReportKey { agency: agency.clone(), client_report_id: number.to_string().parse().unwrap() },
        revision: Revision::FIRST,
        first_position: LogPosition::FIRST,
        source: SourceId::of_kind(&agency, 1),
        group: agency,
        weight: Weight::ZERO,
        echo: false,
        patrol: false,
        mean_weight: None,
        restricted,
    }
}

#[test]
fn offline_row_of_a_restricted_report_has_no_point_and_no_hour() {
    let at_its_hour = Occurrence::At { at: incident().occurred_at, uncertainty: Some(Span::ZERO) };
    let on_its_day = Occurrence::On("2026-03-04".parse().unwrap());
    let check = |incident: &Incident, report: u8, point: Option<Point>, occurrence: Occurrence| {
        assert_eq!(offline(incident, report_id(report)), Offline { point, occurrence });
    };

    check(&incident(), 1, incident().place.point, at_its_hour);
    check(&incident(), 2, None, on_its_day);
    check(&Incident { restricted: true, ..incident() }, 1, None, on_its_day);
    check(&Incident { category: Category::ChildDefilement, ..incident() }, 1, None, on_its_day);
}
