//! What the places that sources name become, through the public interface.
use domain::Meters;
use geography::{Candidate, CandidateKind, County, PlaceField, PlaceKind, PlaceQuery, Resolved, resolve};
use proptest::prelude::*;

fn query<'a>(name: &'a str, ward: &'a str, county: &'a str) -> Resolved {
    resolve(PlaceQuery { name, ward, county })
}

/// "Place Kapedo, Baringo", "Ward …", "County …", "Unknown Name", "Ambiguous Ward".
fn in_words(resolved: &Resolved) -> String {
    match resolved {
        Resolved::Place(place) => format!("Place {}, {}", place.name(), place.county().map_or("abroad", County::name)),
        Resolved::Ward(ward) => format!("Ward {}, {}", ward.name(), ward.county().name()),
        Resolved::County(county) => format!("County {county}"),
        Resolved::Unknown { field, .. } => format!("Unknown {field:?}"),
        Resolved::Ambiguous { field, .. } => format!("Ambiguous {field:?}"),
    }
}

fn check(cases: &[(&str, &str, &str, &str)]) {
    for (name, ward, county, expected) in cases {
        let resolved = query(name, ward, county);
        assert_eq!(in_words(&resolved), *expected, "name {name:?}, ward {ward:?}, county {county:?}: {resolved:?}");
    }
}

#[test]
fn name_alone_that_is_one_place_is_that_place() {
    check(&[
        ("Baragoi", "", "", "Place Baragoi, Samburu"),
        ("LOKITAUNG", "", "", "Place Lokitaung, Turkana"),
        ("Kijiji cha Kainuk", "", "", "Place Kainuk, Turkana"),
        ("Maralal Town", "", "", "Place Maralal, Samburu"),
        ("Ol-Kalou", "", "", "Place Ol Kalou, Nyandarua"),
        ("Olkalou", "", "", "Place Ol Kalou, Nyandarua"),
    ]);
}

#[test]
fn other_spelling_of_a_place_is_the_place() {
    check(&[
        ("Karpeddo", "", "", "Place Kapedo, Baringo"),
        ("Kainok", "", "", "Place Kainuk, Turkana"),
        ("Todenyang", "", "", "Place Todenyang Police Post, Turkana"),
    ]);
}

#[test]
fn city_or_seat_is_meant_before_its_namesakes() {
    check(&[
        ("Kisumu", "", "", "Place Kisumu, Kisumu"),
        ("Mombasa", "", "", "Place Mombasa, Mombasa"),
        ("Isiolo", "", "", "Place Isiolo, Isiolo"),
        ("Garissa", "", "", "Place Garissa, Garissa"),
        ("Kwale", "", "", "Place Kwale, Kwale"),
    ]);
}

#[test]
fn name_of_a_county_without_such_a_town_is_the_county() {
    check(&[
        ("Turkana", "", "", "County Turkana"),
        ("West Pokot", "", "", "County West Pokot"),
        ("Baringo County", "", "", "County Baringo"),
        ("Samburu County", "", "", "County Samburu"),
        ("Nandi", "", "", "County Nandi"),
        ("Turkana", "", "Turkana", "County Turkana"),
        ("Samburu", "", "Samburu", "County Samburu"),
    ]);
}

#[test]
fn name_alone_that_is_several_is_refused_with_counties() {
    let Resolved::Ambiguous { field, candidates } = query("Samburu", "", "") else { panic!("it is several") };

    assert_eq!(field, PlaceField::Name);
    assert!(candidates.iter().any(|candidate| candidate.to_string() == "Samburu (county)"), "{candidates:?}");
    assert!(
        candidates.iter().any(|candidate| candidate.to_string() == "Samburu (village, Kwale, at -3.79, 39.26)"),
        "{candidates:?}"
    );
    check(&[
        ("Township", "", "", "Ambiguous Name"),
        ("Majengo", "", "", "Ambiguous Name"),
        ("Central", "", "", "Ambiguous Name"),
    ]);
}

#[test]
fn candidates_of_one_county_are_told_apart_by_their_points() {
    let Resolved::Ambiguous { candidates, .. } = query("Dandora", "", "") else { panic!("GeoNames has two") };

    assert_eq!(candidates.len(), 2);
    assert_ne!(candidates[0].to_string(), candidates[1].to_string());
}

