//! Groups in the run of the engine: among all sites of a core, or among those that the dual likes best.

use super::branch::{Effort, Goal};
use super::core::Fate;
use super::dual::Ascent;
use super::engine::{PAYS, WIDE, enough, offer, say};
use super::groups::{Size, polish, shift};
use super::lists::short;
use super::search::Search;
use super::watch::Watch;
use super::whole::Whole;

/// Sites for each open one that take part in groups first.
const LIKED: usize = 6;

/// Times that sites are moved between groups in a round.
const TURNS: usize = 12;

/// Share of the value that groups gain before the answer is valued and told.
const TOLD: f64 = 5e-5;

/// Groups among the sites that the dual likes best: a tenth of the pairs, most of the gain. False where the instance is so small that all
/// sites may take part at once.
pub(super) fn among_liked(whole: &Whole<'_>, u: &[f64], round: usize, goal: Goal, watch: &Watch<'_>) -> bool {
    let places = whole.places(&watch.open());
    let liked = places.len().saturating_mul(LIKED);
    let size = group_size(whole, round);
    let short = whole.core.count.is_some_and(|p| p != places.len());
    if whole.core.rows.pairs() < WIDE || 2 * liked > whole.core.sites() || short || size.sites < 3 || watch.clock.stop() {
        return false;
    }
    let (part, v) = thinned(whole, u, &places, liked);
    regroup(&part, &v, size, goal, watch);
    say(watch, "groups of liked sites", &part);
    for turn in 0..TURNS {
        let before = watch.bounds().primal;
        if enough(goal, watch) || !reallot(&part, &v, group_size(whole, turn % 2), turn, goal, watch) {
            break;
        }
        say(watch, "sites moved between groups", &part);
        if before - watch.bounds().primal < PAYS * before.abs() {
            break;
        }
    }
    true
}

/// Sites move from groups that can spare them to groups that have more use of them; then groups around what changed.
fn reallot(whole: &Whole<'_>, u: &[f64], size: Size, turn: usize, goal: Goal, watch: &Watch<'_>) -> bool {
    let places = whole.places(&watch.open());
    let Some(p) = whole.core.count.filter(|p| *p == places.len() && *p < whole.core.sites()) else { return false };
    let mut ascent = Ascent::new(&whole.core, u.iter().copied(), 0.0);
    ascent.evaluate(&whole.core);
    let mut rho = std::mem::take(&mut ascent.rho);
    drop(ascent);
    let (_, last, _) = rho.select_nth_unstable_by(p, f64::total_cmp);
    let price = -*last;
    let clock = watch.clock;
    if price <= 0.0 || clock.stop() {
        return false;
    }
    let stop = move || clock.stop();
    let cost = |i: usize, j: usize| whole.cost(i, j);
    let before = watch.bounds().primal;
    let mut local = Search::new(&whole.core, &cost, &places, 4.0 * before.abs() + 1.0);
    let goal = within_groups(goal);
    // other groups every time
    let from = turn * whole.core.sites() / TURNS;
    let changed = shift(&whole.core, &cost, &mut local, u, (price, from), size, goal, &stop);
    polish(&whole.core, &cost, &mut local, u, group_size(whole, 0), &changed, goal, &stop, &mut |_| ());
    offer(whole, watch, &local.open_sites());
    watch.bounds().primal < before
}

/// What groups are worked out to: a gap that does for the whole would leave as much in every group.
fn within_groups(goal: Goal) -> Goal {
    Goal { gap: (0.002 * goal.gap).clamp(1e-9, 1e-6), ..goal }
}

/// Groups grow from round to round, but stay parts of the whole.
pub(super) fn group_size(whole: &Whole<'_>, round: usize) -> Size {
    let most = whole.core.count.unwrap_or(usize::MAX) / 3;
    let round = round.min(5);
    let effort = Effort { root: 150, node: 40, nodes: 20 << round, exact: 0 };
    Size { sites: (10 << round).min(most), pairs: 300_000 << round, effort }
}

/// Groups around every open site of the incumbent, when the core still has all of them.
pub(super) fn improve(whole: &Whole<'_>, u: &[f64], size: Size, goal: Goal, watch: &Watch<'_>) -> bool {
    let places = whole.places(&watch.open());
    if size.sites < 3 || places.is_empty() || whole.core.count.is_some_and(|p| p != places.len()) {
        return false;
    }
    // where three open sites are too much for a group, only sites that the dual likes take part
    let per_site = whole.core.rows.pairs() / places.len();
    if 3 * per_site > size.pairs {
        let share = whole.core.sites().saturating_mul(size.pairs) / (3 * per_site);
        let (part, v) = thinned(whole, u, &places, share);
        return regroup(&part, &v, size, goal, watch);
    }
    regroup(whole, u, size, goal, watch)
}

/// The core without all but some sites of least `rho`; some stay in any case.
pub(super) fn thinned<'a>(whole: &Whole<'a>, u: &[f64], stay: &[u32], most: usize) -> (Whole<'a>, Vec<f64>) {
    let mut ascent = Ascent::new(&whole.core, u.iter().copied(), 0.0);
    ascent.evaluate(&whole.core);
    let rho = |j: &u32| ascent.rho[*j as usize];
    let mut order: Vec<u32> = (0..short(whole.core.sites())).collect();
    order.sort_unstable_by(|a, b| rho(a).total_cmp(&rho(b)).then(a.cmp(b)));
    let mut fate = vec![Fate::Closed; order.len()];
    order.iter().take(most).chain(stay).for_each(|&j| fate[j as usize] = Fate::Free);
    whole.decided(&fate, u)
}

fn regroup(whole: &Whole<'_>, u: &[f64], size: Size, goal: Goal, watch: &Watch<'_>) -> bool {
    let places = whole.places(&watch.open());
    let cost = |i: usize, j: usize| whole.cost(i, j);
    let before = watch.bounds().primal;
    let mut local = Search::new(&whole.core, &cost, &places, 4.0 * before.abs() + 1.0);
    let clock = watch.clock;
    // to value an answer on the full data takes as long as many a group
    let mut told = local.value();
    let all = local.is_open.clone();
    polish(&whole.core, &cost, &mut local, u, size, &all, within_groups(goal), &move || clock.stop(), &mut |state| {
        if told - state.value() > TOLD * told.abs() {
            told = state.value();
            offer(whole, watch, &state.open_sites());
        }
    });
    offer(whole, watch, &local.open_sites());
    watch.bounds().primal < before
}
