//! What the six methods say.
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use api::query::v1::{self, query_service_server::QueryService};
use api::{domain::v1 as wire, log::v1 as log_wire};
use domain::{Category, LogPosition};
use query::{Engines, Query, QueryConfig, QueryGrpc, TokenKey};
use tokio_util::sync::CancellationToken;
use tonic::{Code, Request, Status};
use tonic_types::StatusExt;

use crate::world::{
    Cause, IntoFact, World, at, hotspot, hotspot_id, incident, incident_id, key, member, memory, reader_with, receipt,
    report, service, viewer, wire_time,
};

fn merged(cause: Cause, number: u8, revision: i64, into: u8) -> log_wire::Fact {
    wire::Incident {
        state: wire::IncidentState::Merged.into(),
        merged_into: incident_id(into).to_string(),
        ..incident(cause, number, revision)
    }
    .fact()
}

async fn ask_incident(service: &QueryGrpc, number: u8, minute: Option<i64>) -> Result<wire::Incident, Status> {
    let request = v1::GetIncidentRequest {
        incident_id: incident_id(number).to_string(),
        as_of: minute.map(at).and_then(wire_time),
        at_least_position: None,
    };
    let answer = service.get_incident(Request::new(request)).await?;
    Ok(answer.into_inner().incident.unwrap())
}

#[tokio::test]
async fn old_id_answers_with_the_survivor() {
    let mut world = World::new();
    world.record(0, |cause| (1..=3).map(|number| incident(cause, number, 1).fact()).collect());
    world.record(5, |cause| vec![merged(cause, 3, 2, 2), incident(cause, 2, 2).fact()]);
    world.record(9, |cause| vec![merged(cause, 2, 3, 1), incident(cause, 1, 2).fact()]);
    let store = memory();
    let service = service(&store, &world.project(&store, 10));

    let now = ask_incident(&service, 3, None).await.unwrap();
    let between = ask_incident(&service, 3, Some(6)).await.unwrap();
    let before = ask_incident(&service, 3, Some(1)).await.unwrap();

    assert_eq!((now.incident_id, now.revision), (incident_id(1).to_string(), 2));
    assert_eq!((between.incident_id, between.revision), (incident_id(2).to_string(), 2));
    assert_eq!((before.incident_id, before.revision), (incident_id(3).to_string(), 1));
}

#[tokio::test]
async fn cycle_of_merges_gets_an_answer() {
    let mut world = World::new();
    world.record(0, |cause| vec![merged(cause, 1, 1, 2), merged(cause, 2, 1, 3), merged(cause, 3, 1, 1)]);
    let store = memory();
    let service = service(&store, &world.project(&store, 10));

    let answer = ask_incident(&service, 1, None).await.unwrap();

    assert_eq!(answer.state(), wire::IncidentState::Merged);
}

#[tokio::test]
async fn incident_comes_with_its_reports_in_the_order_of_its_members() {
    let reports = [report("OB-2", 1), report("OB-1", 1)];
    let mut world = World::new();
    world.record(0, |cause| {
        let members = reports.iter().map(member).collect();
        let receipts = reports.iter().map(|report| receipt(cause, report.clone(), 1).fact());
        receipts.chain([wire::Incident { members, ..incident(cause, 1, 1) }.fact()]).collect()
    });
    let store = memory();
    let service = service(&store, &world.project(&store, 10));

    let request = v1::GetIncidentRequest { incident_id: incident_id(1).to_string(), ..Default::default() };
    let answer = service.get_incident(Request::new(request)).await.unwrap().into_inner();

    assert_eq!(answer.reports, reports);
}

#[test]
fn reports_of_an_incident_end_where_its_answer_is_full() {
    let long = |number: i32| wire::Report { summary: "x".repeat(1_000), ..report(&format!("OB-{number}"), 1) };
    let reports: Vec<wire::Report> = (0..9).map(long).collect();
    let mut world = World::new();
    world.record(0, |cause| {
        let members = reports.iter().map(member).collect();
        let receipts = reports.iter().map(|report| receipt(cause, report.clone(), 1).fact());
        receipts.chain([wire::Incident { members, ..incident(cause, 1, 1) }.fact()]).collect()
    });
    let store = memory();
    let projector = world.project(&store, 100);
    let page_bytes_max = NonZeroUsize::new(6_000).unwrap();
    let reader = reader_with(&store, &projector, QueryConfig { page_bytes_max, ..QueryConfig::default() });

    let answer = reader.incident(&viewer(), incident_id(1), None).unwrap().unwrap().into_inner();

    assert_eq!(answer.incident.unwrap().members.len(), 9);
    let shown: Vec<String> = answer.reports.into_iter().map(|report| report.client_report_id).collect();
    assert_eq!(shown, ["OB-0", "OB-1", "OB-2", "OB-3", "OB-4"]);
}

