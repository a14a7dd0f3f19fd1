//! Supply measured as the planning standards of the policy packs measure it: beds by kind of hospital, size and number of hospitals, centres, links.

use super::values::{ratio, set};
use super::{FacilityLoad, Values};
use crate::demand::Problem;
use crate::network::{Facility, Owner, Tier};

/// Fills the region's values; `people` are all inhabitants.
pub(crate) fn fill(problem: &Problem, loads: &[FacilityLoad], people: f64, region: &mut Values) {
    let net = &problem.network;
    let beds =
        |keep: &dyn Fn(&Facility) -> bool| -> f64 { net.facilities.iter().zip(loads).filter(|(f, _)| keep(f)).map(|(_, l)| l.beds).sum() };
    if beds(&|_| true) > 0.0 {
        for (name, sum) in [
            ("beds_per_1000_primary", beds(&|f| f.rank() <= 2)),
            ("beds_per_1000_county", beds(&|f| f.rank() == 3)),
            ("beds_per_1000_city", beds(&|f| f.rank() == 4)),
            ("beds_per_1000_top", beds(&|f| f.rank() >= 5)),
            ("beds_per_1000_hospital", beds(&|f| f.rank() >= 3)),
            ("beds_per_1000_public_hospital", beds(&|f| f.rank() >= 3 && f.owner == Owner::Public)),
            ("beds_per_1000_private_hospital", beds(&|f| f.rank() >= 3 && f.owner == Owner::Social)),
        ] {
            ratio(region, name, 1000.0 * sum, people);
        }
    }
    // A hospital's size is that of the whole house, whichever share of it this region may use.
    for (name, tiers) in [
        ("beds_per_hospital_county", &[Tier::K][..]),
        ("beds_per_hospital_city", &[Tier::M]),
        ("beds_per_hospital_top", &[Tier::P, Tier::R, Tier::N]),
    ] {
        let (sum, n) = net
            .facilities
            .iter()
            .zip(&problem.beds)
            .filter(|(f, b)| tiers.contains(&f.tier) && **b > 0.0)
            .fold((0.0, 0.0), |s, (_, b)| (s.0 + b, s.1 + 1.0));
        ratio(region, name, sum, n);
    }
    let count = |keep: &dyn Fn(&Facility) -> bool| net.facilities.iter().filter(|f| keep(f)).map(|_| 1.0).sum::<f64>();
    ratio(region, "city_hospitals_per_million", 1e6 * count(&|f| f.tier == Tier::M), people);
    ratio(region, "province_hospitals_per_10_million", 1e7 * count(&|f| f.tier == Tier::P), people);
    ratio(region, "centres_per_township", count(&|f| f.rank() == 2), net.towns.iter().map(|_| 1.0).sum());
    let in_county = |f: &Facility| f.rank() == 3 && f.area.is_some_and(|a| !net.is_urban(a));
    let counties: Vec<usize> = (0..net.areas.len()).filter(|&a| !net.areas[a].urban).collect();
    ratio(region, "hospitals_per_county", count(&in_county), counties.iter().map(|_| 1.0).sum());
    let linked =
        |a: usize| net.facilities.iter().zip(&problem.tele).any(|(f, t)| *t && f.rank() == 3 && f.area.is_some_and(|x| x.index() == a));
    ratio(region, "tele_counties", counties.iter().map(|&a| f64::from(linked(a))).sum(), counties.iter().map(|_| 1.0).sum());
    if let (Some(nurses), Some(doctors)) = (region.get("nurses").copied(), region.get("doctors").copied()) {
        ratio(region, "nurses_per_doctor", nurses, doctors);
    }
    enrolment(problem, people, region);
}

/// Share of people in basic insurance.
#[allow(clippy::cast_precision_loss)] // people of a settlement are far below 2^52
fn enrolment(problem: &Problem, people: f64, region: &mut Values) {
    let net = &problem.network;
    let enrolled: f64 = net.settlements.iter().map(|s| s.population.0 as f64 * net.area(s.area).enrol_rate).sum();
    if people > 0.0 {
        set(region, "enrolment", enrolled / people);
    }
}
