//! Urban medical groups on a grid (model 6.10 E): subdistricts of a city under tertiary hospitals.
//!
//! As communities (CM0 to CM7), for the city cores of a prefecture together, with
//!
//! ```text
//!  GR1  p >= 2                                  at least two grids in a city
//!  GR2  sum_t s_t m_tl >= n                     s_t secondary hospitals stand in subdistrict t; each grid holds n of them
//!  GR3  each grid has exactly one leader, a tertiary hospital; others of its rank are members
//! ```
//!
//! The tables know no rehabilitation hospitals of their own: what is asked of members is asked of secondary hospitals (rank 3).
//! Effect on the referral plan: leaders keep a third of visit slots and a quarter of beds for referred patients (C12).

use super::communities::{Frame, communities, frame, groups, needs_roads, proven, run, run_wider};
use super::{ReformError, ReformInput, Reformed, Repair};
use crate::district::Measure;
use crate::network::seats::home_town;
use crate::outcome::Observer;
use crate::plan::reform::ReformAnswer;
use crate::plan::reform::grids::{Grid, GridsAnswer};
use crate::policy::{Reform, Scenario};

/// Answers the question.
///
/// # Errors
/// A limit before the first answer, a failing solver, no city core in the areas asked for.
pub fn solve(input: &ReformInput<'_>, observer: &dyn Observer) -> Result<Reformed, ReformError> {
    needs_roads(input, input.rules.grids.adjacency)?;
    let mut rules: Reform = input.rules.clone();
    rules.communities = input.rules.grids.as_communities();
    if rules.communities.leads.is_empty() {
        rules.communities.leads = leaders(input);
    }
    let view = ReformInput { rules: &rules, ..*input };
    let mut frame = frame(&view, true);
    let repairs = lacking(input, &frame);
    if !repairs.is_empty() {
        return Ok(Reformed::Infeasible(repairs));
    }
    if frame.groups.is_empty() {
        return Err(ReformError::Lacks(
            "the areas asked for have no city core with subdistricts and tertiary hospitals to put on a grid".into(),
        ));
    }
    let even: Vec<Vec<Measure>> = frame.groups.iter().map(|g| g.partition.measures.clone()).collect();
    add_members(input, &mut frame);
    let outcomes = match run_wider(&view, &mut frame, observer)? {
        Ok(outcomes) => outcomes,
        Err(repairs) => {
            // either evenness is in the way, or the places of members are
            for (g, measures) in frame.groups.iter_mut().zip(even) {
                g.partition.measures = measures;
            }
            return Ok(Reformed::Infeasible(match run(&view, &frame, observer)? {
                Ok(_) => vec![city(input, &frame.groups[0].areas, "grids-members-apart", 1.0, 0.0)],
                Err(_) => repairs,
            }));
        }
    };
    let problem = input.problem;
    let network = &input.case.network;
    let grids = communities(&view, &frame, &outcomes)
        .into_iter()
        .map(|district| {
            let inside = |j: usize| home_town(network, j).is_some_and(|t| district.towns.contains(&network.towns[t].code));
            let members = secondary(input).filter(|&j| inside(j)).map(|j| network.facilities[j].code.clone()).collect();
            let lead = network.facilities.iter().position(|f| f.code == district.lead).unwrap_or_default();
            let f = &network.facilities[lead];
            let slots = problem.tiers.get(f.tier).visits_per_doctor_year() * 0.6 * problem.doctors[lead] * f.avail;
            Grid { members, reserved_visits: slots / 3.0, reserved_beds: 0.25 * problem.beds[lead] * f.avail, district }
        })
        .collect();
    let answer = GridsAnswer { groups: groups(&view, &frame, &outcomes), grids, neighbours_from: frame.neighbours_from };
    Ok(Reformed::Answer(Box::new(proven(&view, &frame, &outcomes, ReformAnswer::Grids(answer)))))
}

/// Leaders keep their reserves.
#[must_use]
pub fn effect(answer: &GridsAnswer, scenario: &mut Scenario) -> bool {
    scenario.switches.group_reserve = true;
    scenario.switches.group_leaders.extend(answer.grids.iter().map(|g| g.district.lead.clone()));
    scenario.switches.group_leaders.sort();
    scenario.switches.group_leaders.dedup();
    true
}

