//! From an answer to the shape that is written.

use super::{Answer, Assignment, NOBODY, Settings};
use crate::check::lagrangian_bound;
use crate::instance::{Instance, Problem};
use crate::plan::location::{Assignment as Written, LOCATION_KIND, LOCATION_VERSION, LocationPlan, Shipments, Source, TraceStep};

/// What a run says beside its answer.
#[derive(Debug, Clone)]
pub struct Run {
    /// Format that the instance was read as.
    pub format: String,
    /// Capacity given beside the file.
    pub capacity: Option<f64>,
    /// Seconds of the search.
    pub seconds: f64,
    /// Most memory of the process, bytes.
    pub peak_memory_bytes: Option<u64>,
    /// `own` or `mip`.
    pub method: String,
}

/// The solution as it is written. Only an answer with open sites, or one that needs none, is a solution.
#[must_use]
pub fn plan(instance: &Instance, problem: Problem, settings: &Settings, answer: &Answer, run: &Run) -> LocationPlan {
    let gap = problem.gap(&answer.bounds);
    let prove = |u: &Vec<f64>| lagrangian_bound(instance, &problem, &answer.unreachable, u);
    let certified_bound = answer.multipliers.as_ref().and_then(prove);
    let multipliers = answer.multipliers.clone().filter(|_| certified_bound.is_some());
    LocationPlan {
        version: LOCATION_VERSION,
        kind: LOCATION_KIND.to_owned(),
        fenji: env!("CARGO_PKG_VERSION").to_owned(),
        instance: Source { name: instance.name.clone(), format: run.format.clone(), capacity: run.capacity, mark: instance.mark() },
        problem,
        value: answer.bounds.primal,
        bounds: answer.bounds,
        gap: gap.is_finite().then_some(gap),
        gap_asked: settings.limits.gap,
        termination: answer.termination,
        seconds: run.seconds,
        peak_memory_bytes: run.peak_memory_bytes,
        open: answer.open.clone(),
        upper_open: answer.upper_open.clone(),
        assignment: assignment(&answer.assignment),
        unreachable: answer.unreachable.clone(),
        certified_bound,
        multipliers,
        trace: answer.trace.iter().map(|s| TraceStep { seconds: s.seconds, bounds: s.bounds }).collect(),
        seed: settings.seed,
        threads: settings.limits.threads as u64,
        method: run.method.clone(),
    }
}

fn assignment(from: &Assignment) -> Written {
    let shipments = |list: &[(u32, u32, f64)]| {
        let mut out = Shipments::default();
        list.iter().for_each(|&(a, b, amount)| out.push(a, b, amount));
        out
    };
    match from {
        Assignment::Single(site) => Written::Single { site: site.clone() },
        Assignment::Split(list) => {
            let turned: Vec<(u32, u32, f64)> = list.iter().map(|&(client, site, amount)| (site, client, amount)).collect();
            Written::Split(shipments(&turned))
        }
        Assignment::Paths(list) => {
            let pick = |which: fn(&(u32, u32)) -> u32| list.iter().map(|p| (*p != NOBODY).then(|| which(p))).collect();
            Written::Paths { depot: pick(|p| p.0), plant: pick(|p| p.1) }
        }
        Assignment::Stages { upper, lower } => Written::Stages { upper: shipments(upper), lower: shipments(lower) },
    }
}
