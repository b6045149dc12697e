//! A kind of event in; what it cost and who did it out: dead, hurt, taken, livestock, goods, attackers, weapon, vehicle.
//!
//! Each number is drawn for the event once; sources then see it each in their own way. Never: a number for a kind that has none.
use domain::{Category, LivestockKind, Subcategory, WeaponKind};

use crate::{
    event::{Event, Kind, WEAPONS},
    random::{Purpose, Random, weighted},
    witness::whole,
};

/// What an event cost, and who did it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Toll {
    pub(crate) killed: Option<u32>,
    pub(crate) injured: Option<u32>,
    pub(crate) abducted: Option<u32>,
    pub(crate) livestock: Option<(LivestockKind, u32)>,
    pub(crate) goods: Option<Cargo>,
    pub(crate) attackers: Option<u32>,
    pub(crate) weapon: Option<WeaponKind>,
    /// Plate of the vehicle.
    pub(crate) vehicle: Option<String>,
    /// Degrees from true north.
    pub(crate) heading: Option<u16>,
}

/// Goods of one kind.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Cargo {
    pub(crate) name: &'static str,
    pub(crate) quantity: u32,
    pub(crate) unit: &'static str,
}

/// Means of what is drawn for a kind: dead, hurt, and attackers beyond the first.
#[derive(Clone, Copy)]
struct Means {
    killed: f64,
    injured: f64,
    attackers: f64,
}

const LIVESTOCK: [(LivestockKind, f64); 4] = [
    (LivestockKind::Cattle, 0.5),
    (LivestockKind::SheepOrGoats, 0.35),
    (LivestockKind::Camel, 0.12),
    (LivestockKind::Donkey, 0.03),
];
/// Median and spread of the head of livestock of a raid.
const HEAD_MEDIAN: f64 = 25.0;
const HEAD_SIGMA: f64 = 0.9;
/// Share of events of traffic in which the plate was seen.
const PLATE_SEEN: f64 = 0.6;

impl Toll {
    /// What an event cost; a function of the seed, the event's place in the list and its kind.
    pub(crate) fn of(seed: u64, index: usize, event: &Event) -> Self {
        let mut random = Random::keyed(seed, index as u64, Purpose::Tolls);
        if event.kind.category != Category::Trafficking {
            return violence(&mut random, event.kind);
        }
        let mut toll = traffic(&mut random, event.kind.subcategory);
        if random.chance(PLATE_SEEN) {
            toll.vehicle = Some(plate(&mut Random::keyed(seed, event.thread, Purpose::Tolls)));
        }
        toll
    }
}

fn violence(random: &mut Random, kind: Kind) -> Toll {
    let Some(means) = means(kind) else { return Toll::default() };
    let mut toll = Toll {
        killed: Some(random.poisson(means.killed)),
        injured: Some(random.poisson(means.injured)),
        ..Toll::default()
    };
    if means.attackers > 0.0 {
        toll.attackers = Some(1 + random.poisson(means.attackers));
        toll.weapon = Some(weighted(random, &WEAPONS));
    }
    if kind.subcategory == Some(Subcategory::CattleRaid) {
        toll.livestock = Some((weighted(random, &LIVESTOCK), whole(random.log_normal(HEAD_MEDIAN, HEAD_SIGMA))));
        toll.heading = u16::try_from(random.below(36) * 10).ok();
    }
    if kind.subcategory == Some(Subcategory::Abduction) {
        toll.abducted = Some(1 + random.poisson(0.4));
    }
    if kind.category == Category::SuspiciousDeath {
        toll.killed = Some(1);
    }
    toll
}

/// `None` for kinds whose cost is not counted. The first row that fits counts.
fn means(kind: Kind) -> Option<Means> {
    const fn row(
        category: Category,
        subcategory: Option<Subcategory>,
        killed: f64,
        injured: f64,
        attackers: f64,
    ) -> (Kind, Means) {
        (Kind { category, subcategory }, Means { killed, injured, attackers })
    }
    const ROWS: [(Kind, Means); 10] = [
        row(Category::Banditry, Some(Subcategory::CattleRaid), 0.12, 0.3, 8.0),
        row(Category::Banditry, Some(Subcategory::ArmedRobbery), 0.03, 0.3, 3.0),
        row(Category::Banditry, Some(Subcategory::Abduction), 0.05, 0.2, 4.0),
        row(Category::Banditry, None, 0.3, 0.9, 6.0),
        row(Category::ViolentExtremism, None, 0.5, 1.0, 8.0),
        row(Category::OrganisedGang, None, 0.05, 0.5, 4.0),
        row(Category::InfrastructureAttack, None, 0.02, 0.05, 3.0),
        row(Category::SuspiciousDeath, None, 1.0, 0.0, 0.0),
        row(Category::HumanWildlifeConflict, None, 0.08, 0.3, 0.0),
        row(Category::LandDispute, None, 0.02, 0.3, 0.0),
    ];
    let fits = |row: &&(Kind, Means)| {
        row.0.category == kind.category && (row.0.subcategory.is_none() || row.0.subcategory == kind.subcategory)
    };
    ROWS.iter().find(fits).map(|(_, means)| *means)
}

fn traffic(random: &mut Random, subcategory: Option<Subcategory>) -> Toll {
    /// Name, median, unit.
    const GOODS: [(Subcategory, &str, f64, &str); 4] = [
        (Subcategory::Narcotics, "cannabis", 40.0, "kg"),
        (Subcategory::Arms, "ammunition", 120.0, "rounds"),
        (Subcategory::Wildlife, "ivory", 18.0, "kg"),
        (Subcategory::Contraband, "sugar", 90.0, "bags"),
    ];
    const QUANTITY_SIGMA: f64 = 0.8;
    let row = GOODS.iter().find(|(moved, ..)| Some(*moved) == subcategory);
    let goods = row.map(|(_, name, median, unit)| {
        let quantity = whole(random.log_normal(*median, QUANTITY_SIGMA));
        Cargo { name, quantity, unit }
    });
    let weapon = (subcategory == Some(Subcategory::Arms)).then_some(WeaponKind::Rifle);
    Toll { goods, weapon, ..Toll::default() }
}

fn plate(random: &mut Random) -> String {
    const LETTERS: [char; 24] = [
        'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'J', 'K', 'L', 'M', 'N', 'P', 'Q', 'R', 'S', 'T', 'U', 'V', 'W', 'X',
        'Y', 'Z',
    ];
    let (first, second, last) = (random.pick(&['A', 'B', 'C', 'D']), random.pick(&LETTERS), random.pick(&LETTERS));
    format!("K{first}{second} {:03}{last}", random.below(1_000))
}
