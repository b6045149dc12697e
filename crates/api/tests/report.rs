//! A report of the wire: read with all its faults at once, written and read back the same.
#![allow(clippy::unwrap_used, reason = "tests")]

use api::domain::v1;
use api::{canonical_bytes, message_from_json, message_to_json, parse_report};
use proptest::prelude::*;
use prost::Message;

/// The report that the contract shows.
const EXAMPLE: &str = r#"{"clientReportId":"OB-7/04/03/2026","agency":"police","unit":"kapedo-post","externalRef":{"system":"OB","id":"7/04/03/2026"},
 "sourceKind":"SOURCE_KIND_POLICE","channel":"CHANNEL_RADIO","discovery":"DISCOVERY_REPORTED","sourceRef":"p-4471",
 "category":"CATEGORY_BANDITRY","subcategory":"SUBCATEGORY_CATTLE_RAID",
 "occurredAt":"2026-03-04T02:30:00Z","occurredUncertainty":"3600s","reportedAt":"2026-03-04T06:10:00Z",
 "place":{"point":{"latitude":1.1517,"longitude":36.1034},"uncertaintyMetres":400,"name":"Kapedo","ward":"","county":"Baringo"},
 "summary":"Ng'ombe 120 wameibiwa, walielekea kaskazini","language":"sw",
 "killed":1,"injured":2,"abducted":0,"attackers":20,
 "livestock":[{"kind":"LIVESTOCK_KIND_CATTLE","count":120}],"weapons":[{"kind":"WEAPON_KIND_RIFLE","count":12}],"goods":[],
 "headingDegrees":340,"modus":["night","on_foot"],"identifiers":[{"kind":"IDENTIFIER_KIND_VEHICLE","value":"KBX 123A"}],
 "grading":{"reliability":"RELIABILITY_B","credibility":"CREDIBILITY_2"},"priority":"PRIORITY_2","handling":{"tlp":"TLP_AMBER"},"revision":1}"#;

fn example() -> v1::Report {
    message_from_json("jukwaa.domain.v1.Report", EXAMPLE).unwrap()
}

fn faults(report: &v1::Report) -> Vec<String> {
    parse_report(report).unwrap_err().into_iter().map(|fault| fault.field).collect()
}

#[test]
fn report_of_the_contract_is_read_and_written_the_same() {
    let report = parse_report(&example()).unwrap();

    let written = v1::Report::from(&report);
    assert_eq!(parse_report(&written).unwrap(), report);
    let json = message_to_json("jukwaa.domain.v1.Report", &written).unwrap();
    assert!(json.contains(r#""clientReportId":"OB-7/04/03/2026""#), "{json}");
    assert!(json.contains(r#""occurredAt":"2026-03-04T02:30:00Z""#), "{json}");
    let read: v1::Report = message_from_json("jukwaa.domain.v1.Report", &json).unwrap();
    assert_eq!(canonical_bytes(&parse_report(&read).unwrap()), canonical_bytes(&report));
}

#[test]
fn every_fault_is_told_at_once() {
    let report = v1::Report {
        client_report_id: "  ".to_owned(),
        agency: "Police!".to_owned(),
        category: 99,
        occurred_on: "2026-02-30".to_owned(),
        killed: Some(-1),
        place: Some(v1::Place {
            point: Some(v1::LatLng { latitude: f64::NAN, longitude: 36.0 }),
            uncertainty_metres: Some(-3.0),
            ..v1::Place::default()
        }),
        revision: -2,
        ..v1::Report::default()
    };

    let faults = faults(&report);

    for field in [
        "agency",
        "client_report_id",
        "revision",
        "category",
        "occurred_on",
        "place.point",
        "place.uncertainty_metres",
        "killed",
    ] {
        assert!(faults.iter().any(|fault| fault == field), "{field} is missing in {faults:?}");
    }
}

#[test]
fn subcategory_of_another_category_is_refused() {
    let report = v1::Report { subcategory: v1::Subcategory::Narcotics.into(), ..example() };

    assert_eq!(faults(&report), ["subcategory"]);
}

#[test]
fn instant_and_day_together_are_refused() {
    let report = v1::Report { occurred_on: "2026-03-04".to_owned(), ..example() };

    assert_eq!(faults(&report), ["occurred_on"]);
}

#[test]
fn retraction_needs_only_its_id() {
    let report = v1::Report {
        client_report_id: "a".to_owned(),
        agency: "npr".to_owned(),
        revision: 2,
        retracted: true,
        ..v1::Report::default()
    };

    assert_eq!(parse_report(&report).unwrap().body, domain::ReportBody::Retraction);
}

#[test]
fn services_are_those_of_the_descriptors() {
    let pool = prost_reflect::DescriptorPool::decode(api::FILE_DESCRIPTOR_SET).unwrap();
    let mut described: Vec<String> = pool.services().map(|service| service.full_name().to_owned()).collect();
    let mut named: Vec<String> = api::SERVICES.iter().map(|&name| name.to_owned()).collect();
    described.sort();
    named.sort();

    assert_eq!(named, described);
}

#[test]
fn misspelt_field_is_named() {
    let error = message_from_json::<v1::Report>("jukwaa.domain.v1.Report", r#"{"agencey":"police"}"#).unwrap_err();

    assert!(error.to_string().contains("agencey"), "{error}");
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        if let Some(parsed) = v1::Report::decode(bytes.as_slice()).ok().and_then(|report| parse_report(&report).ok()) {
            prop_assert_eq!(parse_report(&v1::Report::from(&parsed)).unwrap(), parsed);
        }
        let record = api::decode_record(domain::LogPosition::FIRST, &bytes);
        prop_assert_eq!(record.position, domain::LogPosition::FIRST);
    }
}

#[test]
fn many_faults_fit_into_one_answer() {
    let faults: Vec<domain::Violation> = (0..400)
        .map(|index| domain::Violation::new(&format!("livestock[{index}].count"), "must be from 0 to 100000"))
        .collect();

    let status = api::invalid_argument("REPORT_INVALID", "the report cannot be taken", &faults);

    let bytes = status.message().len() + status.details().len() * 4 / 3;
    assert!(bytes < 7_000, "{bytes} bytes");
    assert!(status.message().ends_with("more faults"), "{}", status.message());
}
