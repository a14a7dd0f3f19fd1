//! Solvers behind one trait. Solver crates are named in this room alone.

mod good;
pub mod guarded;
#[cfg(feature = "highs")]
mod highs;
pub mod proximal;

use crate::model::LinearModel;
use crate::outcome::{Bounds, Limit, Limits, Observer};

/// What a linear solve returns. Infeasible and limits are results.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LpStatus {
    /// Optimal within the solver's tolerances.
    Optimal,
    /// Ended by a limit; values may be there and feasible.
    Stopped(Limit),
    /// No feasible point.
    Infeasible,
    /// The objective falls without end.
    Unbounded,
}

/// Values and duals of a linear solve.
#[derive(Debug, Clone)]
pub struct LpSolution {
    /// Status.
    pub status: LpStatus,
    /// Value of each column; empty when there is none.
    pub values: Vec<f64>,
    /// Dual of each row: minimisation, `>=` rows positive, `<=` rows negative. Empty when the solver has none.
    pub duals: Vec<f64>,
    /// Iterations (simplex or interior point).
    pub iterations: u64,
}

/// What a mixed-integer solve returns.
#[derive(Debug, Clone)]
pub struct MipSolution {
    /// `Optimal` means within [`Limits::gap`].
    pub status: LpStatus,
    /// Value of each column, whole where that was asked; empty when no feasible point was found.
    pub values: Vec<f64>,
    /// Value of the point (`inf` without one) and what the solver has proven (`-inf` when nothing).
    pub bounds: Bounds,
    /// Nodes of the search tree.
    pub nodes: u64,
}

/// Why a solver could not even run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BackendError {
    /// The name is none of the compiled-in backends.
    #[error("unknown backend `{name}`; this build has {available}")]
    Unknown {
        /// What was asked for.
        name: String,
        /// What there is.
        available: String,
    },
    /// The solver failed.
    #[error("{backend} failed: {what}")]
    Failed {
        /// Which.
        backend: &'static str,
        /// In the solver's words.
        what: String,
    },
}

/// A linear solver.
pub trait Backend: Sync + Send {
    /// Name, as `--backend` takes it.
    fn name(&self) -> &'static str;

    /// Solves an LP from scratch.
    ///
    /// # Errors
    /// When the solver fails; infeasible, unbounded and limits are results.
    fn solve(&self, model: &LinearModel, limits: &Limits, observer: &dyn Observer) -> Result<LpSolution, BackendError>;

    /// Solves a model some of whose columns must be whole ([`LinearModel::integer`]). `start` is a feasible point to begin from;
    /// solvers that take none ignore it.
    ///
    /// # Errors
    /// When the solver fails or knows no whole numbers; infeasible, unbounded and limits are results.
    fn solve_mip(
        &self,
        _model: &LinearModel,
        _start: Option<&[f64]>,
        _limits: &Limits,
        _observer: &dyn Observer,
    ) -> Result<MipSolution, BackendError> {
        Err(BackendError::Failed { backend: self.name(), what: "it solves no models with whole numbers".to_owned() })
    }

    /// A session that keeps its basis between solves; `None` when the solver has none.
    ///
    /// # Errors
    /// When the solver refuses the model.
    fn session(&self, _model: &LinearModel) -> Result<Option<Box<dyn Session>>, BackendError> {
        Ok(None)
    }
}

/// A solver that holds a model and its basis: re-solves after a change take few iterations.
pub trait Session: Send {
    /// Solves from the current basis.
    ///
    /// # Errors
    /// When the solver fails.
    fn run(&mut self, method: Simplex, limits: &Limits, observer: &dyn Observer) -> Result<LpSolution, BackendError>;

    /// Adds columns of `from`, in the given order, behind the present ones.
    ///
    /// # Errors
    /// When the solver refuses them.
    fn add_columns(&mut self, from: &LinearModel, columns: &[usize]) -> Result<(), BackendError>;

