//! A report of the domain, as it is sent, stored and read back.

use prost::Message;

use ::domain::{Account, Handling, Occurrence, Place, Point, Report, ReportBody, Tlp};

use crate::domain::v1;
use crate::instant::{span_to_wire, timestamp_to_wire};

/// The bytes over which the content hash of a report is taken: the canonical encoding of the report as parsed.
#[must_use]
pub fn canonical_bytes(report: &Report) -> Vec<u8> {
    v1::Report::from(report).encode_to_vec()
}

impl From<&Report> for v1::Report {
    fn from(report: &Report) -> Self {
        let mut wire = match &report.body {
            ReportBody::Account(account) => account_to_wire(account),
            ReportBody::Retraction => v1::Report { retracted: true, ..v1::Report::default() },
        };
        wire.agency = report.key.agency.as_str().to_owned();
        wire.client_report_id = report.key.client_report_id.as_str().to_owned();
        wire.revision = report.revision.number();
        wire
    }
}

pub(crate) fn count_to_wire(count: Option<u32>) -> Option<i32> {
    count.map(|count| i32::try_from(count).unwrap_or(i32::MAX))
}

pub(crate) fn point_to_wire(point: Point) -> v1::LatLng {
    v1::LatLng { latitude: point.lat_degrees(), longitude: point.lng_degrees() }
}

pub(crate) fn handling_to_wire(handling: &Handling) -> v1::Handling {
    // An empty list says "as the mark says" on the wire; marks joined to "no other agency" are shown by the stricter mark.
    let to_nobody = handling.releasable_to.as_ref().is_some_and(|agencies| agencies.is_empty());
    let tlp = if to_nobody { handling.tlp.max(Tlp::AmberStrict) } else { handling.tlp };
    v1::Handling {
        tlp: tlp.number(),
        releasable_to: handling.releasable_to.iter().flatten().map(ToString::to_string).collect(),
        caveats: handling.caveats.iter().map(|caveat| caveat.number()).collect(),
    }
}

fn place_to_wire(place: &Place) -> v1::Place {
    v1::Place {
        point: place.point.map(point_to_wire),
        uncertainty_metres: place.uncertainty.map(|metres| metres.get()),
        name: place.name.clone(),
        ward: place.ward.clone(),
        county: place.county.clone(),
    }
}

/// An account without key and revision.
pub(crate) fn account_to_wire(account: &Account) -> v1::Report {
    let (occurred_at, occurred_uncertainty, occurred_on) = match account.occurrence {
        Occurrence::At { at, uncertainty } => {
            (Some(timestamp_to_wire(at)), uncertainty.map(span_to_wire), String::new())
        }
        Occurrence::On(day) => (None, None, day.to_string()),
    };
    let livestock = |entry: &::domain::Livestock| v1::Livestock {
        kind: entry.kind.map_or(0, ::domain::LivestockKind::number),
        count: count_to_wire(entry.count),
    };
    let weapon = |entry: &::domain::Weapon| v1::Weapon {
        kind: entry.kind.map_or(0, ::domain::WeaponKind::number),
        count: count_to_wire(entry.count),
    };
    let goods = |entry: &::domain::Goods| v1::Goods {
        name: entry.name.clone(),
        quantity: entry.quantity,
        unit: entry.unit.clone(),
    };
    v1::Report {
        client_report_id: String::new(),
        agency: String::new(),
        unit: account.unit.clone(),
        external_ref: account
            .external_ref
            .as_ref()
            .map(|r| v1::ExternalRef { system: r.system.clone(), id: r.id.clone() }),
        source_kind: account.source_kind.map_or(0, ::domain::SourceKind::number),
        channel: account.channel.map_or(0, ::domain::Channel::number),
        discovery: account.discovery.map_or(0, ::domain::Discovery::number),
        source_ref: account.source_ref.clone(),
        category: account.category.number(),
        subcategory: account.subcategory.map_or(0, ::domain::Subcategory::number),
        occurred_at,
        occurred_uncertainty,
        occurred_on,
        reported_at: account.reported_at.map(timestamp_to_wire),
        place: Some(place_to_wire(&account.place)),
        summary: account.summary.clone(),
        language: account.language.clone(),
        killed: count_to_wire(account.killed),
        injured: count_to_wire(account.injured),
        abducted: count_to_wire(account.abducted),
        attackers: count_to_wire(account.attackers),
        livestock: account.livestock.iter().map(livestock).collect(),
        weapons: account.weapons.iter().map(weapon).collect(),
        goods: account.goods.iter().map(goods).collect(),
        heading_degrees: account.heading_degrees.map(i32::from),
        modus: account.modus.clone(),
        identifiers: account
            .identifiers
            .iter()
            .map(|identifier| v1::Identifier { kind: identifier.kind.number(), value: identifier.value.clone() })
            .collect(),
        grading: Some(v1::Grading {
            reliability: account.grading.reliability.map_or(0, ::domain::Reliability::number),
            credibility: account.grading.credibility.map_or(0, ::domain::Credibility::number),
        }),
        priority: account.priority.number(),
        handling: Some(handling_to_wire(&account.handling)),
        revision: 0,
        retracted: false,
    }
}
