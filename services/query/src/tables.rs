//! The declared tables: what is found by which key, and in which order.
//!
//! | table | topic | partition | clustering, ascending |
//! |---|---|---|---|
//! | receipts | receipts | report | revision key |
//! | reports | receipts | report | report revision, highest first |
//! | incidents | incidents | incident | revision key |
//! | incidents_by_day | incidents | category, county or all, month | local day received, last first; incident |
//! | incident_months | incidents | category, county or all | month, last first |
//! | hotspots | hotspots | hotspot | revision key |
//! | hotspots_by_birth | hotspots | family, year | mark first seen, last first; hotspot; window |
//! | hotspot_years | hotspots | family | year, last first |
//! | quarantine | quarantine | month | position, highest first |
//! | quarantine_months | quarantine | all in one | month, last first |
//! | progress_* | each topic | what it tells | nothing |
//!
//! A *revision key* is (log time, position of the cause, revision), all highest first: the first row at or after the key of a snapshot is the
//! revision that the snapshot shows. Index rows are append-only and hold nothing; they count only if the revision shown still says what they
//! say. The tables of months and years are what bounds a list: they name the partitions that exist, at most 3 600 a category. An incident
//! stands in the lists of its category of the whole country and of each county it has been in, so a list of one county looks at no other.
//!
//! One index row holds something: that of a hotspot whose newest revision is gone holds the key of this revision. Most hotspots are gone, and
//! a list does not look up those that its snapshot shows as gone.
//!
//! A list as of the past starts at its log time, not at the newest row: an incident is received, and a hotspot first seen, no later than any
//! revision of it.
//!
//! Never: rows of alerts. The alert service answers from its own feed; here their topic only says how far it has come.
use domain::{Category, Family, LocalDay, LogPosition, LogTime, Revision, Timestamp};
use eventlog::Topic;
use geography::County;
use store::{KeyReader, KeyWriter, Table};

use crate::snapshot::Snapshot;

/// The version of what the rows mean. Another one than a store was made with: the store is made again.
pub const LAYOUT: u32 = 4;

/// What became of each report: `jukwaa.log.v1.Receipt` without the report.
pub const RECEIPTS: Table = Table::of(Topic::Receipts, "receipts");
/// Accepted revisions of reports: `jukwaa.log.v1.AcceptedReport`.
pub const REPORTS: Table = Table::of(Topic::Receipts, "reports");
/// Revisions of incidents: `jukwaa.domain.v1.Incident`.
pub const INCIDENTS: Table = Table::of(Topic::Incidents, "incidents");
/// Which incidents a category has had, everywhere and in each county, by the day received.
pub const INCIDENTS_BY_DAY: Table = Table::of(Topic::Incidents, "incidents_by_day");
/// Which months a category has incidents in, everywhere and in each county.
pub const INCIDENT_MONTHS: Table = Table::of(Topic::Incidents, "incident_months");
/// Revisions of hotspots: `jukwaa.domain.v1.Hotspot`.
pub const HOTSPOTS: Table = Table::of(Topic::Hotspots, "hotspots");
/// Which hotspots a family has had, by the mark at which they were first seen; of those that are gone, since which revision.
pub const HOTSPOTS_BY_BIRTH: Table = Table::of(Topic::Hotspots, "hotspots_by_birth");
/// Which years a family has hotspots of. A family has a few hundred a year.
pub const HOTSPOT_YEARS: Table = Table::of(Topic::Hotspots, "hotspot_years");
/// Quarantined records: `jukwaa.log.v1.QuarantineEntry`.
pub const QUARANTINE: Table = Table::of(Topic::Quarantine, "quarantine");
/// Which months have quarantined records.
pub const QUARANTINE_MONTHS: Table = Table::of(Topic::Quarantine, "quarantine_months");

/// The topics that are followed, in a fixed order.
pub const TOPICS: [Topic; 5] = [Topic::Receipts, Topic::Incidents, Topic::Hotspots, Topic::Alerts, Topic::Quarantine];

/// The greatest progress marker of each topic, in the order of [`TOPICS`]: `jukwaa.log.v1.Progress`.
pub const PROGRESS: [Table; 5] = [
    Table::of(Topic::Receipts, "progress_receipts"),
    Table::of(Topic::Incidents, "progress_incidents"),
    Table::of(Topic::Hotspots, "progress_hotspots"),
    Table::of(Topic::Alerts, "progress_alerts"),
    Table::of(Topic::Quarantine, "progress_quarantine"),
];

const LISTED: [Table; 10] = [
    RECEIPTS,
    REPORTS,
    INCIDENTS,
    INCIDENTS_BY_DAY,
    INCIDENT_MONTHS,
    HOTSPOTS,
    HOTSPOTS_BY_BIRTH,
    HOTSPOT_YEARS,
    QUARANTINE,
    QUARANTINE_MONTHS,
];

/// All tables, to open a store with.
#[must_use]
pub fn all() -> Vec<Table> {
    LISTED.into_iter().chain(PROGRESS).collect()
}

/// The key of a revision of a subject.
pub(crate) fn revision_key(log_time: LogTime, cause: LogPosition, revision: u64) -> Vec<u8> {
    let micros = log_time.timestamp().micros();
    KeyWriter::new().inverted_i64(micros).inverted_u64(cause.get()).inverted_u64(revision).finish()
}

/// The least key of a revision that a snapshot shows.
pub(crate) fn snapshot_key(snapshot: Snapshot) -> Vec<u8> {
    revision_key(snapshot.log_time, snapshot.position, u64::MAX)
}

/// The place of a revision among those of its report.
pub(crate) fn report_revision_key(revision: Revision) -> Vec<u8> {
    KeyWriter::new().inverted_i32(revision.number()).finish()
}