    /// Replaces the sides of some rows.
    ///
    /// # Errors
    /// When the solver refuses them.
    fn set_row_bounds(&mut self, rows: &[(usize, f64, f64)]) -> Result<(), BackendError>;

    /// Replaces the costs of all columns.
    ///
    /// # Errors
    /// When the solver refuses them.
    fn set_costs(&mut self, costs: &[f64]) -> Result<(), BackendError>;

    /// Adds rows behind the present ones.
    ///
    /// # Errors
    /// When the solver refuses them.
    fn add_rows(&mut self, rows: &[AddedRow]) -> Result<(), BackendError>;

    /// Takes rows out, given by growing number; those behind them move up.
    ///
    /// # Errors
    /// When the solver refuses it.
    fn delete_rows(&mut self, rows: &[usize]) -> Result<(), BackendError>;

    /// Replaces the bounds of some columns.
    ///
    /// # Errors
    /// When the solver refuses them.
    fn set_col_bounds(&mut self, cols: &[(usize, f64, f64)]) -> Result<(), BackendError>;

    /// Iterations after which later runs end as stopped; `None`: no limit.
    fn limit_iterations(&mut self, most: Option<u32>);

    /// Where the simplex stands; rows added later count as basic when it is put back.
    ///
    /// # Errors
    /// When the solver has no basis.
    fn basis(&self) -> Result<Basis, BackendError>;

    /// Puts a basis back.
    ///
    /// # Errors
    /// When the solver refuses it.
    fn set_basis(&mut self, basis: &Basis) -> Result<(), BackendError>;
}

/// A row to be added to a session.
#[derive(Debug, Clone, PartialEq)]
pub struct AddedRow {
    /// Least activity.
    pub lower: f64,
    /// Greatest activity.
    pub upper: f64,
    /// Columns and their coefficients.
    pub entries: Vec<(usize, f64)>,
}

/// Where a simplex stands, in the solver's own terms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Basis {
    cols: Vec<i32>,
    rows: Vec<i32>,
    /// What the solver says of a basic row.
    basic: i32,
}

impl Basis {
    /// Whether a row is basic: it does not bind.
    #[must_use]
    pub fn is_basic(&self, row: usize) -> bool {
        self.rows.get(row).is_none_or(|&s| s == self.basic)
    }

    /// The basis without some basic rows.
    #[must_use]
    pub fn keeping(&self, keep: &[bool]) -> Self {
        let rows = self.rows.iter().zip(keep).filter(|(_, keep)| **keep).map(|(s, _)| *s).collect();
        Self { rows, cols: self.cols.clone(), basic: self.basic }
    }
}

/// Which simplex a session runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Simplex {
    /// Presolve, then dual simplex: for a cold start.
    Cold,
    /// Dual simplex from the basis: after changed bounds or added rows.
    Dual,
    /// Primal simplex from the basis: after changed costs or added columns.
    Primal,
}

/// Names of the compiled-in backends, the default first.
#[must_use]
pub fn names() -> Vec<&'static str> {
    let mut out = Vec::new();
    #[cfg(feature = "highs")]
    out.push("highs");
    out.extend(["clarabel", "microlp"]);
    out
}

/// The best backend of this build for models with whole numbers.
#[must_use]
pub fn default_mip() -> Box<dyn Backend> {
    #[cfg(feature = "highs")]
    {
        Box::new(highs::Highs::default())
    }
    #[cfg(not(feature = "highs"))]
    {
        Box::new(good::Microlp)
    }
}

/// The backend of a name, with options behind a colon: `highs`, or `highs:presolve=off,simplex_strategy=4`.
///
/// # Errors
/// When this build has no such backend, or an option is none of its options.
pub fn by_name(name: &str) -> Result<Box<dyn Backend>, BackendError> {
    let (plain, options) = split_options(name);
    with_options(plain, &options)
}

/// A name and the options behind its colon; an option without a value has an empty one.
#[must_use]
pub fn split_options(name: &str) -> (&str, Vec<(String, String)>) {
    let (plain, options) = name.split_once(':').unwrap_or((name, ""));
    let pair =
        |o: &str| o.split_once('=').map_or_else(|| (o.to_owned(), String::new()), |(k, v)| (k.trim().to_owned(), v.trim().to_owned()));
    (plain, options.split(',').map(str::trim).filter(|o| !o.is_empty()).map(pair).collect())
}

