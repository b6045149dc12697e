//! A stream: one answer for each report, in order; a bad report ends nothing.
use api::domain::v1 as wire;
use api::ingest::v1::publish_reports_response::Result as Outcome;
use api::ingest::v1::{PublishReportsRequest, PublishReportsResponse};
use tonic::Code;
use tonic_types::RpcStatusExt;

use crate::world::{World, old_report, report};

/// What kind of answer a report of a mixed stream has to get.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expected {
    Taken,
    Duplicate,
    Reused,
    Invalid,
    TooLarge,
}

async fn publish_all(world: &World, reports: Vec<wire::Report>, history: bool) -> Vec<PublishReportsResponse> {
    let requests: Vec<PublishReportsRequest> = (7..)
        .zip(reports)
        .map(|(index, report)| PublishReportsRequest { index, report: Some(report), history })
        .collect();
    let mut answers = world.client.clone().publish_reports(tokio_stream::iter(requests)).await.unwrap().into_inner();
    let mut received = Vec::new();
    while let Some(answer) = answers.message().await.unwrap() {
        received.push(answer);
    }
    received
}

fn kind(answer: &PublishReportsResponse) -> Expected {
    match answer.result.as_ref().unwrap() {
        Outcome::Receipt(receipt) if receipt.duplicate => Expected::Duplicate,
        Outcome::Receipt(_) => Expected::Taken,
        Outcome::Status(status) => {
            let reason = status.get_details_error_info().unwrap().reason;
            match (Code::from(status.code), reason.as_str()) {
                (Code::AlreadyExists, "REPORT_ID_REUSED") => Expected::Reused,
                (Code::InvalidArgument, "REPORT_INVALID") => Expected::Invalid,
                (Code::InvalidArgument, "REPORT_TOO_LARGE") => Expected::TooLarge,
                other => panic!("no test expects {other:?}"),
            }
        }
    }
}

/// A report and what it has to get: of every ten, one repeats the one before, one tells it otherwise, one is invalid, one is too large.
fn mixed(number: usize) -> (wire::Report, Expected) {
    let before = report(&format!("OB-{}", number - number % 10));
    match number % 10 {
        3 => (before, Expected::Duplicate),
        5 => (wire::Report { summary: "otherwise".to_owned(), ..before }, Expected::Reused),
        7 => (wire::Report { category: 0, ..report(&format!("OB-{number}")) }, Expected::Invalid),
        9 => (wire::Report { summary: "x".repeat(300 * 1024), ..report(&format!("OB-{number}")) }, Expected::TooLarge),
        _ => (report(&format!("OB-{number}")), Expected::Taken),
    }
}

#[tokio::test]
async fn thousand_mixed_reports_are_answered_in_order() {
    let world = World::start().await;
    let (reports, expected): (Vec<_>, Vec<_>) = (0..1_000).map(mixed).unzip();

    let answers = publish_all(&world, reports, false).await;

    let indexes: Vec<i64> = answers.iter().map(|answer| answer.index).collect();
    assert_eq!(indexes, (7..1_007).collect::<Vec<i64>>());
    assert_eq!(answers.iter().map(kind).collect::<Vec<_>>(), expected);
    let positions: Vec<i64> =
        answers.iter().filter(|answer| kind(answer) == Expected::Taken).filter_map(position).collect();
    assert!(positions.is_sorted_by(|earlier, later| earlier < later), "positions follow the order of the stream");
    assert_eq!(world.records().len(), 600 + 100, "600 taken and 100 kept for the quarantine");
}

fn position(answer: &PublishReportsResponse) -> Option<i64> {
    match answer.result.as_ref()? {
        Outcome::Receipt(receipt) => Some(receipt.position),
        Outcome::Status(_) => None,
    }
}

#[tokio::test]
async fn stream_sent_again_is_all_duplicates() {
    let world = World::start().await;
    let reports: Vec<_> = (0..300).map(|number| old_report(&format!("{number}"), "1998-05-01T10:00:00Z")).collect();
    let first = publish_all(&world, reports.clone(), true).await;
    let world = world.restart().await;

    let again = publish_all(&world, reports, true).await;

    assert!(first.iter().all(|answer| kind(answer) == Expected::Taken));
    assert!(again.iter().all(|answer| kind(answer) == Expected::Duplicate));
    assert!(first.iter().map(position).eq(again.iter().map(position)));
}

#[tokio::test]
async fn answers_come_while_the_stream_is_open() {
    let world = World::start().await;
    let (reports, requests) = tokio::sync::mpsc::channel(1);
    let requests = tokio_stream::wrappers::ReceiverStream::new(requests);
    let mut client = world.client.clone();
    let request = |index| PublishReportsRequest { index, report: Some(report(&format!("{index}"))), history: false };
    reports.send(request(0)).await.unwrap();
    let mut answers = client.publish_reports(requests).await.unwrap().into_inner();

    for index in 0..3 {
        assert_eq!(answers.message().await.unwrap().unwrap().index, index);
        reports.send(request(index + 1)).await.unwrap();
    }

    drop(reports);
    assert_eq!(answers.message().await.unwrap().unwrap().index, 3);
    assert!(answers.message().await.unwrap().is_none());
}
