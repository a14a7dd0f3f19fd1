//! Training over the years (PI0 to PI2) and the sharing out of specialties in short supply.

use crate::backend::{self, LpStatus};
use crate::model::reform::staff::{PipelineNumbers, ProgrammeNumbers, pipeline};
use crate::outcome::{Bounds, Limit};
use crate::plan::reform::staff::{PipelinePlan, PipelineYear, SpecialtyRow};
use crate::policy::reform::staff::{Pipeline, Specialty};
use crate::reform::{ReformError, ReformInput};

/// Practitioners wanted in each year after that of the case: the highest rate whose year has come.
#[must_use]
pub fn wanted(rules: &Pipeline, people: f64) -> Vec<f64> {
    let rate = |t: u32| rules.milestones.iter().filter(|m| m.year <= t).map(|m| m.per_10k).fold(0.0, f64::max);
    (1..=rules.years).map(|t| rate(t) * people / 1e4).collect()
}

/// The cheapest training that reaches the rates, or comes as near as the seats allow.
///
/// # Errors
/// A failing solver or a limit.
pub fn train(input: &ReformInput<'_>, people: f64, now: f64, observer: &dyn crate::outcome::Observer) -> Result<PipelinePlan, ReformError> {
    let rules = &input.rules.staff.pipeline;
    let numbers = PipelineNumbers {
        now,
        attrition: rules.attrition,
        wanted: wanted(rules, people),
        programmes: rules
            .programmes
            .iter()
            .map(|p| ProgrammeNumbers { lead: p.lead as usize, seats: p.per_100k * people / 1e5, keep: p.keep, cost: p.cost })
            .collect(),
        missing: rules.missing,
    };
    let model = pipeline(&numbers);
    let found = backend::by_name(backend::names()[0])?.solve(&model.model, &input.limits, observer)?;
    if found.status != LpStatus::Optimal || found.values.is_empty() {
        return Err(ReformError::Stopped(Limit::Time));
    }
    let x = |c: usize| found.values[c].max(0.0);
    let mut stock = now;
    let mut years = Vec::new();
    for t in 0..numbers.wanted.len() {
        let seats: Vec<f64> = model.seats.iter().map(|s| x(s[t])).collect();
        let arrivals: Vec<f64> = numbers
            .programmes
            .iter()
            .zip(&model.seats)
            .map(|(p, s)| t.checked_sub(p.lead).map_or(0.0, |begun| p.keep * x(s[begun])))
            .collect();
        let leave = numbers.attrition * stock;
        stock = stock - leave + arrivals.iter().sum::<f64>();
        let yuan = seats.iter().zip(&numbers.programmes).map(|(s, p)| s * p.cost).sum();
        years.push(PipelineYear {
            year: input.case.network.year + i32::try_from(t + 1).unwrap_or(i32::MAX),
            missing: (numbers.wanted[t] - stock).max(0.0),
            wanted: numbers.wanted[t],
            seats,
            arrivals,
            leave,
            stock,
            yuan,
            price: found.duals.get(model.wanted[t]).copied().unwrap_or_default().clamp(0.0, numbers.missing),
        });
    }
    let cost: f64 = years.iter().map(|y| y.yuan + numbers.missing * y.missing).sum();
    Ok(PipelinePlan {
        programmes: rules.programmes.iter().map(|p| p.name.clone()).collect(),
        capacity: numbers.programmes.iter().map(|p| p.seats).collect(),
        years,
        cost,
        bounds: Bounds { primal: cost, dual: model.model.dual_bound(&found.duals).min(cost) },
    })
}

/// New doctors of a specialty by area, one after another to the area that has least of what it wants: the largest least share, exactly,
/// because a share rises with each doctor of its own area alone.
#[must_use]
pub fn share_out(specialty: &Specialty, areas: &[(String, f64)]) -> Vec<SpecialtyRow> {
    let mut rows: Vec<SpecialtyRow> = areas
        .iter()
        .map(|(code, people)| SpecialtyRow {
            specialty: specialty.name.clone(),
            area: code.clone(),
            wanted: specialty.per_10k * people / 1e4,
            now: specialty.now_per_10k.get(code).map(|rate| rate * people / 1e4),
            new: 0,
        })
        .collect();
    let share = |r: &SpecialtyRow| (r.now.unwrap_or_default() + f64::from(r.new)) / r.wanted;
    let mut left = specialty.new.unwrap_or(u32::MAX);
    // the area with the least share gets the next one; of those alike, the one whom it brings farther (fewer wanted)
    let order = |x: &SpecialtyRow, y: &SpecialtyRow| {
        let (a, b) = (share(x), share(y));
        if (a - b).abs() < 1e-9 { x.wanted.total_cmp(&y.wanted) } else { a.total_cmp(&b) }
    };
    while left > 0 {
        let lowest = rows.iter_mut().filter(|r| r.wanted > 0.0 && share(r) < 1.0 - 1e-9).min_by(|x, y| order(x, y));
        let Some(row) = lowest else { break };
        row.new += 1;
        left -= 1;
    }
    rows
}
