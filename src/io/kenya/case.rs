//! Areas, wards, settlements and facilities of the case, by stated rules.

use super::areas::Ward;
use super::tables::{Census, Listed};
use super::{Fate, Note, apportion};
use crate::ids::{AreaId, TownId};
use crate::network::builder::NOWHERE;
use crate::network::{Area, Evidence, Facility, Settlement, Siting, Tier, Township};
use crate::travel::metric::{EARTH_RADIUS_KM, distance_km};
use crate::travel::{Crs, Position};
use crate::units::{Beds, Fte, Persons, Yuan};
use std::f64::consts::PI;

/// A sub-county with more people a square kilometre than this is a city core (assumed).
const CORE_DENSITY: f64 = 1_000.0;
/// People of a settlement (assumed), and most settlements of a ward.
const SETTLEMENT: u64 = 5_000;
const MOST_SETTLEMENTS: u64 = 12;
/// Farthest settlement from the middle of its ward, km (assumed: in the north people live near wells and roads, not all over).
const REACH_KM: f64 = 25.0;
/// Farther than this from the middle of its ward a facility is named, km.
pub const FAR_KM: f64 = 50.0;
/// Share of people with health insurance (assumed; about a quarter in the surveys of 2018 to 2022).
const ENROLLED: f64 = 0.26;
/// Group of types that treat nobody by themselves.
const STAND_ALONE: &str = "STAND ALONE";
/// Turn between settlements of a ward: the golden angle, radians.
const TURN: f64 = 2.399_963_229_728_653;

/// Staff a site of level 2 and 3, and a bed above (assumed: clinical officers and nurses who see patients counted as doctors at levels 2 and 3).
pub const SITE_STAFF: [f64; 2] = [3.0, 8.0];
/// Staff a bed at level 4 and at 5 and 6 (the program's own rates), at least [`LEAST_STAFF`].
pub const BED_STAFF: [f64; 2] = [0.336, 0.492];
/// Fewest doctors of a hospital.
pub const LEAST_STAFF: f64 = 5.0;
/// Nurses a bed at level 3, 4, 5 and 6 (the program's own rates).
const NURSES: [f64; 4] = [0.40, 0.52, 0.75, 0.75];
/// Intensive-care beds as a share of beds at level 4, 5 and 6 (the program's own rates).
const ICU: [f64; 3] = [0.012, 0.04, 0.04];

/// Rows of the case, with the codes they name, and notes.
#[derive(Debug, Clone, Default)]
pub struct Made {
    /// Areas.
    pub areas: Vec<Area>,
    /// Code of the area, township.
    pub towns: Vec<(String, Township)>,
    /// Codes of area and township, settlement.
    pub settlements: Vec<(String, String, Settlement)>,
    /// Codes of area and township, facility.
    pub facilities: Vec<(String, String, Facility)>,
    /// What became of rows.
    pub notes: Vec<Note>,
    /// Wards whose area follows from names, and from the rule for shared sub-counties.
    pub wards: [usize; 2],
    /// Wards without a single place.
    pub unplaced: usize,
    /// People of special areas, shared out.
    pub special: u64,
}

/// Makes the rows. Wards have an area each.
#[must_use]
pub fn make(census: &Census, list: &[Listed], wards: &[Ward]) -> Made {
    let people = people(census);
    let mut out = Made { special: census.special.iter().map(|s| s.people).sum(), ..Made::default() };
    let (mut nth, mut county) = (0, usize::MAX);
    for (n, s) in census.subs.iter().enumerate() {
        nth = if s.county == county { nth + 1 } else { 1 };
        county = s.county;
        out.areas.push(Area {
            code: format!("{:02}{nth:02}", county + 1),
            name: s.name.clone(),
            name_en: None,
            urban: s.km2 > 0.0 && s.people as f64 / s.km2 > CORE_DENSITY,
            prefecture: Some(census.counties[county].clone()),
            area_km2: (s.km2 > 0.0).then_some(s.km2),
            enrol_rate: ENROLLED,
            fund_per_head: Yuan(0.0),
            evidence: Evidence::Observed,
        });
        let mut own: Vec<&Ward> = wards.iter().filter(|w| w.area == n).collect();
        own.sort_by(|a, b| (&a.sub, &a.name).cmp(&(&b.sub, &b.name)));
        let shares = apportion(people[n], &vec![1.0; own.len()], 0);
        for (m, (ward, here)) in own.iter().zip(shares).enumerate() {
            let km2 = s.km2 / own.len() as f64;
            town(list, ward, (n, m), here, km2, &mut out);
        }
    }
    // facilities in the order of the list
    out.notes.sort_unstable_by_key(|n| (n.fate, n.row));
    out
}

