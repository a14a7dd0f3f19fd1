//! What the case is besides its tables: where every column comes from, case classes, travel, and the scenario it carries.

use super::case::Made;
use super::tables::Census;
use crate::network::builder::CaseHead;
use crate::network::case_class::default_classes;
use crate::network::{ArcRules, CaseClass, Evidence, Kind, ObservedShares, Provenance};
use crate::policy::Scenario;
use crate::travel::{Crs, MetricParams, metric::SpeedClass};

/// Visits and stays a head and year: about 3.1 and 0.038 in the household health survey of 2013. Typed from memory of the published report, so *assumed*.
const VISITS: f64 = 3.1;
const STAYS: f64 = 0.038;

const CENSUS_SOURCE: &str = "Kenya Population and Housing Census 2019, volume I, table 2.7 (Kenya National Bureau of Statistics)";
const LIST_SOURCE: &str = "Kenya Master Health Facility List (Ministry of Health)";

/// The twelve classes with rates scaled so that all visits and all stays come to the survey's.
pub(super) fn classes() -> Vec<CaseClass> {
    let mut classes = default_classes();
    for (kind, wanted) in [(Kind::O, VISITS), (Kind::H, STAYS)] {
        let sum: f64 = classes.iter().filter(|k| k.kind == kind).map(|k| k.rate).sum();
        for k in classes.iter_mut().filter(|k| k.kind == kind) {
            // six digits are more than the survey knows
            k.rate = (k.rate * wanted / sum * 1e6).round() / 1e6;
        }
    }
    classes
}

/// Metric travel without the trains and flights of the default's last class.
pub(super) fn travel() -> MetricParams {
    let speeds = vec![SpeedClass { below_km: Some(60.0), kmh: 45.0 }, SpeedClass { below_km: None, kmh: 60.0 }];
    MetricParams { speeds, ..MetricParams::default() }
}

/// The targets of Chinese policy are not asked of Kenya.
pub(super) fn scenario() -> (toml::Table, Scenario) {
    let off = ["first_contact", "primary_share", "in_county", "in_county_ip", "down_rate"];
    let list = off.iter().map(|n| toml::Value::String((*n).to_owned())).collect();
    let table = toml::Table::from_iter([("targets_off".to_owned(), toml::Value::Array(list))]);
    (table, Scenario { targets_off: off.map(str::to_owned).to_vec(), ..Scenario::default() })
}

pub(super) fn head(census: &Census, made: &Made) -> CaseHead {
    CaseHead {
        name: "Kenya".to_owned(),
        year: 2019,
        crs: Crs::Wgs84,
        policy: "P2025".to_owned(),
        rules: ArcRules { up_rank3_city: 4, down_partners: 3, ..ArcRules::default() },
        observed: ObservedShares::default(),
        provenance: provenance(census, made),
    }
}

fn provenance(census: &Census, made: &Made) -> Vec<Provenance> {
    use Evidence::{Assumed, Modelled, Observed};
    let mut out = Vec::new();
    let mut say = |table: &str, column: &str, evidence, rule: String, source: &str| {
        let (table, column, source) = (table.to_owned(), column.to_owned(), source.to_owned());
        out.push(Provenance { table, column, evidence, rule, source, rule_zh: None, source_zh: None });
    };
    let census_of = |what: &str| format!("{what} of the census");
    say("areas", "id", Assumed, "Number of the county and of the sub-county in the order of the census".into(), "");
    say("areas", "name", Observed, census_of("Sub-county"), CENSUS_SOURCE);
    say("areas", "urban", Modelled, "1 where more than 1,000 people live on a square kilometre (assumed)".into(), CENSUS_SOURCE);
    say("areas", "prefecture", Observed, census_of("County"), CENSUS_SOURCE);
    say("areas", "area_km2", Observed, census_of("Land"), CENSUS_SOURCE);
    say("areas", "*", Assumed, "About a quarter of the people are insured; no income of a fund is known".into(), "");
    say("townships", "id", Assumed, "Code of the sub-county and a number by name of the ward".into(), "");
    say("townships", "name", Observed, "Wards as facilities name them".into(), LIST_SOURCE);
    let [named, shared] = made.wards;
    let rule = format!(
        "Of {} wards {named} lie in the sub-county that answers to theirs by name or by the table of names that differ; {shared} lie in one that several of \
         the census answer to, and are shared out in proportion to people, those nearest to the facilities that bear its name first",
        named + shared
    );
    say("townships", "area", Modelled, rule, "");
    let rule = format!(
        "People of the sub-county in equal parts: wards were drawn to hold about as many people each; {} people of forests and parks are shared out over the \
         sub-counties of their county, so that all sum to the {} of the census",
        made.special, census.people
    );
    say("townships", "pop", Modelled, rule, CENSUS_SOURCE);
    let rule =
        format!("Median of the places of its facilities; {} wards have none and stand at the mean of the wards around", made.unplaced);
    say("townships", "*", Modelled, rule, LIST_SOURCE);
    let rule = "One for every 5,000 people of a ward, at most 12, in equal parts, on a sunflower disc of the land of a ward, at most 25 km (assumed)";
    say("settlements", "*", Modelled, rule.into(), "");
    for column in ["id", "name", "owner"] {
        say("facilities", column, Observed, "As in the list; public where the Ministry of Health owns it".into(), LIST_SOURCE);
    }
    say("facilities", "tier", Observed, "By level: 2 V, 3 T, 4 K, 5 M, 6 P".into(), LIST_SOURCE);
    say(
        "facilities",
        "beds",
        Observed,
        "As in the list, cots not counted; those of level 2 are left out, as tier V admits nobody".into(),
        LIST_SOURCE,
    );
    let rule = "As in the list (its two numbers had been swapped and were put right); without a position: the middle of the ward, evidence assumed";
    say("facilities", "lon", Observed, rule.into(), LIST_SOURCE);
    say("facilities", "lat", Observed, rule.into(), LIST_SOURCE);
    say("facilities", "area", Modelled, "That of its ward".into(), "");
    say("facilities", "town", Observed, "Its ward; level 5 and 6 belong to none".into(), LIST_SOURCE);
    let rule = "3 a site of level 2, 8 of level 3, 0.336 a bed of level 4, 0.492 of level 5 and 6, at least 5; who sees patients at levels 2 and 3 is counted";
    say("facilities", "doctors", Assumed, rule.into(), "");
    say("facilities", "gps", Assumed, "Half of the staff of level 3".into(), "");
    say("facilities", "nurses", Assumed, "0.40, 0.52 and 0.75 a bed at level 3, 4 and above".into(), "");
    say("facilities", "icu", Assumed, "1.2 % of beds at level 4, 4 % above".into(), "");
    say("facilities", "*", Assumed, "No mutual recognition, telemedicine or medical groups are known".into(), "");
    let rule =
        format!("The program's twelve classes, their rates scaled so that visits come to {VISITS} and stays to {STAYS} a head and year");
    say("classes", "*", Assumed, rule, "Kenya Household Health Expenditure and Utilisation Survey 2013, typed from memory");
    let rule = "Straight distance x 1.3 at 45 km/h up to 60 km of road and 60 km/h beyond, 25 km/h inside a city core, and 3 minutes";
    say("travel", "*", Assumed, rule.into(), "");
    out
}
