//! Seeded synthetic networks: prefectures and provinces of any size to test and measure on, and linked copies of a real one.
//!
//! Nothing here is observed: the land is made of random branching valleys, people follow the rank-size rule (Zipf), and facilities
//! follow the planning rules and national rates of 2025 (policy 2.2 and 2.3). Every row says `modelled`, and the provenance says how.

mod copies;
mod land;
mod params;
mod people;
mod sites;

pub use copies::linked_copies;
pub use params::{SynthError, SynthParams};
pub(crate) use people::apportion;

use crate::ids::{AreaId, TownId};
use crate::network::{
    ArcRules, Area, Case, Evidence, Network, ObservedShares, Provenance, Settlement, TierTable, Township, case_class::default_classes,
};
use crate::travel::{MetricParams, Travel};
use crate::units::{Persons, Yuan};
use land::{Land, Spot, Valleys};
use people::rank_size;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use sites::{Core, Sites};

/// Share of the townships that lie in the city core (12 of 41 in the reference prefecture).
const CORE_TOWNS: f64 = 12.0 / 41.0;
/// Fund income per enrolled head, yuan a year: (1,118.1 bn of residents + 1,322.3 bn of employees) / (947.1 M + 379.5 M), 2024.
const FUND_PER_HEAD: f64 = 1840.0;

/// A synthetic case. The same parameters give the same case on every machine.
///
/// # Errors
/// [`SynthError`] names the parameter that cannot be met.
///
/// ```
/// use fenji::synth::{SynthParams, generate};
/// let case = generate(&SynthParams { seed: 7, ..SynthParams::default() })?;
/// assert_eq!(case.network.population().0, 2_000_000);
/// assert_eq!(case.network.settlements.len(), 140);
/// # Ok::<(), fenji::synth::SynthError>(())
/// ```
pub fn generate(params: &SynthParams) -> Result<Case, SynthError> {
    params.validate()?;
    let mut rng = ChaCha8Rng::seed_from_u64(params.seed);
    let land = Land::new(params);
    let mut network = empty(params);
    let mut sites = Sites::default();
    let mut populations = apportion(
        params.people_per_prefecture * params.prefectures as u64,
        &rank_size(params.prefectures, params.rank_size),
        params.settlements as u64,
    );
    populations.shuffle(&mut rng);
    let mut cores = Vec::with_capacity(params.prefectures);
    for (p, population) in populations.into_iter().enumerate() {
        cores.push(prefecture(params, &land, p, population, &mut network, &mut sites, &mut rng));
    }
    sites.above_prefectures(params, &land, &cores, &mut rng);
    network.facilities = sites.facilities;
    Ok(Case {
        network,
        travel: Travel::Metric(MetricParams::default()),
        rules: ArcRules {
            within_prefecture: params.prefectures > 1,
            first_top: usize::from(params.prefectures > 1),
            ..ArcRules::default()
        },
        arcs: None,
        policy: "P2025".into(),
        observed: ObservedShares::default(),
    })
}

/// One prefecture with its areas, townships, settlements and facilities up to the city hospitals.
fn prefecture(
    params: &SynthParams,
    land: &Land,
    p: usize,
    population: u64,
    network: &mut Network,
    sites: &mut Sites,
    rng: &mut ChaCha8Rng,
) -> Core {
    let areas = 1 + params.counties;
    let code = format!("F{:03}", p + 1);
    // The core first, then the counties by size; each with at least a person for each of its settlements.
    let county_weights = rank_size(params.counties, params.rank_size);
    let county_sum: f64 = county_weights.iter().sum();
    let counties = if params.counties == 0 { 0.0 } else { 1.0 - params.core_share };
    let core_share = 1.0 - counties;
    let mut weights = vec![core_share];
    weights.extend(county_weights.iter().map(|w| counties * w / county_sum));
    let core_towns = if params.counties == 0 { 1.0 } else { CORE_TOWNS };
    let mut town_weights = vec![core_towns];
    town_weights.extend(county_weights.iter().map(|w| (1.0 - core_towns) * w.sqrt()));
    let rest: f64 = town_weights[1..].iter().sum();
    if rest > 0.0 {
        town_weights[1..].iter_mut().for_each(|w| *w *= (1.0 - core_towns) / rest);
    }
    let towns = apportion(params.towns as u64, &town_weights, 1);
    // County townships have twice as many settlements as those of the core.
    let settlement_weights: Vec<f64> = towns.iter().enumerate().map(|(a, t)| *t as f64 * if a == 0 { 1.0 } else { 2.0 }).collect();
    let settlements = at_least(params.settlements as u64, &settlement_weights, &towns);
    let populations = at_least(population, &weights, &settlements);

    let spots = land.areas(p, areas, rng);
    let core = Core { prefecture: p, population, area: AreaId::new(network.areas.len()), spot: spots[0] };
    for a in 0..areas {
        let area = Place {
            id: AreaId::new(network.areas.len()),
            urban: a == 0,
            code: if a == 0 { format!("{code}U") } else { format!("{code}C{a}") },
            name: if a == 0 { format!("第{}市城区", p + 1) } else { format!("第{}市{a}县", p + 1) },
            name_en: if a == 0 { format!("Prefecture {} core", p + 1) } else { format!("Prefecture {} county {a}", p + 1) },
            spot: spots[a],
            reach: land.reach(a == 0),
        };
        network.areas.push(Area {
            code: area.code.clone(),
            name: area.name.clone(),
            name_en: Some(area.name_en.clone()),
            urban: area.urban,
            prefecture: Some(code.clone()),
            area_km2: Some((land.side().powi(2) * if a == 0 { 0.04 } else { 0.96 / params.counties as f64 }).round()),
            enrol_rate: 0.95,
            fund_per_head: Yuan(FUND_PER_HEAD),
            evidence: Evidence::Modelled,
        });
        people_of(params, land, &area, (populations[a], towns[a], settlements[a]), network, sites, rng);
        sites.hospitals(land, &area, populations[a], rng);
    }
    sites.city(land, &core, &code, rng);
    core
}

