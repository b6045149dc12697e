//! The main job through public interfaces: one raid told by three agencies becomes one incident and one alert, with its evidence, once.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::process::Command;
use std::time::Duration;

use api::alert::v1::watch_alerts_request::Start;
use api::alert::v1::watch_alerts_response::Message;
use api::alert::v1::{AcknowledgeAlertRequest, GetAlertRequest, ListAlertsRequest, WatchAlertsRequest};
use api::domain::v1::{Alert, AlertState, Category, CloseReason, Incident, Priority, Report};
use api::ingest::v1::{GetReceiptRequest, PublishReportRequest, Receipt, Verdict};
use api::query::v1::{GetIncidentRequest, GetReportRequest, ListIncidentsRequest, ListQuarantineRequest};
use domain::{Span, Timestamp};
use prost::Message as _;
use testkit::{ReportBuilder, RunningServer};
use tokio_stream::StreamExt;
use tonic::Code;
use tonic_types::StatusExt;

/// Ten times what anything here takes: only shows that it ends.
const DEADLINE: Duration = Duration::from_secs(30);

/// Yesterday at this time: live reports are about what happened lately.
fn yesterday() -> Timestamp {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    Timestamp::from_micros(i64::try_from(now.as_micros()).unwrap()).unwrap().minus(Span::DAY)
}

fn raid(agency: &str, id: &str) -> ReportBuilder {
    ReportBuilder::new(agency, id).at(yesterday())
}

async fn publish(server: &RunningServer, report: Report) -> Receipt {
    let request = PublishReportRequest { report: Some(report), history: false };
    server.ingest().publish_report(request).await.unwrap().into_inner().receipt.unwrap()
}

async fn incidents(server: &RunningServer, at_least_position: i64) -> Vec<Incident> {
    let request = ListIncidentsRequest {
        at_least_position: Some(at_least_position),
        page_size: 1_000,
        ..ListIncidentsRequest::default()
    };
    server.query().list_incidents(request).await.unwrap().into_inner().incidents
}

/// The next alert of a watch.
async fn next_alert(stream: &mut tonic::Streaming<api::alert::v1::WatchAlertsResponse>) -> Alert {
    let next = async {
        loop {
            if let Some(Message::Upsert(alert)) = stream.next().await.unwrap().unwrap().message {
                return alert;
            }
        }
    };
    tokio::time::timeout(DEADLINE, next).await.unwrap()
}

async fn watch(server: &RunningServer) -> tonic::Streaming<api::alert::v1::WatchAlertsResponse> {
    let request = WatchAlertsRequest { start: Some(Start::Now(())), ..WatchAlertsRequest::default() };
    let mut stream = server.alerts().watch_alerts(request).await.unwrap().into_inner();
    let synced = tokio::time::timeout(DEADLINE, stream.next()).await.unwrap().unwrap().unwrap();
    assert!(matches!(synced.message, Some(Message::Synced(_))), "{synced:?}");
    stream
}

#[tokio::test]
async fn raid_told_three_times_is_one_incident_and_one_alert() {
    let folder = tempfile::tempdir().unwrap();
    let server = RunningServer::start(folder.path(), &[]).await;
    let mut stream = watch(&server).await;

    let serious = |builder: ReportBuilder| builder.with(|account| account.attackers = Some(25)).wire();
    publish(&server, serious(raid("police", "ob-1"))).await;
    publish(&server, serious(raid("npr", "n-1").km_north(0.8).minutes_later(20))).await;
    let last = publish(&server, serious(raid("elders", "e-1").km_north(1.5).minutes_later(40))).await;

    let incidents = incidents(&server, last.position).await;
    assert_eq!(incidents.len(), 1, "{incidents:#?}");
    let agencies: Vec<&str> = incidents[0].members.iter().map(|member| member.agency.as_str()).collect();
    assert_eq!(agencies, ["police", "npr", "elders"]);
    let alert = next_alert(&mut stream).await;
    assert_eq!(
        (alert.rule.as_str(), alert.incident_id.as_str()),
        ("serious_incident", incidents[0].incident_id.as_str())
    );
    let listed = server.alerts().list_alerts(ListAlertsRequest::default()).await.unwrap().into_inner().alerts;
    assert_eq!(listed.len(), 1);

    let request = GetIncidentRequest { incident_id: incidents[0].incident_id.clone(), ..GetIncidentRequest::default() };
    let shown = server.query().get_incident(request).await.unwrap().into_inner();
    let incident = shown.incident.unwrap();
    assert_eq!(shown.reports.len(), 3);
    assert!(!incident.links.is_empty() && !incident.lineage.is_empty());
    for link in &incident.links {
        assert_eq!(link.fields.iter().map(|field| field.weight).sum::<i32>(), link.weight);
    }
    let receipt = GetReceiptRequest {
        agency: "elders".to_owned(),
        client_report_id: "e-1".to_owned(),
        revision: 0,
        position: None,
    };
    let receipt = server.ingest().get_receipt(receipt).await.unwrap().into_inner();
    assert_eq!((receipt.verdict(), receipt.incident_id), (Verdict::Accepted, incident.incident_id));
    server.stop().await;
}

