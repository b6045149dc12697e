//! Measures how long lists take: each question many times over one store, in this process, without the wire.
//!
//! Usage: `cargo run -p query --example list_latency -- FOLDER [INCIDENTS]`. FOLDER is a data folder that no server has open: its tables are
//! brought up to its log. With INCIDENTS it is any folder on the disk to be measured: a store with so many generated incidents, of two years,
//! is made in it and thrown away. Prints one line a question: items of the first page of 50, median, 99 of 100, greatest.
use std::error::Error;
use std::io::Write as _;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use access::Viewer;
use api::{domain::v1 as wire, log::v1 as log_wire, query::v1, timestamp_to_wire};
use domain::{Category, Family, IncidentId, LocalDay, LogPosition, LogTime, ReportKey, Violation};
use eventlog::{DataFolder, EventLog};
use geography::County;
use query::{
    HotspotFilter, IncidentFilter, Projected, Projection, Projector, QueryConfig, Reader, Step, TokenKey, open_store,
    rows_of, tables,
};
use store::{EmbeddedStore, Store, StoreSettings};
use tokio::sync::watch;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// How often each question is asked.
const TIMES: usize = 300;
const BATCH_FACTS: NonZeroUsize = NonZeroUsize::new(4_096).expect("it is not zero");
const DAYS: u64 = 730;

fn main() -> Outcome<()> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("usage: list_latency FOLDER [INCIDENTS]")?;
    let Some(incidents) = arguments.next() else {
        let data = DataFolder::open(Path::new(&folder))?;
        let (store, projection) = projected(&data)?;
        return measure(&Reader::new(store, projection, TokenKey::new([7; 32]), QueryConfig::default()));
    };
    let folder = tempfile::tempdir_in(folder)?;
    let (store, projection) = generated(folder.path(), incidents.parse()?)?;
    measure(&Reader::new(store, projection, TokenKey::new([7; 32]), QueryConfig::default()))
}

/// The tables of a data folder, brought up to its log.
fn projected(data: &DataFolder) -> Outcome<(Arc<dyn Store>, Projection)> {
    let log: Arc<dyn EventLog> = Arc::new(data.log());
    let store = open_store(&data.store_path().join("tables"), log.as_ref(), StoreSettings::default())?;
    let mut projector = Projector::open(log, Arc::clone(&store), BATCH_FACTS.get())?;
    let start = Instant::now();
    while projector.step()? == Step::Projected {}
    writeln!(std::io::stdout(), "projected in {:.1} s", start.elapsed().as_secs_f64())?;
    Ok((store, projector.projection()))
}

/// A store of generated incidents, as a projector would leave it.
fn generated(folder: &Path, incidents: u64) -> Outcome<(Arc<dyn Store>, Projection)> {
    let store = EmbeddedStore::open(folder, &tables::all(), tables::LAYOUT, StoreSettings::default())?;
    let (start, mut rows) = (Instant::now(), Vec::new());
    for number in 0..incidents {
        let incident = incident(number, incidents)?;
        rows.extend(rows_of(&log_wire::Fact { payload: Some(log_wire::fact::Payload::Incident(incident)) })?);
        if rows.len() >= BATCH_FACTS.get() || number + 1 == incidents {
            store.apply(&rows)?;
            rows.clear();
        }
    }
    let seconds = start.elapsed().as_secs_f64();
    writeln!(std::io::stdout(), "{incidents} incidents stored in {seconds:.1} s")?;
    let last = Projected { position: LogPosition::new(incidents), log_time: LogTime::new(received_on(DAYS)?.end()) };
    Ok((Arc::new(store), Projection::new(watch::channel(Some(last)).1)))
}

fn incident(number: u64, incidents: u64) -> Outcome<wire::Incident> {
    let noise = mixed(number);
    let day = received_on(number * DAYS / incidents.max(1))?;
    let at = Some(timestamp_to_wire(day.start()));
    let id = [mixed(noise).to_be_bytes(), number.to_be_bytes()].concat();
    // A third is banditry, a third is in ten counties, and one in 2 000 in the last: what a filter finds may be much or little.
    let category = if noise.is_multiple_of(3) { Category::Banditry } else { pick(Category::ALL, noise >> 8) };
    let county = match noise >> 16 {
        rare if rare.is_multiple_of(2_000) => County::all().next_back(),
        often if often.is_multiple_of(3) => County::all().nth(usize::try_from(often % 10)?),
        other => County::all().nth(usize::try_from(other % 46)?),
    };
    let member = |agency: &str| wire::IncidentMember {
        report_id: format!("{agency}/{number}").parse::<ReportKey>().map_or_else(|_| String::new(), report_id),
        agency: agency.to_owned(),
        client_report_id: number.to_string(),
        revision: 1,
        ..wire::IncidentMember::default()
    };
    let evidence = wire::FieldEvidence { field: "distance".to_owned(), level: "under 1 km".to_owned(), weight: 40_000 };
    Ok(wire::Incident {
        incident_id: IncidentId::from_bytes(id.try_into().map_err(|_| "an id has 16 bytes")?).to_string(),
        revision: 1,
        state: wire::IncidentState::Live.into(),
        category: category.number(),
        occurred_at: at,
        place: Some(wire::IncidentPlace {
            county: county.map_or_else(String::new, |county| county.name().to_owned()),
            ..wire::IncidentPlace::default()
        }),
        members: ["police", "npr"].map(member).to_vec(),
        links: vec![wire::LinkEvidence { fields: vec![evidence; 9], ..wire::LinkEvidence::default() }],
        received_on: day.to_string(),
        cause_position: i64::try_from(number)?,
        log_time: at,
        ..wire::Incident::default()
    })
}