#[tokio::test]
async fn report_is_found_by_its_id_and_by_the_publishers_own() {
    let mut world = World::new();
    world.record(0, |cause| vec![receipt(cause, report("OB-7/04", 1), 1).fact()]);
    world.record(3, |cause| {
        let amended = wire::Report { summary: "amended".to_owned(), ..report("OB-7/04", 3) };
        vec![log_wire::Receipt { gaps: vec![2], ..receipt(cause, amended, 2) }.fact()]
    });
    let store = memory();
    let service = service(&store, &world.project(&store, 10));
    let ask = async |report_id: String| {
        let request = v1::GetReportRequest { report_id, at_least_position: None };
        service.get_report(Request::new(request)).await.map(tonic::Response::into_inner)
    };

    let by_key = ask("police/OB-7/04".to_owned()).await.unwrap();
    let by_id = ask(key("OB-7/04").report_id().to_string()).await.unwrap();

    assert_eq!(by_key, by_id);
    assert_eq!(by_key.report.unwrap().summary, "amended");
    assert_eq!(by_key.gaps, [2]);
    assert_eq!(by_key.incident_id, incident_id(1).to_string());
    let revisions: Vec<(i32, i64)> =
        by_key.revisions.iter().map(|one| (one.report.as_ref().unwrap().revision, one.position)).collect();
    assert_eq!(revisions, [(1, 0), (3, 1)]);
    assert_eq!(ask("police/OB-8".to_owned()).await.unwrap_err().code(), Code::NotFound);
    assert_eq!(ask("OB-7".to_owned()).await.unwrap_err().code(), Code::InvalidArgument);
}

#[tokio::test]
async fn retracted_report_is_shown_as_taken_back() {
    let mut world = World::new();
    world.record(0, |cause| vec![receipt(cause, report("OB-1", 1), 1).fact()]);
    world.record(1, |cause| {
        let retraction = log_wire::Receipt {
            retracted: true,
            accepted: None,
            incident_id: String::new(),
            ..receipt(cause, report("OB-1", 2), 2)
        };
        vec![retraction.fact()]
    });
    let store = memory();
    let service = service(&store, &world.project(&store, 10));

    let request = v1::GetReportRequest { report_id: "police/OB-1".to_owned(), at_least_position: None };
    let answer = service.get_report(Request::new(request)).await.unwrap().into_inner();

    assert!(answer.retracted && answer.report.as_ref().unwrap().retracted);
    assert_eq!(answer.report.unwrap().revision, 2);
    assert_eq!(answer.revisions.len(), 1);
}

#[tokio::test]
async fn hotspot_comes_with_its_history_and_incidents() {
    let ids = || [1, 2, 3].map(|number| incident_id(number).to_string()).to_vec();
    let mut world = World::new();
    world.record(0, |cause| (1..=3).map(|number| incident(cause, number, 1).fact()).collect());
    for revision in 1..=4 {
        world.record(revision * 10, |cause| {
            let cells = vec![wire::HotspotCell::default()];
            vec![wire::Hotspot { incident_ids: ids(), cells, ..hotspot(cause, 1, revision, 10) }.fact()]
        });
    }
    world.record(90, |cause| vec![merged(cause, 2, 2, 1)]);
    let store = memory();
    let service = service(&store, &world.project(&store, 10));
    let ask = async |minute: Option<i64>| {
        let hotspot_id = hotspot_id(1).to_string();
        let request = v1::GetHotspotRequest { hotspot_id, as_of: minute.map(at).and_then(wire_time) };
        service.get_hotspot(Request::new(request)).await.map(tonic::Response::into_inner)
    };

    let now = ask(None).await.unwrap();
    let past = ask(Some(35)).await.unwrap();

    assert_eq!(now.hotspot.unwrap().revision, 4);
    assert_eq!(now.history.iter().map(|past| past.revision).collect::<Vec<_>>(), [3, 2, 1]);
    assert!(now.history.iter().all(|past| past.cells.is_empty() && past.incident_ids.is_empty()));
    let shown: Vec<String> = now.incidents.into_iter().map(|incident| incident.incident_id).collect();
    assert_eq!(shown, [3, 1].map(|number| incident_id(number).to_string()));
    let hotspot = past.hotspot.unwrap();
    assert_eq!((hotspot.revision, hotspot.cells.len()), (3, 1));
    assert_eq!(past.incidents.len(), 3);
    assert_eq!(ask(Some(5)).await.unwrap_err().code(), Code::NotFound);
}