/// Standing secondary hospitals.
fn secondary<'a>(input: &'a ReformInput<'_>) -> impl Iterator<Item = usize> + 'a {
    let facilities = &input.case.network.facilities;
    (0..facilities.len()).filter(|&j| facilities[j].siting.exist && facilities[j].rank() == 3 && facilities[j].area.is_some())
}

/// The largest tertiary hospitals of each city, as many as it shall have grids.
fn leaders(input: &ReformInput<'_>) -> Vec<String> {
    let rules = &input.rules.grids;
    let network = &input.case.network;
    let planned = |a: usize| {
        let area = &network.areas[a];
        if rules.areas.is_empty() { area.urban } else { rules.areas.contains(&area.code) }
    };
    let mut cities: Vec<Option<&str>> =
        (0..network.areas.len()).filter(|&a| planned(a)).map(|a| network.areas[a].prefecture.as_deref()).collect();
    cities.sort_unstable();
    cities.dedup();
    let mut out = Vec::new();
    for city in cities {
        let inside = |j: usize| {
            let f = &network.facilities[j];
            f.siting.exist && f.area.is_some_and(|a| planned(a.index()) && network.area(a).prefecture.as_deref() == city)
        };
        let mut tertiary: Vec<usize> = (0..network.facilities.len()).filter(|&j| network.facilities[j].rank() >= 4 && inside(j)).collect();
        tertiary.sort_by(|&a, &b| input.problem.beds[b].total_cmp(&input.problem.beds[a]).then(a.cmp(&b)));
        let members = secondary(input).filter(|&j| inside(j)).count();
        // two hospitals for each place that must be filled: one each would have to be drawn round them exactly
        let filled = members.checked_div(2 * rules.members as usize).unwrap_or(tertiary.len());
        let wanted = if rules.count == 0 { tertiary.len().min(filled) } else { rules.count as usize };
        out.extend(tertiary.into_iter().take(wanted.max(2)).map(|j| network.facilities[j].code.clone()));
    }
    out
}

fn city(input: &ReformInput<'_>, areas: &[usize], kind: &'static str, amount: f64, now: f64) -> Repair {
    let network = &input.case.network;
    let place = network.areas[areas[0]].code.clone();
    let name =
        network.areas[areas[0]].prefecture.clone().filter(|_| areas.len() > 1).unwrap_or_else(|| network.areas[areas[0]].name.clone());
    Repair { kind, place, name, amount, now, yuan: None }
}

/// What counting shows to be missing: leaders, members.
#[allow(clippy::cast_precision_loss)] // counts of hospitals
fn lacking(input: &ReformInput<'_>, frame: &Frame) -> Vec<Repair> {
    let rules = &input.rules.grids;
    let network = &input.case.network;
    let mut out = frame.repairs.clone();
    let mut led: Vec<usize> = Vec::new();
    for g in &frame.groups {
        led.extend(&g.areas);
        let wanted = (rules.count as usize).max(2);
        if g.leads.len() < wanted {
            out.push(city(input, &g.areas, "grids-leaders", (wanted - g.leads.len()) as f64, g.leads.len() as f64));
        }
        let members = secondary(input).filter(|&j| network.facilities[j].area.is_some_and(|a| g.areas.contains(&a.index()))).count();
        let needed = g.leads.len() * rules.members as usize;
        if members < needed {
            out.push(city(input, &g.areas, "grids-members", (needed - members) as f64, members as f64));
        }
    }
    for (a, area) in network.areas.iter().enumerate() {
        let planned = if rules.areas.is_empty() { area.urban } else { rules.areas.contains(&area.code) };
        if planned && !led.contains(&a) && frame.repairs.is_empty() {
            out.push(city(input, &[a], "grids-leaders", 2.0, 0.0));
        }
    }
    out
}

/// GR2 as one more measure of every city.
#[allow(clippy::cast_precision_loss)] // counts of hospitals
fn add_members(input: &ReformInput<'_>, frame: &mut Frame) {
    let network = &input.case.network;
    for g in &mut frame.groups {
        let mut weight = vec![0.0; g.towns.len()];
        for j in secondary(input) {
            if let Some(t) = home_town(network, j).and_then(|h| g.towns.iter().position(|&t| t == h)) {
                weight[t] += 1.0;
            }
        }
        let all: f64 = weight.iter().sum();
        if input.rules.grids.members > 0 {
            g.partition.measures.push(Measure { weight, low: f64::from(input.rules.grids.members), high: all });
        }
    }
}
