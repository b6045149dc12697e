//! What is planted on the map of Kenya: where banditry, gangs and extremism gather, and the ways that goods and persons are moved.
//!
//! Centres are places of the gazetteer; shares are of all incidents; times are shares of the period. All of it is invented, only the map is
//! real: nothing here says what happened at a place, though it is drawn where such things are known to happen.
//! Never: a community, a person.
use domain::{Category, Family, Point, Subcategory};

use crate::{event::Kind, kinds::Share};

/// Where more of a family happens than elsewhere.
pub(crate) struct Gathering {
    pub(crate) name: &'static str,
    pub(crate) family: Family,
    /// Degrees north and east.
    pub(crate) centre: (f64, f64),
    /// About the centre: standard deviation along each axis.
    pub(crate) sd_km: f64,
    /// Share of all incidents.
    pub(crate) share: f64,
    /// When it begins and ends, as shares of the period.
    pub(crate) active: (f64, f64),
}

/// A way along which goods or persons are moved: the posts where it is seen.
pub(crate) struct Route {
    pub(crate) name: &'static str,
    /// Degrees north and east, in the order of the way.
    pub(crate) posts: &'static [(f64, f64)],
    /// What is moved, by shares.
    pub(crate) cargo: [(Subcategory, f64); 3],
    /// Share of all incidents.
    pub(crate) share: f64,
}

impl Gathering {
    /// The centre as a point.
    pub(crate) fn point(&self) -> Point {
        point(self.centre)
    }
}

/// A point of the tables below.
pub(crate) fn point((lat_degrees, lng_degrees): (f64, f64)) -> Point {
    Point::from_degrees(lat_degrees, lng_degrees)
        .expect("the tables hold degrees of Kenya, and a test reads all of them")
}

const ALWAYS: (f64, f64) = (0.0, 1.0);

const fn banditry(name: &'static str, centre: (f64, f64), sd_km: f64, share: f64, active: (f64, f64)) -> Gathering {
    Gathering { name, family: Family::Banditry, centre, sd_km, share, active }
}

const fn gang(name: &'static str, centre: (f64, f64), sd_km: f64, share: f64) -> Gathering {
    Gathering { name, family: Family::OrganisedGang, centre, sd_km, share, active: ALWAYS }
}

const fn extremism(name: &'static str, centre: (f64, f64), sd_km: f64, share: f64, active: (f64, f64)) -> Gathering {
    Gathering { name, family: Family::ViolentExtremism, centre, sd_km, share, active }
}

/// Where things gather.
pub(crate) const GATHERINGS: &[Gathering] = &[
    banditry("kapedo", (1.1825, 36.1040), 7.0, 0.034, ALWAYS),
    banditry("mukutani", (0.8462, 36.4663), 6.0, 0.022, (0.25, 1.0)),
    banditry("kainuk", (1.7744, 35.5064), 8.0, 0.026, ALWAYS),
    banditry("lokori", (1.9524, 36.0298), 7.0, 0.016, (0.55, 1.0)),
    banditry("todonyang", (4.5333, 35.9333), 8.0, 0.022, ALWAYS),
    banditry("lokichokio", (4.2077, 34.3538), 8.0, 0.014, (0.0, 0.7)),
    banditry("baragoi", (1.7840, 36.7870), 8.0, 0.024, ALWAYS),
    banditry("suguta-marmar", (0.8250, 36.6893), 6.0, 0.014, (0.4, 1.0)),
    banditry("ol-moran", (0.5300, 36.4200), 6.0, 0.016, (0.1, 0.9)),
    banditry("tot", (1.2034, 35.6574), 5.0, 0.016, ALWAYS),
    banditry("turbi", (3.3000, 38.3766), 9.0, 0.012, ALWAYS),
    banditry("moyale", (3.4700, 39.0500), 7.0, 0.010, (0.0, 0.85)),
    banditry("kom", (1.0500, 38.0200), 9.0, 0.014, ALWAYS),
    banditry("garba-tula", (0.5339, 38.5188), 7.0, 0.004, (0.965, 1.0)),
    banditry("garsen", (-2.2665, 40.1098), 6.0, 0.006, (0.6, 0.95)),
    gang("eastlands", (-1.2762, 36.9138), 2.5, 0.024),
    gang("kisauni", (-4.0329, 39.6857), 2.0, 0.014),
    gang("nyalenda", (-0.1162, 34.7618), 2.0, 0.009),
    gang("nakuru", (-0.3072, 36.0723), 2.5, 0.009),
    extremism("boni-forest", (-1.7454, 41.4908), 9.0, 0.012, ALWAYS),
    extremism("mpeketoni", (-2.2300, 40.7500), 8.0, 0.008, (0.3, 1.0)),
    extremism("mandera", (3.9373, 41.8569), 8.0, 0.013, ALWAYS),
    extremism("el-wak", (2.8092, 40.9289), 7.0, 0.006, (0.5, 1.0)),
    extremism("liboi", (0.3534, 40.8723), 8.0, 0.009, ALWAYS),
];

