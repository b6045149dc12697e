//! Two reports in, the level that each field meets out. A level is a place in a short list; how much it weighs is `parameters`.
//!
//! Fields were chosen for what agencies do report; bins are finer where reports of one event lie. A field that one side does not say is left
//! out, and so weighs nothing.
//! Guarantees: the same for (a, b) and (b, a). Never: floats but for the distance, which is the same bits both ways.
use domain::{Identifier, Meters, Span};

use crate::features::{Features, PlaceClass, SourceClass, TimeClass};

/// Points farther apart are never one incident.
pub(crate) const LINK_RADIUS: Meters = Meters::from_km(15);
/// Events farther apart in time are never one incident.
pub(crate) const LINK_SPAN: Span = Span::from_hours(48);
/// Two reports whose first revisions came farther apart than this in log time are never linked: membership is frozen by then.
pub(crate) const HORIZON: Span = Span::from_days(30);

/// Pairs of place classes, without order; those of times and sources stand in the same order.
const PLACE_PAIRS: &[&str] = &[
    "measured, measured",
    "measured, estimated",
    "measured, by name",
    "estimated, estimated",
    "estimated, by name",
    "by name, by name",
];
const TIME_PAIRS: &[&str] =
    &["exact, exact", "exact, hours", "exact, slot", "hours, hours", "hours, slot", "slot, slot"];
const SOURCE_PAIRS: &[&str] =
    &["post, post", "post, field", "post, local", "field, field", "field, local", "local, local"];
const ONE_CLASS: &[&str] = &["any"];

/// Levels of a distance, in km.
const DISTANCE_LEVELS: &[&str] = &[
    "under 0.5 km",
    "0.5 to 1 km",
    "1 to 2 km",
    "2 to 3 km",
    "3 to 4.5 km",
    "4.5 to 6 km",
    "6 to 8 km",
    "8 to 11 km",
    "11 to 15 km",
];
const DISTANCE_EDGES_M: [f64; 8] = [500.0, 1_000.0, 2_000.0, 3_000.0, 4_500.0, 6_000.0, 8_000.0, 11_000.0];

/// Levels of a time apart. The ninth catches the day that was noted wrong.
const TIME_LEVELS: &[&str] = &[
    "under 45 min",
    "45 to 90 min",
    "1.5 to 2.5 h",
    "2.5 to 4 h",
    "4 to 6 h",
    "6 to 9 h",
    "9 to 14 h",
    "14 to 22 h",
    "22 to 27 h",
    "27 to 48 h",
];
const TIME_EDGES_MIN: [i64; 9] = [45, 90, 150, 240, 360, 540, 840, 1_320, 1_620];

const DAY_LEVELS: &[&str] = &["the same day", "the next day", "a farther day"];
const CATEGORY_LEVELS: &[&str] = &[
    "the same kind",
    "the same category, one without detail",
    "the same category, another kind",
    "a related category",
    "another category",
];
const PLACE_LEVELS: &[&str] = &["the same name", "nearly the same name", "a like name", "another name"];
const SIZE_LEVELS: &[&str] =
    &["within 10 %", "within 28 %", "within 65 %", "within 2.7 times", "within 5.5 times", "farther apart"];
/// e^0.1, e^0.25, e^0.5, e^1 and e^1.7 in hundred-thousandths.
const SIZE_EDGES: [u64; 5] = [110_517, 128_403, 164_872, 271_828, 547_395];
const ATTACKER_LEVELS: &[&str] = &["the same number", "1 apart", "2 apart", "3 or 4 apart", "farther apart"];
const ATTACKER_EDGES: [u32; 4] = [1, 2, 3, 5];
const WEAPON_LEVELS: &[&str] = &["the same weapon", "another weapon"];
const SOURCE_LEVELS: &[&str] = &["the same source", "another source of the agency", "another agency"];
const IDENTIFIER_LEVELS: &[&str] = &["one in common", "none in common"];

/// A name at least so like (Jaro-Winkler) is nearly the same.
const NEARLY_SAME_NAME: f64 = 0.92;
/// A name at least so like (Jaro-Winkler) is like.
const LIKE_NAME: f64 = 0.8;

/// A field that is compared. `Time` and `Day` exclude each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Field {
    Distance,
    Time,
    Day,
    Category,
    PlaceName,
    Size,
    Attackers,
    Weapon,
    Source,
    Identifier,
}

