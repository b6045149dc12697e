//! `kill -9` at any moment while clients publish and answers are lost: every acknowledged report is there once, fused as if nothing had happened.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::print_stdout, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use api::domain::v1::Report;
use api::ingest::v1::PublishReportRequest;
use api::query::v1::ListIncidentsRequest;
use eventlog::{DataFolder, EventLog, Logged, ReadLimit, Topic};
use testkit::{RunningServer, jukwaa};

const CYCLES: u64 = 20;
const CLIENTS: usize = 4;
const REPORTS: &str = "2400";

/// Numbers from a seed, so that a failing run can be run again.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

fn seed() -> u64 {
    std::env::var("JUKWAA_TEST_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(20_261_125)
}

/// Reports of the last weeks, as a generator makes them; published live.
fn reports(folder: &Path) -> Vec<Report> {
    let until = format!("{}Z", utc_date());
    let made = Command::new(jukwaa())
        .args([
            "generate",
            "--seed",
            "7",
            "--reports",
            REPORTS,
            "--density",
            "hard",
            "--noise",
            "a4",
            "--until",
            &until,
            "--out",
        ])
        .arg(folder)
        .status()
        .unwrap();
    assert!(made.success());
    let text = std::fs::read_to_string(folder.join("reports.ndjson")).unwrap();
    text.lines().map(|line| api::message_from_json("jukwaa.domain.v1.Report", line).unwrap()).collect()
}

/// Midnight UTC of yesterday, without its Z.
fn utc_date() -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let day = i64::try_from(now.as_secs()).unwrap() / 86_400 - 1;
    let date = domain::Timestamp::from_micros(day * 86_400_000_000).unwrap().to_string();
    date.trim_end_matches('Z').to_owned()
}

type Key = (String, String);

fn key(report: &Report) -> Key {
    (report.agency.clone(), report.client_report_id.clone())
}

/// Publishes until its queue is empty or the server is gone; an answer that is lost means: send it again.
async fn client(server: &RunningServer, mut queue: VecDeque<Report>, seed: u64) -> (VecDeque<Report>, BTreeSet<Key>) {
    let mut numbers = Numbers(seed);
    let mut acknowledged = BTreeSet::new();
    let mut ingest = server.ingest();
    while let Some(report) = queue.pop_front() {
        let request = PublishReportRequest { report: Some(report.clone()), history: false };
        match ingest.publish_report(request).await {
            Ok(_) if numbers.below(5) == 0 => queue.push_back(report),
            Ok(_) => {
                acknowledged.insert(key(&report));
            }
            Err(status) => {
                assert!(
                    matches!(
                        status.code(),
                        tonic::Code::Unavailable
                            | tonic::Code::Unknown
                            | tonic::Code::Cancelled
                            | tonic::Code::Internal
                    ),
                    "{status:?}"
                );
                queue.push_front(report);
                return (queue, acknowledged);
            }
        }
    }
    (queue, acknowledged)
}

/// The partition of reports into incidents, as queries tell it.
async fn partition(server: &RunningServer) -> BTreeSet<BTreeSet<Key>> {
    let last =
        server.ingest().publish_report(PublishReportRequest { report: Some(marker()), history: false }).await.unwrap();
    let mut request = ListIncidentsRequest {
        at_least_position: Some(last.into_inner().receipt.unwrap().position),
        page_size: 1_000,
        ..ListIncidentsRequest::default()
    };
    let mut sets = BTreeSet::new();
    let mut seen: BTreeMap<Key, usize> = BTreeMap::new();
    loop {
        let answer =
            testkit::wait_for("the projection", async || server.query().list_incidents(request.clone()).await.ok())
                .await
                .into_inner();
        for incident in answer.incidents {
            let members: BTreeSet<Key> = incident
                .members
                .iter()
                .map(|member| (member.agency.clone(), member.client_report_id.clone()))
                .collect();
            members.iter().for_each(|key| *seen.entry(key.clone()).or_default() += 1);
            sets.insert(members);
        }
        if answer.next_page_token.is_empty() {
            break;
        }
        request.page_token = answer.next_page_token;
    }
    assert!(seen.values().all(|times| *times == 1), "a report is in two incidents");
    sets
}