#[tokio::test]
async fn first_acknowledgement_counts_and_is_seen() {
    let folder = tempfile::tempdir().unwrap();
    let server = RunningServer::start(folder.path(), &[]).await;
    let mut stream = watch(&server).await;
    publish(&server, raid("police", "ob-1").with(|account| account.killed = Some(6)).wire()).await;
    let alert = next_alert(&mut stream).await;

    let take = |actor: &str| AcknowledgeAlertRequest {
        alert_id: alert.alert_id.clone(),
        actor: actor.to_owned(),
        note: String::new(),
    };
    server.alerts().acknowledge_alert(take("first")).await.unwrap();
    let second = server.alerts().acknowledge_alert(take("second")).await;
    let position = second.map_or(0, |answer| answer.into_inner().position);

    let seen = next_alert(&mut stream).await;
    assert_eq!((seen.state(), seen.acknowledged_by.as_str()), (AlertState::Acknowledged, "first"));
    let request = GetAlertRequest { alert_id: alert.alert_id, at_least_position: Some(position) };
    let head = server.alerts().get_alert(request).await.unwrap().into_inner().alert.unwrap();
    assert_eq!(head.acknowledged_by, "first");
    server.stop().await;
}

#[tokio::test]
async fn second_group_closes_a_priority_one_alert() {
    let folder = tempfile::tempdir().unwrap();
    let server = RunningServer::start(folder.path(), &[]).await;
    let mut stream = watch(&server).await;

    let urgent = |builder: ReportBuilder| builder.with(|account| account.priority = domain::Priority::One).wire();
    publish(&server, urgent(raid("police", "ob-1"))).await;
    let raised = next_alert(&mut stream).await;
    publish(&server, urgent(raid("npr", "n-1").km_north(0.3).minutes_later(5))).await;
    let closed = next_alert(&mut stream).await;

    assert_eq!(raised.rule, "priority_one_single_group");
    assert_eq!(
        (closed.alert_id.as_str(), closed.state(), closed.close_reason()),
        (raised.alert_id.as_str(), AlertState::Closed, CloseReason::Confirmed)
    );
    server.stop().await;
}

#[tokio::test]
async fn restricted_report_shows_category_county_day_and_counts_only() {
    let folder = tempfile::tempdir().unwrap();
    let server = RunningServer::start(folder.path(), &[]).await;
    let mut stream = watch(&server).await;
    let secret = "canary-7f31";
    let report = raid("police", secret)
        .category(domain::Category::GenderBasedViolence)
        .with(|account| {
            account.summary = format!("{secret} in the summary");
            account.unit = secret.to_owned();
            account.place.name = secret.to_owned();
            account.source_ref = secret.to_owned();
            account.priority = domain::Priority::One;
        })
        .wire();

    let receipt = publish(&server, report).await;

    let incidents = incidents(&server, receipt.position).await;
    let incident = &incidents[0];
    assert_eq!(incident.category(), Category::GenderBasedViolence);
    let place = incident.place.clone().unwrap();
    assert!(place.point.is_none() && place.cell.is_empty() && place.nearest_place.is_empty());
    assert_eq!(place.county, "Baringo");
    let alert = next_alert(&mut stream).await;
    let request = GetReportRequest { report_id: receipt.report_id.clone(), at_least_position: None };
    let shown = server.query().get_report(request).await.unwrap().into_inner();
    for (what, bytes) in
        [("list", incident.encode_to_vec()), ("stream", alert.encode_to_vec()), ("report", shown.encode_to_vec())]
    {
        assert!(
            !bytes.windows(secret.len()).any(|window| window == secret.as_bytes()),
            "the {what} shows what is restricted"
        );
    }
    assert!(alert.point.is_none() && alert.cells.is_empty());
    server.stop().await;
}

