//! Access by tier (model 6.18): the hierarchical two-step floating catchment area index, plain coverage by time, and who is served worst.
//!
//! Nothing is chosen here: [`crate::indicators::access`] has the formulas, this puts them beside names and standards. The value is the Gini
//! coefficient of the index over people; what it could be, a layout or a bed plan tells.

use super::{ReformError, ReformInput, Reformed, Solved};
use crate::indicators::access::{MINUTES, access};
use crate::network::Settlement;
use crate::outcome::{Bounds, Observer, Termination};
use crate::plan::reform::ReformAnswer;
use crate::plan::reform::access::{AccessAnswer, AccessArea, AccessRow};

#[allow(clippy::cast_precision_loss)] // people are far below 2^53
fn people(s: &Settlement) -> f64 {
    s.population.0 as f64
}

/// Answers the question.
///
/// # Errors
/// Nobody lives in the case.
pub fn solve(input: &ReformInput<'_>, _observer: &dyn Observer) -> Result<Reformed, ReformError> {
    let network = &input.case.network;
    let rules = &input.rules.access;
    if network.settlements.iter().all(|s| s.population.0 == 0) {
        return Err(ReformError::Lacks("nobody lives in the case".into()));
    }
    let found = access(input.problem, &input.case.travel);
    let rows: Vec<AccessRow> = network
        .settlements
        .iter()
        .enumerate()
        .map(|(i, s)| AccessRow {
            settlement: s.code.clone(),
            people: s.population.0,
            index: found.index[i],
            by_rank: [0, 1, 2, 3].map(|l| found.by_rank[l][i]),
            minutes: [0, 1, 2, 3].map(|l| found.nearest_minutes[l][i]),
        })
        .collect();
    let within = |i: usize, level: usize| found.nearest_minutes[level][i].is_some_and(|t| t <= MINUTES[level]);
    let mut areas = Vec::new();
    for (a, area) in network.areas.iter().enumerate() {
        let here: Vec<usize> = (0..network.settlements.len()).filter(|&i| network.settlements[i].area.index() == a).collect();
        let heads: f64 = here.iter().map(|&i| people(&network.settlements[i])).sum();
        if heads > 0.0 {
            let mean = |of: &dyn Fn(usize) -> f64| here.iter().map(|&i| people(&network.settlements[i]) * of(i)).sum::<f64>() / heads;
            areas.push(AccessArea {
                area: area.code.clone(),
                people: here.iter().map(|&i| network.settlements[i].population.0).sum(),
                index: mean(&|i| found.index[i]),
                coverage: [0, 1, 2, 3].map(|l| mean(&|i| f64::from(u8::from(within(i, l))))),
            });
        }
    }
    let beyond = [0, 1, 2, 3]
        .map(|l| network.settlements.iter().enumerate().filter(|(i, _)| !within(*i, l)).map(|(_, s)| s.population.0).sum::<u64>());
    let asked = |s: &Settlement| rules.areas.is_empty() || rules.areas.contains(&network.area(s.area).code);
    let mut order: Vec<usize> =
        (0..rows.len()).filter(|&i| rows[i].people >= rules.least_people.max(1) && asked(&network.settlements[i])).collect();
    let hospital = |i: usize| rows[i].minutes[2].unwrap_or(f64::INFINITY);
    order.sort_by(|&x, &y| rows[x].index.total_cmp(&rows[y].index).then(hospital(y).total_cmp(&hospital(x))).then(x.cmp(&y)));
    let worst = order.into_iter().take(rules.worst as usize).map(|i| rows[i].settlement.clone()).collect();
    let answer = AccessAnswer { rows, areas, coverage: found.coverage, beyond, theil: found.theil, supply: found.supply, worst };
    Ok(Reformed::Answer(Box::new(Solved {
        answer: ReformAnswer::Access(answer),
        objective: found.gini,
        unit: "Gini of access",
        maximised: false,
        bounds: Bounds { primal: found.gini, dual: found.gini },
        termination: Termination::Optimal,
        backend: "measured".to_owned(),
    })))
}