/// The backend of a name with solver options by name, as the solver's own manual has them (HiGHS only).
///
/// # Errors
/// When this build has no such backend, or it takes no options.
pub fn with_options(name: &str, options: &[(String, String)]) -> Result<Box<dyn Backend>, BackendError> {
    match name {
        #[cfg(feature = "highs")]
        "highs" => Ok(Box::new(highs::Highs::with_options(options)?)),
        "clarabel" | "microlp" if !options.is_empty() => Err(BackendError::Failed {
            backend: if name == "clarabel" { "clarabel" } else { "microlp" },
            what: format!("it takes no options; `{}` was given", options[0].0),
        }),
        "clarabel" => Ok(Box::new(good::Clarabel)),
        "microlp" => Ok(Box::new(good::Microlp)),
        _ => Err(BackendError::Unknown { name: name.to_owned(), available: names().join(", ") }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::Silent;

    /// Knapsack: min -(5a + 4b + 3c), 2a + 3b + c <= 5, 4a + b + 2c <= 11, 3a + 4b + 2c <= 8, all in {0, 1}: best -9 at (1, 1, 0).
    #[test]
    fn whole_numbers_by_every_solver_that_takes_them() -> Result<(), BackendError> {
        let mut m = LinearModel::new();
        let rows: Vec<usize> = [5.0, 11.0, 8.0].iter().map(|&b| m.add_row(f64::NEG_INFINITY, b)).collect();
        for (cost, column) in [(-5.0, [2.0, 4.0, 3.0]), (-4.0, [3.0, 1.0, 4.0]), (-3.0, [1.0, 2.0, 2.0])] {
            let entries: Vec<(usize, f64)> = rows.iter().copied().zip(column).collect();
            m.add_binary(cost, &entries);
        }
        for name in names().into_iter().filter(|&n| n != "clarabel") {
            let solution = by_name(name)?.solve_mip(&m, Some(&[1.0, 0.0, 0.0]), &Limits::default(), &Silent)?;
            assert_eq!(solution.status, LpStatus::Optimal, "{name}");
            assert!((solution.bounds.primal + 9.0).abs() < 1e-9, "{name}: {:?}", solution.bounds);
            assert!((solution.bounds.dual + 9.0).abs() < 1e-6, "{name}: {:?}", solution.bounds);
            assert_eq!(solution.values, [1.0, 1.0, 0.0], "{name}");
        }
        Ok(())
    }

    #[test]
    fn an_infeasible_mip_says_so() -> Result<(), BackendError> {
        let mut m = LinearModel::new();
        let row = m.add_row(1.5, 1.7);
        m.add_binary(1.0, &[(row, 1.0)]);
        m.add_binary(1.0, &[(row, 1.0)]);
        for name in names().into_iter().filter(|&n| n != "clarabel") {
            let solution = by_name(name)?.solve_mip(&m, None, &Limits::default(), &Silent)?;
            assert_eq!(solution.status, LpStatus::Infeasible, "{name}");
            assert!(solution.values.is_empty() && solution.bounds.primal.is_infinite(), "{name}");
        }
        Ok(())
    }

    #[test]
    fn unknown_options_are_refused() {
        assert!(with_options("microlp", &[("x".into(), "1".into())]).is_err());
        #[cfg(feature = "highs")]
        {
            assert!(with_options("highs", &[("mip_heuristic_effort".into(), "0.2".into()), ("presolve".into(), "off".into())]).is_ok());
            assert!(with_options("highs", &[("no_such_option".into(), "1".into())]).is_err());
            assert!(by_name("highs:presolve=off, simplex_strategy=4").is_ok());
            assert!(by_name("highs:presolve=perhaps").is_err() && by_name("microlp:x=1").is_err());
        }
    }
}
