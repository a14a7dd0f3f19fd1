//! Neighbour lists: of each client the sites up to a radius by growing cost, and the same pairs turned round, of each site its clients.
//!
//! Costs are kept as `f32`, rounded DOWN: a bound on the lists is a bound on the instance (short by `6e-8` of the value at most), and whole
//! costs below `2^24` are exact. Memory: 8 bytes a pair, and 8 more turned round.

use super::tree::{Tree, embed, reach};
use crate::instance::{Distance, Instance};
use rayon::prelude::*;
use std::sync::atomic::{AtomicBool, Ordering};

/// One pair: the other end and its cost, rounded down.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Arc {
    pub(super) to: u32,
    pub(super) cost: f32,
}

impl Arc {
    pub(super) fn cost(self) -> f64 {
        f64::from(self.cost)
    }
}

/// The greatest `f32` not above a cost.
#[allow(clippy::cast_possible_truncation)] // rounding is the purpose
pub(super) fn rounded_down(cost: f64) -> f32 {
    let near = cost as f32;
    if f64::from(near) > cost { near.next_down() } else { near }
}

/// Lists in blocks, so that they are built in parallel without a second copy of everything.
#[derive(Debug, Clone, Default)]
pub(super) struct Lists {
    spans: Vec<(u32, u32)>,
    blocks: Vec<Vec<Arc>>,
}

/// Where lists stand in a block, and the block.
type Block = (Vec<(u32, u32)>, Vec<Arc>);

/// Lists a block holds.
const BLOCK: usize = 512;

impl Lists {
    /// The list of one.
    pub(super) fn of(&self, i: usize) -> &[Arc] {
        let (low, high) = self.spans[i];
        &self.blocks[i / BLOCK][low as usize..high as usize]
    }

    /// How many lists.
    pub(super) fn len(&self) -> usize {
        self.spans.len()
    }

    /// How many pairs.
    pub(super) fn pairs(&self) -> usize {
        self.blocks.iter().map(Vec::len).sum()
    }

    /// Builds `n` lists in parallel; `fill(i, out)` appends list `i`.
    pub(super) fn build(n: usize, fill: impl Fn(usize, &mut Vec<Arc>) + Sync) -> Self {
        let block = |b: usize| {
            let (mut spans, mut arcs) = (Vec::new(), Vec::new());
            for i in b * BLOCK..((b + 1) * BLOCK).min(n) {
                let low = arcs.len();
                fill(i, &mut arcs);
                spans.push((short(low), short(arcs.len())));
            }
            arcs.shrink_to_fit();
            (spans, arcs)
        };
        let made: Vec<Block> = (0..n.div_ceil(BLOCK)).into_par_iter().map(block).collect();
        let (mut spans, mut blocks) = (Vec::with_capacity(n), Vec::with_capacity(made.len()));
        for (s, a) in made {
            spans.extend(s);
            blocks.push(a);
        }
        Self { spans, blocks }
    }

    /// The same pairs from the other side, each list by growing number; `width` others.
    pub(super) fn turned(&self, width: usize) -> Self {
        let mut count = vec![0_u32; width];
        for arc in self.blocks.iter().flatten() {
            count[arc.to as usize] += 1;
        }
        let mut blocks: Vec<Vec<Arc>> = Vec::with_capacity(width.div_ceil(BLOCK));
        let mut spans = Vec::with_capacity(width);
        for part in count.chunks(BLOCK) {
            let mut at = 0;
            for &c in part {
                spans.push((at, at));
                at += c;
            }
            blocks.push(vec![Arc { to: 0, cost: 0.0 }; at as usize]);
        }
        for i in 0..self.len() {
            for arc in self.of(i) {
                let j = arc.to as usize;
                let at = &mut spans[j].1;
                blocks[j / BLOCK][*at as usize] = Arc { to: short(i), cost: arc.cost };
                *at += 1;
            }
        }
        Self { spans, blocks }
    }
}

/// Clients, sites and the pairs of a block are numbered by `u32`: files of more would not fit in memory.
#[allow(clippy::cast_possible_truncation)]
pub(super) fn short(n: usize) -> u32 {
    n as u32
}

/// Lists of some clients over some sites, cut at a radius each (`inf`: complete). A list holds EVERY site of `sites` that is no farther
/// than the radius; sites without a way are in no list. `None` when `stop` said so before the last list was made.
pub(super) fn neighbours(
    instance: &Instance,
    clients: &[u32],
    sites: &[u32],
    radius: &[f64],
    stop: &(dyn Fn() -> bool + Sync),
) -> Option<Lists> {
    let sorted = |out: &mut Vec<Arc>, from: usize| out[from..].sort_unstable_by(|a, b| a.cost.total_cmp(&b.cost).then(a.to.cmp(&b.to)));
    let tree = match &instance.service.distance {
        Distance::Points { sites: points, metric, .. } if radius.iter().any(|r| r.is_finite()) => {
            Some(Tree::new(&sites.iter().map(|&j| embed(*metric, points[j as usize])).collect::<Vec<_>>()))
        }
        _ => None,
    };
    let stopped = AtomicBool::new(false);
    let lists = Lists::build(clients.len(), |i, out| {
        if stopped.load(Ordering::Relaxed) || (i % 64 == 0 && stop()) {
            stopped.store(true, Ordering::Relaxed);
            return;
        }
        let (client, from) = (clients[i] as usize, out.len());
        let mut add = |j: u32| {
            let cost = instance.cost(client, sites[j as usize] as usize);
            if cost <= radius[i] && cost.is_finite() {
                out.push(Arc { to: j, cost: rounded_down(cost) });
            }
        };
        match (&tree, &instance.service.distance) {
            (Some(tree), Distance::Points { clients: points, metric, .. }) if radius[i].is_finite() => {
                let each = if instance.service.per_unit { instance.demand[client] } else { 1.0 };
                let distance = if each > 0.0 { radius[i] / each } else { f64::INFINITY };
                tree.within(embed(*metric, points[client]), reach(*metric, distance), &mut add);
            }
            _ => (0..short(sites.len())).for_each(&mut add),
        }
        sorted(out, from);
    });
    (!stopped.into_inner()).then_some(lists)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn costs_are_never_rounded_up() {
        for c in [0.0, 0.1, 1.0, 3.3, 16_777_216.0, 16_777_217.0, 1e30, 1.0 / 3.0] {
            let down = f64::from(rounded_down(c));
            assert!(down <= c && c - down <= 1.2e-7 * c, "{c} {down}");
        }
    }

    #[test]
    fn turned_twice_is_sorted_by_number() {
        let lists = Lists::build(1300, |i, out| {
            for k in 0..i % 4 {
                out.push(Arc { to: short((i * 7 + k * 13) % 50), cost: 1.0 });
            }
        });
        let back = lists.turned(50).turned(1300);
        assert_eq!(back.pairs(), lists.pairs());
        for i in 0..1300 {
            let mut want: Vec<u32> = lists.of(i).iter().map(|a| a.to).collect();
            want.sort_unstable();
            assert_eq!(back.of(i).iter().map(|a| a.to).collect::<Vec<_>>(), want);
        }
    }
}
