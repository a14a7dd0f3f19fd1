//! Rules that a layout does not keep, with what is missing: what is said of the stages on the way, and the test that a change of the plan must
//! pass before its value may stand as an upper bound.

use crate::demand::LayoutProblem;
use crate::demand::layout::LEVELS;
use crate::layout::evaluate::{Layout, Value, nearest};
use crate::model::layout::{beds::frozen, demands::most_hospitals};
use crate::network::Owner;
use crate::plan::layout_questions::Broken;
use crate::policy::layout::{Capability, Objective};
use std::collections::BTreeMap;

/// Tolerance of beds and people.
const ROOM: f64 = 1e-3;

fn note(out: &mut Vec<Broken>, rule: &str, level: Option<u8>, place: &str, amount: f64, unit: &str) {
    out.push(Broken { rule: rule.into(), level, place: place.into(), amount, unit: unit.into() });
}

/// What a layout breaks of L1, L4 to L9, C21, C23 to C28, N1 and N2; empty when it keeps everything. Which level a site may end at is not asked:
/// that is what the caller forces. `value` is the layout's own. O(pairs within the standards + uses).
#[must_use]
#[allow(clippy::cast_possible_truncation)] // there are three levels
pub fn broken(problem: &LayoutProblem, layout: &Layout, value: &Value) -> Vec<Broken> {
    let mut out = Vec::new();
    for n in 0..LEVELS {
        let mut served = vec![0.0; problem.clients.len()];
        layout.uses[n].iter().for_each(|u| served[u.client as usize] += u.share);
        let nobody: f64 = problem.clients.iter().zip(&served).map(|(c, s)| c.people * (1.0 - s).max(0.0)).filter(|p| *p > ROOM).sum();
        if nobody > ROOM {
            note(&mut out, "service", Some(n as u8 + 1), "", nobody, "people");
        }
    }
    counts(problem, layout, &mut out);
    reach(problem, layout, value, &mut out);
    loads(problem, layout, &mut out);
    beds(problem, layout, &mut out);
    ties(problem, layout, &mut out);
    if let Some(budget) = problem.rules.budget.filter(|b| value.budget > b.yuan * (1.0 + 1e-9) + 1.0) {
        note(&mut out, "budget", None, "", value.budget - budget.yuan, "yuan");
    }
    out
}

/// L4 and L5. Townships have no codes here: their place is that of their first site.
fn counts(problem: &LayoutProblem, layout: &Layout, out: &mut Vec<Broken>) {
    let mut towns: BTreeMap<usize, [f64; 3]> = problem.clients.iter().map(|c| (c.town.index(), [0.0; 3])).collect();
    let mut name: BTreeMap<usize, &str> = BTreeMap::new();
    let people = problem.area_people();
    let mut areas = vec![[0.0; 2]; people.len()];
    for (j, s) in problem.sites.iter().enumerate().filter(|(_, s)| !s.city) {
        let up = |level: u8, from: u8| f64::from(u8::from(level >= from));
        if let Some((t, row)) = s.town.and_then(|t| towns.get_mut(&t.index()).map(|row| (t, row))) {
            row[0] += up(layout.levels[j], 2);
            row[1] += up(s.now, 2);
            name.entry(t.index()).or_insert(&s.code);
        }
        areas[s.area.index()][0] += up(layout.levels[j], 3);
        areas[s.area.index()][1] += up(s.now, 3);
    }
    let rule = problem.rules.centres;
    for (t, [have, today, _]) in towns {
        let place = name.get(&t).copied().unwrap_or_default();
        let (least, most) = (f64::from(rule.min), f64::from(rule.max).max(today));
        if have < least || have > most {
            note(out, "centres", Some(2), place, (least - have).max(have - most), "sites");
        }
    }
    for (a, [have, today]) in areas.into_iter().enumerate().filter(|(a, _)| people[*a] > 0.0) {
        let (least, most) = (f64::from(problem.rules.hospitals.min), most_hospitals(problem, people[a]).max(today));
        if have < least || have > most {
            note(out, "hospitals", Some(3), &a.to_string(), (least - have).max(have - most), "sites");
        }
    }
}

