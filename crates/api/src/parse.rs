//! A report of the wire becomes a report of the domain, or the list of all its faults.
//!
//! Comes in: `jukwaa.domain.v1.Report`. Goes out: `domain::Report`; past this nothing checks the form again.
//! Guarantees: every fault is told at once, by field, in words that say what would be right.
//!
//! Never: looks at the clock, the log or the map. Times against the stamp and places against the territory are checked by intake.

use std::collections::BTreeSet;
use std::str::FromStr;

use ::domain::{
    Account, AgencyId, ClientReportId, ExternalRef, Goods, Grading, Handling, Identifier, Livestock, LocalDay, Meters,
    Occurrence, Place, Point, PointError, Priority, Report, ReportBody, ReportKey, Revision, Span, Timestamp, Tlp,
    Violation, Weapon,
};

use crate::domain::v1;
use crate::instant::{span_from_wire, timestamp_from_wire};

const SUMMARY_CHARS_MAX: usize = 4_000;
const TEXT_CHARS_MAX: usize = 128;
const SHORT_CHARS_MAX: usize = 64;
const SOURCE_REF_CHARS_MAX: usize = 256;
const ENTRIES_MAX: usize = 16;
const IDENTIFIERS_MAX: usize = 32;
const AGENCIES_MAX: usize = 64;
const CAVEATS_MAX: usize = 8;
const PERSONS_MAX: i32 = 10_000;
const HEAD_MAX: i32 = 100_000;
const UNCERTAINTY_M_MAX: f64 = 500_000.0;
const UNCERTAINTY_MAX: Span = Span::from_days(400);

/// Parses a report.
///
/// # Errors
/// All faults, by field.
pub fn parse_report(report: &v1::Report) -> Result<Report, Vec<Violation>> {
    let mut faults = Faults::default();
    let agency = faults.parsed::<AgencyId>("agency", &report.agency);
    let client_report_id = faults.parsed::<ClientReportId>("client_report_id", &report.client_report_id);
    let revision = match report.revision {
        0 => Some(Revision::FIRST),
        number => faults.some("revision", Revision::new(i64::from(number)), "must be at least 1"),
    };
    if report.retracted && revision == Some(Revision::FIRST) {
        faults.add("revision", "must be higher than that of the report which is taken back: 2 or more");
    }
    let body = if report.retracted {
        Some(ReportBody::Retraction)
    } else {
        faults.account(report).map(|account| ReportBody::Account(Box::new(account)))
    };
    match (agency, client_report_id, revision, body, faults.found.is_empty()) {
        (Some(agency), Some(client_report_id), Some(revision), Some(body), true) => {
            Ok(Report { key: ReportKey { agency, client_report_id }, revision, body })
        }
        _ => Err(faults.found),
    }
}

/// The faults found so far.
#[derive(Default)]
struct Faults {
    found: Vec<Violation>,
}

impl Faults {
    fn add(&mut self, field: &str, description: impl Into<String>) {
        self.found.push(Violation::new(field, description));
    }

    /// Passes a value on, or notes that there is none.
    fn some<T>(&mut self, field: &str, value: Option<T>, description: &str) -> Option<T> {
        if value.is_none() {
            self.add(field, description);
        }
        value
    }

    fn parsed<T: FromStr<Err: std::fmt::Display>>(&mut self, field: &str, text: &str) -> Option<T> {
        if text.is_empty() {
            self.add(field, "is required");
            return None;
        }
        text.parse().map_err(|error: T::Err| self.add(field, error.to_string())).ok()
    }

    /// A word of a closed list; 0 is not said.
    fn word<T>(&mut self, field: &str, number: i32, from_number: impl Fn(i32) -> Option<T>) -> Option<T> {
        if number == 0 {
            return None;
        }
        self.some(field, from_number(number), "is not a value that this version knows")
    }

    fn text(&mut self, field: &str, text: &str, chars_max: usize) -> String {
        if text.chars().count() > chars_max {
            self.add(field, format!("must have at most {chars_max} characters"));
            return String::new();
        }
        text.to_owned()
    }

    fn count(&mut self, field: &str, count: Option<i32>, most: i32) -> Option<u32> {
        let count = count?;
        if !(0..=most).contains(&count) {
            self.add(field, format!("must be from 0 to {most}; leave it out if it is unknown"));
        }
        u32::try_from(count).ok()
    }

