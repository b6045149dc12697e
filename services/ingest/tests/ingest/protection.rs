//! Sources, persons, vehicles and phones are not named in the log, nor anywhere in the folder.
use std::fs;
use std::path::Path;

use api::domain::v1 as wire;
use domain::Payload;

use crate::world::{World, report};

const CANARIES: [&str; 4] = ["canary-source-4471", "KBX123A", "712345678", "CANARYPERSON99"];

fn naming(id: &str, agency: &str, vehicle: &str) -> wire::Report {
    let identifier =
        |kind: wire::IdentifierKind, value: &str| wire::Identifier { kind: kind.into(), value: value.to_owned() };
    wire::Report {
        agency: agency.to_owned(),
        source_ref: CANARIES[0].to_owned(),
        identifiers: vec![
            identifier(wire::IdentifierKind::Vehicle, vehicle),
            identifier(wire::IdentifierKind::Phone, CANARIES[2]),
            identifier(wire::IdentifierKind::Person, CANARIES[3]),
        ],
        ..report(id)
    }
}

/// All bytes of all files of a folder.
fn bytes_of(folder: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            bytes.extend(bytes_of(&entry.path()));
        } else {
            bytes.extend(fs::read(entry.path()).unwrap());
        }
    }
    bytes
}

#[tokio::test]
async fn nobody_is_named_in_the_folder() {
    let world = World::start().await;
    world.publish(naming("OB-1", "police", CANARIES[1])).await.unwrap();
    world
        .publish(wire::Report { summary: "otherwise".to_owned(), ..naming("OB-1", "police", CANARIES[1]) })
        .await
        .unwrap_err();
    world.publish_history(naming("OB-2", "police", CANARIES[1])).await.unwrap_err();

    let bytes = bytes_of(world.stop().await.folder_path());

    assert!(contains(&bytes, b"otherwise"), "the copy for the quarantine is there");
    for canary in CANARIES {
        assert!(!contains(&bytes, canary.as_bytes()), "{canary} is in the folder");
    }
}

fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}

#[tokio::test]
async fn vehicles_meet_across_agencies_and_sources_do_not() {
    let world = World::start().await;
    world.publish(naming("OB-1", "police", "KBX 123A")).await.unwrap();
    world.publish(naming("7", "npr", "kbx-123a")).await.unwrap();

    let accounts: Vec<_> = world.records().into_iter().filter_map(account_of).collect();

    assert_eq!(accounts[0].identifiers, accounts[1].identifiers);
    assert_ne!(accounts[0].source_ref, accounts[1].source_ref);
}

fn account_of(record: domain::Record) -> Option<domain::Account> {
    match record.payload {
        Payload::Report(stamped) => stamped.report.body.account().cloned(),
        Payload::Action(_) | Payload::Tick { .. } | Payload::Claim | Payload::Unreadable(_) => None,
    }
}

#[tokio::test]
async fn same_report_with_another_source_is_other_content() {
    let world = World::start().await;
    world.publish(naming("OB-1", "police", "KBX 123A")).await.unwrap();

    let refusal = world.publish(naming("OB-1", "police", "KBX-123A")).await.unwrap_err();

    assert_eq!(refusal.code(), tonic::Code::AlreadyExists, "content is compared as sent, not as hashed");
}
