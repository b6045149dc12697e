//! Hotspots: lists, and one with its history, its incidents and why.
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::iter;

use access::{Permitted, Viewer, permit};
use api::{PAGE_SIZE_MAX, domain::v1 as wire, query::v1, timestamp_to_wire};
use domain::{HotspotId, IncidentId, LogTime};
use store::StoredRow;

use super::{Reader, Room, decode, sized};
use crate::error::{ListError, ReadError};
use crate::filter::{HotspotFilter, PageRequest};
use crate::listing::{Periods, read_page, read_periods};
use crate::snapshot::Snapshot;
use crate::tables;

/// Earlier revisions that come with a hotspot.
const HISTORY_MAX: usize = 100;

impl Reader {
    /// Lists hotspots as a snapshot shows them, newest first: by the mark at which they were first seen, then id.
    ///
    /// # Errors
    /// If the token is not good, or the rows cannot be read.
    pub fn hotspots(
        &self,
        viewer: &Viewer,
        filter: &HotspotFilter,
        page: &PageRequest,
    ) -> Result<Permitted<v1::ListHotspotsResponse>, ListError> {
        let Some(start) = self.start(page, filter.as_of)? else {
            return Ok(permit(viewer, v1::ListHotspotsResponse::default()));
        };
        let visit = |(), row: &StoredRow| {
            let hotspot = self.listed_hotspot(viewer, filter, row, start.snapshot)?;
            let matching = hotspot.map(Permitted::into_inner).filter(|hotspot| filter.matches(hotspot));
            Ok(matching.map(sized))
        };
        let years = self.hotspot_years(filter)?;
        let (store, table) = (self.store.as_ref(), tables::HOTSPOTS_BY_BIRTH);
        let after = start.after.clone().unwrap_or_else(|| tables::hotspots_until(start.snapshot.log_time));
        let listed = read_page(store, table, years, Some(&after), self.limits(page), visit)?;
        let answer = v1::ListHotspotsResponse {
            next_page_token: self.next_token(page, &start, &listed),
            hotspots: listed.items,
            as_of: Some(timestamp_to_wire(start.snapshot.log_time.timestamp())),
        };
        Ok(permit(viewer, answer))
    }

    /// A hotspot with its earlier revisions, newest first, and its incidents as the same snapshot shows them.
    ///
    /// # Errors
    /// If the rows cannot be read.
    pub fn hotspot(
        &self,
        viewer: &Viewer,
        id: HotspotId,
        as_of: Option<LogTime>,
    ) -> Result<Option<Permitted<v1::GetHotspotResponse>>, ReadError> {
        let Some(snapshot) = self.snapshot(as_of) else { return Ok(None) };
        let mut revisions = self.hotspot_revisions(id, snapshot)?.into_iter();
        let Some(hotspot) = revisions.next() else { return Ok(None) };
        let without_parts = |past| wire::Hotspot { cells: Vec::new(), incident_ids: Vec::new(), ..past };
        let history: Vec<wire::Hotspot> = revisions.map(without_parts).collect();
        let mut room = self.room();
        iter::once(&hotspot).chain(&history).for_each(|revision| _ = room.take(revision));
        let incidents = self.hotspot_incidents(viewer, &hotspot, snapshot, room)?;
        Ok(Some(permit(viewer, v1::GetHotspotResponse { hotspot: Some(hotspot), history, incidents })))
    }

    /// The revision that a snapshot shows and those before it, newest first.
    fn hotspot_revisions(&self, id: HotspotId, snapshot: Snapshot) -> Result<Vec<wire::Hotspot>, ReadError> {
        let from = tables::snapshot_key(snapshot);
        let rows = self.store.range(tables::HOTSPOTS, id.as_bytes(), &from, 1 + HISTORY_MAX)?;
        rows.into_iter().map(|row| decode(tables::HOTSPOTS, row.payload)).collect()
    }

    /// The incidents that a hotspot rests on, newest first by day received, as far as they fit the answer; merged ones by their survivor.
    fn hotspot_incidents(
        &self,
        viewer: &Viewer,
        hotspot: &wire::Hotspot,
        snapshot: Snapshot,
        mut room: Room,
    ) -> Result<Vec<wire::Incident>, ReadError> {
        let mut shown = BTreeMap::new();
        for id in hotspot.incident_ids.iter().filter_map(|id| id.parse::<IncidentId>().ok()) {
            if let Some(incident) = self.survivor(id, snapshot)? {
                let day = incident.get().received_on.clone();
                shown.insert((Reverse(day), incident.get().incident_id.clone()), incident);
            }
            if shown.len() > PAGE_SIZE_MAX {
                shown.pop_last();
            }
        }
        let mut incidents = Vec::new();
        for incident in shown.into_values() {
            let incident = self.permitted_incident(viewer, incident)?.into_inner();
            if !room.take(&incident) {
                break;
            }
            incidents.push(incident);
        }
        Ok(incidents)
    }

    /// The hotspot of an index row, unless the row alone says that it is not asked for.
    fn listed_hotspot(
        &self,
        viewer: &Viewer,
        filter: &HotspotFilter,
        row: &StoredRow,
        snapshot: Snapshot,
    ) -> Result<Option<Permitted<wire::Hotspot>>, ReadError> {
        let table = tables::HOTSPOTS_BY_BIRTH.name();
        let (id, window_days) = tables::read_birth(&row.clustering).ok_or(ReadError::Key { table })?;
        let shown_from = tables::snapshot_key(snapshot);
        let is_of_window = filter.window_days.is_none_or(|wanted| u32::from(wanted) == window_days);
        let is_shown_gone = !row.payload.is_empty() && row.payload >= shown_from;
        if !is_of_window || is_shown_gone && !filter.include_gone {
            return Ok(None);
        }
        let found = self.first::<wire::Hotspot>(tables::HOTSPOTS, &id, &shown_from)?;
        Ok(found.map(|(_, hotspot)| permit(viewer, hotspot)))
    }

    fn hotspot_years(&self, filter: &HotspotFilter) -> Result<Periods<()>, ReadError> {
        let mut years = Periods::new();
        for &family in &filter.families {
            let partition = tables::family_partition(family);
            for year in read_periods(self.store.as_ref(), tables::HOTSPOT_YEARS, &partition)? {
                years.entry(Reverse(year)).or_default().push(((), tables::hotspots_partition(family, year)));
            }
        }
        Ok(years)
    }
}
