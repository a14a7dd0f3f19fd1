//! Bottlenecks: facilities at their limit of beds or doctors where one more is worth money.

use super::facility::{FULL, bed_limit_share};
use super::{Bottleneck, FacilityLoad, Resource};
use crate::demand::Problem;
use crate::ids::FacilityId;

/// Below this worth (yuan a year) a dual counts as nothing: solvers leave noise of about a millionth of the objective's unit.
pub const WORTH_FLOOR: f64 = 1.0;

/// All bottlenecks, most valuable first (then by facility, beds before doctors). `O(n log n)`.
#[must_use]
pub fn bottlenecks(problem: &Problem, loads: &[FacilityLoad]) -> Vec<Bottleneck> {
    let mut out = Vec::new();
    for (j, load) in loads.iter().enumerate() {
        let facility = FacilityId::new(j);
        let mut push = |resource, share: Option<f64>, capacity, worth| {
            if let Some(share) = share.filter(|s| *s >= FULL && worth > WORTH_FLOOR) {
                out.push(Bottleneck { facility, resource, share, capacity, worth });
            }
        };
        push(Resource::Beds, bed_limit_share(problem, facility, load), load.beds, load.bed_worth);
        push(Resource::Doctors, load.doctor_load, load.doctors, load.doctor_worth);
    }
    out.sort_by(|a, b| b.worth.total_cmp(&a.worth).then(a.facility.cmp(&b.facility)).then(a.resource.cmp(&b.resource)));
    out
}