/// An area while it is filled.
struct Place {
    id: AreaId,
    urban: bool,
    code: String,
    name: String,
    name_en: String,
    spot: Spot,
    reach: f64,
}

/// Townships and settlements of an area, with their clinics and centres. `(population, towns, settlements)` are met exactly.
fn people_of(
    params: &SynthParams,
    land: &Land,
    area: &Place,
    (population, towns, settlements): (u64, u64, u64),
    network: &mut Network,
    sites: &mut Sites,
    rng: &mut ChaCha8Rng,
) {
    let count = usize::try_from(towns).unwrap_or(usize::MAX);
    let valleys = Valleys::grow(area.spot, area.reach, count, rng);
    let per_town = apportion(settlements, &vec![1.0; count], 1);
    let people = at_least(population, &rank_size(count, 0.6 * params.rank_size), &per_town);
    for (t, ((people, hamlets), reach)) in people.into_iter().zip(per_town).zip(valleys.reaches()).enumerate() {
        let town = TownId::new(network.towns.len());
        let code = format!("{}T{:02}", area.code, t + 1);
        let name = format!("{}{}{}", area.name, t + 1, if area.urban { "街道" } else { "乡" });
        let name_en = format!("{} {} {}", area.name_en, if area.urban { "subdistrict" } else { "township" }, t + 1);
        let first = network.settlements.len();
        let hamlets = usize::try_from(hamlets).unwrap_or(usize::MAX);
        for (s, people) in apportion(people, &rank_size(hamlets, params.rank_size), 1).into_iter().enumerate() {
            // The largest settlement is the seat itself.
            let spot = if s == 0 { reach.seat } else { reach.along(rng) };
            network.settlements.push(Settlement {
                code: format!("{code}v{}", s + 1),
                name: format!("{name}{}{}", s + 1, if area.urban { "社区" } else { "村" }),
                name_en: Some(format!("{name_en} {} {}", if area.urban { "community" } else { "village" }, s + 1)),
                area: area.id,
                town,
                population: Persons(people),
                position: land.position(spot),
                evidence: Evidence::Modelled,
            });
        }
        network.towns.push(Township {
            code,
            name,
            name_en: Some(name_en),
            area: area.id,
            population: Persons(people),
            position: land.position(reach.seat),
            evidence: Evidence::Modelled,
        });
        sites.primary(params, area, town, &network.towns[town.index()], &network.settlements[first..]);
    }
}

/// [`apportion`] with an own minimum for each: the minimum first, the rest by weight.
fn at_least(total: u64, weights: &[f64], minimum: &[u64]) -> Vec<u64> {
    let spare = total.saturating_sub(minimum.iter().sum());
    apportion(spare, weights, 0).into_iter().zip(minimum).map(|(extra, least)| extra + least).collect()
}

fn empty(params: &SynthParams) -> Network {
    let rows = params.prefectures * params.settlements;
    let row = |table: &str, rule: &str, zh: &str| Provenance {
        table: table.into(),
        column: "*".into(),
        evidence: Evidence::Modelled,
        rule: format!("synthetic, seed {}: {rule}", params.seed),
        source: "generated by fenji; no real place is meant".into(),
        rule_zh: Some(format!("合成数据，种子 {}：{zh}", params.seed)),
        source_zh: Some("由 fenji 生成，并非真实地点".into()),
    };
    Network {
        name: format!("合成网络 {}", params.seed),
        year: 2025,
        crs: params.crs,
        areas: Vec::with_capacity(params.prefectures * (1 + params.counties)),
        towns: Vec::with_capacity(params.prefectures * params.towns),
        settlements: Vec::with_capacity(rows),
        facilities: Vec::new(),
        classes: default_classes(),
        tiers: TierTable::default(),
        provenance: vec![
            row(
                "areas",
                "a core and counties in each prefecture, population by rank-size; fund income per head is the mean of 2024",
                "每个地市一个中心城区和若干县，人口按位序规模分布；人均筹资取 2024 年平均值",
            ),
            row(
                "townships",
                "seats along random branching valleys, population by rank-size",
                "驻地沿随机分支的河谷分布，人口按位序规模分布",
            ),
            row(
                "settlements",
                "along the valley around the seat, population by rank-size, township totals exact",
                "沿驻地周围的河谷分布，人口按位序规模分布，乡镇总数保持精确",
            ),
            row(
                "facilities",
                "sites by the planning rules, beds and staff by the national rates of 2025",
                "按规划规则设点，床位和人员按 2025 年全国比率推算",
            ),
        ],
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test may fail
mod tests;
