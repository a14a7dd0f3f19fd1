//! Layouts of a catchment: levels by add, drop and exchange, assignments greedily with shares, so that a layout is there early.

use super::dual::Costs;
use crate::demand::layout::LEVELS;

/// Service of a client by a site: client, site (own positions), share, minutes.
pub type Ways = Vec<(u32, u32, f64, f64)>;

/// What a greedy assignment came to: what could not be served comes before cost.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default)]
pub struct Score {
    /// People (and beds) that found no room.
    pub short: f64,
    /// Cost at the prices in force.
    pub cost: f64,
}

impl Score {
    fn better(self, than: Self) -> bool {
        self.short < than.short - 1e-9 || (self.short <= than.short + 1e-9 && self.cost < than.cost - 1e-9 * than.cost.abs().max(1.0))
    }

    fn and(self, other: Self) -> Self {
        Self { short: self.short + other.short, cost: self.cost + other.cost }
    }
}

/// Everyone to a clinic (or better): the nearest, or the nearest with room in the order of regret. O(clients x prefix).
pub fn near(costs: &Costs<'_>, levels: &[u8], ways: Option<&mut Ways>) -> Score {
    let n = costs.block.clients.len();
    let mut score = Score::default();
    let mut out = Ways::new();
    let fixed = (0..levels.len()).filter(|&j| levels[j] == 1).map(|j| costs.fixed[j][1]).sum::<f64>();
    score.cost += fixed;
    let open = |&(j, _): &(u32, f64)| levels[j as usize] >= 1;
    let limited = costs.crowd.iter().any(|c| c[0].is_finite());
    let keep = ways.is_some();
    #[allow(clippy::cast_possible_truncation)] // tables are limited to u32::MAX rows at the door
    if limited {
        let mut order: Vec<(f64, u32)> = (0..n)
            .map(|i| {
                let mut two = costs.row(i).filter(open);
                let first = two.next().map_or(0.0, |t| t.1);
                (costs.way[0][i] * (two.next().map_or(first, |t| t.1) - first), i as u32)
            })
            .collect();
        order.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let mut room: Vec<f64> = costs.crowd.iter().map(|c| c[0]).collect();
        for (_, i) in order {
            let people = costs.people[i as usize];
            let mut left = people;
            for (j, t) in costs.row(i as usize).filter(open) {
                let here = left.min(room[j as usize]);
                if here <= 0.0 {
                    continue;
                }
                room[j as usize] -= here;
                left -= here;
                score.cost += costs.way[0][i as usize] * t * here / people;
                if keep {
                    out.push((i, j, here / people, t));
                }
                if left <= 1e-9 * people {
                    left = 0.0;
                    break;
                }
            }
            score.short += left;
        }
    } else {
        for i in 0..n {
            match costs.row(i).find(open) {
                Some((j, t)) => {
                    score.cost += costs.way[0][i] * t;
                    if keep {
                        out.push((i as u32, j, 1.0, t));
                    }
                }
                None => score.short += costs.people[i],
            }
        }
    }
    if let Some(ways) = ways {
        *ways = out;
    }
    score
}

/// Everyone to hospitals, then to centres, each to the cheapest with room (ways and price of beds), in the order of regret.
pub fn far(costs: &Costs<'_>, levels: &[u8], mut ways: Option<&mut [Ways; 2]>) -> Score {
    let n = costs.block.clients.len();
    let mut score = Score::default();
    let mut beds: Vec<f64> = vec![f64::INFINITY; levels.len()];
    for &j in &costs.block.high {
        let (j, level) = (j as usize, usize::from(levels[j as usize]));
        if level >= 2 {
            score.cost += costs.fixed[j][level];
            beds[j] = costs.supply[j][level - 2].most();
        }
    }
    let start = beds.clone();
    // beds beyond those that come with a site have a price: the dearest stretch speaks for them
    let price = |j: u32| {
        let level = usize::from(levels[j as usize]);
        let more = costs.supply[j as usize][level - 2].more;
        if more[1].0 > 0.0 { more[1].1 } else { more[0].1 }
    };
    for l in [3, 2] {
        let mut room: Vec<f64> = costs.crowd.iter().map(|c| c[l - 1]).collect();
        let mut lists: Vec<Vec<(f64, u32, f64)>> = Vec::with_capacity(n);
        let mut order: Vec<(f64, u32)> = Vec::with_capacity(n);
        for i in 0..n {
            let (way, need) = (costs.way[l - 1][i], costs.need[l - 1][i]);
            let open = costs.block.far[i].iter().filter(|(j, _)| usize::from(levels[*j as usize]) >= l);
            let mut list: Vec<(f64, u32, f64)> =
                open.map(|&(j, t)| (way * t + if need > 0.0 { price(j).max(0.0) * need } else { 0.0 }, j, t)).collect();
            list.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            let regret = if list.len() > 1 { list[1].0 - list[0].0 } else { 0.0 };
            #[allow(clippy::cast_possible_truncation)] // tables are limited to u32::MAX rows at the door
            order.push((regret, i as u32));
            lists.push(list);
        }
        order.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        for (_, i) in order {
            let (people, need) = (costs.people[i as usize], costs.need[l - 1][i as usize]);
            let mut left = 1.0;
            for &(_, j, t) in &lists[i as usize] {
                let by_beds = if need > 0.0 { beds[j as usize] / need } else { f64::INFINITY };
                let here = f64::min(left, by_beds.min(room[j as usize] / people));
                if here <= 1e-12 {
                    continue;
                }
                beds[j as usize] -= here * need;
                room[j as usize] -= here * people;
                left -= here;
                score.cost += costs.way[l - 1][i as usize] * t * here;
                if let Some(ways) = &mut ways {
                    ways[l - 2].push((i, j, here, t));
                }
                if left <= 1e-9 {
                    left = 0.0;
                    break;
                }
            }
            score.short += left * people;
        }
    }
    for &j in &costs.block.high {
        let level = usize::from(levels[j as usize]);
        if level >= 2 && start[j as usize].is_finite() {
            let supply = &costs.supply[j as usize][level - 2];
            let used = start[j as usize] - beds[j as usize];
            score.cost += supply.cost(supply.at_least(used));
        }
    }
    score
}

