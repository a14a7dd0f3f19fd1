//! What to branch on (22): balls about whose sites the LP cannot decide, each tried for a few iterations.

use crate::location::median::core::{Core, Fate};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Sites of which at least one opens, or none.
pub(super) type Ball = Arc<[u32]>;

/// A `y` is whole up to this.
pub(super) const WHOLE: f64 = 1e-6;
/// Sums nearer to a whole number than this are a second choice.
const UNSURE: f64 = 0.15;

/// The balls most worth trying, best first, at most `most`; none when `y` is whole.
///
/// Of each client that splits, the prefix of its list whose sum is nearest to a half, with the spread of what it may pay as its weight; clients that split
/// between the same sites add up. A ball that shares most of its sites with a better one is left out.
pub(super) fn candidates(core: &Core, y: &[f64], fate: &[Fate], most: usize) -> Vec<Ball> {
    let mut by_support: BTreeMap<Vec<u32>, (f64, Vec<u32>)> = BTreeMap::new();
    let mut doubtful: BTreeMap<Vec<u32>, (f64, Vec<u32>)> = BTreeMap::new();
    for i in 0..core.clients() {
        let Some((score, support, ball, sure)) = split(core, i, y, fate) else { continue };
        let of = if sure { &mut by_support } else { &mut doubtful };
        let entry = of.entry(support).or_insert_with(|| (0.0, Vec::new()));
        entry.0 += score;
        if ball.len() > entry.1.len() {
            entry.1 = ball;
        }
    }
    if by_support.is_empty() {
        by_support = doubtful;
    }
    let mut order: Vec<(f64, Vec<u32>, Vec<u32>)> = by_support.into_iter().map(|(support, (score, ball))| (score, support, ball)).collect();
    order.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    let mut taken = vec![false; core.sites()];
    let mut out: Vec<Ball> = Vec::new();
    for (_, support, mut ball) in order {
        if out.len() == most {
            break;
        }
        if support.iter().filter(|&&j| taken[j as usize]).count() * 2 > support.len() {
            continue;
        }
        support.iter().for_each(|&j| taken[j as usize] = true);
        ball.sort_unstable();
        out.push(ball.into());
    }
    if out.is_empty() {
        // sites in doubt that no list tells apart
        let doubt = |j: &usize| y[*j].min(1.0 - y[*j]);
        let free = (0..y.len()).filter(|&j| fate[j] == Fate::Free && doubt(&j) > WHOLE);
        let site = free.max_by(|a, b| doubt(a).total_cmp(&doubt(b)).then(b.cmp(a)));
        out.extend(site.map(|j| Ball::from([crate::location::median::lists::short(j)])));
    }
    out
}

/// The prefix of a client's list in most doubt: score, its sites with `y > 0`, all its free sites, and whether the doubt is large.
fn split(core: &Core, i: usize, y: &[f64], fate: &[Fate]) -> Option<(f64, Vec<u32>, Vec<u32>, bool)> {
    let (row, ceiling) = (core.rows.of(i), core.ceiling(i));
    let (mut sum, mut best) = (0.0, None);
    let mut from = None;
    let mut reach = ceiling;
    for (k, a) in row.iter().enumerate() {
        let (j, c) = (a.to as usize, a.cost());
        if c >= ceiling {
            break;
        }
        if fate[j] == Fate::Open {
            reach = c;
            break;
        }
        sum += y[j].max(0.0);
        if y[j] > WHOLE {
            from.get_or_insert(c);
        }
        if sum >= 1.0 - WHOLE {
            reach = c;
            break;
        }
        let ends = row.get(k + 1).is_none_or(|next| next.cost > a.cost);
        let doubt = sum.min(1.0 - sum);
        if ends && doubt > WHOLE && best.is_none_or(|(d, _)| doubt > d) {
            best = Some((doubt, k + 1));
        }
    }
    let (doubt, size) = best?;
    let reach = if reach.is_finite() { reach } else { row.last().map_or(0.0, |a| a.cost()) };
    let spread = (reach - from.unwrap_or(reach)).max(0.0);
    let free = |a: &&crate::location::median::lists::Arc| fate[a.to as usize] == Fate::Free;
    let ball: Vec<u32> = row[..size].iter().filter(free).map(|a| a.to).collect();
    let mut support: Vec<u32> = ball.iter().copied().filter(|&j| y[j as usize] > WHOLE).collect();
    support.sort_unstable();
    (!support.is_empty()).then_some((doubt * (spread + 1e-9), support, ball, doubt > UNSURE))
}
