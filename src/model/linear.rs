//! A linear model between formulations and solvers: columns, rows, offset. Formulations are tested without a solver.

use rayon::prelude::*;
use std::fmt::Write as _;

/// Minimise `offset + c'x` subject to `row_lower <= A x <= row_upper`, `col_lower <= x <= col_upper`; `A` by columns.
#[derive(Debug, Clone, Default)]
pub struct LinearModel {
    /// Constant of the objective.
    pub offset: f64,
    /// Cost of each column.
    pub cost: Vec<f64>,
    /// Added to the cost for the solver alone, to choose among equal optima (model 6.6); no part of the objective or the bound.
    pub tie_break: Vec<f64>,
    /// Lower bound of each column.
    pub col_lower: Vec<f64>,
    /// Upper bound of each column (`inf` where there is none).
    pub col_upper: Vec<f64>,
    /// An upper bound that some optimal answer respects although the model does not impose it; makes the dual bound safe
    /// against reduced costs that are wrong by a tolerance.
    pub implied_upper: Vec<f64>,
    /// Lower side of each row.
    pub row_lower: Vec<f64>,
    /// Upper side of each row.
    pub row_upper: Vec<f64>,
    /// Start of each column in `rows` and `values`; one more entry than columns.
    pub start: Vec<usize>,
    /// Row of each entry.
    pub rows: Vec<u32>,
    /// Value of each entry.
    pub values: Vec<f64>,
    /// Columns that must be whole, increasing; a model without any is an LP.
    pub integer: Vec<usize>,
}

impl LinearModel {
    /// An empty model.
    #[must_use]
    pub fn new() -> Self {
        Self { start: vec![0], ..Self::default() }
    }

    /// Number of columns.
    #[must_use]
    pub fn col_count(&self) -> usize {
        self.cost.len()
    }

    /// Number of rows.
    #[must_use]
    pub fn row_count(&self) -> usize {
        self.row_lower.len()
    }

    /// Number of nonzeros.
    #[must_use]
    pub fn nonzero_count(&self) -> usize {
        self.values.len()
    }

    /// Adds a row and returns its position.
    pub fn add_row(&mut self, lower: f64, upper: f64) -> usize {
        self.row_lower.push(lower);
        self.row_upper.push(upper);
        self.row_lower.len() - 1
    }

    /// Adds a column `0 <= x <= upper` and returns its position.
    pub fn add_col(&mut self, cost: f64, upper: f64, implied_upper: f64, entries: &[(usize, f64)]) -> usize {
        self.cost.push(cost);
        self.tie_break.push(0.0);
        self.col_lower.push(0.0);
        self.col_upper.push(upper);
        self.implied_upper.push(implied_upper);
        for &(row, value) in entries {
            #[allow(clippy::cast_possible_truncation)] // rows are limited to u32::MAX by the tables
            self.rows.push(row as u32);
            self.values.push(value);
        }
        self.start.push(self.rows.len());
        self.cost.len() - 1
    }

    /// Adds a column in `{0, 1}` and returns its position.
    pub fn add_binary(&mut self, cost: f64, entries: &[(usize, f64)]) -> usize {
        let col = self.add_col(cost, 1.0, 1.0, entries);
        self.integer.push(col);
        col
    }

    /// Demands a whole value of the newest column.
    pub fn make_last_integer(&mut self) {
        if let Some(last) = self.col_count().checked_sub(1)
            && self.integer.last() != Some(&last)
        {
            self.integer.push(last);
        }
    }

