//! Independent verification of a location solution against its instance: plain loops over the numbers of the instance and the written solution.
//! Imports no algorithm; a solution that anyone hands in can be checked.
//!
//! # Codes
//!
//! | code | what is wrong |
//! | --- | --- |
//! | `header` | version or kind |
//! | `instance` | sizes, sums or hash are not those of the instance, or the instance lacks what the problem needs |
//! | `shape` | a position outside the instance, a list of another length, not increasing, or an assignment of another kind than the problem's |
//! | `value` | a number that is negative or not finite where it may not be, or the value is not what the sites and the assignment cost |
//! | `count` | more open sites than asked for |
//! | `closed` | service from a site that is not open, or over a plant that is not open |
//! | `no-way` | service where there is no way |
//! | `within` | a client counted as covered from further than asked for |
//! | `unserved` | a client that can be served is not, and is not named |
//! | `unreachable` | a client is named as unreachable and can be served |
//! | `demand` | a client does not get its demand |
//! | `capacity` | a site or plant gives more than it has |
//! | `balance` | a depot sends other than it gets |
//! | `bounds` | the bound crosses the value, a trace that contradicts them |
//! | `gap` | the gap is not that of the bounds |
//! | `termination` | called optimal with a gap that is not, or a solution of a run that found none |
//! | `certificate` | the multipliers do not prove what is said of them |
//!
//! # Tolerances
//!
//! Amounts agree to [`AMOUNT`] of the demand or capacity, money to [`MONEY`] of the sum of its parts' magnitudes.

use super::{Findings, MONEY, Violation, location_bound, location_rows};
use crate::instance::{Instance, Problem};
use crate::plan::LocationPlan;
use crate::plan::Termination;
use crate::plan::location::{LOCATION_KIND, LOCATION_VERSION};

/// Relative tolerance of amounts against demand and capacity.
pub const AMOUNT: f64 = 1e-6;

/// Verifies a solution; an empty list means that every test passed. O(clients x sites) at most, O(clients) where nothing is unreachable.
#[must_use]
pub fn check_location(instance: &Instance, plan: &LocationPlan) -> Vec<Violation> {
    let mut found = Findings::default();
    if !(header(instance, plan, &mut found) && location_rows::shape(instance, plan, &mut found)) {
        return found.0;
    }
    if let Some(p) = plan.problem.p() {
        found.at_most("count", || "open".into(), plan.open.len() as f64, p as f64, 0.0, "More sites are open than were asked for.");
    }
    let served = location_rows::served(instance, plan, &mut found);
    location_rows::nobody_dropped(instance, plan, &served.clients, &mut found);
    let fixed: f64 = plan.open.iter().map(|&j| opening(instance, &plan.problem, j as usize)).sum();
    let above: f64 = instance.upper.as_ref().map_or(0.0, |u| plan.upper_open.iter().map(|&k| u.fixed[k as usize]).sum());
    let value = match plan.problem {
        Problem::PCenter { .. } | Problem::MaxCover { .. } => served.cost,
        Problem::PMedian { .. } | Problem::CapacitatedPMedian { .. } => served.cost,
        Problem::SetCover { .. } => fixed,
        _ => fixed + above + served.cost,
    };
    let slack = MONEY * value.abs().max(1.0);
    found.equal("value", || "value".into(), plan.value, value, slack, "The value is not what the open sites and the assignment give.");
    bounds(plan, value, slack, &mut found);
    location_bound::certificate(instance, plan, &mut found);
    found.0
}

/// What opening a site adds to the value.
fn opening(instance: &Instance, problem: &Problem, site: usize) -> f64 {
    match problem {
        Problem::SetCover { .. } if instance.fixed.is_empty() => 1.0,
        _ => instance.fixed_cost(site),
    }
}

fn header(instance: &Instance, plan: &LocationPlan, found: &mut Findings) -> bool {
    if plan.version != LOCATION_VERSION || plan.kind != LOCATION_KIND {
        found.add(
            "header",
            &plan.kind,
            f64::from(plan.version),
            f64::from(LOCATION_VERSION),
            "This is no location solution of this version.",
        );
        return false;
    }
    let (mark, written) = (instance.mark(), &plan.instance.mark);
    if mark != *written {
        let message = format!(
            "The solution was made from another instance: {} clients, {} sites, hash {} there; {} clients, {} sites, hash {} here.",
            written.clients, written.sites, written.hash, mark.clients, mark.sites, mark.hash
        );
        found.add("instance", &plan.instance.name, written.demand, mark.demand, message);
        return false;
    }
    let capacities = instance.capacity.len() == instance.sites();
    let lacks = match plan.problem {
        Problem::Capacitated | Problem::SingleSource | Problem::CapacitatedPMedian { .. } => !capacities,
        Problem::TwoLevel => instance.upper.is_none(),
        Problem::TwoStage => !capacities || instance.upper.as_ref().is_none_or(|u| u.capacity.len() != u.fixed.len()),
        _ => false,
    };
    if lacks {
        found.add("instance", &plan.instance.name, 0.0, 1.0, "The instance has no capacities or plants, which the problem needs.");
    }
    !lacks
}

fn bounds(plan: &LocationPlan, value: f64, slack: f64, found: &mut Findings) {
    let b = &plan.bounds;
    found.equal("bounds", || "bounds.primal".into(), b.primal, value, slack, "The value inside the bounds is not the value.");
    if b.dual.is_nan() {
        found.add("bounds", "bounds.dual", b.dual, value, "The bound is no number.");
    }
    let (low, high) = if plan.problem.maximises() { (value, b.dual) } else { (b.dual, value) };
    if low > high + slack {
        found.add("bounds", "bounds.dual", b.dual, value, "The bound is on the wrong side of the value.");
    }
    let gap = plan.problem.gap(b);
    match plan.gap {
        Some(g) => found.equal("gap", || "gap".into(), g, gap, 1e-12 + 1e-9 * gap.abs(), "The gap is not that of the bounds."),
        None if gap.is_finite() => found.add("gap", "gap", f64::NAN, gap, "The gap is left out although both bounds are there."),
        None => {}
    }
    match plan.termination {
        Termination::Optimal => {
            let asked = plan.gap_asked;
            found.at_most(
                "termination",
                || "termination".into(),
                gap,
                asked,
                1e-12,
                "The solution is called optimal and its gap is not what was asked for.",
            );
        }
        Termination::Feasible(_) => {}
        _ => found.add("termination", "termination", 0.0, 1.0, "The run found no solution, and here is one."),
    }
    let mut before = 0.0;
    for (n, step) in plan.trace.iter().enumerate() {
        let s = step.bounds;
        let (worse, bound) = if plan.problem.maximises() {
            (s.primal <= value + slack, s.dual >= value - slack)
        } else {
            (s.primal >= value - slack, s.dual <= value + slack)
        };
        if !(worse && bound && step.seconds >= before) {
            found.add(
                "bounds",
                format!("trace[{n}]"),
                s.dual,
                value,
                "A line of the trace contradicts the final value, or runs back in time.",
            );
            break;
        }
        before = step.seconds;
    }
}
