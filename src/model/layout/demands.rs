//! Which sites may be open and how many there must be (L3 to L5), coverage (C21), capabilities (C28), excluded layouts (N2).

use super::{Making, NO_COLUMN, PEOPLE, RowKey, RowKind};
use crate::demand::layout::{LEVELS, LayoutProblem};
use crate::policy::layout::Objective;

/// Price of one site too few or too many in the search for the smallest repair.
const SITE: f64 = 200.0;
/// Price of a thousand people not covered.
const COVER: f64 = 100.0;

/// Most hospitals of an area with so many people (L5), before it is raised to what stands there.
#[must_use]
pub fn most_hospitals(problem: &LayoutProblem, people: f64) -> f64 {
    let rule = &problem.rules.hospitals;
    let step = rule.more_above;
    let more = if step > 0.0 && people > step { ((people - step) / step).ceil() } else { 0.0 };
    f64::from(rule.max) + more
}

/// Sites that a count row speaks of, by place.
fn members(problem: &LayoutProblem, places: usize, of: impl Fn(usize) -> Option<usize>) -> Vec<Vec<usize>> {
    let mut out = vec![Vec::new(); places];
    for j in (0..problem.sites.len()).filter(|&j| !problem.sites[j].city) {
        if let Some(place) = of(j) {
            out[place].push(j);
        }
    }
    out
}

/// A count row: place, members, least, most.
struct Count {
    kind: RowKind,
    place: usize,
    members: Vec<usize>,
    level: usize,
    least: f64,
    most: f64,
}

fn counts(making: &Making<'_>) -> Vec<Count> {
    let p = making.problem;
    let mut out = Vec::new();
    let towns = p.clients.iter().map(|c| c.town.index() + 1).max().unwrap_or(0);
    let mut lived = vec![false; towns];
    p.clients.iter().for_each(|c| lived[c.town.index()] = true);
    let of_town = members(p, towns, |j| p.sites[j].town.map(|t| t.index()).filter(|&t| t < towns && making.can(j, 2)));
    for (place, members) in of_town.into_iter().enumerate().filter(|(t, _)| lived[*t]) {
        let today = members.iter().filter(|&&j| p.sites[j].now >= 2).count() as f64;
        let rule = p.rules.centres;
        out.push(Count {
            kind: RowKind::Centres,
            place,
            members,
            level: 2,
            least: f64::from(rule.min),
            most: f64::from(rule.max).max(today),
        });
    }
    let people = p.area_people();
    let of_area = members(p, people.len(), |j| making.can(j, 3).then_some(p.sites[j].area.index()));
    for (place, members) in of_area.into_iter().enumerate().filter(|(a, _)| people[*a] > 0.0) {
        let today = members.iter().filter(|&&j| p.sites[j].now == 3).count() as f64;
        let most = most_hospitals(p, people[place]).max(today);
        out.push(Count { kind: RowKind::Hospitals, place, members, level: 3, least: f64::from(p.rules.hospitals.min), most });
    }
    out
}

/// Levels that sites can end at, `y`, and the counts.
pub(super) fn sites(making: &mut Making<'_>) {
    if !making.options.elastic {
        // where exactly the sites that can are wanted, all of them are sure
        for count in counts(making) {
            if !count.members.is_empty() && count.members.len() as f64 <= count.least {
                for &j in &count.members {
                    (0..count.level).for_each(|l| making.allowed[j][l] = false);
                }
            }
        }
    }
    for j in 0..making.allowed.len() {
        let may = making.allowed[j];
        let choices = may.iter().filter(|m| **m).count();
        if choices <= 1 {
            making.settled[j] = Some((0..=LEVELS).find(|&l| may[l]).unwrap_or(0) as u8);
            continue;
        }
        for l in (1..=LEVELS).filter(|&l| may[l]) {
            making.open[j][l - 1] = making.m.binary();
        }
        let columns: Vec<(u32, f64)> = making.open[j].iter().filter(|c| **c != NO_COLUMN).map(|&c| (c, 1.0)).collect();
        if columns.len() > 1 || !may[0] {
            making.tie(if may[0] { f64::NEG_INFINITY } else { 1.0 }, 1.0, columns);
        }
    }
    for count in counts(making) {
        let (mut entries, mut constant) = (Vec::new(), 0.0);
        for &j in &count.members {
            let (columns, sure) = making.at_least(j, count.level);
            entries.extend(columns.map(|c| (c, 1.0)));
            constant += sure;
        }
        // settled by the levels alone
        let choices = entries.len() as f64;
        if count.least <= constant && !entries.is_empty() && constant + choices <= count.most {
            continue;
        }
        if entries.is_empty() && (count.least..=count.most).contains(&constant) {
            continue;
        }
        #[allow(clippy::cast_possible_truncation)] // tables are limited to u32::MAX rows at the door
        let key = RowKey { kind: count.kind, place: Some(count.place as u32), linking: false };
        making.add(key, count.least - constant, count.most - constant, entries, SITE);
    }
}