    /// Entries of a column.
    pub fn column(&self, col: usize) -> impl Iterator<Item = (usize, f64)> + '_ {
        (self.start[col]..self.start[col + 1]).map(|n| (self.rows[n] as usize, self.values[n]))
    }

    /// Costs as the solver sees them.
    #[must_use]
    pub fn solver_costs(&self) -> Vec<f64> {
        self.cost.iter().zip(&self.tie_break).map(|(c, t)| c + t).collect()
    }

    /// Reduced cost of a column under row duals: `c_j - a_j' y`.
    #[must_use]
    pub fn reduced_cost(&self, col: usize, duals: &[f64]) -> f64 {
        self.column(col).fold(self.cost[col], |rc, (row, value)| value.mul_add(-duals[row], rc))
    }

    /// Value of the objective at a point.
    #[must_use]
    pub fn objective(&self, values: &[f64]) -> f64 {
        self.offset + ordered_sum(self.col_count(), |j| self.cost[j] * values[j])
    }

    /// Largest violation of a row or bound at a point, relative to the side where that is above 1.
    #[must_use]
    pub fn violation(&self, values: &[f64]) -> f64 {
        let mut activity = vec![0.0; self.row_count()];
        let mut worst = 0.0_f64;
        for (j, &x) in values.iter().enumerate() {
            worst = worst.max(self.col_lower[j] - x).max(x - self.col_upper[j]);
            for (row, value) in self.column(j) {
                activity[row] += value * x;
            }
        }
        for (r, &a) in activity.iter().enumerate() {
            for (side, short) in [(self.row_lower[r], self.row_lower[r] - a), (self.row_upper[r], a - self.row_upper[r])] {
                if side.is_finite() {
                    worst = worst.max(short / side.abs().max(1.0));
                }
            }
        }
        worst
    }

    /// A lower bound on the optimum that holds for ANY row duals `y` (weak duality):
    /// `offset + sum_r (y_r+ lo_r - y_r- hi_r) + sum_j min over [l_j, u_j] of (c_j - a_j'y) x_j`.
    ///
    /// Duals on a side that a row does not have are taken as 0. Where a column has no upper bound its `implied_upper` stands in,
    /// so that a reduced cost of `-1e-9` costs `1e-9 * implied_upper` instead of making the bound worthless.
    /// Evaluated on all columns, in parallel, with sums in a fixed order.
    #[must_use]
    pub fn dual_bound(&self, duals: &[f64]) -> f64 {
        let clean: Vec<f64> = duals
            .iter()
            .enumerate()
            .map(|(r, &y)| {
                let side = if y > 0.0 { self.row_lower[r] } else { self.row_upper[r] };
                if y.is_finite() && side.is_finite() { y } else { 0.0 }
            })
            .collect();
        let rows = ordered_sum(self.row_count(), |r| match clean[r] {
            y if y > 0.0 => y * self.row_lower[r],
            y if y < 0.0 => y * self.row_upper[r],
            _ => 0.0,
        });
        let cols = ordered_sum(self.col_count(), |j| {
            let rc = self.reduced_cost(j, &clean);
            if rc >= 0.0 { rc * self.col_lower[j] } else { rc * self.col_upper[j].min(self.implied_upper[j]) }
        });
        self.offset + rows + cols
    }

    /// The model restricted to some columns, in their order; the other columns stand at zero.
    #[must_use]
    pub fn restricted(&self, columns: &[usize]) -> Self {
        let mut out = Self::new();
        out.offset = self.offset;
        out.row_lower.clone_from(&self.row_lower);
        out.row_upper.clone_from(&self.row_upper);
        for &j in columns {
            if self.integer.binary_search(&j).is_ok() {
                out.integer.push(out.cost.len());
            }
            out.cost.push(self.cost[j]);
            out.tie_break.push(self.tie_break[j]);
            out.col_lower.push(self.col_lower[j]);
            out.col_upper.push(self.col_upper[j]);
            out.implied_upper.push(self.implied_upper[j]);
            let range = self.start[j]..self.start[j + 1];
            out.rows.extend_from_slice(&self.rows[range.clone()]);
            out.values.extend_from_slice(&self.values[range]);
            out.start.push(out.rows.len());
        }
        out
    }

    /// The model in CPLEX LP text, with the names that `col_name` and `row_name` give.
    #[must_use]
    pub fn to_lp(&self, col_name: impl Fn(usize) -> String, row_name: impl Fn(usize) -> String) -> String {
        let mut by_row: Vec<Vec<(usize, f64)>> = vec![Vec::new(); self.row_count()];
        for j in 0..self.col_count() {
            for (row, value) in self.column(j) {
                by_row[row].push((j, value));
            }
        }
        let mut out = String::from("Minimize\n obj:");
        for (j, c) in self.cost.iter().enumerate().filter(|(_, c)| **c != 0.0) {
            let _ = write!(out, " {c:+} {}", col_name(j));
        }
        let _ = write!(out, " {:+} constant\nSubject To\n", self.offset);
        for (r, terms) in by_row.iter().enumerate() {
            let (lo, hi) = (self.row_lower[r], self.row_upper[r]);
            let lhs: String = terms.iter().fold(String::new(), |mut s, (j, v)| {
                let _ = write!(s, " {v:+} {}", col_name(*j));
                s
            });
            let lhs = if lhs.is_empty() { " 0 constant".to_owned() } else { lhs };
            #[allow(clippy::float_cmp)] // an equality row carries the same number twice
            if lo == hi {
                let _ = writeln!(out, " {}:{lhs} = {lo}", row_name(r));
            } else {
                if lo.is_finite() {
                    let _ = writeln!(out, " {}_lo:{lhs} >= {lo}", row_name(r));
                }
                if hi.is_finite() {
                    let _ = writeln!(out, " {}:{lhs} <= {hi}", row_name(r));
                }
            }
        }
        out.push_str("Bounds\n constant = 1\n");
        for j in (0..self.col_count()).filter(|&j| self.col_upper[j].is_finite()) {
            let _ = writeln!(out, " {} <= {}", col_name(j), self.col_upper[j]);
        }
        if !self.integer.is_empty() {
            let names: Vec<String> = self.integer.iter().map(|&j| col_name(j)).collect();
            let _ = writeln!(out, "General\n {}", names.join("\n "));
        }
        out.push_str("End\n");
        out
    }
}

