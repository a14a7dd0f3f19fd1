//! Decomposition: areas are solved apart, what they share (beds and doctors of hospitals that serve several of them, region-wide
//! targets) is priced.
//!
//! The LP is block-angular: every column belongs to the patients of one area, and few rows touch more than one block.
//!
//! ```text
//! min sum_b c_b x_b   s.t.   B_b x_b = h_b (own rows of block b),   lo <= sum_b A_b x_b <= hi (linking rows, price p)
//! ```
//!
//! 1. *Shares.* Each block gets a share of every linking row and is solved alone: together a feasible plan, and the blocks'
//!    duals give a first price.
//! 2. *Prices.* At a price `p` the blocks fall apart; `sum_b min (c_b - A_b'p) x_b + p'side` is a lower bound for ANY `p`.
//!    Each block proposes its answer; the master LP mixes proposals (Dantzig and Wolfe 1960, doi:10.1287/opre.8.1.101) and its
//!    duals are the next price, pulled toward the best price so far (in-out smoothing: Wentges 1997,
//!    doi:10.1111/1475-3995.d01-17; Pessoa, Sadykov, Uchoa, Vanderbeck 2018, doi:10.1287/ijoc.2017.0784).
//! 3. *Allocation.* The master's mix says what each block may use; each is solved once more within that. The plan is feasible,
//!    no dearer than the mix, and basic. The gap to the bound is proven and reported.
//!
//! Columns without a block (shortfalls of region-wide targets) are given to every block: their values add up.
//! Blocks are solved in parallel; each is deterministic, so the answer does not depend on the number of threads.

use super::block::{Block, Proposal};
use super::master::Master;
use crate::backend::{Backend, BackendError, LpSolution, LpStatus};
use crate::model::LinearModel;
use crate::outcome::{Bounds, Event, Limit, Limits, Observer, Silent};
use rayon::prelude::*;
use std::time::Instant;

/// Most rounds of pricing.
const MAX_ROUNDS: u64 = 400;

/// How the columns fall into blocks.
pub struct Partition<'a> {
    /// Block of each column; `None` for columns every block gets a copy of.
    pub block_of: &'a [Option<u32>],
    /// Weight of each block for the first shares, for example its population.
    pub weight: &'a [f64],
    /// Columns to begin with.
    pub start: &'a (dyn Fn(usize) -> bool + Sync),
}

