//! `jukwaa demo`: two years of incidents, or real events, through the public interface of a server, and what came of them.
//!
//! Comes in: a folder (its server is used, or one is started). Goes out: a page in the terminal, a picture beside the data, a running server.
//! Guarantees: a second run on the same folder publishes the same reports, and shows that nothing was counted twice.
//!
//! Never: a way into the server that a client does not have.

mod input; // which reports
mod server; // the server of the folder
mod publish; // all of them, as history
mod page; // what came of it

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use api::query::v1::{ListHotspotsRequest, ListIncidentsRequest};

use crate::cli::DemoArgs;
use crate::client::Client;
use crate::command::{alert, hotspot, incident, map};
use crate::config::Config;
use crate::failure::{Exit, Failure};
use crate::output;

/// Folder of the generated scenario.
const FOLDER: &str = "data";
/// Folder of real events.
const EVENTS_FOLDER: &str = "data-events";
/// The picture, in the folder.
const PICTURE: &str = "hotspots.html";
/// Most of each kind that are fetched to be counted.
const LIST_MAX: usize = 1_000_000;

/// How long each part took.
#[derive(Debug, Default)]
struct Times {
    parts: Vec<(&'static str, Duration)>,
}

impl Times {
    fn note(&mut self, part: &'static str, since: Instant) {
        self.parts.push((part, since.elapsed()));
    }
}

/// Runs the command.
///
/// # Errors
/// If the server cannot start, or refuses.
pub(crate) async fn run(config: &Config, args: &DemoArgs) -> Result<(), Failure> {
    let default = if args.events.is_some() { EVENTS_FOLDER } else { FOLDER };
    let folder: PathBuf = args.data_dir.clone().unwrap_or_else(|| PathBuf::from(default));
    let mut times = Times::default();
    let start = Instant::now();
    let prepared = input::prepare(args, &folder)?;
    times.note("prepare the reports", start);

    let start = Instant::now();
    let listen = args.listen.clone().unwrap_or_else(|| config.node.listen.clone());
    let server = server::find_or_start(&folder, &listen).await?;
    let client = Client::connect_to(&server.address).await?;
    times.note("start the server", start);

    let start = Instant::now();
    let published = publish::all(&client, &prepared).await?;
    if let Some(failure) = publish::nothing_taken(&published) {
        return Err(failure);
    }
    times.note("publish and acknowledge", start);

    let start = Instant::now();
    publish::wait_until_projected(&client, published.last_position).await?;
    times.note("fuse, detect and alert", start);

    let start = Instant::now();
    let answers = ask(&client, &prepared).await?;
    let picture = draw(&client, &folder, &prepared).await?;
    times.note("query and draw", start);

    output::write_text(&page::page(&page::Contents {
        prepared: &prepared,
        published: &published,
        answers: &answers,
        times: &times,
    }))?;
    if args.stop {
        output::write_text(&format!("\npicture     {}\n", picture.display()))?;
        return server::stop(&folder).await;
    }
    output::write_text(&page::next_steps(&server.address, &folder, &picture, &prepared))
}

/// What the server answers, asked as a client does.
struct Answers {
    incidents: Vec<api::domain::v1::Incident>,
    hotspots: Vec<api::domain::v1::Hotspot>,
    alerts: Vec<api::domain::v1::Alert>,
}

async fn ask(client: &Client, prepared: &input::Prepared) -> Result<Answers, Failure> {
    let as_of = prepared.as_of().map(api::timestamp_to_wire);
    let incidents =
        incident::list(client, ListIncidentsRequest { as_of, ..ListIncidentsRequest::default() }, LIST_MAX).await?;
    let hotspots =
        hotspot::fetch(client, ListHotspotsRequest { as_of, ..ListHotspotsRequest::default() }, LIST_MAX).await?;
    let alerts = alert::list(client, api::alert::v1::ListAlertsRequest::default(), LIST_MAX).await?;
    Ok(Answers { incidents, hotspots, alerts })
}

async fn draw(client: &Client, folder: &Path, prepared: &input::Prepared) -> Result<PathBuf, Failure> {
    let as_of = prepared.as_of().map(|as_of| as_of.to_string());
    let choice = map::Choice { as_of: as_of.as_deref(), window_days: prepared.window_days(), ..map::Choice::default() };
    let picture = map::ask(client, &choice).await?;
    let path = folder.join(PICTURE);
    std::fs::write(&path, map::html(&picture)).map_err(|error| Failure::file("write", &path, &error))?;
    Ok(path)
}

/// A wait that took too long.
fn too_long(what: &str) -> Failure {
    Failure::new(Exit::Unavailable, format!("{what} took too long")).help("look at serve.log in the data folder")
}