/// A report far from all others, whose receipt tells how far the answers must have come.
fn marker() -> Report {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let at = domain::Timestamp::from_micros(i64::try_from(now.as_micros()).unwrap()).unwrap();
    testkit::ReportBuilder::new("marker", &format!("m-{}", now.as_nanos())).at(at).point(-4.0, 39.6).wire()
}

/// How often each report stands in the log.
fn logged(folder: &Path) -> BTreeMap<Key, usize> {
    let folder = DataFolder::open(folder).unwrap();
    let log = folder.log();
    let mut next = domain::LogPosition::FIRST;
    let mut counts = BTreeMap::new();
    while next < log.end(Topic::Records) {
        for Logged { position, value: bytes, .. } in log.read(Topic::Records, next, ReadLimit::default()).unwrap() {
            if let domain::Payload::Report(stamped) = api::decode_record(position, &bytes).payload {
                let key = stamped.report.key;
                *counts.entry((key.agency.to_string(), key.client_report_id.to_string())).or_default() += 1;
            }
            next = position.next();
        }
    }
    counts
}

fn without_markers(sets: BTreeSet<BTreeSet<Key>>) -> BTreeSet<BTreeSet<Key>> {
    sets.into_iter().filter(|set| set.iter().all(|(agency, _)| agency != "marker")).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kills_and_lost_answers_lose_and_double_nothing() {
    let seed = seed();
    println!("seed {seed}: JUKWAA_TEST_SEED={seed}");
    let mut numbers = Numbers(seed);
    let world = tempfile::tempdir().unwrap();
    let reports = reports(world.path());

    // Undisturbed, in another order of arrival.
    let calm = tempfile::tempdir().unwrap();
    let server = RunningServer::start(calm.path(), &[]).await;
    let (left, _) = client(&server, reports.iter().rev().cloned().collect(), 1).await;
    assert!(left.is_empty());
    let expected = without_markers(partition(&server).await);
    server.stop().await;

    // Killed, with a fifth of the answers lost.
    let folder = tempfile::tempdir().unwrap();
    let mut queues: Vec<VecDeque<Report>> = vec![VecDeque::new(); CLIENTS];
    reports.iter().enumerate().for_each(|(index, report)| queues[index % CLIENTS].push_back(report.clone()));
    let mut acknowledged = BTreeSet::new();
    for _ in 0..CYCLES {
        let server = RunningServer::start(folder.path(), &[]).await;
        let clients = queues.drain(..).map(|queue| client(&server, queue, numbers.below(u64::MAX)));
        let mut clients = std::pin::pin!(futures::future::join_all(clients));
        let moment = Duration::from_millis(5 + numbers.below(895));
        let early = tokio::select! {
            done = &mut clients => Some(done),
            () = tokio::time::sleep(moment) => None,
        };
        let ended = match early {
            Some(done) => done,
            None => {
                server.kill_now();
                clients.await
            }
        };
        for (queue, done) in ended {
            queues.push(queue);
            acknowledged.extend(done);
        }
    }
    let killed_with = acknowledged.len();
    let server = RunningServer::start(folder.path(), &[]).await;
    for queue in queues {
        let (left, done) = client(&server, queue, numbers.below(u64::MAX)).await;
        assert!(left.is_empty());
        acknowledged.extend(done);
    }
    let found = without_markers(partition(&server).await);
    server.stop().await;

    println!("{killed_with} of {} reports were acknowledged over {CYCLES} kills", reports.len());
    let logged = logged(folder.path());
    let queried: BTreeSet<&Key> = found.iter().flatten().collect();
    for key in &acknowledged {
        assert_eq!(logged.get(key), Some(&1), "{key:?} in the log");
        assert!(queried.contains(key), "{key:?} in the answers");
    }
    assert_eq!(queried.len(), reports.len());
    assert_eq!(found, expected);
}
