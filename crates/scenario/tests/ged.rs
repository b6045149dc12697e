//! What must hold of events of GED: which rows become events, and what their reports say.
use domain::{Account, Category, Meters, Occurrence, Report, Span};
use geography::County;
use scenario::{
    candidates_per_report,
    ged::{self, GedReading},
};

const SAMPLE: &str = include_str!("data/ged_layout_sample.csv");
const HEADER: &str = "id,year,type_of_violence,conflict_name,dyad_name,side_a,side_b,where_prec,where_coordinates,adm_1,adm_2,latitude,longitude,country,region,date_prec,date_start,date_end,best,high,low";

fn account(report: &Report) -> &Account {
    report.body.account().expect("history holds no retraction")
}

fn read_rows(rows: &[&str]) -> GedReading {
    ged::read(&format!("{HEADER}\n{}\n", rows.join("\n")))
}

fn event(reading: &GedReading, id: &str) -> ged::GedEvent {
    reading.events.iter().find(|event| event.id == id).expect("the event is in the file").clone()
}

#[test]
fn full_layout_with_tags_is_read_whole() {
    let reading = ged::read(SAMPLE);

    assert_eq!((reading.events.len(), &reading.problems), (11, &Vec::new()));
    let of = |category| reading.events.iter().filter(|event| event.category == category).count();
    assert_eq!((of(Category::Banditry), of(Category::ViolentExtremism), of(Category::Other)), (3, 7, 1));
    assert_eq!(
        event(&reading, "31442").line,
        9,
        "rows with line breaks in quotes are counted by the lines of the file"
    );
}

#[test]
fn plain_layout_with_empty_codes_is_within_25_km_and_one_day() {
    let reading = read_rows(&[
        "43870,1989,3,c,d,Government of Kenya,Civilians,,,,,1.064444,34.879444,Kenya,Africa,,1989-03-07 00:00:00.000,,3,3,3",
    ]);

    let event = event(&reading, "43870");
    assert_eq!((event.uncertainty, event.is_point, event.killed), (Meters::from_km(25), true, Some(3)));
    assert_eq!(event.occurrence, Occurrence::On("1989-03-07".parse().unwrap()));
}

#[test]
fn codes_of_place_become_points_or_areas() {
    let reading = ged::read(SAMPLE);
    let place = |id| {
        let event = event(&reading, id);
        (event.uncertainty, event.is_point, event.county.map(County::name))
    };

    assert_eq!(place("29691"), (Meters::from_km(3), true, Some("Nairobi")));
    assert_eq!(place("31463"), (Meters::from_km(25), true, Some("Lamu")));
    assert_eq!(place("62665"), (Meters::from_km(50), false, Some("Garissa")));
    assert_eq!(place("31189"), (Meters::from_km(150), false, None), "a province is no county");
    assert_eq!(place("31446"), (Meters::from_km(50), false, Some("Lamu")));
}

#[test]
fn longer_dates_are_a_middle_with_half_their_length() {
    let at_sea = event(&ged::read(SAMPLE), "31446");

    let Occurrence::At { at, uncertainty } = at_sea.occurrence else { panic!("three days are no day") };
    assert_eq!(at.to_string(), "2012-01-03T09:00:00Z");
    assert_eq!(uncertainty, Some(Span::from_hours(36)));
}

#[test]
fn deaths_only_in_the_high_estimate_are_unknown() {
    assert_eq!(event(&ged::read(SAMPLE), "31833").killed, None);
}

#[test]
fn row_that_cannot_be_used_is_told_with_its_line() {
    let reading = read_rows(&[
        "1,2014,2,c,d,A,B,1,x,,,1.18251,36.10395,Kenya,Africa,1,2014-05-01,2014-05-01,4,4,4",
        "2,2014,2,c,d,A,B,1,x,,,36.10395,1.18251,Kenya,Africa,1,2014-05-01,2014-05-01,4,4,4",
        "3,2014,2,c,d,A,B,1,x,,,0.31628,32.58219,Uganda,Africa,1,2014-05-01,2014-05-01,4,4,4",
        "4,2014,2,c,d,A,B,9,x,,,1.18251,36.10395,Kenya,Africa,1,2014-05-01,2014-05-01,4,4,4",
        "5,2014,2,c,d,A,B,1,x,,,1.18251,36.10395,Kenya,Africa,1,5/1/2014,,4,4,4",
        "1,2014,2,c,d,A,B,1,x,,,1.18251,36.10395,Kenya,Africa,1,2014-05-02,,4,4,4",
        "6,2014",
    ]);

    let told: Vec<String> = reading.problems.iter().map(ToString::to_string).collect();
    assert_eq!(reading.events.len(), 1);
    let expected = [
        "line 3: (36.10395, 1.18251) is outside the territory (Kenya and 100 km around); latitude and longitude look swapped",
        "line 4: (0.31628, 32.58219) is outside the territory (Kenya and 100 km around)",
        "line 5: where_prec 9 is none of 1 to 7",
        "line 6: date_start \"5/1/2014\" is not a date of the form 2014-05-01",
        "line 7: the id 1 stands in an earlier row too",
        "line 8: type_of_violence is empty",
    ];
    assert_eq!(told, expected);
}

