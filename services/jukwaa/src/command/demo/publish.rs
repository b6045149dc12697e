//! All reports as history, in one stream, and the wait until the last is in the answers.

use std::time::{Duration, Instant};

use api::ingest::v1::publish_reports_response::Result as Answer;
use api::ingest::v1::{EndHistoryRequest, PublishReportsRequest};
use api::query::v1::ListIncidentsRequest;
use indicatif::{ProgressBar, ProgressStyle};
use tokio_stream::StreamExt;
use tonic::Code;

use super::input::Prepared;
use super::too_long;
use crate::client::Client;
use crate::failure::{Exit, Failure};

/// How long the pipeline may take after the last acknowledgement.
const PROJECT_MAX: Duration = Duration::from_secs(300);
/// Refusals that are told one by one; the rest are counted.
const REFUSALS_TOLD_MAX: usize = 5;

/// What became of the reports.
#[derive(Debug, Default)]
pub(super) struct Published {
    /// Taken for the first time.
    pub(super) first: usize,
    /// Known before: not counted again.
    pub(super) duplicates: usize,
    /// Refused, with the first reasons.
    pub(super) refused: Vec<String>,
    /// How many were refused.
    pub(super) refused_count: usize,
    /// The last position in the log.
    pub(super) last_position: i64,
}

/// Publishes all reports and closes history.
///
/// # Errors
/// If the server refuses the stream.
pub(super) async fn all(client: &Client, prepared: &Prepared) -> Result<Published, Failure> {
    let bar = bar("publish", prepared.reports.len());
    let requests: Vec<PublishReportsRequest> = (0..)
        .zip(&prepared.reports)
        .map(|(index, report)| PublishReportsRequest { index, report: Some(report.into()), history: true })
        .collect();
    let mut answers = client.ingest().publish_reports(tokio_stream::iter(requests)).await?.into_inner();
    let mut published = Published::default();
    while let Some(answer) = answers.next().await {
        match answer?.result {
            Some(Answer::Receipt(receipt)) => {
                published.last_position = published.last_position.max(receipt.position);
                if receipt.duplicate { published.duplicates += 1 } else { published.first += 1 }
            }
            Some(Answer::Status(status)) => published.refuse(status.message),
            None => published.refuse("the server gave no answer".to_owned()),
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    end_history(client, prepared, &mut published).await?;
    Ok(published)
}

impl Published {
    fn refuse(&mut self, reason: String) {
        self.refused_count += 1;
        if self.refused.len() < REFUSALS_TOLD_MAX {
            self.refused.push(reason);
        }
    }
}

/// Closes history. A folder that took live reports since then has closed it long ago.
async fn end_history(client: &Client, prepared: &Prepared, published: &mut Published) -> Result<(), Failure> {
    let request = EndHistoryRequest { until: Some(api::timestamp_to_wire(prepared.until)) };
    match client.ingest().end_history(request).await {
        Ok(answer) => {
            published.last_position = published.last_position.max(answer.into_inner().position);
            Ok(())
        }
        Err(status) if status.code() == Code::FailedPrecondition && published.first == 0 => Ok(()),
        Err(status) => Err(status.into()),
    }
}

/// Waits until the answers hold what was published up to a position.
///
/// # Errors
/// If that takes too long.
pub(super) async fn wait_until_projected(client: &Client, position: i64) -> Result<(), Failure> {
    let spinner = ProgressBar::new_spinner().with_message("fusing, detecting, alerting");
    spinner.enable_steady_tick(Duration::from_millis(120));
    let begun = Instant::now();
    while begun.elapsed() < PROJECT_MAX {
        let request =
            ListIncidentsRequest { page_size: 1, at_least_position: Some(position), ..ListIncidentsRequest::default() };
        match client.query().list_incidents(request).await {
            Ok(_) => {
                spinner.finish_and_clear();
                return Ok(());
            }
            // The server waits two seconds before it says so.
            Err(status) if status.code() == Code::Unavailable => {}
            Err(status) => return Err(status.into()),
        }
    }
    spinner.finish_and_clear();
    Err(too_long("processing the reports"))
}

fn bar(what: &'static str, count: usize) -> ProgressBar {
    let bar = ProgressBar::new(u64::try_from(count).unwrap_or(u64::MAX));
    let style = ProgressStyle::with_template("{msg:10} {wide_bar} {pos}/{len}  {per_sec}");
    bar.with_message(what).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

/// A failure where nothing at all was taken.
pub(super) fn nothing_taken(published: &Published) -> Option<Failure> {
    let none = published.first == 0 && published.duplicates == 0;
    none.then(|| Failure::new(Exit::Partly, format!("no report was taken: {}", published.refused.join("; "))))
}
