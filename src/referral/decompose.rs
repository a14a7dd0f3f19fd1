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
//!    duals are the next price, held near the best price so far by a quadratic pull that loosens while promises are kept
//!    (proximal bundle: Kiwiel 1990, doi:10.1007/BF01585731).
//! 3. *Allocation.* The master's mix says what each block may use; each is solved once more within that. The plan is feasible,
//!    no dearer than the mix, and basic. The gap to the bound is proven and reported.
//!
//! Columns without a block (shortfalls of region-wide targets) are given to every block: their values add up.
//! Blocks are solved in parallel; each is deterministic, so the answer does not depend on the number of threads.

use super::block::{Block, Proposal};
use super::master::Master;
use crate::backend::{Backend, BackendError, LpSolution, LpStatus};
use crate::model::LinearModel;
use crate::model::referral_rows::MONEY;
use crate::outcome::{Bounds, Event, Limit, Limits, Observer, Silent};
use rayon::prelude::*;
use std::collections::BTreeMap;
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
    /// What a coarse answer says of the linking rows, when there is one.
    pub guide: Option<&'a Guide>,
}

/// A guess to begin with: any will do, a good one saves rounds.
pub struct Guide {
    /// Dual of each row of the whole LP.
    pub duals: Vec<f64>,
    /// What each block is expected to use, by row of the whole LP.
    pub usage: Vec<BTreeMap<usize, f64>>,
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
    let shares = first_shares(model, &links, &blocks, partition);
    let statuses = blocks
        .par_iter_mut()
        .zip(&shares)
        .map(|(block, share)| block.solve_within(share, &within(limits), observer))
        .collect::<Result<Vec<_>, _>>()?;
    if let Some(bad) = statuses.into_iter().find(|s| *s != LpStatus::Optimal) {
        // a block that is infeasible within its share says nothing of the whole: the caller solves the whole
        return Ok(matches!(bad, LpStatus::Stopped(_)).then(|| {
            let prices = mean_link_duals(model, &links, &blocks, partition.weight);
            assemble(model, &links, &blocks, &blocks.iter().map(Block::own_duals).collect::<Vec<_>>(), &prices, bad)
        }));
    }
    let shared: Vec<usize> = (0..model.col_count()).filter(|&j| partition.block_of[j].is_none()).collect();
    let mut master = Master::new(model, &links, blocks.len(), &shared);
    let zero = vec![0.0; links.len()];
    for (b, block) in blocks.iter().enumerate() {
        if let Some(p) = block.proposal(&zero) {
            master.add(b, &block.links, &p);
        }
    }
    let first = match partition.guide {
        Some(guide) => links.iter().map(|&row| one_sided(model, row, guide.duals[row])).collect(),
        None => mean_link_duals(model, &links, &blocks, partition.weight),
    };
    // the allocation at the end takes about as long as the shares: pricing stops in time for it
    let last_call = limits.time.map(|t| t.saturating_sub(begun.elapsed()));
    tracing::debug!(seconds = begun.elapsed().as_secs_f64(), "shares solved");

    // 2. prices
    let mut trust = Trust::new(&first);
    // whoever stops before the first bound of prices has that of the shares
    let mut best = Best { prices: first.clone(), bound: f64::NEG_INFINITY, duals: blocks.iter().map(Block::own_duals).collect() };
    let mut try_at = first;
    let mut promised = f64::INFINITY;
    let mut status = LpStatus::Stopped(Limit::Iterations);
    for round in 1..=MAX_ROUNDS {
        let now = || Limits { time: last_call.map(|t| t.saturating_sub(begun.elapsed())), ..*limits };
        let proposals: Vec<Option<Proposal>> =
            blocks.par_iter_mut().map(|b| b.solve_priced(&try_at, &now(), observer)).collect::<Result<_, _>>()?;
        let Some(proposals) = proposals.into_iter().collect::<Option<Vec<_>>>() else {
            status = LpStatus::Stopped(if observer.stop_requested() { Limit::Interrupted } else { Limit::Time });
            break;
        };
        let bound = model.offset + side_value(model, &links, &try_at) + proposals.iter().map(|p| p.priced).sum::<f64>();
        trust.learn(best.bound, bound, promised);
        if bound > best.bound {
            best = Best { prices: try_at.clone(), bound, duals: blocks.iter().map(Block::own_duals).collect() };
        }
        for (b, p) in proposals.iter().enumerate() {
            master.add(b, &blocks[b].links, p);
        }
        let Some(mixed) = master.solve(backend)? else {
            status = LpStatus::Stopped(Limit::Numerics);
            break;
        };
        let bounds = Bounds { primal: model.offset + mixed.value, dual: best.bound };
        tracing::debug!(
            round,
            primal = bounds.primal,
            dual = bounds.dual,
            gap = bounds.gap(),
            pull = trust.pull,
            seconds = begun.elapsed().as_secs_f64(),
            "prices"
        );
        // The model counts in millions, whoever listens in yuan.
        let told = Bounds { primal: bounds.primal / MONEY, dual: bounds.dual / MONEY };
        observer.event(&Event::Improved { seconds: begun.elapsed().as_secs_f64(), bounds: told });
        // half of the gap asked for is left to the tolerances of the last solves
        if bounds.gap() <= 0.5 * limits.gap {
            status = LpStatus::Optimal;
            break;
        }
        trust.fit(bounds);
        let near = master.promising(&best.prices, &trust.weights());
        promised = near.as_ref().map_or(f64::NEG_INFINITY, |n| model.offset + n.value);
        try_at = match near {
            Some(near) if promised - best.bound > 0.02 * (bounds.primal - best.bound) => near.prices,
            _ => {
                // nothing left nearby: the best prices overall
                trust.loosen();
                promised = bounds.primal;
                mixed.prices
            }
        };
        if last_call.is_some_and(|t| begun.elapsed() >= t) || observer.stop_requested() {
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
        if !matches!(status, LpStatus::Stopped(Limit::Interrupted | Limit::Time)) {
            return Ok(None);
        }
        // no time for the whole: what rounding made too tight is left, and the plan within the first shares is known to be there
        let again =
            blocks.par_iter_mut().zip(&shares).map(|(b, share)| b.solve_within(share, &free, &Silent)).collect::<Result<Vec<_>, _>>()?;
        if again.iter().any(|s| *s != LpStatus::Optimal) {
            return Ok(None);
        }
    }
    tracing::debug!(seconds = begun.elapsed().as_secs_f64(), "allocation solved");
    Ok(Some(assemble(model, &links, &blocks, &best.duals, &best.prices, status)))
}

/// The whole LP's values (none when a block has none) and duals.
fn assemble(
    model: &LinearModel,
    links: &[usize],
    blocks: &[Block],
    own_duals: &[Vec<f64>],
    prices: &[f64],
    status: LpStatus,
) -> LpSolution {
    let mut values = Vec::new();
    if blocks.iter().all(Block::has_values) {
        values.resize(model.col_count(), 0.0);
        blocks.iter().for_each(|b| b.write_values(&mut values));
    }
    let mut duals = vec![0.0; model.row_count()];
    for (block, own) in blocks.iter().zip(own_duals) {
        for (&row, &y) in block.rows.iter().zip(own) {
            duals[row] = y;
        }
    }
    for (&row, &p) in links.iter().zip(prices) {
        duals[row] = p;
    }
    LpSolution { status, values, duals, iterations: blocks.iter().map(|b| b.iterations).sum() }
}

/// How hard the next price is held near the best one: the price of moving each price by its own length.
struct Trust {
    /// What counts as a long way, by linking row.
    length: Vec<f64>,
    /// Cost of going that way, in the units of the objective; unset until the first bounds are known.
    pull: f64,
}

impl Trust {
    /// A fifth of each price; of a typical price where a row has none yet.
    fn new(prices: &[f64]) -> Self {
        let mut known: Vec<f64> = prices.iter().map(|p| p.abs()).filter(|p| *p > 0.0).collect();
        known.sort_by(f64::total_cmp);
        let typical = known.get(known.len() / 2).copied().unwrap_or(1.0);
        Self { length: prices.iter().map(|p| 0.2 * p.abs().max(0.2 * typical)).collect(), pull: 0.0 }
    }

