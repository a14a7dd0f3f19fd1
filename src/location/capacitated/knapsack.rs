//! Knapsacks: fractional by ratio, and 0/1 by depth-first search with the fractional bound (Horowitz and Sahni 1974,
//! doi:10.1145/321812.321823).

/// An item: what it is worth (`> 0`), what it weighs (`>= 0`), who it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Item {
    /// Worth.
    pub value: f64,
    /// Weight.
    pub weight: f64,
    /// Position of whom it stands for.
    pub who: usize,
}

/// Nodes after which the search gives up and the fractional bound stands.
const NODES: usize = 20_000;

/// Best worth first: value a unit of weight, ties by position.
pub fn by_ratio(items: &mut [Item]) {
    items.sort_unstable_by(|a, b| (b.value / b.weight).total_cmp(&(a.value / a.weight)).then(a.who.cmp(&b.who)));
}

/// Fractional knapsack: `max sum value x`, `sum weight x <= capacity`, `0 <= x <= 1`. Calls `take` with each item taken and its share.
/// The item at which the capacity ends is found by partition, not by sorting (Balas and Zemel 1980, doi:10.1287/opre.28.5.1130): `O(k)` on
/// average. The items change their order.
pub fn fractional(items: &mut [Item], capacity: f64, mut take: impl FnMut(&Item, f64)) -> f64 {
    let (mut left, mut value) = (capacity, 0.0);
    let weight: f64 = items.iter().map(|i| i.weight).sum();
    if weight <= capacity {
        for item in items.iter() {
            take(item, 1.0);
            value += item.value;
        }
        return value;
    }
    let (mut low, mut high) = (0, items.len());
    while low < high {
        items.swap(low + (high - low) / 2, high - 1);
        let pivot = items[high - 1];
        let (mut split, mut worth, mut weight) = (low, 0.0, 0.0);
        for x in low..high - 1 {
            let item = items[x];
            if item.value * pivot.weight > pivot.value * item.weight {
                worth += item.value;
                weight += item.weight;
                items.swap(x, split);
                split += 1;
            }
        }
        items.swap(split, high - 1);
        if weight > left {
            high = split;
            continue;
        }
        items[low..split].iter().for_each(|item| take(item, 1.0));
        left -= weight;
        value += worth;
        if pivot.weight > left {
            let share = left / pivot.weight;
            if share > 0.0 {
                take(&pivot, share);
            }
            return share.mul_add(pivot.value, value);
        }
        take(&pivot, 1.0);
        left -= pivot.weight;
        value += pivot.value;
        low = split + 1;
    }
    value
}

/// What [`whole`] found.
#[derive(Debug, Clone, Default)]
pub struct Packed {
    /// An upper bound of every packing; the value of `taken` unless the search gave up.
    pub bound: f64,
    /// Value of `taken`.
    pub value: f64,
    /// Whether each item, in the order after sorting by ratio, is taken.
    pub taken: Vec<bool>,
}

/// 0/1 knapsack; items end up sorted by ratio. Exact, unless the search takes more than 20,000 steps: then the bound is fractional.
pub fn whole(items: &mut [Item], capacity: f64, out: &mut Packed) {
    let k = items.len();
    out.taken.clear();
    let weight: f64 = items.iter().map(|i| i.weight).sum();
    if weight <= capacity {
        out.taken.resize(k, true);
        out.value = items.iter().map(|i| i.value).sum();
        out.bound = out.value;
        return;
    }
    by_ratio(items);
    out.taken.resize(k, false);
    let mut now = vec![false; k];
    let (mut left, mut value, mut best) = (capacity, 0.0, f64::NEG_INFINITY);
    let (mut at, mut nodes) = (0, 0);
    let root = bound_from(items, 0, capacity);
    let tolerance = 1e-12 * root.abs().max(1e-12);
    loop {
        nodes += 1;
        if nodes > NODES {
            out.value = best.max(0.0);
            out.bound = root;
            return;
        }
        // forward as long as items fit
        let promising = value + bound_from(items, at, left) > best + tolerance;
        if promising && at < k {
            if items[at].weight <= left {
                now[at] = true;
                left -= items[at].weight;
                value += items[at].value;
            }
            at += 1;
            continue;
        }
        if promising && value > best {
            best = value;
            out.taken.copy_from_slice(&now);
        }
        // back to the last item taken, and go on without it
        while at > 0 && !now[at - 1] {
            at -= 1;
        }
        if at == 0 {
            break;
        }
        now[at - 1] = false;
        left += items[at - 1].weight;
        value -= items[at - 1].value;
    }
    out.value = best.max(0.0);
    out.bound = out.value;
}

fn bound_from(items: &[Item], from: usize, capacity: f64) -> f64 {
    let (mut left, mut value) = (capacity, 0.0);
    for item in &items[from..] {
        if item.weight <= left {
            left -= item.weight;
            value += item.value;
        } else {
            return (left / item.weight).mul_add(item.value, value);
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn whole_is_exact_and_below_fractional(raw in prop::collection::vec((1u32..50, 0u32..20), 1..12), capacity in 0u32..80) {
            let mut items: Vec<Item> = raw.iter().enumerate().map(|(who, &(v, w))| Item { value: f64::from(v), weight: f64::from(w), who }).collect();
            let best = (0u32..1 << raw.len())
                .filter_map(|set| {
                    let (v, w) = raw.iter().enumerate().filter(|(b, _)| set >> b & 1 == 1).fold((0, 0), |(v, w), (_, i)| (v + i.0, w + i.1));
                    (w <= capacity).then_some(v)
                })
                .max()
                .unwrap_or(0);
            let mut out = Packed::default();
            whole(&mut items, f64::from(capacity), &mut out);
            prop_assert!((out.value - f64::from(best)).abs() < 1e-9, "{} instead of {best}", out.value);
            prop_assert!((out.bound - out.value).abs() < 1e-9);
            let taken: f64 = items.iter().zip(&out.taken).filter(|(_, t)| **t).map(|(i, _)| i.weight).sum();
            prop_assert!(taken <= f64::from(capacity));
            let mut left = f64::from(capacity);
            let loose = fractional(&mut items, left, |item, share| left -= share * item.weight);
            prop_assert!(loose >= out.value - 1e-9 && left >= -1e-9);
            by_ratio(&mut items);
            prop_assert!((loose - bound_from(&items, 0, f64::from(capacity))).abs() < 1e-9);
        }
    }
}
