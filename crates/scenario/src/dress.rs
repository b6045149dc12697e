//! An event, its cost, a source and its post in; the report as that post files it out: rounded, incomplete, in its own words.
//!
//! Never: a number that the event has not; a report that an honest server would refuse as of the future.
use std::collections::BTreeSet;

use domain::{
    Account, Category, Caveat, Channel, Credibility, Discovery, ExternalRef, Goods, Grading, Handling, Identifier,
    IdentifierKind, Livestock, Meters, Occurrence, Place, Priority, Reliability, SourceKind, Span, Timestamp, Tlp,
    Weapon,
};

use crate::{
    event::Event,
    office::Office,
    random::{Random, weighted},
    settlement::Settlement,
    toll::Toll,
    witness::{Draft, Ground, Witness},
    wording::{Language, Telling, summary},
};

/// Shares of reports that lack something: the uncertainties, the name beside a point, the sub-category, the attackers, the weapon.
const NO_UNCERTAINTY: f64 = 0.2;
const NO_NAME: f64 = 0.1;
const NO_SUBCATEGORY: f64 = 0.15;
const NO_ATTACKERS: f64 = 0.3;
const NO_WEAPON: f64 = 0.35;
const NO_COUNT: f64 = 0.15;
const NO_SUMMARY: f64 = 0.06;
/// Of reports by clock, so many tell the time to the hour, and so many to the half hour.
const TO_THE_HOUR: f64 = 0.35;
const TO_THE_HALF_HOUR: f64 = 0.3;
/// Of reports without a clock, so many tell only the day.
const ONLY_THE_DAY: f64 = 0.12;
/// Of reports of chiefs and the public, so many tell only the county.
const ONLY_THE_COUNTY: f64 = 0.03;
/// Shares of reports with a county beside the place, a source reference, a number in another system.
const WITH_COUNTY: f64 = 0.6;
const WITH_SOURCE: f64 = 0.5;
const WITH_NUMBER: f64 = 0.3;
const GRADED: f64 = 0.7;
/// Of trafficking, a patrol finds so much by itself; of the rest, so much.
const FOUND_TRAFFIC: f64 = 0.12;
const FOUND: f64 = 0.03;
/// Of events with dead or taken, so many reports are urgent to the utmost.
const UTMOST: f64 = 0.25;
const HALF_HOUR: Span = Span::from_secs(1_800);
const HOUR: Span = Span::from_hours(1);

/// What a report is made from.
pub(crate) struct Dresser<'a> {
    pub(crate) witness: &'a Witness,
    pub(crate) office: &'a Office,
    pub(crate) event: &'a Event,
    pub(crate) toll: &'a Toll,
}

