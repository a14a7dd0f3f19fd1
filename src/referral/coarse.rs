//! A coarse picture of a large case: one settlement and one clinic a township. It is solved in a fraction of the time and
//! guides the exact solve: which columns to begin with, what the shared beds are worth, who may use how much of them.
//! Nothing of it enters the answer or its bound; a poor guide costs time, not truth.

use crate::demand::Problem;
use crate::ids::{FacilityId, SettlementId};
use crate::model::LinearModel;
use crate::model::ReferralModel;
use crate::model::columns::Var;
use crate::model::referral_cells::NONE;
use crate::network::{Arcs, FirstArc, Settlement};
use crate::units::Persons;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A column is let in from the start when its estimated reduced cost is below this, thousand yuan a case.
const MARGIN: f64 = 0.04;

/// The coarse problem and how the fine one maps onto it.
pub(crate) struct Coarse {
    pub problem: Problem,
    /// The clinic that stands for each facility (itself above rank 1).
    stands_for: Vec<usize>,
}

/// Merges the settlements of each township, and its clinics. Areas, centres and hospitals keep their positions.
pub(crate) fn coarsen(fine: &Problem) -> Coarse {
    let net = &fine.network;
    let n = fine.classes.len();
    let mut stands_for: Vec<usize> = (0..net.facilities.len()).collect();
    let mut clinic_of_town = BTreeMap::new();
    let mut doctors = fine.doctors.clone();
    for (j, f) in net.facilities.iter().enumerate().filter(|(_, f)| f.rank() == 1) {
        if let Some(town) = f.town {
            let first = *clinic_of_town.entry((town, f.area)).or_insert(j);
            stands_for[j] = first;
            if first != j {
                // `avail` differs between clinics in principle: capacity moves, not heads
                doctors[first] += fine.doctors[j] * f.avail / net.facilities[first].avail;
                doctors[j] = 0.0;
            }
        }
    }
    let mut members: BTreeMap<(u32, u32), Vec<usize>> = BTreeMap::new();
    for (i, s) in net.settlements.iter().enumerate() {
        members.entry((s.area.0, s.town.0)).or_default().push(i);
    }
    let mut settlements: Vec<Settlement> = Vec::with_capacity(members.len());
    let mut arcs = Arcs { first_start: vec![0], up: Vec::new(), down: fine.arcs.down.clone(), ..Arcs::default() };
    let (mut demand, mut choice) = (Vec::new(), Vec::new());
    for list in members.values() {
        let people: u64 = list.iter().map(|&i| net.settlements[i].population.0).sum();
        let mut total = vec![0.0; n];
        // facility -> (sum of weights, sum of weighted minutes, cases that would choose it by class)
        let mut to: BTreeMap<usize, (f64, f64, Vec<f64>)> = BTreeMap::new();
        for &i in list {
            let weight = net.settlements[i].population.0.max(1) as f64;
            for (k, t) in total.iter_mut().enumerate() {
                *t += fine.demand[i * n + k];
            }
            let (first, own) = fine.arcs.first_of(SettlementId::new(i));
            for (offset, arc) in own.iter().enumerate() {
                let entry = to.entry(stands_for[arc.facility.index()]).or_insert_with(|| (0.0, 0.0, vec![0.0; n]));
                entry.0 += weight;
                entry.1 += weight * arc.minutes;
                for k in 0..n {
                    entry.2[k] += fine.demand[i * n + k] * fine.choice[(first + offset) * n + k];
                }
            }
        }
        for (j, (weight, minutes, chosen)) in to {
            arcs.first.push(FirstArc { facility: FacilityId::new(j), minutes: minutes / weight });
            choice.extend(chosen.iter().zip(&total).map(|(c, t)| if *t > 0.0 { c / t } else { 0.0 }));
        }
        arcs.first_start.push(arcs.first.len());
        demand.extend(total);
        settlements.push(Settlement { population: Persons(people), ..net.settlements[list[0]].clone() });
    }
    arcs.up = fine.arcs.up.iter().filter(|a| stands_for[a.from.index()] == a.from.index()).copied().collect();
    let network = crate::network::Network { settlements, ..(**net).clone() };
    let problem = Problem { network: Arc::new(network), arcs: Arc::new(arcs), demand, choice, doctors, ..fine.clone() };
    Coarse { problem, stands_for }
}

