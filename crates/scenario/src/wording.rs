//! A kind, a place and numbers in; a summary in the words of a source out, in English or Swahili.
//!
//! A summary names the kind of source, then says one sentence about the kind of event, then what is known of cost and flight: two agencies
//! never use the same words by chance, since that would make one an echo of the other.
//! Never: a name of a person or a community, nor words that only one event has.
use domain::{Category, LivestockKind, SourceKind, Subcategory};

use crate::{random::Random, toll::Cargo};

/// The language of a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    English,
    Swahili,
}

impl Language {
    /// The tag on the wire.
    pub(crate) const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Swahili => "sw",
        }
    }
}

/// What a source tells, as it saw it.
pub(crate) struct Telling<'a> {
    pub(crate) source: SourceKind,
    pub(crate) category: Category,
    pub(crate) subcategory: Option<Subcategory>,
    pub(crate) place: &'a str,
    pub(crate) livestock: Option<(LivestockKind, u32)>,
    pub(crate) goods: Option<Cargo>,
    pub(crate) killed: Option<u32>,
    pub(crate) injured: Option<u32>,
    pub(crate) attackers: Option<u32>,
    pub(crate) heading: Option<u16>,
    /// Hour of the day in East Africa, where it is known.
    pub(crate) hour: Option<u8>,
}

const DEAD: Sentence = ("dead", "wameuawa");

/// A sentence in both languages; `{place}` and `{count}` are filled in.
type Sentence = (&'static str, &'static str);

