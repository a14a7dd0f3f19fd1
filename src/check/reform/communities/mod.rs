//! Communities: every township once, the lead inside, connected over pairs of neighbours that are neighbours indeed, balance, minutes and
//! all amounts worked out again from the tables.
//!
//! | code | what is wrong |
//! | --- | --- |
//! | `communities-names` | a code that is none of the case, or used twice |
//! | `communities-towns` | a township of the groups that has no community or two, or stands in another group |
//! | `communities-lead` | a lead that is no county hospital of the group, a seat outside its community, or a wrong root |
//! | `communities-pairs` | a pair that is no pair of neighbours by the stated rule, or one that is missing |
//! | `communities-apart` | a community in pieces |
//! | `communities-balance` | more or less than the tolerance allows |
//! | `communities-amount` | an amount that the tables do not give |
//! | `communities-value` | the value of a group or of the plan |
//! | `communities-monitored` | an indicator that is none of the sets, or that tables and flows do not give |

mod amounts;
mod monitored;
mod pairs;

use super::{Findings, listed, once, same};
use crate::demand::Problem;
use crate::network::Case;
use crate::network::seats::{home_town, seat_minutes};
use crate::plan::ReferralPlan;
use crate::plan::reform::ReformPlan;
use crate::plan::reform::communities::{CommunitiesAnswer, Community};
use crate::policy::reform::Communities;
use crate::policy::reform::communities::LeadCount;
use crate::travel::metric::distance_km;
use amounts::{amounts, balance};
use pairs::{pairs, reach};
use std::collections::{BTreeMap, BTreeSet};

/// What is known of a group.
struct Known<'a> {
    case: &'a Case,
    problem: &'a Problem,
    rules: &'a Communities,
    /// City cores under tertiary hospitals instead of counties under county hospitals.
    tertiary: bool,
    /// Townships by code.
    towns: BTreeMap<&'a str, usize>,
    facilities: BTreeMap<&'a str, usize>,
}

/// Verifies grids as far as they are communities under tertiary hospitals, against `rules` that say so.
pub(super) fn check_grids(
    (case, problem): (&Case, &Problem),
    plan: &ReformPlan,
    rules: &Communities,
    answer: &CommunitiesAnswer,
    found: &mut Findings,
) {
    judge((case, problem), plan, (rules, true), answer, None, found);
}

/// Verifies the answer.
pub(super) fn check(
    case: &Case,
    problem: &Problem,
    plan: &ReformPlan,
    answer: &CommunitiesAnswer,
    referral: Option<&ReferralPlan>,
    found: &mut Findings,
) {
    let rules = plan.scenario.reform.clone().unwrap_or_default().communities;
    judge((case, problem), plan, (&rules, false), answer, referral, found);
}

fn judge(
    (case, problem): (&Case, &Problem),
    plan: &ReformPlan,
    (rules, tertiary): (&Communities, bool),
    answer: &CommunitiesAnswer,
    referral: Option<&ReferralPlan>,
    found: &mut Findings,
) {
    let network = &case.network;
    let known = Known {
        case,
        problem,
        rules,
        tertiary,
        towns: network.towns.iter().enumerate().map(|(t, x)| (x.code.as_str(), t)).collect(),
        facilities: network.facilities.iter().enumerate().map(|(j, x)| (x.code.as_str(), j)).collect(),
    };
    if !names(&known, answer, found) {
        return;
    }
    let (mut value, mut people) = (0.0, 0.0);
    for g in 0..answer.groups.len() {
        let mine: Vec<&Community> = answer.communities.iter().filter(|c| c.group as usize == g).collect();
        let heads = answer.groups[g].people as f64;
        if let Some(v) = group(&known, answer, g, &mine, found) {
            value += v * heads;
            people += heads;
        }
    }
    if !tertiary {
        monitored::check(&known, answer, referral, found);
    }
    coverage(&known, answer, found);
    let value = if people > 0.0 { value / people } else { 0.0 };
    found.equal(
        "communities-value",
        || "objective".into(),
        plan.objective,
        value,
        1e-6 * value.max(1.0),
        "The objective is not the mean of the groups.",
    );
}