/// Duals of the fine rows, estimated from those of the coarse ones.
pub(crate) fn lift_duals(coarse: &Coarse, rough: &ReferralModel, duals: &[f64], problem: &Problem, model: &ReferralModel) -> Vec<f64> {
    let mut out = vec![0.0; model.linear.row_count()];
    for (fine, twin) in twins(rough, model) {
        out[fine] = duals[twin];
    }
    for cell in model.cells.live_cells() {
        let (a, j, k) = model.cells.of(cell);
        let Some(twin) = rough.cells.live_cell(a, coarse.stands_for[j], k) else { continue };
        for (own, other) in [
            (&model.rows.c2, &rough.rows.c2),
            (&model.rows.c3t, &rough.rows.c3t),
            (&model.rows.c4, &rough.rows.c4),
            (&model.rows.c4r, &rough.rows.c4r),
        ] {
            if own[cell] != NONE && other[twin] != NONE {
                out[own[cell] as usize] = duals[other[twin] as usize];
            }
        }
    }
    for (j, &own) in model.rows.c6.iter().enumerate() {
        out[own as usize] = duals[rough.rows.c6[coarse.stands_for[j]] as usize];
    }
    // C1: the cheapest way through, as the other duals have it
    let mut through = vec![f64::INFINITY; model.rows.c1.len()];
    let n = problem.classes.len();
    for (col, key) in model.keys.iter().enumerate() {
        if matches!(key.var, Var::First | Var::NoAccess) {
            let at = key.place as usize * n + key.class as usize;
            through[at] = through[at].min(model.linear.reduced_cost(col, &out));
        }
    }
    for (row, value) in model.rows.c1.iter().zip(through) {
        out[*row as usize] = if value.is_finite() { value } else { 0.0 };
    }
    out
}

/// Rows of facilities, areas and the region that both models have: (fine, coarse).
fn twins(rough: &ReferralModel, model: &ReferralModel) -> Vec<(usize, usize)> {
    let (f, c) = (&model.rows, &rough.rows);
    let lists = [
        (&f.c5, &c.c5),
        (&f.c6, &c.c6),
        (&f.c7, &c.c7),
        (&f.c9, &c.c9),
        (&f.c10, &c.c10),
        (&f.c12_visits, &c.c12_visits),
        (&f.c12_beds, &c.c12_beds),
        (&f.c15_max, &c.c15_max),
        (&f.c15_min, &c.c15_min),
        (&f.c16_over, &c.c16_over),
        (&f.c16_under, &c.c16_under),
        (&f.c17, &c.c17),
    ];
    let mut out: Vec<(usize, usize)> = lists
        .into_iter()
        .flat_map(|(own, other)| own.iter().zip(other))
        .filter(|(a, b)| **a != NONE && **b != NONE)
        .map(|(a, b)| (*a as usize, *b as usize))
        .collect();
    for pair in [(f.c8, c.c8), (f.c11, c.c11), (f.treatment_cost, c.treatment_cost)] {
        if let (Some(a), Some(b)) = pair {
            out.push((a as usize, b as usize));
        }
    }
    out
}

/// What each block uses of each shared row in the coarse answer, by fine row.
pub(crate) fn usage(
    rough: &ReferralModel,
    block_of: &[Option<u32>],
    values: &[f64],
    model: &ReferralModel,
    blocks: usize,
) -> Vec<BTreeMap<usize, f64>> {
    let fine_of: BTreeMap<usize, usize> = twins(rough, model).into_iter().map(|(fine, twin)| (twin, fine)).collect();
    let mut out = vec![BTreeMap::new(); blocks];
    for (col, &x) in values.iter().enumerate().filter(|(_, x)| **x > 0.0) {
        let Some(b) = block_of[col] else { continue };
        for (row, v) in rough.linear.column(col) {
            if let Some(&fine) = fine_of.get(&row) {
                *out[b as usize].entry(fine).or_insert(0.0) += v * x;
            }
        }
    }
    out
}

/// Columns to begin with: whatever the estimated duals do not make expensive; treatment, referral and the ways out always.
pub(crate) fn likely(model: &ReferralModel, duals: &[f64], scale: f64) -> Vec<bool> {
    let linear: &LinearModel = &model.linear;
    model
        .keys
        .iter()
        .enumerate()
        .map(|(col, key)| match key.var {
            Var::First | Var::Displaced | Var::Redirect | Var::Down => linear.reduced_cost(col, duals) < MARGIN * scale,
            _ => true,
        })
        .collect()
}
