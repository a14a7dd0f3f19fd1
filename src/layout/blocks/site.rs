//! What a site is worth at given multipliers: knapsacks over the clients it may serve.

use super::data::Supply;

/// A client's service by a site.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Item {
    /// Multiplier less the way: above 0.
    pub profit: f64,
    /// People.
    pub people: f64,
    /// Beds.
    pub beds: f64,
    /// Client, by position in the catchment.
    pub client: u32,
    /// Level.
    pub level: u8,
}

/// Share of a client's service that a site takes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Taken {
    /// Client, by position in the catchment.
    pub client: u32,
    /// Level.
    pub level: u8,
    /// Share, up to 1.
    pub share: f64,
}

/// Best first: profit by weight, ties by client and level; no weight is best.
fn sort(items: &mut [Item], weight: impl Fn(&Item) -> f64) {
    // a quotient, not a product across: rounding would make the order contradict itself
    let rate = |i: &Item| i.profit / weight(i);
    items.sort_unstable_by(|a, b| rate(b).total_cmp(&rate(a)).then(a.client.cmp(&b.client)).then(a.level.cmp(&b.level)));
}

/// `max sum profit x` with `sum people x <= most`, in shares. O(k log k) where the limit binds.
pub fn crowd(items: &mut [Item], most: f64, taken: &mut Vec<Taken>) -> f64 {
    let people: f64 = items.iter().map(|i| i.people).sum();
    let mut left = most;
    if people > most {
        sort(items, |i| i.people);
    }
    let mut worth = 0.0;
    for i in items.iter() {
        let share = if i.people <= left { 1.0 } else { (left / i.people).max(0.0) };
        if share <= 0.0 {
            break;
        }
        left -= i.people * share;
        worth += i.profit * share;
        taken.push(Taken { client: i.client, level: i.level, share });
    }
    worth
}

/// `max sum profit x - cost of beds` with `sum beds x <= b`, in shares: worth by bed against the price of beds, in order. O(k log k).
pub fn beds(items: &mut [Item], supply: &Supply, taken: &mut Vec<Taken>) -> f64 {
    sort(items, |i| i.beds);
    let stretches = [(supply.least, 0.0), supply.more[0], supply.more[1]];
    // beds that pay for themselves are there anyway
    let (mut at, mut left) = (0, stretches[0].0);
    let mut worth = -supply.sunk;
    while at < 2 && stretches[at + 1].1 <= 0.0 {
        at += 1;
        left += stretches[at].0;
        worth -= stretches[at].0 * stretches[at].1;
    }
    let mut price = 0.0;
    'items: for i in items.iter() {
        let mut rest = 1.0;
        while rest > 0.0 {
            if i.beds <= 0.0 {
                worth += i.profit;
                break;
            }
            while left <= 0.0 {
                at += 1;
                if at > 2 {
                    taken.push(Taken { client: i.client, level: i.level, share: 1.0 - rest });
                    break 'items;
                }
                (left, price) = stretches[at];
            }
            if i.profit <= price * i.beds {
                taken.push(Taken { client: i.client, level: i.level, share: 1.0 - rest });
                break 'items;
            }
            let share = rest.min(left / i.beds);
            worth += share * (i.profit - price * i.beds);
            left -= share * i.beds;
            rest -= share;
            if share <= 0.0 {
                left = 0.0;
            }
        }
        taken.push(Taken { client: i.client, level: i.level, share: 1.0 });
    }
    taken.retain(|t| t.share > 0.0);
    worth
}