const RAID: [Sentence; 4] = [
    ("{count} driven away by armed men from {place}", "{count} wameibiwa na watu wenye silaha {place}"),
    (
        "Raiders attacked the grazing ground near {place} and took {count}",
        "Wavamizi walivamia malisho karibu na {place} na kuchukua {count}",
    ),
    ("Stock theft at {place}: {count} missing after the attack", "Wizi wa mifugo {place}, {count} hazijulikani ziliko"),
    ("Herders near {place} lost {count} to raiders", "Wachungaji wa {place} wamepoteza {count} kwa wavamizi"),
];
const AMBUSH: [Sentence; 3] = [
    ("Vehicle fired at on the road near {place}", "Gari limepigwa risasi barabarani karibu na {place}"),
    ("Travellers ambushed outside {place}", "Wasafiri wameviziwa nje ya {place}"),
    (
        "Armed men stopped and shot at a lorry close to {place}",
        "Watu wenye silaha wamelisimamisha na kulipiga risasi lori karibu na {place}",
    ),
];
const ROBBERY: [Sentence; 3] = [
    ("Shop robbed at gunpoint in {place}", "Duka limeporwa kwa bunduki {place}"),
    ("Armed robbers took money and phones at {place}", "Majambazi wenye silaha wamechukua pesa na simu {place}"),
    ("Traders of {place} robbed on their way from the market", "Wafanyabiashara wa {place} wameporwa wakitoka sokoni"),
];
const ABDUCTION: [Sentence; 3] = [
    ("Person taken away by armed men near {place}", "Mtu ametekwa nyara na watu wenye silaha karibu na {place}"),
    ("Abduction reported from {place}", "Utekaji nyara umeripotiwa {place}"),
    ("Herder seized by gunmen outside {place}", "Mchungaji ametekwa na wenye bunduki nje ya {place}"),
];
const HOMESTEAD: [Sentence; 3] = [
    ("Homestead attacked and houses burnt at {place}", "Boma limeshambuliwa na nyumba kuchomwa {place}"),
    ("Gunmen shot into houses in {place}", "Wenye bunduki wamefyatulia nyumba risasi {place}"),
    (
        "Families fled after an attack on their homes near {place}",
        "Familia zimekimbia baada ya kushambuliwa karibu na {place}",
    ),
];
const TRAFFIC: [Sentence; 4] = [
    ("Vehicle intercepted near {place} with {count}", "Gari limekamatwa karibu na {place} likiwa na {count}"),
    ("{count} seized at the road block of {place}", "{count} imekamatwa kwenye kizuizi cha {place}"),
    ("{count} moved by night through {place}", "{count} imesafirishwa usiku kupitia {place}"),
    ("Consignment of {count} seen leaving {place}", "Shehena ya {count} imeonekana ikitoka {place}"),
];
const EXTREMISM: [Sentence; 3] = [
    ("Explosion and gunfire near {place}", "Mlipuko na milio ya risasi karibu na {place}"),
    ("Gunmen attacked a post and a mast at {place}", "Wenye bunduki wameshambulia kituo na mlingoti {place}"),
    ("Bus stopped by militants on the way to {place}", "Basi limesimamishwa na wanamgambo njiani kwenda {place}"),
];
const GANG: [Sentence; 3] = [
    (
        "Gang with crude weapons attacked residents of {place}",
        "Genge lenye silaha butu limeshambulia wakazi wa {place}",
    ),
    ("Extortion of traders by a gang in {place}", "Genge linawatoza wafanyabiashara kwa nguvu {place}"),
    ("Fight between gangs at {place}", "Mapigano ya magenge {place}"),
];
const RESTRICTED: [Sentence; 5] = [
    ("Matter reported in confidence, officer assigned", "Suala limeripotiwa kwa siri, afisa amepangiwa"),
    ("Complaint recorded and file opened", "Malalamiko yamerekodiwa na faili kufunguliwa"),
    ("Family came to report, counsellor informed", "Familia imekuja kuripoti, mshauri amearifiwa"),
    ("Case referred to the gender desk", "Kesi imepelekwa kwa dawati la jinsia"),
    ("Survivor assisted and referred to hospital", "Mwathiriwa amesaidiwa na kupelekwa hospitali"),
];
const MISSING: [Sentence; 2] = [
    ("Person missing from {place} since yesterday", "Mtu amepotea {place} tangu jana"),
    ("Family of {place} reports a missing relative", "Familia ya {place} inaripoti jamaa aliyepotea"),
];
const DEATH: [Sentence; 2] = [
    ("Body found near {place}, cause unknown", "Mwili umepatikana karibu na {place}, chanzo hakijulikani"),
    ("Death under unclear circumstances at {place}", "Kifo cha kutatanisha {place}"),
];
const LAND: [Sentence; 2] = [
    ("Quarrel over the boundary of a farm at {place}", "Ugomvi wa mpaka wa shamba {place}"),
    ("Land near {place} fenced off by others", "Ardhi karibu na {place} imezungushiwa ua na wengine"),
];
const WILDLIFE: [Sentence; 2] = [
    ("Elephants destroyed crops at {place}", "Ndovu wameharibu mimea {place}"),
    ("Lion killed stock near {place}", "Simba ameua mifugo karibu na {place}"),
];
const ROAD: [Sentence; 2] = [
    ("Road impassable at {place} after the rains", "Barabara haipitiki {place} baada ya mvua"),
    ("Bridge near {place} washed away", "Daraja karibu na {place} limesombwa na maji"),
];
const SUPPLY: [Sentence; 2] = [
    ("Illicit brew sold in {place}", "Pombe haramu inauzwa {place}"),
    ("Drugs sold to youth at {place}", "Dawa za kulevya zinauzwa kwa vijana {place}"),
];
const OTHER: [Sentence; 3] = [
    ("Incident reported at {place}, details to follow", "Tukio limeripotiwa {place}, maelezo yatafuata"),
    ("Information received from residents of {place}", "Habari imepokelewa kutoka kwa wakazi wa {place}"),
    ("Matter noted at {place} and under follow-up", "Jambo limebainika {place} na linafuatiliwa"),
];

/// What is said of a real event: nothing beyond that it happened.
const RETOLD: [Sentence; 4] = [
    ("Attack reported near {place}", "Shambulio limeripotiwa karibu na {place}"),
    ("Armed violence at {place}", "Vurugu za silaha {place}"),
    ("Fighting near {place}", "Mapigano karibu na {place}"),
    ("Lives endangered by an attack at {place}", "Maisha hatarini kwa shambulio {place}"),
];

