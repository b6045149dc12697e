//! The evidence of a link sums to its weight, is the same both ways, and is missing where nothing was said.
use domain::{Identifier, IdentifierKind, Livestock, LivestockKind, SourceKind, Weight, invariants::waterfall_sums};
use fusion::{Parameters, score_pair};
use proptest::prelude::*;

use crate::given::{Given, near_kapedo, report};

fn weight_of(link: &domain::LinkEvidence, field: &str) -> Option<i32> {
    link.fields.iter().find(|evidence| evidence.field == field).map(|evidence| evidence.weight.get())
}

proptest! {
    #[test]
    fn waterfall_sums_to_the_weight_both_ways(
        north_km in -9.0_f64..9.0, east_km in -9.0_f64..9.0, hours in -40.0_f64..40.0,
        killed in proptest::option::of(0_u32..40), attackers in proptest::option::of(0_u32..40),
        name in "[a-z]{0,9}", background_milli in 50_u64..200_000,
    ) {
        let parameters = Parameters::version_zero();
        let mut a = report("elders", 1).at(near_kapedo(north_km, east_km)).hour(hours).told_by(SourceKind::VillageElder);
        a.account.killed = killed;
        a.account.attackers = attackers;
        a.account.place.name = name;
        a.background_milli = background_milli;
        let mut b = report("police", 2);
        b.account.killed = Some(3);
        b.account.attackers = Some(8);
        let link = score_pair(&parameters, &a, &b).unwrap();
        prop_assert!(waterfall_sums(&link));
        prop_assert_eq!(Some(link), score_pair(&parameters, &b, &a));
    }
}

#[test]
fn what_one_side_does_not_say_weighs_nothing() {
    let (mut a, b) = (report("police", 1), report("npr", 2));
    a.account.killed = Some(3);
    a.account.place.name.clear();

    let link = score_pair(&Parameters::version_zero(), &a, &b).unwrap();

    for field in ["size", "place_name", "attackers", "weapon", "identifier"] {
        assert_eq!(weight_of(&link, field), None, "{field}");
    }
}

#[test]
fn busier_place_makes_the_same_match_less_likely() {
    let (a, b) = (report("police", 1), report("npr", 2));
    let (mut busy_a, mut busy_b) = (a.clone(), b.clone());
    (busy_a.background_milli, busy_b.background_milli) = (8_000, 2_000);
    let parameters = Parameters::version_zero();

    let quiet = score_pair(&parameters, &a, &b).unwrap();
    let busy = score_pair(&parameters, &busy_a, &busy_b).unwrap();

    // ln √(8 · 2) = ln 4, rounded down.
    assert_eq!(quiet.weight.get() - busy.weight.get(), 13_862);
}

#[test]
fn vehicle_seen_by_both_speaks_strongly() {
    let identified = |agency, position, value: &str| {
        let mut report = report(agency, position);
        report.account.identifiers = vec![Identifier { kind: IdentifierKind::Vehicle, value: value.to_owned() }];
        report
    };
    let parameters = Parameters::version_zero();
    let score = |value| score_pair(&parameters, &identified("police", 1, "one"), &identified("kws", 2, value)).unwrap();

    assert!(weight_of(&score("one"), "identifier").unwrap() > 60_000);
    assert!(weight_of(&score("another"), "identifier").unwrap() < 0);
}

#[test]
fn pair_beyond_15_km_or_48_h_is_no_candidate() {
    let parameters = Parameters::version_zero();
    let score = |north_km, hours| {
        score_pair(&parameters, &report("police", 1), &report("npr", 2).at(near_kapedo(north_km, 0.0)).hour(hours))
    };

    assert!(score(14.9, 0.0).is_some());
    assert!(score(15.1, 0.0).is_none());
    assert!(score(0.0, 48.0).is_some());
    assert!(score(0.0, 48.1).is_none());
    assert_eq!(score_pair(&parameters, &report("police", 1), &report("police", 1)), None);
}

#[test]
fn area_needs_a_name_or_an_identifier_to_speak_for_it() {
    let parameters = Parameters::version_zero();
    let point = report("police", 1);

    assert!(score_pair(&parameters, &report("npr", 2).area("Kapedo"), &point).is_some());
    assert!(score_pair(&parameters, &report("npr", 2).area(""), &point).is_none());
    assert!(score_pair(&parameters, &report("npr", 2).area("Lokori"), &point).is_none());
    assert!(score_pair(&parameters, &report("npr", 2).area(""), &report("kws", 3).area("")).is_none());
    let mut elsewhere = report("npr", 2).area("Kapedo");
    elsewhere.place.county = domain::CountyNumber::new(9);
    let mut here = point;
    here.place.county = domain::CountyNumber::new(30);
    assert!(score_pair(&parameters, &elsewhere, &here).is_none());
}

#[test]
fn whole_day_is_compared_by_days() {
    let mut by_day = report("elders", 1);
    by_day.account.occurrence = domain::Occurrence::On(crate::given::at_hour(0.0).local_day());
    let parameters = Parameters::version_zero();
    let level = |hours| {
        let link = score_pair(&parameters, &by_day, &report("police", 2).hour(hours)).unwrap();
        link.fields
            .iter()
            .find(|evidence| evidence.field == "time")
            .map(|evidence| (evidence.level, evidence.weight > Weight::ZERO))
    };

    assert_eq!(level(0.0), Some(("the same day", true)));
    assert_eq!(level(23.0), Some(("the next day", false)));
    assert_eq!(level(45.0), Some(("a farther day", false)));
}

#[test]
fn like_is_compared_with_like_and_no_harm_is_no_size() {
    let (mut herd, mut hurt, mut nobody) = (report("police", 1), report("npr", 2), report("kws", 3));
    herd.account.livestock =
        vec![Livestock { kind: Some(LivestockKind::Cattle), count: Some(120) }, Livestock { kind: None, count: None }];
    hurt.account.injured = Some(2);
    (nobody.account.killed, nobody.account.injured) = (Some(0), Some(0));
    let parameters = Parameters::version_zero();
    let size = |a, b| weight_of(&score_pair(&parameters, a, b).unwrap(), "size");
    let mut other_herd = herd.clone();
    other_herd.key.client_report_id = "other".parse().unwrap();
    other_herd.id = other_herd.key.report_id();

    assert_eq!(size(&herd, &hurt), None);
    assert_eq!(size(&nobody, &hurt), None);
    assert!(size(&herd, &other_herd).unwrap() > 0);
}
