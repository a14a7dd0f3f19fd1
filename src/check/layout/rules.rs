//! The rules of a layout: who is served, counts, beds, volumes, standards, money.

use super::{BEDS, MINUTES, PEOPLE, Read, SUM, client, served};
use crate::check::Findings;
use crate::demand::LayoutProblem;
use crate::demand::layout::LEVELS;
use crate::network::{Network, Owner};
use crate::policy::layout::{BudgetCounts, Capability};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn check(network: &Network, problem: &LayoutProblem, read: &Read, found: &mut Findings) {
    assigned(network, problem, read, found);
    counts(network, problem, read, found);
    beds(problem, read, found);
    loads(problem, read, found);
    coverage(network, problem, read, found);
    money(problem, read, found);
    closest(network, problem, read, found);
    nested(network, problem, read, found);
    capabilities(network, problem, read, found);
    excluded(problem, read, found);
}

fn assigned(network: &Network, problem: &LayoutProblem, read: &Read, found: &mut Findings) {
    for (i, sums) in served(problem, read).iter().enumerate() {
        for (n, sum) in sums.iter().enumerate() {
            let place = || format!("{}, level {}", client(network, problem, i), n + 1);
            found.equal("assign", place, *sum, 1.0, 1e-6, "The shares of a settlement must sum to 1.");
        }
    }
    let mut seen = BTreeSet::new();
    let mut by_client: Vec<Vec<(usize, usize, f64)>> = vec![Vec::new(); problem.clients.len()];
    for &(i, n, j, _, minutes) in &read.uses {
        by_client[i].push((n, j, minutes));
        let place = || format!("{} to {}, level {}", client(network, problem, i), problem.sites[j].code, n + 1);
        if usize::from(read.levels[j]) <= n {
            found.add("assign", place(), f64::from(read.levels[j]), n as f64 + 1.0, "The site does not offer this level.");
        }
        if !seen.insert((i, n, j)) {
            found.add("assign", place(), 2.0, 1.0, "The settlement is sent to the site twice.");
        }
    }
    for (i, own) in by_client.iter().enumerate().filter(|(_, o)| !o.is_empty()) {
        let wanted: BTreeSet<usize> = own.iter().map(|u| u.1).collect();
        let times: BTreeMap<usize, f64> = problem.times.row(i).filter(|t| wanted.contains(&t.0)).collect();
        for &(_, j, minutes) in own {
            let place = || format!("{} to {}", client(network, problem, i), problem.sites[j].code);
            match times.get(&j) {
                Some(&right) => found.equal("minutes", place, minutes, right, MINUTES, "Not the minutes of the case."),
                None => found.add("assign", place(), f64::NAN, f64::NAN, "The site is not in the settlement's catchment."),
            }
        }
    }
}

fn counts(network: &Network, problem: &LayoutProblem, read: &Read, found: &mut Findings) {
    let rules = &problem.rules;
    let mut lived = BTreeSet::new();
    let mut people = vec![0.0; network.areas.len()];
    for c in &problem.clients {
        lived.insert(c.town);
        people[c.area.index()] += c.people;
    }
    for &town in &lived {
        let ours = || (0..problem.sites.len()).filter(|&j| problem.sites[j].town == Some(town) && !problem.sites[j].city);
        let (now, after) = (ours().filter(|&j| problem.sites[j].now >= 2).count(), ours().filter(|&j| read.levels[j] >= 2).count());
        let most = f64::from(rules.centres.max).max(now as f64);
        let place = || format!("township {}", network.town(town).code);
        found.at_most("centres", place, after as f64, most, 0.0, "More centres than the township may have.");
        found.at_most("centres", place, f64::from(rules.centres.min), after as f64, 0.0, "Fewer centres than the township must have.");
    }
    for (a, &heads) in people.iter().enumerate().filter(|(_, p)| **p > 0.0) {
        let ours = || (0..problem.sites.len()).filter(|&j| problem.sites[j].area.index() == a && !problem.sites[j].city);
        let (now, after) = (ours().filter(|&j| problem.sites[j].now == 3).count(), ours().filter(|&j| read.levels[j] == 3).count());
        let step = rules.hospitals.more_above;
        let mut most = f64::from(rules.hospitals.max);
        if step > 0.0 && heads > step {
            most += ((heads - step) / step).ceil();
        }
        let place = || format!("area {}", network.areas[a].code);
        found.at_most("hospitals", place, after as f64, most.max(now as f64), 0.0, "More hospitals than the area may have.");
        found.at_most("hospitals", place, f64::from(rules.hospitals.min), after as f64, 0.0, "Fewer hospitals than the area must have.");
    }
}