impl Dresser<'_> {
    /// The report, and when it is sent.
    pub(crate) fn draft(&self, ground: &Ground<'_>, random: &mut Random, event: usize) -> Draft {
        let mut account = self.witness.what_when_where(ground, random, self.event);
        self.put_time(random, &mut account);
        self.put_place(random, &mut account);
        self.put_counts(random, &mut account);
        self.put_source(random, &mut account);
        self.put_marks(random, &mut account);
        if account.category == self.event.kind.category && random.chance(NO_SUBCATEGORY) {
            account.subcategory = None;
        }
        self.put_words(random, &mut account);
        let latest = self.event.at.max(account.occurrence.middle());
        let reported_at = latest.plus(self.witness.delay(random));
        Draft { event, agency: self.witness.agency, reported_at, account }
    }

    fn put_time(&self, random: &mut Random, account: &mut Account) {
        let Occurrence::At { at, uncertainty } = account.occurrence else { return };
        let shown = self.office.shown(at);
        let is_by_clock = uncertainty.is_some_and(|uncertainty| uncertainty < Span::from_hours(3));
        if !is_by_clock && random.chance(ONLY_THE_DAY) {
            account.occurrence = Occurrence::On(shown.local_day());
            return;
        }
        let step = match random.unit() {
            draw if is_by_clock && draw < TO_THE_HOUR => HOUR,
            draw if is_by_clock && draw < TO_THE_HOUR + TO_THE_HALF_HOUR => HALF_HOUR,
            _ => Span::from_secs(300),
        };
        let uncertainty =
            uncertainty.map(|uncertainty| uncertainty.max(step.half())).filter(|_| !random.chance(NO_UNCERTAINTY));
        account.occurrence = Occurrence::At { at: rounded(shown, step), uncertainty };
    }

    fn put_place(&self, random: &mut Random, account: &mut Account) {
        let county = geography::county_of(self.event.point).map(|hit| hit.county.name().to_owned()).unwrap_or_default();
        let is_public = matches!(self.witness.source_kind, SourceKind::Chief | SourceKind::Community);
        if is_public && !county.is_empty() && random.chance(ONLY_THE_COUNTY) {
            account.place = Place { county, ..Place::default() };
            return;
        }
        let place = &mut account.place;
        if place.point.is_none() {
            return;
        }
        if random.chance(WITH_COUNTY) {
            place.county = county;
        }
        if random.chance(NO_NAME) {
            place.name.clear();
        }
        place.uncertainty = place.uncertainty.filter(|_| !random.chance(NO_UNCERTAINTY)).map(rounded_radius);
    }

    fn put_counts(&self, random: &mut Random, account: &mut Account) {
        let toll = self.toll;
        // Dead are few and everybody counts them; the wide spread is for herds.
        [account.killed, account.injured, account.abducted] =
            [toll.killed, toll.injured, toll.abducted].map(|count| count.filter(|_| !random.chance(NO_COUNT)));
        account.injured = account.injured.map(|injured| self.witness.counted(random, injured));
        if let Some((kind, head)) = toll.livestock.filter(|_| !random.chance(NO_COUNT)) {
            account.livestock = vec![Livestock { kind: Some(kind), count: Some(self.witness.counted(random, head)) }];
        }
        if let Some(cargo) = toll.goods.filter(|_| !random.chance(NO_COUNT)) {
            let quantity = Some(f64::from(self.witness.counted(random, cargo.quantity)));
            account.goods = vec![Goods { name: cargo.name.to_owned(), quantity, unit: cargo.unit.to_owned() }];
        }
        if let Some(attackers) = toll.attackers.filter(|_| !random.chance(NO_ATTACKERS)) {
            account.attackers = Some(self.witness.attackers(random, attackers));
        }
        if let Some(weapon) = toll.weapon.filter(|_| !random.chance(NO_WEAPON)) {
            account.weapons = vec![Weapon { kind: Some(self.witness.weapon(random, weapon)), count: None }];
        }
        account.heading_degrees = toll.heading.filter(|_| random.chance(0.4));
        let plate = toll.vehicle.clone().filter(|_| random.chance(0.5));
        account.identifiers =
            plate.into_iter().map(|value| Identifier { kind: IdentifierKind::Vehicle, value }).collect();
        account.modus = modus(self.event.at);
    }

    fn put_source(&self, random: &mut Random, account: &mut Account) {
        account.unit.clone_from(&self.office.name);
        if random.chance(WITH_SOURCE) {
            account.source_ref = self.office.informant(random);
        }
        if self.witness.source_kind == SourceKind::Police && random.chance(WITH_NUMBER) {
            let id = format!("{}/{}", random.below(60) + 1, self.event.at.local_day());
            account.external_ref = Some(ExternalRef { system: "OB".to_owned(), id });
        }
        account.channel = Some(channel(random, self.witness.source_kind));
        let is_traffic = account.category == Category::Trafficking;
        let is_guard = matches!(self.witness.source_kind, SourceKind::Police | SourceKind::Npr | SourceKind::Ranger);
        if is_guard && random.chance(if is_traffic { FOUND_TRAFFIC } else { FOUND }) {
            account.discovery = Some(Discovery::Patrol);
        }
    }

    fn put_marks(&self, random: &mut Random, account: &mut Account) {
        if random.chance(GRADED) {
            account.grading = grading(random, self.witness.source_kind);
        }
        let has_loss = account.killed.is_some_and(|killed| killed > 0) || account.abducted.is_some();
        let is_slow =
            matches!(account.category, Category::RoadState | Category::Corruption | Category::LandEncroachment);
        account.priority = if has_loss && random.chance(UTMOST) {
            Priority::One
        } else if has_loss || account.injured.is_some_and(|injured| injured > 0) {
            Priority::Two
        } else if is_slow {
            Priority::Four
        } else {
            Priority::Three
        };
        account.handling = handling(random, account.category, self.witness.source_kind);
    }

    fn put_words(&self, random: &mut Random, account: &mut Account) {
        if random.chance(NO_SUMMARY) {
            return;
        }
        let language =
            if random.chance(english(self.witness.source_kind)) { Language::English } else { Language::Swahili };
        let nearest = Settlement::name_at(self.event.point).unwrap_or_default();
        let place = if account.place.name.is_empty() { nearest } else { &account.place.name };
        let telling = Telling {
            source: self.witness.source_kind,
            category: account.category,
            subcategory: account.subcategory,
            place,
            livestock: account.livestock.first().and_then(|livestock| livestock.kind.zip(livestock.count)),
            goods: self.toll.goods,
            killed: account.killed,
            injured: account.injured,
            attackers: account.attackers,
            heading: self.toll.heading,
            hour: hour_told(account.occurrence),
        };
        account.summary = summary(random, language, &telling);
        account.language = language.tag().to_owned();
    }
}