#[test]
fn centre_of_a_county_is_meant_before_a_hamlet_in_it() {
    check(&[
        ("Ol Kalou", "", "", "Place Ol Kalou, Nyandarua"),
        ("Marigat", "", "", "Place Marigat, Baringo"),
        ("Marigat", "", "Baringo", "Place Marigat, Baringo"),
    ]);
}

#[test]
fn town_on_the_border_is_taken_on_this_side() {
    check(&[("Malaba", "", "", "Place Malaba, Busia"), ("Namanga", "", "", "Place Namanga, Kajiado")]);
}

#[test]
fn county_tells_namesakes_apart() {
    check(&[
        ("Samburu", "", "Kwale", "Place Samburu, Kwale"),
        ("Majengo", "", "Kwale", "Place Majengo, Kwale"),
        ("Njoro", "", "Nakuru", "Place Njoro, Nakuru"),
        ("Township", "", "Isiolo", "County Isiolo"),
        ("", "Township", "Mandera", "Ward Township, Mandera"),
        ("", "township ward", "Mandera County", "Ward Township, Mandera"),
    ]);
}

#[test]
fn place_on_a_border_may_be_said_to_be_on_either_side() {
    check(&[("Kapedo", "", "Baringo", "Place Kapedo, Baringo"), ("Kapedo", "", "Turkana", "Place Kapedo, Turkana")]);
    check(&[("Maralal", "", "Mandera", "County Mandera")]);
}

#[test]
fn unknown_name_with_ward_or_county_is_the_area() {
    check(&[
        ("No Such Hamlet", "", "Baringo", "County Baringo"),
        ("No Such Hamlet", "Silale", "", "Ward Silale, Baringo"),
        ("No Such Hamlet", "Silale", "Baringo", "Ward Silale, Baringo"),
        ("", "", "Lamu", "County Lamu"),
        ("", "No Such Ward", "Lamu", "County Lamu"),
        ("", "Silale", "Lamu", "County Lamu"),
    ]);
}

#[test]
fn ward_name_alone_must_be_one_ward() {
    check(&[
        ("", "Silale", "", "Ward Silale, Baringo"),
        ("", "Township", "", "Ambiguous Ward"),
        ("", "No Such Ward", "", "Unknown Ward"),
        ("Silale Ward", "", "", "Ward Silale, Baringo"),
    ]);
}

#[test]
fn unknown_name_alone_is_refused_with_near_spellings() {
    let Resolved::Unknown { field, candidates } = query("Baragoy", "", "") else { panic!("it is no place") };

    assert_eq!(field, PlaceField::Name);
    let is_baragoi = |candidate: &Candidate| {
        candidate.kind == CandidateKind::Place(PlaceKind::Village) && candidate.county == County::from_name("Samburu")
    };
    assert!(candidates.iter().any(|candidate| candidate.name == "Baragoi" && is_baragoi(candidate)), "{candidates:?}");
}

#[test]
fn unknown_county_is_refused_with_near_spellings() {
    let Resolved::Unknown { field, candidates } = query("Kapedo", "", "Barringo") else { panic!("it is no county") };

    assert_eq!(field, PlaceField::County);
    assert_eq!(candidates.first().map(|candidate| candidate.name), Some("Baringo"));
}

#[test]
fn query_without_a_word_is_unknown() {
    check(&[("", "", "", "Unknown Ward"), ("  ", "--", "", "Unknown Ward")]);
}

#[test]
fn radius_is_that_of_the_kind() {
    assert_eq!(query("Baragoi", "", "").radius(), Some(Meters::from_km(3)));
    assert_eq!(query("Lodwar", "", "").radius(), Some(Meters::from_km(5)));
    assert_eq!(query("", "", "Turkana").radius(), County::from_name("Turkana").map(County::radius));
    assert!(
        !query("Baragoi", "", "").is_area() && query("", "", "Turkana").is_area() && query("", "Silale", "").is_area()
    );
}

proptest! {
    #[test]
    fn any_text_gets_an_answer(name in "\\PC{0,40}", ward in "\\PC{0,20}", county in "\\PC{0,20}") {
        let resolved = query(&name, &ward, &county);
        let has_place = resolved.point().is_some() && resolved.radius().is_some();
        prop_assert_eq!(has_place, !matches!(resolved, Resolved::Unknown { .. } | Resolved::Ambiguous { .. }));
    }
}