/// People of each sub-county: those of the census, and those of the forests and parks of its county shared out in proportion.
fn people(census: &Census) -> Vec<u64> {
    let mut out: Vec<u64> = census.subs.iter().map(|s| s.people).collect();
    for county in 0..census.counties.len() {
        let extra: u64 = census.special.iter().filter(|s| s.county == county).map(|s| s.people).sum();
        let own: Vec<usize> = (0..out.len()).filter(|&n| census.subs[n].county == county).collect();
        let weights: Vec<f64> = own.iter().map(|&n| census.subs[n].people as f64).collect();
        for (&n, more) in own.iter().zip(apportion(extra, &weights, 0)) {
            out[n] += more;
        }
    }
    out
}

fn town(list: &[Listed], ward: &Ward, (area, nth): (usize, usize), people: u64, km2: f64, out: &mut Made) {
    let area_code = out.areas[area].code.clone();
    let code = format!("{area_code}{:02}", nth + 1);
    out.wards[usize::from(!ward.by_name)] += 1;
    out.unplaced += usize::from(ward.unplaced);
    let town = Township {
        code: code.clone(),
        name: ward.name.clone(),
        name_en: None,
        area: AreaId(NOWHERE),
        population: Persons(people),
        position: ward.centre,
        evidence: Evidence::Modelled,
    };
    out.towns.push((area_code.clone(), town));
    let count = people.div_ceil(SETTLEMENT).clamp(1, MOST_SETTLEMENTS);
    let reach = (km2.max(0.0) / PI).sqrt().min(REACH_KM);
    for (n, here) in apportion(people, &vec![1.0; usize::try_from(count).unwrap_or(1)], 0).into_iter().enumerate() {
        let r = reach * (n as f64 / count as f64).sqrt();
        let turn = TURN * n as f64;
        let settlement = Settlement {
            code: format!("{code}-{:02}", n + 1),
            name: format!("{} {}", ward.name, n + 1),
            name_en: None,
            area: AreaId(NOWHERE),
            town: TownId(NOWHERE),
            population: Persons(here),
            position: moved(ward.centre, r * turn.cos(), r * turn.sin()),
            evidence: Evidence::Modelled,
        };
        out.settlements.push((area_code.clone(), code.clone(), settlement));
    }
    for &row in &ward.members {
        facility(&list[row], row, ward, (&area_code, &code), out);
    }
}

/// A place moved east and north by kilometres.
fn moved(at: Position, east: f64, north: f64) -> Position {
    let degree = EARTH_RADIUS_KM * PI / 180.0;
    Position { x: at.x + east / (degree * at.y.to_radians().cos()), y: at.y + north / degree }
}

/// The tier of a level.
#[must_use]
pub const fn tier(level: u8) -> Tier {
    match level {
        0..=2 => Tier::V,
        3 => Tier::T,
        4 => Tier::K,
        5 => Tier::M,
        _ => Tier::P,
    }
}

fn facility(f: &Listed, row: usize, ward: &Ward, (area, town): (&str, &str), out: &mut Made) {
    let mut note = |fate| out.notes.push(Note { row, fate });
    let Some(level) = f.level.filter(|_| f.group != STAND_ALONE) else { return note(Fate::LeftOut) };
    if f.at.is_none() {
        note(Fate::Placed);
    } else if f.at.is_some_and(|at| distance_km(Crs::Wgs84, at, ward.centre) > FAR_KM) {
        note(Fate::FarFromWard);
    }
    let tier = tier(level);
    let beds = if tier.is_outpatient_only() { 0 } else { f.beds };
    if beds < f.beds {
        note(Fate::BedsUnused);
    }
    let share = |rates: &[f64], from: u8| {
        let rate = level.checked_sub(from).and_then(|n| rates.get(usize::from(n))).copied().unwrap_or(0.0);
        rate * f64::from(beds)
    };
    let doctors = match level {
        2 | 3 => SITE_STAFF[usize::from(level - 2)],
        _ => (f64::from(beds) * BED_STAFF[usize::from(level > 4)]).max(LEAST_STAFF).round(),
    };
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a share of beds
    let icu = share(&ICU, 4).round() as u32;
    let made = Facility {
        code: f.id.clone(),
        name: f.name.clone(),
        name_en: None,
        tier,
        owner: f.owner,
        area: None,
        town: None,
        position: f.at.unwrap_or(ward.centre),
        beds: Beds(beds),
        icu: Beds(icu),
        doctors: Fte(doctors),
        gps: Fte(if level == 3 { doctors / 2.0 } else { 0.0 }),
        nurses: Fte(share(&NURSES, 3).round()),
        avail: 1.0,
        mr_member: false,
        tele: false,
        drug_gaps: Vec::new(),
        group_leader: false,
        budget: None,
        siting: Siting::default(),
        evidence: if f.at.is_some() { Evidence::Observed } else { Evidence::Assumed },
    };
    // hospitals above the county stand for all; county referral hospitals for their area, not for a ward
    let codes = match level {
        6 => (String::new(), String::new()),
        5 => (area.to_owned(), String::new()),
        _ => (area.to_owned(), town.to_owned()),
    };
    out.facilities.push((codes.0, codes.1, made));
}