/// Solves by decomposition. The values and duals are those of the whole LP.
///
/// # Errors
/// When the backend fails or keeps no basis.
pub fn solve(
    model: &LinearModel,
    backend: &dyn Backend,
    partition: &Partition<'_>,
    limits: &Limits,
    observer: &dyn Observer,
) -> Result<Option<LpSolution>, BackendError> {
    let begun = Instant::now();
    let (links, mut blocks) = match split(model, backend, partition)? {
        Some(parts) => parts,
        None => return Ok(None),
    };
    tracing::debug!(blocks = blocks.len(), links = links.len(), seconds = begun.elapsed().as_secs_f64(), "blocks");
    let within = |limits: &Limits| Limits { time: limits.time.map(|t| t.saturating_sub(begun.elapsed())), ..*limits };

    // 1. shares
    let shares = first_shares(model, &links, &blocks, partition.weight);
    let now = within(limits);
    let statuses = blocks
        .par_iter_mut()
        .zip(&shares)
        .map(|(block, share)| block.solve_within(share, &now, observer))
        .collect::<Result<Vec<_>, _>>()?;
    if let Some(bad) = statuses.into_iter().find(|s| *s != LpStatus::Optimal) {
        // a block that is infeasible within its share says nothing of the whole: the caller solves the whole
        return Ok(matches!(bad, LpStatus::Stopped(_)).then(|| LpSolution {
            status: bad,
            values: Vec::new(),
            duals: Vec::new(),
            iterations: 0,
        }));
    }
    let mut master = Master::new(model, &links, blocks.len());
    let zero = vec![0.0; links.len()];
    for (b, block) in blocks.iter().enumerate() {
        if let Some(p) = block.proposal(&zero) {
            master.add(b, &block.links, &p);
        }
    }
    let first = mean_link_duals(model, &links, &blocks, partition.weight);
    tracing::debug!(seconds = begun.elapsed().as_secs_f64(), "shares solved");

    // 2. prices
    let mut best = Best { prices: first.clone(), bound: f64::NEG_INFINITY, duals: Vec::new() };
    let mut try_at = first;
    let mut smoothing = 0.0_f64;
    let mut misses = 0_u32;
    let mut status = LpStatus::Stopped(Limit::Iterations);
    for round in 1..=MAX_ROUNDS {
        let now = within(limits);
        let proposals: Vec<Option<Proposal>> =
            blocks.par_iter_mut().map(|b| b.solve_priced(&try_at, &now, observer)).collect::<Result<_, _>>()?;
        let Some(proposals) = proposals.into_iter().collect::<Option<Vec<_>>>() else {
            status = LpStatus::Stopped(if observer.stop_requested() { Limit::Interrupted } else { Limit::Time });
            break;
        };
        let bound = model.offset + side_value(model, &links, &try_at) + proposals.iter().map(|p| p.priced).sum::<f64>();
        if bound > best.bound {
            best = Best { prices: try_at.clone(), bound, duals: blocks.iter().map(Block::own_duals).collect() };
        }
        let mut improving = false;
        for (b, p) in proposals.iter().enumerate() {
            improving |= master.would_improve(b, &blocks[b].links, p);
            master.add(b, &blocks[b].links, p);
        }
        let Some(solved) = master.solve(backend)? else {
            status = LpStatus::Stopped(Limit::Numerics);
            break;
        };
        let bounds = Bounds { primal: model.offset + solved.value, dual: best.bound };
        tracing::debug!(
            round,
            primal = bounds.primal,
            dual = bounds.dual,
            gap = bounds.gap(),
            smoothing,
            seconds = begun.elapsed().as_secs_f64(),
            "prices"
        );
        observer.event(&Event::Improved { seconds: begun.elapsed().as_secs_f64(), bounds });
        // half of the gap asked for is left to the tolerances of the last solves
        if bounds.gap() <= 0.5 * limits.gap {
            status = LpStatus::Optimal;
            break;
        }
        misses = if improving || round == 1 { 0 } else { misses + 1 };
        smoothing = if misses > 0 { (1.0 - f64::from(misses) * 0.5).max(0.0) * 0.5 } else { 0.5 };
        try_at = solved.prices.iter().zip(&best.prices).map(|(m, c)| smoothing * c + (1.0 - smoothing) * m).collect();
        if limits.time.is_some_and(|t| begun.elapsed() >= t) || observer.stop_requested() {
            status = LpStatus::Stopped(if observer.stop_requested() { Limit::Interrupted } else { Limit::Time });
            break;
        }
    }

    // 3. allocation
    let allocation = master.allocation(&blocks.iter().map(|b| b.links.as_slice()).collect::<Vec<_>>());
    let free = Limits { time: None, ..*limits };
    let statuses = blocks
        .par_iter_mut()
        .zip(&allocation)
        .map(|(block, use_of)| {
            let sides: Vec<(f64, f64)> = block.links.iter().zip(use_of).map(|(&l, &u)| allowed(model, links[l], u)).collect();
            block.solve_within(&sides, &free, &Silent)
        })
        .collect::<Result<Vec<_>, _>>()?;
    if statuses.iter().any(|s| *s != LpStatus::Optimal) {
        return Ok(None);
    }
    let mut values = vec![0.0; model.col_count()];
    let mut duals = vec![0.0; model.row_count()];
    for (b, block) in blocks.iter().enumerate() {
        block.write_values(&mut values);
        if let Some(own) = best.duals.get(b) {
            for (&row, &y) in block.rows.iter().zip(own) {
                duals[row] = y;
            }
        }
    }
    for (&row, &p) in links.iter().zip(&best.prices) {
        duals[row] = p;
    }
    tracing::debug!(seconds = begun.elapsed().as_secs_f64(), "allocation solved");
    let iterations = blocks.iter().map(|b| b.iterations).sum();
    Ok(Some(LpSolution { status, values, duals, iterations }))
}

struct Best {
    prices: Vec<f64>,
    bound: f64,
    duals: Vec<Vec<f64>>,
}

/// Linking rows and blocks.
type Parts = (Vec<usize>, Vec<Block>);

