//! Generated reports as intake stamps them: in the order in which they were taken, with place, position and the background of all of them.
use domain::{AcceptedReport, Account, LogPosition, LogTime, Report, ReportBody, Timestamp};
use fusion::{Background, Sample};
use scenario::{Density, Noise, Recipe, Scenario, World, generate};
use sha2::{Digest, Sha256};

/// The densities, by their names.
pub(crate) const DENSITIES: [(&str, Density); 3] =
    [("easy", Density::Easy), ("medium", Density::Medium), ("hard", Density::Hard)];
/// Reports of a scenario.
const REPORT_COUNT: usize = 10_000;
/// The end of every scenario.
const UNTIL: &str = "2026-06-30T21:00:00Z";

/// The reports of a scenario with the true incident of each.
pub(crate) struct Stamped {
    pub(crate) reports: Vec<AcceptedReport>,
    pub(crate) incidents: Vec<u64>,
    /// SHA-256 over what was generated.
    pub(crate) digest: [u8; 32],
}

impl Stamped {
    /// The scenario of a density and a seed.
    pub(crate) fn generate(density: Density, seed: u64) -> Self {
        let until: Timestamp = UNTIL.parse().expect("it is a time");
        let recipe = Recipe { seed, reports: REPORT_COUNT, density, noise: Noise::A4, world: World::Planted, until };
        let scenario = generate(&recipe);
        let digest = digest(&scenario);
        let told = scenario.reports.into_iter().zip(scenario.truth);
        let accepted =
            told.zip(0..).filter_map(|((report, (_, incident)), position)| Some((accept(report, position)?, incident)));
        let (mut reports, incidents): (Vec<AcceptedReport>, Vec<u64>) = accepted.unzip();
        let background = Background::of_reports(reports.iter().map(|report| (&report.place, report.received_at)));
        for report in &mut reports {
            report.background_milli = background.milli(&report.place, report.account.source_kind);
            report.background_version = background.version();
        }
        Self { reports, incidents, digest }
    }

    /// These reports as a sample of a density and a seed.
    pub(crate) fn sample<'a>(&'a self, density: &'a str, seed: u64) -> Sample<'a> {
        Sample { density, seed, reports: &self.reports, incidents: &self.incidents }
    }
}

fn digest(scenario: &Scenario) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for (report, (_, incident)) in scenario.reports.iter().zip(&scenario.truth) {
        hasher.update(incident.to_be_bytes());
        hasher.update(api::canonical_bytes(report));
    }
    hasher.finalize().into()
}

fn accept(report: Report, position: u64) -> Option<AcceptedReport> {
    let Report { key, revision, body } = report;
    let account: Account = match body {
        ReportBody::Account(account) => *account,
        ReportBody::Retraction => return None,
    };
    let place = pipeline::place_report(&account).ok()?;
    let received_at = LogTime::new(account.reported_at?);
    let position = LogPosition::new(position);
    Some(AcceptedReport {
        id: key.report_id(),
        key,
        revision,
        account,
        position,
        first_position: position,
        received_at,
        first_received_at: received_at,
        history: true,
        place,
        background_milli: 1_000,
        background_version: 0,
    })
}
