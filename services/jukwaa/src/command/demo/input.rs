//! Which reports: the generated scenario of a folder, or the events of a file.

use std::path::Path;

use domain::{Report, Timestamp};
use scenario::ged;

use crate::cli::DemoArgs;
use crate::command::input::{self, LineFault};
use crate::failure::{Exit, Failure};

/// What the folder's scenario is, kept so that a second run is the same.
const NOTE: &str = "scenario.toml";

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
        Some(file) => of_events(file, args.seed),
        None => of_scenario(args, folder),
    }
}

fn of_events(file: &Path, seed: u64) -> Result<Prepared, Failure> {
    let reading = ged::read(&input::read(file)?);
    for note in reading.problems.iter().chain(&reading.warnings) {
        input::tell_fault(file, &LineFault { line: note.line, reason: note.text.clone() });
    }
    let reports = ged::reports(&reading.events, seed);
    let Some(last) = reports.iter().filter_map(|report| report.body.account()?.reported_at).max() else {
        return Err(Failure::new(Exit::Partly, format!("{} has no event within the territory", file.display())).help(
            "the columns are those of UCDP GED: id, type_of_violence, latitude, longitude, date_start, best, ...",
        ));
    };
    Ok(Prepared {
        title: format!("{} real events of {}", reading.events.len(), file.display()),
        reports,
        until: last.local_day().end(),
        real: true,
    })
}

fn of_scenario(args: &DemoArgs, folder: &Path) -> Result<Prepared, Failure> {
    let (seed, until) = settle(args, folder)?;
    let scenario = scenario::default_demo(seed, until);
    Ok(Prepared {
        title: format!("the generated scenario, seed {seed}, two years up to {}", until.to_eat_text()),
        reports: scenario.reports,
        until,
        real: false,
    })
}

/// Seed and end of the folder's scenario: those of its first run.
fn settle(args: &DemoArgs, folder: &Path) -> Result<(u64, Timestamp), Failure> {
    let asked = args.until.as_deref().map(|text| input::instant("--until", text)).transpose()?;
    let path = folder.join(NOTE);
    if let Ok(text) = std::fs::read_to_string(&path) {
        let (seed, until) = read_note(&text).ok_or_else(|| {
            Failure::new(Exit::BadConfig, format!("{} is damaged", path.display())).help("take another --data-dir")
        })?;
        if seed != args.seed || asked.is_some_and(|asked| asked != until) {
            return Err(Failure::new(
                Exit::Conflict,
                format!("{} holds the scenario of seed {seed} that ends at {until}", folder.display()),
            )
            .help("take the same --seed and --until, or another --data-dir"));
        }
        return Ok((seed, until));
    }
    let until = asked.unwrap_or_else(last_midnight);
    std::fs::create_dir_all(folder).map_err(|error| Failure::file("make the folder", folder, &error))?;
    std::fs::write(
        &path,
        format!("# The scenario that `jukwaa demo` plays in this folder.\nseed = {}\nuntil = \"{until}\"\n", args.seed),
    )
    .map_err(|error| Failure::file("write", &path, &error))?;
    Ok((args.seed, until))
}

fn read_note(text: &str) -> Option<(u64, Timestamp)> {
    let table: toml::Table = text.parse().ok()?;
    let seed = u64::try_from(table.get("seed")?.as_integer()?).ok()?;
    Some((seed, table.get("until")?.as_str()?.parse().ok()?))
}

/// The last midnight in East Africa.
fn last_midnight() -> Timestamp {
    let now = Timestamp::from_micros(jiff::Timestamp::now().as_microsecond()).unwrap_or(Timestamp::LEAST);
    now.local_day().start()
}