fn names(known: &Known<'_>, answer: &CommunitiesAnswer, found: &mut Findings) -> bool {
    let before = found.0.len();
    let mut seen = BTreeSet::new();
    for c in &answer.communities {
        if c.group as usize >= answer.groups.len() {
            found.add("communities-names", &c.lead, f64::from(c.group), answer.groups.len() as f64, "There is no such group.");
        }
        for code in c.towns.iter().chain([&c.seat]) {
            if !known.towns.contains_key(code.as_str()) {
                found.add("communities-names", code, 0.0, 1.0, "No township has this code.");
            }
        }
        for code in &c.towns {
            if !seen.insert(code.as_str()) {
                found.add("communities-towns", code, 2.0, 1.0, "This township is in two communities.");
            }
        }
        if !known.facilities.contains_key(c.lead.as_str()) {
            found.add("communities-names", &c.lead, 0.0, 1.0, "No facility has this code.");
        }
    }
    once(answer.groups.iter().flat_map(|g| g.areas.iter().map(String::as_str)), found);
    for g in &answer.groups {
        let codes = known.case.network.areas.iter().map(|a| a.code.as_str()).filter(|code| g.areas.iter().any(|a| a == code));
        listed("groups", g.areas.iter().map(String::as_str), codes, found);
    }
    for pair in answer.groups.iter().flat_map(|g| g.neighbours.iter().chain(&g.bridges)) {
        for code in pair.iter().filter(|c| !known.towns.contains_key(c.as_str())) {
            found.add("communities-names", code, 0.0, 1.0, "No township has this code.");
        }
    }
    found.0.len() == before
}

/// Every township of the areas asked for has a community.
fn coverage(known: &Known<'_>, answer: &CommunitiesAnswer, found: &mut Findings) {
    let (network, rules) = (&known.case.network, known.rules);
    let planned: BTreeSet<&str> = answer.communities.iter().flat_map(|c| c.towns.iter().map(String::as_str)).collect();
    for t in &network.towns {
        let area = network.area(t.area);
        let asked = if rules.areas.is_empty() { area.urban == known.tertiary } else { rules.areas.contains(&area.code) };
        if asked != planned.contains(t.code.as_str()) {
            found.add(
                "communities-towns",
                &t.code,
                f64::from(u8::from(!asked)),
                f64::from(u8::from(asked)),
                "A township asked for has no community, or one not asked for has.",
            );
        }
    }
}