    /// At first: going a long way in every price costs a hundredth of the gap.
    fn fit(&mut self, bounds: Bounds) {
        if self.pull <= 0.0 {
            self.pull = 0.02 * (bounds.primal - bounds.dual).max(0.0) / self.length.len().max(1) as f64;
        }
    }

    fn weights(&self) -> Vec<f64> {
        self.length.iter().map(|l| self.pull / (l * l)).collect()
    }

    /// After a try that promised a bound: kept promises loosen the pull, a bound that fell tightens it.
    fn learn(&mut self, before: f64, got: f64, promised: f64) {
        if !before.is_finite() || !promised.is_finite() {
            return;
        }
        let kept = (got - before) / (promised - before).max(f64::MIN_POSITIVE);
        if kept > 0.5 {
            self.pull *= 0.5;
        } else if kept < -1.0 {
            self.pull *= 1.5;
        }
    }

    fn loosen(&mut self) {
        self.pull *= 0.25;
    }
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
        } else if b != UNSEEN {
            rows[b as usize].push(r);
        } else if model.row_lower[r] > 0.0 || model.row_upper[r] < 0.0 {
            // a row without entries that zero does not satisfy: the first block says infeasible
            rows[0].push(r);
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

/// Sides of each linking row for each block: what the guide expects it to use, and of what is left (or too much) a part in
/// proportion to the weights of the blocks that touch the row.
fn first_shares(model: &LinearModel, links: &[usize], blocks: &[Block], partition: &Partition<'_>) -> Vec<Vec<(f64, f64)>> {
    let expected = |b: usize, l: usize| partition.guide.and_then(|g| g.usage[b].get(&links[l]).copied()).unwrap_or(0.0);
    let (mut weights, mut uses) = (vec![0.0; links.len()], vec![0.0; links.len()]);
    for (b, block) in blocks.iter().enumerate() {
        for &l in &block.links {
            weights[l] += partition.weight[b];
            uses[l] += expected(b, l);
        }
    }
    let share = |side: f64, b: usize, l: usize| {
        if !side.is_finite() {
            return side;
        }
        let part = if weights[l] > 0.0 { partition.weight[b] / weights[l] } else { 1.0 };
        if uses[l] > side && side >= 0.0 { expected(b, l) * side / uses[l] } else { expected(b, l) + (side - uses[l]) * part }
    };
    let of_block = |(b, block): (usize, &Block)| {
        block.links.iter().map(|&l| (share(model.row_lower[links[l]], b, l), share(model.row_upper[links[l]], b, l))).collect()
    };
    blocks.iter().enumerate().map(of_block).collect()
}

/// A price on a side that the row does not have is no price.
fn one_sided(model: &LinearModel, row: usize, price: f64) -> f64 {
    let side = if price > 0.0 { model.row_lower[row] } else { model.row_upper[row] };
    if side.is_finite() { price } else { 0.0 }
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
    links.iter().enumerate().map(|(l, &row)| one_sided(model, row, if total[l] > 0.0 { sum[l] / total[l] } else { 0.0 })).collect()
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
