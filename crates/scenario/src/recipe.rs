//! What a scenario is made from: a seed, a size, and three choices.
//!
//! Guarantees: the same recipe gives the same scenario, byte for byte, on every machine. Never: a default that depends on the day.
use domain::Timestamp;

/// How crowded the reports are: pairs within 15 km and 48 h, per report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Density {
    /// 1.5 candidates a report.
    Easy,
    /// 2.7 candidates a report.
    #[default]
    Medium,
    /// 6.4 candidates a report.
    Hard,
}

impl Density {
    /// Pairs of reports within 15 km and 48 h, per report.
    #[must_use]
    pub const fn candidates_per_report(self) -> f64 {
        match self {
            Self::Easy => 1.5,
            Self::Medium => 2.7,
            Self::Hard => 6.4,
        }
    }
}

/// How the reports of an event differ from it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Noise {
    /// Three sources with offset places, late times, wrong categories and misspelt names: the recipe that difficulty is pinned on.
    A4,
    /// All of it: also outages, wrong clocks, echoes, two languages, missing fields, rounded times, sources that come and go.
    #[default]
    Full,
}

/// Where events happen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum World {
    /// Around real places, with near-repeats; with [`Noise::Full`] also planted hotspots and routes.
    #[default]
    Planted,
    /// Uniform over the cells of the mask and over time: every hotspot in it is a false alarm.
    Uniform,
}

/// What a scenario is made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recipe {
    /// The seed of all that is drawn.
    pub seed: u64,
    /// The number of reports; the scenario has exactly so many.
    pub reports: usize,
    /// How crowded they are.
    pub density: Density,
    /// How wrong they are.
    pub noise: Noise,
    /// Where events happen.
    pub world: World,
    /// The last report is taken at this instant or before.
    pub until: Timestamp,
}
