//! `jukwaa alert`: list, watch, acknowledge.

use std::time::Duration;

use api::alert::v1::watch_alerts_request::Start;
use api::alert::v1::watch_alerts_response::Message;
use api::alert::v1::{
    AcknowledgeAlertRequest, AlertFilter, GetAlertRequest, ListAlertsRequest, WatchAlertsRequest, WatchAlertsResponse,
};
use api::domain::v1::Alert;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use tokio_stream::StreamExt;
use tonic::Code;

use crate::cli::{AlertCommand, AlertFilterArgs, Format};
use crate::client::Client;
use crate::command::{input, text};
use crate::failure::{Exit, Failure};
use crate::output::{self, Column, View};

/// Most alerts asked for at once.
const PAGE: usize = 500;
/// How long a watch waits before it comes back, if the server did not say.
const RETRY: Duration = Duration::from_secs(1);

pub(crate) const TABLE: [Column<Alert>; 7] = [
    Column { name: "alert", text: |alert| alert.alert_id.clone() },
    Column { name: "severity", text: |alert| text::word(alert.severity, domain::Severity::from_number) },
    Column { name: "state", text: state },
    Column { name: "rule", text: |alert| alert.rule.clone() },
    Column { name: "county", text: |alert| alert.county.clone() },
    Column { name: "raised", text: |alert| text::local_time(alert.raised_at.as_ref()) },
    Column { name: "reason", text: |alert| alert.reason.clone() },
];

const CSV: [Column<Alert>; 15] = [
    Column { name: "alert_id", text: |alert| alert.alert_id.clone() },
    Column { name: "revision", text: |alert| alert.revision.to_string() },
    Column { name: "severity", text: |alert| text::word(alert.severity, domain::Severity::from_number) },
    Column { name: "state", text: state },
    Column { name: "rule", text: |alert| alert.rule.clone() },
    Column { name: "category", text: |alert| text::category(alert.category).to_uppercase() },
    Column { name: "family", text: |alert| text::family(alert.family).to_uppercase() },
    Column { name: "county", text: |alert| alert.county.clone() },
    Column { name: "nearest_place", text: |alert| alert.nearest_place.clone() },
    Column { name: "event_at", text: |alert| text::utc_time(alert.event_at.as_ref()) },
    Column { name: "raised_at", text: |alert| text::utc_time(alert.raised_at.as_ref()) },
    Column { name: "historical", text: |alert| alert.historical.to_string() },
    Column { name: "incident_id", text: |alert| alert.incident_id.clone() },
    Column { name: "hotspot_id", text: |alert| alert.hotspot_id.clone() },
    Column { name: "reason", text: |alert| alert.reason.clone() },
];

/// How alerts are shown.
pub(crate) const VIEW: View<'_, Alert> = View {
    message: "jukwaa.domain.v1.Alert",
    table: &TABLE,
    csv: &CSV,
    geometry: Some(|alert| {
        text::point(alert.point.as_ref()).or_else(|| text::cells(alert.cells.iter().map(String::as_str)))
    }),
};

/// Runs the command.
///
/// # Errors
/// If the server refuses, or there is none.
pub(crate) async fn run(command: &AlertCommand, client: &Client) -> Result<(), Failure> {
    match command {
        AlertCommand::List { filter, state, limit, output } => {
            let states = state.iter().map(|word| alert_state(word));
            let request = ListAlertsRequest {
                filter: Some(to_wire(filter)?),
                states: states.collect::<Result<_, _>>()?,
                ..ListAlertsRequest::default()
            };
            output::write(output.output, &VIEW, &list(client, request, *limit).await?)
        }
        AlertCommand::Watch { output, .. }
            if !matches!(output.output, Format::Table | Format::Json | Format::Ndjson) =>
        {
            Err(Failure::new(Exit::Usage, "a stream is written as table, json or ndjson: one line a message"))
        }
        AlertCommand::Watch { filter, beginning, cursor, count, output } => {
            let start = match (cursor, beginning) {
                (Some(cursor), _) => Start::Cursor(decode_cursor(cursor)?.into()),
                (None, true) => Start::Beginning(()),
                (None, false) => Start::Now(()),
            };
            let request = WatchAlertsRequest {
                filter: Some(to_wire(filter)?),
                start: Some(start),
                ..WatchAlertsRequest::default()
            };
            watch(client, request, count.unwrap_or(usize::MAX), output.output).await
        }
        AlertCommand::Ack { id, actor, note, output } => {
            let request = AcknowledgeAlertRequest { alert_id: id.clone(), actor: actor.clone(), note: note.clone() };
            let position = client.alerts().acknowledge_alert(request).await?.into_inner().position;
            let request = GetAlertRequest { alert_id: id.clone(), at_least_position: Some(position) };
            let alert = client.alerts().get_alert(request).await?.into_inner().alert;
            output::write(output.output, &VIEW, alert.as_slice())?;
            match alert {
                Some(alert) if alert.acknowledged_by != *actor => Err(Failure::new(
                    Exit::Conflict,
                    format!("{id} was acknowledged by {:?} first", alert.acknowledged_by),
                )),
                Some(_) | None => Ok(()),
            }
        }
    }
}

