//! An event in; what one source says of it out: place, time, kind and counts, each as wrong as that source is.
//!
//! The sources and their errors are those of docs/science.md A.4. Uncertainties are said as the contract wants them: the radius and the
//! half-width that hold the truth in 68 of 100 cases.
//! Never: an id; that is given after all reports are in order.
use domain::{
    Account, Category, Discovery, Grading, Handling, Livestock, LivestockKind, Meters, Occurrence, Place, Priority,
    SourceKind, Span, Subcategory, Timestamp, Weapon, WeaponKind,
};

use crate::{
    event::{Event, Kind, Reality, WEAPONS, scattered},
    kinds::Kinds,
    random::{Random, hours},
    settlement::{Settlement, Settlements},
};

/// A report before it has an id.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Draft {
    /// Index of its event.
    pub(crate) event: usize,
    pub(crate) agency: &'static str,
    pub(crate) reported_at: Timestamp,
    pub(crate) account: Account,
}

/// How a source gives the place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Placing {
    /// Measured, with this standard deviation along each axis.
    Measured { sd_km: f64 },
    /// By the village.
    ByVillage,
}

/// How a source gives the time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Timing {
    /// By a clock, with this standard deviation.
    Clock { sd_hours: f64 },
    /// By the quarter of the day.
    QuarterOfDay,
}

/// How a source sees and errs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Witness {
    pub(crate) agency: &'static str,
    pub(crate) source_kind: SourceKind,
    /// Share of events that it reports.
    pub(crate) reports: f64,
    /// Share of its reports that it makes a second time.
    pub(crate) again: f64,
    pub(crate) placing: Placing,
    pub(crate) timing: Timing,
    /// Share of reports a whole day off.
    pub(crate) day_slips: f64,
    /// Share of reports with a kind that was not looked at well.
    pub(crate) kind_errors: f64,
    /// Standard deviation of the logarithm of counts.
    pub(crate) size_sigma: f64,
    /// Attackers are off by at most so many.
    pub(crate) attackers_off: usize,
    /// Share of reports with the weapon that was seen.
    pub(crate) weapon_kept: f64,
    /// Median of the time until it reports.
    pub(crate) delay_hours: f64,
}

/// Police: a device with a position, and a clock.
pub(crate) const POLICE: Witness = Witness {
    agency: "police",
    source_kind: SourceKind::Police,
    reports: 0.62,
    again: 0.06,
    placing: Placing::Measured { sd_km: 0.4 },
    timing: Timing::Clock { sd_hours: 0.5 },
    day_slips: 0.01,
    kind_errors: 0.05,
    size_sigma: 0.1,
    attackers_off: 0,
    weapon_kept: 0.95,
    delay_hours: 6.0,
};

/// Reservists: on foot, and fast.
pub(crate) const NPR: Witness = Witness {
    agency: "npr",
    source_kind: SourceKind::Npr,
    reports: 0.52,
    again: 0.10,
    placing: Placing::Measured { sd_km: 1.5 },
    timing: Timing::Clock { sd_hours: 1.5 },
    day_slips: 0.01,
    kind_errors: 0.12,
    size_sigma: 0.25,
    attackers_off: 1,
    weapon_kept: 0.90,
    delay_hours: 2.0,
};

/// Elders: by the village and the quarter of the day.
pub(crate) const ELDER: Witness = Witness {
    agency: "elders",
    source_kind: SourceKind::VillageElder,
    reports: 0.48,
    again: 0.10,
    placing: Placing::ByVillage,
    timing: Timing::QuarterOfDay,
    day_slips: 0.05,
    kind_errors: 0.20,
    size_sigma: 0.5,
    attackers_off: 2,
    weapon_kept: 0.80,
    delay_hours: 10.0,
};

/// The three sources of recipe A4.
pub(crate) const A4_WITNESSES: [Witness; 3] = [POLICE, NPR, ELDER];

