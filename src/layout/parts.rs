//! Independent parts of a mixed-integer model: what no row joins is solved apart.
//!
//! Columns whose bounds meet are constants; two columns belong together when a row that is not set aside names both. Finding the parts takes
//! O(entries x inverse Ackermann) with a disjoint-set forest (R. E. Tarjan, J. ACM 22 (1975), <https://doi.org/10.1145/321879.321884>).

use crate::backend::{self, BackendError, LpStatus, MipSolution, guarded};
use crate::model::LinearModel;
use crate::outcome::{Bounds, Limits, Observer};
use std::time::Duration;

/// Columns above which a part is solved under watch: smaller ones end soon, and a thread for each would cost more.
const WATCHED: usize = 3_000;

/// A part: its own model, and which columns of the whole it holds.
#[derive(Debug, Clone)]
pub struct Part {
    /// The rows and columns of the part; costs are those of the whole.
    pub model: LinearModel,
    /// Column of the whole for each of its columns.
    pub columns: Vec<u32>,
    /// Entries in rows set aside: `(row set aside, column of the part, value)`.
    pub shared: Vec<(u32, u32, f64)>,
}

/// A model in parts.
#[derive(Debug, Clone)]
pub struct Parts {
    /// The parts, in the order of their first column.
    pub parts: Vec<Part>,
    /// Constant of the objective: offset and fixed columns.
    pub constant: f64,
    /// Value of each fixed column of the whole; others 0.
    pub fixed: Vec<f64>,
    /// Sides of the rows set aside, less what fixed columns take.
    pub sides: Vec<(f64, f64)>,
    /// A row without columns cannot hold.
    pub broken: bool,
}

fn find(parent: &mut [u32], mut x: u32) -> u32 {
    while parent[x as usize] != x {
        parent[x as usize] = parent[parent[x as usize] as usize];
        x = parent[x as usize];
    }
    x
}

/// Takes a model apart, with some rows set aside.
#[must_use]
#[allow(clippy::cast_possible_truncation)] // models have far fewer rows and columns than u32 holds
pub fn split(model: &LinearModel, aside: &[usize]) -> Parts {
    let columns = model.col_count();
    let mut aside_of = vec![u32::MAX; model.row_count()];
    aside.iter().enumerate().for_each(|(n, &r)| aside_of[r] = n as u32);
    let is_fixed = |j: usize| model.col_lower[j] >= model.col_upper[j];
    let mut parent: Vec<u32> = (0..columns as u32).collect();
    let mut first_of_row = vec![u32::MAX; model.row_count()];
    let mut taken = vec![0.0; model.row_count()];
    let mut fixed = vec![0.0; columns];
    let mut constant = model.offset;
    for (j, fixed) in fixed.iter_mut().enumerate() {
        if is_fixed(j) {
            *fixed = model.col_lower[j];
            constant += model.cost[j] * *fixed;
            model.column(j).for_each(|(r, v)| taken[r] += v * *fixed);
            continue;
        }
        for (r, _) in model.column(j).filter(|(r, _)| aside_of[*r] == u32::MAX) {
            if first_of_row[r] == u32::MAX {
                first_of_row[r] = j as u32;
            } else {
                let (a, b) = (find(&mut parent, first_of_row[r]), find(&mut parent, j as u32));
                parent[a.max(b) as usize] = a.min(b);
            }
        }
    }
    let broken = (0..model.row_count()).any(|r| {
        let empty = aside_of[r] == u32::MAX && first_of_row[r] == u32::MAX;
        let room = 1e-7 * taken[r].abs().max(1.0);
        empty && (taken[r] < model.row_lower[r] - room || taken[r] > model.row_upper[r] + room)
    });
    let mut number = vec![u32::MAX; columns];
    let mut members: Vec<Vec<u32>> = Vec::new();
    for j in (0..columns).filter(|&j| !is_fixed(j)) {
        let root = find(&mut parent, j as u32) as usize;
        if number[root] == u32::MAX {
            number[root] = members.len() as u32;
            members.push(Vec::new());
        }
        members[number[root] as usize].push(j as u32);
    }
    let mut row_at = vec![u32::MAX; model.row_count()];
    let whole = |j: u32| model.integer.binary_search(&(j as usize)).is_ok();
    let parts = members.into_iter().map(|own| one(model, own, &aside_of, &mut row_at, &taken, &whole)).collect();
    let sides = aside.iter().map(|&r| (model.row_lower[r] - taken[r], model.row_upper[r] - taken[r])).collect();
    Parts { parts, constant, fixed, sides, broken }
}

