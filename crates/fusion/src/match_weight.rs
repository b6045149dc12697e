//! Two stamped reports and parameters in, the log odds that they tell of one event out.
//!
//! Fellegi and Sunter 1969, with the local density of reports in the prior: z = ln nu − ln rho + Σ ln(m/u), in integers, so that the
//! evidence sums to the weight exactly, in any order.
//! Guarantees: a pure function of the two stamped reports and the version; the same for (a, b) and (b, a).
//! Never: knows of any third report; what a busy place means was stamped by intake.
use domain::{AcceptedReport, FieldEvidence, LinkEvidence, Weight};

use crate::{
    comparison::{Comparison, Field, compare, is_beyond_horizon},
    features::Features,
    fixed::NAT,
    parameters::Parameters,
};

/// Scores two reports with the evidence of each field.
///
/// `None` if they are no candidates: farther apart than 15 km or 48 h, or more than 30 days of log time apart in receipt, or one is an
/// area and neither an identifier nor a place name speaks for the pair.
#[must_use]
pub fn score_pair(parameters: &Parameters, a: &AcceptedReport, b: &AcceptedReport) -> Option<LinkEvidence> {
    let (a_features, b_features) = (Features::of(a), Features::of(b));
    if a.id == b.id || is_beyond_horizon(&a_features, &b_features) {
        return None;
    }
    explain(parameters, &a_features, &b_features)
}

/// The weight of a pair, whatever the horizon; `None` if it is too far apart.
pub(crate) fn weigh(parameters: &Parameters, a: &Features, b: &Features) -> Option<i32> {
    compare(a, b).map(|comparison| sum(parameters, a, b, &comparison))
}

/// The weight of a pair and what each field gives to it, whatever the horizon.
pub(crate) fn explain(parameters: &Parameters, a: &Features, b: &Features) -> Option<LinkEvidence> {
    let comparison = compare(a, b)?;
    let prior = parameters.prior(a.background, b.background);
    let mut fields = vec![FieldEvidence { field: "prior", level: prior_level(prior), weight: Weight::new(prior) }];
    fields.extend(comparison.fields.iter().map(|compared| FieldEvidence {
        field: if compared.field == Field::Day { Field::Time.name() } else { compared.field.name() },
        level: compared.field.levels().get(compared.level).copied().unwrap_or_default(),
        weight: Weight::new(parameters.weight(*compared)),
    }));
    Some(LinkEvidence {
        report_a: a.report.min(b.report),
        report_b: a.report.max(b.report),
        weight: Weight::new(sum(parameters, a, b, &comparison)),
        fields,
        distance: comparison.distance,
        time_apart: comparison.apart,
        restricted: a.category.is_restricted() || b.category.is_restricted(),
    })
}

fn sum(parameters: &Parameters, a: &Features, b: &Features, comparison: &Comparison) -> i32 {
    let fields = comparison.fields.iter().map(|compared| parameters.weight(*compared));
    parameters.prior(a.background, b.background) + fields.sum::<i32>()
}

/// What the prior says of the place, in words.
const fn prior_level(prior: i32) -> &'static str {
    match prior {
        NAT.. => "a quiet place",
        0..NAT => "an ordinary place",
        _ => "a busy place",
    }
}
