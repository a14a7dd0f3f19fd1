//! Who serves whom: lists and `x` (L1, L2), what limits a site (L7 to L9), the nearest (C25) and nested catchments (N1).

use super::{Lists, Making, NO_COLUMN, PEOPLE, RowKey, RowKind, Serve};
use crate::demand::layout::LEVELS;
use crate::policy::layout::Objective;

/// Price of a thousand people (trips) beyond what a site may (must) serve.
const CROWD: f64 = 50.0;
/// Price of a bed that a catchment lacks.
const BED: f64 = 10.0;
/// Price of a client that no site can serve.
const NOBODY: f64 = 1e4;

/// Whether something limits how many a site serves at a level, so that the nearest open site need not be free.
fn limited(making: &Making<'_>, level: usize) -> bool {
    let r = &making.problem.rules;
    let beds = r.beds.as_ref().is_some_and(|b| level >= 2 && b.need_per_1000[level - 2] > 0.0);
    r.max_people[level - 1] > 0.0 || r.min_visits[level - 1] > 0.0 || beds || (r.nested && level >= 2)
}

/// Whether lists of this level may be cut with an `outside` that is a relaxation.
fn may_cut(making: &Making<'_>, level: usize) -> bool {
    let r = &making.problem.rules;
    r.min_visits[level - 1] <= 0.0 && !(r.nested && level >= 2) && !making.asks(&[Objective::Gini])
}

/// Lists and their columns.
pub(super) fn lists(making: &mut Making<'_>) {
    let travels = [Objective::Cost, Objective::Travel, Objective::Worst, Objective::P90, Objective::Gini];
    let wanted = making.asks(&travels);
    for l in 1..=LEVELS {
        let limited = limited(making, l);
        if !wanted && !limited {
            continue;
        }
        let lists = of_level(making, l, limited);
        making.lists[l - 1] = lists;
    }
}

fn of_level(making: &mut Making<'_>, level: usize, limited: bool) -> Lists {
    let p = making.problem;
    let may_cut = may_cut(making, level);
    let whole = p.rules.nested && level >= 2;
    let mut out = Lists { start: vec![0], ..Lists::default() };
    for i in 0..p.clients.len() {
        let mut list: Vec<Serve> = Vec::new();
        for (j, minutes) in p.times.row(i).filter(|t| making.can(t.0, level)) {
            #[allow(clippy::cast_possible_truncation)] // tables are limited to u32::MAX rows at the door
            list.push(Serve { site: j as u32, minutes, column: NO_COLUMN });
            if !limited && making.certain(j, level) {
                break;
            }
        }
        let mut outside = None;
        #[allow(clippy::cast_possible_truncation)] // there are three levels
        let key = (i as u32, level as u8);
        // centres are near and many, hospitals few: shorter lists do at level 2
        let usual = if level == 2 { making.options.neighbours.div_ceil(2) } else { making.options.neighbours };
        let keep = making.options.grown.get(&key).copied().unwrap_or(usual);
        if keep > 0 && may_cut && list.len() > keep + 1 {
            let minutes = list[keep].minutes;
            list.truncate(keep);
            outside = Some((making.m.column(0.0, 1.0), minutes));
        }
        let settled = !limited && list.len() == 1 && outside.is_none() && making.certain(list[0].site as usize, level);
        if !settled {
            for s in &mut list {
                s.column = if whole { making.m.binary() } else { making.m.column(0.0, 1.0) };
            }
            let mut entries: Vec<(u32, f64)> = list.iter().map(|s| (s.column, 1.0)).collect();
            entries.extend(outside.map(|o| (o.0, 1.0)));
            let row = RowKey { kind: RowKind::Assign, place: Some(key.0), linking: false };
            making.add(row, 1.0, 1.0, entries, NOBODY);
            for s in &list {
                link(making, s, level);
            }
        }
        out.entries.extend(list);
        out.start.push(out.entries.len());
        out.outside.push(outside);
    }
    out
}

/// L2.
fn link(making: &mut Making<'_>, serve: &Serve, level: usize) {
    let site = serve.site as usize;
    if making.certain(site, level) {
        return;
    }
    let (columns, sure) = making.at_least(site, level);
    let mut entries: Vec<(u32, f64)> = columns.map(|c| (c, -1.0)).collect();
    entries.push((serve.column, 1.0));
    making.tie(f64::NEG_INFINITY, sure, entries);
}

/// Entries by site: `(client, column)`.
fn by_site(making: &Making<'_>, level: usize) -> Vec<Vec<(usize, u32)>> {
    let mut out = vec![Vec::new(); making.problem.sites.len()];
    let lists = &making.lists[level - 1];
    for i in 0..lists.start.len().saturating_sub(1) {
        for s in lists.of(i).iter().filter(|s| s.column != NO_COLUMN) {
            out[s.site as usize].push((i, s.column));
        }
    }
    out
}