#[allow(clippy::cast_possible_truncation)] // as above
fn one(model: &LinearModel, own: Vec<u32>, aside_of: &[u32], row_at: &mut [u32], taken: &[f64], whole: &dyn Fn(u32) -> bool) -> Part {
    let mut part = LinearModel::new();
    let mut shared = Vec::new();
    let mut entries: Vec<(usize, f64)> = Vec::new();
    for (at, &j) in own.iter().enumerate() {
        let column = j as usize;
        entries.clear();
        for (r, v) in model.column(column) {
            if aside_of[r] != u32::MAX {
                shared.push((aside_of[r], at as u32, v));
                continue;
            }
            if row_at[r] == u32::MAX {
                row_at[r] = part.add_row(model.row_lower[r] - taken[r], model.row_upper[r] - taken[r]) as u32;
            }
            entries.push((row_at[r] as usize, v));
        }
        let col = part.add_col(model.cost[column], model.col_upper[column], model.implied_upper[column], &entries);
        part.col_lower[col] = model.col_lower[column];
        if whole(j) {
            part.make_last_integer();
        }
    }
    Part { model: part, columns: own, shared }
}

/// Solves one part. Small parts with a single row are no different from others.
///
/// # Errors
/// When the solver fails.
pub fn solve_part(
    part: &LinearModel,
    start: Option<&[f64]>,
    limits: &Limits,
    observer: &dyn Observer,
) -> Result<MipSolution, BackendError> {
    if part.row_count() == 0 {
        return Ok(free(part));
    }
    let quiet = Quiet(observer);
    if part.col_count() > WATCHED {
        return guarded::unhurried(part, start, limits, &quiet);
    }
    backend::default_mip().solve_mip(part, start, limits, &quiet)
}

/// Columns that no row names: each goes to the cheaper end.
fn free(part: &LinearModel) -> MipSolution {
    let end = |j: usize| if part.cost[j] >= 0.0 { part.col_lower[j] } else { part.col_upper[j] };
    let values: Vec<f64> = (0..part.col_count()).map(end).collect();
    let value = part.objective(&values);
    let status = if value.is_finite() { LpStatus::Optimal } else { LpStatus::Unbounded };
    MipSolution { status, values, bounds: Bounds { primal: value, dual: value }, nodes: 0 }
}

/// Passes the wish to stop on, and no events: a part's bounds are not those of the whole.
struct Quiet<'a>(&'a dyn Observer);

impl Observer for Quiet<'_> {
    fn stop_requested(&self) -> bool {
        self.0.stop_requested()
    }
}

/// The limits of one of many solves.
#[must_use]
pub fn share_of(limits: &Limits, left: Option<Duration>, gap: f64) -> Limits {
    Limits { time: left.map(|t| t.max(Duration::from_millis(50))), gap, threads: limits.threads }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_row_joins_is_apart() {
        let mut m = LinearModel::new();
        let (r, s, t) = (m.add_row(1.0, f64::INFINITY), m.add_row(1.0, 1.0), m.add_row(f64::NEG_INFINITY, 2.0));
        m.add_binary(1.0, &[(r, 1.0), (t, 1.0)]);
        m.add_binary(2.0, &[(r, 1.0), (t, 1.0)]);
        m.add_binary(3.0, &[(s, 1.0), (t, 1.0)]);
        m.add_col(5.0, 1.0, 1.0, &[(t, 1.0)]);
        m.col_lower[3] = 1.0;
        assert_eq!(split(&m, &[]).parts.len(), 1);
        let parts = split(&m, &[t]);
        assert_eq!(parts.parts.iter().map(|p| p.columns.clone()).collect::<Vec<_>>(), [vec![0, 1], vec![2]]);
        assert!((parts.constant - 5.0).abs() < 1e-12 && !parts.broken);
        assert_eq!(parts.sides, [(f64::NEG_INFINITY, 1.0)]);
        assert_eq!(parts.parts[1].shared, [(0, 0, 1.0)]);
    }

    #[test]
    fn a_row_without_columns_may_break() {
        let mut m = LinearModel::new();
        m.add_row(1.0, 1.0);
        assert!(split(&m, &[]).broken);
    }
}