#[tokio::test]
async fn forged_token_and_unknown_county_are_invalid_arguments() {
    let mut world = World::new();
    world.record(0, |cause| vec![incident(cause, 1, 1).fact()]);
    let store = memory();
    let service = service(&store, &world.project(&store, 10));

    let forged = v1::ListIncidentsRequest { page_token: "AAAA".to_owned(), ..Default::default() };
    let forged = service.list_incidents(Request::new(forged)).await.unwrap_err();
    let unknown = v1::ListHotspotsRequest { county: "Samburru".to_owned(), ..Default::default() };
    let unknown = service.list_hotspots(Request::new(unknown)).await.unwrap_err();

    for (status, field) in [(&forged, "page_token"), (&unknown, "county")] {
        assert_eq!(status.code(), Code::InvalidArgument);
        let violations = status.get_details_bad_request().unwrap().field_violations;
        assert_eq!(violations.first().unwrap().field, field);
    }
    assert!(unknown.message().contains("Samburu"), "{}", unknown.message());
}

#[tokio::test]
async fn query_waits_for_its_position() {
    let mut world = World::new();
    let first = world.record(0, |cause| vec![receipt(cause, report("OB-1", 1), 1).fact()]);
    assert_eq!(first, LogPosition::FIRST);
    let shutdown = CancellationToken::new();
    let engines = Engines { log: world.log.clone(), store: memory() };
    let query = Query::open(QueryConfig::default(), engines, TokenKey::new([7; 32]), shutdown.clone()).unwrap();
    let service = QueryGrpc::new(query.reader());
    let running = tokio::spawn(query.run());
    let asking = tokio::spawn({
        let service = service.clone();
        async move {
            let request = v1::GetReportRequest { report_id: "police/OB-2".to_owned(), at_least_position: Some(1) };
            service.get_report(Request::new(request)).await
        }
    });

    world.record(1, |cause| vec![receipt(cause, report("OB-2", 1), 1).fact()]);

    assert_eq!(asking.await.unwrap().unwrap().into_inner().report.unwrap().client_report_id, "OB-2");
    shutdown.cancel();
    tokio::time::timeout(Duration::from_secs(5), running).await.unwrap().unwrap().unwrap();
}

#[tokio::test]
async fn position_that_does_not_come_is_unavailable_with_a_delay() {
    let mut world = World::new();
    world.record(0, |cause| vec![incident(cause, 1, 1).fact()]);
    let store = memory();
    let projector = world.project(&store, 10);
    let service = service(&store, &projector);

    let request = v1::ListIncidentsRequest { at_least_position: Some(9), ..Default::default() };
    let refused = service.list_incidents(Request::new(request)).await.unwrap_err();

    assert_eq!(refused.code(), Code::Unavailable);
    assert!(refused.get_details_retry_info().unwrap().retry_delay.is_some());
}

#[tokio::test]
async fn list_says_as_of_when_it_is() {
    let mut world = World::new();
    world.record(0, |cause| vec![incident(cause, 1, 1).fact()]);
    world.record(7, |_| Vec::new());
    let store = memory();
    let service = service(&store, &world.project(&store, 10));
    let ask = async |minute: Option<i64>| {
        let as_of = minute.map(at).and_then(wire_time);
        let categories = vec![Category::Banditry.number()];
        let request = v1::ListIncidentsRequest { as_of, categories, ..Default::default() };
        service.list_incidents(Request::new(request)).await.unwrap().into_inner().as_of
    };

    assert_eq!(ask(None).await, wire_time(at(7)));
    assert_eq!(ask(Some(3)).await, wire_time(at(3)));
    assert_eq!(ask(Some(100)).await, wire_time(at(7)));
}

#[tokio::test]
async fn tables_that_have_come_further_than_the_log_are_refused() {
    let mut world = World::new();
    world.record(0, |cause| vec![incident(cause, 1, 1).fact()]);
    let store = memory();
    world.project(&store, 10);
    let other: Arc<dyn eventlog::EventLog> = World::new().log;

    let engines = Engines { log: other, store };
    let opened = Query::open(QueryConfig::default(), engines, TokenKey::new([7; 32]), CancellationToken::new());

    assert!(matches!(opened, Err(query::OpenError::InDoubt)), "{opened:?}");
}
