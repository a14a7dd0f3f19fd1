//! The order in which to build: from today's layout to the plan.
//!
//! Sites whose level or beds differ are the changes. Each is a step of its own; in large plans the clinics of a township are one step. A step
//! may be taken when
//!
//! * nothing that it closes or lowers is still needed: all sites that serve its people in the plan stand at their level of the plan;
//! * the money of its phase covers it (`phases`; what is not spent is carried over).
//!
//! Of those that may be taken, the one with the largest fall of the objective for each yuan goes first; steps that cost no money and gain come
//! before all, steps that do not gain come last. Values of stages and gains are exact: each is the evaluation of the layout that stands then.
//!
//! **What is guaranteed.** The saving of travel or uncovered people is monotone and submodular in the sites that are added, when everybody goes
//! to the nearest. Then after every step the saving is at least `1 - 1/e` of the most that steps of the plan costing the same money could save
//! (M. Sviridenko, Oper. Res. Lett. 32 (2004), <https://doi.org/10.1016/S0167-6377(03)00062-2>: greedy by density without a limit
//! that turns steps down). With closures, running cost in the objective, limits on sites, or phases the order is greedy and nothing more.

use super::stage::{away, nearest_is_the_plan, stage, uses_at};
use crate::demand::LayoutProblem;
use crate::demand::layout::LEVELS;
use crate::layout::evaluate::{Layout, counted, nearest};
use crate::outcome::{Event, Observer};
use crate::plan::layout::SiteStatus;
use crate::plan::layout_questions::{BuildOrder, BuildStep, Choice, SiteChange, StageValue};
use crate::policy::layout::{BudgetCounts, Capability, Objective};
use rayon::prelude::*;
use std::collections::BTreeMap;

/// Single changes above which the clinics of a township go together.
const SINGLE: usize = 150;
/// Evaluations (clients x levels) above which stale gains stand in until a step is about to be taken.
const WORK: usize = 400_000_000;

/// A step that is not taken yet.
struct Open {
    sites: Vec<usize>,
    yuan: f64,
    /// Sites whose level in the plan must stand first.
    after: Vec<usize>,
    /// Fall of the objective when it was last worked out.
    gain: f64,
    /// Number of steps taken when that was.
    seen: usize,
}

/// The layout that stands, while it is built.
struct Standing<'a> {
    problem: &'a LayoutProblem,
    plan: &'a Layout,
    near: [bool; LEVELS],
    objective: Objective,
    away: f64,
    layout: Layout,
}

impl Standing<'_> {
    /// The layout after a step.
    fn with(&self, sites: &[usize]) -> Layout {
        let mut out = self.layout.clone();
        for &j in sites {
            out.levels[j] = self.plan.levels[j];
            out.beds[j] = self.plan.beds[j];
            out.flags[j] = self.plan.flags[j];
        }
        out.uses = uses_at(self.problem, self.plan, &out.levels, self.near);
        out
    }

    fn value(&self, layout: &Layout) -> StageValue {
        stage(self.problem, layout, self.objective, self.away)
    }
}