/// Both limits at once: a price on beds takes them into the knapsacks of people, one a level; the least over prices is an upper bound for any
/// of them, and the best is found by golden section (the bound is convex in the price).
pub fn both(items: &[Item], supply: &Supply, most: [f64; 2], taken: &mut Vec<Taken>) -> f64 {
    let at = |price: f64, taken: &mut Vec<Taken>| {
        taken.clear();
        let mut worth = -supply.sunk;
        for (length, own) in std::iter::once((supply.least, 0.0)).chain(supply.more) {
            worth += length * (price - own).max(0.0);
        }
        for (n, most) in most.into_iter().enumerate() {
            let own = items.iter().filter(|i| usize::from(i.level) == n + 2);
            let mut own: Vec<Item> = own.map(|i| Item { profit: i.profit - price * i.beds, ..*i }).filter(|i| i.profit > 0.0).collect();
            worth += crowd(&mut own, most, taken);
        }
        worth
    };
    let highest = items.iter().filter(|i| i.beds > 0.0).map(|i| i.profit / i.beds).fold(0.0, f64::max);
    let (mut low, mut high) = (0.0, highest);
    let mut best = (at(0.0, taken), 0.0);
    let golden = 0.618_033_988_749_894_8;
    let (mut x, mut y) = (high - golden * (high - low), low + golden * (high - low));
    let (mut fx, mut fy) = (at(x, taken), at(y, taken));
    for _ in 0..16 {
        for (f, z) in [(fx, x), (fy, y)] {
            if f < best.0 {
                best = (f, z);
            }
        }
        if fx < fy {
            high = y;
            (y, fy) = (x, fx);
            x = high - golden * (high - low);
            fx = at(x, taken);
        } else {
            low = x;
            (x, fx) = (y, fy);
            y = low + golden * (high - low);
            fy = at(y, taken);
        }
    }
    at(best.1, taken)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend;
    use crate::model::LinearModel;
    use crate::outcome::{Limits, Silent};
    use rand::{RngExt, SeedableRng};

    /// The same as a linear program.
    fn by_solver(items: &[Item], supply: &Supply, most: [f64; 2]) -> f64 {
        let mut m = LinearModel::new();
        let need = m.add_row(f64::NEG_INFINITY, supply.least);
        let crowd: Vec<usize> = most.iter().map(|&p| m.add_row(f64::NEG_INFINITY, if p.is_finite() { p } else { 1e9 })).collect();
        for i in items {
            m.add_col(-i.profit, 1.0, 1.0, &[(need, i.beds), (crowd[usize::from(i.level) - 2], i.people)]);
        }
        for (length, price) in supply.more {
            m.add_col(price, length, length, &[(need, -1.0)]);
        }
        let s = backend::default_mip().solve(&m, &Limits::default(), &Silent).unwrap();
        -m.objective(&s.values) - supply.sunk
    }

    #[test]
    fn knapsacks_are_the_linear_programs_they_stand_for() {
        let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(3);
        let mut draw = |high: f64| rng.random_range(0.0..high);
        for round in 0..200 {
            let mut items: Vec<Item> = (0..8)
                .map(|c| {
                    let people = draw(5.0) + 0.1;
                    Item {
                        profit: draw(9.0),
                        people,
                        beds: people * if c % 2 == 0 { 0.8 } else { 2.0 },
                        client: c,
                        level: 2 + (c % 2) as u8,
                    }
                })
                .collect();
            let first = draw(3.0) - 1.5;
            let supply = Supply { least: draw(6.0), sunk: draw(2.0), more: [(draw(4.0), first), (draw(8.0), first + draw(2.0))] };
            let mut taken = Vec::new();
            let merged = beds(&mut items.clone(), &supply, &mut taken);
            let exact = by_solver(&items, &supply, [f64::INFINITY; 2]);
            assert!((merged - exact).abs() < 1e-6, "{round}: {merged} {exact}");
            let used: f64 = taken.iter().map(|t| t.share * items[t.client as usize].beds).sum();
            assert!(used <= supply.most() + 1e-9 && taken.iter().all(|t| t.share <= 1.0 + 1e-12));
            let most = [draw(9.0), draw(9.0)];
            let (upper, exact) = (both(&items, &supply, most, &mut taken), by_solver(&items, &supply, most));
            assert!(upper >= exact - 1e-6 && upper <= exact + 0.05 * exact.abs() + 0.05, "{round}: {upper} {exact}");
            items.retain(|i| i.level == 2);
            let one = crowd(&mut items.clone(), most[0], &mut Vec::new());
            let free = Supply { least: 1e9, ..Supply::default() };
            assert!((one - by_solver(&items, &free, most)).abs() < 1e-6, "{round}");
        }
    }
}