impl Field {
    pub(crate) const ALL: [Self; 10] = [
        Self::Distance,
        Self::Time,
        Self::Day,
        Self::Category,
        Self::PlaceName,
        Self::Size,
        Self::Attackers,
        Self::Weapon,
        Self::Source,
        Self::Identifier,
    ];

    /// Its name in the evidence and in the parameter file.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Distance => "distance",
            Self::Time => "time",
            Self::Day => "day",
            Self::Category => "category",
            Self::PlaceName => "place_name",
            Self::Size => "size",
            Self::Attackers => "attackers",
            Self::Weapon => "weapon",
            Self::Source => "source",
            Self::Identifier => "identifier",
        }
    }

    /// Its levels, in words.
    pub(crate) const fn levels(self) -> &'static [&'static str] {
        match self {
            Self::Distance => DISTANCE_LEVELS,
            Self::Time => TIME_LEVELS,
            Self::Day => DAY_LEVELS,
            Self::Category => CATEGORY_LEVELS,
            Self::PlaceName => PLACE_LEVELS,
            Self::Size => SIZE_LEVELS,
            Self::Attackers => ATTACKER_LEVELS,
            Self::Weapon => WEAPON_LEVELS,
            Self::Source => SOURCE_LEVELS,
            Self::Identifier => IDENTIFIER_LEVELS,
        }
    }

    /// The pairs of observation classes by which its weights differ.
    pub(crate) const fn classes(self) -> &'static [&'static str] {
        match self {
            Self::Distance => PLACE_PAIRS,
            Self::Time => TIME_PAIRS,
            Self::Category | Self::Size | Self::Attackers | Self::Weapon => SOURCE_PAIRS,
            Self::Day | Self::PlaceName | Self::Source | Self::Identifier => ONE_CLASS,
        }
    }
}

/// One field of a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Compared {
    pub(crate) field: Field,
    pub(crate) class: usize,
    pub(crate) level: usize,
}

/// A pair that may be one incident.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Comparison {
    /// In the order of [`Field::ALL`].
    pub(crate) fields: Vec<Compared>,
    /// `None` if one is an area.
    pub(crate) distance: Option<Meters>,
    pub(crate) apart: Span,
}

/// Microseconds between the two events.
pub(crate) fn time_apart(a: &Features, b: &Features) -> Span {
    Span::from_micros(a.middle_us - b.middle_us).abs()
}

/// Whether membership was frozen between the two: they are never linked.
pub(crate) fn is_beyond_horizon(a: &Features, b: &Features) -> bool {
    Span::from_micros(a.first_received_us - b.first_received_us).abs() > HORIZON
}

/// Compares two reports; `None` if they are too far apart in place or time, or nothing but an area speaks for them.
pub(crate) fn compare(a: &Features, b: &Features) -> Option<Comparison> {
    let apart = time_apart(a, b);
    if apart > LINK_SPAN {
        return None;
    }
    let distance = match (a.point, b.point) {
        (Some(here), Some(there)) => Some(geography::distance(here, there)),
        (None, _) | (_, None) => None,
    };
    let near = distance.map_or_else(|| is_named_alike(a, b), |distance| distance <= LINK_RADIUS);
    near.then(|| Comparison { fields: compare_fields(a, b, distance, apart), distance, apart })
}

/// Whether an identifier or a place name speaks for a pair of which one is an area.
fn is_named_alike(a: &Features, b: &Features) -> bool {
    let counties_differ = a.county.zip(b.county).is_some_and(|(here, there)| here != there);
    let same_name = !a.place_name.is_empty() && a.place_name == b.place_name && !counties_differ;
    same_name || has_common(&a.identifiers, &b.identifiers)
}