/// Share of measured reports whose device had no position.
const NO_POSITION: f64 = 0.07;
/// Share of reports that name the nearest village; the rest names one of the three nearest.
const NEAREST_NAMED: f64 = 0.85;
/// Share of names that are written wrong.
const MISSPELT: f64 = 0.35;
/// Of villages that are clear by their name, so many are given by it alone.
const NAME_ALONE: f64 = 0.3;
/// An elder's own guess of the place where no village is near: standard deviation along each axis.
const GUESS_SD_KM: f64 = 2.0;
/// Radius that holds 68 of 100 of a normal of standard deviation 1 along each axis: √(−2 ln 0.32).
const RADIUS_OF_SD: f64 = 1.5096;
/// Half-width that an elder's quarter of a day is worth: three hours of rounding, and one of doubt.
const QUARTER_UNCERTAINTY: Span = Span::from_hours(3);
/// Share of reports that come weeks later.
const VERY_LATE: f64 = 0.02;
/// Standard deviation of the logarithm of delays.
const DELAY_SIGMA: f64 = 1.2;

/// Persons that a server takes, at most.
const SIZE_MAX: u32 = 10_000;

/// The ground that sources stand on: the villages they name, and the kinds they know.
pub(crate) struct Ground<'a> {
    pub(crate) settlements: &'a Settlements,
    pub(crate) kinds: &'a Kinds,
}

impl Witness {
    /// What this source says of an event by the recipe, and when.
    pub(crate) fn tell(&self, ground: &Ground<'_>, random: &mut Random, event: &Event) -> (Timestamp, Account) {
        let mut account = self.what_when_where(ground, random, event);
        self.count(random, event, &mut account);
        let latest = event.at.max(account.occurrence.middle());
        (latest.plus(self.delay(random)), account)
    }

    /// Kind, time and place as this source has them, and no numbers.
    pub(crate) fn what_when_where(&self, ground: &Ground<'_>, random: &mut Random, event: &Event) -> Account {
        let kind = if random.chance(self.kind_errors) { ground.kinds.mistaken(random, event.kind) } else { event.kind };
        let place = self.place(ground, random, event);
        let occurrence = self.occurrence(random, event.at);
        Account { source_kind: Some(self.source_kind), ..blank(kind, occurrence, place) }
    }

    /// Time until this source reports.
    pub(crate) fn delay(&self, random: &mut Random) -> Span {
        let usual = random.log_normal(self.delay_hours, DELAY_SIGMA);
        let weeks = if random.chance(VERY_LATE) { 24.0 * random.between(7.0, 21.0) } else { 0.0 };
        hours(usual + weeks)
    }

    /// A count as this source has it: at least 1 if it was.
    pub(crate) fn counted(&self, random: &mut Random, count: u32) -> u32 {
        let seen = f64::from(count) * libm::exp(random.normal() * self.size_sigma);
        if count == 0 { 0 } else { whole(seen) }
    }

    /// Attackers as this source counted them.
    pub(crate) fn attackers(&self, random: &mut Random, attackers: u32) -> u32 {
        let off = random.below(2 * self.attackers_off + 1);
        attackers_off_by(attackers, off, self.attackers_off)
    }

    /// The weapon as this source saw it.
    pub(crate) fn weapon(&self, random: &mut Random, weapon: WeaponKind) -> WeaponKind {
        if random.chance(self.weapon_kept) { weapon } else { random.pick(&WEAPONS).0 }
    }

    fn place(&self, ground: &Ground<'_>, random: &mut Random, event: &Event) -> Place {
        let near = ground.settlements.nearest(event.point, 3);
        let is_nearest = random.chance(NEAREST_NAMED) || event.reality == Reality::Rumour;
        let village = if is_nearest { near.first() } else { random.pick_of(&near) }.copied();
        match (self.placing, village) {
            (Placing::Measured { .. }, Some(village)) if random.chance(NO_POSITION) => {
                village.as_centroid(misspelt(random, village.name))
            }
            (Placing::Measured { sd_km }, village) => {
                let name = village.map_or_else(String::new, |village| misspelt(random, village.name));
                measured(random, event, sd_km, name)
            }
            (Placing::ByVillage, Some(village)) => by_village(random, village),
            (Placing::ByVillage, None) => measured(random, event, GUESS_SD_KM, String::new()),
        }
    }

    fn occurrence(&self, random: &mut Random, at: Timestamp) -> Occurrence {
        let (told, uncertainty) = match self.timing {
            Timing::Clock { sd_hours } => (at.plus(hours(random.normal() * sd_hours)), hours(sd_hours)),
            Timing::QuarterOfDay => (quarter_of_day(at).plus(hours(random.normal())), QUARTER_UNCERTAINTY),
        };
        let slip = if random.chance(self.day_slips) { random.pick(&[-1, 1]) } else { 0 };
        Occurrence::At { at: told.plus(Span::from_days(slip)), uncertainty: Some(uncertainty) }
    }

