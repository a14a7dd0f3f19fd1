//! What can be said before any search: questions that the instance cannot answer, and those that plain counting shows to be infeasible.

use super::Answer;
use super::serve;
use crate::instance::{Instance, Problem};
use crate::outcome::Termination;

/// Names of clients that a sentence lists before it counts the rest.
const LISTED: usize = 10;

/// What an instance lacks to be asked a question; `None` when it has everything.
#[must_use]
pub fn lacks(instance: &Instance, problem: &Problem) -> Option<&'static str> {
    let capacities = instance.capacity.len() == instance.sites();
    match problem {
        Problem::Capacitated | Problem::SingleSource | Problem::CapacitatedPMedian { .. } if !capacities => Some("capacities of the sites"),
        Problem::TwoLevel | Problem::TwoStage if instance.upper.is_none() => Some("plants above the sites"),
        Problem::TwoStage if !capacities => Some("capacities of the depots"),
        Problem::TwoStage if instance.upper.as_ref().is_some_and(|u| u.capacity.len() != u.fixed.len()) => Some("capacities of the plants"),
        _ => None,
    }
}

/// An infeasible answer with its repair, when counting alone shows it. O(clients log sites).
#[must_use]
pub fn infeasible(instance: &Instance, problem: &Problem, unreachable: &[u32]) -> Option<Answer> {
    let repair = lacks(instance, problem).map(|what| vec![format!("the instance has no {what}: add them")]);
    let repair = repair.or_else(|| sites(instance, problem, unreachable)).or_else(|| capacity(instance, problem, unreachable));
    let repair = repair.or_else(|| distance(instance, problem));
    repair.map(|repair| Answer { unreachable: unreachable.to_vec(), ..Answer::none(problem, Termination::Infeasible, repair) })
}

fn sites(instance: &Instance, problem: &Problem, unreachable: &[u32]) -> Option<Vec<String>> {
    let p = problem.p()?;
    let m = instance.sites();
    if p > m {
        return Some(vec![format!("-p {m} at most: there are {m} candidate sites, {p} were asked for")]);
    }
    (p == 0 && unreachable.len() < instance.clients()).then(|| vec!["-p 1 at least: somebody has to be served".to_owned()])
}

fn capacity(instance: &Instance, problem: &Problem, unreachable: &[u32]) -> Option<Vec<String>> {
    let counts = matches!(problem, Problem::Capacitated | Problem::SingleSource | Problem::CapacitatedPMedian { .. } | Problem::TwoStage);
    if !counts {
        return None;
    }
    let mut out = unreachable.iter().peekable();
    let served = |i: &usize| {
        let skip = out.peek().is_some_and(|&&u| u as usize == *i);
        if skip {
            out.next();
        }
        !skip
    };
    let reached: Vec<usize> = (0..instance.clients()).filter(served).collect();
    let demand: f64 = reached.iter().map(|&i| instance.demand[i]).sum();
    let mut sizes = instance.capacity.clone();
    sizes.sort_by(|a, b| b.total_cmp(a));
    let open = problem.p().unwrap_or(sizes.len());
    let mut repair = short("the sites", sizes.iter().take(open).sum(), demand, problem.p()).into_iter().collect::<Vec<_>>();
    if let (Some(_), Some(p)) = (repair.first(), problem.p()) {
        let mut sum = 0.0;
        if let Some(k) = sizes.iter().position(|q| {
            sum += q;
            sum >= demand
        }) {
            repair.push(format!("or -p {} at least, where {p} were asked for", k + 1));
        }
    }
    if let (Problem::TwoStage, Some(upper)) = (problem, &instance.upper) {
        repair.extend(short("the plants", upper.capacity.iter().sum(), demand, None));
    }
    if matches!(problem, Problem::SingleSource | Problem::CapacitatedPMedian { .. }) {
        let most = sizes.first().copied().unwrap_or(0.0);
        let large: Vec<u32> = reached.iter().filter(|&&i| instance.demand[i] > most).map(|&i| id(i)).collect();
        if !large.is_empty() {
            let need = large.iter().map(|&i| instance.demand[i as usize]).fold(0.0, f64::max);
            let who = names(instance, &large);
            repair.push(format!("a site of capacity {need} at least, or split the clients larger than the largest site ({most}): {who}"));
        }
    }
    (!repair.is_empty()).then_some(repair)
}

fn short(whose: &str, capacity: f64, demand: f64, p: Option<usize>) -> Option<String> {
    // sums of the same numbers in another order may differ in their last digits
    let missing = demand - capacity;
    let of = p.map_or(String::new(), |p| format!(" of the {p} largest"));
    (missing > 1e-9 * demand.max(1.0)).then(|| format!("+{missing} capacity at {whose}: demand is {demand}, the capacity{of} {capacity}"))
}

/// Set covering whose distance is too short for some clients.
fn distance(instance: &Instance, problem: &Problem) -> Option<Vec<String>> {
    let Problem::SetCover { within } = problem else { return None };
    let reach = serve::reach(instance);
    let far: Vec<u32> = (0..reach.len()).filter(|&i| reach[i].is_finite() && reach[i] > *within).map(id).collect();
    if far.is_empty() {
        return None;
    }
    let need = far.iter().map(|&i| reach[i as usize]).fold(0.0, f64::max);
    let who = names(instance, &far);
    let count = far.len();
    Some(vec![
        format!("--within {need} at least: {count} clients have no site within {within}: {who}"),
        "or new candidate sites near those clients; `--problem mclp` covers as much demand as p sites can".to_owned(),
    ])
}

#[allow(clippy::cast_possible_truncation)] // tables are limited to u32::MAX rows at the door
fn id(i: usize) -> u32 {
    i as u32
}

/// `a, b, c and 7 more`.
#[must_use]
pub fn names(instance: &Instance, clients: &[u32]) -> String {
    let mut out: Vec<String> = clients.iter().take(LISTED).map(|&i| instance.client_name(i as usize)).collect();
    let more = clients.len().saturating_sub(LISTED);
    if more > 0 {
        out.push(format!("and {more} more"));
    }
    out.join(", ")
}
