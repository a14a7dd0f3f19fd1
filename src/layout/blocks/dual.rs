//! The Lagrangian of one catchment: its value at given multipliers, and the subgradient that raises it.

use super::data::{Block, Priced, Supply};
use super::site::{self, Item, Taken};
use crate::demand::layout::LEVELS;

/// Costs of a catchment at given prices, worked out once.
#[derive(Debug)]
pub struct Costs<'a> {
    /// The catchment.
    pub block: &'a Block,
    /// Prices and costs of the whole.
    pub priced: &'a Priced<'a>,
    /// Cost of a level of a site without beds.
    pub fixed: Vec<[f64; LEVELS + 1]>,
    /// Beds of a site at levels 2 and 3.
    pub supply: Vec<[Supply; 2]>,
    /// Cost of a minute of a client at each level.
    pub way: [Vec<f64>; LEVELS],
    /// Beds that a client needs at each level.
    pub need: [Vec<f64>; LEVELS],
    /// People of a client.
    pub people: Vec<f64>,
    /// Most people that a site serves at each level.
    pub crowd: Vec<[f64; LEVELS]>,
}

impl<'a> Costs<'a> {
    /// Folds prices into the costs of a catchment.
    #[must_use]
    pub fn new(block: &'a Block, priced: &'a Priced<'a>) -> Self {
        let p = priced.frame.problem;
        let sites = || block.sites.iter().map(|&j| j as usize);
        let clients = || block.clients.iter().map(|&i| i as usize);
        Self {
            block,
            priced,
            fixed: sites().map(|j| std::array::from_fn(|l| priced.fixed(j, l))).collect(),
            supply: sites().map(|j| [priced.supply(j, 2), priced.supply(j, 3)]).collect(),
            way: std::array::from_fn(|n| clients().map(|i| priced.way(i, n + 1)).collect()),
            need: std::array::from_fn(|n| clients().map(|i| priced.need(i, n + 1)).collect()),
            people: clients().map(|i| p.clients[i].people).collect(),
            crowd: sites().map(|j| std::array::from_fn(|n| priced.crowd(j, n + 1))).collect(),
        }
    }

    /// Sites of a client nearest first, with their own positions.
    pub fn row(&self, client: usize) -> impl Iterator<Item = (u32, f64)> + '_ {
        let frame = self.priced.frame;
        frame.problem.times.row(self.block.clients[client] as usize).map(|(j, t)| (frame.local[j], t))
    }

    /// Highest level a site may end at.
    #[must_use]
    pub fn highest(&self, site: u32) -> usize {
        self.priced.frame.problem.sites[self.block.sites[site as usize] as usize].highest()
    }

    /// Whether somebody needs beds.
    fn bedded(&self, level: usize) -> bool {
        self.need[level - 1].iter().any(|n| *n > 0.0)
    }
}

/// Where a subgradient stands.
#[derive(Debug, Clone)]
pub struct Duals {
    /// Multipliers by level and client.
    pub u: [Vec<f64>; LEVELS],
    /// Best value so far.
    pub bound: f64,
    /// Levels of the sites there.
    pub levels: Vec<u8>,
    /// How open each site was on average, by level.
    pub open: Vec<[f64; LEVELS + 1]>,
}

/// One value of the Lagrangian.
struct Value {
    bound: f64,
    levels: Vec<u8>,
    /// What is left of each client's service: 1 less what sites take.
    rest: [Vec<f64>; LEVELS],
}

fn value(costs: &Costs<'_>, u: &[Vec<f64>; LEVELS]) -> Value {
    let (n, m) = (costs.block.clients.len(), costs.block.sites.len());
    let limited = costs.crowd.iter().any(|c| c[0].is_finite());
    let mut near = vec![0.0; m];
    let mut items: Vec<Vec<Item>> = vec![Vec::new(); if limited { m } else { 0 }];
    let item = |i: usize, l: usize, profit: f64| {
        #[allow(clippy::cast_possible_truncation)] // tables are limited to u32::MAX rows at the door
        let (client, level) = (i as u32, l as u8);
        Item { profit, people: costs.people[i], beds: costs.need[l - 1][i], client, level }
    };
    let able: Vec<bool> = (0..m).map(|j| costs.block.counts.allowed(j)[1..].iter().any(|a| *a)).collect();
    #[allow(clippy::needless_range_loop)] // one position in several tables
    for i in 0..n {
        let (top, way) = (u[0][i], costs.way[0][i]);
        for (j, t) in costs.row(i) {
            let profit = top - way * t;
            if profit <= 0.0 {
                break;
            }
            let j = j as usize;
            if !able[j] {
                continue;
            }
            if costs.crowd[j][0].is_finite() {
                items[j].push(item(i, 1, profit));
            } else {
                near[j] += profit;
            }
        }
    }
    let mut taken: Vec<Vec<Taken>> = vec![Vec::new(); items.len()];
    for (j, own) in items.iter_mut().enumerate().filter(|(_, o)| !o.is_empty()) {
        near[j] = site::crowd(own, costs.crowd[j][0], &mut taken[j]);
    }
    drop(items);
    let mut site: Vec<[f64; LEVELS + 1]> = (0..m).map(|j| [0.0, costs.fixed[j][1] - near[j], f64::INFINITY, f64::INFINITY]).collect();
    let mut far: Vec<Vec<Item>> = vec![Vec::new(); m];
    #[allow(clippy::needless_range_loop)] // one position in several tables
    for i in 0..n {
        for &(j, t) in &costs.block.far[i] {
            for l in 2..=LEVELS {
                let profit = u[l - 1][i] - costs.way[l - 1][i] * t;
                if profit > 0.0 {
                    far[j as usize].push(item(i, l, profit));
                }
            }
        }
    }
    let mut high: Vec<[Vec<Taken>; 2]> = vec![Default::default(); m];
    for &j in &costs.block.high {
        let j = j as usize;
        for level in (2..=LEVELS).filter(|&l| costs.block.counts.allowed(j)[l]) {
            let mut own: Vec<Item> = far[j].iter().filter(|i| usize::from(i.level) <= level).copied().collect();
            let worth = high_worth(costs, j, level, &mut own, &mut high[j][level - 2]);
            site[j][level] = costs.fixed[j][level] - near[j] - worth;
        }
    }
    let mut levels = vec![0; m];
    let total = costs.block.counts.choose(|j, l| site[j as usize][l], &mut levels);
    let mut rest: [Vec<f64>; LEVELS] = std::array::from_fn(|_| vec![1.0; n]);
    for i in 0..n {
        let (top, way) = (u[0][i], costs.way[0][i]);
        let open = costs.row(i).take_while(|&(_, t)| top - way * t > 0.0).filter(|&(j, _)| levels[j as usize] >= 1);
        rest[0][i] -= open.filter(|&(j, _)| !costs.crowd[j as usize][0].is_finite()).count() as f64;
    }
    for (j, &level) in levels.iter().enumerate() {
        if level >= 1 && limited {
            taken[j].iter().for_each(|t| rest[0][t.client as usize] -= t.share);
        }
        if level >= 2 {
            high[j][usize::from(level) - 2].iter().for_each(|t| rest[usize::from(t.level) - 1][t.client as usize] -= t.share);
        }
    }
    let bound = u.iter().flatten().sum::<f64>() + total;
    Value { bound, levels, rest }
}

