//! Spatial access by the hierarchical two-step floating catchment area method (model 6.18), and plain travel-time coverage.
//!
//! Step 1, for each facility `j` of rank `l`: its supply over the people around it, `R_j = S_j / sum_k N_k f_l(t_kj)`.
//! Step 2, for each settlement: `A_i^l = sum_j R_j f_l(t_ij)`. The composite is `A_i = sum_l omega_l A_i^l / mean(A^l)`, 1 in the regional mean.
//! `f_l` is the Gaussian `(exp(-(t/T)^2/2) - exp(-1/2)) / (1 - exp(-1/2))` up to `T`, 0 beyond. Invariant: `sum_i N_i A_i^l` is the supply of the
//! facilities whose catchment is not empty (Luo and Wang 2003, doi:10.1068/b29120; hierarchical form: Tao et al. 2020, doi:10.1186/s12939-020-01280-7).

use super::Access;
use super::equity::{gini, lorenz, quantile, theil};
use super::values::{ratio, set, some};
use crate::demand::Problem;
use crate::ids::{FacilityId, SettlementId};
use crate::network::{Facility, Network};
use crate::travel::{Place, SparseTimes, Travel};

/// Catchment and standard of rank 1, 2, 3 and 4, minutes.
pub const MINUTES: [f64; 4] = [15.0, 30.0, 60.0, 120.0];
/// Weight of the ranks in the composite index (omega).
pub const WEIGHTS: [f64; 4] = [0.25, 0.30, 0.25, 0.20];

/// Access of every settlement. Supply is that of the tables: doctors at rank 1-2, beds at rank 3-4; facilities that the scenario closes count for nothing.
///
/// A rank without supply leaves the composite, the weights of the others filling its place. Unreachable stays unreachable.
/// `O(pairs within the catchments)` beside the search for times.
#[must_use]
pub fn access(problem: &Problem, travel: &Travel) -> Access {
    let net = &problem.network;
    let people = people(net);
    let whole: f64 = people.iter().sum();
    let from: Vec<Place> = (0..people.len()).map(|i| Place::Settlement(SettlementId::new(i))).collect();
    let open: Vec<usize> = (0..net.facilities.len()).filter(|&j| problem.beds[j] > 0.0 || problem.doctors[j] > 0.0).collect();
    let mut out = Access { index: vec![0.0; people.len()], ..Access::default() };
    let mut weight = 0.0;
    for level in 0..4 {
        let rank = |j: &usize| usize::from(net.facilities[*j].rank()) - 1;
        let members: Vec<usize> = open.iter().copied().filter(|j| rank(j) == level).collect();
        let times = travel.within(&**net, &from, &places(&members), MINUTES[level]);
        let (by_rank, supply) = catchments(net, &members, &times, level, &people);
        let mean = people.iter().zip(&by_rank).map(|(n, a)| n * a).sum::<f64>() / whole;
        if mean > 0.0 && mean.is_finite() {
            weight += WEIGHTS[level];
            for (index, a) in out.index.iter_mut().zip(&by_rank) {
                *index += WEIGHTS[level] * a / mean;
            }
        }
        out.by_rank[level] = by_rank;
        out.supply[level] = supply;
        let at_least: Vec<usize> = open.iter().copied().filter(|j| rank(j) >= level).collect();
        let nearest = travel.nearest(&**net, &from, &places(&at_least), 1);
        let nearest: Vec<Option<f64>> = (0..from.len()).map(|i| nearest.row(i).next().map(|(_, minutes)| minutes)).collect();
        let within: f64 = nearest.iter().zip(&people).filter(|(t, _)| t.is_some_and(|t| t <= MINUTES[level])).map(|(_, n)| n).sum();
        out.coverage[level] = if whole > 0.0 { within / whole } else { 0.0 };
        out.nearest_minutes[level] = nearest;
    }
    if weight > 0.0 {
        out.index.iter_mut().for_each(|a| *a /= weight);
    }
    out.gini = gini(&out.index, &people).unwrap_or(0.0);
    out.theil = theil(&out.index, &people).unwrap_or(0.0);
    out.lorenz = lorenz(&out.index, &people);
    out
}

