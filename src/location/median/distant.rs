//! Instances whose lists of all sites would not fit in memory: a million points and a thousand sites. The engine then works on every so
//! manieth site only, and what its multipliers say of all sites is evaluated pair by pair.

use super::lists::short;
use super::watch::Watch;
use crate::check::lagrangian_bound;
use crate::instance::{Instance, Problem};

/// Most pairs that lists of all sites may hold, at 16 bytes each.
pub(super) const MOST: usize = 230_000_000;

/// Pairs that an evaluation without lists looks at in a second, at least.
const PAIRS_A_SECOND: f64 = 2.5e7;

/// Pairs that lists will hold, from clients times sites over open sites: a circle of the second-nearest times 1.35 has 3.6 times as many.
pub(super) fn pairs(long: usize) -> usize {
    long.saturating_mul(4)
}

/// What can be said where lists of all sites would not fit in memory: the bound of the multipliers found on some sites, evaluated pair by pair
/// when there is time for that; costs are not negative, so that it is not below zero.
pub(super) fn distant(
    instance: &Instance,
    (clients, long): (&[u32], usize),
    count: Option<usize>,
    known: Option<&[f64]>,
    watch: &Watch<'_>,
) {
    if instance.demand.iter().chain(&instance.fixed).all(|v| *v >= 0.0) {
        watch.bound(0.0);
    }
    #[allow(clippy::cast_precision_loss)]
    let seconds = pairs(long) as f64 / PAIRS_A_SECOND;
    let Some(known) = known.filter(|_| !watch.clock.stop() && watch.clock.left().is_none_or(|left| left.as_secs_f64() > seconds)) else {
        return;
    };
    let mut u = vec![0.0; instance.clients()];
    clients.iter().zip(known).for_each(|(&i, &v)| u[i as usize] = v);
    let problem = count.map_or(Problem::Uncapacitated, |p| Problem::PMedian { p });
    let counts: std::collections::BTreeSet<u32> = clients.iter().copied().collect();
    let rest: Vec<u32> = (0..short(instance.clients())).filter(|i| !counts.contains(i)).collect();
    if let Some(bound) = lagrangian_bound(instance, &problem, &rest, &u) {
        watch.priced(clients, known);
        watch.bound(bound - 1e-9 * u.iter().sum::<f64>());
    }
}