/// The nearest multiple of a step, counted from local midnight.
fn rounded(at: Timestamp, step: Span) -> Timestamp {
    let start = at.local_day().start();
    let steps = (at.since(start).micros() + step.half().micros()) / step.micros();
    start.plus(Span::from_micros(steps * step.micros()))
}

/// A radius as people give it: to the next hundred metres, or the next kilometre from two on.
fn rounded_radius(radius: Meters) -> Meters {
    let step = if radius < Meters::from_km(2) { 100.0 } else { 1_000.0 };
    Meters::new(libm::ceil(radius.get() / step) * step).unwrap_or(radius)
}

/// Hour of the day in East Africa.
fn hour(at: Timestamp) -> u8 {
    let hours = at.since(at.local_day().start()).micros() / HOUR.micros();
    u8::try_from(hours).unwrap_or(0)
}

/// The hour that a report tells; none if it tells the day only.
fn hour_told(occurrence: Occurrence) -> Option<u8> {
    match occurrence {
        Occurrence::At { at, .. } => Some(hour(at)),
        Occurrence::On(_) => None,
    }
}

fn modus(at: Timestamp) -> Vec<String> {
    let is_night = !(6..19).contains(&hour(at));
    is_night.then(|| "night".to_owned()).into_iter().collect()
}

/// The way a source's report comes in.
pub(crate) fn channel(random: &mut Random, source: SourceKind) -> Channel {
    use Channel::{App, InPerson, Phone, Radio, Sms, Ussd};
    match source {
        SourceKind::Police | SourceKind::Npr | SourceKind::Ranger => {
            weighted(random, &[(Radio, 0.6), (Phone, 0.25), (App, 0.15)])
        }
        SourceKind::VillageElder | SourceKind::Chief => {
            weighted(random, &[(Phone, 0.45), (Sms, 0.25), (InPerson, 0.2), (Ussd, 0.1)])
        }
        SourceKind::Community | SourceKind::Sensor => weighted(random, &[(Ussd, 0.4), (Sms, 0.4), (App, 0.2)]),
    }
}

/// Share of a source's reports that are in English.
pub(crate) const fn english(source: SourceKind) -> f64 {
    match source {
        SourceKind::Police | SourceKind::Ranger | SourceKind::Sensor => 0.8,
        SourceKind::Npr | SourceKind::Chief => 0.5,
        SourceKind::VillageElder => 0.15,
        SourceKind::Community => 0.3,
    }
}

/// How a source is graded.
pub(crate) fn grading(random: &mut Random, source: SourceKind) -> Grading {
    use Credibility::{Four, One, Six, Three, Two};
    use Reliability::{A, B, C, D, F};
    let reliability = match source {
        SourceKind::Police | SourceKind::Ranger | SourceKind::Sensor => {
            weighted(random, &[(A, 0.2), (B, 0.6), (C, 0.2)])
        }
        SourceKind::Npr | SourceKind::Chief => weighted(random, &[(B, 0.5), (C, 0.4), (D, 0.1)]),
        SourceKind::VillageElder => weighted(random, &[(B, 0.3), (C, 0.4), (F, 0.3)]),
        SourceKind::Community => weighted(random, &[(C, 0.4), (D, 0.3), (F, 0.3)]),
    };
    let credibility = weighted(random, &[(One, 0.05), (Two, 0.45), (Three, 0.3), (Four, 0.05), (Six, 0.15)]);
    Grading { reliability: Some(reliability), credibility: Some(credibility) }
}

/// Who may read a source's report.
pub(crate) fn handling(random: &mut Random, category: Category, source: SourceKind) -> Handling {
    let mut handling = Handling::default();
    if category.is_restricted() || (category == Category::ViolentExtremism && random.chance(0.3)) {
        handling.tlp = Tlp::AmberStrict;
    } else if random.chance(0.1) {
        handling.tlp = Tlp::Green;
    }
    if category == Category::ChildDefilement {
        handling.caveats.insert(Caveat::Child);
    }
    let is_exposed = matches!(source, SourceKind::VillageElder | SourceKind::Community);
    if is_exposed && random.chance(0.2) {
        handling.caveats.insert(Caveat::SourceSensitive);
    }
    if random.chance(0.03) {
        let agencies = ["police", "kws"].into_iter().filter_map(|agency| agency.parse().ok());
        handling.releasable_to = Some(agencies.collect::<BTreeSet<_>>());
    }
    handling
}
