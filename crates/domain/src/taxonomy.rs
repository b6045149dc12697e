//! The closed lists of words: what happened, who said so, how it came in, how far it can be trusted.
//!
//! Guarantees: each sub-category belongs to one category, each family to one or more; both are functions here and nowhere else.

use crate::closed::closed_list;

closed_list! {
    /// What kind of event; a closed list, versioned with the package.
    Category {
        /// Armed robbery of stock or goods, and what comes with it.
        Banditry = 1 "BANDITRY",
        /// Goods or persons moved against the law.
        Trafficking = 2 "TRAFFICKING",
        /// Acts of violent extremism at a place.
        ViolentExtremism = 3 "VIOLENT_EXTREMISM",
        /// Acts of an organised gang.
        OrganisedGang = 4 "ORGANISED_GANG",
        /// Arms held against the law.
        ArmsPossession = 5 "ARMS_POSSESSION",
        /// Restricted: shown as category, county, day and counts only.
        GenderBasedViolence = 6 "GENDER_BASED_VIOLENCE",
        /// Restricted: shown as category, county, day and counts only.
        ChildDefilement = 7 "CHILD_DEFILEMENT",
        /// A person is missing.
        MissingPerson = 8 "MISSING_PERSON",
        /// A death without a clear cause.
        SuspiciousDeath = 9 "SUSPICIOUS_DEATH",
        /// A dispute over land.
        LandDispute = 10 "LAND_DISPUTE",
        /// Land taken in use by others.
        LandEncroachment = 11 "LAND_ENCROACHMENT",
        /// Wildlife harms people or the reverse.
        HumanWildlifeConflict = 12 "HUMAN_WILDLIFE_CONFLICT",
        /// Mining without a licence.
        IllegalMining = 13 "ILLEGAL_MINING",
        /// A border crossed outside the rules.
        IrregularMigration = 14 "IRREGULAR_MIGRATION",
        /// Drugs or brews sold.
        IllicitSupply = 15 "ILLICIT_SUPPLY",
        /// A mast, line, bridge or pipeline attacked.
        InfrastructureAttack = 16 "INFRASTRUCTURE_ATTACK",
        /// A road cannot be used.
        RoadState = 17 "ROAD_STATE",
        /// A bribe asked or paid.
        Corruption = 18 "CORRUPTION",
        /// None of the others.
        Other = 19 "OTHER",
    }
}

closed_list! {
    /// The kind in more detail.
    Subcategory {
        /// Under banditry.
        CattleRaid = 1 "CATTLE_RAID",
        /// Under banditry.
        ArmedRobbery = 2 "ARMED_ROBBERY",
        /// Under banditry.
        Ambush = 3 "AMBUSH",
        /// Under banditry.
        Abduction = 4 "ABDUCTION",
        /// Under banditry.
        RevengeAttack = 5 "REVENGE_ATTACK",
        /// Under banditry.
        HomesteadAttack = 6 "HOMESTEAD_ATTACK",
        /// Under trafficking.
        Narcotics = 7 "NARCOTICS",
        /// Under trafficking.
        Arms = 8 "ARMS",
        /// Under trafficking.
        Persons = 9 "PERSONS",
        /// Under trafficking.
        Wildlife = 10 "WILDLIFE",
        /// Under trafficking.
        Contraband = 11 "CONTRABAND",
    }
}

closed_list! {
    /// Categories that are counted together in hotspots.
    Family {
        /// Banditry.
        Banditry = 1 "BANDITRY",
        /// Trafficking.
        Trafficking = 2 "TRAFFICKING",
        /// Organised gangs.
        OrganisedGang = 3 "ORGANISED_GANG",
        /// Violent extremism.
        ViolentExtremism = 4 "VIOLENT_EXTREMISM",
    }
}

closed_list! {
    /// Who saw or heard it.
    SourceKind {
        /// The National Police Service.
        Police = 1 "POLICE",
        /// National Police Reservists.
        Npr = 2 "NPR",
        /// A village elder.
        VillageElder = 3 "VILLAGE_ELDER",
        /// A chief or assistant chief.
        Chief = 4 "CHIEF",
        /// A wildlife or forest ranger.
        Ranger = 5 "RANGER",
        /// A community group or a member of the public.
        Community = 6 "COMMUNITY",
        /// A device.
        Sensor = 7 "SENSOR",
    }
}

closed_list! {
    /// The way a report came in.
    Channel {
        /// Told face to face.
        InPerson = 1 "IN_PERSON",
        /// A call.
        Phone = 2 "PHONE",
        /// A text message.
        Sms = 3 "SMS",
        /// A USSD menu.
        Ussd = 4 "USSD",
        /// Radio.
        Radio = 5 "RADIO",
        /// A mobile application.
        App = 6 "APP",
        /// A device.
        Sensor = 7 "SENSOR",
    }
}

closed_list! {
    /// How it came to be known.
    Discovery {
        /// Somebody told it.
        Reported = 1 "REPORTED",
        /// A patrol found it by itself; it makes no hotspot.
        Patrol = 2 "PATROL",
        /// A sensor measured it.
        Sensor = 3 "SENSOR",
    }
}

