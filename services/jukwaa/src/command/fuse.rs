//! `jukwaa fuse`: a file of reports in, the incident of each out, through the one pipeline, offline.
//!
//! Positions follow (reportedAt, else the end of the occurrence; agency; id; revision; content hash), so that the order of lines changes
//! nothing; of two contents under one revision the first wins. Keys are fixed and none is written.

use std::collections::BTreeMap;

use api::domain::v1;
use domain::{
    ContentHash, LogPosition, LogTime, Occurrence, Payload, Record, Report, ReportBody, ReportId, ReportKey, Revision,
    StampedReport, Timestamp, Weight,
};
use fusion::Background;
use pipeline::{Pipeline, Settings, admit};

use crate::cli::{Format, FuseArgs};
use crate::command::input::{self, LineFault};
use crate::failure::Failure;
use crate::output;

/// Columns of the answer, as scripts read them.
const COLUMNS: [&str; 8] =
    ["agency", "client_report_id", "incident_id", "probability", "latitude", "longitude", "occurred_at", "category"];

/// A line that is a report.
struct Line {
    number: u64,
    stamp: LogTime,
    hash: ContentHash,
    report: Report,
}

/// What is said of one live report.
#[derive(Clone)]
struct Row {
    agency: String,
    client_report_id: String,
    incident_id: String,
    probability: String,
    latitude: String,
    longitude: String,
    occurred_at: String,
    category: String,
}

/// Runs the command.
///
/// # Errors
/// If the file cannot be read; after all lines, if one of them could not; with `--strict`, at the first of these.
pub(crate) fn run(args: &FuseArgs) -> Result<(), Failure> {
    let bytes = input::read_bytes(&args.file)?;
    let (lines, mut faults) = parse(&bytes, args)?;
    let (lines, conflicts) = in_order(lines);
    faults.extend(conflicts);
    faults.sort_by_key(|fault| fault.line);
    if args.strict && !faults.is_empty() {
        return input::report_faults(&args.file, faults.get(..1).unwrap_or_default());
    }
    let order = live_in_line_order(&lines);
    let pipeline = fuse(lines, &args.background);
    let rows: Vec<Row> = order.iter().filter_map(|key| row(&pipeline, key)).collect();
    write(args.output.output, &rows)?;
    input::report_faults(&args.file, &faults)
}

fn parse(bytes: &[u8], args: &FuseArgs) -> Result<(Vec<Line>, Vec<LineFault>), Failure> {
    let keys = ingest::Keys::offline();
    let mut lines = Vec::new();
    let mut faults = Vec::new();
    for (number, line) in input::lines(bytes) {
        match line.and_then(|line| parse_line(number, line, &keys)) {
            Ok(line) => lines.push(line),
            Err(reason) => {
                let fault = LineFault { line: number, reason };
                if args.strict {
                    input::report_faults(&args.file, std::slice::from_ref(&fault))?;
                }
                faults.push(fault);
            }
        }
    }
    Ok((lines, faults))
}

fn parse_line(number: u64, line: &str, keys: &ingest::Keys) -> Result<Line, String> {
    let wire: v1::Report =
        api::message_from_json("jukwaa.domain.v1.Report", line).map_err(|error| error.to_string())?;
    let told = |faults: Vec<domain::Violation>| {
        let faults: Vec<String> =
            faults.iter().map(|fault| format!("{}: {}", fault.field, fault.description)).collect();
        faults.join("; ")
    };
    let mut report = api::parse_report(&wire).map_err(told)?;
    let stamp = LogTime::new(stamp(&report, &wire));
    let faults = admit(&report, stamp, true);
    if !faults.is_empty() {
        return Err(told(faults));
    }
    let hash = keys.content_hash(&report);
    keys.protect(&mut report);
    Ok(Line { number, stamp, hash, report })
}

/// The time by which a report takes its place: reportedAt, else the end of the occurrence; of a retraction without either see `in_order`.
fn stamp(report: &Report, wire: &v1::Report) -> Timestamp {
    let reported_at = wire.reported_at.as_ref().and_then(api::timestamp_from_wire);
    let end = || report.body.account().map(|account| account.occurrence.end());
    reported_at.or_else(end).unwrap_or(Timestamp::LEAST)
}

/// The lines in the order of their positions; of two contents under one revision the first stays.
fn in_order(mut lines: Vec<Line>) -> (Vec<Line>, Vec<LineFault>) {
    // A retraction that names no time takes the latest of its report, so that it does not move log time by itself.
    let mut latest: BTreeMap<ReportKey, LogTime> = BTreeMap::new();
    for line in &lines {
        let known = latest.entry(line.report.key.clone()).or_insert(line.stamp);
        *known = (*known).max(line.stamp);
    }
    for line in lines.iter_mut().filter(|line| line.stamp.timestamp() == Timestamp::LEAST) {
        line.stamp = latest.get(&line.report.key).copied().unwrap_or(line.stamp);
    }
    lines.sort_by(|a, b| {
        let key = |line: &Line| (line.stamp, line.report.key.clone(), line.report.revision, line.hash, line.number);
        key(a).cmp(&key(b))
    });
    let mut seen: BTreeMap<(ReportId, Revision), (ContentHash, u64)> = BTreeMap::new();
    let mut faults = Vec::new();
    lines.retain(|line| {
        let id = (line.report.key.report_id(), line.report.revision);
        match seen.get(&id) {
            None => {
                seen.insert(id, (line.hash, line.number));
                true
            }
            Some((hash, _)) if *hash == line.hash => false,
            Some((_, first)) => {
                let reason = format!(
                    "{} revision {} was said otherwise in line {first}, which comes first and counts",
                    line.report.key,
                    line.report.revision.get()
                );
                faults.push(LineFault { line: line.number, reason });
                false
            }
        }
    });
    (lines, faults)
}