/// The ways.
pub(crate) const ROUTES: &[Route] = &[
    Route {
        name: "moyale-nairobi",
        posts: &[(3.4700, 39.0500), (2.3347, 37.9909), (1.5932, 37.8060), (0.3546, 37.5822), (-1.2833, 36.8167)],
        cargo: [(Subcategory::Arms, 0.3), (Subcategory::Persons, 0.5), (Subcategory::Narcotics, 0.2)],
        share: 0.040,
    },
    Route {
        name: "mandera-garissa",
        posts: &[(3.9373, 41.8569), (2.8092, 40.9289), (1.7471, 40.0573), (-0.4528, 39.6460)],
        cargo: [(Subcategory::Contraband, 0.6), (Subcategory::Arms, 0.2), (Subcategory::Persons, 0.2)],
        share: 0.026,
    },
    Route {
        name: "namanga-nairobi",
        posts: &[(-2.5432, 36.8227), (-1.8524, 36.7768), (-1.4563, 36.9783)],
        cargo: [(Subcategory::Narcotics, 0.5), (Subcategory::Contraband, 0.3), (Subcategory::Wildlife, 0.2)],
        share: 0.016,
    },
    Route {
        name: "busia-malaba",
        posts: &[(0.4600, 34.1117), (0.6351, 34.2817), (0.5635, 34.5606), (0.5204, 35.2699)],
        cargo: [(Subcategory::Contraband, 0.5), (Subcategory::Narcotics, 0.35), (Subcategory::Persons, 0.15)],
        share: 0.022,
    },
    Route {
        name: "coast",
        posts: &[(-4.4990, 39.1200), (-4.0547, 39.6636), (-3.2180, 40.1169), (-2.2717, 40.9020)],
        cargo: [(Subcategory::Narcotics, 0.6), (Subcategory::Wildlife, 0.2), (Subcategory::Persons, 0.2)],
        share: 0.020,
    },
];

const fn detailed(subcategory: Subcategory, share: f64, group: u8) -> Share {
    (Kind::detailed(subcategory), share, group)
}

const fn plain(category: Category, share: f64, group: u8) -> Share {
    (Kind::plain(category), share, group)
}

/// Kinds of banditry, by their shares.
pub(crate) const BANDITRY: &[Share] = &[
    detailed(Subcategory::CattleRaid, 0.46, 0),
    detailed(Subcategory::Ambush, 0.16, 0),
    detailed(Subcategory::ArmedRobbery, 0.13, 0),
    detailed(Subcategory::HomesteadAttack, 0.12, 0),
    detailed(Subcategory::RevengeAttack, 0.08, 0),
    detailed(Subcategory::Abduction, 0.05, 0),
];

/// Kinds of trafficking away from the routes, by their shares.
pub(crate) const TRAFFICKING: &[Share] = &[
    detailed(Subcategory::Narcotics, 0.4, 1),
    detailed(Subcategory::Contraband, 0.2, 1),
    detailed(Subcategory::Persons, 0.15, 1),
    detailed(Subcategory::Wildlife, 0.15, 1),
    detailed(Subcategory::Arms, 0.1, 1),
];

/// What happens everywhere and makes no hotspot, by its shares.
pub(crate) const EVERYWHERE: &[Share] = &[
    plain(Category::ArmsPossession, 0.05, 3),
    plain(Category::GenderBasedViolence, 0.12, 4),
    plain(Category::ChildDefilement, 0.06, 4),
    plain(Category::MissingPerson, 0.06, 5),
    plain(Category::SuspiciousDeath, 0.06, 5),
    plain(Category::LandDispute, 0.08, 6),
    plain(Category::LandEncroachment, 0.04, 6),
    plain(Category::HumanWildlifeConflict, 0.08, 7),
    plain(Category::IllegalMining, 0.03, 7),
    plain(Category::IrregularMigration, 0.05, 1),
    plain(Category::IllicitSupply, 0.12, 1),
    plain(Category::InfrastructureAttack, 0.03, 2),
    plain(Category::RoadState, 0.1, 8),
    plain(Category::Corruption, 0.07, 8),
    plain(Category::Other, 0.05, 8),
];

/// Kinds of the other families, by themselves.
pub(crate) const GANG: &[Share] = &[plain(Category::OrganisedGang, 1.0, 2)];
/// Kinds of the other families, by themselves.
pub(crate) const EXTREMISM: &[Share] = &[plain(Category::ViolentExtremism, 1.0, 2)];

/// Banditry, trafficking, gangs and extremism away from all that is planted: a share of all incidents each.
pub(crate) const SCATTERED: [(&[Share], f64); 4] =
    [(BANDITRY, 0.05), (TRAFFICKING, 0.02), (GANG, 0.008), (EXTREMISM, 0.004)];

/// The kinds of a family.
pub(crate) const fn kinds_of(family: Family) -> &'static [Share] {
    match family {
        Family::Banditry => BANDITRY,
        Family::Trafficking => TRAFFICKING,
        Family::OrganisedGang => GANG,
        Family::ViolentExtremism => EXTREMISM,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_planted_lies_in_kenya() {
        let posts = ROUTES.iter().flat_map(|route| route.posts.iter().copied());
        for at in GATHERINGS.iter().map(|gathering| gathering.centre).chain(posts) {
            assert!(geography::county_of(point(at)).is_some(), "{at:?}");
        }
    }

    #[test]
    fn banditry_is_planted_where_it_is_known() {
        let is_banditry = |gathering: &&Gathering| gathering.family == Family::Banditry;
        let county = |gathering: &Gathering| geography::county_of(gathering.point()).unwrap().county.name();
        let counties: Vec<&str> = GATHERINGS.iter().filter(is_banditry).map(county).collect();

        for expected in ["Baringo", "Turkana", "Samburu", "Laikipia", "Marsabit", "Isiolo"] {
            assert!(counties.contains(&expected), "{expected} is not in {counties:?}");
        }
    }

    #[test]
    fn planted_shares_leave_more_than_a_third_to_the_rest() {
        let gathered: f64 = GATHERINGS.iter().map(|gathering| gathering.share).sum();
        let moved: f64 = ROUTES.iter().map(|route| route.share).sum();
        let scattered: f64 = SCATTERED.iter().map(|(_, share)| share).sum();

        assert!(gathered + moved + scattered < 0.65, "{gathered} {moved} {scattered}");
        assert!((EVERYWHERE.iter().map(|(_, share, _)| share).sum::<f64>() - 1.0).abs() < 1e-9);
    }
}
