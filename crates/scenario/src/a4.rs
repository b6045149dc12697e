//! The noise of recipe A4: police, reservists and elders, each apart from the others.
//!
//! Never: anything that docs/science.md A.4 does not name; what else goes wrong in the field is in `full`.
use crate::{
    assemble::Telling,
    event::Event,
    random::{Purpose, Random, weighted},
    stage::{Period, Stage},
    witness::{A4_WITNESSES, Draft, Ground, Witness},
};

/// Which source spreads a rumour: police rarely, elders most.
const RUMOUR_SHARES: [(usize, f64); 3] = [(0, 0.1), (1, 0.3), (2, 0.6)];

/// The noise of recipe A4.
pub(crate) struct A4;

impl Telling for A4 {
    fn tell(&self, stage: &dyn Stage, seed: u64, _: Period, events: &[Event]) -> Vec<Draft> {
        let mut random = Random::new(seed, Purpose::Reports);
        let ground = stage.ground();
        let mut drafts = Vec::new();
        for (index, event) in events.iter().enumerate() {
            for witness in &A4_WITNESSES {
                let count = report_count(&mut random, witness);
                drafts.extend((0..count).map(|_| draft(&ground, &mut random, witness, (index, event))));
            }
        }
        drafts
    }

    fn tell_rumour(&self, stage: &dyn Stage, random: &mut Random, rumour: (usize, &Event)) -> Draft {
        let index = weighted(random, &RUMOUR_SHARES);
        let [police, npr, elders] = &A4_WITNESSES;
        let witness = [npr, elders].into_iter().nth(index.wrapping_sub(1)).unwrap_or(police);
        draft(&stage.ground(), random, witness, rumour)
    }

    fn reports_per_event(&self) -> f64 {
        A4_WITNESSES.iter().map(|witness| witness.reports * (1.0 + witness.again)).sum()
    }
}

fn report_count(random: &mut Random, witness: &Witness) -> usize {
    if !random.chance(witness.reports) {
        return 0;
    }
    1 + usize::from(random.chance(witness.again))
}

fn draft(ground: &Ground<'_>, random: &mut Random, witness: &Witness, (index, event): (usize, &Event)) -> Draft {
    let (reported_at, account) = witness.tell(ground, random, event);
    Draft { event: index, agency: witness.agency, reported_at, account }
}