/// C21, and the columns `e` that the objective `coverage` counts.
pub(super) fn coverage(making: &mut Making<'_>) {
    let p = making.problem;
    let counted = making.asks(&[Objective::Coverage]);
    let standard = match &p.rules.coverage {
        Some(c) => *c,
        None if counted => crate::policy::layout::Coverage::default(),
        None => return,
    };
    for l in 1..=LEVELS {
        let share = standard.share[l - 1];
        if share <= 0.0 || (p.rules.coverage.is_none() && !counted) {
            continue;
        }
        let mut late: Vec<u32> = Vec::with_capacity(p.clients.len());
        for i in 0..p.clients.len() {
            let near: Vec<usize> =
                p.times.row(i).take_while(|t| t.1 <= standard.minutes[l - 1]).map(|t| t.0).filter(|&j| making.can(j, l)).collect();
            if near.iter().any(|&j| making.certain(j, l)) {
                late.push(NO_COLUMN);
                continue;
            }
            let e = making.m.column(0.0, 1.0);
            let mut entries: Vec<(u32, f64)> = near.iter().flat_map(|&j| making.at_least(j, l).0).map(|c| (c, 1.0)).collect();
            entries.push((e, 1.0));
            making.tie(1.0, f64::INFINITY, entries);
            late.push(e);
        }
        making.uncovered[l - 1].clone_from(&late);
        if p.rules.coverage.is_none() || (counted && making.objectives.first() == Some(&Objective::Coverage) && !making.options.elastic) {
            // the standard is what is worked toward, not a row that must hold
            continue;
        }
        share_rows(making, RowKind::Covered(l as u8), &late, share, standard.by_area);
    }
}

/// `sum N e <= (1 - share) N`, over all or in every area.
fn share_rows(making: &mut Making<'_>, kind: RowKind, late: &[u32], share: f64, by_area: bool) {
    let p = making.problem;
    let areas: Vec<Option<usize>> = if by_area { (0..p.planned.len()).map(Some).collect() } else { vec![None] };
    for area in areas {
        let ours = |i: usize| area.is_none_or(|a| p.clients[i].area.index() == a);
        let people: f64 = (0..late.len()).filter(|&i| ours(i)).map(|i| p.clients[i].people).sum();
        let entries: Vec<(u32, f64)> =
            (0..late.len()).filter(|&i| ours(i) && late[i] != NO_COLUMN).map(|i| (late[i], p.clients[i].people * PEOPLE)).collect();
        if entries.is_empty() {
            continue;
        }
        #[allow(clippy::cast_possible_truncation)] // tables are limited to u32::MAX rows at the door
        let key = RowKey { kind, place: area.map(|a| a as u32), linking: area.is_none() };
        // a hundredth of a person above, so that a share that is met exactly is met in floating point
        making.add(key, f64::NEG_INFINITY, (1.0 - share) * people * PEOPLE + 1e-5 * PEOPLE, entries, COVER);
    }
}

/// C28.
pub(super) fn capabilities(making: &mut Making<'_>) {
    let p = making.problem;
    for (&which, rule) in &p.rules.capability {
        let level = usize::from(rule.level).clamp(1, LEVELS);
        let mut flags = vec![NO_COLUMN; p.sites.len()];
        for (j, flag) in flags.iter_mut().enumerate() {
            if !making.can(j, level) {
                continue;
            }
            let f = making.m.binary();
            *flag = f;
            let (columns, sure) = making.at_least(j, level);
            let mut entries: Vec<(u32, f64)> = columns.map(|c| (c, -1.0)).collect();
            entries.push((f, 1.0));
            making.tie(if rule.every { sure } else { f64::NEG_INFINITY }, sure, entries);
        }
        if rule.per_area > 0 {
            for area in (0..p.planned.len()).filter(|&a| p.clients.iter().any(|c| c.area.index() == a)) {
                let entries = (0..flags.len()).filter(|&j| flags[j] != NO_COLUMN && p.sites[j].area.index() == area);
                let entries = entries.map(|j| (flags[j], 1.0)).collect();
                #[allow(clippy::cast_possible_truncation)] // tables are limited to u32::MAX rows at the door
                let key = RowKey { kind: RowKind::PerArea(which), place: Some(area as u32), linking: false };
                making.add(key, f64::from(rule.per_area), f64::INFINITY, entries, SITE);
            }
        }
        if rule.minutes > 0.0 && rule.share > 0.0 {
            let mut late = Vec::with_capacity(p.clients.len());
            for i in 0..p.clients.len() {
                let e = making.m.column(0.0, 1.0);
                let near = p.times.row(i).take_while(|t| t.1 <= rule.minutes).filter(|t| flags[t.0] != NO_COLUMN);
                let mut entries: Vec<(u32, f64)> = near.map(|t| (flags[t.0], 1.0)).collect();
                entries.push((e, 1.0));
                making.tie(1.0, f64::INFINITY, entries);
                late.push(e);
            }
            share_rows(making, RowKind::FlagCovered(which), &late, rule.share, false);
        }
        making.flags.push((which, flags));
    }
}

/// N2.
pub(super) fn excluded(making: &mut Making<'_>) {
    let p = making.problem;
    for plan in &p.rules.exclude {
        let codes: std::collections::BTreeSet<&str> = plan.iter().map(String::as_str).collect();
        let (mut entries, mut constant) = (Vec::new(), 0.0);
        for (j, site) in p.sites.iter().enumerate() {
            let inside = codes.contains(site.code.as_str());
            let (columns, sure) = making.at_least(j, 1);
            entries.extend(columns.map(|c| (c, if inside { -1.0 } else { 1.0 })));
            constant += if inside { 1.0 - sure } else { sure };
        }
        let key = RowKey { kind: RowKind::Exclude, place: None, linking: true };
        making.add(key, f64::from(p.rules.differ_by) - constant, f64::INFINITY, entries, 0.0);
    }
}
