//! Travel against treatment cost: the Pareto front by eps-constraint (model 6.4).
//!
//! Penalties (over-treatment, unmet and displaced cases, missed targets) stay in every objective, so that no point buys its
//! place with patients who are not served. For `eps` in equal steps from the least cost to the cost of the least travel:
//! `min travel + penalties  s.t.  sum c w <= eps`.

use super::solve::{Method, SolveError, SolveOptions, choose, run};
use crate::backend::{self, LpStatus};
use crate::demand::Problem;
use crate::model::columns::Var;
use crate::model::referral_extract::objective_parts;
use crate::model::referral_rows::MONEY;
use crate::model::{Form, ReferralModel};
use crate::outcome::{Bounds, Event, Limits, Observer};
use crate::plan::referral::ObjectiveParts;
use serde::{Deserialize, Serialize};

/// Gap to which a point is proven: a front is read by eye.
const POINT_GAP: f64 = 1e-4;

/// Weight of the objective that is not being minimised: breaks ties among its optima, so that end points are not dominated.
const TIE: f64 = 1e-4;

/// One point of the front.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ParetoPoint {
    /// Treatment cost allowed, yuan a year.
    pub cost_limit: f64,
    /// Parts of the objective, yuan a year.
    pub parts: ObjectiveParts,
    /// Proven interval around the least travel and penalties at this cost, yuan a year.
    pub bounds: Bounds,
}

/// The front with `points` points (at least 2), from the least cost to the least travel. Stops early when asked to.
///
/// # Errors
/// When the backend fails.
pub fn frontier(problem: &Problem, options: &SolveOptions, points: usize, observer: &dyn Observer) -> Result<Vec<ParetoPoint>, SolveError> {
    let backend = backend::by_name(&options.backend)?;
    let method = match choose(problem, options.method) {
        Method::Text => Method::Direct,
        m => m,
    };
    let mut model = ReferralModel::build_with(problem, Form::Lean, true);
    let Some(cost_row) = model.rows.treatment_cost.map(|r| r as usize) else { return Ok(Vec::new()) };
    let limits = Limits { gap: options.limits.gap.max(POINT_GAP), ..options.limits };
    let whole = model.linear.cost.clone();
    let price: Vec<f64> = (0..whole.len())
        .map(
            |j| if model.keys[j].var == Var::Treated { model.linear.column(j).filter(|e| e.0 == cost_row).map(|e| e.1).sum() } else { 0.0 },
        )
        .collect();
    let travel: Vec<bool> = model.keys.iter().map(|k| matches!(k.var, Var::First | Var::Up | Var::Down | Var::Redirect)).collect();
    // least cost: treatment and penalties in full, travel as a tie-break
    let least_cost: Vec<f64> = whole.iter().zip(&travel).map(|(c, t)| if *t { TIE * c } else { *c }).collect();
    // least travel: everything but treatment, which only breaks ties
    let least_travel: Vec<f64> = whole.iter().zip(&price).map(|(c, p)| c - p + TIE * p).collect();
    observer.event(&Event::Started { step: "pareto", total: Some(points as u64 + 2) });
    let at = |model: &mut ReferralModel, costs: &[f64], limit: f64| -> Result<Option<ParetoPoint>, SolveError> {
        model.linear.cost.copy_from_slice(costs);
        model.linear.row_upper[cost_row] = limit * MONEY;
        let lp = run(problem, model, backend.as_ref(), method, &limits, observer)?;
        if lp.status != LpStatus::Optimal || lp.values.is_empty() {
            return Ok(None);
        }
        let flows = model.flows(problem, &lp.values);
        let parts = objective_parts(problem, &flows, &model.shortfalls(&lp.values, &lp.duals));
        let bounds = Bounds { primal: model.linear.objective(&lp.values) / MONEY, dual: model.linear.dual_bound(&lp.duals) / MONEY };
        Ok(Some(ParetoPoint { cost_limit: if limit.is_finite() { limit } else { parts.cost }, parts, bounds }))
    };
    let ends = [at(&mut model, &least_cost, f64::INFINITY)?, at(&mut model, &least_travel, f64::INFINITY)?];
    observer.event(&Event::Progress { done: 2 });
    let [Some(low), Some(high)] = ends else { return Ok(Vec::new()) };
    let mut out = Vec::with_capacity(points);
    for n in 0..points.max(2) {
        let share = n as f64 / (points.max(2) - 1) as f64;
        // the first limit is a hair above the least cost, which the solver reached within its tolerance
        let limit = low.parts.cost + share * (high.parts.cost - low.parts.cost) + 1e-9 * low.parts.cost;
        if observer.stop_requested() {
            break;
        }
        out.extend(at(&mut model, &least_travel, limit)?);
        observer.event(&Event::Progress { done: n as u64 + 3 });
    }
    observer.event(&Event::Finished);
    Ok(out)
}