/// Value of levels.
#[must_use]
pub fn score(costs: &Costs<'_>, levels: &[u8]) -> Score {
    near(costs, levels, None).and(far(costs, levels, None))
}

/// Improves levels until no single change or exchange helps, or `stop`.
pub fn improve(costs: &Costs<'_>, levels: &mut [u8], stop: &dyn Fn() -> bool) -> Score {
    let mut best = (near(costs, levels, None), far(costs, levels, None));
    for _ in 0..4 {
        let before = best.0.and(best.1);
        high(costs, levels, &mut best, stop);
        if costs.crowd.iter().any(|c| c[0].is_finite()) {
            crowded(costs, levels, &mut best.0, stop);
        } else {
            free(costs, levels, stop);
            best.0 = near(costs, levels, None);
        }
        if stop() || !best.0.and(best.1).better(before) {
            break;
        }
    }
    best.0.and(best.1)
}

/// Levels of centres and hospitals: one site changed, or two.
fn high(costs: &Costs<'_>, levels: &mut [u8], best: &mut (Score, Score), stop: &dyn Fn() -> bool) {
    let counts = &costs.block.counts;
    let free: Vec<usize> =
        costs.block.high.iter().map(|&j| j as usize).filter(|&j| counts.allowed(j).iter().filter(|a| **a).count() > 1).collect();
    let attempt = |levels: &mut [u8], changes: &[(usize, u8)], best: &mut (Score, Score)| -> bool {
        let before: Vec<u8> = changes.iter().map(|c| levels[c.0]).collect();
        changes.iter().for_each(|&(j, l)| levels[j] = l);
        if counts.hold(levels) {
            let reach = changes.iter().zip(&before).any(|(c, b)| (c.1 >= 1) != (*b >= 1) || c.1 == 1 || *b == 1);
            let far = far(costs, levels, None);
            let near = if reach { near(costs, levels, None) } else { best.0 };
            if near.and(far).better(best.0.and(best.1)) {
                *best = (near, far);
                return true;
            }
        }
        changes.iter().zip(before).for_each(|(c, b)| levels[c.0] = b);
        false
    };
    for _ in 0..20 {
        let mut moved = false;
        for &j in &free {
            #[allow(clippy::cast_possible_truncation)] // there are three levels
            for l in (0..=LEVELS).filter(|&l| counts.allowed(j)[l]).map(|l| l as u8) {
                if l != levels[j] {
                    moved |= attempt(levels, &[(j, l)], best);
                }
            }
            if stop() {
                return;
            }
        }
        for (n, &j) in free.iter().enumerate() {
            for &k in &free[n + 1..] {
                let (a, b) = (levels[j], levels[k]);
                if a != b && counts.allowed(j)[usize::from(b)] && counts.allowed(k)[usize::from(a)] {
                    moved |= attempt(levels, &[(j, b), (k, a)], best);
                }
            }
            if stop() {
                return;
            }
        }
        if !moved {
            return;
        }
    }
}

/// Sites that may only be clinics or nothing, and may change.
fn clinics(costs: &Costs<'_>) -> Vec<usize> {
    let counts = &costs.block.counts;
    (0..costs.block.sites.len()).filter(|&j| costs.highest(j as u32) == 1 && counts.allowed(j)[0] && counts.allowed(j)[1]).collect()
}

