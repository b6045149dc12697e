//! What came of it, on a page: reports, incidents, hotspots, alerts, times; and what to try next.

use std::collections::BTreeMap;
use std::path::Path;

use api::domain::v1::{Alert, Hotspot, IncidentState};
use domain::Family;

use super::input::Prepared;
use super::publish::Published;
use super::{Answers, Times};
use crate::command::text;
use crate::output::{self, Column};

/// Hotspots shown of a family.
const SHOWN: usize = 8;
/// Windows to show, the first that has hotspots.
const WINDOWS_DAYS: [i32; 4] = [365, 1_825, 90, 28];

/// What the page says.
pub(super) struct Contents<'a> {
    pub(super) prepared: &'a Prepared,
    pub(super) published: &'a Published,
    pub(super) answers: &'a Answers,
    pub(super) times: &'a Times,
}

const HOTSPOT_COLUMNS: [Column<Hotspot>; 10] = [
    Column { name: "county", text: |hotspot| hotspot.county.clone() },
    Column { name: "nearest place", text: |hotspot| hotspot.nearest_place.clone() },
    Column { name: "best cell", text: |hotspot| hotspot.best_cell.clone() },
    Column { name: "days", text: |hotspot| hotspot.window_days.to_string() },
    Column { name: "incidents", text: |hotspot| hotspot.incidents.to_string() },
    Column { name: "observed", text: |hotspot| format!("{:.1}", hotspot.observed) },
    Column { name: "expected", text: |hotspot| format!("{:.2}", hotspot.expected) },
    Column { name: "score", text: |hotspot| format!("{:.1}", hotspot.score) },
    Column { name: "agencies", text: |hotspot| hotspot.agencies.to_string() },
    Column { name: "sources", text: |hotspot| hotspot.sources.to_string() },
];

/// The page.
pub(super) fn page(contents: &Contents<'_>) -> String {
    let Contents { prepared, published, answers, times } = contents;
    let live = answers.incidents.iter().filter(|incident| incident.state() == IncidentState::Live);
    let (mut incidents, mut several) = (0, 0);
    for incident in live {
        incidents += 1;
        several += usize::from(incident.members.len() > 1);
    }
    let mut page = format!("\nJukwaa: {}\n\n", prepared.title);
    page.push_str(&format!(
        "reports     {} acknowledged ({} new, {} known before and not counted again)\n",
        published.first + published.duplicates,
        published.first,
        published.duplicates
    ));
    if published.refused_count > 0 {
        page.push_str(&format!(
            "            {} refused, such as: {}\n",
            published.refused_count,
            published.refused.join(" | ")
        ));
    }
    page.push_str(&format!("incidents   {incidents}, of them {several} told by more than one report\n"));
    page.push_str(&format!("hotspots    {}\n", hotspot_counts(&answers.hotspots)));
    page.push_str(&format!("alerts      {}\n", alert_counts(&answers.alerts)));
    let families: &[Family] = if prepared.real {
        &[Family::Banditry, Family::ViolentExtremism, Family::Trafficking]
    } else {
        &[Family::Banditry, Family::Trafficking]
    };
    families.iter().for_each(|family| page.push_str(&hotspots(*family, &answers.hotspots, prepared)));
    page.push_str("\ntime\n");
    for (part, time) in &times.parts {
        page.push_str(&format!("  {part:24} {:6.1} s\n", time.as_secs_f64()));
    }
    page
}

fn hotspot_counts(hotspots: &[Hotspot]) -> String {
    let mut counts: BTreeMap<(i32, i32), usize> = BTreeMap::new();
    hotspots.iter().for_each(|hotspot| *counts.entry((hotspot.family, hotspot.window_days)).or_default() += 1);
    let named = Family::ALL.iter().map(|family| {
        let of_family: Vec<String> = counts
            .iter()
            .filter(|((number, _), _)| *number == family.number())
            .map(|((_, days), count)| format!("{count} in {days} d"))
            .collect();
        let listed = if of_family.is_empty() { "none".to_owned() } else { of_family.join(", ") };
        format!("{}: {listed}", name(*family))
    });
    named.collect::<Vec<_>>().join("; ")
}

fn alert_counts(alerts: &[Alert]) -> String {
    let mut rules: BTreeMap<&str, usize> = BTreeMap::new();
    alerts.iter().for_each(|alert| *rules.entry(&alert.rule).or_default() += 1);
    let open = alerts.iter().filter(|alert| {
        matches!(text::enum_word(alert.state().as_str_name(), "ALERT_STATE_").as_str(), "raised" | "acknowledged")
    });
    let named: Vec<String> = rules.iter().map(|(rule, count)| format!("{count} {}", rule.replace('_', " "))).collect();
    format!("{} raised ({}); {} still open", alerts.len(), named.join(", "), open.count())
}

fn name(family: Family) -> String {
    family.word().to_lowercase().replace('_', " ")
}

fn hotspots(family: Family, hotspots: &[Hotspot], prepared: &Prepared) -> String {
    let of = |days: i32| {
        let mut found: Vec<Hotspot> = hotspots
            .iter()
            .filter(|hotspot| hotspot.family == family.number() && hotspot.window_days == days)
            .cloned()
            .collect();
        found.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.hotspot_id.cmp(&b.hotspot_id)));
        found
    };
    let windows = if prepared.real { [1_825, 365, 90, 28] } else { WINDOWS_DAYS };
    let Some(found) = windows.into_iter().map(of).find(|found| !found.is_empty()) else {
        let why = if prepared.real && family == Family::Trafficking { ": these events tell of none" } else { "" };
        return format!("\nhotspots of {}: none stands above an even spread{why}\n", name(family));
    };
    let shown = found.get(..SHOWN.min(found.len())).unwrap_or_default();
    let title = format!("\nhotspots of {} ({} of {}, strongest first)\n", name(family), shown.len(), found.len());
    title + &output::table(&HOTSPOT_COLUMNS, shown)
}

/// Where the server is, how to stop it, and three commands to try.
pub(super) fn next_steps(address: &str, folder: &Path, picture: &Path, prepared: &Prepared) -> String {
    let as_of = prepared.as_of().map_or_else(String::new, |as_of| format!(" --as-of {as_of}"));
    let stop = if folder == Path::new("data") {
        "make stop".to_owned()
    } else {
        format!("make stop DATA={}", folder.display())
    };
    let days = prepared.window_days().unwrap_or(365);
    let binary = std::env::args().next().unwrap_or_else(|| "jukwaa".to_owned());
    let now = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ");
    format!(
        "\npicture     {}\nserver      {address} keeps running on {}; stop it with `{stop}`\n\ntry next\n  \
         {binary} --server {address} hotspot list --family banditry --window-days {days}{as_of}\n  \
         {binary} --server {address} alert watch --severity high\n  \
         grpcurl -plaintext -d '{{\"report\":{{\"agency\":\"police\",\"clientReportId\":\"try-1\",\"category\":\"CATEGORY_BANDITRY\",\
         \"occurredAt\":\"{now}\",\"place\":{{\"name\":\"Kapedo\",\"county\":\"Baringo\"}},\"attackers\":12}}}}' \\\n    \
         {address} jukwaa.ingest.v1.IngestService/PublishReport\n",
        picture.display(),
        folder.display()
    )
}