/// C21 and coverage of C28.
#[allow(clippy::cast_possible_truncation)] // as above
fn reach(problem: &LayoutProblem, layout: &Layout, value: &Value, out: &mut Vec<Broken>) {
    if let Some(c) = problem.rules.coverage.filter(|_| problem.rules.objective.first() != Some(&Objective::Coverage)) {
        let people = problem.area_people();
        for n in (0..LEVELS).filter(|&n| c.share[n] > 0.0) {
            if !c.by_area {
                let short = value.uncovered[n] - (1.0 - c.share[n]) * problem.people;
                if short > 0.02 {
                    note(out, "coverage", Some(n as u8 + 1), "", short, "people");
                }
                continue;
            }
            let mut late = vec![0.0; people.len()];
            for (i, client) in problem.clients.iter().enumerate() {
                let near = problem.times.row(i).take_while(|t| t.1 <= c.minutes[n]).any(|t| usize::from(layout.levels[t.0]) > n);
                late[client.area.index()] += if near { 0.0 } else { client.people };
            }
            for (a, late) in late.into_iter().enumerate() {
                let short = late - (1.0 - c.share[n]) * people[a];
                if short > 0.02 {
                    note(out, "coverage", Some(n as u8 + 1), &a.to_string(), short, "people");
                }
            }
        }
    }
    for (&which, rule) in &problem.rules.capability {
        capability(problem, layout, which, rule, out);
    }
}

fn capability(
    problem: &LayoutProblem,
    layout: &Layout,
    which: Capability,
    rule: &crate::policy::layout::CapabilityRule,
    out: &mut Vec<Broken>,
) {
    let has = |j: usize| layout.flags[j][which as usize] && layout.levels[j] >= rule.level;
    let level = Some(rule.level);
    let without = (0..problem.sites.len()).filter(|&j| layout.levels[j] >= rule.level && !has(j)).count();
    if rule.every && without > 0 {
        note(out, "capability", level, which.name(), without as f64, "sites");
    }
    if rule.per_area > 0 {
        for area in (0..problem.planned.len()).filter(|&a| problem.clients.iter().any(|c| c.area.index() == a)) {
            let have = (0..problem.sites.len()).filter(|&j| has(j) && problem.sites[j].area.index() == area).count() as f64;
            if have < f64::from(rule.per_area) {
                note(out, "capability", level, which.name(), f64::from(rule.per_area) - have, "sites");
            }
        }
    }
    if rule.minutes > 0.0 && rule.share > 0.0 {
        let far = |i: &usize| !problem.times.row(*i).take_while(|t| t.1 <= rule.minutes).any(|t| has(t.0));
        let late: f64 = (0..problem.clients.len()).filter(far).map(|i| problem.clients[i].people).sum();
        let short = late - (1.0 - rule.share) * problem.people;
        if short > 0.02 {
            note(out, "capability", level, which.name(), short, "people");
        }
    }
}

/// L7, L8, L9.
#[allow(clippy::cast_possible_truncation)] // as above
fn loads(problem: &LayoutProblem, layout: &Layout, out: &mut Vec<Broken>) {
    let mut served = vec![[0.0; LEVELS]; problem.sites.len()];
    for (n, uses) in layout.uses.iter().enumerate() {
        uses.iter().for_each(|u| served[u.site as usize][n] += problem.clients[u.client as usize].people * u.share);
    }
    let r = &problem.rules;
    let need = r.beds.as_ref().map_or([0.0; 2], |b| b.need_per_1000);
    for (j, site) in problem.sites.iter().enumerate() {
        let beds = (served[j][1] * need[0] + served[j][2] * need[1]) / 1000.0;
        if need.iter().any(|n| *n > 0.0) && beds > layout.beds[j] + ROOM {
            note(out, "beds", None, &site.code, beds - layout.beds[j], "beds");
        }
        if site.city {
            continue;
        }
        for (n, &here) in served[j].iter().enumerate() {
            if r.max_people[n] > 0.0 && here > r.max_people[n] + 0.05 {
                note(out, "people", Some(n as u8 + 1), &site.code, here - r.max_people[n], "people");
            }
            let trips = here * r.trips[n];
            if usize::from(layout.levels[j]) == n + 1 && r.min_visits[n] > 0.0 && trips < r.min_visits[n] - 0.2 {
                note(out, "visits", Some(n as u8 + 1), &site.code, r.min_visits[n] - trips, "trips a year");
            }
        }
    }
}

