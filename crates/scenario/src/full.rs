//! The noise of the field: recipe A4's errors, and all else that goes wrong between a post and the centre.
//!
//! Six agencies report what concerns them, by posts that come and go, whose clocks are off, whose lines are cut for days. Times are rounded,
//! fields left out, sub-categories left open, words in English or Swahili, and some agencies repeat what another wrote.
//! Guarantees: an event has at most five reports. Never: a report of a post before it joined or after it left.
use domain::{Category, SourceKind, Span, Subcategory};

use crate::{
    assemble::Telling,
    dress::Dresser,
    echo,
    event::Event,
    office::{Lines, Office},
    random::{Purpose, Random, weighted},
    stage::{Period, Stage},
    toll::Toll,
    witness::{Draft, ELDER, Ground, NPR, POLICE, Placing, Timing, Witness},
};

/// Most reports of one event.
pub(crate) const REPORTS_PER_EVENT_MAX: usize = 5;
/// Reports that an event has on average; only the first guess of how many events are needed.
const REPORTS_PER_EVENT: f64 = 1.75;
/// Of rumours, so many come from a witness of each agency, in the order of [`WITNESSES`].
const RUMOUR_SHARES: [(usize, f64); 6] = [(0, 0.08), (1, 0.2), (2, 0.4), (3, 0.12), (4, 0.2), (5, 0.0)];

/// The agencies that report.
pub(crate) const WITNESSES: [Witness; 6] = [
    POLICE,
    NPR,
    ELDER,
    Witness {
        agency: "chiefs",
        source_kind: SourceKind::Chief,
        again: 0.05,
        placing: Placing::Measured { sd_km: 1.0 },
        timing: Timing::Clock { sd_hours: 2.0 },
        kind_errors: 0.12,
        size_sigma: 0.3,
        delay_hours: 12.0,
        ..NPR
    },
    Witness {
        agency: "community",
        source_kind: SourceKind::Community,
        again: 0.12,
        kind_errors: 0.25,
        delay_hours: 4.0,
        ..ELDER
    },
    Witness {
        agency: "kws",
        source_kind: SourceKind::Ranger,
        again: 0.04,
        placing: Placing::Measured { sd_km: 0.2 },
        timing: Timing::Clock { sd_hours: 0.5 },
        kind_errors: 0.06,
        delay_hours: 3.0,
        ..POLICE
    },
];

/// The noise of the field.
pub(crate) struct Full;

impl Telling for Full {
    fn tell(&self, stage: &dyn Stage, seed: u64, period: Period, events: &[Event]) -> Vec<Draft> {
        let mut field = Field::new(stage, seed, period);
        events.iter().enumerate().flat_map(|(index, event)| field.told(index, event)).collect()
    }

    fn tell_rumour(&self, stage: &dyn Stage, random: &mut Random, (index, event): (usize, &Event)) -> Draft {
        let witness = WITNESSES.get(weighted(random, &RUMOUR_SHARES)).unwrap_or(&ELDER);
        // A rumour has no post that could be closed, and passes by no line that could be cut.
        let period = Period { start: event.at.minus(Span::DAY), until: event.at.plus(Span::DAY) };
        let office = Office::covering(0, period, witness.agency, event.point);
        let toll = Toll::of(random.bits(), index, event);
        let dresser = Dresser { witness, office: &office, event, toll: &toll };
        dresser.draft(&stage.ground(), random, index)
    }

    fn reports_per_event(&self) -> f64 {
        REPORTS_PER_EVENT
    }
}

/// The field over a period: who stands where, and which lines are cut.
struct Field<'a> {
    ground: Ground<'a>,
    seed: u64,
    period: Period,
    lines: Lines,
}

impl<'a> Field<'a> {
    fn new(stage: &'a dyn Stage, seed: u64, period: Period) -> Self {
        Self { ground: stage.ground(), seed, period, lines: Lines::new(seed, period) }
    }

    /// All reports of an event: of each agency that it concerns, and of those that repeat one.
    fn told(&mut self, index: usize, event: &Event) -> Vec<Draft> {
        let mut random = Random::keyed(self.seed, index as u64, Purpose::Reports);
        let toll = Toll::of(self.seed, index, event);
        let mut drafts = Vec::new();
        for witness in &WITNESSES {
            if !random.chance(concern(witness.source_kind, event)) {
                continue;
            }
            let office = Office::covering(self.seed, self.period, witness.agency, event.point);
            if !office.works_at(event.at) {
                continue;
            }
            let dresser = Dresser { witness, office: &office, event, toll: &toll };
            let count = 1 + usize::from(random.chance(witness.again));
            drafts.extend((0..count).map(|_| dresser.draft(&self.ground, &mut random, index)));
        }
        if let Some((first, witness)) = echo::repeated(&mut random, &drafts) {
            let office = Office::covering(self.seed, self.period, witness.agency, event.point);
            let dresser = Dresser { witness, office: &office, event, toll: &toll };
            let own = dresser.draft(&self.ground, &mut random, index);
            drafts.push(echo::echo_of(&mut random, &first, own));
        }
        drafts.truncate(REPORTS_PER_EVENT_MAX);
        for draft in &mut drafts {
            draft.reported_at = self.lines.taken(event.point, draft.reported_at);
        }
        drafts
    }
}

/// Share of events of a kind that an agency reports.
fn concern(source: SourceKind, event: &Event) -> f64 {
    let by_group = |raids, moved, violence, people, land| match event.kind.category {
        Category::Banditry => raids,
        Category::Trafficking | Category::IrregularMigration | Category::IllicitSupply => moved,
        Category::ViolentExtremism
        | Category::OrganisedGang
        | Category::InfrastructureAttack
        | Category::ArmsPossession => violence,
        Category::GenderBasedViolence
        | Category::ChildDefilement
        | Category::MissingPerson
        | Category::SuspiciousDeath
        | Category::Corruption
        | Category::Other => people,
        Category::LandDispute
        | Category::LandEncroachment
        | Category::HumanWildlifeConflict
        | Category::IllegalMining
        | Category::RoadState => land,
    };
    let is_wildlife = event.kind.subcategory == Some(Subcategory::Wildlife);
    match source {
        SourceKind::Police => by_group(0.62, 0.62, 0.65, 0.60, 0.30),
        SourceKind::Npr => by_group(0.52, 0.35, 0.40, 0.10, 0.15),
        SourceKind::VillageElder => by_group(0.48, 0.15, 0.25, 0.35, 0.45),
        SourceKind::Chief => by_group(0.20, 0.08, 0.15, 0.30, 0.35),
        SourceKind::Community => by_group(0.12, 0.15, 0.20, 0.20, 0.30),
        SourceKind::Ranger if is_wildlife => 0.6,
        SourceKind::Ranger => by_group(0.06, 0.04, 0.02, 0.0, 0.25),
        SourceKind::Sensor => 0.0,
    }
}