fn report_id(key: ReportKey) -> String {
    key.report_id().to_string()
}

fn received_on(day: u64) -> Outcome<LocalDay> {
    let first: LocalDay = "2024-07-01".parse()?;
    Ok(LocalDay::from_days(first.days() + i32::try_from(day)?).ok_or("the day is within the calendar")?)
}

/// A number that looks like noise (splitmix64, Steele et al. 2014).
const fn mixed(number: u64) -> u64 {
    let mut noise = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    noise = (noise ^ (noise >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    noise = (noise ^ (noise >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    noise ^ (noise >> 31)
}

fn pick<T: Copy>(from: &[T], noise: u64) -> T {
    let index = usize::try_from(noise % from.len() as u64).unwrap_or(0);
    *from.get(index).expect("the remainder is below the length, and no list is empty")
}

fn measure(reader: &Reader) -> Outcome<()> {
    writeln!(
        std::io::stdout(),
        "{:<44} {:>5} {:>10} {:>10} {:>10}",
        "first page of",
        "items",
        "median",
        "p99",
        "most"
    )?;
    let now = reader.snapshot(None).ok_or("nothing is projected")?.log_time.timestamp();
    let past = Some(timestamp_to_wire(now.minus(domain::Span::from_hours(24 * 365))));
    let banditry = vec![Category::Banditry.number()];
    let (rare, often) = (rare_county().name(), "Turkana");
    let incidents = |name: &str, request: v1::ListIncidentsRequest| ask_incidents(reader, name, &request);
    incidents("incidents", v1::ListIncidentsRequest::default())?;
    incidents(
        "incidents of banditry",
        v1::ListIncidentsRequest { categories: banditry.clone(), ..Default::default() },
    )?;
    for county in [often, rare] {
        let of_county = v1::ListIncidentsRequest { county: county.to_owned(), ..Default::default() };
        incidents(&format!("incidents in {county}"), of_county.clone())?;
        let categories = banditry.clone();
        incidents(&format!("incidents of banditry in {county}"), v1::ListIncidentsRequest { categories, ..of_county })?;
    }
    incidents("incidents as of a year ago", v1::ListIncidentsRequest { as_of: past, ..Default::default() })?;
    let hotspots = |name: &str, request: v1::ListHotspotsRequest| ask_hotspots(reader, name, &request);
    let all = v1::ListHotspotsRequest::default();
    let family = Family::Banditry.number();
    hotspots("hotspots", all.clone())?;
    hotspots("hotspots of banditry, 365 d", v1::ListHotspotsRequest { family, window_days: 365, ..all.clone() })?;
    hotspots("hotspots with those gone", v1::ListHotspotsRequest { include_gone: true, ..all.clone() })?;
    hotspots("hotspots in Turkana", v1::ListHotspotsRequest { county: often.to_owned(), ..all.clone() })?;
    hotspots("hotspots as of a year ago", v1::ListHotspotsRequest { as_of: past, ..all })
}

fn rare_county() -> County {
    County::all().next_back().expect("there are 47")
}

fn ask_incidents(reader: &Reader, name: &str, request: &v1::ListIncidentsRequest) -> Outcome<()> {
    let (filter, page) = IncidentFilter::parse(request).map_err(refused)?;
    let viewer = Viewer::agency_console();
    time(name, || Ok(reader.incidents(&viewer, &filter, &page)?.into_inner().incidents.len()))
}

fn ask_hotspots(reader: &Reader, name: &str, request: &v1::ListHotspotsRequest) -> Outcome<()> {
    let (filter, page) = HotspotFilter::parse(request).map_err(refused)?;
    let viewer = Viewer::agency_console();
    time(name, || Ok(reader.hotspots(&viewer, &filter, &page)?.into_inner().hotspots.len()))
}

fn refused(violations: Vec<Violation>) -> String {
    violations.into_iter().map(|violation| violation.description).collect()
}

/// Asks, and prints a line.
fn time(name: &str, mut ask: impl FnMut() -> Outcome<usize>) -> Outcome<()> {
    let (mut taken, mut items) = (Vec::new(), 0);
    for _ in 0..TIMES {
        let start = Instant::now();
        items = ask()?;
        taken.push(start.elapsed());
    }
    taken.sort_unstable();
    let at = |share: usize| taken.get(TIMES * share / 100).or(taken.last()).copied().unwrap_or_default();
    let shown = |time: Duration| format!("{:.2} ms", time.as_secs_f64() * 1_000.0);
    let (median, p99, most) = (shown(at(50)), shown(at(99)), shown(at(100)));
    writeln!(std::io::stdout(), "{name:<44} {items:>5} {median:>10} {p99:>10} {most:>10}")?;
    Ok(())
}
