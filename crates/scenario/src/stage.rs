//! What every world offers: events over a period, rumours, the ground that sources stand on, and what was planted.
//!
//! Guarantees: the same random numbers give the same events at every length of the period, only closer or farther apart in time, so that
//! the length can be searched for. Never: reports; those are told by `witness`.
use domain::{Span, Timestamp};

use crate::{
    event::Event,
    random::{Random, hours},
    truth::PlantedHotspot,
    witness::Ground,
};

/// The time in which events happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Period {
    pub(crate) start: Timestamp,
    pub(crate) until: Timestamp,
}

impl Period {
    /// So many days of 24 hours that end at an instant.
    pub(crate) fn of_days(days: f64, until: Timestamp) -> Self {
        Self { start: until.minus(hours(days * 24.0)), until }
    }

    /// The instant after a share of the period.
    pub(crate) fn at(&self, share: f64) -> Timestamp {
        self.start.plus(self.span(share))
    }

    /// An instant of the period, each as likely.
    pub(crate) fn any(&self, random: &mut Random) -> Timestamp {
        self.at(random.unit())
    }

    /// A share of the period's length.
    pub(crate) fn span(&self, share: f64) -> Span {
        #[expect(clippy::cast_precision_loss, reason = "a span is below 2^53 seconds")]
        let seconds = (self.until.since(self.start).micros() / 1_000_000) as f64;
        hours(share * seconds / 3_600.0)
    }
}

/// A world in which events happen.
pub(crate) trait Stage {
    /// About `count` events of the period, in an order that says nothing.
    fn events(&self, random: &mut Random, period: Period, count: usize) -> Vec<Event>;

    /// Something that never happened.
    fn rumour(&self, random: &mut Random, period: Period) -> Event;

    /// What sources know.
    fn ground(&self) -> Ground<'_>;

    /// What was planted.
    fn hotspots(&self, period: Period) -> Vec<PlantedHotspot>;
}