fn beds(problem: &LayoutProblem, read: &Read, found: &mut Findings) {
    let Some(rule) = &problem.rules.beds else {
        for (j, site) in problem.sites.iter().enumerate().filter(|(j, _)| read.levels[*j] > 0) {
            let right = if read.levels[j] >= 2 { site.beds_now } else { 0.0 };
            found.equal("beds-bounds", || site.code.clone(), read.beds[j], right, BEDS, "No beds are planned: they are those of today.");
        }
        return;
    };
    let (mut level, mut city, mut now) = ([0.0; 2], 0.0, 0.0);
    let (mut public, mut public_now, mut added, mut social) = (0.0, 0.0, 0.0, 0.0);
    for (j, site) in problem.sites.iter().enumerate() {
        now += site.beds_now;
        if site.city {
            city += site.beds_now;
            found.equal("beds-bounds", || site.code.clone(), read.beds[j], site.beds_now, BEDS, "A city hospital stays as it is.");
            continue;
        }
        let after = read.levels[j];
        let is_public = site.owner == Owner::Public;
        public_now += if is_public && site.now == 3 { site.beds_now } else { 0.0 };
        if after < 2 {
            found.equal("beds-bounds", || site.code.clone(), read.beds[j], 0.0, BEDS, "A clinic or closed site has no beds.");
            continue;
        }
        let n = usize::from(after) - 2;
        let place = || site.code.clone();
        found.at_most("beds-bounds", place, read.beds[j], site.beds_max[n], BEDS, "More beds than the site may have.");
        found.at_most("beds-bounds", place, site.beds_min[n], read.beds[j], BEDS, "Fewer beds than the site must have.");
        level[n] += read.beds[j];
        public += if is_public && after == 3 { read.beds[j] } else { 0.0 };
        let more = (read.beds[j] - site.beds_now).max(0.0);
        added += more;
        social += if is_public { 0.0 } else { more };
    }
    let heads = problem.people / 1000.0;
    for (n, &level) in level.iter().enumerate() {
        let place = || format!("level {}", n + 2);
        let room = BEDS + SUM * level;
        found.at_most("tier-beds", place, rule.tier_min[n] * heads, level, room, "Fewer beds than the tier must have.");
        if rule.tier_max[n] > 0.0 {
            found.at_most("tier-beds", place, level, rule.tier_max[n] * heads, room, "More beds than the tier may have.");
        }
    }
    let room = BEDS + SUM * (level[0] + level[1] + city);
    found.at_most(
        "target",
        || "all".into(),
        rule.target * heads,
        level[0] + level[1] + city,
        room,
        "The target of beds per 1,000 is missed.",
    );
    if rule.freeze && now >= rule.freeze_at * heads - 1e-9 {
        found.at_most(
            "freeze",
            || "public hospitals".into(),
            public,
            public_now,
            room,
            "Public hospitals grow although the freeze is in force.",
        );
    }
    found.at_most("social", || "all".into(), rule.social_share * added, social, room, "Too much of what is added is public.");
}

