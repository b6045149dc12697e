//! The house rules that a program can check. Each failure names file, line and cure.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Most lines of a file without its tests.
const LINES_MAX: usize = 500;
/// Crates without IO, clock or entropy.
const PURE: [&str; 7] = ["domain", "geography", "fusion", "hotspots", "alerting", "pipeline", "scenario"];
/// The order of crates: each may depend on those before it.
const ORDER: [&str; 21] = [
    "domain",
    "geography",
    "fusion",
    "hotspots",
    "alerting",
    "pipeline",
    "scenario",
    "eventlog",
    "store",
    "api",
    "access",
    "telemetry",
    "testkit",
    "ingest",
    "correlator",
    "query",
    "alerts",
    "jukwaa",
    "system-tests",
    "convert",
    "fit",
];
/// Names that say nothing.
const BANNED: [&str; 7] = ["utils.rs", "helpers.rs", "common.rs", "misc.rs", "manager.rs", "types.rs", "mod.rs"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let Ok(entries) = fs::read_dir(folder) else { return found };
    for entry in entries {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && !["target", ".git", ".venv"].contains(&name.as_str()) {
            found.extend(files(&path, ending));
        } else if path.is_file() && name.ends_with(ending) {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn sources() -> Vec<PathBuf> {
    ["crates", "services", "tests", "tools"].iter().flat_map(|folder| files(&root().join(folder), ".rs")).collect()
}

fn none(faults: &[String]) {
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap().display().to_string()
}

#[test]
fn every_file_opens_with_its_head() {
    let headless = |path: &PathBuf| !fs::read_to_string(path).unwrap().starts_with("//!");
    let faults: Vec<String> = sources()
        .iter()
        .filter(|path| headless(path))
        .map(|path| format!("{}:1: say in `//!` what it is and what it never does", shown(path)))
        .collect();

    none(&faults);
}

#[test]
fn no_file_is_longer_than_one_sitting() {
    let mut faults = Vec::new();
    for path in sources() {
        let text = fs::read_to_string(&path).unwrap();
        let lines = text.lines().take_while(|line| line.trim() != "#[cfg(test)]").count();
        let is_test = path.components().any(|part| part.as_os_str() == "tests");
        if lines > LINES_MAX && !is_test {
            faults.push(format!("{}: {lines} lines without tests; split along a seam of meaning", shown(&path)));
        }
    }

    none(&faults);
}

#[test]
fn no_file_has_a_name_that_says_nothing() {
    let banned = |path: &PathBuf| BANNED.contains(&path.file_name().unwrap().to_string_lossy().as_ref());
    let faults: Vec<String> = sources()
        .iter()
        .filter(|path| banned(path))
        .map(|path| format!("{}: name it after what it holds", shown(path)))
        .collect();

    none(&faults);
}

#[test]
fn crates_depend_on_earlier_ones_only() {
    let mut faults = Vec::new();
    for path in files(&root(), "Cargo.toml").iter().filter(|path| **path != root().join("Cargo.toml")) {
        let manifest: toml::Table = fs::read_to_string(path).unwrap().parse().unwrap();
        let name = manifest["package"]["name"].as_str().unwrap().to_owned();
        let place = ORDER.iter().position(|crate_name| *crate_name == name);
        let Some(place) = place else {
            faults.push(format!("{}: {name} has no place in the order of crates (tests/tidy.rs)", shown(path)));
            continue;
        };
        let dependencies =
            manifest.get("dependencies").and_then(toml::Value::as_table).into_iter().flat_map(toml::Table::keys);
        for dependency in dependencies {
            if ORDER.iter().position(|crate_name| crate_name == dependency).is_some_and(|other| other >= place) {
                faults.push(format!("{}: {name} must not depend on {dependency}, which comes after it", shown(path)));
            }
        }
    }

    none(&faults);
}

#[test]
fn pure_crates_ban_the_same() {
    let text = |name: &str| fs::read_to_string(root().join("crates").join(name).join("clippy.toml")).unwrap();
    let faults: Vec<String> = PURE
        .iter()
        .filter(|name| text(name) != text(PURE[0]))
        .map(|name| format!("crates/{name}/clippy.toml differs from that of {}", PURE[0]))
        .collect();

    none(&faults);
}

#[test]
fn every_topic_has_its_word_in_the_log_proto() {
    let proto = fs::read_to_string(root().join("proto/jukwaa/log/v1/log.proto")).unwrap();
    let faults: Vec<String> = eventlog::Topic::ALL
        .iter()
        .filter(|topic| !proto.contains(&format!("`{topic}`")))
        .map(|topic| format!("proto/jukwaa/log/v1/log.proto: say what topic `{topic}` holds"))
        .collect();

    none(&faults);
}

#[test]
fn every_error_reason_has_its_page() {
    let pages: BTreeSet<String> = files(&root().join("docs/errors"), ".md")
        .iter()
        .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    let mut reasons: BTreeMap<String, String> = BTreeMap::new();
    for path in sources().iter().filter(|path| path.components().any(|part| part.as_os_str() == "src")) {
        let text = fs::read_to_string(path).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap();
        for call in ["invalid_argument(", "failed_precondition(", "unavailable(", "out_of_range(", "refused("] {
            for (at, _) in code.match_indices(call) {
                let rest = &code[at + call.len()..];
                let words = rest.split('"').skip(1).step_by(2).take(1);
                let near = words.filter(|word| rest.find(word).unwrap_or(usize::MAX) < 80);
                let upper = near.filter(|word| {
                    word.len() > 3 && word.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
                });
                reasons.extend(upper.map(|word| (word.to_owned(), shown(path))));
            }
        }
    }
    assert!(!reasons.is_empty(), "this test has lost sight of the reasons");
    let faults: Vec<String> = reasons
        .iter()
        .filter(|(reason, _)| !pages.contains(*reason))
        .map(|(reason, path)| format!("{path}: write docs/errors/{reason}.md"))
        .collect();

    none(&faults);
}

#[test]
fn nothing_left_behind() {
    let marks = ["todo!(", "unimplemented!(", "dbg!(", "#[ignore"];
    let mut faults = Vec::new();
    for path in sources().iter().filter(|path| !path.ends_with("tests/tidy.rs")) {
        for (number, line) in (1..).zip(fs::read_to_string(path).unwrap().lines()) {
            if marks.iter().any(|mark| line.contains(mark)) {
                faults.push(format!("{}:{number}: {}", shown(path), line.trim()));
            }
        }
    }

    none(&faults);
}
