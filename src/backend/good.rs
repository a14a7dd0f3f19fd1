//! Clarabel (interior point, with duals) and microlp (simplex, without) through good_lp: both are pure Rust.

use super::{Backend, BackendError, LpSolution, LpStatus, MipSolution};
use crate::model::LinearModel;
use crate::outcome::{Bounds, Limit, Limits, Observer};
use good_lp::solvers::DualValues;
use good_lp::{Expression, ProblemVariables, ResolutionError, Solution, SolutionWithDual, SolverModel, Variable, variable};

/// The Clarabel backend.
#[derive(Debug)]
pub struct Clarabel;

/// The microlp backend.
#[derive(Debug)]
pub struct Microlp;

/// The model in good_lp's terms. A row with two different sides becomes two constraints.
struct Built {
    variables: ProblemVariables,
    columns: Vec<Variable>,
    objective: Expression,
    /// `(row, left side, sense, right side)`.
    constraints: Vec<(usize, Expression, Sense, f64)>,
}

#[derive(Clone, Copy)]
enum Sense {
    Eq,
    Ge,
    Le,
}

fn build(model: &LinearModel) -> Built {
    let mut variables = ProblemVariables::new();
    let columns: Vec<Variable> = (0..model.col_count())
        .map(|j| {
            let v = variable().min(model.col_lower[j]);
            let v = if model.integer.binary_search(&j).is_ok() { v.integer() } else { v };
            variables.add(if model.col_upper[j].is_finite() { v.max(model.col_upper[j]) } else { v })
        })
        .collect();
    let costs = model.solver_costs();
    let mut objective = Expression::with_capacity(model.col_count());
    let mut rows: Vec<Expression> = (0..model.row_count()).map(|_| Expression::with_capacity(4)).collect();
    for (j, &v) in columns.iter().enumerate() {
        objective.add_mul(costs[j], v);
        for (row, value) in model.column(j) {
            rows[row].add_mul(value, v);
        }
    }
    let mut constraints = Vec::with_capacity(rows.len());
    for (r, lhs) in rows.into_iter().enumerate() {
        let (lo, hi) = (model.row_lower[r], model.row_upper[r]);
        #[allow(clippy::float_cmp)] // an equality row carries the same number twice
        if lo == hi {
            constraints.push((r, lhs, Sense::Eq, lo));
            continue;
        }
        if lo.is_finite() {
            constraints.push((r, lhs.clone(), Sense::Ge, lo));
        }
        if hi.is_finite() {
            constraints.push((r, lhs, Sense::Le, hi));
        }
    }
    Built { variables, columns, objective, constraints }
}

fn constraint(lhs: Expression, sense: Sense, rhs: f64) -> good_lp::Constraint {
    match sense {
        Sense::Eq => lhs.eq(rhs),
        Sense::Ge => lhs.geq(rhs),
        Sense::Le => lhs.leq(rhs),
    }
}

fn without_values(backend: &'static str, error: ResolutionError) -> Result<LpSolution, BackendError> {
    let status = match error {
        ResolutionError::Infeasible => LpStatus::Infeasible,
        ResolutionError::Unbounded => LpStatus::Unbounded,
        ResolutionError::Other("Time limit reached") => LpStatus::Stopped(Limit::Time),
        ResolutionError::Other("Max iterations reached") => LpStatus::Stopped(Limit::Iterations),
        ResolutionError::Other("Numerical error" | "No progress") => LpStatus::Stopped(Limit::Numerics),
        other => return Err(BackendError::Failed { backend, what: other.to_string() }),
    };
    Ok(LpSolution { status, values: Vec::new(), duals: Vec::new(), iterations: 0 })
}

impl Backend for Clarabel {
    fn name(&self) -> &'static str {
        "clarabel"
    }

    fn solve(&self, model: &LinearModel, limits: &Limits, _observer: &dyn Observer) -> Result<LpSolution, BackendError> {
        let built = build(model);
        let mut problem = built.variables.minimise(built.objective).using(good_lp::clarabel);
        let settings = problem.settings();
        settings.tol_gap_abs(1e-10).tol_gap_rel(1e-10).tol_feas(1e-10).max_iter(400);
        if let Some(t) = limits.time {
            settings.time_limit(t.as_secs_f64());
        }
        let mut references = Vec::with_capacity(built.constraints.len());
        for (row, lhs, sense, rhs) in built.constraints {
            references.push((row, problem.add_constraint(constraint(lhs, sense, rhs))));
        }
        let mut solution = match problem.solve() {
            Ok(s) => s,
            Err(e) => return without_values("clarabel", e),
        };
        let values =
            built.columns.iter().enumerate().map(|(j, &v)| solution.value(v).clamp(model.col_lower[j], model.col_upper[j])).collect();
        let mut duals = vec![0.0; model.row_count()];
        let prices = solution.compute_dual();
        for (row, reference) in references {
            duals[row] += prices.dual(reference);
        }
        Ok(LpSolution { status: LpStatus::Optimal, values, duals, iterations: 0 })
    }
}

