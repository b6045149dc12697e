//! What was not merged, newest first.
use std::cmp::Reverse;

use access::{Permitted, Viewer, permit};
use api::{log::v1 as log_wire, query::v1, timestamp_from_wire};
use domain::{LogTime, QuarantineReason};
use store::StoredRow;

use super::{Reader, decode, sized};
use crate::error::{ListError, ReadError};
use crate::filter::{PageRequest, QuarantineFilter};
use crate::listing::{Periods, read_page, read_periods};
use crate::snapshot::Snapshot;
use crate::tables;

impl Reader {
    /// Lists quarantined records, by position in the log, the last first.
    ///
    /// # Errors
    /// If the token is not good, or the rows cannot be read.
    pub fn quarantine(
        &self,
        viewer: &Viewer,
        filter: &QuarantineFilter,
        page: &PageRequest,
    ) -> Result<Permitted<v1::ListQuarantineResponse>, ListError> {
        let Some(start) = self.start(page, None)? else {
            return Ok(permit(viewer, v1::ListQuarantineResponse::default()));
        };
        let visit = |(), row: &StoredRow| {
            let entry: log_wire::QuarantineEntry = decode(tables::QUARANTINE, row.payload.clone())?;
            let shown = is_shown(&entry, start.snapshot).then(|| permit(viewer, item_of(entry)).into_inner());
            let matching = shown.filter(|item| filter.matches(item));
            Ok(matching.map(sized))
        };
        let months = self.quarantine_months()?;
        let (store, table) = (self.store.as_ref(), tables::QUARANTINE);
        let listed = read_page(store, table, months, start.after.as_deref(), self.limits(page), visit)?;
        let next_page_token = self.next_token(page, &start, &listed);
        Ok(permit(viewer, v1::ListQuarantineResponse { items: listed.items, next_page_token }))
    }

    fn quarantine_months(&self) -> Result<Periods<()>, ReadError> {
        let found = read_periods(self.store.as_ref(), tables::QUARANTINE_MONTHS, &tables::whole())?;
        let partitions = |month| (Reverse(month), vec![((), tables::month_partition(month))]);
        Ok(found.into_iter().map(partitions).collect())
    }
}

fn is_shown(entry: &log_wire::QuarantineEntry, snapshot: Snapshot) -> bool {
    let time = entry.log_time.as_ref().and_then(timestamp_from_wire).map(LogTime::new);
    entry.position <= snapshot.position.number() && time.is_some_and(|time| time <= snapshot.log_time)
}

fn item_of(entry: log_wire::QuarantineEntry) -> v1::QuarantineItem {
    let reason = QuarantineReason::from_number(entry.reason);
    v1::QuarantineItem {
        quarantine_id: entry.quarantine_id,
        position: entry.position,
        log_time: entry.log_time,
        reason: reason.map_or_else(String::new, |reason| reason.word().to_owned()),
        detail: entry.detail,
        agency: entry.agency,
        client_report_id: entry.client_report_id,
        report_revision: entry.report_revision,
        restricted: entry.restricted,
    }
}
