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
//! | `communities-monitored` | an indicator that the tables and flows do not give (those of shares of cases, stays and visits are worked out again) |

use super::Findings;
use super::neighbours::{hangs_together, natural, plane};
use crate::check::MONEY;
use crate::demand::Problem;
use crate::network::Case;
use crate::network::seats::{home_town, seat_minutes};
use crate::plan::ReferralPlan;
use crate::plan::reform::ReformPlan;
use crate::plan::reform::communities::{CommunitiesAnswer, Community, NeighboursFrom};
use crate::policy::reform::Communities;
use crate::policy::reform::communities::LONG_KM;
use crate::travel::Travel;
use crate::travel::metric::distance_km;
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
        monitored(&known, answer, referral, found);
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
            crate::policy::reform::communities::LeadCount::Hospitals => there,
            crate::policy::reform::communities::LeadCount::People => there.min(1 + usize::from(people as f64 > known.rules.two_above)),
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

/// The pairs of a group by position, verified against the rule they are said to come from.
fn pairs(
    known: &Known<'_>,
    from: NeighboursFrom,
    g: usize,
    answer: &CommunitiesAnswer,
    towns: &[usize],
    found: &mut Findings,
) -> Vec<(usize, usize)> {
    let network = &known.case.network;
    let at = |code: &String| known.towns[code.as_str()];
    let both = |list: &[[String; 2]]| list.iter().map(|[a, b]| (at(a).min(at(b)), at(a).max(at(b)))).collect::<BTreeSet<_>>();
    let (all, bridges) = (both(&answer.groups[g].neighbours), both(&answer.groups[g].bridges));
    let position = |t: usize| network.towns[t].position;
    // whether a pair may be one, and whether it must be one
    let sound: Box<dyn Fn(usize, usize) -> (bool, bool)> = match (from, &known.case.travel) {
        (NeighboursFrom::Delaunay, _) => {
            // far apart, a township of another county between them parts two townships, unless that takes the group apart
            let all = plane(network.crs, (0..network.towns.len()).map(position));
            let own = plane(network.crs, towns.iter().map(|&t| position(t)));
            let index: BTreeMap<usize, usize> = towns.iter().enumerate().map(|(n, &t)| (t, n)).collect();
            let among = move |a: usize, b: usize| match (index.get(&a), index.get(&b)) {
                (Some(&a), Some(&b)) => natural(&own, a, b),
                _ => (false, false),
            };
            let strict = move |a: usize, b: usize| {
                let (may, must) = among(a, b);
                let far = may && distance_km(network.crs, position(a), position(b)) > LONG_KM;
                let (may_all, must_all) = if far { natural(&all, a, b) } else { (true, true) };
                ((may && may_all, must && must_all), (may, must))
            };
            let apart = !hangs_together(towns, |a, b| strict(a, b).0.0);
            Box::new(move |a, b| if apart { strict(a, b).1 } else { strict(a, b).0 })
        }
        (NeighboursFrom::Nearest, _) => {
            let k = known.rules.nearest as usize;
            let rank = move |a: usize, b: usize| {
                let key = |t: usize| (distance_km(network.crs, position(a), position(t)), t);
                towns.iter().filter(|&&t| t != a && t != b).filter(|&&t| key(t).0.total_cmp(&key(b).0).then(t.cmp(&b)).is_lt()).count()
            };
            Box::new(move |a, b| {
                let near = rank(a, b) < k || rank(b, a) < k;
                (near, near)
            })
        }
        (NeighboursFrom::Road, Travel::Road(_)) => Box::new(|_, _| (true, false)),
        (NeighboursFrom::Road, _) => Box::new(|_, _| (false, false)),
    };
    for &(a, b) in all.iter().filter(|p| !bridges.contains(p)) {
        if !towns.contains(&a) || !towns.contains(&b) || !sound(a, b).0 {
            let place = format!("{} {}", network.towns[a].code, network.towns[b].code);
            found.add("communities-pairs", place, 1.0, 0.0, "These are no neighbours by the stated rule.");
        }
    }
    for (n, &a) in towns.iter().enumerate() {
        for &b in towns[n + 1..].iter().filter(|&&b| !all.contains(&(a, b)) && sound(a, b).1) {
            let place = format!("{} {}", network.towns[a].code, network.towns[b].code);
            found.add("communities-pairs", place, 0.0, 1.0, "This pair is missing.");
        }
    }
    // bridges join what the others leave apart, so each of them is needed
    for bridge in &bridges {
        let rest: Vec<(usize, usize)> = all.iter().copied().filter(|p| p != bridge).collect();
        if !all.contains(bridge) || reach(towns[0], &rest, |t| towns.contains(&t)) == towns.len() {
            found.add("communities-pairs", network.towns[bridge.0].code.clone(), 1.0, 0.0, "A bridge that joins nothing.");
        }
    }
    all.into_iter().collect()
}