/// C23, C26, bounds of L6.
#[allow(clippy::cast_possible_truncation)] // as above
fn beds(problem: &LayoutProblem, layout: &Layout, out: &mut Vec<Broken>) {
    let Some(rule) = &problem.rules.beds else { return };
    let (mut by_level, mut city, mut public, mut public_now) = ([0.0; 2], 0.0, 0.0, 0.0);
    let (mut added, mut social) = (0.0, 0.0);
    for (j, s) in problem.sites.iter().enumerate() {
        let (level, beds) = (usize::from(layout.levels[j]), layout.beds[j]);
        if s.city {
            city += s.beds_now;
            continue;
        }
        public_now += if s.owner == Owner::Public && s.now == 3 { s.beds_now } else { 0.0 };
        if level < 2 {
            continue;
        }
        by_level[level - 2] += beds;
        public += if s.owner == Owner::Public && level == 3 { beds } else { 0.0 };
        let more = (beds - s.beds_now).max(0.0);
        added += more;
        social += if s.owner == Owner::Social { more } else { 0.0 };
        let (low, high) = (s.beds_min[level - 2], s.beds_max[level - 2]);
        let off = (low - beds).max(beds - high);
        if off > ROOM {
            note(out, "beds", Some(level as u8), &s.code, off, "beds");
        }
    }
    let thousand = problem.people / 1000.0;
    for (n, have) in by_level.iter().enumerate() {
        let low = rule.tier_min[n] * thousand - have;
        let high = if rule.tier_max[n] > 0.0 { have - rule.tier_max[n] * thousand } else { 0.0 };
        if low.max(high) > ROOM {
            note(out, "beds", Some(n as u8 + 2), "", low.max(high), "beds");
        }
    }
    for off in [
        rule.target * thousand - city - by_level[0] - by_level[1],
        if rule.freeze && frozen(problem) { public - public_now } else { 0.0 },
        rule.social_share * added - social,
    ] {
        if off > ROOM {
            note(out, "beds", None, "", off, "beds");
        }
    }
}

/// C25, N1, N2.
fn ties(problem: &LayoutProblem, layout: &Layout, out: &mut Vec<Broken>) {
    if problem.rules.closest {
        for n in 0..LEVELS {
            let mut least = vec![f64::INFINITY; problem.clients.len()];
            nearest(problem, &layout.levels, n + 1).iter().for_each(|u| least[u.client as usize] = u.minutes);
            let past = layout.uses[n].iter().filter(|u| u.minutes > least[u.client as usize] + 1e-6).count();
            if past > 0 {
                note(out, "closest", None, "", past as f64, "settlements");
            }
        }
    }
    if problem.rules.nested {
        let mut parent: BTreeMap<u32, u32> = BTreeMap::new();
        let hospital: BTreeMap<u32, u32> = layout.uses[2].iter().map(|u| (u.client, u.site)).collect();
        let mut torn = 0.0;
        for u in &layout.uses[1] {
            let Some(&up) = hospital.get(&u.client) else { continue };
            torn += f64::from(u8::from(*parent.entry(u.site).or_insert(up) != up));
        }
        if torn > 0.0 {
            note(out, "nested", None, "", torn, "settlements");
        }
    }
    for plan in &problem.rules.exclude {
        let apart = problem.sites.iter().zip(&layout.levels).filter(|(s, l)| plan.contains(&s.code) != (**l > 0)).count();
        if (apart as u32) < problem.rules.differ_by {
            note(out, "excluded", None, "", f64::from(problem.rules.differ_by) - apart as f64, "sites");
        }
    }
}
