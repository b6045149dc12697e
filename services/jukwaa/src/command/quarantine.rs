//! `jukwaa quarantine`: what was not merged, and why.

use api::query::v1::{ListQuarantineRequest, QuarantineItem};

use crate::cli::QuarantineCommand;
use crate::client::Client;
use crate::command::text;
use crate::failure::Failure;
use crate::output::{self, Column, View};

/// Most entries asked for at once.
const PAGE: usize = 500;

const TABLE: [Column<QuarantineItem>; 6] = [
    Column { name: "position", text: |item| item.position.to_string() },
    Column { name: "when", text: |item| text::local_time(item.log_time.as_ref()) },
    Column { name: "reason", text: |item| item.reason.to_lowercase().replace('_', " ") },
    Column { name: "agency", text: |item| item.agency.clone() },
    Column { name: "client report id", text: |item| item.client_report_id.clone() },
    Column { name: "detail", text: |item| item.detail.clone() },
];

const CSV: [Column<QuarantineItem>; 7] = [
    Column { name: "quarantine_id", text: |item| item.quarantine_id.clone() },
    Column { name: "position", text: |item| item.position.to_string() },
    Column { name: "log_time", text: |item| text::utc_time(item.log_time.as_ref()) },
    Column { name: "reason", text: |item| item.reason.clone() },
    Column { name: "agency", text: |item| item.agency.clone() },
    Column { name: "client_report_id", text: |item| item.client_report_id.clone() },
    Column { name: "detail", text: |item| item.detail.clone() },
];

const VIEW: View<'_, QuarantineItem> =
    View { message: "jukwaa.query.v1.QuarantineItem", table: &TABLE, csv: &CSV, geometry: None };

/// Runs the command.
///
/// # Errors
/// If the server refuses, or there is none.
pub(crate) async fn run(command: &QuarantineCommand, client: &Client) -> Result<(), Failure> {
    let QuarantineCommand::List { agency, limit, output } = command;
    let mut request =
        ListQuarantineRequest { agency: agency.clone().unwrap_or_default(), ..ListQuarantineRequest::default() };
    let mut items = Vec::new();
    while items.len() < *limit {
        request.page_size = i32::try_from((limit - items.len()).min(PAGE)).unwrap_or(i32::MAX);
        let answer = client.query().list_quarantine(request.clone()).await?.into_inner();
        items.extend(answer.items);
        if answer.next_page_token.is_empty() {
            break;
        }
        request.page_token = answer.next_page_token;
    }
    output::write(output.output, &VIEW, &items)
}
