//! The same rows, whatever the batches and restarts.
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use api::{domain::v1 as wire, log::v1};
use bytes::Bytes;
use domain::{LogPosition, LogTime};
use eventlog::{DataFolder, EventLog, Topic};
use proptest::prelude::*;
use query::{ProjectError, RowError, open_store, rows_of, tables};
use store::{Store, StoreSettings, position};

use crate::history::{History, records};
use crate::world::{
    Cause, IntoFact, Recorded, RowKey, World, alert, at, catch_up, fjall, hotspot, incident, memory, quarantined,
    receipt, report,
};

fn rows_after(world: &World, store: Arc<dyn Store>, batch_facts_max: usize) -> BTreeMap<RowKey, Bytes> {
    let recorded = Recorded::over(store);
    let shared: Arc<dyn Store> = recorded.clone();
    world.project(&shared, batch_facts_max);
    recorded.rows()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn batches_of_any_size_give_the_same_rows(records in records(1..40), batch_facts_max in 1_usize..20) {
        let history = History::play(&records);

        let whole = rows_after(&history.world, memory(), 10_000);
        let parts = rows_after(&history.world, memory(), batch_facts_max);

        prop_assert_eq!(whole, parts);
    }

    #[test]
    fn projecting_again_changes_no_row(records in records(1..40), batch_facts_max in 1_usize..20, back in 0_u64..40) {
        let history = History::play(&records);
        let recorded = Recorded::over(memory());
        let store: Arc<dyn Store> = recorded.clone();
        history.world.project(&store, 7);
        let once = recorded.rows();

        for topic in tables::TOPICS {
            let start = LogPosition::new(history.world.log.end(topic).get().saturating_sub(back));
            store.apply(&[position::row("projector", topic, start)]).unwrap();
        }
        let projector = history.world.project(&store, batch_facts_max);

        prop_assert_eq!(recorded.rows(), once);
        prop_assert_eq!(projector.projection().projected().map(|projected| projected.log_time), Some(LogTime::new(at(history.minute))));
    }
}

#[test]
fn embedded_rows_are_those_in_memory() {
    let records = vec![
        (0, vec![crate::history::Change::Lives { number: 1, category: 0, county: 0 }]),
        (5, vec![crate::history::Change::Hotspot { number: 2, gone: false, county: 1 }]),
        (5, vec![crate::history::Change::Merges { number: 1, into: 3 }]),
    ];
    let mut history = History::play(&records);
    history.world.record(20, |cause| vec![quarantined(cause, "police").fact(), alert(cause, 1, 1, 20).fact()]);
    let folder = tempfile::tempdir().unwrap();

    assert_eq!(rows_after(&history.world, memory(), 3), rows_after(&history.world, fjall(folder.path()), 2));
}

#[test]
fn projected_is_the_least_that_all_topics_have_come_to() {
    let mut world = World::new();
    let mut projector = world.projector(memory(), 1);
    assert_eq!(projector.projection().projected(), None);

    world.record(0, |cause| vec![incident(cause, 1, 1).fact(), incident(cause, 2, 1).fact()]);
    world.record(1, |_| Vec::new());
    projector.step().unwrap();
    projector.step().unwrap();
    // Each topic but incidents has come to its second marker; incidents have only been given their facts.
    assert_eq!(projector.projection().projected(), None);
    projector.step().unwrap();
    assert_eq!(projector.projection().projected().unwrap().position, LogPosition::new(0));
    catch_up(&mut projector);

    assert_eq!(projector.projection().projected().unwrap().position, LogPosition::new(1));
    assert_eq!(projector.projection().projected().unwrap().log_time, LogTime::new(at(1)));
}

#[test]
fn topic_of_alerts_holds_back_what_is_projected() {
    let mut world = World::new();
    let mut projector = world.projector(memory(), 1);
    world.record(0, |cause| vec![alert(cause, 1, 1, 0).fact()]);

    projector.step().unwrap();
    let with_the_alert = projector.projection().projected();
    projector.step().unwrap();

    assert_eq!(with_the_alert, None);
    assert_eq!(projector.projection().projected().unwrap().position, LogPosition::FIRST);
}

/// A projector reads facts before they are durable. After a power cut the correlator writes those that were lost again, in larger batches, so
/// with fewer markers: they stand earlier in the topic, and so does what is new. A projector killed right after must not skip it.
#[test]
fn facts_after_a_power_cut_are_projected_wherever_they_stand() {
    let mut lossy_cuts = 0;
    for seed in 0..20 {
        let mut world = World::new();
        world.record(0, |cause| vec![incident(cause, 1, 1).fact()]);
        world.sync();
        let position = world.append_record();
        let cause = Cause { position: position.number(), time: at(1) };
        let facts: Vec<v1::Fact> = (2..9).map(|number| incident(cause, number, 1).fact()).collect();
        facts.iter().for_each(|fact| world.conclude(std::slice::from_ref(fact), position, cause.time));
        let store = memory();
        world.project(&store, 100);

        let mut after = World::over(world.files.after_power_cut(seed));
        lossy_cuts += usize::from(after.log.end(Topic::Incidents) < world.log.end(Topic::Incidents));
        after.conclude(&facts, position, cause.time);
        after.record(2, |cause| vec![incident(cause, 9, 1).fact()]);
        after.projector(Arc::clone(&store), 1).step().unwrap();
        let again = World::over(after.files.after_kill());
        let projector = again.project(&store, 100);

        assert_eq!(projector.projection().projected().unwrap().position, LogPosition::new(2), "seed {seed}");
        let stored = |number| {
            let id = crate::world::incident_id(number);
            store.range(tables::INCIDENTS, id.as_bytes(), &[], 10).unwrap().len()
        };
        assert!((1..=9).all(|number| stored(number) == 1), "seed {seed}");
    }
    assert!(lossy_cuts > 5, "only {lossy_cuts} cuts took anything");
}