/// Sum of `term(0..n)` in parallel with a fixed grouping, so that the value is the same at any thread count.
fn ordered_sum(n: usize, term: impl Fn(usize) -> f64 + Sync) -> f64 {
    const CHUNK: usize = 4096;
    let parts: Vec<f64> =
        (0..n.div_ceil(CHUNK)).into_par_iter().map(|c| (c * CHUNK..((c + 1) * CHUNK).min(n)).map(&term).sum::<f64>()).collect();
    parts.iter().sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// min -x - 2y, x + y <= 4, y <= 3: optimum -7 at (1, 3).
    fn small() -> LinearModel {
        let mut m = LinearModel::new();
        let r = m.add_row(f64::NEG_INFINITY, 4.0);
        m.add_col(-1.0, f64::INFINITY, 4.0, &[(r, 1.0)]);
        m.add_col(-2.0, 3.0, 3.0, &[(r, 1.0)]);
        m
    }

    #[test]
    fn dual_bound_is_tight_at_the_right_duals_and_valid_at_any() {
        let m = small();
        assert!((m.dual_bound(&[-1.0]) - -7.0).abs() < 1e-12);
        for y in [-3.0, -0.5, 0.0, 2.0] {
            assert!(m.dual_bound(&[y]) <= -7.0 + 1e-12, "dual {y} gives a bound above the optimum");
        }
    }

    #[test]
    fn violation_and_objective() {
        let m = small();
        assert!((m.objective(&[1.0, 3.0]) - -7.0).abs() < 1e-12);
        assert!(m.violation(&[1.0, 3.0]) <= 0.0);
        assert!((m.violation(&[2.0, 3.0]) - 0.25).abs() < 1e-12);
    }

    #[test]
    fn lp_text_names_everything() {
        let text = small().to_lp(|j| format!("x{j}"), |r| format!("c{r}"));
        assert!(text.contains("c0: +1 x0 +1 x1 <= 4") && text.contains("x1 <= 3"), "{text}");
    }
}