/// Puts a real event into words that add nothing to it.
pub(crate) fn retold(
    random: &mut Random,
    language: Language,
    source: SourceKind,
    place: &str,
    killed: Option<u32>,
) -> String {
    let sentence = said(language, random.pick(&RETOLD)).replace("{place}", place);
    let dead = killed.filter(|killed| *killed > 0).map(|killed| format!(". {killed} {}", said(language, DEAD)));
    format!("{}: {sentence}{}", said(language, opening(source)), dead.unwrap_or_default())
}

/// Puts what a source saw into words.
pub(crate) fn summary(random: &mut Random, language: Language, telling: &Telling<'_>) -> String {
    let sentences = sentences(telling.category, telling.subcategory);
    let Some(sentence) = random.pick_of(sentences) else { return String::new() };
    let sentence = said(language, *sentence);
    let sentence = sentence.replace("{place}", telling.place).replace("{count}", &count(language, telling));
    let mut text = format!("{}: {}", said(language, opening(telling.source)), capitalised(&sentence));
    if !telling.category.is_restricted() {
        for clause in clauses(random, language, telling) {
            text.push_str(". ");
            text.push_str(&clause);
        }
    }
    text
}

/// Who speaks.
const fn opening(source: SourceKind) -> Sentence {
    match source {
        SourceKind::Police => ("Post reports", "Kituo chaarifu"),
        SourceKind::Npr => ("Reservists report", "Wanajeshi wa akiba waarifu"),
        SourceKind::VillageElder => ("Elders say", "Wazee wasema"),
        SourceKind::Chief => ("Chief's office", "Ofisi ya chifu"),
        SourceKind::Ranger => ("Rangers report", "Walinzi wa wanyama waarifu"),
        SourceKind::Community => ("Caller says", "Mkazi asema"),
        SourceKind::Sensor => ("Sensor", "Kifaa"),
    }
}

fn sentences(category: Category, subcategory: Option<Subcategory>) -> &'static [Sentence] {
    match category {
        Category::Banditry => match subcategory {
            Some(Subcategory::CattleRaid) | None => &RAID,
            Some(Subcategory::ArmedRobbery) => &ROBBERY,
            Some(Subcategory::Abduction) => &ABDUCTION,
            Some(Subcategory::HomesteadAttack | Subcategory::RevengeAttack) => &HOMESTEAD,
            Some(
                Subcategory::Ambush
                | Subcategory::Narcotics
                | Subcategory::Arms
                | Subcategory::Persons
                | Subcategory::Wildlife
                | Subcategory::Contraband,
            ) => &AMBUSH,
        },
        Category::Trafficking => &TRAFFIC,
        Category::ViolentExtremism | Category::InfrastructureAttack => &EXTREMISM,
        Category::OrganisedGang => &GANG,
        Category::GenderBasedViolence | Category::ChildDefilement => &RESTRICTED,
        Category::MissingPerson => &MISSING,
        Category::SuspiciousDeath => &DEATH,
        Category::LandDispute | Category::LandEncroachment => &LAND,
        Category::HumanWildlifeConflict => &WILDLIFE,
        Category::RoadState => &ROAD,
        Category::IllicitSupply => &SUPPLY,
        Category::ArmsPossession
        | Category::IllegalMining
        | Category::IrregularMigration
        | Category::Corruption
        | Category::Other => &OTHER,
    }
}

const fn said(language: Language, sentence: Sentence) -> &'static str {
    match language {
        Language::English => sentence.0,
        Language::Swahili => sentence.1,
    }
}

