//! Alerts, for the service that acknowledges and streams them.
use access::{Permitted, Viewer, permit};
use api::{alert::v1, domain::v1 as wire, timestamp_from_wire};
use domain::AlertId;
use store::StoredRow;

use super::quarantine::single_partition_months;
use super::{Reader, decode, sized};
use crate::error::{ListError, ReadError};
use crate::filter::PageRequest;
use crate::listing::{read_page, successor};
use crate::snapshot::Snapshot;
use crate::tables;

/// Revisions of an alert that are read at once.
const CHUNK_REVISIONS: usize = 64;
/// Revisions of an alert that are told at most: the newest. A life has a handful.
const REVISIONS_MAX: usize = 1_024;

impl Reader {
    /// Lists alerts, newest first: by local day raised, then id. `matches` sees what the viewer may see.
    ///
    /// # Errors
    /// If the token is not good, or the rows cannot be read.
    pub fn alerts(
        &self,
        viewer: &Viewer,
        matches: impl Fn(&wire::Alert) -> bool,
        page: &PageRequest,
    ) -> Result<Permitted<v1::ListAlertsResponse>, ListError> {
        let Some(start) = self.start(page, None)? else {
            return Ok(permit(viewer, v1::ListAlertsResponse::default()));
        };
        let visit = |(), row: &StoredRow| {
            let alert = self.listed_alert(viewer, row, start.snapshot)?;
            let matching = alert.map(Permitted::into_inner).filter(|alert| matches(alert));
            Ok(matching.map(sized))
        };
        let months = single_partition_months(self, tables::ALERT_MONTHS)?;
        let (store, table) = (self.store.as_ref(), tables::ALERTS_BY_DAY);
        let listed = read_page(store, table, months, start.after.as_deref(), self.limits(page), visit)?;
        let next_page_token = self.next_token(page, &start, &listed);
        Ok(permit(viewer, v1::ListAlertsResponse { alerts: listed.items, next_page_token }))
    }

    /// An alert as of its newest revision, with all revisions, ascending.
    ///
    /// # Errors
    /// If the rows cannot be read.
    pub fn alert(&self, viewer: &Viewer, id: AlertId) -> Result<Option<Permitted<v1::GetAlertResponse>>, ReadError> {
        let Some(snapshot) = self.snapshot(None) else { return Ok(None) };
        let revisions = self.alert_revisions(id, snapshot)?;
        let Some(head) = revisions.last().cloned() else { return Ok(None) };
        Ok(Some(permit(viewer, v1::GetAlertResponse { alert: Some(head), revisions })))
    }

    fn alert_revisions(&self, id: AlertId, snapshot: Snapshot) -> Result<Vec<wire::Alert>, ReadError> {
        let mut revisions = Vec::new();
        let mut from = tables::snapshot_key(snapshot);
        while revisions.len() < REVISIONS_MAX {
            let rows = self.store.range(tables::ALERTS, id.as_bytes(), &from, CHUNK_REVISIONS)?;
            let is_end = rows.len() < CHUNK_REVISIONS;
            for row in rows {
                from = successor(&row.clustering);
                revisions.push(decode(tables::ALERTS, row.payload)?);
            }
            if is_end {
                break;
            }
        }
        revisions.reverse();
        Ok(revisions)
    }

    /// The alert of an index row, if the revision shown was raised on the day that the row stands under.
    fn listed_alert(
        &self,
        viewer: &Viewer,
        row: &StoredRow,
        snapshot: Snapshot,
    ) -> Result<Option<Permitted<wire::Alert>>, ReadError> {
        let table = tables::ALERTS_BY_DAY.name();
        let (day, id) = tables::read_day(&row.clustering).ok_or(ReadError::Key { table })?;
        let Some(shown) = self.revision::<wire::Alert>(tables::ALERTS, &id, snapshot)? else { return Ok(None) };
        let raised_at = shown.get().raised_at.as_ref().and_then(timestamp_from_wire);
        let counts = raised_at.is_some_and(|raised_at| raised_at.local_day() == day);
        Ok(counts.then(|| shown.permit(viewer)))
    }
}
