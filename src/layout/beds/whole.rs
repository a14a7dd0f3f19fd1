//! From the numbers of a linear programme to whole beds by area and facility: largest remainders (Hamilton's method) within bounds.

use super::frame::{Frame, count, float};
use crate::indicators::equity;
use crate::plan::beds::BedsMeasures;

/// Whole numbers that sum to `total`, each the floor or the ceiling of its value where that is possible, the largest fractions rounded up
/// first (ties: the first). `total` must lie between the sums of floors and ceilings, else it is taken as near as they allow.
#[must_use]
pub fn largest_remainder(values: &[f64], total: u64) -> Vec<u64> {
    // 1e-7 beds are the arithmetic of a solver, not a fraction.
    let mut whole: Vec<u64> = values.iter().map(|v| count((v + 1e-7).floor())).collect();
    let mut order: Vec<usize> = (0..values.len()).collect();
    let fraction = |i: usize| values[i] - float(count((values[i] + 1e-7).floor()));
    order.sort_by(|&a, &b| fraction(b).total_cmp(&fraction(a)).then(a.cmp(&b)));
    let mut missing = total.saturating_sub(whole.iter().sum());
    for &i in order.iter().filter(|&&i| fraction(i) > 1e-7) {
        if missing == 0 {
            break;
        }
        whole[i] += 1;
        missing -= 1;
    }
    whole
}

/// Shares `total` out in proportion to weights, none above its room, in whole numbers by largest remainder. Where a share hits its room
/// the rest goes on among the others. What nobody has room for is left over; nobody without weight gets any.
#[must_use]
pub fn apportion(total: u64, weights: &[f64], room: &[u64]) -> Vec<u64> {
    let mut out = vec![0; weights.len()];
    let mut open: Vec<usize> = (0..weights.len()).filter(|&i| weights[i] > 0.0 && room[i] > 0).collect();
    let mut left = total;
    while !open.is_empty() && left > 0 {
        let sum: f64 = open.iter().map(|&i| weights[i]).sum();
        let share = |i: usize| float(left) * weights[i] / sum;
        let full: Vec<usize> = open.iter().copied().filter(|&i| share(i) >= float(room[i])).collect();
        if full.is_empty() {
            let shares: Vec<f64> = open.iter().map(|&i| share(i)).collect();
            for (&i, n) in open.iter().zip(largest_remainder(&shares, left)) {
                out[i] = n;
            }
            break;
        }
        for i in full {
            out[i] = room[i];
            left -= room[i].min(left);
            open.retain(|&o| o != i);
        }
    }
    out
}

/// Beds of each site when the areas hold `after`, of which `added` by kind were asked for (used where an area grows by several kinds).
///
/// The rule: what an area gains is shared out among its facilities in proportion to the beds they have, what it loses likewise.
#[must_use]
pub fn by_site(frame: &Frame, after: &[u64], added: &[Vec<f64>]) -> Vec<u64> {
    let mut beds: Vec<u64> = frame.sites.iter().map(|s| s.before).collect();
    for (a, (&goal, area)) in after.iter().zip(&frame.areas).enumerate() {
        let here: Vec<usize> = (0..frame.sites.len()).filter(|&s| frame.sites[s].area == a).collect();
        let now = count(area.before);
        if goal < now {
            let weights: Vec<f64> = here.iter().map(|&s| float(frame.sites[s].before)).collect();
            let room: Vec<u64> = here.iter().map(|&s| frame.sites[s].before).collect();
            for (&s, n) in here.iter().zip(apportion(now - goal, &weights, &room)) {
                beds[s] -= n;
            }
            continue;
        }
        // by kind first, then what rounding left over wherever there is room
        let by_kind = largest_remainder(&added[a], goal - now);
        let mut left = goal - now;
        for (kind, &n) in by_kind.iter().enumerate() {
            left -= grow(frame, &here, &mut beds, n.min(left), |s| frame.sites[s].kind == kind);
        }
        grow(frame, &here, &mut beds, left, |_| true);
    }
    beds
}

/// Adds beds at some sites; returns how many found room.
fn grow(frame: &Frame, here: &[usize], beds: &mut [u64], n: u64, keep: impl Fn(usize) -> bool) -> u64 {
    let sites: Vec<usize> = here.iter().copied().filter(|&s| keep(s)).collect();
    let weights: Vec<f64> = sites.iter().map(|&s| float(frame.sites[s].before)).collect();
    let room: Vec<u64> = sites.iter().map(|&s| frame.sites[s].upper - beds[s].min(frame.sites[s].upper)).collect();
    let shares = apportion(n, &weights, &room);
    for (&s, n) in sites.iter().zip(&shares) {
        beds[s] += n;
    }
    shares.iter().sum()
}

/// How even beds are.
#[must_use]
pub fn measures(frame: &Frame, beds: &[f64]) -> BedsMeasures {
    let heads: Vec<f64> = frame.areas.iter().map(|a| a.heads).collect();
    let rates: Vec<f64> = beds.iter().zip(&heads).map(|(b, h)| b / h).collect();
    let (all, people): (f64, f64) = (beds.iter().sum(), heads.iter().sum());
    BedsMeasures {
        beds: all,
        gini: equity::gini(&rates, &heads).unwrap_or(0.0),
        lowest: rates.iter().copied().fold(f64::INFINITY, f64::min),
        highest: rates.iter().copied().fold(0.0, f64::max),
        mean_deviation: rates.iter().zip(&heads).map(|(r, h)| h * (r - all / people).abs()).sum::<f64>() / people,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remainders_go_to_the_largest_fractions() {
        assert_eq!(largest_remainder(&[1.5, 2.6, 0.9], 5), [1, 3, 1]);
        assert_eq!(largest_remainder(&[1.5, 1.5], 3), [2, 1]);
        assert_eq!(largest_remainder(&[3.0, 2.000_000_000_1], 5), [3, 2]);
        assert_eq!(largest_remainder(&[2.999_999_999_9, 2.0], 5), [3, 2]);
    }

    #[test]
    fn shares_stop_at_the_room_and_the_rest_goes_on() {
        assert_eq!(apportion(10, &[1.0, 1.0], &[3, 20]), [3, 7]);
        assert_eq!(apportion(10, &[1.0, 1.0], &[3, 4]), [3, 4]);
        assert_eq!(apportion(7, &[2.0, 1.0, 0.0], &[9, 9, 9]), [5, 2, 0]);
        assert_eq!(apportion(0, &[1.0], &[5]), [0]);
    }
}
