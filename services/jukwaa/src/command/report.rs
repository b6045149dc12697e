//! `jukwaa report`: publish, show, take back.

use std::path::Path;

use api::domain::v1 as wire;
use api::ingest::v1::publish_reports_response::Result as Answer;
use api::ingest::v1::{PublishReportRequest, PublishReportsRequest, Receipt};
use api::query::v1::{GetReportRequest, GetReportResponse};
use tokio_stream::StreamExt;

use crate::cli::{Format, ReportCommand};
use crate::client::Client;
use crate::command::{input, text};
use crate::failure::{Exit, Failure};
use crate::output::{self, Column, View};

const RECEIPT_TABLE: [Column<Receipt>; 7] = [
    Column { name: "report", text: |receipt| receipt.report_id.clone() },
    Column { name: "agency", text: |receipt| receipt.agency.clone() },
    Column { name: "client report id", text: |receipt| receipt.client_report_id.clone() },
    Column { name: "revision", text: |receipt| receipt.revision.to_string() },
    Column { name: "position", text: |receipt| receipt.position.to_string() },
    Column { name: "received", text: |receipt| text::local_time(receipt.received_at.as_ref()) },
    Column { name: "known before", text: |receipt| if receipt.duplicate { "yes" } else { "no" }.to_owned() },
];

const RECEIPT_CSV: [Column<Receipt>; 7] = [
    Column { name: "report_id", text: |receipt| receipt.report_id.clone() },
    Column { name: "agency", text: |receipt| receipt.agency.clone() },
    Column { name: "client_report_id", text: |receipt| receipt.client_report_id.clone() },
    Column { name: "revision", text: |receipt| receipt.revision.to_string() },
    Column { name: "position", text: |receipt| receipt.position.to_string() },
    Column { name: "received_at", text: |receipt| text::utc_time(receipt.received_at.as_ref()) },
    Column { name: "duplicate", text: |receipt| receipt.duplicate.to_string() },
];

const RECEIPTS: View<'_, Receipt> =
    View { message: "jukwaa.ingest.v1.Receipt", table: &RECEIPT_TABLE, csv: &RECEIPT_CSV, geometry: None };

const REPORT_COLUMNS: [Column<wire::Report>; 14] = [
    Column { name: "agency", text: |report| report.agency.clone() },
    Column { name: "client_report_id", text: |report| report.client_report_id.clone() },
    Column { name: "revision", text: |report| report.revision.to_string() },
    Column { name: "category", text: |report| text::category(report.category) },
    Column { name: "occurred_at", text: |report| text::utc_time(report.occurred_at.as_ref()) },
    Column { name: "occurred_on", text: |report| report.occurred_on.clone() },
    Column {
        name: "county",
        text: |report| report.place.as_ref().map_or_else(String::new, |place| place.county.clone()),
    },
    Column { name: "place", text: |report| report.place.as_ref().map_or_else(String::new, |place| place.name.clone()) },
    Column { name: "latitude", text: |report| degrees(report, |point| point.latitude) },
    Column { name: "longitude", text: |report| degrees(report, |point| point.longitude) },
    Column { name: "killed", text: |report| text::count(report.killed) },
    Column { name: "injured", text: |report| text::count(report.injured) },
    Column { name: "attackers", text: |report| text::count(report.attackers) },
    Column { name: "summary", text: |report| report.summary.clone() },
];

fn degrees(report: &wire::Report, of: impl Fn(&wire::LatLng) -> f64) -> String {
    let point = report.place.as_ref().and_then(|place| place.point.as_ref());
    point.map_or_else(String::new, |point| of(point).to_string())
}

/// How reports are shown.
pub(crate) const REPORTS: View<'_, wire::Report> = View {
    message: "jukwaa.domain.v1.Report",
    table: &REPORT_COLUMNS,
    csv: &REPORT_COLUMNS,
    geometry: Some(|report| text::point(report.place.as_ref()?.point.as_ref())),
};

/// Runs the command.
///
/// # Errors
/// If the server refuses, or there is none.
pub(crate) async fn run(command: &ReportCommand, client: &Client) -> Result<(), Failure> {
    match command {
        ReportCommand::Publish { file, history, output } => publish(file, *history, output.output, client).await,
        ReportCommand::Show { id, output } => {
            let answer = client
                .query()
                .get_report(GetReportRequest { report_id: id.clone(), at_least_position: None })
                .await?
                .into_inner();
            match output.output {
                Format::Table => output::write_text(&page(&answer)),
                Format::Json | Format::Ndjson => output::write_message("jukwaa.query.v1.GetReportResponse", &answer),
                Format::Csv | Format::Geojson => output::write(output.output, &REPORTS, answer.report.as_slice()),
            }
        }
        ReportCommand::Retract { id, output } => retract(id, output.output, client).await,
    }
}