#[tokio::test]
async fn same_report_again_is_a_duplicate_and_other_content_is_quarantined() {
    let folder = tempfile::tempdir().unwrap();
    let server = RunningServer::start(folder.path(), &[]).await;
    let at = yesterday();
    let report = || ReportBuilder::new("police", "ob-1").at(at);

    let first = publish(&server, report().wire()).await;
    let again = publish(&server, report().wire()).await;
    let other = PublishReportRequest { report: Some(report().km_north(2.0).wire()), history: false };
    let refused = server.ingest().publish_report(other).await.unwrap_err();

    assert!(!first.duplicate && again.duplicate && first.position == again.position);
    assert_eq!(refused.code(), Code::AlreadyExists);
    assert_eq!(refused.get_error_details().error_info().unwrap().reason, "REPORT_ID_REUSED");
    let request =
        ListQuarantineRequest { at_least_position: Some(first.position + 1), ..ListQuarantineRequest::default() };
    let items = server.query().list_quarantine(request).await.unwrap().into_inner().items;
    assert_eq!(items.len(), 1);
    assert_eq!(items[0].reason, "CONFLICTING_CONTENT");
    assert_eq!(incidents(&server, first.position).await.len(), 1);
    server.stop().await;
}

#[tokio::test]
async fn every_fault_of_a_report_is_told_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let server = RunningServer::start(folder.path(), &[]).await;
    let report = Report { killed: Some(-1), ..raid("police", "x").point(36.1, 1.15).wire() };
    let swapped = PublishReportRequest {
        report: Some(Report { priority: Priority::Priority1.into(), ..raid("police", "y").point(36.1, 1.15).wire() }),
        history: false,
    };

    let faults = server
        .ingest()
        .publish_report(PublishReportRequest {
            report: Some(Report { agency: String::new(), ..report }),
            history: false,
        })
        .await
        .unwrap_err();
    let swapped = server.ingest().publish_report(swapped).await.unwrap_err();

    let fields: Vec<String> = faults
        .get_error_details()
        .bad_request()
        .unwrap()
        .field_violations
        .iter()
        .map(|fault| fault.field.clone())
        .collect();
    assert!(fields.contains(&"agency".to_owned()) && fields.contains(&"killed".to_owned()), "{fields:?}");
    assert!(swapped.message().contains("swapped"), "{}", swapped.message());
    server.stop().await;
}

#[tokio::test]
async fn retraction_takes_the_incident_and_its_alert_back() {
    let folder = tempfile::tempdir().unwrap();
    let server = RunningServer::start(folder.path(), &[]).await;
    let mut stream = watch(&server).await;
    let receipt = publish(&server, raid("police", "ob-1").with(|account| account.killed = Some(2)).wire()).await;
    let raised = next_alert(&mut stream).await;

    publish(&server, raid("police", "ob-1").revision(2).retracted().wire()).await;

    let closed = next_alert(&mut stream).await;
    assert_eq!(
        (closed.alert_id.as_str(), closed.close_reason()),
        (raised.alert_id.as_str(), CloseReason::SubjectRetracted)
    );
    let request = GetReportRequest { report_id: receipt.report_id, at_least_position: None };
    assert!(server.query().get_report(request).await.unwrap().into_inner().retracted);
    server.stop().await;
}

#[tokio::test]
async fn restart_keeps_everything_and_repeats_no_alert() {
    let folder = tempfile::tempdir().unwrap();
    let server = RunningServer::start(folder.path(), &[]).await;
    let mut stream = watch(&server).await;
    let report = raid("police", "ob-1").with(|account| account.killed = Some(2)).wire();
    let receipt = publish(&server, report.clone()).await;
    next_alert(&mut stream).await;
    let before = incidents(&server, receipt.position).await;
    let cursor = {
        let request = WatchAlertsRequest { start: Some(Start::Beginning(())), ..WatchAlertsRequest::default() };
        let mut stream = server.alerts().watch_alerts(request).await.unwrap().into_inner();
        next_alert(&mut stream).await;
        tokio::time::timeout(DEADLINE, stream.next()).await.unwrap().unwrap().unwrap().cursor
    };
    server.stop().await;

    let server = RunningServer::start(folder.path(), &[]).await;

    assert_eq!(incidents(&server, receipt.position).await, before);
    assert!(publish(&server, report).await.duplicate);
    let request = WatchAlertsRequest { start: Some(Start::Cursor(cursor)), ..WatchAlertsRequest::default() };
    let mut stream = server.alerts().watch_alerts(request).await.unwrap().into_inner();
    let first = tokio::time::timeout(DEADLINE, stream.next()).await.unwrap().unwrap().unwrap();
    assert!(matches!(first.message, Some(Message::Synced(_))), "{first:?}");
    server.stop().await;
}

#[tokio::test]
async fn health_is_one_word_and_an_exit_code() {
    let folder = tempfile::tempdir().unwrap();
    let server = RunningServer::start(folder.path(), &[]).await;
    let address = server.address().to_owned();
    let asked = || Command::new(testkit::jukwaa()).args(["health", "--server", &address]).output().unwrap();

    let serving = asked();
    server.stop().await;
    let gone = asked();

    assert!(serving.status.success());
    assert_eq!(serving.stdout, b"SERVING\n");
    assert_eq!((gone.status.code(), gone.stdout.is_empty()), (Some(5), true));
}