#[test]
fn row_whose_estimates_are_not_in_order_is_taken_with_a_warning() {
    let reading = read_rows(&["1,2014,2,c,d,A,B,1,x,,,1.18251,36.10395,Kenya,Africa,1,2014-05-01,2014-05-01,4,2,5"]);

    assert_eq!((reading.events.len(), reading.problems.len()), (1, 0));
    assert_eq!(reading.warnings[0].to_string(), "line 2: low 5, best 4, high 2 are not in order; best was taken");
}

#[test]
fn file_of_another_kind_is_one_problem() {
    let told = |text: &str| ged::read(text).problems.iter().map(ToString::to_string).collect::<Vec<_>>();

    assert_eq!(
        told("name,age\nx,1\n"),
        ["line 1: the header has no column id, type_of_violence, latitude, longitude, date_start, best"]
    );
    assert_eq!(told("").len(), 1);
}

#[test]
fn every_event_is_reported_once_by_each_of_one_to_three_agencies() {
    let reading = ged::read(SAMPLE);
    let scenario = ged::scenario(&reading.events, 1);

    for id in 1..=reading.events.len() as u64 {
        let agencies: Vec<&str> =
            scenario.truth.iter().filter(|(_, truth)| *truth == id).map(|(key, _)| key.agency.as_str()).collect();
        let mut once = agencies.clone();
        once.sort_unstable();
        once.dedup();
        assert!((1..=3).contains(&agencies.len()) && once.len() == agencies.len(), "{agencies:?}");
    }
}

#[test]
fn regions_are_never_reported_as_points() {
    let reading = ged::read(SAMPLE);
    for seed in 0..20 {
        let scenario = ged::scenario(&reading.events, seed);
        for (report, (_, id)) in scenario.reports.iter().zip(&scenario.truth) {
            let place = &account(report).place;
            let event = &reading.events[usize::try_from(*id).unwrap() - 1];
            let is_point = place.point.is_some() && place.uncertainty.unwrap() <= Meters::from_km(25);
            assert_eq!(is_point, event.is_point, "{place:?}");
        }
    }
}

#[test]
fn agencies_leave_an_event_in_its_cell() {
    let reading = ged::read(SAMPLE);
    for seed in 0..20 {
        let scenario = ged::scenario(&reading.events, seed);
        for (report, (_, id)) in scenario.reports.iter().zip(&scenario.truth) {
            let event = &reading.events[usize::try_from(*id).unwrap() - 1];
            let Some(point) = account(report).place.point.filter(|_| event.is_point) else { continue };
            let cells = [point, event.point].map(|point| geography::cell_of(point, h3o::Resolution::Seven));
            assert_eq!(cells[0], cells[1]);
            assert_eq!(account(report).place.uncertainty, Some(event.uncertainty));
        }
    }
}

#[test]
fn history_is_in_order_and_never_before_its_event() {
    let reports = ged::reports(&ged::read(SAMPLE).events, 3);
    let taken: Vec<_> = reports.iter().map(|report| account(report).reported_at.unwrap()).collect();

    assert!(taken.is_sorted());
    assert!(reports.iter().all(|report| account(report).reported_at.unwrap() >= account(report).occurrence.end()));
}

#[test]
fn sides_are_in_no_event_and_no_report() {
    let reading = ged::read(SAMPLE);
    for seed in 0..20 {
        let text = format!("{:?}{:?}", reading, ged::reports(&reading.events, seed)).to_lowercase();
        for side in ["shabaab", "borana", "gabra", "burji", "onlf", "government", "civilians"] {
            assert!(!text.contains(side), "{side}");
        }
    }
}

#[test]
fn rows_added_to_a_file_change_no_other_report() {
    let events = ged::read(SAMPLE).events;
    let all = ged::reports(&events, 5);
    let some = ged::reports(&events[2..], 5);

    assert!(some.iter().all(|report| all.contains(report)));
    assert_ne!(ged::reports(&events, 5), ged::reports(&events, 6));
    assert!(candidates_per_report(&all) > 0.0);
}

proptest::proptest! {
    #[test]
    fn no_text_panics(text in "\\PC{0,200}", cells in proptest::collection::vec("[-0-9.,:# \"a-z\n]{0,12}", 0..60)) {
        let reading = ged::read(&text);
        proptest::prop_assert!(reading.events.is_empty());
        let rows = read_rows(&[&cells.join(",")]);
        proptest::prop_assert!(ged::reports(&rows.events, 1).len() >= rows.events.len());
    }
}