fn split(model: &LinearModel, backend: &dyn Backend, partition: &Partition<'_>) -> Result<Option<Parts>, BackendError> {
    const UNSEEN: u32 = u32::MAX;
    const SHARED: u32 = u32::MAX - 1;
    let count = partition.weight.len();
    let mut row_block = vec![UNSEEN; model.row_count()];
    for (j, block) in partition.block_of.iter().enumerate() {
        for (row, _) in model.column(j) {
            row_block[row] = match *block {
                None => SHARED,
                Some(b) if row_block[row] == UNSEEN || row_block[row] == b => b,
                Some(_) => SHARED,
            };
        }
    }
    let mut links = Vec::new();
    let mut link_of = vec![usize::MAX; model.row_count()];
    let mut rows: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (r, &b) in row_block.iter().enumerate() {
        if b == SHARED {
            link_of[r] = links.len();
            links.push(r);
        } else {
            // a row without entries holds or not whatever the plan: the first block keeps it
            rows[if b == UNSEEN { 0 } else { b as usize }].push(r);
        }
    }
    let mut columns: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (j, block) in partition.block_of.iter().enumerate() {
        match *block {
            Some(b) => columns[b as usize].push(j),
            None => columns.iter_mut().for_each(|c| c.push(j)),
        }
    }
    let built = columns
        .into_par_iter()
        .zip(rows)
        .map(|(columns, rows)| {
            let mut touched: Vec<usize> =
                columns.iter().flat_map(|&j| model.column(j)).map(|(r, _)| link_of[r]).filter(|&l| l != usize::MAX).collect();
            touched.sort_unstable();
            touched.dedup();
            Block::new(model, backend, columns, rows, touched, &links, partition.start)
        })
        .collect::<Result<Vec<_>, _>>()?;
    Ok(built.into_iter().collect::<Option<Vec<_>>>().map(|blocks| (links, blocks)))
}

/// Sides of each linking row for each block, in proportion to the weights of the blocks that touch it.
fn first_shares(model: &LinearModel, links: &[usize], blocks: &[Block], weight: &[f64]) -> Vec<Vec<(f64, f64)>> {
    let mut total = vec![0.0; links.len()];
    for (block, w) in blocks.iter().zip(weight) {
        for &l in &block.links {
            total[l] += w;
        }
    }
    blocks
        .iter()
        .zip(weight)
        .map(|(block, w)| {
            let part = |l: usize| if total[l] > 0.0 { w / total[l] } else { 0.0 };
            block.links.iter().map(|&l| (model.row_lower[links[l]] * part(l), model.row_upper[links[l]] * part(l))).collect()
        })
        .collect()
}

/// Weighted means of the blocks' duals of the linking rows.
fn mean_link_duals(model: &LinearModel, links: &[usize], blocks: &[Block], weight: &[f64]) -> Vec<f64> {
    let (mut sum, mut total) = (vec![0.0; links.len()], vec![0.0; links.len()]);
    for (block, w) in blocks.iter().zip(weight) {
        for (&l, y) in block.links.iter().zip(block.link_duals()) {
            sum[l] += w * y;
            total[l] += w;
        }
    }
    links
        .iter()
        .enumerate()
        .map(|(l, &row)| {
            let mean = if total[l] > 0.0 { sum[l] / total[l] } else { 0.0 };
            let side = if mean > 0.0 { model.row_lower[row] } else { model.row_upper[row] };
            if side.is_finite() { mean } else { 0.0 }
        })
        .collect()
}

/// `p'side`: what the linking rows are worth at the prices.
fn side_value(model: &LinearModel, links: &[usize], prices: &[f64]) -> f64 {
    links
        .iter()
        .zip(prices)
        .map(|(&row, &p)| match p {
            p if p > 0.0 => p * model.row_lower[row],
            p if p < 0.0 => p * model.row_upper[row],
            _ => 0.0,
        })
        .sum()
}

/// A block may use what it was allocated, on the sides that the linking row has.
fn allowed(model: &LinearModel, row: usize, usage: f64) -> (f64, f64) {
    let lower = if model.row_lower[row].is_finite() { usage } else { f64::NEG_INFINITY };
    let upper = if model.row_upper[row].is_finite() { usage } else { f64::INFINITY };
    (lower, upper)
}
