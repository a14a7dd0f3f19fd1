//! Regrets over scenarios, and the layout whose worst regret is least.
//!
//! ```text
//! best_s      = min z_s(y, rest)                          each scenario for itself
//! regret(y,s) = min over rest of z_s(y, rest) - best_s    levels y of the sites fixed; who uses which, beds and capabilities follow the scenario
//!
//! M1   min R
//! M2   z_s(y, rest_s) - R <= best_s                       every scenario s
//! M3   y_s[j,l] = y_1[j,l]                                sites of the same code share their level
//! M4   the rules of scenario s over (y, rest_s)           every scenario s
//! ```
//!
//! Small tables are solved exactly: M1 to M4 as one mixed-integer model over whole lists. Otherwise the layout is chosen among the plans of the
//! table, and the relaxation of M1 to M4 bounds what any layout could reach. Both say which they are. (P. Kouvelis, G. Yu, Robust Discrete
//! Optimization and Its Applications (1997), <https://doi.org/10.1007/978-1-4757-2620-6>.)

use super::relax::Still;
use crate::backend::{self, BackendError, LpStatus, guarded};
use crate::demand::LayoutProblem;
use crate::demand::layout::LEVELS;
use crate::layout::evaluate::Layout;
use crate::layout::price::Clock;
use crate::layout::solve::{SolveOptions, solve, under};
use crate::model::LinearModel;
use crate::model::layout::{BuildOptions, LayoutModel, NO_COLUMN, build, scale};
use crate::outcome::{Bounds, Event, Limits, Observer};
use crate::plan::layout_questions::{RegretPlan, RegretProof, RegretScenario, Regrets};
use crate::policy::layout::Objective;
use std::collections::BTreeMap;

/// How far to go.
#[derive(Debug, Clone, Copy)]
pub struct RegretOptions {
    /// Method, gap, time over all.
    pub solve: SolveOptions,
    /// Columns up to which M1 to M4 are one mixed-integer model.
    pub exact_columns: usize,
    /// Columns up to which their relaxation is solved.
    pub relax_columns: usize,
}

impl Default for RegretOptions {
    fn default() -> Self {
        Self { solve: SolveOptions::default(), exact_columns: 20_000, relax_columns: 400_000 }
    }
}

/// The table over named scenarios. `plan` is the layout at hand with the problem that it was made for. Scenarios are compared by the first
/// objective of `problem`.
///
/// # Errors
/// When the solver fails.
pub fn regrets(
    problem: &LayoutProblem,
    plan: &Layout,
    scenarios: &[(String, LayoutProblem)],
    options: &RegretOptions,
    observer: &dyn Observer,
) -> Result<Regrets, BackendError> {
    let objective = super::objective(problem);
    let clock = Clock::new(options.solve.limits.time);
    observer.event(&Event::Started { step: "regret", total: Some(scenarios.len() as u64 + 1) });
    let mut plans = vec![("plan".to_owned(), by_code(problem, &plan.levels))];
    let mut rows: Vec<RegretScenario> = Vec::new();
    for (name, s) in scenarios {
        let mut asked = s.clone();
        asked.rules.objective = vec![objective];
        let found = solve(&asked, &limited(options, &clock, 2 * scenarios.len() + 2 - rows.len()), &Still(observer))?;
        let best = found.stages.first().map_or(Bounds { primal: f64::INFINITY, dual: f64::NEG_INFINITY }, |g| g.bounds);
        rows.push(RegretScenario { name: name.clone(), best });
        if !found.stages.is_empty() {
            plans.push((name.clone(), by_code(s, &found.layout.levels)));
        }
        observer.event(&Event::Progress { done: rows.len() as u64 });
    }
    let (levels, dual, proof) = least(scenarios, &rows, objective, options, &clock, observer)?;
    if let Some(levels) = levels {
        plans.push(("least regret".to_owned(), levels));
    }
    let mut told: Vec<RegretPlan> = Vec::new();
    for (name, levels) in plans {
        let mut values = Vec::new();
        for (_, s) in scenarios {
            values.push(value_under(s, &levels, objective, &limited(options, &clock, 4), observer)?);
        }
        told.push(row(name, levels, &values, &rows));
    }
    // a plan may turn out better for a scenario than what its own solve found
    for (s, scenario) in rows.iter_mut().enumerate() {
        let least = told.iter().filter_map(|p| p.values[s]).fold(scenario.best.primal, f64::min);
        scenario.best.primal = least;
    }
    let told: Vec<RegretPlan> = told.into_iter().map(|p| again(p, &rows)).collect();
    let worst = |n: &usize| told[*n].worst.unwrap_or(f64::INFINITY);
    let chosen = (0..told.len()).filter(|n| told[*n].worst.is_some()).min_by(|a, b| worst(a).total_cmp(&worst(b)));
    let primal = chosen.and_then(|n| told[n].worst).unwrap_or(f64::INFINITY);
    observer.event(&Event::Finished);
    Ok(Regrets { scenarios: rows, plans: told, chosen, least: Bounds { primal, dual: dual.max(0.0).min(primal) }, proof })
}

