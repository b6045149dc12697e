//! Incidents: lists, one with its reports, and who answers for one that was merged.
use std::collections::BTreeSet;

use access::{Permitted, Viewer, permit, permit_past};
use api::{domain::v1 as wire, query::v1, timestamp_to_wire};
use domain::{Category, IncidentId, LogTime, ReportId, Revision};
use store::StoredRow;

use super::{Reader, Shown, sized};
use crate::error::{ListError, ReadError};
use crate::filter::{IncidentFilter, PageRequest};
use crate::listing::{Periods, read_page, read_periods};
use crate::snapshot::Snapshot;
use crate::tables;

/// Incidents that may stand between an old id and its survivor. Each is older than the one before, so a chain is far shorter.
const MERGES_MAX: usize = 1_024;

impl Reader {
    /// Lists incidents that live, newest first: by local day received, then id.
    ///
    /// # Errors
    /// If the token is not good, or the rows cannot be read.
    pub fn incidents(
        &self,
        viewer: &Viewer,
        filter: &IncidentFilter,
        page: &PageRequest,
    ) -> Result<Permitted<v1::ListIncidentsResponse>, ListError> {
        let Some(start) = self.start(page, filter.as_of)? else {
            return Ok(permit(viewer, v1::ListIncidentsResponse::default()));
        };
        let visit = |category, row: &StoredRow| {
            let incident = self.listed_incident(viewer, category, row, start.snapshot)?;
            let matching = incident.map(Permitted::into_inner).filter(|incident| filter.matches(incident));
            Ok(matching.map(sized))
        };
        let months = self.incident_months(filter)?;
        let (store, table) = (self.store.as_ref(), tables::INCIDENTS_BY_DAY);
        let after = start.after.clone().unwrap_or_else(|| tables::incidents_until(start.snapshot.log_time));
        let listed = read_page(store, table, months, Some(&after), self.limits(page), visit)?;
        let answer = v1::ListIncidentsResponse {
            next_page_token: self.next_token(page, &start, &listed),
            incidents: listed.items,
            as_of: Some(timestamp_to_wire(start.snapshot.log_time.timestamp())),
        };
        Ok(permit(viewer, answer))
    }

    /// An incident with the reports of those members that the viewer may see, as far as they fit an answer. A merged one is answered for by
    /// its survivor.
    ///
    /// # Errors
    /// If the rows cannot be read.
    pub fn incident(
        &self,
        viewer: &Viewer,
        id: IncidentId,
        as_of: Option<LogTime>,
    ) -> Result<Option<Permitted<v1::GetIncidentResponse>>, ReadError> {
        let Some(snapshot) = self.snapshot(as_of) else { return Ok(None) };
        let Some(shown) = self.survivor(id, snapshot)? else { return Ok(None) };
        let incident = self.permitted_incident(viewer, shown)?.into_inner();
        let reports = self.member_reports(viewer, &incident)?;
        Ok(Some(permit(viewer, v1::GetIncidentResponse { incident: Some(incident), reports })))
    }

    /// The incident that answers for an id at a snapshot: itself, or the last of those that it became part of.
    pub(super) fn survivor(
        &self,
        id: IncidentId,
        snapshot: Snapshot,
    ) -> Result<Option<Shown<wire::Incident>>, ReadError> {
        let mut seen = BTreeSet::from([id]);
        let Some(mut shown) = self.revision::<wire::Incident>(tables::INCIDENTS, id.as_bytes(), snapshot)? else {
            return Ok(None);
        };
        while let Some(into) = merged_into(shown.get()) {
            // A cycle cannot be, but a reader must not hang on what cannot be.
            if seen.len() >= MERGES_MAX || !seen.insert(into) {
                break;
            }
            match self.revision(tables::INCIDENTS, into.as_bytes(), snapshot)? {
                Some(next) => shown = next,
                None => break,
            }
        }
        Ok(Some(shown))
    }