fn count(language: Language, telling: &Telling<'_>) -> String {
    if let Some((kind, head)) = telling.livestock {
        let animals = said(language, animals(kind));
        return match language {
            Language::English => format!("{head} {animals}"),
            Language::Swahili => format!("{animals} {head}"),
        };
    }
    if let Some(goods) = telling.goods {
        return format!("{} {} {}", goods.name, goods.quantity, goods.unit);
    }
    let is_traffic = telling.category == Category::Trafficking;
    let unknown = if is_traffic { ("persons without papers", "watu wasio na vibali") } else { ("livestock", "mifugo") };
    said(language, unknown).to_owned()
}

const fn animals(kind: LivestockKind) -> Sentence {
    match kind {
        LivestockKind::Cattle => ("head of cattle", "ng'ombe"),
        LivestockKind::SheepOrGoats => ("sheep and goats", "mbuzi na kondoo"),
        LivestockKind::Camel => ("camels", "ngamia"),
        LivestockKind::Donkey => ("donkeys", "punda"),
        LivestockKind::Other => ("animals", "wanyama"),
    }
}

/// What is known of cost and flight; a source tells each with some chance.
fn clauses(random: &mut Random, language: Language, telling: &Telling<'_>) -> Vec<String> {
    const TOLD: f64 = 0.75;
    let some = |count: Option<u32>| count.filter(|count| *count > 0);
    let numbers = [
        (some(telling.killed), DEAD),
        (some(telling.injured), ("injured", "wamejeruhiwa")),
        (some(telling.attackers), ("attackers seen", "washambuliaji wameonekana")),
    ];
    let mut clauses = Vec::new();
    for (count, words) in numbers {
        if let Some(count) = count.filter(|_| random.chance(TOLD)) {
            clauses.push(format!("{count} {}", said(language, words)));
        }
    }
    if let Some(heading) = telling.heading.filter(|_| random.chance(TOLD)) {
        clauses.push(format!("{} {}", said(language, ("Fled", "Walielekea")), said(language, direction(heading))));
    }
    clauses.extend(telling.hour.map(|hour| said(language, time_of_day(hour)).to_owned()));
    clauses
}

fn direction(heading: u16) -> Sentence {
    match heading % 360 {
        45..135 => ("to the east", "mashariki"),
        135..225 => ("to the south", "kusini"),
        225..315 => ("to the west", "magharibi"),
        _ => ("to the north", "kaskazini"),
    }
}

const fn time_of_day(hour: u8) -> Sentence {
    match hour {
        5..11 => ("In the morning", "Asubuhi"),
        11..16 => ("At midday", "Mchana"),
        16..20 => ("In the evening", "Jioni"),
        _ => ("At night", "Usiku"),
    }
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Purpose;

    fn telling(category: Category, subcategory: Option<Subcategory>) -> Telling<'static> {
        Telling {
            source: SourceKind::Police,
            category,
            subcategory,
            place: "Kapedo",
            livestock: Some((LivestockKind::Cattle, 120)),
            goods: None,
            killed: Some(1),
            injured: Some(2),
            attackers: Some(20),
            heading: Some(340),
            hour: Some(3),
        }
    }

    #[test]
    fn every_kind_has_words_in_both_languages() {
        let mut random = Random::new(1, Purpose::Reports);
        for category in Category::ALL {
            for language in [Language::English, Language::Swahili] {
                let text = summary(&mut random, language, &telling(*category, None));
                assert!(text.len() >= 20 && !text.contains('{'), "{category}: {text}");
            }
        }
    }

    #[test]
    fn restricted_summary_names_no_place_and_no_number() {
        let mut random = Random::new(2, Purpose::Reports);
        for _ in 0..50 {
            let text = summary(&mut random, Language::English, &telling(Category::GenderBasedViolence, None));
            assert!(!text.contains("Kapedo") && !text.contains(|letter: char| letter.is_ascii_digit()), "{text}");
        }
    }

    #[test]
    fn raid_is_told_with_its_livestock() {
        let mut random = Random::new(3, Purpose::Reports);
        let raid = telling(Category::Banditry, Some(Subcategory::CattleRaid));

        assert!(summary(&mut random, Language::Swahili, &raid).contains("g'ombe 120"));
    }
}