fn limited(options: &RegretOptions, clock: &Clock, shares: usize) -> SolveOptions {
    let share = u32::try_from(shares.max(1)).unwrap_or(1);
    let time = clock.left().map(|l| (l / share).max(std::time::Duration::from_millis(100)));
    SolveOptions { limits: Limits { time, ..options.solve.limits }, ..options.solve }
}

fn by_code(problem: &LayoutProblem, levels: &[u8]) -> Vec<(String, u8)> {
    problem.sites.iter().zip(levels).filter(|(_, l)| **l > 0).map(|(s, l)| (s.code.clone(), *l)).collect()
}

/// The least value of a scenario with the levels of its sites given, and what it cannot undercut; `None` when that keeps no layout. Sites that
/// the scenario does not have are left out.
///
/// # Errors
/// When the solver fails.
pub fn value_under(
    scenario: &LayoutProblem,
    levels: &[(String, u8)],
    objective: Objective,
    options: &SolveOptions,
    observer: &dyn Observer,
) -> Result<Option<Bounds>, BackendError> {
    let at: BTreeMap<&str, u8> = levels.iter().map(|(c, l)| (c.as_str(), *l)).collect();
    let mut fixed = scenario.clone();
    for site in &mut fixed.sites {
        let level = usize::from(at.get(site.code.as_str()).copied().unwrap_or(0));
        if !site.allowed[level] {
            return Ok(None);
        }
        site.allowed = std::array::from_fn(|l| l == level);
    }
    let found = under(&fixed, &[objective], Vec::new(), options, &Still(observer))?;
    Ok(found.stages.first().map(|s| s.bounds))
}

fn row(name: String, levels: Vec<(String, u8)>, values: &[Option<Bounds>], scenarios: &[RegretScenario]) -> RegretPlan {
    // the dual of a value is kept as the dual of its regret until the scenarios are settled
    let regrets = values.iter().zip(scenarios).map(|(v, _)| *v).collect();
    RegretPlan { name, levels, values: values.iter().map(|v| v.map(|b| b.primal)).collect(), regrets, worst: None }
}

/// Turns bounds of values into bounds of regrets.
fn again(mut plan: RegretPlan, scenarios: &[RegretScenario]) -> RegretPlan {
    for (regret, s) in plan.regrets.iter_mut().zip(scenarios) {
        if let Some(b) = regret {
            let primal = (b.primal - s.best.dual).max(0.0);
            *b = Bounds { primal, dual: (b.dual - s.best.primal).max(0.0).min(primal) };
        }
    }
    let all: Option<Vec<f64>> = plan.regrets.iter().map(|r| r.map(|b| b.primal)).collect();
    plan.worst = all.map(|r| r.into_iter().fold(0.0, f64::max)).filter(|w| w.is_finite());
    plan
}