/// L7 to L9, C25, N1.
pub(super) fn rows(making: &mut Making<'_>) {
    let p = making.problem;
    let r = &p.rules;
    for l in 1..=LEVELS {
        let (most, least) = (r.max_people[l - 1], r.min_visits[l - 1]);
        if most <= 0.0 && least <= 0.0 {
            continue;
        }
        for (j, served) in by_site(making, l).into_iter().enumerate().filter(|(j, s)| !s.is_empty() && !p.sites[*j].city) {
            #[allow(clippy::cast_possible_truncation)] // tables are limited to u32::MAX rows at the door
            let place = Some(j as u32);
            if most > 0.0 {
                let (columns, sure) = making.at_least(j, l);
                let mut entries: Vec<(u32, f64)> = columns.map(|c| (c, -most * PEOPLE)).collect();
                entries.extend(served.iter().map(|&(i, c)| (c, p.clients[i].people * PEOPLE)));
                let key = RowKey { kind: RowKind::Crowd, place, linking: false };
                making.add(key, f64::NEG_INFINITY, sure * most * PEOPLE, entries, CROWD);
            }
            let own = making.open[j][l - 1];
            let here = making.settled[j].is_some_and(|now| usize::from(now) == l);
            if least > 0.0 && (own != NO_COLUMN || here) {
                let mut entries: Vec<(u32, f64)> =
                    served.iter().map(|&(i, c)| (c, p.clients[i].people * r.trips[l - 1] * PEOPLE)).collect();
                if own != NO_COLUMN {
                    entries.push((own, -least * PEOPLE));
                }
                let key = RowKey { kind: RowKind::Volume, place, linking: false };
                making.add(key, if here { least * PEOPLE } else { 0.0 }, f64::INFINITY, entries, CROWD);
            }
        }
    }
    needs(making);
    if r.closest || making.asks(&[Objective::Gini]) {
        closest(making);
    }
    if r.nested {
        nested(making);
    }
}

/// L7.
fn needs(making: &mut Making<'_>) {
    let p = making.problem;
    let Some(rule) = &p.rules.beds else { return };
    if rule.need_per_1000.iter().all(|n| *n <= 0.0) {
        return;
    }
    let (at_centre, at_hospital) = (by_site(making, 2), by_site(making, 3));
    for (j, both) in at_centre.iter().zip(&at_hospital).enumerate() {
        let mut entries = Vec::new();
        for (served, need) in [both.0, both.1].into_iter().zip(rule.need_per_1000) {
            entries.extend(served.iter().filter(|_| need > 0.0).map(|&(i, c)| (c, p.clients[i].people * PEOPLE * need)));
        }
        if entries.is_empty() {
            continue;
        }
        entries.extend(making.beds[j].iter().filter(|c| **c != NO_COLUMN).map(|&c| (c, -1.0)));
        let beds = if p.sites[j].city { p.sites[j].beds_now } else { 0.0 };
        #[allow(clippy::cast_possible_truncation)] // tables are limited to u32::MAX rows at the door
        let key = RowKey { kind: RowKind::Need, place: Some(j as u32), linking: false };
        making.add(key, f64::NEG_INFINITY, beds, entries, BED);
    }
}

/// C25: whoever has an open site within some minutes goes no farther. Ties may be split.
fn closest(making: &mut Making<'_>) {
    let p = making.problem;
    for l in 1..=LEVELS {
        for i in 0..p.clients.len().min(making.lists[l - 1].start.len().saturating_sub(1)) {
            let list: Vec<Serve> = making.lists[l - 1].of(i).to_vec();
            let mut entries: Vec<(u32, f64)> = Vec::new();
            for group in list.chunk_by(|a, b| a.minutes.total_cmp(&b.minutes).is_eq()) {
                entries.extend(group.iter().filter(|s| s.column != NO_COLUMN).map(|s| (s.column, 1.0)));
                if entries.is_empty() || entries.len() == list.len() {
                    continue;
                }
                for s in group {
                    let (columns, sure) = making.at_least(s.site as usize, l);
                    let mut row = entries.clone();
                    row.extend(columns.map(|c| (c, -1.0)));
                    making.tie(sure, f64::INFINITY, row);
                }
            }
        }
    }
}

/// N1 between centres and hospitals.
fn nested(making: &mut Making<'_>) {
    let p = making.problem;
    let hospitals: Vec<usize> = (0..p.sites.len()).filter(|&k| making.can(k, 3)).collect();
    let centres: Vec<usize> = (0..p.sites.len()).filter(|&j| making.can(j, 2)).collect();
    let mut parent = std::collections::BTreeMap::new();
    for &j in &centres {
        let mut entries = Vec::new();
        for &k in hospitals.iter().filter(|&&k| p.sites[k].block == p.sites[j].block) {
            let z = making.m.binary();
            parent.insert((j, k), z);
            entries.push((z, 1.0));
            let (columns, sure) = making.at_least(k, 3);
            let mut row: Vec<(u32, f64)> = columns.map(|c| (c, -1.0)).collect();
            row.push((z, 1.0));
            making.tie(f64::NEG_INFINITY, sure, row);
        }
        making.tie(1.0, 1.0, entries);
    }
    for i in 0..p.clients.len() {
        let (lower, upper) = (making.lists[1].of(i).to_vec(), making.lists[2].of(i).to_vec());
        for s in &lower {
            for h in &upper {
                if let Some(&z) = parent.get(&(s.site as usize, h.site as usize)) {
                    making.tie(-1.0, f64::INFINITY, vec![(h.column, 1.0), (s.column, -1.0), (z, -1.0)]);
                }
            }
        }
    }
}
