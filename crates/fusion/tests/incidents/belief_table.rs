//! The worked table of docs/belief.md says what the code says.
use std::fmt::Write;

use domain::{Account, Credibility, Grading, Reliability, ReportKey, SourceId, SourceKind};
use fusion::{Testimony, assess};

use crate::given::report;

/// The page with the table.
const PAGE: &str = include_str!("../../../../docs/belief.md");

/// A source in words, its agency, its kind and its grading.
type Voice = (&'static str, &'static str, Option<SourceKind>, Grading);

const UNGRADED: Grading = Grading { reliability: None, credibility: None };
const POLICE: Voice = ("police", "police", Some(SourceKind::Police), UNGRADED);
const NPR: Voice = ("NPR", "npr", Some(SourceKind::Npr), UNGRADED);
const RANGER: Voice = ("ranger", "kws", Some(SourceKind::Ranger), UNGRADED);
const SENSOR: Voice = ("sensor", "sensors", Some(SourceKind::Sensor), UNGRADED);
const CHIEF: Voice = ("chief", "chiefs", Some(SourceKind::Chief), UNGRADED);
const ELDER: Voice = ("elder", "elders", Some(SourceKind::VillageElder), UNGRADED);
const COMMUNITY: Voice = ("community", "community", Some(SourceKind::Community), UNGRADED);
const UNKNOWN: Voice = ("nobody named", "hotline", None, UNGRADED);

const fn graded(voice: Voice, words: &'static str, letter: Reliability, number: Credibility) -> Voice {
    (words, voice.1, voice.2, Grading { reliability: Some(letter), credibility: Some(number) })
}

const COMBINATIONS: &[&[Voice]] = &[
    &[POLICE],
    &[NPR],
    &[RANGER],
    &[SENSOR],
    &[CHIEF],
    &[ELDER],
    &[COMMUNITY],
    &[UNKNOWN],
    &[graded(POLICE, "police A1", Reliability::A, Credibility::One)],
    &[graded(NPR, "NPR B2", Reliability::B, Credibility::Two)],
    &[graded(ELDER, "elder C3", Reliability::C, Credibility::Three)],
    &[graded(ELDER, "elder D4", Reliability::D, Credibility::Four)],
    &[graded(COMMUNITY, "community E5", Reliability::E, Credibility::Five)],
    &[POLICE, POLICE],
    &[POLICE, POLICE, POLICE],
    &[COMMUNITY, COMMUNITY, COMMUNITY],
    &[POLICE, ELDER],
    &[POLICE, NPR],
    &[NPR, ELDER],
    &[ELDER, COMMUNITY],
    &[CHIEF, UNKNOWN],
    &[
        graded(ELDER, "elder D4", Reliability::D, Credibility::Four),
        graded(COMMUNITY, "community E5", Reliability::E, Credibility::Five),
    ],
    &[POLICE, NPR, ELDER],
    &[POLICE, POLICE, ELDER],
];

fn testimony((_, agency, kind, grading): Voice) -> Testimony {
    let key = ReportKey { agency: agency.parse().unwrap(), client_report_id: "r".parse().unwrap() };
    let account = Account { source_kind: kind, grading, ..report(agency, 1).account };
    Testimony::of(&account, &key.agency, SourceId::of_unit(&key.agency, "post"))
}

fn row(voices: &[Voice], echoes: usize) -> String {
    let mut testimonies: Vec<Testimony> = voices.iter().copied().map(testimony).collect();
    let mut words: Vec<&str> = voices.iter().map(|voice| voice.0).collect();
    for _ in 0..echoes {
        testimonies.push(Testimony { echo: true, group: testimonies[0].group.clone(), ..testimony(NPR) });
        words.push("NPR that repeats it");
    }
    let assessment = assess(&testimonies);
    let nats: f64 = assessment.shares.iter().map(|share| f64::from(*share) / 10_000.0).sum();
    let unbounded = 1_000.0 / (1.0 + (-nats).exp());
    let belief = assessment.belief;
    format!(
        "| {} | {} | {nats:.3} | {unbounded:.0} | **{}** | {}{} |",
        words.join(", "),
        belief.groups,
        belief.milli,
        belief.reliability,
        belief.credibility,
    )
}

fn table() -> String {
    let mut table =
        String::from("| who says so | groups | log odds | unbounded | belief | label |\n|---|---|---|---|---|---|\n");
    for row in COMBINATIONS.iter().map(|voices| row(voices, 0)).chain([row(&[POLICE], 1), row(&[POLICE, ELDER], 2)]) {
        writeln!(table, "{row}").unwrap();
    }
    table
}

#[test]
fn page_shows_what_the_code_says() {
    let table = table();

    assert!(PAGE.contains(&table), "the table of docs/belief.md should be:\n{table}");
}
