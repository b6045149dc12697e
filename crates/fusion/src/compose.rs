//! The reports of a cluster and their links in, the incident out, but for its revision and its life.
//!
//! Guarantees: a function of the set of reports, their links and the version, so that the same set is the same incident.
use domain::{
    AcceptedReport, Cause, Incident, IncidentId, IncidentState, LinkEvidence, LogTime, Member, ReportId, Span,
    Timestamp, Weight,
};

use crate::{
    belief::{Assessment, Testimony, assess},
    echo::echoes,
    fused::{self, Voice},
};

/// What a cluster is made of.
pub(crate) struct Parts<'a> {
    /// By position of their first revision; at least one.
    pub(crate) reports: Vec<&'a AcceptedReport>,
    /// Of each, the mean weight to the others.
    pub(crate) mean_weights: Vec<Option<Weight>>,
    /// Ascending.
    pub(crate) links: Vec<LinkEvidence>,
    pub(crate) nearest_rejected: Option<LinkEvidence>,
    pub(crate) beyond_horizon: bool,
    pub(crate) parameter_version: u32,
}

/// The order of members: by position of the first revision.
pub(crate) fn member_order(report: &AcceptedReport) -> (domain::LogPosition, ReportId) {
    (report.first_position, report.id)
}

/// The id of the incident that these reports are.
pub(crate) fn incident_id(reports: &[&AcceptedReport]) -> Option<IncidentId> {
    reports.iter().min_by_key(|report| member_order(report)).map(|first| IncidentId::of_first_member(first.id))
}

/// The incident that the parts are, as its first revision; `None` of no reports.
pub(crate) fn compose(parts: Parts, cause: Cause, log_time: LogTime) -> Option<Incident> {
    let first = *parts.reports.first()?;
    let testimonies = testimonies(&parts.reports);
    let Assessment { belief, shares } = assess(&testimonies);
    let voices: Vec<Voice> =
        parts.reports.iter().zip(&testimonies).map(|(report, testimony)| voice(report, testimony)).collect();
    let speaking = fused::speaking(&voices);
    let (category, subcategory) = fused::category(&speaking);
    let (occurred_at, occurred_uncertainty) = fused::time(&speaking).unwrap_or((Timestamp::LEAST, Span::ZERO));
    let place = fused::place(&speaking);
    let restricted = parts.reports.iter().all(|report| fused::is_restricted(report));
    let counts_in_hotspots = !restricted && place.point.is_some() && category.family().is_some();
    let members = parts.reports.iter().zip(&testimonies).zip(shares.iter().zip(&parts.mean_weights));
    Some(Incident {
        id: incident_id(&parts.reports)?,
        revision: 1,
        state: IncidentState::Live,
        category,
        subcategory,
        occurred_at,
        occurred_uncertainty,
        place,
        counts: fused::counts(&speaking, &voices),
        belief,
        hotspot_milli: counts_in_hotspots.then(|| milli_in_hotspots(&parts.reports, &testimonies)).flatten(),
        members: members.map(|((report, testimony), (share, mean))| member(report, testimony, *share, *mean)).collect(),
        links: parts.links,
        nearest_rejected: parts.nearest_rejected,
        handling: fused::handling(&voices),
        priority: fused::priority(&voices),
        restricted,
        lineage: Vec::new(),
        cause,
        log_time,
        parameter_version: parts.parameter_version,
        background_version: parts.reports.iter().map(|report| report.background_version).max().unwrap_or(0),
        beyond_horizon: parts.beyond_horizon,
        received_on: first.first_received_at.timestamp().local_day(),
    })
}

/// What each report brings to the belief; an echo joins the group of the one it repeats.
fn testimonies(reports: &[&AcceptedReport]) -> Vec<Testimony> {
    let mut testimonies: Vec<Testimony> = Vec::with_capacity(reports.len());
    for (report, repeated) in reports.iter().zip(echoes(reports)) {
        let mut testimony = Testimony::of(&report.account, &report.key.agency, report.source());
        if let Some(earlier) = repeated.and_then(|index| testimonies.get(index)) {
            testimony.group = earlier.group.clone();
            testimony.echo = true;
        }
        testimonies.push(testimony);
    }
    testimonies
}

/// A vote of at least 1: a source that is doubted still says what it says.
fn voice<'a>(report: &'a AcceptedReport, testimony: &Testimony) -> Voice<'a> {
    Voice { report, weight: testimony.alone.max(1).unsigned_abs(), echo: testimony.echo }
}

/// What an incident weighs in hotspots: its belief by the members that were told to somebody, not found by a patrol itself, and that their
/// marks do not keep back; `None` without such a member. A map of cells that everyone reads must not rest on a place that its originator
/// keeps back, while an open report of the same event makes it count.
fn milli_in_hotspots(reports: &[&AcceptedReport], testimonies: &[Testimony]) -> Option<u16> {
    let counts = |report: &AcceptedReport| !report.account.is_patrol() && report.account.handling.is_open();
    let told = reports.iter().zip(testimonies).filter(|(report, _)| counts(report));
    let told: Vec<Testimony> = told.map(|(_, testimony)| testimony.clone()).collect();
    told.iter().any(|testimony| !testimony.echo).then(|| assess(&told).belief.milli)
}

fn member(report: &AcceptedReport, testimony: &Testimony, share: i32, mean_weight: Option<Weight>) -> Member {
    Member {
        report: report.id,
        key: report.key.clone(),
        revision: report.revision,
        first_position: report.first_position,
        source: testimony.source,
        group: testimony.group.clone(),
        weight: Weight::new(share),
        echo: testimony.echo,
        patrol: report.account.is_patrol(),
        mean_weight,
        restricted: fused::is_restricted(report),
    }
}