/// The phased list of steps from today to the plan; `phases` is the money of each phase in yuan, empty for no limit.
///
/// O(steps^2 x pairs) at the most; large plans evaluate only the steps that are about to be taken.
#[must_use]
pub fn order(problem: &LayoutProblem, plan: &Layout, phases: &[f64], observer: &dyn Observer) -> BuildOrder {
    let near = nearest_is_the_plan(problem, plan);
    let mut open = steps(problem, plan);
    let work = open.len().saturating_mul(open.len()).saturating_mul(problem.clients.len() * LEVELS);
    let choice = if work <= WORK { Choice::Greedy } else { Choice::Lazy };
    let objective = super::objective(problem);
    let now = today_at(problem, plan, near);
    let mut here = Standing { problem, plan, near, objective, away: away(problem), layout: now };
    let start = here.value(&here.layout);
    let guarantee = guaranteed(problem, plan, near, objective, choice, phases);
    let mut out =
        BuildOrder { phases: phases.to_vec(), away_minutes: here.away, start: start.clone(), steps: Vec::new(), choice, guarantee };
    let mut last = start;
    let (mut phase, mut left) = (0, phases.first().copied().unwrap_or(f64::INFINITY));
    observer.event(&Event::Started { step: "order", total: Some(open.len() as u64) });
    while !open.is_empty() {
        let ready: Vec<usize> =
            (0..open.len()).filter(|&n| open[n].after.iter().all(|&j| here.layout.levels[j] >= plan.levels[j])).collect();
        // closures that wait for each other are taken together with nothing before them
        let ready = if ready.is_empty() { (0..open.len()).collect() } else { ready };
        let affordable: Vec<usize> = ready.iter().copied().filter(|&n| open[n].yuan <= left * (1.0 + 1e-12)).collect();
        let may = if affordable.is_empty() {
            if phase < phases.len() {
                phase += 1;
                left = if phase < phases.len() { left + phases[phase] } else { f64::INFINITY };
                continue;
            }
            ready
        } else {
            affordable
        };
        let chosen = choose(&mut open, &may, &here, &last, out.steps.len(), choice);
        let step = open.swap_remove(chosen);
        open.sort_by_key(|s| s.sites[0]);
        let layout = here.with(&step.sites);
        let after = here.value(&layout);
        left -= step.yuan;
        out.steps.push(BuildStep {
            phase: (phase < phases.len().max(1)).then_some(phase as u32 + 1),
            changes: step.sites.iter().map(|&j| changed(problem, plan, j)).collect(),
            yuan: step.yuan,
            gain: last.objective - after.objective,
            gain_minutes: last.minutes - after.minutes,
            gain_people: std::array::from_fn(|n| last.uncovered[n] - after.uncovered[n]),
            gain_running: last.running - after.running,
            after: after.clone(),
        });
        (here.layout, last) = (layout, after);
        observer.event(&Event::Progress { done: out.steps.len() as u64 });
    }
    observer.event(&Event::Finished);
    out
}

/// Today, its people going as in the plan where the plan says so.
fn today_at(problem: &LayoutProblem, plan: &Layout, near: [bool; LEVELS]) -> Layout {
    let mut now = crate::layout::evaluate::today(problem);
    now.uses = uses_at(problem, plan, &now.levels, near);
    now
}

/// The changes as steps, by their first site.
fn steps(problem: &LayoutProblem, plan: &Layout) -> Vec<Open> {
    let now = crate::layout::evaluate::today(problem);
    let flags = |j: usize| Capability::ALL.iter().any(|c| plan.flags[j][*c as usize] != now.flags[j][*c as usize]);
    let differs = |j: usize| plan.levels[j] != now.levels[j] || (plan.beds[j] - now.beds[j]).abs() > 0.5 || flags(j);
    let changes: Vec<usize> = (0..problem.sites.len()).filter(|&j| differs(j)).collect();
    let mut groups: BTreeMap<(usize, usize, bool), Vec<usize>> = BTreeMap::new();
    for &j in &changes {
        let s = &problem.sites[j];
        let small = changes.len() > SINGLE && s.now.max(plan.levels[j]) == 1;
        let place = s.town.filter(|_| small).map_or(usize::MAX, |t| t.index());
        let key = if place == usize::MAX { (usize::MAX, j, false) } else { (place, 0, plan.levels[j] < s.now) };
        groups.entry(key).or_default().push(j);
    }
    let mut heirs: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for n in 0..LEVELS {
        let falls = |j: usize| usize::from(now.levels[j]) > n && usize::from(plan.levels[j]) <= n;
        let mut of_client: Vec<Vec<u32>> = vec![Vec::new(); problem.clients.len()];
        plan.uses[n].iter().for_each(|u| of_client[u.client as usize].push(u.site));
        for u in nearest(problem, &now.levels, n + 1).iter().filter(|u| falls(u.site as usize)) {
            heirs.entry(u.site as usize).or_default().extend(of_client[u.client as usize].iter().map(|j| *j as usize));
        }
    }
    let mut out: Vec<Open> = groups
        .into_values()
        .map(|sites| {
            let mut after: Vec<usize> = sites.iter().flat_map(|j| heirs.get(j).cloned().unwrap_or_default()).collect();
            after.sort_unstable();
            after.dedup();
            after.retain(|j| !sites.contains(j));
            let yuan = sites.iter().map(|&j| money(problem, plan, j)).sum();
            Open { sites, yuan, after, gain: f64::INFINITY, seen: usize::MAX }
        })
        .collect();
    out.sort_by_key(|s| s.sites[0]);
    out
}