/// What levels 2 and 3 of a site are worth, less its beds.
fn high_worth(costs: &Costs<'_>, j: usize, level: usize, items: &mut [Item], taken: &mut Vec<Taken>) -> f64 {
    let supply = &costs.supply[j][level - 2];
    let most = [costs.crowd[j][1], costs.crowd[j][2]];
    let bedded = supply.least.is_finite() && (2..=level).any(|l| costs.bedded(l));
    let crowded = most.iter().any(|m| m.is_finite());
    if bedded && crowded {
        return site::both(items, supply, most, taken);
    }
    if bedded {
        return site::beds(items, supply, taken);
    }
    let mut worth = if supply.least.is_finite() { -supply.cost(supply.at_least(0.0)) } else { 0.0 };
    for l in 2..=level {
        let mut own: Vec<Item> = items.iter().filter(|i| usize::from(i.level) == l).copied().collect();
        worth += site::crowd(&mut own, most[l - 2], taken);
    }
    worth
}

/// Weight of the direction before in the next one.
const MEMORY: f64 = 0.7;
/// Values without gain after which steps get shorter.
const PATIENCE: usize = 12;

impl Duals {
    /// Multipliers to begin with: a little more than the ways of some layout.
    #[must_use]
    pub fn new(u: [Vec<f64>; LEVELS], sites: usize) -> Self {
        Self { u, bound: f64::NEG_INFINITY, levels: vec![0; sites], open: vec![[0.0; LEVELS + 1]; sites] }
    }

    /// Raises the bound towards `target` (the value of a layout) for some steps; ends early once it is within `gap` of it. The best
    /// multipliers stay.
    pub fn rise(&mut self, costs: &Costs<'_>, target: f64, steps: usize, gap: f64, stop: &dyn Fn() -> bool) {
        let mut u = self.u.clone();
        let first = value(costs, &u);
        // prices may have changed: what was best is best no longer
        (self.bound, self.levels) = (first.bound, first.levels.clone());
        let weight: [Vec<f64>; LEVELS] = std::array::from_fn(|l| {
            (0..u[l].len()).map(|i| if costs.way[l][i] > 0.0 { costs.way[l][i] } else { 1e-4 * costs.people[i] }).collect()
        });
        let mut direction = first.rest.clone();
        let (mut factor, mut idle) = (1.0, 0);
        let mut now = first;
        for step in 0..steps {
            if target.is_finite() && target - self.bound <= gap * target.abs() || stop() || !now.bound.is_finite() {
                break;
            }
            let mut length = 0.0;
            for l in 0..LEVELS {
                for (i, d) in direction[l].iter_mut().enumerate() {
                    *d = if step == 0 { now.rest[l][i] } else { MEMORY * *d + (1.0 - MEMORY) * now.rest[l][i] };
                    length += *d * *d * weight[l][i];
                }
            }
            if length <= 1e-12 {
                break;
            }
            let goal = if target.is_finite() { target * 1.0005 } else { now.bound + 0.05 * now.bound.abs() + 1.0 };
            let size = factor * (goal - now.bound).max(1e-6 * goal.abs()) / length;
            for l in 0..LEVELS {
                for (i, x) in u[l].iter_mut().enumerate() {
                    *x = (*x + size * weight[l][i] * direction[l][i]).max(0.0);
                }
            }
            now = value(costs, &u);
            self.average(&now);
            if now.bound > self.bound + 1e-9 * self.bound.abs() {
                (self.bound, idle) = (now.bound, 0);
                self.u.clone_from(&u);
                self.levels.clone_from(&now.levels);
            } else {
                idle += 1;
                if idle >= PATIENCE {
                    (factor, idle) = (factor * 0.7, 0);
                    u.clone_from(&self.u);
                    if factor < 1e-3 {
                        break;
                    }
                }
            }
        }
    }

    fn average(&mut self, now: &Value) {
        for (open, &level) in self.open.iter_mut().zip(&now.levels) {
            open.iter_mut().for_each(|o| *o *= 0.95);
            open[usize::from(level)] += 0.05;
        }
    }
}
