//! Reports, their revisions and receipts.
use access::{Permitted, Viewer, permit};
use api::{domain::v1 as domain_wire, log::v1, query::v1 as query_wire, timestamp_from_wire};
use domain::{LogTime, ReportId, Revision};

use super::{Reader, decode};
use crate::error::ReadError;
use crate::listing::successor;
use crate::snapshot::Snapshot;
use crate::tables;

/// Revisions that are read at once: each may be as long as a report.
const CHUNK_REVISIONS: usize = 16;

impl Reader {
    /// What became of a report, by the newest receipt that is stored; `None`: nothing is known of it.
    ///
    /// # Errors
    /// If the rows cannot be read.
    pub fn receipt(&self, report: ReportId) -> Result<Option<v1::Receipt>, ReadError> {
        Ok(self.first(tables::RECEIPTS, report.as_bytes(), &[])?.map(|(_, receipt)| receipt))
    }

    /// A report with all its revisions, ascending; of very many, the newest that fit an answer.
    ///
    /// # Errors
    /// If the rows cannot be read.
    pub fn report(
        &self,
        viewer: &Viewer,
        id: ReportId,
    ) -> Result<Option<Permitted<query_wire::GetReportResponse>>, ReadError> {
        let Some(snapshot) = self.snapshot(None) else { return Ok(None) };
        let from = tables::snapshot_key(snapshot);
        let receipt = self.first::<v1::Receipt>(tables::RECEIPTS, id.as_bytes(), &from)?;
        let Some((_, receipt)) = receipt else { return Ok(None) };
        let revisions = self.accepted_revisions(id, snapshot)?;
        let answer = query_wire::GetReportResponse {
            report_id: receipt.report_id.clone(),
            report: report_that_counts(&receipt, &revisions),
            revisions: revisions.into_iter().map(revision_of).collect(),
            gaps: receipt.gaps,
            incident_id: receipt.incident_id,
            retracted: receipt.retracted,
        };
        Ok(Some(permit(viewer, answer)))
    }

    /// One accepted revision of a report, and its newest.
    pub(super) fn report_revision(
        &self,
        id: ReportId,
        revision: Revision,
    ) -> Result<Option<(domain_wire::Report, domain_wire::Report)>, ReadError> {
        let key = tables::report_revision_key(revision);
        let Some(payload) = self.store.get(tables::REPORTS, id.as_bytes(), &key)? else { return Ok(None) };
        let shown: v1::AcceptedReport = decode(tables::REPORTS, payload)?;
        let newest = self.first::<v1::AcceptedReport>(tables::REPORTS, id.as_bytes(), &[])?;
        let newest = newest.and_then(|(_, newest)| newest.report);
        Ok(shown.report.map(|shown| (shown.clone(), newest.unwrap_or(shown))))
    }

    /// The accepted revisions that a snapshot shows, ascending, the newest as far as their bytes fit an answer.
    fn accepted_revisions(&self, id: ReportId, snapshot: Snapshot) -> Result<Vec<v1::AcceptedReport>, ReadError> {
        let mut revisions = Vec::new();
        let mut room = self.room();
        let mut from = Vec::new();
        loop {
            let rows = self.store.range(tables::REPORTS, id.as_bytes(), &from, CHUNK_REVISIONS)?;
            let is_end = rows.len() < CHUNK_REVISIONS;
            for row in rows {
                from = successor(&row.clustering);
                let accepted: v1::AcceptedReport = decode(tables::REPORTS, row.payload)?;
                if !room.take(&accepted) && !revisions.is_empty() {
                    revisions.reverse();
                    return Ok(revisions);
                }
                if is_shown(&accepted, snapshot) {
                    revisions.push(accepted);
                }
            }
            if is_end {
                revisions.reverse();
                return Ok(revisions);
            }
        }
    }
}

fn is_shown(accepted: &v1::AcceptedReport, snapshot: Snapshot) -> bool {
    let received_at = accepted.received_at.as_ref().and_then(timestamp_from_wire).map(LogTime::new);
    accepted.position <= snapshot.position.number() && received_at.is_some_and(|time| time <= snapshot.log_time)
}

/// The report that counts; of one taken back, the retraction.
fn report_that_counts(receipt: &v1::Receipt, revisions: &[v1::AcceptedReport]) -> Option<domain_wire::Report> {
    if receipt.retracted {
        return Some(domain_wire::Report {
            agency: receipt.agency.clone(),
            client_report_id: receipt.client_report_id.clone(),
            revision: receipt.report_revision,
            retracted: true,
            ..domain_wire::Report::default()
        });
    }
    let mut reports = revisions.iter().filter_map(|revision| revision.report.as_ref());
    reports.rfind(|report| report.revision == receipt.report_revision).cloned()
}

fn revision_of(accepted: v1::AcceptedReport) -> query_wire::ReportRevision {
    let (county, area) = accepted.place.map_or_else(Default::default, |place| (place.county, place.area));
    query_wire::ReportRevision {
        report: accepted.report,
        position: accepted.position,
        received_at: accepted.received_at,
        county,
        area,
        history: accepted.history,
    }
}