    fn entries<'a, T>(&mut self, field: &str, entries: &'a [T], most: usize) -> &'a [T] {
        if entries.len() > most {
            self.add(field, format!("must have at most {most} entries"));
        }
        entries.get(..most).unwrap_or(entries)
    }

    fn account(&mut self, report: &v1::Report) -> Option<Account> {
        let category = self.word("category", report.category, ::domain::Category::from_number);
        if report.category == 0 {
            self.add("category", "is required");
        }
        let subcategory = self.word("subcategory", report.subcategory, ::domain::Subcategory::from_number);
        if let (Some(category), Some(subcategory)) = (category, subcategory)
            && subcategory.category() != category
        {
            self.add("subcategory", format!("{subcategory} belongs to {}, not to {category}", subcategory.category()));
        }
        let occurrence = self.occurrence(report);
        let place = self.place(report.place.as_ref());
        let account = Account {
            unit: self.text("unit", &report.unit, TEXT_CHARS_MAX),
            external_ref: self.external_ref(report.external_ref.as_ref()),
            source_kind: self.word("source_kind", report.source_kind, ::domain::SourceKind::from_number),
            channel: self.word("channel", report.channel, ::domain::Channel::from_number),
            discovery: self.word("discovery", report.discovery, ::domain::Discovery::from_number),
            source_ref: self.text("source_ref", &report.source_ref, SOURCE_REF_CHARS_MAX),
            category: category.unwrap_or(::domain::Category::Other),
            subcategory,
            occurrence: occurrence.unwrap_or(Occurrence::On(Timestamp::LEAST.local_day())),
            reported_at: self.instant("reported_at", report.reported_at.as_ref()),
            place: place.unwrap_or_default(),
            summary: self.text("summary", &report.summary, SUMMARY_CHARS_MAX),
            language: self.text("language", &report.language, ENTRIES_MAX),
            killed: self.count("killed", report.killed, PERSONS_MAX),
            injured: self.count("injured", report.injured, PERSONS_MAX),
            abducted: self.count("abducted", report.abducted, PERSONS_MAX),
            attackers: self.count("attackers", report.attackers, PERSONS_MAX),
            livestock: self.livestock(&report.livestock),
            weapons: self.weapons(&report.weapons),
            goods: self.goods(&report.goods),
            heading_degrees: self
                .count("heading_degrees", report.heading_degrees, 359)
                .and_then(|degrees| u16::try_from(degrees).ok()),
            modus: self.modus(&report.modus),
            identifiers: self.identifiers(&report.identifiers),
            grading: self.grading(report.grading.as_ref()),
            priority: self.word("priority", report.priority, Priority::from_number).unwrap_or(Priority::Three),
            handling: self.handling(report.handling.as_ref()),
        };
        self.found.is_empty().then_some(account)
    }

    fn instant(&mut self, field: &str, timestamp: Option<&prost_types::Timestamp>) -> Option<Timestamp> {
        let timestamp = timestamp?;
        self.some(field, timestamp_from_wire(timestamp), "must be an instant between the years 1900 and 2200")
    }

    fn occurrence(&mut self, report: &v1::Report) -> Option<Occurrence> {
        let uncertainty = report.occurred_uncertainty.as_ref();
        match (report.occurred_at.as_ref(), report.occurred_on.as_str()) {
            (None, "") => {
                self.add("occurred_at", "is required: say when it happened, as occurred_at or as occurred_on");
                None
            }
            (Some(_), day) if !day.is_empty() => {
                self.add("occurred_on", "cannot be given together with occurred_at: keep the one that the source said");
                None
            }
            (Some(at), _) => {
                let uncertainty = uncertainty.and_then(|uncertainty| {
                    let span =
                        span_from_wire(uncertainty).filter(|span| !span.is_negative() && *span <= UNCERTAINTY_MAX);
                    self.some("occurred_uncertainty", span, "must be from 0 s to 400 days")
                });
                let at = self.instant("occurred_at", Some(at))?;
                Some(Occurrence::At { at, uncertainty })
            }
            (None, day) => {
                if uncertainty.is_some() {
                    self.add("occurred_uncertainty", "goes with occurred_at only; occurred_on is a whole day");
                }
                self.parsed::<LocalDay>("occurred_on", day).map(Occurrence::On)
            }
        }
    }

    fn place(&mut self, place: Option<&v1::Place>) -> Option<Place> {
        let Some(place) = place else {
            self.add("place", "is required: a point, or a name, ward or county");
            return None;
        };
        let named = [&place.name, &place.ward, &place.county].iter().any(|text| !text.trim().is_empty());
        if place.point.is_none() && !named {
            self.add("place", "must have a point, or a name, ward or county");
        }
        let point = place.point.as_ref().and_then(|point| match Point::from_degrees(point.latitude, point.longitude) {
            Ok(point) => Some(point),
            Err(PointError::NotFinite) => {
                self.add("place.point", "latitude and longitude must be finite numbers");
                None
            }
            Err(PointError::OffTheGlobe { .. }) => {
                self.add("place.point", "latitude must be from -90 to 90 and longitude from -180 to 180 degrees");
                None
            }
        });
        let uncertainty = place.uncertainty_metres.and_then(|metres| {
            let metres = Meters::new(metres).filter(|metres| metres.get() <= UNCERTAINTY_M_MAX);
            self.some("place.uncertainty_metres", metres, "must be from 0 to 500 000 m")
        });
        Some(Place {
            point,
            uncertainty,
            name: self.text("place.name", &place.name, TEXT_CHARS_MAX),
            ward: self.text("place.ward", &place.ward, TEXT_CHARS_MAX),
            county: self.text("place.county", &place.county, SHORT_CHARS_MAX),
        })
    }

    fn external_ref(&mut self, reference: Option<&v1::ExternalRef>) -> Option<ExternalRef> {
        let reference = reference?;
        Some(ExternalRef {
            system: self.text("external_ref.system", &reference.system, SHORT_CHARS_MAX),
            id: self.text("external_ref.id", &reference.id, TEXT_CHARS_MAX),
        })
    }

    fn livestock(&mut self, entries: &[v1::Livestock]) -> Vec<Livestock> {
        let entries = self.entries("livestock", entries, ENTRIES_MAX);
        let read = |(index, entry): (usize, &v1::Livestock)| Livestock {
            kind: self.word(&format!("livestock[{index}].kind"), entry.kind, ::domain::LivestockKind::from_number),
            count: self.count(&format!("livestock[{index}].count"), entry.count, HEAD_MAX),
        };
        entries.iter().enumerate().map(read).collect()
    }

    fn weapons(&mut self, entries: &[v1::Weapon]) -> Vec<Weapon> {
        let entries = self.entries("weapons", entries, ENTRIES_MAX);
        let read = |(index, entry): (usize, &v1::Weapon)| Weapon {
            kind: self.word(&format!("weapons[{index}].kind"), entry.kind, ::domain::WeaponKind::from_number),
            count: self.count(&format!("weapons[{index}].count"), entry.count, PERSONS_MAX),
        };
        entries.iter().enumerate().map(read).collect()
    }

    fn goods(&mut self, entries: &[v1::Goods]) -> Vec<Goods> {
        let entries = self.entries("goods", entries, ENTRIES_MAX);
        let mut goods = Vec::with_capacity(entries.len());
        for (index, entry) in entries.iter().enumerate() {
            let quantity = entry.quantity.and_then(|quantity| {
                let sound = (quantity.is_finite() && quantity >= 0.0).then_some(quantity);
                self.some(&format!("goods[{index}].quantity"), sound, "must be a number, 0 or more")
            });
            goods.push(Goods {
                name: self.text(&format!("goods[{index}].name"), &entry.name, SHORT_CHARS_MAX),
                quantity,
                unit: self.text(&format!("goods[{index}].unit"), &entry.unit, ENTRIES_MAX),
            });
        }
        goods
    }

    fn modus(&mut self, entries: &[String]) -> Vec<String> {
        let entries = self.entries("modus", entries, ENTRIES_MAX);
        entries
            .iter()
            .enumerate()
            .map(|(index, text)| self.text(&format!("modus[{index}]"), text, SHORT_CHARS_MAX))
            .collect()
    }

    fn identifiers(&mut self, entries: &[v1::Identifier]) -> Vec<Identifier> {
        let entries = self.entries("identifiers", entries, IDENTIFIERS_MAX);
        let mut identifiers = Vec::with_capacity(entries.len());
        for (index, entry) in entries.iter().enumerate() {
            let kind =
                self.word(&format!("identifiers[{index}].kind"), entry.kind, ::domain::IdentifierKind::from_number);
            if entry.kind == 0 {
                self.add(&format!("identifiers[{index}].kind"), "is required: PERSON, VEHICLE or PHONE");
            }
            let value_field = format!("identifiers[{index}].value");
            if entry.value.trim().is_empty() {
                self.add(&value_field, "must not be blank");
            }
            let value = self.text(&value_field, &entry.value, TEXT_CHARS_MAX);
            identifiers.extend(kind.map(|kind| Identifier { kind, value }));
        }
        identifiers
    }

    fn grading(&mut self, grading: Option<&v1::Grading>) -> Grading {
        grading.map_or_else(Grading::default, |grading| Grading {
            reliability: self.word("grading.reliability", grading.reliability, ::domain::Reliability::from_number),
            credibility: self.word("grading.credibility", grading.credibility, ::domain::Credibility::from_number),
        })
    }

    fn handling(&mut self, handling: Option<&v1::Handling>) -> Handling {
        let Some(handling) = handling else { return Handling::default() };
        let tlp = self.word("handling.tlp", handling.tlp, Tlp::from_number).unwrap_or(Tlp::Amber);
        let agencies = self.entries("handling.releasable_to", &handling.releasable_to, AGENCIES_MAX);
        let mut releasable_to = BTreeSet::new();
        for (index, agency) in agencies.iter().enumerate() {
            releasable_to.extend(self.parsed::<AgencyId>(&format!("handling.releasable_to[{index}]"), agency));
        }
        let caveats = self.entries("handling.caveats", &handling.caveats, CAVEATS_MAX);
        let caveats = caveats
            .iter()
            .filter_map(|&number| self.word("handling.caveats", number, ::domain::Caveat::from_number))
            .collect();
        Handling { tlp, releasable_to: (!releasable_to.is_empty()).then_some(releasable_to), caveats }
    }
}
