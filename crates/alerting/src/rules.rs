//! What raises an alert: three rules, their thresholds and ages, as data.
//!
//! Comes in: text of the form of `rules.toml`, which is compiled in as the default. Goes out: for a subject, whether a rule holds, how
//! grave it is, or why it holds no more.
//! Guarantees: a rule looks at one revision of its subject and at nothing else, so that its verdict needs no history.
//!
//! Never: counts a number that no report gives.
use std::{collections::BTreeSet, sync::LazyLock};

use domain::{
    Category, CloseReason, Counts, Hotspot, HotspotState, Incident, IncidentState, ParseWordError, Priority, Severity,
    Span,
};
use serde::Deserialize;

/// A rule; alerts carry its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// An incident with dead, injured, abducted, many attackers or much livestock taken.
    SeriousIncident,
    /// A hotspot that is new or growing.
    HotspotEmerging,
    /// A report of the highest priority on the word of one group.
    PriorityOneSingleGroup,
}

impl Rule {
    /// All rules.
    pub const ALL: [Self; 3] = [Self::SeriousIncident, Self::HotspotEmerging, Self::PriorityOneSingleGroup];
    /// The rules about incidents.
    pub(crate) const OF_INCIDENTS: [Self; 2] = [Self::SeriousIncident, Self::PriorityOneSingleGroup];

    /// The name, as in the rules' file and on the wire. It is part of the alerts' ids: it never changes.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::SeriousIncident => "serious_incident",
            Self::HotspotEmerging => "hotspot_emerging",
            Self::PriorityOneSingleGroup => "priority_one_single_group",
        }
    }
}

/// The thresholds and ages of all rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    expiry: Span,
    serious_incident: SeriousIncident,
    hotspot_emerging: HotspotEmerging,
    priority_one_single_group: PriorityOneSingleGroup,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct SeriousIncident {
    categories: BTreeSet<Category>,
    event_age: Span,
    grades: Vec<Grade>,
}