/// L7 to L9.
fn loads(problem: &LayoutProblem, read: &Read, found: &mut Findings) {
    let rules = &problem.rules;
    let mut people = vec![[0.0; LEVELS]; problem.sites.len()];
    read.uses.iter().for_each(|u| people[u.2][u.1] += problem.clients[u.0].people * u.3);
    for (j, site) in problem.sites.iter().enumerate().filter(|(j, _)| read.levels[*j] > 0) {
        for n in (0..LEVELS).filter(|_| !site.city) {
            let place = || format!("{}, level {}", site.code, n + 1);
            let here = people[j][n];
            if rules.max_people[n] > 0.0 {
                let room = PEOPLE + 1e-6 * rules.max_people[n];
                found.at_most("crowd", place, here, rules.max_people[n], room, "The site serves more people than it may.");
            }
            if rules.min_visits[n] > 0.0 && usize::from(read.levels[j]) == n + 1 {
                let room = PEOPLE + 1e-6 * rules.min_visits[n];
                found.at_most("volume", place, rules.min_visits[n], here * rules.trips[n], room, "The site is below its minimum volume.");
            }
        }
        if let Some(rule) = &rules.beds {
            let need: f64 = (0..2).map(|n| people[j][n + 1] * rule.need_per_1000[n] / 1000.0).sum();
            found.at_most(
                "need",
                || site.code.clone(),
                need,
                read.beds[j],
                BEDS + 1e-6 * need,
                "Its beds do not suffice for those it serves.",
            );
        }
    }
}

/// People within some minutes of sites that `good` lets through.
fn covered(problem: &LayoutProblem, minutes: f64, keep: &dyn Fn(usize) -> bool, good: &dyn Fn(usize) -> bool) -> (f64, f64) {
    let (mut all, mut near) = (0.0, 0.0);
    for (i, c) in problem.clients.iter().enumerate().filter(|(i, _)| keep(*i)) {
        all += c.people;
        if problem.times.row(i).any(|t| t.1 <= minutes && good(t.0)) {
            near += c.people;
        }
    }
    (all, near)
}

fn coverage(network: &Network, problem: &LayoutProblem, read: &Read, found: &mut Findings) {
    // where coverage is what is worked toward, the standard is no rule
    let objective = problem.rules.objective.first() == Some(&crate::policy::layout::Objective::Coverage);
    let Some(rule) = problem.rules.coverage.filter(|_| !objective) else { return };
    for n in (0..LEVELS).filter(|&n| rule.share[n] > 0.0) {
        let areas: Vec<Option<usize>> = if rule.by_area { (0..network.areas.len()).map(Some).collect() } else { vec![None] };
        for area in areas {
            let keep = |i: usize| area.is_none_or(|a| problem.clients[i].area.index() == a);
            let (all, near) = covered(problem, rule.minutes[n], &keep, &|j| usize::from(read.levels[j]) > n);
            let place = || format!("level {}, {}", n + 1, area.map_or("all", |a| network.areas[a].code.as_str()));
            found.at_most("coverage", place, rule.share[n] * all, near, PEOPLE, "Fewer people are within the standard than it wants.");
        }
    }
}

fn money(problem: &LayoutProblem, read: &Read, found: &mut Findings) {
    let Some(budget) = problem.rules.budget else { return };
    let mut used = 0.0;
    for (j, site) in problem.sites.iter().enumerate().filter(|(j, s)| read.levels[*j] > 0 && !s.city) {
        let level = usize::from(read.levels[j]);
        let own = site.fixed_cost[level - 1];
        used += match budget.counts {
            BudgetCounts::All => own,
            BudgetCounts::New if site.now == 0 => own,
            BudgetCounts::New if level > usize::from(site.now) => (own - site.fixed_cost[usize::from(site.now) - 1]).max(0.0),
            BudgetCounts::New => 0.0,
        };
        if level >= 2 {
            used += (read.beds[j] - site.beds_now).max(0.0) * site.capital[level - 2];
        }
        for which in Capability::ALL {
            if read.flags[j][which as usize] && !site.has[which as usize] {
                used += problem.rules.capability.get(&which).map_or(0.0, |c| c.cost);
            }
        }
    }
    let room = 1.0 + 1e-6 * budget.yuan;
    found.at_most("budget", || "all".into(), used, budget.yuan, room, "The layout costs more than the budget.");
}

