//! The one function: the same log gives the same facts, whatever the restarts and ticks; of a report the highest revision counts.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

use domain::invariants::{RevisionChecker, waterfall_sums};
use domain::{
    Category, ContentHash, Fact, LogPosition, LogTime, Payload, QuarantineReason, Receipt, Record, Report, Span,
    StampedReport, Timestamp,
};
use pipeline::{Pipeline, Settings, admit};
use proptest::prelude::*;
use testkit::ReportBuilder;

/// Positions are spaced, so that ticks can come between.
const SPACING: u64 = 10;

fn stamp(minutes: i64) -> LogTime {
    let start: Timestamp = "2026-03-05T06:00:00Z".parse().unwrap();
    LogTime::new(start.plus(Span::from_secs(minutes * 60)))
}

fn record(index: u64, minutes: i64, report: Report) -> Record {
    let mut hash = [0_u8; 32];
    let text = format!("{report:?}");
    for (place, byte) in text.bytes().enumerate() {
        hash[place % 32] = hash[place % 32].wrapping_mul(31).wrapping_add(byte);
    }
    let stamped = StampedReport { report, content_hash: ContentHash::from_bytes(hash) };
    Record {
        position: LogPosition::new(index * SPACING),
        received_at: stamp(minutes),
        history: false,
        payload: Payload::Report(Box::new(stamped)),
    }
}

fn tick(position: u64, minutes: i64) -> Record {
    Record {
        position: LogPosition::new(position),
        received_at: stamp(minutes),
        history: false,
        payload: Payload::Tick { end_history: false },
    }
}

fn run(records: impl IntoIterator<Item = Record>) -> Vec<Fact> {
    let mut pipeline = Pipeline::new(Settings::default());
    records.into_iter().flat_map(|record| pipeline.apply(record)).collect()
}

fn receipts(facts: &[Fact]) -> Vec<&Receipt> {
    let receipt = |fact: &'_ Fact| matches!(fact, Fact::Receipt(_));
    facts
        .iter()
        .filter(|fact| receipt(fact))
        .map(|fact| if let Fact::Receipt(receipt) = fact { receipt.as_ref() } else { unreachable!() })
        .collect()
}

fn reasons(facts: &[Fact]) -> Vec<QuarantineReason> {
    facts.iter().filter_map(|fact| if let Fact::Quarantine(entry) = fact { Some(entry.reason) } else { None }).collect()
}