/// Bytes of a period in a key.
pub(crate) const PERIOD_BYTES: usize = 4;

/// A key that begins with a period (a month or a year), last first.
pub(crate) fn period_key(period: i32) -> KeyWriter {
    KeyWriter::new().inverted_i32(period)
}

/// Reads the period that a key begins with.
pub(crate) fn read_period(key: &[u8]) -> Option<i32> {
    KeyReader::new(key).inverted_i32()
}

/// The local year of an instant.
pub(crate) fn year_of(instant: Timestamp) -> i32 {
    instant.local_day().month().div_euclid(12)
}

/// The one partition of a table that needs only one.
pub(crate) fn whole() -> Vec<u8> {
    KeyWriter::new().text("all").finish()
}

/// The partition of a progress table that holds the marker.
pub(crate) fn marker_partition() -> Vec<u8> {
    KeyWriter::new().text("marker").finish()
}

/// The partition of a progress table that holds what tells the log from any other.
pub(crate) fn log_partition() -> Vec<u8> {
    KeyWriter::new().text("log").finish()
}

/// The partition of a category in `incident_months`, in one county or in all.
pub(crate) fn category_partition(category: Category, county: Option<County>) -> Vec<u8> {
    category_key(category, county).finish()
}

/// The partition of a category and a month in `incidents_by_day`, in one county or in all.
pub(crate) fn incidents_partition(category: Category, county: Option<County>, month: i32) -> Vec<u8> {
    category_key(category, county).i32(month).finish()
}

/// Counties count from 1; 0 is all of them, and what is in none.
fn category_key(category: Category, county: Option<County>) -> KeyWriter {
    KeyWriter::new().i32(category.number()).u8(county.map_or(0, |county| county.number().get()))
}

/// The partition of a family in `hotspot_years`.
pub(crate) fn family_partition(family: Family) -> Vec<u8> {
    KeyWriter::new().i32(family.number()).finish()
}

/// The partition of a family and a year in `hotspots_by_birth`.
pub(crate) fn hotspots_partition(family: Family, year: i32) -> Vec<u8> {
    KeyWriter::new().i32(family.number()).i32(year).finish()
}

/// The partition of a month in `quarantine`.
pub(crate) fn month_partition(month: i32) -> Vec<u8> {
    KeyWriter::new().i32(month).finish()
}

/// The place of an incident among those of its month, by day.
pub(crate) fn day_key(day: LocalDay, id: &[u8; 16]) -> Vec<u8> {
    KeyWriter::new().inverted_i32(day.days()).fixed(id).finish()
}

/// Reads a day and an id back.
pub(crate) fn read_day(key: &[u8]) -> Option<(LocalDay, [u8; 16])> {
    let mut reader = KeyReader::new(key);
    Some((LocalDay::from_days(reader.inverted_i32()?)?, reader.fixed()?))
}

/// Where the list of incidents as of a log time starts: before all that were received by the end of its day.
pub(crate) fn incidents_until(log_time: LogTime) -> Vec<u8> {
    let day = log_time.timestamp().local_day();
    period_key(day.month()).inverted_i32(day.days()).finish()
}

/// The place of a hotspot among those of its year, by the mark at which it was first seen.
pub(crate) fn birth_key(first_seen: Timestamp, id: &[u8; 16], window_days: u32) -> Vec<u8> {
    KeyWriter::new().inverted_i64(first_seen.micros()).fixed(id).u32(window_days).finish()
}

/// Reads the id and the window of such a key back.
pub(crate) fn read_birth(key: &[u8]) -> Option<([u8; 16], u32)> {
    let mut reader = KeyReader::new(key);
    reader.i64()?;
    Some((reader.fixed()?, reader.u32()?))
}

/// Where the list of hotspots as of a log time starts: before all that were first seen by then.
pub(crate) fn hotspots_until(log_time: LogTime) -> Vec<u8> {
    let instant = log_time.timestamp();
    period_key(year_of(instant)).inverted_i64(instant.micros()).finish()
}

/// The place of a quarantined record in its month.
pub(crate) fn position_key(position: LogPosition) -> Vec<u8> {
    KeyWriter::new().inverted_u64(position.get()).finish()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_table_has_one_topic_and_a_name_of_its_own() {
        let names: BTreeSet<&str> = all().iter().map(|table| table.name()).collect();

        assert_eq!(names.len(), all().len());
        for table in all() {
            assert!(table.topic().is_some_and(|topic| TOPICS.contains(&topic)), "{}", table.name());
        }
        for (table, topic) in PROGRESS.into_iter().zip(TOPICS) {
            assert_eq!(table.topic(), Some(topic), "{}", table.name());
        }
    }

    #[test]
    fn revision_of_a_snapshot_is_the_first_at_its_key() {
        let time = |micros| LogTime::new(Timestamp::from_micros(micros).unwrap());
        let position = LogPosition::new;
        let mut revisions = [
            revision_key(time(10), position(1), 1),
            revision_key(time(20), position(2), 2),
            revision_key(time(20), position(3), 3),
            revision_key(time(30), position(3), 4),
        ];
        let shown = |revisions: &[Vec<u8>], at: u64, micros: i64| {
            let key = snapshot_key(Snapshot::at(position(at), time(micros)));
            revisions.iter().position(|revision| *revision >= key).map(|index| revisions.len() - index)
        };
        revisions.sort();

        assert_eq!(shown(&revisions, 2, 20), Some(2));
        assert_eq!(shown(&revisions, 3, 20), Some(3));
        assert_eq!(shown(&revisions, u64::MAX, 29), Some(3));
        assert_eq!(shown(&revisions, 9, 31), Some(4));
        assert_eq!(shown(&revisions, 0, 9), None);
    }
}