#[test]
fn fact_that_cannot_be_read_ends_the_projection() {
    let mut world = World::new();
    world.record(0, |cause| vec![wire::Incident { incident_id: "inc-1".to_owned(), ..incident(cause, 1, 1) }.fact()]);
    let mut projector = world.projector(memory(), 10);

    let ended = projector.step();

    assert!(
        matches!(&ended, Err(ProjectError::Rows { topic: Topic::Incidents, source: RowError::Id(_), .. })),
        "{ended:?}"
    );
}

#[test]
fn report_with_its_incident_is_few_rows() {
    let cause = Cause { position: 0, time: at(0) };
    let facts =
        [receipt(cause, report("OB-1", 1), 1).fact(), incident(cause, 1, 1).fact(), alert(cause, 1, 1, 0).fact()];

    let rows = facts.map(|fact| rows_of(&fact).unwrap().len());

    assert_eq!(rows, [2, 5, 0]);
}

#[test]
fn rows_go_to_tables_of_the_topic_of_their_fact() {
    let cause = Cause { position: 0, time: at(0) };
    let facts = [
        (Topic::Receipts, receipt(cause, report("OB-1", 1), 1).fact()),
        (Topic::Incidents, incident(cause, 1, 1).fact()),
        (Topic::Hotspots, hotspot(cause, 1, 1, 0).fact()),
        (Topic::Quarantine, quarantined(cause, "police").fact()),
    ];

    for (topic, fact) in facts {
        for row in rows_of(&fact).unwrap() {
            assert_eq!(row.table.topic(), Some(topic), "{}", row.table.name());
        }
    }
}

#[test]
fn empty_fact_has_no_rows() {
    assert!(matches!(rows_of(&v1::Fact { payload: None }), Err(RowError::Empty)));
}

/// Writes one record and one incident into the log of a folder.
fn write_incident(folder: &Path, number: u8) {
    let data = DataFolder::open(folder).unwrap();
    let log = data.log();
    let record = Bytes::from(format!("record of {number}"));
    log.open_appender(Topic::Records).unwrap().append_durably(&[record.into()]).unwrap();
    let fact = incident(Cause { position: 0, time: at(0) }, number, 1).fact();
    let marker = api::encode_progress(LogPosition::FIRST, LogTime::new(at(0)));
    for topic in tables::TOPICS {
        let mut batch = Vec::new();
        if topic == Topic::Incidents {
            batch.push(Bytes::from(prost::Message::encode_to_vec(&fact)).into());
        }
        batch.push(marker.clone().into());
        log.open_appender(topic).unwrap().append_durably(&batch).unwrap();
    }
}

/// Opens the store of a folder, projects, and counts the revisions of an incident.
fn open_and_count(folder: &Path, numbers: [u8; 2]) -> [usize; 2] {
    let data = DataFolder::open(folder).unwrap();
    let log = Arc::new(data.log());
    let store = open_store(&data.store_path(), log.as_ref(), StoreSettings::default()).unwrap();
    let mut projector = query::Projector::open(log, Arc::clone(&store), 100).unwrap();
    catch_up(&mut projector);
    numbers.map(|number| {
        let id = crate::world::incident_id(number);
        store.range(tables::INCIDENTS, id.as_bytes(), &[], 10).unwrap().len()
    })
}

#[test]
fn store_of_another_log_is_made_again() {
    let folder = tempfile::tempdir().unwrap();
    write_incident(folder.path(), 1);
    assert_eq!(open_and_count(folder.path(), [1, 2]), [1, 0]);
    assert_eq!(open_and_count(folder.path(), [1, 2]), [1, 0]);

    std::fs::remove_dir_all(folder.path().join("log")).unwrap();
    write_incident(folder.path(), 2);

    assert_eq!(open_and_count(folder.path(), [1, 2]), [0, 1]);
}

#[test]
fn store_without_its_log_is_emptied() {
    let folder = tempfile::tempdir().unwrap();
    write_incident(folder.path(), 1);
    assert_eq!(open_and_count(folder.path(), [1, 2]), [1, 0]);

    std::fs::remove_dir_all(folder.path().join("log")).unwrap();

    assert_eq!(open_and_count(folder.path(), [1, 2]), [0, 0]);
}