/// All alerts of a request up to a limit, page by page.
///
/// # Errors
/// If the server refuses.
pub(crate) async fn list(client: &Client, mut request: ListAlertsRequest, limit: usize) -> Result<Vec<Alert>, Failure> {
    let mut alerts = Vec::new();
    while alerts.len() < limit {
        request.page_size = i32::try_from((limit - alerts.len()).min(PAGE)).unwrap_or(i32::MAX);
        let answer = client.alerts().list_alerts(request.clone()).await?.into_inner();
        alerts.extend(answer.alerts);
        if answer.next_page_token.is_empty() {
            break;
        }
        request.page_token = answer.next_page_token;
    }
    Ok(alerts)
}

/// Prints what comes. When the server says goodbye, or goes away after it was there, comes back from the last cursor.
async fn watch(client: &Client, mut request: WatchAlertsRequest, count: usize, format: Format) -> Result<(), Failure> {
    let mut shown = 0;
    let mut was_there = false;
    while shown < count {
        let mut pause = RETRY;
        match client.alerts().watch_alerts(request.clone()).await {
            Ok(stream) => {
                was_there = true;
                let mut stream = stream.into_inner();
                while let Some(response) = next(&mut stream).await? {
                    output::write_text(&line(&response, format)?)?;
                    shown += usize::from(matches!(response.message, Some(Message::Upsert(_))));
                    request.start = Some(Start::Cursor(response.cursor));
                    if shown >= count {
                        return Ok(());
                    }
                    if let Some(Message::Goodbye(goodbye)) = response.message {
                        let delay = goodbye.retry_after.and_then(|delay| Duration::try_from(delay).ok());
                        pause = delay.unwrap_or(RETRY);
                        break;
                    }
                }
            }
            Err(status) if was_there && is_gone(&status) => {}
            Err(status) => return Err(status.into()),
        }
        tokio::time::sleep(pause).await;
    }
    Ok(())
}

/// The next message; `None` if the server is gone.
async fn next(stream: &mut tonic::Streaming<WatchAlertsResponse>) -> Result<Option<WatchAlertsResponse>, Failure> {
    match stream.next().await {
        Some(Ok(response)) => Ok(Some(response)),
        Some(Err(status)) if is_gone(&status) => Ok(None),
        Some(Err(status)) => Err(status.into()),
        None => Ok(None),
    }
}

/// Whether a status says that the connection or the server is gone, and not that the question was wrong.
fn is_gone(status: &tonic::Status) -> bool {
    matches!(
        status.code(),
        Code::Unavailable | Code::Unknown | Code::Cancelled | Code::Internal | Code::ResourceExhausted
    )
}

/// One message of the stream as a line; bookmarks are for machines only.
fn line(response: &WatchAlertsResponse, format: Format) -> Result<String, Failure> {
    let cursor = URL_SAFE_NO_PAD.encode(&response.cursor);
    if format != Format::Table {
        let json = api::message_to_json("jukwaa.alert.v1.WatchAlertsResponse", response);
        return json.map(|json| json + "\n").map_err(|error| Failure::new(Exit::Partly, error.to_string()));
    }
    let line = match &response.message {
        Some(Message::Upsert(alert)) => format!(
            "{}  {:8}  {:12}  {}\n    {} revision {}  cursor {cursor}\n",
            text::local_time(alert.log_time.as_ref()),
            text::word(alert.severity, domain::Severity::from_number),
            state(alert),
            alert.reason,
            alert.alert_id,
            alert.revision,
        ),
        Some(Message::Removed(alert)) => {
            format!("{} revision {} left the filter  cursor {cursor}\n", alert.alert_id, alert.revision)
        }
        Some(Message::Synced(_)) => format!("-- that is the state; changes follow --  cursor {cursor}\n"),
        Some(Message::Goodbye(goodbye)) => {
            format!("-- the server ends the stream ({}) --  cursor {cursor}\n", goodbye.reason)
        }
        Some(Message::Bookmark(_)) | None => String::new(),
    };
    Ok(line)
}

fn decode_cursor(cursor: &str) -> Result<Vec<u8>, Failure> {
    URL_SAFE_NO_PAD
        .decode(cursor.trim_end_matches('='))
        .map_err(|_| Failure::new(Exit::Usage, "--cursor is not one that `alert watch` printed"))
}

fn to_wire(filter: &AlertFilterArgs) -> Result<AlertFilter, Failure> {
    let categories =
        filter.category.iter().map(|word| input::option_word::<domain::Category>("--category", word, "CATEGORY_"));
    let severity =
        filter.severity.as_deref().map(|word| input::option_word::<domain::Severity>("--severity", word, "SEVERITY_"));
    Ok(AlertFilter {
        counties: filter.county.clone(),
        cells: filter.cell.clone(),
        categories: categories.map(|category| category.map(domain::Category::number)).collect::<Result<_, _>>()?,
        severity_min: severity.transpose()?.map_or(0, domain::Severity::number),
    })
}

fn alert_state(word: &str) -> Result<i32, Failure> {
    let name = format!("ALERT_STATE_{}", word.trim().to_uppercase());
    let known = api::domain::v1::AlertState::from_str_name(&name).filter(|_| !word.eq_ignore_ascii_case("unspecified"));
    known.map(i32::from).ok_or_else(|| {
        Failure::new(Exit::Usage, format!("--state {word:?} is not raised, acknowledged, superseded or closed"))
    })
}

fn state(alert: &Alert) -> String {
    text::enum_word(alert.state().as_str_name(), "ALERT_STATE_")
}