/// Logs of raids near one another in place and time, with amendments, retractions and repeats.
fn logs() -> impl Strategy<Value = Vec<Record>> {
    let step = (0..6_u8, 1..4_i64, 0..3_u8, 0..40_i64, 0..12_u8, any::<bool>());
    proptest::collection::vec(step, 1..40).prop_map(|steps| {
        let mut minutes = 0;
        let mut records = Vec::new();
        for (index, (which, revision, agency, wait, km, retracted)) in (0..).zip(steps) {
            minutes += wait;
            let agency = ["police", "npr", "elders"][usize::from(agency)];
            let mut report = ReportBuilder::new(agency, &format!("r{which}"))
                .revision(revision)
                .km_north(f64::from(km))
                .minutes_later(i64::from(which) * 50)
                .with(|account| account.attackers = Some(u32::from(which) * 5));
            if retracted && revision > 1 {
                report = report.retracted();
            }
            records.push(record(index, minutes, report.build()));
        }
        records
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn restart_between_any_two_records_changes_nothing(records in logs(), cut in 0_usize..40) {
        let expected = run(records.clone());
        let mut pipeline = Pipeline::new(Settings::default());
        let mut facts = Vec::new();
        for (index, record) in records.into_iter().enumerate() {
            if index == cut {
                pipeline = Pipeline::restore(pipeline.snapshot());
            }
            facts.extend(pipeline.apply(record));
        }
        prop_assert_eq!(facts, expected);
    }

    #[test]
    fn ticks_change_no_fact(records in logs(), ticks in proptest::collection::vec((0..40_u64, 0..40_i64), 0..12)) {
        let last = tick(records.len() as u64 * SPACING, 10_000);
        let plain = run(records.iter().cloned().chain([last.clone()]));
        let mut ticked = records.clone();
        for (after, minutes) in ticks {
            let at = usize::try_from(after).unwrap().min(records.len() - 1);
            let floor = records[at].received_at;
            let ceiling = records.get(at + 1).map_or(stamp(10_000), |next| next.received_at);
            let mut tick = tick(records[at].position.get() + 1, 0);
            tick.received_at = floor.plus(Span::from_secs(minutes * 60)).min(ceiling);
            let place = ticked.partition_point(|record| record.position < tick.position);
            if ticked.get(place).is_none_or(|record| record.position > tick.position) {
                ticked.insert(place, tick);
            }
        }
        ticked.push(last);
        prop_assert_eq!(run(ticked), plain);
    }

    #[test]
    fn claims_change_nothing_whatever_their_stamps(
        records in logs(),
        claims in proptest::collection::vec((0..40_usize, -20_000..20_000_i64), 1..8),
    ) {
        let mut claimed = records.clone();
        for (after, minutes) in claims {
            let after = records[after.min(records.len() - 1)].position.get();
            let claim = Record { payload: Payload::Claim, ..tick(after + 1, minutes) };
            let place = claimed.partition_point(|record| record.position < claim.position);
            claimed.insert(place, claim);
        }
        let last = tick(records.len() as u64 * SPACING, 10_000);

        prop_assert_eq!(run(claimed.into_iter().chain([last.clone()])), run(records.into_iter().chain([last])));
    }

    #[test]
    fn revisions_of_facts_have_no_gaps_and_waterfalls_sum(records in logs()) {
        let mut checker = RevisionChecker::default();
        for fact in run(records) {
            prop_assert!(checker.admit(&fact), "{fact:?}");
            if let Fact::Incident(incident) = &fact {
                prop_assert!(incident.links.iter().chain(&incident.nearest_rejected).all(waterfall_sums));
            }
        }
    }

    #[test]
    fn highest_revision_counts_in_any_order(order in Just([1_i64, 2, 3]).prop_shuffle()) {
        let report = |revision: i64| ReportBuilder::new("police", "r").revision(revision).with(|account| account.killed = Some(u32::try_from(revision).unwrap()));
        let facts = run((0..).zip(order).map(|(index, revision)| record(index, index as i64, report(revision).build())));
        let last = facts.iter().rev().find_map(|fact| if let Fact::Incident(incident) = fact { Some(incident) } else { None }).unwrap();
        prop_assert_eq!(last.counts.killed, Some(3));
        let receipt = receipts(&facts).into_iter().next_back().unwrap();
        prop_assert_eq!((receipt.report_revision.get(), receipt.gaps.len()), (3, 0));
    }
}

#[test]
fn same_content_again_is_no_fact() {
    let report = || ReportBuilder::new("police", "r").build();

    assert_eq!(run([record(0, 0, report()), record(1, 1, report())]), run([record(0, 0, report())]));
}

#[test]
fn other_content_under_the_same_revision_is_quarantined() {
    let first = ReportBuilder::new("police", "r").build();
    let other = ReportBuilder::new("police", "r").km_north(3.0).build();

    let facts = run([record(0, 0, first), record(1, 1, other)]);

    assert_eq!(reasons(&facts), [QuarantineReason::ConflictingContent]);
    let [accepted, told] = receipts(&facts)[..] else { panic!("{facts:?}") };
    assert!(accepted.accepted.is_some() && accepted.conflicts.is_empty());
    assert_eq!((told.revision, told.accepted.is_some(), told.incident), (2, false, accepted.incident));
    assert_eq!(told.conflicts, [LogPosition::new(SPACING)]);
    assert_eq!(
        (told.taken.len(), told.taken[0].position, told.taken[0].received_at),
        (1, LogPosition::FIRST, stamp(0))
    );
}

#[test]
fn last_hundred_conflicts_are_told() {
    let other = |index: u16| ReportBuilder::new("police", "r").km_north(f64::from(index) / 10.0).build();

    let facts = run((0..=150).map(|index| record(u64::from(index), i64::from(index), other(index))));

    let last = receipts(&facts).into_iter().next_back().unwrap();
    let expected: Vec<LogPosition> = (51..=150).map(|index| LogPosition::new(index * SPACING)).collect();
    assert_eq!(last.conflicts, expected);
    assert_eq!((reasons(&facts).len(), last.revision), (150, 151));
}

#[test]
fn retraction_of_unknown_report_is_quarantined_and_holds() {
    let retraction = ReportBuilder::new("police", "r").revision(2).retracted().build();
    let account = ReportBuilder::new("police", "r").build();

    let facts = run([record(0, 0, retraction), record(1, 1, account)]);

    assert_eq!(reasons(&facts), [QuarantineReason::UnknownReportRetracted]);
    assert!(receipts(&facts).iter().all(|receipt| receipt.retracted && receipt.incident.is_none()));
    assert!(!facts.iter().any(|fact| matches!(fact, Fact::Incident(_))));
}

#[test]
fn missing_revisions_are_told() {
    let facts = run([record(0, 0, ReportBuilder::new("police", "r").revision(4).build())]);

    let gaps: Vec<u32> = receipts(&facts)[0].gaps.iter().map(|gap| gap.get()).collect();
    assert_eq!(gaps, [1, 2, 3]);
}

#[test]
fn unreadable_record_is_quarantined() {
    let record = Record { payload: Payload::Unreadable("no payload".to_owned()), ..tick(0, 0) };

    assert_eq!(reasons(&run([record])), [QuarantineReason::Unreadable]);
}

#[test]
fn swapped_coordinates_are_named() {
    let report = ReportBuilder::new("police", "r").point(36.1, 1.15).build();

    let faults = admit(&report, stamp(0), false);

    assert_eq!(faults.len(), 1);
    assert!(faults[0].description.contains("swapped"), "{}", faults[0].description);
}

#[test]
fn times_are_judged_by_the_stamp() {
    let at = |text: &str| ReportBuilder::new("police", "r").at(text.parse().unwrap()).build();

    assert!(admit(&at("2026-03-05T00:00:00Z"), stamp(0), false).is_empty());
    assert_eq!(admit(&at("2026-03-08T00:00:00Z"), stamp(0), false)[0].field, "occurred_at");
    assert_eq!(admit(&at("2024-03-08T00:00:00Z"), stamp(0), false)[0].field, "occurred_at");
    assert!(admit(&at("2024-03-08T00:00:00Z"), stamp(0), true).is_empty());
}

#[test]
fn unknown_name_alone_is_refused_and_within_a_county_is_an_area() {
    let unknown = ReportBuilder::new("police", "r").named("Nowhere at all", "", "").build();
    let within = ReportBuilder::new("police", "r").named("Nowhere at all", "", "Baringo").build();

    assert_eq!(admit(&unknown, stamp(0), false)[0].field, "place.name");
    assert!(admit(&within, stamp(0), false).is_empty());
    let facts = run([record(0, 0, within)]);
    let incident =
        facts.iter().find_map(|fact| if let Fact::Incident(incident) = fact { Some(incident) } else { None }).unwrap();
    assert!(incident.place.point.is_none() && incident.place.county.is_some());
}

#[test]
fn restricted_report_makes_no_point() {
    let report = ReportBuilder::new("police", "r").category(Category::GenderBasedViolence).build();

    let facts = run([record(0, 0, report)]);

    let incident =
        facts.iter().find_map(|fact| if let Fact::Incident(incident) = fact { Some(incident) } else { None }).unwrap();
    assert!(incident.restricted && incident.hotspot_milli.is_none());
}

fn last_incident(facts: &[Fact]) -> &domain::Incident {
    facts
        .iter()
        .rev()
        .find_map(|fact| if let Fact::Incident(incident) = fact { Some(incident.as_ref()) } else { None })
        .unwrap()
}

#[test]
fn what_only_an_echo_counts_is_said() {
    let first = ReportBuilder::new("elders", "e").build();
    let second = ReportBuilder::new("chiefs", "c").with(|account| account.killed = Some(6)).build();

    let facts = run([record(0, 0, first), record(1, 1, second)]);

    let incident = last_incident(&facts);
    assert_eq!((incident.belief.echoes, incident.counts.killed), (1, Some(6)));
    assert!(facts.iter().any(|fact| matches!(fact, Fact::Alert(_))));
}

#[test]
fn raids_kept_back_by_their_marks_make_no_hotspot() {
    let raids = |tlp: domain::Tlp| {
        let report = |index: u64| {
            let minutes = i64::try_from(index).unwrap() * 60 * 60;
            ReportBuilder::new("kws", &format!("k{index}"))
                .minutes_later(-minutes)
                .with(|account| account.handling.tlp = tlp)
                .build()
        };
        let records = (0..8).map(|index| record(index, i64::try_from(index).unwrap(), report(index)));
        run(records.chain([tick(1_000, 3 * 24 * 60)]))
    };
    let hotspots = |facts: &[Fact]| facts.iter().filter(|fact| matches!(fact, Fact::Hotspot(_))).count();

    assert!(hotspots(&raids(domain::Tlp::Amber)) > 0);
    assert_eq!(hotspots(&raids(domain::Tlp::Red)), 0);
}

#[test]
fn open_report_beside_one_that_is_kept_back_makes_the_raid_count() {
    let open = ReportBuilder::new("police", "p").build();
    let kept = ReportBuilder::new("kws", "k")
        .km_north(0.3)
        .minutes_later(10)
        .with(|account| account.handling.tlp = domain::Tlp::Red);

    let facts = run([record(0, 0, open), record(1, 1, kept.build())]);

    let incident = last_incident(&facts);
    assert_eq!((incident.members.len(), incident.handling.tlp), (2, domain::Tlp::Red));
    assert!(incident.hotspot_milli.is_some_and(|milli| milli < incident.belief.milli));
}