/// Publishes a file in one stream; a line that is refused is told and the others go on.
async fn publish(file: &Path, history: bool, format: Format, client: &Client) -> Result<(), Failure> {
    let bytes = input::read_bytes(file)?;
    let mut faults = Vec::new();
    let mut requests = Vec::new();
    for (number, line) in input::lines(&bytes) {
        let index = i64::try_from(number).unwrap_or(i64::MAX);
        let read = |line| api::message_from_json("jukwaa.domain.v1.Report", line).map_err(|error| error.to_string());
        match line.and_then(read) {
            Ok(report) => requests.push(PublishReportsRequest { index, report: Some(report), history }),
            Err(reason) => faults.push(fault(index, reason)),
        }
    }
    let mut receipts = Vec::new();
    let mut answers = client.ingest().publish_reports(tokio_stream::iter(requests)).await?.into_inner();
    while let Some(answer) = answers.next().await {
        let answer = answer?;
        match answer.result {
            Some(Answer::Receipt(receipt)) => receipts.push(receipt),
            Some(Answer::Status(status)) => faults.push(fault(answer.index, status.message)),
            None => faults.push(fault(answer.index, "the server gave no answer".to_owned())),
        }
    }
    output::write(format, &RECEIPTS, &receipts)?;
    faults.sort_by_key(|fault| fault.line);
    input::report_faults(file, &faults)
}

fn fault(line: i64, reason: String) -> input::LineFault {
    input::LineFault { line: u64::try_from(line).unwrap_or(0), reason }
}

/// Takes a report back by a retraction one revision above the highest.
async fn retract(id: &str, format: Format, client: &Client) -> Result<(), Failure> {
    let request = GetReportRequest { report_id: id.to_owned(), at_least_position: None };
    let answer = client.query().get_report(request).await?.into_inner();
    let report = answer.report.ok_or_else(|| Failure::new(Exit::NotFound, format!("no report {id:?}")))?;
    if answer.retracted {
        return Err(Failure::new(Exit::Conflict, format!("{id} is taken back already")));
    }
    let highest =
        answer.revisions.iter().filter_map(|revision| revision.report.as_ref()).map(|report| report.revision).max();
    // The reader of a restricted report does not see its own id: then the command must have named it.
    let (agency, client_report_id) = match (report.client_report_id.is_empty(), id.split_once('/')) {
        (true, Some((agency, client_report_id))) => (agency.to_owned(), client_report_id.to_owned()),
        (true, None) => {
            return Err(Failure::new(
                Exit::Usage,
                "this report is restricted: name it as agency/clientReportId to take it back",
            ));
        }
        (false, _) => (report.agency, report.client_report_id),
    };
    let retraction = wire::Report {
        agency,
        client_report_id,
        revision: highest.unwrap_or(report.revision).saturating_add(1),
        retracted: true,
        ..wire::Report::default()
    };
    let request = PublishReportRequest { report: Some(retraction), history: false };
    let receipt = client.ingest().publish_report(request).await?.into_inner().receipt;
    output::write(format, &RECEIPTS, receipt.as_slice())
}

/// A report on a page.
fn page(answer: &GetReportResponse) -> String {
    let Some(report) = &answer.report else { return String::new() };
    let state = if answer.retracted { "taken back" } else { "counts" };
    let mut lines = vec![format!("{}  {}/{}  {state}", answer.report_id, report.agency, report.client_report_id)];
    let when = match &report.occurred_at {
        Some(at) => text::local_time(Some(at)),
        None => report.occurred_on.clone(),
    };
    lines.push(format!("  {} on {when}", text::category(report.category)));
    if let Some(place) = &report.place {
        let point = place
            .point
            .as_ref()
            .map_or_else(String::new, |point| format!(" ({:.4}, {:.4})", point.latitude, point.longitude));
        lines.push(format!("  {}{point} {}", place.name, place.county));
    }
    if !report.summary.is_empty() {
        lines.push(format!("  {:?}", report.summary));
    }
    if !answer.incident_id.is_empty() {
        lines.push(format!("  supports {}", answer.incident_id));
    }
    lines.push("revisions".to_owned());
    lines.extend(answer.revisions.iter().map(|revision| {
        let number = revision.report.as_ref().map_or(0, |report| report.revision);
        let area = if revision.area { ", as an area" } else { "" };
        format!(
            "  {number} at position {} ({}), {}{area}",
            revision.position,
            text::local_time(revision.received_at.as_ref()),
            revision.county
        )
    }));
    if !answer.gaps.is_empty() {
        lines.push(format!("  not seen: {:?}", answer.gaps));
    }
    lines.push(String::new());
    lines.join("\n")
}
