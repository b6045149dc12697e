//! `fuse`, `detect`, `generate`: as scripts call them.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use testkit::{ReportBuilder, jukwaa};

fn run(arguments: &[&str]) -> Output {
    Command::new(jukwaa()).args(arguments).output().unwrap()
}

fn run_with_input(arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(jukwaa())
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn rows(csv_text: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(csv_text.as_bytes());
    let headers = reader.headers().unwrap().clone();
    let row = |record: csv::StringRecord| {
        headers.iter().zip(record.iter()).map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    };
    reader.records().map(|record| row(record.unwrap())).collect()
}

fn generate(folder: &Path, arguments: &[&str]) -> String {
    let made = Command::new(jukwaa()).arg("generate").args(arguments).arg("--out").arg(folder).output().unwrap();
    assert!(made.status.success(), "{}", text(&made.stderr));
    std::fs::read_to_string(folder.join("reports.ndjson")).unwrap()
}

/// Lines in another order, the same for the same seed.
fn shuffled(lines: &str, mut seed: u64) -> String {
    let mut lines: Vec<&str> = lines.lines().collect();
    for last in (1..lines.len()).rev() {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        lines.swap(last, usize::try_from(seed >> 33).unwrap() % (last + 1));
    }
    lines.join("\n")
}

type Key = (String, String);

fn partition(rows: &[BTreeMap<String, String>], rename: impl Fn(&str) -> String) -> BTreeSet<BTreeSet<Key>> {
    let mut incidents: BTreeMap<&str, BTreeSet<Key>> = BTreeMap::new();
    for row in rows {
        incidents
            .entry(&row["incident_id"])
            .or_default()
            .insert((row["agency"].clone(), rename(&row["client_report_id"])));
    }
    incidents.into_values().collect()
}

fn json(builder: ReportBuilder) -> String {
    api::message_to_json("jukwaa.domain.v1.Report", &builder.wire()).unwrap()
}

#[test]
fn order_of_lines_changes_no_byte_of_a_report() {
    let folder = tempfile::tempdir().unwrap();
    let reports = generate(folder.path(), &["--seed", "11", "--reports", "2000", "--density", "hard"]);

    let straight = run_with_input(&["fuse", "-", "--output", "csv"], &reports);
    let mixed = run_with_input(&["fuse", "-", "--output", "csv"], &shuffled(&reports, 5));

    let lines = |output: &Output| -> BTreeSet<String> { text(&output.stdout).lines().map(str::to_owned).collect() };
    assert!(straight.status.success(), "{}", text(&straight.stderr));
    assert!(lines(&straight).len() > 1_000);
    assert_eq!(lines(&straight), lines(&mixed));
}

#[test]
fn zone_and_locale_change_no_byte() {
    let folder = tempfile::tempdir().unwrap();
    let reports = generate(folder.path(), &["--seed", "13", "--reports", "500"]);
    let file = folder.path().join("reports.ndjson");
    let incidents = folder.path().join("incidents.csv");
    let under = |zone: &str, locale: &str| {
        let run = |arguments: &[&str]| {
            let mut command = Command::new(jukwaa());
            command.args(arguments).env("TZ", zone).env("LANG", locale).env("LC_ALL", locale);
            command.output().unwrap().stdout
        };
        let fused = run(&["fuse", file.to_str().unwrap(), "--output", "csv"]);
        let found = run(&[
            "detect",
            incidents.to_str().unwrap(),
            "--as-of",
            "2026-06-30T21:00:00Z",
            "--output",
            "csv",
            "--all-cells",
        ]);
        (fused, found)
    };

    let here = under("Africa/Nairobi", "C");

    assert!(here.0.len() > reports.lines().count() * 20 && here.1.len() > 100_000);
    assert_eq!(here, under("Asia/Kathmandu", "tr_TR.UTF-8"));
}

#[test]
fn other_ids_give_the_same_partition() {
    let folder = tempfile::tempdir().unwrap();
    let reports = generate(folder.path(), &["--seed", "12", "--reports", "1500", "--noise", "a4"]);
    let mut renamed = String::new();
    for line in reports.lines() {
        let mut report: serde_json::Value = serde_json::from_str(line).unwrap();
        report["clientReportId"] = format!("other-{}", report["clientReportId"].as_str().unwrap()).into();
        renamed.push_str(&format!("{report}\n"));
    }

    let before = rows(&text(&run_with_input(&["fuse", "-", "--output", "csv"], &reports).stdout));
    let after = rows(&text(&run_with_input(&["fuse", "-", "--output", "csv"], &renamed).stdout));

    let strip = |id: &str| id.trim_start_matches("other-").to_owned();
    assert_eq!(partition(&before, strip), partition(&after, strip));
}

#[test]
fn line_that_cannot_be_read_is_told_and_the_others_are_done() {
    let good = json(ReportBuilder::new("police", "a"));
    let input = format!("{good}\n{{\"agency\":\n{}\n", json(ReportBuilder::new("npr", "b").point(36.1, 1.15)));

    let output = run_with_input(&["fuse", "-", "--output", "csv"], &input);
    let strict = run_with_input(&["fuse", "-", "--output", "csv", "--strict"], &input);

    assert_eq!(output.status.code(), Some(1));
    assert_eq!(rows(&text(&output.stdout)).len(), 1);
    let told = text(&output.stderr);
    assert!(
        told.contains("standard input:2:") && told.contains("standard input:3:") && told.contains("swapped"),
        "{told}"
    );
    assert_eq!((strict.status.code(), strict.stdout.len()), (Some(1), 0));
}

#[test]
fn highest_revision_has_the_row_and_a_retracted_report_none() {
    let lines = [
        json(ReportBuilder::new("police", "a").with(|account| account.killed = Some(1))),
        json(ReportBuilder::new("police", "b").point(-1.28, 36.82)),
        json(ReportBuilder::new("police", "a").revision(2).category(domain::Category::OrganisedGang)),
        json(ReportBuilder::new("police", "b").revision(2).retracted()),
    ];

    let output = run_with_input(&["fuse", "-", "--output", "csv"], &lines.join("\n"));

    let rows = rows(&text(&output.stdout));
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert_eq!(rows.len(), 1);
    assert_eq!((rows[0]["client_report_id"].as_str(), rows[0]["category"].as_str()), ("a", "ORGANISED_GANG"));
    assert_eq!(rows[0]["probability"], "");
}

#[test]
fn second_content_of_a_revision_is_told_and_the_first_counts() {
    let lines = [
        json(ReportBuilder::new("police", "a").km_north(9.0).minutes_later(60)),
        json(ReportBuilder::new("police", "a")),
    ];

    let output = run_with_input(&["fuse", "-", "--output", "csv"], &lines.join("\n"));

    let rows = rows(&text(&output.stdout));
    assert_eq!((output.status.code(), rows.len()), (Some(1), 1));
    assert!(rows[0]["latitude"].starts_with("1.1517"), "{rows:?}");
    assert!(text(&output.stderr).contains("line 2"), "{}", text(&output.stderr));
}

#[test]
fn restricted_and_area_reports_have_no_coordinates() {
    let lines = [
        json(ReportBuilder::new("police", "a").category(domain::Category::ChildDefilement)),
        json(ReportBuilder::new("elders", "b").named("", "", "Turkana")),
    ];

    let output = run_with_input(&["fuse", "-", "--output", "csv"], &lines.join("\n"));

    let rows = rows(&text(&output.stdout));
    assert_eq!(rows.len(), 2, "{}", text(&output.stderr));
    assert!(rows.iter().all(|row| row["latitude"].is_empty() && row["longitude"].is_empty()));
    assert_eq!(rows[0]["occurred_at"], "2026-03-04");
}

#[test]
fn planted_cluster_is_detected_with_the_columns_of_the_contract() {
    let mut incidents = "incident_id,category,occurred_at,latitude,longitude,weight\n".to_owned();
    for index in 0..12 {
        incidents.push_str(&format!("k{index},BANDITRY,2026-06-{:02}T10:00:00Z,1.15{index:02},36.10,0.9\n", index + 1));
    }
    for index in 0..20 {
        incidents.push_str(&format!(
            "b{index},BANDITRY,2026-06-10T10:00:00Z,-{}.5,{}.5,0.9\n",
            index % 3,
            37 + index % 3
        ));
    }

    let output = run_with_input(
        &["detect", "-", "--as-of", "2026-06-30T00:00:00Z", "--window-days", "90", "--output", "csv"],
        &incidents,
    );

    assert!(output.status.success(), "{}", text(&output.stderr));
    let header = "hotspot_id,category,resolution,cell,window_days,incidents,observed,expected,score,gi_star_z,p_value,q_value,state";
    assert_eq!(text(&output.stdout).lines().next(), Some(header));
    let rows = rows(&text(&output.stdout));
    assert!(rows.iter().any(|row| row["incidents"].parse::<u32>().unwrap() >= 5), "{rows:#?}");
    assert!(rows.iter().all(|row| row["q_value"].parse::<f64>().unwrap() <= 0.05 && !row["state"].is_empty()));
}

#[test]
fn weight_with_four_decimals_is_an_error_of_its_line() {
    let input =
        "incident_id,category,occurred_at,latitude,longitude,weight\na,BANDITRY,2026-06-01T00:00:00Z,1.0,36.0,0.1234\n";

    let output = run_with_input(&["detect", "-", "--as-of", "2026-06-30T00:00:00Z", "--output", "csv"], input);

    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("standard input:2:"), "{}", text(&output.stderr));
}

