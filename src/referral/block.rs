//! One block of a block-angular LP: its own rows, its view of the linking rows, a solver that keeps its basis.

use crate::backend::{Backend, BackendError, LpSolution, LpStatus, Session, Simplex};
use crate::model::LinearModel;
use crate::outcome::{Limits, Observer};

/// Reduced cost below which a column left out would pay.
const TOLERANCE: f64 = 1e-7;

/// A block.
pub(crate) struct Block {
    /// Position in the whole LP of each column.
    pub columns: Vec<usize>,
    /// Position in the whole LP of each row of its own.
    pub rows: Vec<usize>,
    /// Linking rows it takes part in, by position in the list of linking rows; they stand behind its own rows.
    pub links: Vec<usize>,
    /// The block as an LP: own rows, then linking rows.
    pub model: LinearModel,
    session: Box<dyn Session>,
    active: Vec<usize>,
    inside: Vec<bool>,
    cold: bool,
    /// Simplex iterations so far.
    pub iterations: u64,
    /// Latest solution, on the active columns.
    pub solution: Option<LpSolution>,
}

/// What a priced solve tells the coordinator.
#[derive(Debug, Clone)]
pub(crate) struct Proposal {
    /// True cost of the proposal (without prices), in the units of the model.
    pub cost: f64,
    /// What it uses of each linking row of the block.
    pub usage: Vec<f64>,
    /// Cost less the value of what it uses: the block's part of the Lagrangian.
    pub priced: f64,
}

impl Block {
    pub fn new(
        whole: &LinearModel,
        backend: &dyn Backend,
        columns: Vec<usize>,
        rows: Vec<usize>,
        links: Vec<usize>,
        link_rows: &[usize],
        start: &(dyn Fn(usize) -> bool + Sync),
    ) -> Result<Option<Self>, BackendError> {
        let mut local = std::collections::HashMap::with_capacity(rows.len() + links.len());
        let mut model = LinearModel::new();
        for &r in rows.iter().chain(links.iter().map(|&l| &link_rows[l])) {
            local.insert(r, model.add_row(whole.row_lower[r], whole.row_upper[r]));
        }
        let mut entries = Vec::new();
        for &j in &columns {
            entries.clear();
            entries.extend(whole.column(j).map(|(r, v)| (local[&r], v)));
            let n = model.add_col(whole.cost[j], whole.col_upper[j], whole.implied_upper[j], &entries);
            model.tie_break[n] = whole.tie_break[j];
        }
        let active: Vec<usize> = (0..columns.len()).filter(|&n| start(columns[n])).collect();
        let mut inside = vec![false; columns.len()];
        for &n in &active {
            inside[n] = true;
        }
        let Some(session) = backend.session(&model.restricted(&active))? else { return Ok(None) };
        Ok(Some(Self { columns, rows, links, model, session, active, inside, cold: true, iterations: 0, solution: None }))
    }

    /// Row of the block that stands for its `n`-th linking row.
    fn link_row(&self, n: usize) -> usize {
        self.rows.len() + n
    }

    /// Solves with the linking rows held at `sides` (lower, upper of each) and true costs.
    pub fn solve_within(&mut self, sides: &[(f64, f64)], limits: &Limits, observer: &dyn Observer) -> Result<LpStatus, BackendError> {
        let bounds: Vec<(usize, f64, f64)> = sides.iter().enumerate().map(|(n, &(lo, hi))| (self.link_row(n), lo, hi)).collect();
        self.session.set_row_bounds(&bounds)?;
        let costs = self.model.solver_costs();
        self.session.set_costs(&self.active.iter().map(|&n| costs[n]).collect::<Vec<_>>())?;
        for (n, &(lo, hi)) in sides.iter().enumerate() {
            let row = self.link_row(n);
            self.model.row_lower[row] = lo;
            self.model.row_upper[row] = hi;
        }
        let method = if self.cold { Simplex::Cold } else { Simplex::Dual };
        self.run(method, &costs, limits, observer)
    }