/// Clinics without a limit: all additions, closures and exchanges valued in one sweep over the lists (M. G. C. Resende, R. F. Werneck,
/// J. Heuristics 10 (2004), <https://doi.org/10.1023/B:HEUR.0000019986.96257.50>), the best done, until none helps.
fn free(costs: &Costs<'_>, levels: &mut [u8], stop: &dyn Fn() -> bool) {
    let m = levels.len();
    let mut can = vec![false; m];
    clinics(costs).into_iter().for_each(|j| can[j] = true);
    for _ in 0..500 {
        if stop() {
            return;
        }
        let place: Vec<usize> = (0..m).filter(|&j| can[j] && levels[j] == 1).collect();
        let mut number = vec![usize::MAX; m];
        place.iter().enumerate().for_each(|(n, &j)| number[j] = n);
        let mut gain: Vec<f64> = (0..m).map(|j| -costs.fixed[j][1]).collect();
        let mut loss: Vec<f64> = place.iter().map(|&j| -costs.fixed[j][1]).collect();
        let mut extra = vec![0.0; place.len() * m];
        for i in 0..costs.block.clients.len() {
            let way = costs.way[0][i];
            let mut passed: Vec<(u32, f64)> = Vec::new();
            let mut first: Option<(u32, f64)> = None;
            let mut second = f64::INFINITY;
            for (j, t) in costs.row(i) {
                if levels[j as usize] >= 1 {
                    if first.is_some() {
                        second = t;
                        break;
                    }
                    first = Some((j, t));
                } else if can[j as usize] {
                    passed.push((j, t));
                }
                // whoever is served by a site that stays does not care for the second
                if first.is_some_and(|f| number[f.0 as usize] == usize::MAX) {
                    break;
                }
            }
            let Some((own, t1)) = first else { continue };
            let n = number[own as usize];
            if n != usize::MAX {
                loss[n] += way * (second - t1);
            }
            for (j, t) in passed {
                gain[j as usize] += way * (t1 - t).max(0.0);
                if n != usize::MAX {
                    extra[n * m + j as usize] += way * (second - t.max(t1)).max(0.0);
                }
            }
        }
        let mut best = (1e-9, usize::MAX, usize::MAX);
        for j in (0..m).filter(|&j| can[j] && levels[j] == 0) {
            if gain[j] > best.0 {
                best = (gain[j], j, usize::MAX);
            }
        }
        for (n, &d) in place.iter().enumerate() {
            if -loss[n] > best.0 {
                best = (-loss[n], usize::MAX, d);
            }
            for j in (0..m).filter(|&j| can[j] && levels[j] == 0) {
                let both = gain[j] - loss[n] + extra[n * m + j];
                if both > best.0 {
                    best = (both, j, d);
                }
            }
        }
        if best.1 == usize::MAX && best.2 == usize::MAX {
            return;
        }
        if best.1 != usize::MAX {
            levels[best.1] = 1;
        }
        if best.2 != usize::MAX {
            levels[best.2] = 0;
        }
    }
}

/// Clinics with a limit: openings while somebody finds no room, then closures, openings and exchanges with the neighbours, each valued by the
/// greedy assignment.
fn crowded(costs: &Costs<'_>, levels: &mut [u8], best: &mut Score, stop: &dyn Fn() -> bool) {
    let can = clinics(costs);
    // opened one by one where most people live that found no room: the nearest closed site of each client, largest first
    let mut by_people: Vec<usize> = (0..costs.block.clients.len()).collect();
    by_people.sort_unstable_by(|&a, &b| costs.people[b].total_cmp(&costs.people[a]).then(a.cmp(&b)));
    let mut able = vec![false; levels.len()];
    can.iter().for_each(|&j| able[j] = true);
    let mut from = 0;
    while best.short > 1e-9 && from < by_people.len() && !stop() {
        let i = by_people[from];
        from += 1;
        let nearest = costs.row(i).find(|&(j, _)| able[j as usize] && levels[j as usize] == 0);
        if let Some((j, _)) = nearest {
            levels[j as usize] = 1;
            *best = near(costs, levels, None);
        }
    }
    for _ in 0..6 {
        let mut moved = false;
        for &j in &can {
            if stop() {
                return;
            }
            levels[j] = 1 - levels[j];
            let now = near(costs, levels, None);
            if now.better(*best) {
                (*best, moved) = (now, true);
            } else {
                levels[j] = 1 - levels[j];
            }
        }
        // exchange with the closed sites around: the lists of clients in the same settlement say who is near
        for i in 0..costs.block.clients.len() {
            if stop() {
                return;
            }
            let around: Vec<u32> = costs.row(i).map(|t| t.0).filter(|&j| able[j as usize]).take(5).collect();
            for &a in &around {
                if levels[a as usize] != 1 {
                    continue;
                }
                let Some(&b) = around.iter().find(|&&b| levels[b as usize] == 0) else { break };
                (levels[a as usize], levels[b as usize]) = (0, 1);
                let now = near(costs, levels, None);
                if now.better(*best) {
                    (*best, moved) = (now, true);
                    break;
                }
                (levels[a as usize], levels[b as usize]) = (1, 0);
            }
        }
        if !moved {
            return;
        }
    }
}