#[test]
fn uniform_worlds_rarely_show_a_hotspot() {
    let folder = tempfile::tempdir().unwrap();
    let mut shown = 0;
    for seed in 0..100 {
        generate(
            folder.path(),
            &["--seed", &seed.to_string(), "--reports", "1000", "--world", "uniform", "--noise", "a4"],
        );
        let incidents = folder.path().join("incidents.csv");
        let output =
            run(&["detect", incidents.to_str().unwrap(), "--as-of", "2026-06-30T21:00:00Z", "--output", "csv"]);
        assert!(output.status.success(), "{}", text(&output.stderr));
        shown += usize::from(text(&output.stdout).lines().count() > 1);
    }

    assert!(shown <= 10, "{shown} of 100 uniform worlds show a hotspot");
}

#[test]
fn generated_files_are_the_same_for_the_same_seed() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let arguments = ["--seed", "3", "--reports", "800"];

    generate(one.path(), &arguments);
    generate(two.path(), &arguments);

    for name in ["reports.ndjson", "truth.csv", "incidents.csv", "hotspots.csv"] {
        let read = |folder: &Path| std::fs::read(folder.join(name)).unwrap();
        assert_eq!(read(one.path()), read(two.path()), "{name}");
        assert!(!read(one.path()).is_empty());
    }
}

