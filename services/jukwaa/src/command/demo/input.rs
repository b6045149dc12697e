//! Which reports: the generated scenario of a folder, or the events of a file.

use std::path::Path;

use domain::{Report, Timestamp};
use scenario::ged;

use crate::cli::DemoArgs;
use crate::command::input::{self, LineFault};
use crate::failure::{Exit, Failure};

/// What the folder's scenario is, kept so that a second run is the same.
const NOTE: &str = "scenario.toml";

/// What the generated scenario is called in the note.
const GENERATED: &str = "the generated scenario";

/// Reports to publish, in ascending `reported_at`.
pub(super) struct Prepared {
    /// The reports.
    pub(super) reports: Vec<Report>,
    /// The local midnight that closes history.
    pub(super) until: Timestamp,
    /// What they are, in words.
    pub(super) title: String,
    /// Whether they are real events.
    pub(super) real: bool,
}

impl Prepared {
    /// The time as of which queries are asked: real events lie in the past, so it is named.
    pub(super) fn as_of(&self) -> Option<Timestamp> {
        self.real.then_some(self.until)
    }

    /// The window that the picture shows: thin real events need the longest.
    pub(super) const fn window_days(&self) -> Option<u16> {
        if self.real { Some(1_825) } else { None }
    }
}

/// Prepares the reports.
///
/// # Errors
/// If the file of events cannot be read, or the folder holds another scenario.
pub(super) fn prepare(args: &DemoArgs, folder: &Path) -> Result<Prepared, Failure> {
    match &args.events {
        Some(file) => of_events(file, args.seed, folder),
        None => of_scenario(args, folder),
    }
}

fn of_events(file: &Path, seed: u64, folder: &Path) -> Result<Prepared, Failure> {
    let text = input::read(file)?;
    let reading = ged::read(&text);
    for note in reading.problems.iter().chain(&reading.warnings) {
        input::tell_fault(file, &LineFault { line: note.line, reason: note.text.clone() });
    }
    let reports = ged::reports(&reading.events, seed);
    let Some(last) = reports.iter().filter_map(|report| report.body.account()?.reported_at).max() else {
        return Err(Failure::new(Exit::Partly, format!("{} has no event within the territory", file.display())).help(
            "the columns are those of UCDP GED: id, type_of_violence, latitude, longitude, date_start, best, ...",
        ));
    };
    let until = last.local_day().end();
    let file_name = file.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let scenario = format!("{} real events of {file_name}, {} bytes", reading.events.len(), text.len());
    settle(folder, &Note { scenario, seed, until })?;
    Ok(Prepared {
        title: format!("{} real events of {}", reading.events.len(), file.display()),
        reports,
        until,
        real: true,
    })
}

fn of_scenario(args: &DemoArgs, folder: &Path) -> Result<Prepared, Failure> {
    let asked = args.until.as_deref().map(|text| input::instant("--until", text)).transpose()?;
    let kept = read_note(&folder.join(NOTE))?.filter(|note| note.scenario == GENERATED).map(|note| note.until);
    let until = asked.or(kept).unwrap_or_else(last_midnight);
    settle(folder, &Note { scenario: GENERATED.to_owned(), seed: args.seed, until })?;
    let scenario = scenario::default_demo(args.seed, until);
    Ok(Prepared {
        title: format!("the generated scenario, seed {}, two years up to {}", args.seed, until.to_eat_text()),
        reports: scenario.reports,
        until,
        real: false,
    })
}

/// What a folder was first filled with: it holds one history, and another would be mixed into it.
#[derive(PartialEq)]
struct Note {
    scenario: String,
    seed: u64,
    until: Timestamp,
}

/// Keeps the note of a first run; refuses a folder that holds another history.
fn settle(folder: &Path, note: &Note) -> Result<(), Failure> {
    let path = folder.join(NOTE);
    if let Some(kept) = read_note(&path)? {
        if kept == *note {
            return Ok(());
        }
        let holds = format!("{} holds {} of seed {}, up to {}", folder.display(), kept.scenario, kept.seed, kept.until);
        return Err(Failure::new(Exit::Conflict, holds).help("take the same again, or another --data-dir"));
    }
    std::fs::create_dir_all(folder).map_err(|error| Failure::file("make the folder", folder, &error))?;
    let mut table = toml::Table::new();
    table.insert("scenario".to_owned(), note.scenario.clone().into());
    table.insert("seed".to_owned(), i64::try_from(note.seed).unwrap_or(i64::MAX).into());
    table.insert("until".to_owned(), note.until.to_string().into());
    let text = format!("# The history that `jukwaa demo` plays in this folder.\n{table}");
    std::fs::write(&path, text).map_err(|error| Failure::file("write", &path, &error))
}

fn read_note(path: &Path) -> Result<Option<Note>, Failure> {
    let Ok(text) = std::fs::read_to_string(path) else { return Ok(None) };
    let read = || {
        let table: toml::Table = text.parse().ok()?;
        let scenario = table.get("scenario")?.as_str()?.to_owned();
        let seed = u64::try_from(table.get("seed")?.as_integer()?).ok()?;
        Some(Note { scenario, seed, until: table.get("until")?.as_str()?.parse().ok()? })
    };
    let damaged =
        || Failure::new(Exit::BadConfig, format!("{} is damaged", path.display())).help("take another --data-dir");
    read().ok_or_else(damaged).map(Some)
}

/// The last midnight in East Africa.
fn last_midnight() -> Timestamp {
    let now = Timestamp::from_micros(jiff::Timestamp::now().as_microsecond()).unwrap_or(Timestamp::LEAST);
    now.local_day().start()
}