/// One group; its value.
fn group(known: &Known<'_>, answer: &CommunitiesAnswer, g: usize, mine: &[&Community], found: &mut Findings) -> Option<f64> {
    let network = &known.case.network;
    let written = &answer.groups[g];
    let areas: Vec<usize> = (0..network.areas.len()).filter(|&a| written.areas.contains(&network.areas[a].code)).collect();
    let towns: Vec<usize> = (0..network.towns.len()).filter(|&t| areas.contains(&network.towns[t].area.index())).collect();
    let place = || written.areas.join(" ");
    let mut part_of: BTreeMap<usize, usize> = BTreeMap::new();
    for (l, c) in mine.iter().enumerate() {
        for code in &c.towns {
            part_of.insert(known.towns[code.as_str()], l);
        }
    }
    if towns.iter().any(|t| !part_of.contains_key(t)) || part_of.len() != towns.len() {
        found.add(
            "communities-towns",
            place(),
            part_of.len() as f64,
            towns.len() as f64,
            "The communities do not hold the group's townships.",
        );
        return None;
    }
    let leads: Vec<usize> = mine.iter().map(|c| known.facilities[c.lead.as_str()]).collect();
    let roots = leaders(known, &areas, &towns, &leads, mine, found);
    let pairs = pairs(known, answer.neighbours_from, g, answer, &towns, found);
    for (l, c) in mine.iter().enumerate() {
        let reached = reach(known.towns[c.seat.as_str()], &pairs, |t| part_of.get(&t) == Some(&l));
        if reached != c.towns.len() {
            found.add(
                "communities-apart",
                &c.lead,
                reached as f64,
                c.towns.len() as f64,
                "Not every township can be reached from the seat inside the community.",
            );
        }
    }
    let asked: Vec<(usize, usize)> = towns.iter().flat_map(|&t| leads.iter().map(move |&j| (t, j))).collect();
    let minutes = seat_minutes(known.case, &asked);
    let way = |t: usize, l: usize| towns.iter().position(|&x| x == t).and_then(|n| minutes[n * leads.len() + l]).unwrap_or(f64::INFINITY);
    let mut total = 0.0;
    for (l, c) in mine.iter().enumerate() {
        total += amounts(known, (l, c), &leads, &roots, &pairs, &part_of, &way, found);
    }
    balance(known, mine, &place(), found);
    let people: u64 = towns.iter().map(|&t| network.towns[t].population.0).sum();
    found.equal("communities-amount", place, written.people as f64, people as f64, 0.5, "The people of the group.");
    let parted = pairs.iter().filter(|(a, b)| part_of.get(a) != part_of.get(b)).count() as f64;
    let value = total / (people as f64).max(1.0) + known.rules.compactness * parted;
    let slack = 1e-6 * value.max(1.0);
    found.equal("communities-value", place, written.bounds.primal, value, slack, "The value of the group.");
    found.at_most("communities-value", place, written.bounds.dual, value, slack, "The bound of the group is above its value.");
    Some(value)
}

fn leaders(known: &Known<'_>, areas: &[usize], towns: &[usize], leads: &[usize], mine: &[&Community], found: &mut Findings) -> Vec<usize> {
    let network = &known.case.network;
    let mut roots: Vec<usize> = Vec::new();
    for (&j, c) in leads.iter().zip(mine) {
        let f = &network.facilities[j];
        if (f.rank() == 3) == known.tertiary || f.rank() < 3 || !f.siting.exist || !f.area.is_some_and(|a| areas.contains(&a.index())) {
            found.add("communities-lead", &c.lead, f64::from(f.rank()), 3.0, "The lead is no standing county hospital of the group.");
        }
        let home = home_town(network, j).filter(|h| towns.contains(h) && !roots.contains(h));
        let km = |t: usize| distance_km(network.crs, network.towns[t].position, f.position);
        let nearest = towns.iter().copied().filter(|t| !roots.contains(t)).min_by(|&a, &b| km(a).total_cmp(&km(b)).then(a.cmp(&b)));
        let root = home.or(nearest).unwrap_or(towns[0]);
        if network.towns[root].code != c.seat || !c.towns.contains(&c.seat) {
            found.add(
                "communities-lead",
                &c.lead,
                0.0,
                1.0,
                format!("The seat must be {} and in the community.", network.towns[root].code),
            );
        }
        if c.seat_elsewhere != (home_town(network, j) != Some(root)) {
            found.add("communities-lead", &c.lead, 0.0, 1.0, "Whether the lead stands in its seat is told wrongly.");
        }
        roots.push(root);
    }
    if known.rules.leads.is_empty() && areas.len() == 1 && !known.tertiary {
        let people: u64 = towns.iter().map(|&t| network.towns[t].population.0).sum();
        let there =
            network.facilities.iter().filter(|f| f.siting.exist && f.rank() == 3 && f.area.is_some_and(|a| a.index() == areas[0])).count();
        let wanted = match known.rules.count {
            LeadCount::Hospitals => there,
            LeadCount::People => there.min(1 + usize::from(people as f64 > known.rules.two_above)),
        };
        found.equal(
            "communities-lead",
            || network.areas[areas[0]].code.clone(),
            leads.len() as f64,
            wanted as f64,
            0.0,
            "The number of communities.",
        );
    }
    roots
}
