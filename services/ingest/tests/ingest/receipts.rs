//! What became of a report: pending until the pipeline has said something, then what it said.
use api::domain::v1 as wire;
use api::ingest::v1::{self, Verdict};
use api::log::v1 as log;
use tonic::Code;

use crate::world::{World, reason, refused, report};

async fn verdict(world: &World, revision: i32) -> (Verdict, String) {
    let response = world.receipt("police", "OB-1", revision).await.unwrap();
    (response.verdict(), response.incident_id)
}

fn projected(report_revision: i32, retracted: bool, incident_id: &str) -> log::Receipt {
    log::Receipt { report_revision, retracted, incident_id: incident_id.to_owned(), ..log::Receipt::default() }
}

#[tokio::test]
async fn verdict_follows_what_is_projected() {
    let world = World::start().await;
    let first = world.publish(report("OB-1")).await.unwrap();
    assert_eq!(world.receipt("police", "OB-1", 1).await.unwrap().receipt, Some(first));
    assert_eq!(verdict(&world, 0).await, (Verdict::Pending, String::new()));

    world.projected.put("police/OB-1", projected(1, false, "inc-1"));
    assert_eq!(verdict(&world, 0).await, (Verdict::Accepted, "inc-1".to_owned()));

    world.publish(wire::Report { revision: 2, ..report("OB-1") }).await.unwrap();
    assert_eq!(verdict(&world, 0).await, (Verdict::Pending, String::new()));
    assert_eq!(verdict(&world, 1).await, (Verdict::Accepted, "inc-1".to_owned()));

    world.projected.put("police/OB-1", projected(2, false, "inc-1"));
    assert_eq!(verdict(&world, 1).await.0, Verdict::Superseded);
    assert_eq!(verdict(&world, 2).await.0, Verdict::Accepted);

    world.publish(wire::Report { revision: 3, retracted: true, ..report("OB-1") }).await.unwrap();
    world.projected.put("police/OB-1", projected(3, true, ""));
    assert_eq!(verdict(&world, 0).await, (Verdict::Retracted, String::new()));
    assert_eq!(verdict(&world, 1).await.0, Verdict::Retracted);
}

#[tokio::test]
async fn unknown_report_and_unknown_revision_are_not_found() {
    let world = World::start().await;
    world.publish(report("OB-1")).await.unwrap();

    let unknown = world.receipt("police", "OB-2", 0).await.unwrap_err();
    let revision = world.receipt("police", "OB-1", 2).await.unwrap_err();

    assert_eq!(reason(&unknown), refused(Code::NotFound, "NOT_FOUND"));
    assert_eq!(reason(&revision), refused(Code::NotFound, "NOT_FOUND"));
}

#[tokio::test]
async fn question_without_a_report_is_told_its_faults() {
    let world = World::start().await;

    let refusal = world.receipt("Police!", " ", -1).await.unwrap_err();

    assert_eq!(reason(&refusal), refused(Code::InvalidArgument, "REQUEST_INVALID"));
    for field in ["agency", "client_report_id", "revision"] {
        assert!(refusal.message().contains(field), "{field} is missing in {refusal}");
    }
}

#[tokio::test]
async fn acknowledgement_is_told_whether_its_record_counts() {
    let world = World::start().await;
    let first = world.publish(report("OB-1")).await.unwrap();
    world.publish(report("OB-2")).await.unwrap();
    let fact = log::Receipt { conflicts: vec![1], ..projected(1, false, "inc-1") };
    world.projected.put("police/OB-1", fact);
    let ask = |position: i64| {
        let request = v1::GetReceiptRequest {
            agency: "police".to_owned(),
            client_report_id: "OB-1".to_owned(),
            revision: 1,
            position: Some(position),
        };
        let mut client = world.client.clone();
        async move { client.get_receipt(request).await.map(tonic::Response::into_inner) }
    };

    let told = |response: &v1::GetReceiptResponse| (response.verdict(), response.duplicate_of);
    assert_eq!(told(&ask(first.position).await.unwrap()), (Verdict::Accepted, None));
    assert_eq!(told(&ask(1).await.unwrap()), (Verdict::Conflict, None));
    assert_eq!(told(&ask(2).await.unwrap()), (Verdict::Pending, None), "it is not projected so far");
    world.projected.reach(2);
    assert_eq!(told(&ask(2).await.unwrap()), (Verdict::DuplicateOf, Some(first.position)));
    assert_eq!(reason(&ask(-1).await.unwrap_err()), refused(Code::InvalidArgument, "REQUEST_INVALID"));
}