/// M1 to M4 of all scenarios. Returns the model, the column of `R` and the models it was made of with their first columns.
fn stacked(
    scenarios: &[(String, LayoutProblem)],
    rows: &[RegretScenario],
    objective: Objective,
) -> Option<(LinearModel, Vec<LayoutModel>, Vec<usize>)> {
    let models: Vec<LayoutModel> = scenarios.iter().map(|(_, s)| build(s, objective, &BuildOptions::default())).collect();
    let mut all = LinearModel::new();
    let mut first_row = Vec::new();
    for m in &models {
        first_row.push(all.row_count());
        for r in 0..m.lp.row_count() {
            all.add_row(m.lp.row_lower[r], m.lp.row_upper[r]);
        }
    }
    // M2 in the unit of the objective
    let factors: Vec<f64> = scenarios.iter().map(|(_, s)| scale(s, objective)).collect();
    let regret: Vec<usize> = models
        .iter()
        .zip(rows.iter().zip(&factors))
        .map(|(m, (row, f))| all.add_row(f64::NEG_INFINITY, row.best.primal * f - m.lp.offset))
        .collect();
    // M3: entries by column of each model
    let mut ties: Vec<BTreeMap<u32, Vec<(usize, f64)>>> = vec![BTreeMap::new(); models.len()];
    let first: BTreeMap<&str, usize> = scenarios[0].1.sites.iter().enumerate().map(|(j, s)| (s.code.as_str(), j)).collect();
    for (n, (_, s)) in scenarios.iter().enumerate().skip(1) {
        for (j, site) in s.sites.iter().enumerate() {
            let Some(&k) = first.get(site.code.as_str()) else { continue };
            for l in 1..=LEVELS {
                let side = |m: &LayoutModel, j: usize| {
                    (m.open[j][l - 1], m.settled[j].map_or(0.0, |at| f64::from(u8::from(usize::from(at) == l))))
                };
                let ((a, sure_a), (b, sure_b)) = (side(&models[0], k), side(&models[n], j));
                if a == NO_COLUMN && b == NO_COLUMN {
                    if (sure_a - sure_b).abs() > 0.5 {
                        return None;
                    }
                    continue;
                }
                let row = all.add_row(sure_b - sure_a, sure_b - sure_a);
                if a != NO_COLUMN {
                    ties[0].entry(a).or_default().push((row, 1.0));
                }
                if b != NO_COLUMN {
                    ties[n].entry(b).or_default().push((row, -1.0));
                }
            }
        }
    }
    let mut first_column = Vec::new();
    let mut entries = Vec::new();
    for (n, m) in models.iter().enumerate() {
        first_column.push(all.col_count());
        let mut whole = m.lp.integer.iter().peekable();
        for c in 0..m.lp.col_count() {
            entries.clear();
            entries.extend(m.lp.column(c).map(|(r, v)| (first_row[n] + r, v)));
            if m.lp.cost[c] != 0.0 {
                entries.push((regret[n], m.lp.cost[c]));
            }
            #[allow(clippy::cast_possible_truncation)] // models have far fewer columns than u32 holds
            entries.extend(ties[n].get(&(c as u32)).into_iter().flatten());
            let at = all.add_col(0.0, m.lp.col_upper[c], m.lp.implied_upper[c], &entries);
            all.col_lower[at] = m.lp.col_lower[c];
            if whole.next_if(|w| **w == c).is_some() {
                all.make_last_integer();
            }
        }
    }
    let most = rows.iter().map(|r| r.best.primal.abs()).fold(1.0, f64::max) * 100.0;
    let factor = factors.iter().copied().fold(f64::INFINITY, f64::min);
    let own: Vec<(usize, f64)> = regret.iter().zip(&factors).map(|(r, f)| (*r, -f / factor)).collect();
    // R is counted in the model's unit, so that it is as large as the costs beside it
    all.add_col(1.0, f64::INFINITY, most * factor, &own);
    Some((all, models, first_column))
}

/// Levels by code, what no worst regret can undercut, how that was found.
type Least = (Option<Vec<(String, u8)>>, f64, RegretProof);

fn least(
    scenarios: &[(String, LayoutProblem)],
    rows: &[RegretScenario],
    objective: Objective,
    options: &RegretOptions,
    clock: &Clock,
    observer: &dyn Observer,
) -> Result<Least, BackendError> {
    let among = Ok((None, 0.0, RegretProof::AmongPlans));
    if scenarios.is_empty() || rows.iter().any(|r| !r.best.primal.is_finite()) {
        return among;
    }
    let size: usize = scenarios.iter().map(|(_, s)| s.times.len() * LEVELS).sum();
    // pairs are a generous count of columns: lists end at sites that are sure
    if size > 4 * options.relax_columns {
        return among;
    }
    let Some((model, models, first_column)) = stacked(scenarios, rows, objective) else { return among };
    let factor = scenarios.iter().map(|(_, s)| scale(s, objective)).fold(f64::INFINITY, f64::min);
    let limits = limited(options, clock, 2).limits;
    if model.col_count() > options.exact_columns {
        if model.col_count() > options.relax_columns {
            return among;
        }
        let mut lp = model;
        lp.integer.clear();
        let found = backend::default_mip().solve(&lp, &limits, &Still(observer))?;
        let dual = if found.duals.len() == lp.row_count() { lp.dual_bound(&found.duals) / factor } else { 0.0 };
        return Ok((None, dual.max(0.0), RegretProof::AmongPlans));
    }
    let found = guarded::unhurried(&model, None, &limits, &Still(observer))?;
    if found.values.is_empty() {
        let dual = if found.status == LpStatus::Infeasible { 0.0 } else { found.bounds.dual / factor };
        return Ok((None, dual.max(0.0), RegretProof::AmongPlans));
    }
    let mut levels: BTreeMap<&str, u8> = BTreeMap::new();
    for ((_, s), (m, first)) in scenarios.iter().zip(models.iter().zip(first_column)) {
        for (j, site) in s.sites.iter().enumerate() {
            let at = |l: &usize| m.open[j][l - 1] != NO_COLUMN && found.values[first + m.open[j][l - 1] as usize] > 0.5;
            #[allow(clippy::cast_possible_truncation)] // there are three levels
            let level = m.settled[j].unwrap_or_else(|| (1..=LEVELS).rev().find(at).unwrap_or(0) as u8);
            levels.entry(&site.code).or_insert(level);
        }
    }
    let levels = levels.into_iter().filter(|(_, l)| *l > 0).map(|(c, l)| (c.to_owned(), l)).collect();
    Ok((Some(levels), found.bounds.dual / factor, RegretProof::Exact))
}