closed_list! {
    /// Kind of livestock.
    LivestockKind {
        /// Cattle.
        Cattle = 1 "CATTLE",
        /// Sheep or goats.
        SheepOrGoats = 2 "SHEEP_OR_GOATS",
        /// Camels.
        Camel = 3 "CAMEL",
        /// Donkeys.
        Donkey = 4 "DONKEY",
        /// Any other.
        Other = 5 "OTHER",
    }
}

closed_list! {
    /// Kind of weapon.
    WeaponKind {
        /// A rifle.
        Rifle = 1 "RIFLE",
        /// A pistol.
        Pistol = 2 "PISTOL",
        /// A machine gun.
        MachineGun = 3 "MACHINE_GUN",
        /// A knife, panga or spear.
        Blade = 4 "BLADE",
        /// Bow and arrows.
        Bow = 5 "BOW",
        /// An explosive.
        Explosive = 6 "EXPLOSIVE",
        /// Any other.
        Other = 7 "OTHER",
    }
}

closed_list! {
    /// What an identifier names.
    IdentifierKind {
        /// A person's document.
        Person = 1 "PERSON",
        /// A vehicle's plate.
        Vehicle = 2 "VEHICLE",
        /// A phone number.
        Phone = 3 "PHONE",
    }
}

closed_list! {
    /// Admiralty letter of the source.
    Reliability {
        /// Completely reliable.
        A = 1 "A",
        /// Usually reliable.
        B = 2 "B",
        /// Fairly reliable.
        C = 3 "C",
        /// Not usually reliable.
        D = 4 "D",
        /// Unreliable.
        E = 5 "E",
        /// Cannot be judged.
        F = 6 "F",
    }
}

closed_list! {
    /// Admiralty number of the information.
    Credibility {
        /// Confirmed by others.
        One = 1 "1",
        /// Probably true.
        Two = 2 "2",
        /// Possibly true.
        Three = 3 "3",
        /// Doubtful.
        Four = 4 "4",
        /// Improbable.
        Five = 5 "5",
        /// Cannot be judged.
        Six = 6 "6",
    }
}

closed_list! {
    /// How urgent.
    Priority {
        /// Life is in danger.
        One = 1 "1",
        /// Urgent.
        Two = 2 "2",
        /// Normal.
        Three = 3 "3",
        /// For the record.
        Four = 4 "4",
    }
}

impl Category {
    /// The family that it is counted in; `None`: it is listed and counted, but makes no hotspot.
    #[must_use]
    pub const fn family(self) -> Option<Family> {
        match self {
            Self::Banditry => Some(Family::Banditry),
            Self::Trafficking => Some(Family::Trafficking),
            Self::OrganisedGang => Some(Family::OrganisedGang),
            Self::ViolentExtremism => Some(Family::ViolentExtremism),
            Self::ArmsPossession
            | Self::GenderBasedViolence
            | Self::ChildDefilement
            | Self::MissingPerson
            | Self::SuspiciousDeath
            | Self::LandDispute
            | Self::LandEncroachment
            | Self::HumanWildlifeConflict
            | Self::IllegalMining
            | Self::IrregularMigration
            | Self::IllicitSupply
            | Self::InfrastructureAttack
            | Self::RoadState
            | Self::Corruption
            | Self::Other => None,
        }
    }

    /// Whether only category, county, local day and counts may be shown.
    #[must_use]
    pub const fn is_restricted(self) -> bool {
        matches!(self, Self::GenderBasedViolence | Self::ChildDefilement)
    }

    /// Whether two categories are often taken for one another: a fixed list, symmetric, never true of a category and itself.
    #[must_use]
    pub fn is_related(self, other: Self) -> bool {
        const RELATED: &[(Category, Category)] = &[
            (Category::Banditry, Category::OrganisedGang),
            (Category::Banditry, Category::ViolentExtremism),
            (Category::Banditry, Category::ArmsPossession),
            (Category::Banditry, Category::SuspiciousDeath),
            (Category::Trafficking, Category::IrregularMigration),
            (Category::Trafficking, Category::IllicitSupply),
            (Category::Trafficking, Category::ArmsPossession),
            (Category::Trafficking, Category::MissingPerson),
            (Category::ViolentExtremism, Category::OrganisedGang),
            (Category::ViolentExtremism, Category::InfrastructureAttack),
            (Category::LandDispute, Category::LandEncroachment),
            (Category::GenderBasedViolence, Category::ChildDefilement),
            (Category::MissingPerson, Category::SuspiciousDeath),
        ];
        RELATED.iter().any(|&(a, b)| (a, b) == (self, other) || (b, a) == (self, other))
    }
}

impl Subcategory {
    /// The category that it belongs to.
    #[must_use]
    pub const fn category(self) -> Category {
        match self {
            Self::CattleRaid
            | Self::ArmedRobbery
            | Self::Ambush
            | Self::Abduction
            | Self::RevengeAttack
            | Self::HomesteadAttack => Category::Banditry,
            Self::Narcotics | Self::Arms | Self::Persons | Self::Wildlife | Self::Contraband => Category::Trafficking,
        }
    }
}

impl Family {
    /// The categories that are counted in it, ascending.
    #[must_use]
    pub fn categories(self) -> Vec<Category> {
        Category::ALL.iter().copied().filter(|category| category.family() == Some(self)).collect()
    }
}