/// The live reports in the order of the lines of their highest revisions.
fn live_in_line_order(lines: &[Line]) -> Vec<ReportKey> {
    let mut heads: BTreeMap<&ReportKey, (Revision, u64, bool)> = BTreeMap::new();
    for line in lines {
        let retracted = matches!(line.report.body, ReportBody::Retraction);
        let head = (line.report.revision, line.number, retracted);
        let known = heads.entry(&line.report.key).or_insert(head);
        *known = (*known).max(head);
    }
    let live = heads.into_iter().filter(|(_, (_, _, retracted))| !retracted);
    let mut order: Vec<(u64, ReportKey)> = live.map(|(key, (_, number, _))| (number, key.clone())).collect();
    order.sort_by_key(|(number, _)| *number);
    order.into_iter().map(|(_, key)| key).collect()
}

fn fuse(lines: Vec<Line>, background: &str) -> Pipeline {
    let background = match background {
        "0" => Background::version_zero(),
        _ => background_of(&lines),
    };
    let mut pipeline = Pipeline::new(Settings { background, hotspots: false, ..Settings::default() });
    for (position, line) in (0..).zip(lines) {
        let stamped = StampedReport { report: line.report, content_hash: line.hash };
        pipeline.apply(Record {
            position: LogPosition::new(position),
            received_at: line.stamp,
            history: true,
            payload: Payload::Report(Box::new(stamped)),
        });
    }
    pipeline
}

/// The background of the file itself: of the highest revision of each report, a function of their set.
fn background_of(lines: &[Line]) -> Background {
    let mut heads: BTreeMap<&ReportKey, &Line> = BTreeMap::new();
    for line in lines {
        let head = heads.entry(&line.report.key).or_insert(line);
        if line.report.revision > head.report.revision {
            *head = line;
        }
    }
    let placed = heads.values().filter_map(|line| {
        let account = line.report.body.account()?;
        Some((pipeline::place_report(account).ok()?, line.stamp))
    });
    let placed: Vec<_> = placed.collect();
    Background::of_reports(placed.iter().map(|(place, stamp)| (place, *stamp)))
}

fn row(pipeline: &Pipeline, key: &ReportKey) -> Option<Row> {
    let report = key.report_id();
    let incident = pipeline.incident_of(report)?;
    let member = incident.members.iter().find(|member| member.report == report);
    let shown = access::offline(incident, report);
    let degrees =
        |degrees: fn(domain::Point) -> f64| shown.point.map_or_else(String::new, |point| degrees(point).to_string());
    let occurred_at = match shown.occurrence {
        Occurrence::At { at, .. } => at.to_string(),
        Occurrence::On(day) => day.to_string(),
    };
    Some(Row {
        agency: key.agency.to_string(),
        client_report_id: key.client_report_id.to_string(),
        incident_id: incident.id.to_string(),
        probability: member
            .and_then(|member| member.mean_weight)
            .map(Weight::probability)
            .map_or_else(String::new, |p| format!("{p:.4}")),
        latitude: degrees(domain::Point::lat_degrees),
        longitude: degrees(domain::Point::lng_degrees),
        occurred_at,
        category: incident.category.to_string(),
    })
}

fn write(format: Format, rows: &[Row]) -> Result<(), Failure> {
    let header = || COLUMNS.map(str::to_owned).to_vec();
    let texts = |row: &Row| {
        let Row { agency, client_report_id, incident_id, probability, latitude, longitude, occurred_at, category } =
            row;
        [agency, client_report_id, incident_id, probability, latitude, longitude, occurred_at, category]
            .map(String::clone)
            .to_vec()
    };
    match format {
        Format::Table => {
            output::write_text(&output::text_table(header(), rows.iter().map(|row| texts(&in_local_time(row)))))
        }
        Format::Csv => output::write_text(&output::csv_text(header(), rows.iter().map(texts))?),
        Format::Json => {
            output::write_text(&format!("{}\n", serde_json::Value::Array(rows.iter().map(object).collect())))
        }
        Format::Ndjson => rows.iter().try_for_each(|row| output::write_text(&format!("{}\n", object(row)))),
        Format::Geojson => {
            let features: Vec<serde_json::Value> = rows.iter().map(feature).collect();
            output::write_text(&format!("{}\n", serde_json::json!({"type": "FeatureCollection", "features": features})))
        }
    }
}

/// The row for people: its instant in East Africa Time.
fn in_local_time(row: &Row) -> Row {
    let local = row.occurred_at.parse::<Timestamp>().map_or_else(|_| row.occurred_at.clone(), Timestamp::to_eat_text);
    Row { occurred_at: local, ..row.clone() }
}

fn object(row: &Row) -> serde_json::Value {
    serde_json::json!({
        "agency": row.agency,
        "clientReportId": row.client_report_id,
        "incidentId": row.incident_id,
        "probability": row.probability.parse::<f64>().ok(),
        "latitude": row.latitude.parse::<f64>().ok(),
        "longitude": row.longitude.parse::<f64>().ok(),
        "occurredAt": row.occurred_at,
        "category": row.category,
    })
}

fn feature(row: &Row) -> serde_json::Value {
    let position = row.longitude.parse::<f64>().ok().zip(row.latitude.parse::<f64>().ok());
    let geometry = position.map(|(lng, lat)| serde_json::json!({"type": "Point", "coordinates": [lng, lat]}));
    serde_json::json!({"type": "Feature", "geometry": geometry, "properties": object(row)})
}