    /// What a viewer may see of an incident's revision.
    pub(super) fn permitted_incident(
        &self,
        viewer: &Viewer,
        mut shown: Shown<wire::Incident>,
    ) -> Result<Permitted<wire::Incident>, ReadError> {
        if let Some(past) = shown.past.as_mut() {
            // A report that is restricted by now moved and dated this revision while it was not: then the revision says too much.
            past.restricted = past.restricted || self.has_hidden_member(viewer, past)?;
        }
        Ok(shown.permit(viewer))
    }

    /// Whether a member's report is reduced for the viewer by now.
    fn has_hidden_member(&self, viewer: &Viewer, incident: &wire::Incident) -> Result<bool, ReadError> {
        for member in incident.members.iter().filter(|member| !member.restricted) {
            if let Some((_, newest)) = self.reports_of(member)?
                && permit(viewer, newest).get().agency.is_empty()
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The reports of members in their order, up to the first that does not fit the answer with its incident.
    fn member_reports(&self, viewer: &Viewer, incident: &wire::Incident) -> Result<Vec<wire::Report>, ReadError> {
        let mut room = self.room();
        room.take(incident);
        let mut reports = Vec::new();
        // Of a reduced incident the members are empty lines, so no report is looked up for it.
        for member in &incident.members {
            let Some(report) = self.member_report(viewer, member)?.map(Permitted::into_inner) else { continue };
            if !room.take(&report) {
                break;
            }
            reports.push(report);
        }
        Ok(reports)
    }

    fn member_report(
        &self,
        viewer: &Viewer,
        member: &wire::IncidentMember,
    ) -> Result<Option<Permitted<wire::Report>>, ReadError> {
        let found = self.reports_of(member)?;
        Ok(found.map(|(shown, newest)| permit_past(viewer, shown, &newest)))
    }

    /// The revision that counts of a member's report, and its newest; `None` of an empty line.
    fn reports_of(&self, member: &wire::IncidentMember) -> Result<Option<(wire::Report, wire::Report)>, ReadError> {
        let (Ok(id), Some(revision)) =
            (member.report_id.parse::<ReportId>(), Revision::new(i64::from(member.revision)))
        else {
            return Ok(None);
        };
        self.report_revision(id, revision)
    }

    /// The incident of an index row, if the revision shown lives and is still of the category that the row stands under.
    fn listed_incident(
        &self,
        viewer: &Viewer,
        category: Category,
        row: &StoredRow,
        snapshot: Snapshot,
    ) -> Result<Option<Permitted<wire::Incident>>, ReadError> {
        let table = tables::INCIDENTS_BY_DAY.name();
        let (_, id) = tables::read_day(&row.clustering).ok_or(ReadError::Key { table })?;
        let Some(shown) = self.revision::<wire::Incident>(tables::INCIDENTS, &id, snapshot)? else { return Ok(None) };
        let counts = {
            let incident = shown.get();
            incident.state() == wire::IncidentState::Live && incident.category == category.number()
        };
        counts.then(|| self.permitted_incident(viewer, shown)).transpose()
    }

    /// The lists that a filter is answered from: of a county its own.
    fn incident_months(&self, filter: &IncidentFilter) -> Result<Periods<Category>, ReadError> {
        let mut months = Periods::new();
        for &category in &filter.categories {
            let partition = tables::category_partition(category, filter.county);
            for month in read_periods(self.store.as_ref(), tables::INCIDENT_MONTHS, &partition)? {
                let partition = tables::incidents_partition(category, filter.county, month);
                months.entry(std::cmp::Reverse(month)).or_default().push((category, partition));
            }
        }
        Ok(months)
    }
}

/// What an incident became part of.
fn merged_into(incident: &wire::Incident) -> Option<IncidentId> {
    let is_merged = incident.state() == wire::IncidentState::Merged;
    is_merged.then(|| incident.merged_into.parse().ok()).flatten()
}
