//! What there is per resident: beds, doctors, general practitioners, nurses, intensive care; by area, tier and region, and how evenly.
//!
//! Beds and doctors are those in force (tables after the scenario) times the share this region may use; the other columns come from the tables.
//! A column that is zero throughout counts as not filled in, and what would be made of it is left out.

use super::equity::{gini, theil};
use super::values::{ratio, set, some};
use super::{FacilityLoad, Values};
use crate::demand::Problem;
use crate::network::{Facility, Tier};

/// Usable staff and beds of a set of facilities.
#[derive(Debug, Clone, Copy, Default)]
struct Stock {
    beds: f64,
    beds_low: f64,
    doctors: f64,
    doctors_low: f64,
    gps: f64,
    nurses: f64,
    icu: f64,
}

impl Stock {
    fn add(&mut self, f: &Facility, load: &FacilityLoad) {
        self.beds += load.beds;
        self.doctors += load.doctors;
        if f.rank() <= 3 {
            self.beds_low += load.beds;
            self.doctors_low += load.doctors;
        }
        self.gps += f.gps.0 * f.avail;
        self.nurses += f.nurses.0 * f.avail;
        self.icu += f64::from(f.icu.0) * f.avail;
    }

    /// Numbers and densities; `known` is the stock of the whole table, which tells the columns that are filled in.
    fn values(&self, v: &mut Values, people: f64, known: &Self) {
        for (name, per, value, whole) in [
            ("beds", "beds_per_1000", self.beds, known.beds),
            ("doctors", "doctors_per_1000", self.doctors, known.doctors),
            ("nurses", "nurses_per_1000", self.nurses, known.nurses),
        ] {
            if whole > 0.0 {
                set(v, name, value);
                ratio(v, per, 1000.0 * value, people);
            }
        }
        if known.beds > 0.0 {
            ratio(v, "beds_per_1000_county_primary", 1000.0 * self.beds_low, people);
        }
        if known.gps > 0.0 {
            set(v, "gps", self.gps);
            ratio(v, "gps_per_10k", 10_000.0 * self.gps, people);
        }
        if known.icu > 0.0 {
            set(v, "icu_beds", self.icu);
            ratio(v, "icu_per_100k", 100_000.0 * self.icu, people);
        }
    }
}

/// Fills the region's and the areas' values. `people` are the inhabitants of each area.
pub(crate) fn fill(problem: &Problem, loads: &[FacilityLoad], people: &[f64], region: &mut Values, by_area: &mut [Values]) {
    let net = &problem.network;
    let mut whole = Stock::default();
    let mut stocks = vec![Stock::default(); by_area.len()];
    let mut by_tier = [0.0_f64; 10];
    for (f, load) in net.facilities.iter().zip(loads) {
        whole.add(f, load);
        by_tier[f.tier.index()] += load.beds;
        if let Some(a) = f.area {
            stocks[a.index()].add(f, load);
        }
    }
    let all: f64 = people.iter().sum();
    whole.values(region, all, &whole);
    if whole.beds > 0.0 {
        ratio(region, "beds_per_1000_city_up", 1000.0 * (whole.beds - whole.beds_low), all);
    }
    for tier in Tier::ALL.into_iter().filter(|t| !t.is_outpatient_only()) {
        if net.facilities.iter().any(|f| f.tier == tier) {
            ratio(region, &format!("beds_per_1000_{tier}"), 1000.0 * by_tier[tier.index()], all);
        }
    }
    for ((stock, values), n) in stocks.iter().zip(by_area.iter_mut()).zip(people) {
        stock.values(values, *n, &whole);
    }
    let rate = |of: fn(&Stock) -> f64| stocks.iter().zip(people).map(|(s, n)| if *n > 0.0 { of(s) / n } else { 0.0 }).collect::<Vec<_>>();
    let (beds, doctors) = (rate(|s| s.beds_low), rate(|s| s.doctors_low));
    some(region, "gini_beds", gini(&beds, people));
    some(region, "theil_beds", theil(&beds, people));
    some(region, "gini_doctors", gini(&doctors, people));
    some(region, "theil_doctors", theil(&doctors, people));
    agglomeration(problem, &stocks, by_area);
}

/// HRAD: share of beds over share of surface, for each area; left out unless the surface of every area is known.
fn agglomeration(problem: &Problem, stocks: &[Stock], by_area: &mut [Values]) {
    let surfaces: Option<Vec<f64>> = problem.network.areas.iter().map(|a| a.area_km2.filter(|s| *s > 0.0)).collect();
    let Some(surfaces) = surfaces else { return };
    let (surface, beds): (f64, f64) = (surfaces.iter().sum(), stocks.iter().map(|s| s.beds).sum());
    if beds > 0.0 {
        for ((values, stock), km2) in by_area.iter_mut().zip(stocks).zip(&surfaces) {
            set(values, "hrad", (stock.beds / beds) / (km2 / surface));
        }
    }
}
