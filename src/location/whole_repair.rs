//! What would make an infeasible question feasible: the fewest sites, or the least capacity.

use super::preflight;
use super::whole::{Goal, build, chosen};
use crate::backend::{Backend, BackendError};
use crate::instance::{Instance, Problem};
use crate::outcome::{Limits, Observer};

/// Sentences, in the units of the instance. The models of `whole` with another objective tell: fewest open sites that reach (and hold) everybody where sites
/// are counted, least capacity to be added where it is not.
pub(super) fn repair(
    instance: &Instance,
    problem: &Problem,
    served: &[usize],
    backend: &dyn Backend,
    limits: &Limits,
    observer: &dyn Observer,
) -> Result<Vec<String>, BackendError> {
    let goal = if problem.p().is_some() { Goal::FewestSites } else { Goal::LeastCapacity };
    let whole = build(instance, problem, served, goal);
    let found = backend.solve_mip(&whole.model, None, limits, observer)?;
    let m = instance.sites();
    if found.values.is_empty() {
        let capacitated = !instance.capacity.is_empty() && *problem != Problem::TwoLevel;
        return if capacitated && goal == Goal::FewestSites {
            repair_capacity(instance, problem, served, backend, limits, observer)
        } else {
            Ok(general(instance))
        };
    }
    if goal == Goal::FewestSites {
        let fewest = chosen(&found.values[..m]).len();
        let asked = problem.p().unwrap_or(0);
        return Ok(vec![format!("-p {fewest} at least: {asked} sites cannot serve every client")]);
    }
    Ok(missing(instance, &found.values[found.values.len() - m..]))
}

fn repair_capacity(
    instance: &Instance,
    problem: &Problem,
    served: &[usize],
    backend: &dyn Backend,
    limits: &Limits,
    observer: &dyn Observer,
) -> Result<Vec<String>, BackendError> {
    let whole = build(instance, problem, served, Goal::LeastCapacity);
    let found = backend.solve_mip(&whole.model, None, limits, observer)?;
    if found.values.is_empty() {
        return Ok(general(instance));
    }
    Ok(missing(instance, &found.values[found.values.len() - instance.sites()..]))
}

fn missing(instance: &Instance, more: &[f64]) -> Vec<String> {
    more.iter()
        .enumerate()
        .filter(|(_, e)| **e > 1e-6)
        .map(|(j, e)| format!("+{:.6} capacity at site {} ({} now)", e, instance.site_name(j), instance.capacity[j]))
        .collect()
}

fn general(instance: &Instance) -> Vec<String> {
    let cut: Vec<u32> = super::serve::unreachable(instance, &Problem::Uncapacitated);
    let who = preflight::names(instance, &cut);
    vec![
        format!(
            "no choice of the {} sites serves every client; more capacity, more sites or more ways between them are wanted {who}",
            instance.sites()
        )
        .trim_end()
        .to_owned(),
    ]
}
