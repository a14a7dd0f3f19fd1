//! Few sites to open among few: all sets that may be better than the cutoff, one after the other.
//!
//! With the sites `S` open, `cur_i = min(ceiling_i, least c_ij of S)`, and `r = count - |S|` still to be chosen from the candidates `C`:
//!
//! ```text
//! (14)  v_i   = min(u_i, cur_i)
//! (15)  rho_j = f_j + sum_i min(0, c_ij - v_i)                                           j in C
//! (16)  L(S)  = offset + sum of f over S + sum_i v_i + (sum of the r smallest rho_j)
//! ```
//!
//! which is (4) of what remains once `S` is open, so no set that contains `S` is below it. Candidates are taken by growing `rho_j`, each without the
//! ones before it; at the first one with which (16) reaches the cutoff the others are done too. With `r = 1` every candidate is valued.
//! Where the tree of [`super::branch`] spends a climb on a node, this spends `|C|` times the clients: it wins while `count` is small.

use super::core::Core;
use super::dual::Ascent;
use super::lists::short;

/// Sites to open up to which this is tried.
const FEW: usize = 10;
/// Pairs of clients and sites up to which this is tried.
const TABLE: usize = 200_000;
/// Pairs looked at, after which it is given up.
const WORK: usize = 150_000_000;

/// What is asked of the sets.
pub(super) struct Ask<'a> {
    /// What a set of sites of the core costs in truth: asked where the lists say it is below the cutoff.
    pub(super) value: &'a dyn Fn(&[u32]) -> f64,
    /// The cutoff below an incumbent.
    pub(super) cutoff: &'a dyn Fn(f64) -> f64,
    pub(super) stop: &'a dyn Fn() -> bool,
}

/// Whether a core is of the kind.
pub(super) fn are_few(core: &Core) -> bool {
    core.count.is_some_and(|p| (1..=FEW).contains(&p)) && core.sites().saturating_mul(core.clients()) <= TABLE
}

/// Looks at all sets of a core that may be below the cutoff of an incumbent. The better ones, each better than the one before; `None` when
/// that would take too long.
pub(super) fn better_sets(core: &Core, u: &[f64], incumbent: f64, ask: &Ask<'_>) -> Option<Vec<(f64, Vec<u32>)>> {
    let count = core.count.filter(|_| are_few(core))?;
    let mut ascent = Ascent::new(core, u.iter().copied(), 0.0);
    ascent.evaluate(core);
    let (n, ceilings) = (core.clients(), (0..core.clients()).map(|i| core.ceiling(i)));
    let ceilings: Vec<f64> = ceilings.collect();
    let mut table: Vec<Vec<f64>> = vec![ceilings.clone(); core.sites()];
    for i in 0..n {
        core.rows.of(i).iter().for_each(|a| table[a.to as usize][i] = a.cost().min(ceilings[i]));
    }
    let prices: f64 = ascent.u.iter().sum();
    // sums of that many terms, none larger than the prices or the costs of an answer, with room to spare
    #[allow(clippy::cast_precision_loss)]
    let slack = 8.0 * (n + core.sites() + 64) as f64 * f64::EPSILON * (prices.abs() + incumbent.abs() + core.offset.abs());
    let mut sets = Sets { core, table, u: ascent.u, slack, incumbent, ask, work: 0, open: Vec::with_capacity(count), found: Vec::new() };
    let all: Vec<u32> = (0..short(core.sites())).collect();
    sets.go(&ceilings, core.offset, count, all).then_some(sets.found)
}

struct Sets<'a> {
    core: &'a Core,
    /// Cost of each pair by site, the ceiling where a list has none.
    table: Vec<Vec<f64>>,
    u: Vec<f64>,
    slack: f64,
    incumbent: f64,
    ask: &'a Ask<'a>,
    work: usize,
    open: Vec<u32>,
    found: Vec<(f64, Vec<u32>)>,
}