fn reach(from: usize, pairs: &[(usize, usize)], inside: impl Fn(usize) -> bool) -> usize {
    let mut near: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for &(a, b) in pairs {
        near.entry(a).or_default().push(b);
        near.entry(b).or_default().push(a);
    }
    let mut reached = BTreeSet::from([from]);
    let mut queue = vec![from];
    while let Some(t) = queue.pop() {
        for &u in near.get(&t).into_iter().flatten() {
            if inside(u) && reached.insert(u) {
                queue.push(u);
            }
        }
    }
    reached.len()
}

/// The amounts of a community; its person-minutes.
#[allow(clippy::too_many_arguments)] // each is a plain table
fn amounts(
    known: &Known<'_>,
    (l, c): (usize, &Community),
    leads: &[usize],
    roots: &[usize],
    pairs: &[(usize, usize)],
    part_of: &BTreeMap<usize, usize>,
    way: &dyn Fn(usize, usize) -> f64,
    found: &mut Findings,
) -> f64 {
    let network = &known.case.network;
    let (mut people, mut fund, mut total, mut beyond, mut farthest, mut away) = (0_u64, 0.0, 0.0, 0.0, 0.0_f64, 0_u64);
    for t in c.towns.iter().map(|code| known.towns[code.as_str()]) {
        let (town, m) = (&network.towns[t], way(t, l));
        let area = network.area(town.area);
        let n = town.population.0;
        people += n;
        fund += n as f64 * area.enrol_rate * area.fund_per_head.0 * known.rules.risk.get(&town.code).copied().unwrap_or(1.0);
        total += n as f64 * m;
        farthest = farthest.max(m);
        let least = (0..leads.len()).map(|k| way(t, k)).fold(f64::INFINITY, f64::min);
        beyond += n as f64 * (m - least);
        away += if m > least + 1e-9 { n } else { 0 };
    }
    let mut beds = 0.0;
    for (j, _) in network.facilities.iter().enumerate().filter(|(_, f)| f.siting.exist && f.rank() <= 3 && f.area.is_some()) {
        let at = leads.iter().position(|&x| x == j).map(|k| roots[k]).or_else(|| home_town(network, j));
        if at.and_then(|t| part_of.get(&t)) == Some(&l) {
            beds += known.problem.beds[j];
        }
    }
    let lies = |t: &usize| part_of.get(t) == Some(&l);
    let inside = pairs.iter().filter(|(a, b)| lies(a) && lies(b)).count();
    let touching = pairs.iter().filter(|(a, b)| lies(a) || lies(b)).count();
    let heads = (people as f64).max(1.0);
    for (what, told, is) in [
        ("people", c.people as f64, people as f64),
        ("beds", c.beds, beds),
        ("fund", c.fund, fund),
        ("minutes", c.minutes, total / heads),
        ("farthest", c.farthest, farthest),
        ("away", c.away as f64, away as f64),
        ("beyond", c.beyond, beyond / heads),
        ("pairs inside", f64::from(c.pairs[0]), inside as f64),
        ("pairs", f64::from(c.pairs[1]), touching as f64),
    ] {
        let slack = MONEY * is.abs().max(10.0);
        found.equal("communities-amount", || format!("{} {what}", c.lead), told, is, slack, "The tables give another amount.");
    }
    total
}

