//! Small cores by a MIP solver, in the radius formulation, which has one row and one column for each different cost of a client:
//!
//! ```text
//! D_i1 < D_i2 < ... < D_iK             different costs of client i, its ceiling last
//! z_ik = 1                             no open site within D_ik
//! (11) min sum_j f_j y_j + sum_i (D_i1 + sum_k (D_i,k+1 - D_ik) z_ik)
//! (12) z_ik + sum over c_ij = D_ik of y_j >= z_i,k-1        z_i0 = 1
//! (13) sum_j y_j = count
//! ```
//!
//! (Cornuejols, Nemhauser, Wolsey 1980; Garcia, Labbe, Marin 2011, doi:10.1287/ijoc.1100.0418.) Its LP bound is that of the strong assignment formulation.
//! Clients whose list is cut count their radius, so the bound holds there too; the answer is valued by the caller.

use super::core::Core;
use super::lists::short;
use crate::backend::{BackendError, LpStatus, guarded};
use crate::model::LinearModel;
use crate::outcome::{Event, Limits, Observer};

/// What the solver said.
pub(super) struct Settled {
    /// Open sites of the core, when it found any.
    pub(super) open: Option<Vec<u32>>,
    /// No answer of the core is below this.
    pub(super) bound: f64,
}

/// Asks whether to stop, and tells nothing: the bounds of a part are not those of the run.
struct Ask<'a>(&'a (dyn Fn() -> bool + Sync));

impl Observer for Ask<'_> {
    fn event(&self, _event: &Event) {}

    fn stop_requested(&self) -> bool {
        (self.0)()
    }
}

/// How far to go.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Effort<'a> {
    /// Relative gap.
    pub(super) gap: f64,
    /// Nodes of the solver.
    pub(super) nodes: Option<usize>,
    /// Every cost is a whole number, and is to be treated so.
    pub(super) whole: bool,
    /// An answer to begin with.
    pub(super) start: Option<&'a [u32]>,
}

/// Solves a core to a gap.
///
/// # Errors
/// When the solver fails.
pub(super) fn settle(core: &Core, effort: Effort<'_>, stop: &(dyn Fn() -> bool + Sync)) -> Result<Settled, BackendError> {
    let mut is_open = vec![false; core.sites()];
    effort.start.unwrap_or_default().iter().for_each(|&j| is_open[j as usize] = true);
    let mut start: Vec<f64> = is_open.iter().map(|&o| f64::from(u8::from(o))).collect();
    let mut model = LinearModel::new();
    model.offset = core.offset;
    let mut of_site: Vec<Vec<(usize, f64)>> = vec![Vec::new(); core.sites()];
    let mut steps = Vec::new();
    for i in 0..core.clients() {
        let (row, ceiling) = (core.rows.of(i), core.ceiling(i));
        let mut previous: Option<usize> = None;
        let served = row.iter().find(|a| is_open[a.to as usize]).map_or(f64::INFINITY, |a| a.cost());
        for (k, same) in row.chunk_by(|a, b| a.cost.to_bits() == b.cost.to_bits()).enumerate() {
            let cost = same[0].cost();
            if k == 0 {
                model.offset += cost;
            }
            let below = model.add_row(if previous.is_none() { 1.0 } else { 0.0 }, f64::INFINITY);
            same.iter().for_each(|a| of_site[a.to as usize].push((below, 1.0)));
            // the next cost: of the row, then the ceiling; without any, somebody here must be open
            let after = row.get(row.partition_point(|a| a.cost <= same[0].cost)).map_or(ceiling, |a| a.cost());
            if after.is_finite() {
                steps.push((after - cost, below));
                start.push(f64::from(u8::from(served > cost)));
            }
            previous = Some(below);
        }
        if row.is_empty() {
            model.offset += ceiling;
        }
    }
    for (j, entries) in of_site.iter_mut().enumerate() {
        if let Some(p) = core.count {
            if j == 0 {
                model.add_row(exactly(p), exactly(p));
            }
            entries.push((model.row_count() - 1, 1.0));
        }
    }
    for (j, entries) in of_site.iter().enumerate() {
        model.add_binary(core.fixed[j], entries);
    }
    for &(step, row) in &steps {
        // z_ik stands in its own row and, negative, in the next one of the same client
        let next = row + 1;
        let mut entries = vec![(row, 1.0)];
        if model.row_lower.get(next).is_some_and(|&l| l.abs() < 0.5) {
            entries.push((next, -1.0));
        }
        if effort.whole {
            // they are whole anyway; saying so lets the solver see that the value is
            model.add_binary(step, &entries);
        } else {
            model.add_col(step, 1.0, 1.0, &entries);
        }
    }
    let limits = Limits { time: None, gap: effort.gap, threads: 1 };
    let start = effort.start.map(|_| start.as_slice());
    let solution = guarded::solve_mip_within(&model, start, &limits, effort.nodes, &Ask(stop))?;
    let bound = match solution.status {
        LpStatus::Infeasible => f64::INFINITY,
        _ => solution.bounds.dual - 1e-6 - 1e-9 * solution.bounds.dual.abs(),
    };
    let open = (!solution.values.is_empty()).then(|| (0..short(core.sites())).filter(|&j| solution.values[j as usize] > 0.5).collect());
    Ok(Settled { open, bound })
}

#[allow(clippy::cast_precision_loss)] // a number of sites
fn exactly(p: usize) -> f64 {
    p as f64
}