impl Sets<'_> {
    fn reaches(&self, value: f64) -> bool {
        value - self.slack >= (self.ask.cutoff)(self.incumbent)
    }

    /// All sets with what is open and `rest` of the candidates; `false` when given up.
    fn go(&mut self, cur: &[f64], paid: f64, rest: usize, candidates: Vec<u32>) -> bool {
        self.work += (candidates.len() + 1) * cur.len();
        if self.work > WORK || (self.ask.stop)() {
            return false;
        }
        if rest == 1 {
            candidates.iter().for_each(|&j| self.value(cur, paid, j));
            return true;
        }
        let v: Vec<f64> = self.u.iter().zip(cur).map(|(u, c)| u.min(*c)).collect();
        let base = paid + v.iter().sum::<f64>();
        let rho = |j: u32| self.core.fixed[j as usize] + total(&self.table[j as usize], &v, |c, v| (c - v).min(0.0));
        let mut ranked: Vec<(f64, u32)> = candidates.into_iter().map(|j| (rho(j), j)).collect();
        ranked.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        for k in 0..(ranked.len() + 1).saturating_sub(rest) {
            if self.reaches(base + ranked[k..k + rest].iter().map(|r| r.0).sum::<f64>()) {
                break;
            }
            let j = ranked[k].1;
            // with this site none of the others reaches below the cutoff from here on: ranked, so the rest need not be looked at
            let bare = base + ranked[k..k + rest - 1].iter().map(|r| r.0).sum::<f64>();
            let end = ranked.partition_point(|r| !self.reaches(bare + r.0)).max(k + 1);
            let left: Vec<u32> = ranked[k + 1..end].iter().map(|r| r.1).collect();
            let next: Vec<f64> = cur.iter().zip(&self.table[j as usize]).map(|(a, b)| a.min(*b)).collect();
            self.open.push(j);
            let done = self.go(&next, paid + self.core.fixed[j as usize], rest - 1, left);
            self.open.pop();
            if !done {
                return false;
            }
        }
        true
    }

    fn value(&mut self, cur: &[f64], paid: f64, j: u32) {
        let by_lists = paid + self.core.fixed[j as usize] + total(&self.table[j as usize], cur, f64::min);
        if self.reaches(by_lists) {
            return;
        }
        let mut open = self.open.clone();
        open.push(j);
        open.sort_unstable();
        let value = (self.ask.value)(&open);
        if value < self.incumbent {
            self.incumbent = value;
            self.found.push((value, open));
        }
    }
}

/// A sum over clients, in eight parts that do not wait for each other.
fn total(costs: &[f64], other: &[f64], term: impl Fn(f64, f64) -> f64) -> f64 {
    let (mut parts, mut a, mut b) = ([0.0; 8], costs.chunks_exact(8), other.chunks_exact(8));
    for (x, y) in a.by_ref().zip(b.by_ref()) {
        parts.iter_mut().zip(x.iter().zip(y)).for_each(|(p, (x, y))| *p += term(*x, *y));
    }
    parts.iter().sum::<f64>() + a.remainder().iter().zip(b.remainder()).map(|(x, y)| term(*x, *y)).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::location::median::lists::{Arc, Lists};
    use proptest::prelude::*;

    proptest! {
        /// The best set is that of enumeration, whatever the multipliers, with escapes and with lists that are cut.
        #[test]
        fn the_best_set_is_found(
            n in 1_usize..8, m in 2_usize..9, p in 1_usize..4, cut in 1_usize..9, cost in prop::collection::vec(0_u16..100, 72),
            u in prop::collection::vec(0.0_f64..120.0, 8), escape in prop::collection::vec(30_u16..150, 8),
        ) {
            let (p, cut) = (p.min(m), cut.min(m));
            let mut radius = vec![f64::INFINITY; n];
            let rows = Lists::build(n, |i, out| {
                let from = out.len();
                out.extend((0..m).map(|j| Arc { to: short(j), cost: f32::from(cost[i * m + j]) }));
                out[from..].sort_by(|a, b| a.cost.total_cmp(&b.cost).then(a.to.cmp(&b.to)));
                out.truncate(from + cut);
            });
            if cut < m {
                radius.iter_mut().enumerate().for_each(|(i, r)| *r = rows.of(i)[cut - 1].cost());
            }
            let escape: Vec<f64> = (0..n).map(|i| f64::from(escape[i])).collect();
            let core = Core { cols: rows.turned(m), rows, fixed: vec![1.0; m], count: Some(p), escape: escape.clone(), radius, offset: 5.0 };
            let value = |open: &[u32]| {
                let serve = |i: usize| open.iter().map(|&j| f64::from(cost[i * m + j as usize])).fold(escape[i], f64::min);
                5.0 + f64::from(short(open.len())) + (0..n).map(serve).sum::<f64>()
            };
            let sets = (0_u32..1 << m).filter(|k| k.count_ones() as usize == p);
            let best = sets.map(|k| value(&(0..short(m)).filter(|j| k >> j & 1 == 1).collect::<Vec<_>>())).fold(f64::INFINITY, f64::min);
            let ask = Ask { value: &value, cutoff: &|v| v, stop: &|| false };
            let found = better_sets(&core, &u[..n], best + 10.0, &ask).unwrap();
            let (told, open) = found.last().unwrap();
            prop_assert!((told - best).abs() < 1e-9, "{told} {best}");
            prop_assert!((value(open) - best).abs() < 1e-9);
            prop_assert!(better_sets(&core, &u[..n], best, &ask).unwrap().is_empty());
        }
    }
}