/// Indicators that are worked out again: shares in the county, primary share of visits, general practitioners.
fn monitored(known: &Known<'_>, answer: &CommunitiesAnswer, referral: Option<&ReferralPlan>, found: &mut Findings) {
    let network = &known.case.network;
    let values = |key: &str| answer.monitored.iter().find(|m| m.key == key).map(|m| m.values.clone()).unwrap_or_default();
    for (n, c) in answer.communities.iter().enumerate() {
        let lead = known.facilities[c.lead.as_str()];
        let inside = |j: usize| {
            let f = &network.facilities[j];
            let leads = answer.communities.iter().any(|x| x.lead == f.code);
            let home = || home_town(network, j).is_some_and(|t| c.towns.contains(&network.towns[t].code));
            f.rank() <= 3 && f.area.is_some() && if leads { j == lead } else { home() }
        };
        let mut rows: Vec<(&str, f64, f64)> = Vec::new();
        let members: Vec<bool> = (0..network.facilities.len()).map(inside).collect();
        let gps: f64 =
            (0..members.len()).filter(|&j| members[j] && network.facilities[j].siting.exist).map(|j| network.facilities[j].gps.0).sum();
        rows.push(("gps", 1e4 * gps, c.people as f64));
        if let (Some(plan), Some(area)) = (referral, network.facilities[lead].area) {
            let (mut cases, mut here, mut stays, mut stays_here, mut visits, mut primary) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0);
            for (a, j, k, w) in plan.flows.treated.rows() {
                let visit = known.problem.classes[k].kind == crate::network::Kind::O;
                if a == area.index() {
                    let own = network.facilities[j].area == Some(area);
                    cases += w;
                    here += if own { w } else { 0.0 };
                    stays += if visit { 0.0 } else { w };
                    stays_here += if own && !visit { w } else { 0.0 };
                }
                if members[j] && visit {
                    visits += w;
                    primary += if network.facilities[j].rank() <= 2 { w } else { 0.0 };
                }
            }
            rows.extend([
                ("stays-in-county", stays_here, stays),
                ("out-of-county", cases - here, cases),
                ("primary-visits", primary, visits),
            ]);
        }
        for (key, above, below) in rows {
            let is = if below > 0.0 { Some(above / below) } else { None };
            let told = values(key).get(n).copied().flatten();
            if told.is_some() != is.is_some() || told.zip(is).is_some_and(|(t, i)| (t - i).abs() > 1e-6 * i.abs().max(1.0)) {
                let (t, i) = (told.unwrap_or(f64::NAN), is.unwrap_or(f64::NAN));
                found.add("communities-monitored", format!("{} {key}", c.lead), t, i, "The tables and flows give another value.");
            }
        }
    }
}

fn balance(known: &Known<'_>, mine: &[&Community], place: &str, found: &mut Findings) {
    if mine.len() < 2 {
        return;
    }
    let b = &known.rules.balance;
    type Measured = fn(&Community) -> f64;
    let rows: [(&str, Option<f64>, Measured); 3] =
        [("people", b.people, |c| c.people as f64), ("beds", b.beds, |c| c.beds), ("fund", b.funds, |c| c.fund)];
    for (what, tolerance, of) in rows {
        let mean = mine.iter().map(|c| of(c)).sum::<f64>() / mine.len() as f64;
        let Some(tolerance) = tolerance.filter(|_| mean > 0.0) else { continue };
        for c in mine {
            let off = (of(c) / mean - 1.0).abs();
            found.at_most("communities-balance", || format!("{place} {} {what}", c.lead), off, tolerance, 1e-6, "Outside the tolerance.");
        }
    }
}
