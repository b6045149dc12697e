//! The same inputs give the same alerts, over restarts at any point and in any order within a record.
use alerting::{Alerting, Rule};
use domain::{AlertState, HotspotState, Priority};
use proptest::prelude::*;

use crate::subjects::{Log, With, alert_id, hotspot, incident, merged_into, retracted};

/// What a record brings.
#[derive(Clone, Debug)]
enum Entry {
    Incidents(Vec<(u8, Change)>),
    Hotspot(u8, HotspotState),
    Acknowledged(u8),
    Nothing,
}

#[derive(Clone, Copy, Debug)]
enum Change {
    Live { killed: u32, groups: u32, is_urgent: bool },
    MergedInto(u8),
    Retracted,
}

fn changes() -> impl Strategy<Value = Change> {
    prop_oneof![
        6 => (0_u32..7, 1_u32..3, any::<bool>()).prop_map(|(killed, groups, is_urgent)| Change::Live { killed, groups, is_urgent }),
        2 => (0_u8..5).prop_map(Change::MergedInto),
        1 => Just(Change::Retracted),
    ]
}

fn entries() -> impl Strategy<Value = Entry> {
    let states = proptest::sample::select(HotspotState::ALL);
    prop_oneof![
        6 => proptest::collection::vec((0_u8..5, changes()), 1..4).prop_map(Entry::Incidents),
        2 => (0_u8..3, states).prop_map(|(number, state)| Entry::Hotspot(number, state)),
        2 => (0_u8..5).prop_map(Entry::Acknowledged),
        1 => Just(Entry::Nothing),
    ]
}

/// Records some hours apart.
fn logs() -> impl Strategy<Value = Vec<(i64, Entry)>> {
    proptest::collection::vec((0_i64..120, entries()), 1..60)
}

fn changed(number: u8, change: Change) -> domain::Incident {
    let subject = incident(number);
    match change {
        Change::Live { killed, groups, is_urgent } => subject.with(|incident| {
            incident.counts.killed = Some(killed);
            incident.belief.groups = groups;
            incident.priority = if is_urgent { Priority::One } else { Priority::Three };
        }),
        Change::MergedInto(survivor) if survivor < number => subject.with(merged_into(survivor)),
        Change::MergedInto(_) | Change::Retracted => subject.with(retracted),
    }
}

/// Runs a log, restarted before every record whose index is in `restarts`; all that came out, as text.
fn run(records: &[(i64, Entry)], restarts: &[usize]) -> Vec<String> {
    let mut log = Log::new();
    let mut hours = 0;
    let mut out = Vec::new();
    for (index, (apart, entry)) in records.iter().enumerate() {
        if restarts.contains(&index) {
            log.alerting = Alerting::restore(log.alerting.snapshot());
        }
        hours += apart;
        let alerts = match entry {
            Entry::Incidents(changes) => {
                let mut numbers = std::collections::BTreeSet::new();
                let first = changes.iter().filter(|(number, _)| numbers.insert(*number));
                let subjects: Vec<_> = first.map(|(number, change)| changed(*number, *change)).collect();
                log.incidents(hours, &subjects)
            }
            Entry::Hotspot(number, state) => log.hotspots(hours, &[hotspot(*number, *state)]),
            Entry::Acknowledged(number) => {
                let taken = log.acknowledge(hours, alert_id(Rule::SeriousIncident, *number), "duty");
                out.push(format!("{:?}", taken.as_ref().err()));
                taken.into_iter().collect()
            }
            Entry::Nothing => log.next(hours),
        };
        out.extend(alerts.iter().map(|alert| format!("{alert:?}")));
    }
    out
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn restart_between_any_two_records_changes_nothing(records in logs(), restarts in proptest::collection::vec(0_usize..60, 0..8)) {
        prop_assert_eq!(run(&records, &[]), run(&records, &restarts));
    }

    #[test]
    fn snapshot_of_a_restored_state_is_the_same(records in logs()) {
        let mut log = Log::new();
        for (index, (hours, entry)) in records.iter().enumerate() {
            if let Entry::Incidents(changes) = entry {
                let (number, change) = changes[0];
                log.incidents(i64::try_from(index).unwrap() * 120 + hours, &[changed(number, change)]);
            }
        }

        let snapshot = log.alerting.snapshot();
        let restored = Alerting::restore(snapshot.clone());

        prop_assert_eq!(restored.next_deadline(), log.alerting.next_deadline());
        prop_assert_eq!(restored.snapshot(), snapshot);
    }

    #[test]
    fn what_is_shown_last_is_what_the_incident_says(records in logs()) {
        let mut log = Log::new();
        let mut hours = 0;
        for (apart, entry) in &records {
            hours += apart;
            let Entry::Incidents(changes) = entry else { continue };
            let (number, change) = changes[0];
            let id = alert_id(Rule::SeriousIncident, number);
            let alerts = log.incidents(hours, &[changed(number, change)]);
            let last = alerts.iter().rev().find(|alert| alert.id == id);
            let Change::Live { killed, .. } = change else { continue };
            if let Some(alert) = last {
                let is_open = matches!(alert.state, AlertState::Raised | AlertState::Acknowledged);
                let has_expired = alert.cause.timer.is_some();
                prop_assert_eq!(is_open, killed > 0 && !has_expired, "{:?}", alert);
            }
        }
    }
}