    fn count(&self, random: &mut Random, event: &Event, account: &mut Account) {
        let size = event.size * libm::exp(random.normal() * self.size_sigma);
        put_size(account, event.kind, whole(size).min(SIZE_MAX));
        account.attackers = Some(self.attackers(random, event.attackers));
        let weapon = self.weapon(random, event.weapon);
        account.weapons = vec![Weapon { kind: Some(weapon), count: None }];
    }
}

/// An account that says what, when and where, and nothing else.
pub(crate) fn blank(kind: Kind, occurrence: Occurrence, place: Place) -> Account {
    Account {
        unit: String::new(),
        external_ref: None,
        source_kind: None,
        channel: None,
        discovery: Some(Discovery::Reported),
        source_ref: String::new(),
        category: kind.category,
        subcategory: kind.subcategory,
        occurrence,
        reported_at: None,
        place,
        summary: String::new(),
        language: String::new(),
        killed: None,
        injured: None,
        abducted: None,
        attackers: None,
        livestock: Vec::new(),
        weapons: Vec::new(),
        goods: Vec::new(),
        heading_degrees: None,
        modus: Vec::new(),
        identifiers: Vec::new(),
        grading: Grading::default(),
        priority: Priority::Three,
        handling: Handling::default(),
    }
}

fn measured(random: &mut Random, event: &Event, sd_km: f64, name: String) -> Place {
    let metres = libm::round(sd_km * RADIUS_OF_SD * 10.0) * 100.0;
    let point = Some(scattered(random, event.point, sd_km));
    Place { point, uncertainty: Meters::new(metres), name, ..Place::default() }
}

fn by_village(random: &mut Random, village: &Settlement) -> Place {
    let spelling = misspelt(random, village.name);
    if village.is_clear_by_name && spelling == village.name && random.chance(NAME_ALONE) {
        return village.as_name();
    }
    village.as_centroid(spelling)
}

/// A name with one letter lost, added or changed, in 35 of 100 cases; short names are written right.
pub(crate) fn misspelt(random: &mut Random, name: &str) -> String {
    const LETTERS: [char; 10] = ['a', 'e', 'i', 'o', 'u', 'k', 'n', 't', 'r', 'l'];
    let mut letters: Vec<char> = name.chars().collect();
    if letters.len() <= 3 || !random.chance(MISSPELT) {
        return name.to_owned();
    }
    let (index, letter) = (random.below(letters.len()), random.pick(&LETTERS));
    let (replaced, written) = match random.below(3) {
        0 => (index..index + 1, None),
        1 => (index..index, Some(letter)),
        _ => (index..index + 1, Some(letter)),
    };
    letters.splice(replaced, written);
    letters.into_iter().collect()
}

/// The nearest of midnight, six, noon and eighteen o'clock in East Africa.
fn quarter_of_day(at: Timestamp) -> Timestamp {
    let start = at.local_day().start();
    let quarter = Span::from_hours(6).micros();
    let quarters = (at.since(start).micros() + quarter / 2) / quarter;
    start.plus(Span::from_micros(quarters * quarter))
}

/// Puts the event's one size where a report of its kind has it.
fn put_size(account: &mut Account, kind: Kind, size: u32) {
    if kind.subcategory == Some(Subcategory::CattleRaid) {
        account.livestock = vec![Livestock { kind: Some(LivestockKind::Cattle), count: Some(size) }];
    } else if kind.category == Category::MissingPerson || kind.subcategory == Some(Subcategory::Persons) {
        account.abducted = Some(size);
    } else {
        account.killed = Some(size / 4);
        account.injured = Some(size - size / 4);
    }
}

/// Rounds a count that is at least 1.
pub(crate) fn whole(count: f64) -> u32 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "held between 1 and 100 000")]
    let whole = libm::round(count).clamp(1.0, 100_000.0) as u32;
    whole
}

fn attackers_off_by(seen: u32, drawn: usize, most_off: usize) -> u32 {
    let drawn = u32::try_from(drawn).unwrap_or(0);
    let most_off = u32::try_from(most_off).unwrap_or(0);
    (seen + drawn).saturating_sub(most_off).max(1)
}