impl Backend for Microlp {
    fn name(&self) -> &'static str {
        "microlp"
    }

    fn solve_mip(
        &self,
        model: &LinearModel,
        _start: Option<&[f64]>,
        _limits: &Limits,
        _observer: &dyn Observer,
    ) -> Result<MipSolution, BackendError> {
        microlp_mip(model)
    }

    fn solve(&self, model: &LinearModel, _limits: &Limits, _observer: &dyn Observer) -> Result<LpSolution, BackendError> {
        let values = match microlp_values(model) {
            Ok(values) => values,
            Err(e) => return without_values("microlp", e),
        };
        // microlp tells no duals: its answer to the dual LP is the proof of its answer to this one
        let (dual, columns) = dual_model(model);
        let duals = match microlp_values(&dual) {
            Ok(y) => columns.iter().map(|&(up, down)| up.map_or(0.0, |n| y[n]) - down.map_or(0.0, |n| y[n])).collect(),
            Err(_) => Vec::new(),
        };
        Ok(LpSolution { status: LpStatus::Optimal, values, duals, iterations: 0 })
    }
}

/// microlp's branch and bound tells no bound on the way: what it returns is optimal, or nothing.
fn microlp_mip(model: &LinearModel) -> Result<MipSolution, BackendError> {
    match microlp_values(model) {
        Ok(mut values) => {
            for &j in &model.integer {
                values[j] = values[j].round();
            }
            let value = model.objective(&values);
            Ok(MipSolution { status: LpStatus::Optimal, values, bounds: Bounds { primal: value, dual: value }, nodes: 0 })
        }
        Err(e) => without_values("microlp", e).map(|s| MipSolution {
            status: s.status,
            values: Vec::new(),
            bounds: Bounds { primal: f64::INFINITY, dual: f64::NEG_INFINITY },
            nodes: 0,
        }),
    }
}

fn microlp_values(model: &LinearModel) -> Result<Vec<f64>, ResolutionError> {
    let built = build(model);
    let mut problem = built.variables.minimise(built.objective).using(good_lp::microlp);
    for (_, lhs, sense, rhs) in built.constraints {
        problem.add_constraint(constraint(lhs, sense, rhs));
    }
    let solution = problem.solve()?;
    Ok(built.columns.iter().enumerate().map(|(j, &v)| solution.value(v).clamp(model.col_lower[j], model.col_upper[j])).collect())
}

/// Columns `y+` and `y-` of a row, where the row has the side.
type Pair = (Option<usize>, Option<usize>);

/// The dual LP written as a minimisation:
/// `min -sum lo y+ + sum hi y- + sum u t  s.t.  A'(y+ - y-) - t <= c`, with the columns `(y+, y-)` of each row.
fn dual_model(model: &LinearModel) -> (LinearModel, Vec<Pair>) {
    let mut dual = LinearModel::new();
    for c in model.solver_costs() {
        dual.add_row(f64::NEG_INFINITY, c);
    }
    let mut by_row: Vec<Vec<(usize, f64)>> = vec![Vec::new(); model.row_count()];
    for j in 0..model.col_count() {
        for (row, value) in model.column(j) {
            by_row[row].push((j, value));
        }
    }
    let mut columns = Vec::with_capacity(by_row.len());
    for (r, entries) in by_row.iter().enumerate() {
        let (lo, hi) = (model.row_lower[r], model.row_upper[r]);
        let up = lo.is_finite().then(|| dual.add_col(-lo, f64::INFINITY, f64::INFINITY, entries));
        let down = hi.is_finite().then(|| {
            let negative: Vec<(usize, f64)> = entries.iter().map(|&(j, v)| (j, -v)).collect();
            dual.add_col(hi, f64::INFINITY, f64::INFINITY, &negative)
        });
        columns.push((up, down));
    }
    for (j, &u) in model.col_upper.iter().enumerate().filter(|(_, u)| u.is_finite()) {
        dual.add_col(u, f64::INFINITY, f64::INFINITY, &[(j, -1.0)]);
    }
    (dual, columns)
}