    /// Solves with the linking rows free and their use priced: costs `c - A_L' prices`.
    pub fn solve_priced(&mut self, prices: &[f64], limits: &Limits, observer: &dyn Observer) -> Result<Option<Proposal>, BackendError> {
        let bounds: Vec<(usize, f64, f64)> = (0..self.links.len()).map(|n| (self.link_row(n), f64::NEG_INFINITY, f64::INFINITY)).collect();
        self.session.set_row_bounds(&bounds)?;
        for &(row, lo, hi) in &bounds {
            self.model.row_lower[row] = lo;
            self.model.row_upper[row] = hi;
        }
        let mut link_duals = vec![0.0; self.model.row_count()];
        for (n, &l) in self.links.iter().enumerate() {
            let row = self.link_row(n);
            link_duals[row] = prices[l];
        }
        let costs: Vec<f64> = (0..self.columns.len()).map(|n| self.model.reduced_cost(n, &link_duals) + self.model.tie_break[n]).collect();
        self.session.set_costs(&self.active.iter().map(|&n| costs[n]).collect::<Vec<_>>())?;
        let method = if self.cold { Simplex::Cold } else { Simplex::Primal };
        if self.run(method, &costs, limits, observer)? != LpStatus::Optimal {
            return Ok(None);
        }
        Ok(self.proposal(prices))
    }

    /// Whether the latest run left values that satisfy the block's rows.
    pub fn has_values(&self) -> bool {
        self.solution.is_some()
    }

    /// Cost and use of the latest solution.
    pub fn proposal(&self, prices: &[f64]) -> Option<Proposal> {
        let solution = self.solution.as_ref()?;
        let mut usage = vec![0.0; self.links.len()];
        let mut cost = 0.0;
        for (&n, &x) in self.active.iter().zip(&solution.values) {
            if x != 0.0 {
                cost += self.model.cost[n] * x;
                for (row, value) in self.model.column(n) {
                    if row >= self.rows.len() {
                        usage[row - self.rows.len()] += value * x;
                    }
                }
            }
        }
        let priced = cost - usage.iter().zip(&self.links).map(|(u, &l)| u * prices[l]).sum::<f64>();
        Some(Proposal { cost, usage, priced })
    }

    /// Runs the session, letting in columns that would pay until none would.
    fn run(&mut self, mut method: Simplex, costs: &[f64], limits: &Limits, observer: &dyn Observer) -> Result<LpStatus, BackendError> {
        let begun = std::time::Instant::now();
        self.solution = None;
        loop {
            let left = Limits { time: limits.time.map(|t| t.saturating_sub(begun.elapsed())), ..*limits };
            let part = self.session.run(method, &left, observer)?;
            self.iterations += part.iterations;
            self.cold = false;
            let status = part.status;
            if status != LpStatus::Optimal {
                // the answer with fewer columns, where there is one, is feasible: better than what a stopped simplex holds
                return Ok(status);
            }
            let wanted: Vec<usize> =
                (0..self.columns.len()).filter(|&n| !self.inside[n] && self.reduced(n, costs, &part.duals) < -TOLERANCE).collect();
            tracing::trace!(
                rows = self.model.row_count(),
                columns = self.active.len(),
                iterations = part.iterations,
                wanted = wanted.len(),
                ?method,
                seconds = begun.elapsed().as_secs_f64(),
                "block"
            );
            self.solution = Some(part);
            if wanted.is_empty() {
                return Ok(status);
            }
            self.session.add_columns(&self.model, &wanted)?;
            for &n in &wanted {
                self.inside[n] = true;
            }
            self.active.extend(wanted);
            self.session.set_costs(&self.active.iter().map(|&n| costs[n]).collect::<Vec<_>>())?;
            method = Simplex::Primal;
        }
    }

    fn reduced(&self, column: usize, costs: &[f64], duals: &[f64]) -> f64 {
        self.model.column(column).fold(costs[column], |rc, (row, value)| value.mul_add(-duals[row], rc))
    }

    /// Adds the latest values to the values of the whole LP.
    pub fn write_values(&self, values: &mut [f64]) {
        if let Some(solution) = &self.solution {
            for (&n, &x) in self.active.iter().zip(&solution.values) {
                values[self.columns[n]] += x;
            }
        }
    }

    /// Duals of the block's own rows, as of the latest solution.
    pub fn own_duals(&self) -> Vec<f64> {
        self.solution.as_ref().map_or_else(Vec::new, |s| s.duals.iter().take(self.rows.len()).copied().collect())
    }

    /// Duals of the block's linking rows, as of the latest solution.
    pub fn link_duals(&self) -> Vec<f64> {
        self.solution.as_ref().map_or_else(Vec::new, |s| s.duals.iter().skip(self.rows.len()).copied().collect())
    }
}