fn places(facilities: &[usize]) -> Vec<Place> {
    facilities.iter().map(|&j| Place::Facility(FacilityId::new(j))).collect()
}

/// `A_i^l` of every settlement at one rank (`level` = rank - 1), and the supply whose catchment is not empty. `times` has a row for each
/// settlement and a column for each of `members`.
fn catchments(net: &Network, members: &[usize], times: &SparseTimes, level: usize, people: &[f64]) -> (Vec<f64>, f64) {
    let f = |minutes: f64| decay(minutes, MINUTES[level]);
    let mut demand = vec![0.0; members.len()];
    for (i, n) in people.iter().enumerate() {
        for (at, minutes) in times.row(i) {
            demand[at] += n * f(minutes);
        }
    }
    let ratio: Vec<f64> = members
        .iter()
        .zip(&demand)
        .map(|(&j, demand)| if *demand > 0.0 { supply_of(&net.facilities[j], level) / demand } else { 0.0 })
        .collect();
    let supply = ratio.iter().zip(&demand).map(|(r, d)| r * d).sum();
    let of_settlement = |i| times.row(i).map(|(at, minutes)| ratio[at] * f(minutes)).sum();
    ((0..people.len()).map(of_settlement).collect(), supply)
}

fn supply_of(f: &Facility, level: usize) -> f64 {
    if level < 2 { f.doctors.0 } else { f64::from(f.beds.0) }
}

/// Gaussian distance decay: 1 at the door, 0 from `limit` minutes on.
#[must_use]
pub fn decay(minutes: f64, limit: f64) -> f64 {
    let end = (-0.5_f64).exp();
    if minutes > limit { 0.0 } else { ((-0.5 * (minutes / limit).powi(2)).exp() - end) / (1.0 - end) }
}

#[allow(clippy::cast_precision_loss)] // people of a settlement are far below 2^52
fn people(net: &Network) -> Vec<f64> {
    net.settlements.iter().map(|s| s.population.0 as f64).collect()
}

/// Names of access values, region and areas.
pub(crate) fn fill(problem: &Problem, access: &Access, region: &mut super::Values, by_area: &mut [super::Values]) {
    let net = &problem.network;
    let people = people(net);
    some(region, "gini_access", gini(&access.index, &people));
    some(region, "theil_access", theil(&access.index, &people));
    let everyone: Vec<usize> = (0..people.len()).collect();
    times(region, access, &people, &everyone);
    let mut members = vec![Vec::new(); by_area.len()];
    for (i, s) in net.settlements.iter().enumerate() {
        members[s.area.index()].push(i);
    }
    for (v, members) in by_area.iter_mut().zip(&members) {
        times(v, access, &people, members);
        let (amount, n) = members.iter().fold((0.0, 0.0), |s, &i| (s.0 + people[i] * access.index[i], s.1 + people[i]));
        ratio(v, "access_index", amount, n);
    }
}

/// Coverage, mean, 95th percentile and unreachable share by rank, over some settlements.
fn times(v: &mut super::Values, access: &Access, people: &[f64], members: &[usize]) {
    let whole: f64 = members.iter().map(|&i| people[i]).sum();
    if whole <= 0.0 {
        return;
    }
    for (level, minutes) in access.nearest_minutes.iter().enumerate() {
        let rank = level + 1;
        let (t, n): (Vec<f64>, Vec<f64>) = members.iter().filter_map(|&i| Some((minutes[i]?, people[i]))).unzip();
        let reached: f64 = n.iter().sum();
        let within: f64 = t.iter().zip(&n).filter(|(t, _)| **t <= MINUTES[level]).map(|(_, n)| n).sum();
        set(v, &format!("coverage_rank{rank}"), within / whole);
        set(v, &format!("unreachable_rank{rank}"), (whole - reached).max(0.0) / whole);
        ratio(v, &format!("mean_minutes_rank{rank}"), t.iter().zip(&n).map(|(t, n)| t * n).sum(), reached);
        some(v, &format!("p95_minutes_rank{rank}"), quantile(&t, &n, 0.95, whole));
    }
}
