//! Findings on beds and doctors: what one more is worth, where they are short, where they stand idle.

use super::{BOTTLENECKS, Draft, FACILITIES, largest};
use crate::demand::Problem;
use crate::ids::FacilityId;
use crate::indicators::bottleneck::WORTH_FLOOR;
use crate::indicators::{Finding, Indicators, Resource};

/// Use below this share of the design use counts as idle.
const IDLE: f64 = 0.5;
/// How many facilities with idle beds are named.
const IDLE_FACILITIES: usize = 5;

/// One more bed, doctor or general practitioner: the most valuable places.
pub(super) fn worth(problem: &Problem, said: &Indicators, out: &mut Vec<Finding>) {
    let loads = &said.facilities;
    let beds: Vec<f64> = loads.iter().map(|l| l.bed_worth).collect();
    for j in largest(&beds, WORTH_FLOOR, FACILITIES) {
        let l = &loads[j];
        Draft::new("finding-bed", l.bed_worth)
            .facility(problem, FacilityId::new(j))
            .number("yuan", l.bed_worth)
            .number("beds", l.beds)
            .number("occupancy", l.occupancy.unwrap_or(0.0))
            .done(out);
    }
    for (id, primary) in [("finding-doctor", false), ("finding-gp", true)] {
        let doctors: Vec<f64> = loads
            .iter()
            .zip(&problem.network.facilities)
            .map(|(l, f)| if (f.rank() <= 2) == primary { l.doctor_worth } else { 0.0 })
            .collect();
        for j in largest(&doctors, WORTH_FLOOR, FACILITIES) {
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

/// The most valuable bottlenecks, and how many there are.
pub(super) fn bottlenecks(problem: &Problem, said: &Indicators, out: &mut Vec<Finding>) {
    for b in said.bottlenecks.iter().take(BOTTLENECKS) {
        let resource = match b.resource {
            Resource::Beds => "beds",
            Resource::Doctors => "doctors",
        };
        Draft::new("finding-bottleneck", b.worth)
            .facility(problem, b.facility)
            .word("resource", resource)
            .number("yuan", b.worth)
            .number("load", b.share)
            .number("capacity", b.capacity)
            .done(out);
    }
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