fn compare_fields(a: &Features, b: &Features, distance: Option<Meters>, apart: Span) -> Vec<Compared> {
    let sources = pair_of(source_rank(a.source_class), source_rank(b.source_class));
    let places = pair_of(place_rank(a.place_class), place_rank(b.place_class));
    let mut fields = Vec::with_capacity(Field::ALL.len());
    let mut note = |field, class, level: Option<usize>| {
        if let Some(level) = level {
            fields.push(Compared { field, class, level });
        }
    };
    note(Field::Distance, places, distance.map(distance_level));
    match time_rank(a.time_class).zip(time_rank(b.time_class)) {
        Some((here, there)) => note(Field::Time, pair_of(here, there), Some(time_level(apart))),
        None => note(Field::Day, 0, Some(day_level(a.day, b.day))),
    }
    note(Field::Category, sources, Some(category_level(a, b)));
    note(Field::PlaceName, 0, place_level(&a.place_name, &b.place_name));
    // Like is compared with like: a herd says nothing of how many were hurt.
    let sizes = a.livestock.zip(b.livestock).or(a.persons.zip(b.persons));
    note(Field::Size, sources, sizes.map(|(here, there)| size_level(here, there)));
    note(Field::Attackers, sources, a.attackers.zip(b.attackers).map(|(here, there)| attacker_level(here, there)));
    note(Field::Weapon, sources, a.weapon.zip(b.weapon).map(|(here, there)| usize::from(here != there)));
    note(Field::Source, 0, Some(source_level(a, b)));
    note(Field::Identifier, 0, identifier_level(&a.identifiers, &b.identifiers));
    fields
}

/// The place of an unordered pair of ranks 0 to 2 in [`PLACE_PAIRS`], [`TIME_PAIRS`] and [`SOURCE_PAIRS`].
pub(crate) fn pair_of(a: usize, b: usize) -> usize {
    match (a.min(b), a.max(b)) {
        (0, high) => high,
        (1, 1) => 3,
        (1, _) => 4,
        _ => 5,
    }
}

const fn source_rank(class: SourceClass) -> usize {
    match class {
        SourceClass::Post => 0,
        SourceClass::Field => 1,
        SourceClass::Local => 2,
    }
}

const fn place_rank(class: PlaceClass) -> usize {
    match class {
        PlaceClass::Measured => 0,
        PlaceClass::Estimated => 1,
        PlaceClass::ByName => 2,
    }
}

/// `None` for a whole day.
const fn time_rank(class: TimeClass) -> Option<usize> {
    match class {
        TimeClass::Exact => Some(0),
        TimeClass::Hours => Some(1),
        TimeClass::Slot => Some(2),
        TimeClass::Day => None,
    }
}

fn distance_level(distance: Meters) -> usize {
    DISTANCE_EDGES_M.iter().take_while(|edge| distance.get() >= **edge).count()
}

fn time_level(apart: Span) -> usize {
    TIME_EDGES_MIN.iter().take_while(|edge| apart >= Span::from_secs(**edge * 60)).count()
}

pub(crate) fn day_level(a: i32, b: i32) -> usize {
    usize::try_from(a.abs_diff(b).min(2)).unwrap_or(2)
}

fn category_level(a: &Features, b: &Features) -> usize {
    if a.category != b.category {
        return if a.category.is_related(b.category) { 3 } else { 4 };
    }
    let has_kinds = domain::Subcategory::ALL.iter().any(|kind| kind.category() == a.category);
    match (a.subcategory, b.subcategory) {
        (Some(here), Some(there)) if here == there => 0,
        (Some(_), Some(_)) => 2,
        // A category that has no kinds is all the detail there is.
        (None, _) | (_, None) => usize::from(has_kinds),
    }
}

fn place_level(a: &str, b: &str) -> Option<usize> {
    if a.is_empty() || b.is_empty() {
        return None;
    }
    if a == b {
        return Some(0);
    }
    // Jaro's matching prefers the first of equal letters, so the two orders may differ in the last digits.
    let likeness = strsim::jaro_winkler(a, b).max(strsim::jaro_winkler(b, a));
    Some(if likeness >= NEARLY_SAME_NAME {
        1
    } else if likeness >= LIKE_NAME {
        2
    } else {
        3
    })
}

fn size_level(a: u32, b: u32) -> usize {
    let (small, large) = (u64::from(a.min(b)), u64::from(a.max(b)));
    SIZE_EDGES.iter().take_while(|edge| large * 100_000 >= small * **edge).count()
}

fn attacker_level(a: u32, b: u32) -> usize {
    ATTACKER_EDGES.iter().take_while(|edge| a.abs_diff(b) >= **edge).count()
}

fn source_level(a: &Features, b: &Features) -> usize {
    if a.source == b.source { 0 } else { 1 + usize::from(a.agency != b.agency) }
}

fn identifier_level(a: &[Identifier], b: &[Identifier]) -> Option<usize> {
    (!a.is_empty() && !b.is_empty()).then(|| usize::from(!has_common(a, b)))
}

/// Whether two ascending lists share an entry.
fn has_common(a: &[Identifier], b: &[Identifier]) -> bool {
    a.iter().any(|identifier| b.binary_search(identifier).is_ok())
}
