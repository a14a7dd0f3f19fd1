//! What a planner asks next of a layout. Every answer carries its bounds; what is not proven is said to be open.
//!
//! | file | question |
//! | --- | --- |
//! | `order` | in which order to build: steps from today to the plan with the gain of each, evaluated on the layout that stands then |
//! | `why` | what forcing each site in or out would cost, as a proven interval |
//! | `alternatives` | different plans within a distance of the best, and the proof that there are no more |
//! | `robust` | hospitals out, ways cut, an older population |
//! | `regret` | regrets over scenarios, and the layout whose worst regret is least |
//!
//! They share `stage` (what a layout on the way costs and gives), `keeps` (rules that it breaks), `region` (independent catchments and forced
//! problems) and `relax` (bounds from duals of the relaxation).

pub mod alternatives;
pub mod keeps;
pub mod order;
pub mod region;
pub mod regret;
pub mod relax;
pub mod robust;
pub mod stage;
pub mod why;

pub use alternatives::{AlternativeOptions, alternatives};
pub use order::order;
pub use regret::{RegretOptions, regrets};
pub use robust::{ageing, cut_road, cut_ways, outages};
pub use why::{WhyOptions, why};

use super::evaluate::{Layout, Use, nearest};
use crate::demand::LayoutProblem;
use crate::demand::layout::LEVELS;
use crate::plan::LayoutPlan;
use crate::policy::layout::Objective;
use std::collections::BTreeMap;

/// The objective that questions speak of: the first.
#[must_use]
pub fn objective(problem: &LayoutProblem) -> Objective {
    problem.rules.objective.first().copied().unwrap_or(Objective::Cost)
}

/// A layout of these levels with everybody at the nearest site, today's beds and capabilities.
#[must_use]
pub fn layout_at(problem: &LayoutProblem, levels: &[u8]) -> Layout {
    let open = |j: usize| levels[j] > 0;
    let n = problem.sites.len();
    Layout {
        levels: levels.to_vec(),
        beds: (0..n).map(|j| if levels[j] >= 2 { problem.sites[j].beds_now } else { 0.0 }).collect(),
        flags: (0..n).map(|j| if open(j) { problem.sites[j].has } else { [false; 4] }).collect(),
        uses: std::array::from_fn(|l| nearest(problem, levels, l + 1)),
    }
}

/// The layout of a written plan; `None` when the plan names sites or settlements that the problem does not have. O(sites + uses).
#[must_use]
pub fn layout_of(problem: &LayoutProblem, plan: &LayoutPlan) -> Option<Layout> {
    let site_at: BTreeMap<&str, usize> = problem.sites.iter().enumerate().map(|(j, s)| (s.code.as_str(), j)).collect();
    let client_at: BTreeMap<u32, usize> = problem.clients.iter().enumerate().map(|(i, c)| (c.settlement.0, i)).collect();
    let n = problem.sites.len();
    let mut layout = Layout { levels: vec![0; n], beds: vec![0.0; n], flags: vec![[false; 4]; n], uses: Default::default() };
    let mut place = Vec::with_capacity(plan.sites.len());
    for s in &plan.sites {
        let j = *site_at.get(s.code.as_str())?;
        place.push(j);
        layout.levels[j] = s.level;
        layout.beds[j] = s.beds;
        s.capabilities.iter().for_each(|c| layout.flags[j][*c as usize] = true);
    }
    let a = &plan.assignments;
    for (n, &settlement) in a.settlement.iter().enumerate() {
        let client = *client_at.get(&settlement)?;
        let site = *place.get(*a.site.get(n)? as usize)?;
        let level = usize::from(*a.level.get(n)?);
        if !(1..=LEVELS).contains(&level) {
            return None;
        }
        #[allow(clippy::cast_possible_truncation)] // tables are limited to u32::MAX rows at the door
        layout.uses[level - 1].push(Use { client: client as u32, site: site as u32, share: *a.share.get(n)?, minutes: *a.minutes.get(n)? });
    }
    for uses in &mut layout.uses {
        uses.sort_by_key(|u| (u.client, u.site));
    }
    Some(layout)
}