/// Money that a site's change costs, yuan: what it adds to the fixed cost, capital of added beds, capabilities.
fn money(problem: &LayoutProblem, plan: &Layout, j: usize) -> f64 {
    let site = &problem.sites[j];
    let level = plan.levels[j];
    let beds = if level >= 2 && !site.city { (plan.beds[j] - site.beds_now).max(0.0) * site.capital[usize::from(level) - 2] } else { 0.0 };
    let new = |c: &Capability| level > 0 && !site.city && plan.flags[j][*c as usize] && !site.has[*c as usize];
    let flags: f64 = Capability::ALL.iter().filter(|c| new(c)).map(|c| problem.rules.capability.get(c).map_or(0.0, |r| r.cost)).sum();
    counted(site, level, BudgetCounts::New) + beds + flags
}

fn changed(problem: &LayoutProblem, plan: &Layout, j: usize) -> SiteChange {
    let s = &problem.sites[j];
    SiteChange {
        code: s.code.clone(),
        status: SiteStatus::of(s.now, plan.levels[j], s.beds_now, plan.beds[j]),
        level_before: s.now,
        level: plan.levels[j],
        beds_before: s.beds_now,
        beds: plan.beds[j],
    }
}

/// The step to take among those that may be: free gains, then gain for each yuan, then what does not gain.
fn choose(open: &mut [Open], may: &[usize], here: &Standing<'_>, last: &StageValue, taken: usize, choice: Choice) -> usize {
    let fresh = |step: &Open| last.objective - here.value(&here.with(&step.sites)).objective;
    let rank = |s: &Open| {
        if s.gain > 0.0 && s.yuan <= 0.0 {
            (2, s.gain)
        } else if s.gain > 0.0 {
            (1, s.gain / s.yuan)
        } else {
            (0, s.gain)
        }
    };
    let better = |a: &Open, b: &Open| {
        let (x, y) = (rank(a), rank(b));
        x.0.cmp(&y.0).then(x.1.total_cmp(&y.1)).then(b.sites[0].cmp(&a.sites[0]))
    };
    if choice == Choice::Greedy || taken == 0 {
        let gains: Vec<f64> = may.par_iter().map(|&n| fresh(&open[n])).collect();
        may.iter().zip(gains).for_each(|(&n, gain)| (open[n].gain, open[n].seen) = (gain, taken));
    }
    loop {
        // `may` is never empty
        let Some(best) = may.iter().copied().max_by(|&a, &b| better(&open[a], &open[b])) else { return 0 };
        if open[best].seen == taken {
            return best;
        }
        (open[best].gain, open[best].seen) = (fresh(&open[best]), taken);
    }
}

/// See the module's text.
fn guaranteed(
    problem: &LayoutProblem,
    plan: &Layout,
    near: [bool; LEVELS],
    objective: Objective,
    choice: Choice,
    phases: &[f64],
) -> Option<f64> {
    let grows = problem.sites.iter().zip(&plan.levels).all(|(s, l)| *l >= s.now);
    let paid = (0..problem.sites.len()).filter(|&j| plan.levels[j] > problem.sites[j].now).all(|j| money(problem, plan, j) > 0.0);
    let sum = matches!(objective, Objective::Travel | Objective::Coverage);
    let _ = choice; // gains only fall here, so that stale ones are upper bounds: lazy is greedy
    (grows && paid && sum && near.iter().all(|n| *n) && phases.is_empty()).then_some(1.0 - (-1.0_f64).exp())
}
