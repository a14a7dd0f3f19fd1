//! Findings on beds and doctors: what one more is worth, where they are short, where they stand idle.

use super::{BOTTLENECKS, Draft, FACILITIES, largest};
use crate::demand::Problem;
use crate::ids::FacilityId;
use crate::indicators::bottleneck::WORTH_FLOOR;
use crate::indicators::{FacilityLoad, Finding, Indicators, Resource};

/// Use below this share of the design use counts as idle.
const IDLE: f64 = 0.5;
/// How many facilities with idle beds are named.
const IDLE_FACILITIES: usize = 5;

/// One more bed, doctor or general practitioner, one finding for each place and resource: where it is worth most, and where it is a bottleneck.
pub(super) fn worth(problem: &Problem, said: &Indicators, out: &mut Vec<Finding>) {
    let loads = &said.facilities;
    let worth = |resource, keep: &dyn Fn(usize) -> bool| {
        let of = |l: &FacilityLoad| if resource == Resource::Beds { l.bed_worth } else { l.doctor_worth };
        let values: Vec<f64> = loads.iter().enumerate().map(|(j, l)| if keep(j) { of(l) } else { 0.0 }).collect();
        let mut named = largest(&values, WORTH_FLOOR, FACILITIES);
        let bottlenecks = said.bottlenecks.iter().take(BOTTLENECKS).filter(|b| b.resource == resource).map(|b| b.facility.index());
        named.extend(bottlenecks.filter(|&j| keep(j)));
        named.sort_unstable();
        named.dedup();
        named
    };
    for j in worth(Resource::Beds, &|_| true) {
        let l = &loads[j];
        Draft::new("finding-bed", l.bed_worth)
            .facility(problem, FacilityId::new(j))
            .number("yuan", l.bed_worth)
            .number("beds", l.beds)
            .number("occupancy", l.occupancy.unwrap_or(0.0))
            .done(out);
    }
    for (id, primary) in [("finding-doctor", false), ("finding-gp", true)] {
        for j in worth(Resource::Doctors, &|j| (problem.network.facilities[j].rank() <= 2) == primary) {
            let l = &loads[j];
            Draft::new(id, l.doctor_worth)
                .facility(problem, FacilityId::new(j))
                .number("yuan", l.doctor_worth)
                .number("doctors", l.doctors)
                .number("load", l.doctor_load.unwrap_or(0.0))
                .done(out);
        }
    }
}

/// How many bottlenecks there are.
pub(super) fn bottlenecks(said: &Indicators, out: &mut Vec<Finding>) {
    let count = |r| count(said.bottlenecks.iter().filter(|b| b.resource == r).count());
    let (beds, doctors) = (count(Resource::Beds), count(Resource::Doctors));
    let mut places: Vec<FacilityId> = said.bottlenecks.iter().map(|b| b.facility).collect();
    places.sort_unstable();
    places.dedup();
    if !places.is_empty() {
        let weight = said.bottlenecks.first().map_or(0.0, |b| b.worth);
        Draft::new("finding-bottleneck-count", weight)
            .number("count", self::count(places.len()))
            .number("beds", beds)
            .number("doctors", doctors)
            .done(out);
    }
}

/// Beds that stand idle: the facilities with most of them, and whole tiers.
pub(super) fn idle(problem: &Problem, said: &Indicators, out: &mut Vec<Finding>) {
    let design = |j: usize| problem.tiers.get(problem.network.facilities[j].tier).design_occupancy;
    let idle: Vec<f64> = said
        .facilities
        .iter()
        .enumerate()
        .map(|(j, l)| match l.occupancy {
            Some(o) if design(j) > 0.0 && o < IDLE * design(j) => l.beds * (1.0 - o / design(j)),
            _ => 0.0,
        })
        .collect();
    for j in largest(&idle, 1.0, IDLE_FACILITIES) {
        Draft::new("finding-idle", 0.0)
            .facility(problem, FacilityId::new(j))
            .number("idle_beds", idle[j])
            .number("occupancy", said.facilities[j].occupancy.unwrap_or(0.0))
            .number("design", design(j))
            .done(out);
    }
    for (tier, v) in &said.by_tier {
        let design = problem.tiers.get(*tier).design_occupancy;
        if let (Some(occupancy), Some(beds)) = (v.get("occupancy"), v.get("beds"))
            && design > 0.0
            && *occupancy < IDLE * design
        {
            Draft::new("finding-idle-tier", 0.0)
                .word("tier", tier.code())
                .number("idle_beds", beds * (1.0 - occupancy / design))
                .number("occupancy", *occupancy)
                .number("design", design)
                .done(out);
        }
    }
}

#[allow(clippy::cast_precision_loss)] // counts of facilities
fn count(n: usize) -> f64 {
    n as f64
}
