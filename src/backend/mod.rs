//! Solvers behind one trait. Solver crates are named in this room alone.

mod good;
#[cfg(feature = "highs")]
mod highs;
pub mod proximal;

use crate::model::LinearModel;
use crate::outcome::{Limit, Limits, Observer};

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

/// The backend of a name.
///
/// # Errors
/// When this build has no such backend.
pub fn by_name(name: &str) -> Result<Box<dyn Backend>, BackendError> {
    match name {
        #[cfg(feature = "highs")]
        "highs" => Ok(Box::new(highs::Highs)),
        "clarabel" => Ok(Box::new(good::Clarabel)),
        "microlp" => Ok(Box::new(good::Microlp)),
        _ => Err(BackendError::Unknown { name: name.to_owned(), available: names().join(", ") }),
    }
}