/// A severity, and the counts that reach it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Grade {
    severity: Severity,
    least: Counts,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct HotspotEmerging {
    states: Vec<HotspotState>,
    event_age: Span,
    severity: Severity,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct PriorityOneSingleGroup {
    priority: Priority,
    groups_max: u32,
    event_age: Span,
    severity: Severity,
}

/// Rules that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseRulesError {
    /// It is not TOML, a key is missing or unknown, or a value has the wrong kind.
    #[error("could not read the rules of alerting")]
    Form(#[from] toml::de::Error),
    /// A category, state, priority or severity that is in no list.
    #[error("could not read the rules of alerting")]
    Word(#[from] ParseWordError),
    /// A number that would raise on everything, or never end.
    #[error("{key} of the rules of alerting must be 1 to {most}")]
    Bound {
        /// The key.
        key: &'static str,
        /// The most that is allowed.
        most: u32,
    },
}

/// What a rule says of a subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It holds.
    Holds(Severity),
    /// It does not, and an alert that stands goes on: a hotspot is there, but neither new nor growing.
    Stays(Severity),
    /// It does not, and an alert that stands ends.
    Ends(CloseReason),
}

const EXPIRY_DAYS_MAX: u32 = 366;
const EVENT_AGE_HOURS_MAX: u32 = 366 * 24;
const COUNT_MAX: u32 = 100_000;

static DEFAULT: LazyLock<Rules> =
    LazyLock::new(|| Rules::parse(include_str!("../rules.toml")).expect("the file is committed, and a test reads it"));

impl Default for Rules {
    fn default() -> Self {
        DEFAULT.clone()
    }
}

impl Rules {
    /// Reads rules from TOML, in the form of the `rules.toml` of this crate. Every key is needed.
    ///
    /// # Errors
    /// If it is not of that form, names a word that is in no list, or a number is out of bounds.
    pub fn parse(text: &str) -> Result<Self, ParseRulesError> {
        toml::from_str::<form::Rules>(text)?.check()
    }

    /// How long after raising an alert ends by itself.
    pub(crate) fn expiry(&self) -> Span {
        self.expiry
    }

    /// How old an event may be when its alert is raised, before the alert is marked historical.
    pub(crate) fn event_age(&self, rule: Rule) -> Span {
        match rule {
            Rule::SeriousIncident => self.serious_incident.event_age,
            Rule::HotspotEmerging => self.hotspot_emerging.event_age,
            Rule::PriorityOneSingleGroup => self.priority_one_single_group.event_age,
        }
    }

    /// What a rule says of an incident. One that was merged ends like one whose rule holds no more; the survivor speaks for it.
    pub(crate) fn judge_incident(&self, rule: Rule, incident: &Incident) -> Verdict {
        match incident.state {
            IncidentState::Retracted => Verdict::Ends(CloseReason::SubjectRetracted),
            IncidentState::Merged { .. } => Verdict::Ends(CloseReason::NoLongerHolds),
            IncidentState::Live => match rule {
                Rule::SeriousIncident => self.serious_incident.judge(incident),
                Rule::PriorityOneSingleGroup => self.priority_one_single_group.judge(incident),
                Rule::HotspotEmerging => Verdict::Ends(CloseReason::NoLongerHolds),
            },
        }
    }

    /// What the rule of hotspots says of one.
    pub(crate) fn judge_hotspot(&self, hotspot: &Hotspot) -> Verdict {
        let rule = &self.hotspot_emerging;
        if hotspot.state == HotspotState::Gone {
            Verdict::Ends(CloseReason::SubjectGone)
        } else if rule.states.contains(&hotspot.state) {
            Verdict::Holds(rule.severity)
        } else {
            Verdict::Stays(rule.severity)
        }
    }
}

impl SeriousIncident {
    fn judge(&self, incident: &Incident) -> Verdict {
        let met = self.grades.iter().filter(|grade| grade.is_met(&incident.counts)).map(|grade| grade.severity).max();
        match met {
            Some(severity) if self.categories.contains(&incident.category) => Verdict::Holds(severity),
            Some(_) | None => Verdict::Ends(CloseReason::NoLongerHolds),
        }
    }
}

impl Grade {
    fn is_met(&self, counts: &Counts) -> bool {
        let reaches =
            |count: Option<u32>, least: Option<u32>| count.zip(least).is_some_and(|(count, least)| count >= least);
        reaches(counts.killed, self.least.killed)
            || reaches(counts.injured, self.least.injured)
            || reaches(counts.abducted, self.least.abducted)
            || reaches(counts.attackers, self.least.attackers)
            || reaches(counts.livestock, self.least.livestock)
    }
}

impl PriorityOneSingleGroup {
    fn judge(&self, incident: &Incident) -> Verdict {
        if incident.priority != self.priority {
            Verdict::Ends(CloseReason::NoLongerHolds)
        } else if incident.belief.groups > self.groups_max {
            Verdict::Ends(CloseReason::Confirmed)
        } else {
            Verdict::Holds(self.severity)
        }
    }
}

fn bounded(key: &'static str, number: u32, most: u32) -> Result<u32, ParseRulesError> {
    if (1..=most).contains(&number) { Ok(number) } else { Err(ParseRulesError::Bound { key, most }) }
}

fn event_age(hours: u32) -> Result<Span, ParseRulesError> {
    Ok(Span::from_hours(bounded("event_age_hours", hours, EVENT_AGE_HOURS_MAX)?.into()))
}

/// The form of the file.
mod form {
    use super::{COUNT_MAX, Counts, Deserialize, EXPIRY_DAYS_MAX, ParseRulesError, Span, bounded, event_age};

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    pub(super) struct Rules {
        expiry_days: u32,
        serious_incident: SeriousIncident,
        hotspot_emerging: HotspotEmerging,
        priority_one_single_group: PriorityOneSingleGroup,
    }

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct SeriousIncident {
        categories: Vec<String>,
        event_age_hours: u32,
        grades: Vec<Grade>,
    }

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Grade {
        severity: String,
        killed: Option<u32>,
        injured: Option<u32>,
        abducted: Option<u32>,
        attackers: Option<u32>,
        livestock: Option<u32>,
    }

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct HotspotEmerging {
        states: Vec<String>,
        event_age_hours: u32,
        severity: String,
    }

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct PriorityOneSingleGroup {
        priority: String,
        groups_max: u32,
        event_age_hours: u32,
        severity: String,
    }

    impl Rules {
        pub(super) fn check(self) -> Result<super::Rules, ParseRulesError> {
            Ok(super::Rules {
                expiry: Span::from_days(bounded("expiry_days", self.expiry_days, EXPIRY_DAYS_MAX)?.into()),
                serious_incident: self.serious_incident.check()?,
                hotspot_emerging: self.hotspot_emerging.check()?,
                priority_one_single_group: self.priority_one_single_group.check()?,
            })
        }
    }

    impl SeriousIncident {
        fn check(self) -> Result<super::SeriousIncident, ParseRulesError> {
            Ok(super::SeriousIncident {
                categories: self.categories.iter().map(|word| word.parse()).collect::<Result<_, _>>()?,
                event_age: event_age(self.event_age_hours)?,
                grades: self.grades.into_iter().map(Grade::check).collect::<Result<_, _>>()?,
            })
        }
    }

    impl Grade {
        fn check(self) -> Result<super::Grade, ParseRulesError> {
            let least = |key, count: Option<u32>| count.map(|count| bounded(key, count, COUNT_MAX)).transpose();
            Ok(super::Grade {
                severity: self.severity.parse()?,
                least: Counts {
                    killed: least("killed", self.killed)?,
                    injured: least("injured", self.injured)?,
                    abducted: least("abducted", self.abducted)?,
                    attackers: least("attackers", self.attackers)?,
                    livestock: least("livestock", self.livestock)?,
                },
            })
        }
    }

    impl HotspotEmerging {
        fn check(self) -> Result<super::HotspotEmerging, ParseRulesError> {
            Ok(super::HotspotEmerging {
                states: self.states.iter().map(|word| word.parse()).collect::<Result<_, _>>()?,
                event_age: event_age(self.event_age_hours)?,
                severity: self.severity.parse()?,
            })
        }
    }

    impl PriorityOneSingleGroup {
        fn check(self) -> Result<super::PriorityOneSingleGroup, ParseRulesError> {
            Ok(super::PriorityOneSingleGroup {
                priority: self.priority.parse()?,
                groups_max: bounded("groups_max", self.groups_max, COUNT_MAX)?,
                event_age: event_age(self.event_age_hours)?,
                severity: self.severity.parse()?,
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(from: &str, to: &str) -> Result<Rules, ParseRulesError> {
        let text = include_str!("../rules.toml");
        assert!(text.contains(from), "{from}");
        Rules::parse(&text.replace(from, to))
    }

    #[test]
    fn compiled_in_rules_are_those_of_the_design() {
        let rules = Rules::default();

        let counted = Category::ALL.iter().filter(|category| category.family().is_some());
        let alerted: BTreeSet<Category> = counted.copied().chain([Category::ArmsPossession]).collect();
        assert_eq!(rules.serious_incident.categories, alerted);
        assert_eq!(rules.expiry(), Span::from_days(14));
        for rule in Rule::ALL {
            assert_eq!(rules.event_age(rule), Span::from_hours(72), "{rule:?}");
        }
    }

    #[test]
    fn file_can_lower_a_threshold() {
        let rules = changed("killed = 5", "killed = 2").unwrap();

        assert_ne!(rules, Rules::default());
    }

    #[test]
    fn faulty_rules_are_refused() {
        assert!(matches!(changed("killed = 5", "killde = 5"), Err(ParseRulesError::Form(_))));
        assert!(matches!(changed("expiry_days = 14", ""), Err(ParseRulesError::Form(_))));
        assert!(matches!(changed("\"BANDITRY\"", "\"BANDITS\""), Err(ParseRulesError::Word(_))));
        assert!(matches!(changed("killed = 5", "killed = 0"), Err(ParseRulesError::Bound { key: "killed", .. })));
        assert!(matches!(changed("expiry_days = 14", "expiry_days = 0"), Err(ParseRulesError::Bound { .. })));
    }
}
