//! Hotspots: lists, and one with its history, its incidents and why.
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::iter;

use access::{Permitted, Viewer, permit};
use api::{domain::v1 as wire, query::v1, timestamp_to_wire};
use domain::{Family, HotspotId, IncidentId, LogTime};
use store::StoredRow;

use super::{Reader, Room, decode, sized};
use crate::error::{ListError, ReadError};
use crate::filter::{HotspotFilter, PAGE_SIZE_MAX, PageRequest};
use crate::listing::{Months, read_months, read_page};
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
            let hotspot = self.listed_hotspot(viewer, row, start.snapshot)?;
            let matching = hotspot.map(Permitted::into_inner).filter(|hotspot| filter.matches(hotspot));
            Ok(matching.map(sized))
        };
        let months = self.hotspot_months(filter)?;
        let (store, table) = (self.store.as_ref(), tables::HOTSPOTS_BY_BIRTH);
        let listed = read_page(store, table, months, start.after.as_deref(), self.limits(page), visit)?;
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

    fn listed_hotspot(
        &self,
        viewer: &Viewer,
        row: &StoredRow,
        snapshot: Snapshot,
    ) -> Result<Option<Permitted<wire::Hotspot>>, ReadError> {
        let table = tables::HOTSPOTS_BY_BIRTH.name();
        let id = tables::read_instant_id(&row.clustering).ok_or(ReadError::Key { table })?;
        let found = self.first::<wire::Hotspot>(tables::HOTSPOTS, &id, &tables::snapshot_key(snapshot))?;
        Ok(found.map(|(_, hotspot)| permit(viewer, hotspot)))
    }

    fn hotspot_months(&self, filter: &HotspotFilter) -> Result<Months<()>, ReadError> {
        let mut months = Months::new();
        for &family in &filter.families {
            for (month, window_days) in self.months_of_family(family)? {
                if filter.window_days.is_none_or(|window| u32::from(window) == window_days) {
                    let partition = tables::hotspots_partition(family, window_days, month);
                    months.entry(Reverse(month)).or_default().push(((), partition));
                }
            }
        }
        Ok(months)
    }

    fn months_of_family(&self, family: Family) -> Result<Vec<(i32, u32)>, ReadError> {
        let partition = tables::family_partition(family);
        let window = |mut rest: store::KeyReader<'_>| rest.u32();
        read_months(self.store.as_ref(), tables::HOTSPOT_MONTHS, &partition, window)
    }
}