fn closest(network: &Network, problem: &LayoutProblem, read: &Read, found: &mut Findings) {
    if !problem.rules.closest {
        return;
    }
    let mut nearest = vec![[f64::INFINITY; LEVELS]; problem.clients.len()];
    for (i, near) in nearest.iter_mut().enumerate() {
        for (j, minutes) in problem.times.row(i) {
            (0..usize::from(read.levels[j])).for_each(|n| near[n] = near[n].min(minutes));
        }
    }
    for &(i, n, j, _, minutes) in &read.uses {
        let place = || format!("{} to {}, level {}", client(network, problem, i), problem.sites[j].code, n + 1);
        found.at_most("closest", place, minutes, nearest[i][n], MINUTES, "A nearer site of the level is open.");
    }
}

fn nested(network: &Network, problem: &LayoutProblem, read: &Read, found: &mut Findings) {
    if !problem.rules.nested {
        return;
    }
    let mut at = vec![[None; LEVELS]; problem.clients.len()];
    for &(i, n, j, share, _) in &read.uses {
        if n > 0 && share < 1.0 - 1e-6 {
            found.add("nested", client(network, problem, i), share, 1.0, "With nested catchments a settlement uses one site of a level.");
        }
        at[i][n] = Some(j);
    }
    let mut hospital_of: BTreeMap<usize, usize> = BTreeMap::new();
    for (i, own) in at.iter().enumerate() {
        if let (Some(centre), Some(hospital)) = (own[1], own[2]) {
            let first = *hospital_of.entry(centre).or_insert(hospital);
            if first != hospital {
                let message = format!("Others of {} go to {}.", problem.sites[centre].code, problem.sites[first].code);
                found.add("nested", client(network, problem, i), hospital as f64, first as f64, message);
            }
        }
    }
}

fn capabilities(network: &Network, problem: &LayoutProblem, read: &Read, found: &mut Findings) {
    for which in Capability::ALL {
        let c = which as usize;
        let Some(rule) = problem.rules.capability.get(&which) else {
            if let Some(j) = (0..problem.sites.len()).find(|&j| read.flags[j][c]) {
                found.add("capability", &problem.sites[j].code, 1.0, 0.0, format!("Nobody asked for {}.", which.name()));
            }
            continue;
        };
        for (j, site) in problem.sites.iter().enumerate() {
            let may = read.levels[j] >= rule.level;
            if read.flags[j][c] && !may && !(site.has[c] && read.levels[j] > 0) {
                found.add("capability", &site.code, 1.0, 0.0, format!("The site is below the level of {}.", which.name()));
            }
            if rule.every && may && !read.flags[j][c] {
                found.add("capability", &site.code, 0.0, 1.0, format!("Every site of the level has {}.", which.name()));
            }
        }
        for a in 0..network.areas.len() {
            let lived = problem.clients.iter().any(|x| x.area.index() == a);
            let here = (0..problem.sites.len())
                .filter(|&j| read.flags[j][c] && problem.sites[j].area.index() == a && read.levels[j] >= rule.level);
            let (here, wanted) = (here.count() as f64, if lived { f64::from(rule.per_area) } else { 0.0 });
            let place = || format!("area {}, {}", network.areas[a].code, which.name());
            found.at_most("capability", place, wanted, here, 0.0, "Fewer sites of the area have it than must.");
        }
        if rule.minutes > 0.0 && rule.share > 0.0 {
            let good = |j: usize| read.flags[j][c] && read.levels[j] >= rule.level;
            let (all, near) = covered(problem, rule.minutes, &|_| true, &good);
            found.at_most("capability", || which.name().into(), rule.share * all, near, PEOPLE, "Fewer people are near it than must be.");
        }
    }
}

fn excluded(problem: &LayoutProblem, read: &Read, found: &mut Findings) {
    for (n, plan) in problem.rules.exclude.iter().enumerate() {
        let codes: BTreeSet<&str> = plan.iter().map(String::as_str).collect();
        let differ = problem.sites.iter().zip(&read.levels).filter(|(s, l)| codes.contains(s.code.as_str()) != (**l > 0)).count();
        let wanted = f64::from(problem.rules.differ_by);
        found.at_most("excluded", || format!("layout {n}"), wanted, differ as f64, 0.0, "Too close to a layout that is excluded.");
    }
}