#[test]
fn mask_is_one_cell_a_line() {
    let output = run(&["hotspot", "mask", "--resolution", "6"]);

    let lines: Vec<String> = text(&output.stdout).lines().map(str::to_owned).collect();
    assert!(lines.len() > 15_000 && lines.iter().all(|line| line.parse::<domain::Cell>().is_ok()));
    assert_eq!(run(&["hotspot", "mask", "--resolution", "9"]).status.code(), Some(2));
}

#[test]
fn map_of_a_file_is_one_page_without_network() {
    let folder = tempfile::tempdir().unwrap();
    generate(folder.path(), &["--seed", "5", "--reports", "4000"]);
    let incidents = folder.path().join("incidents.csv");
    let found = run(&["detect", incidents.to_str().unwrap(), "--as-of", "2026-06-30T21:00:00Z", "--output", "csv"]);
    let file = folder.path().join("hotspots-found.csv");
    std::fs::write(&file, &found.stdout).unwrap();

    let page = text(&run(&["hotspot", "map", "--from", file.to_str().unwrap(), "--output", "html"]).stdout);
    let svg = text(&run(&["hotspot", "map", "--from", file.to_str().unwrap(), "--output", "svg"]).stdout);

    assert!(page.starts_with("<!DOCTYPE html>") && page.contains("Turkana") && page.contains("<svg"));
    assert!(svg.starts_with("<svg"));
    let outside = page.matches("http").count() - page.matches("http://www.w3.org/2000/svg").count();
    assert_eq!(outside, 0, "the page reaches out");
}

#[test]
fn example_configuration_holds_every_key_with_its_default() {
    let folder = tempfile::tempdir().unwrap();
    let shown = Command::new(jukwaa()).args(["config", "show"]).current_dir(folder.path()).output().unwrap();
    let example =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../deploy/jukwaa.example.toml")).unwrap();

    let keys: String = example.lines().filter(|line| !line.starts_with('#')).map(|line| format!("{line}\n")).collect();
    assert_eq!(text(&shown.stdout), keys);
}

#[test]
fn misspelt_key_is_named_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("jukwaa.toml");
    std::fs::write(&file, "[node]\nlisten = \"127.0.0.1:7420\"\n\n[ingest]\nqueue_report_max = 10\n").unwrap();

    let output = run(&["config", "check", "--config", file.to_str().unwrap()]);

    assert_eq!(output.status.code(), Some(78));
    let told = text(&output.stderr);
    assert!(told.contains("line 5") && told.contains("queue_reports_max"), "{told}");
}
