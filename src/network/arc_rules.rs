//! Rule AR-1 (model 6.1): from a case to its arcs.
//!
//! * `F(i)`: the nearest rank 1, rank 2, rank 3 overall and in the own area, city hospitals, and the provincial, regional and
//!   national centres (all, or the nearest of each tier).
//! * `U`: rank 1 to the rank-2 site of its township (a township without one: the nearest of the area); rank 2 to the nearest rank 3
//!   of its area (an area without one: the nearest anywhere) and the nearest city hospital; rank 3 to city and provincial
//!   hospitals; city to provincial, regional, national; provincial to regional and national (`up_top` limits the provincial ones).
//! * `W`: rank 4 and above to rank 3; rank 3 to rank 2 of its area; city to rank 2.
//!
//! "Nearest" is by travel time, ties by facility id. That patients step down into their own area only is a matter of the model's
//! variables, not of the arcs.

use super::{ArcLists, ArcRules, Arcs, Case, FirstArc, Network, ReferralArc, arcs::Unreachable};
use crate::ids::{FacilityId, SettlementId};
use crate::outcome::{Event, Observer};
use crate::travel::Place;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Settlements joined at a time: bounds the memory of what lies between the searches and the arcs.
const BLOCK: usize = 1 << 17;

/// All arcs of a case: by its lists when it has them, else by its rules. Times come from the case's travel; a wanted pair without
/// a path is listed in [`Arcs::unreachable`]. The result does not depend on the number of threads.
///
/// On the metric model with n settlements and m facilities this takes O((n + m) log m) for the nearest sites plus the number of
/// arcs that join "all"; on roads one bounded search for each road node with a place.
pub fn build_arcs(case: &Case, observer: &dyn Observer) -> Arcs {
    observer.event(&Event::Started { step: "arcs", total: Some(case.network.settlements.len() as u64) });
    let mut arcs = match &case.arcs {
        Some(lists) => listed(case, lists),
        None => ruled(case, observer),
    };
    for list in [&mut arcs.up, &mut arcs.down] {
        list.par_sort_unstable_by_key(|a| (a.from, a.to));
        list.dedup_by_key(|a| (a.from, a.to));
    }
    observer.event(&Event::Finished);
    arcs
}

/// Sites to be joined: every `from` to its nearest `nearest` of `to`, or to all of them.
struct Job<F> {
    from: Vec<F>,
    to: Vec<FacilityId>,
    nearest: Nearest,
}

/// How many of a job's targets a site is joined to.
#[derive(Clone, Copy)]
enum Nearest {
    All,
    Some(usize),
}

impl Nearest {
    /// The reading of the rules in which 0 joins all.
    fn or_all(count: usize) -> Self {
        if count == 0 { Self::All } else { Self::Some(count) }
    }
}

/// Facilities by rank and by where they stand.
struct Sites<'a> {
    network: &'a Network,
    rules: ArcRules,
    /// Facility ids of each rank, ascending; rank 0 is empty.
    ranks: [Vec<FacilityId>; 8],
    /// Scope (prefecture, or everything) of each area.
    scope: Vec<usize>,
    scopes: usize,
}

impl<'a> Sites<'a> {
    fn new(case: &'a Case) -> Self {
        let network = &case.network;
        let mut ranks: [Vec<FacilityId>; 8] = Default::default();
        // a place where a facility may be opened is nowhere to go yet
        for (i, f) in network.facilities.iter().enumerate().filter(|(_, f)| f.siting.exist) {
            ranks[usize::from(f.rank())].push(FacilityId::new(i));
        }
        let names: BTreeSet<Option<&str>> = network.areas.iter().map(|a| a.prefecture.as_deref()).collect();
        let names: Vec<_> = names.into_iter().collect();
        let inside = case.rules.within_prefecture;
        let of = |name: Option<&str>| if inside { names.binary_search(&name).unwrap_or(0) } else { 0 };
        let scope = network.areas.iter().map(|a| of(a.prefecture.as_deref())).collect();
        Self { network, rules: case.rules, ranks, scope, scopes: if inside { names.len().max(1) } else { 1 } }
    }

    fn rank(&self, rank: u8) -> &[FacilityId] {
        &self.ranks[usize::from(rank)]
    }

    fn scope_of(&self, id: FacilityId) -> usize {
        self.network.facility(id).area.map_or(0, |a| self.scope[a.index()])
    }

    /// Facilities of a rank in each scope; where a scope has none, all of the rank.
    fn by_scope(&self, rank: u8) -> Vec<Vec<FacilityId>> {
        let mut groups = vec![Vec::new(); self.scopes];
        for id in self.rank(rank) {
            groups[self.scope_of(*id)].push(*id);
        }
        groups.into_iter().map(|g| if g.is_empty() { self.rank(rank).to_vec() } else { g }).collect()
    }

    /// Facilities of a rank in each area; those without an area are left out.
    fn by_area(&self, rank: u8) -> Vec<Vec<FacilityId>> {
        let mut groups = vec![Vec::new(); self.network.areas.len()];
        for id in self.rank(rank) {
            if let Some(area) = self.network.facility(*id).area {
                groups[area.index()].push(*id);
            }
        }
        groups
    }

    /// `from` split by scope.
    fn split(&self, from: &[FacilityId]) -> Vec<Vec<FacilityId>> {
        let mut groups = vec![Vec::new(); self.scopes];
        for id in from {
            groups[self.scope_of(*id)].push(*id);
        }
        groups
    }
}

fn ruled(case: &Case, observer: &dyn Observer) -> Arcs {
    let sites = Sites::new(case);
    let mut arcs = Arcs { first_start: vec![0], ..Arcs::default() };
    let settlements = case.network.settlements.len();
    for start in (0..settlements).step_by(BLOCK) {
        let end = settlements.min(start + BLOCK);
        first_block(case, &sites, start, end, &mut arcs);
        observer.event(&Event::Progress { done: end as u64 });
    }
    arcs.first.shrink_to_fit();
    (arcs.up, arcs.unreachable) = {
        let (up, missing) = join_all(case, up_jobs(&sites));
        arcs.unreachable.extend(missing);
        (up, arcs.unreachable)
    };
    let (down, missing) = join_all(case, down_jobs(&sites, &arcs.up));
    arcs.down = down;
    arcs.unreachable.extend(missing);
    arcs
}

/// First-contact arcs of the settlements `start..end`, appended to `arcs`.
fn first_block(case: &Case, sites: &Sites<'_>, start: usize, end: usize, arcs: &mut Arcs) {
    let (network, rules) = (&case.network, &sites.rules);
    let (mut by_scope, mut by_area) = (vec![Vec::new(); sites.scopes], vec![Vec::new(); network.areas.len()]);
    for i in start..end {
        let area = network.settlements[i].area.index();
        by_scope[sites.scope[area]].push(SettlementId::new(i));
        by_area[area].push(SettlementId::new(i));
    }
    let mut jobs = Vec::new();
    for (rank, count) in [(1, rules.first_rank1), (2, rules.first_rank2), (3, rules.first_rank3), (4, rules.first_city)] {
        if rank <= 2 && rules.primary_own_area {
            jobs.extend(pair_up(&by_area, sites.by_area(rank), Nearest::Some(count)));
        } else {
            jobs.extend(pair_up(&by_scope, sites.by_scope(rank), Nearest::Some(count)));
        }
    }
    jobs.extend(pair_up(&by_area, sites.by_area(3), Nearest::Some(rules.first_rank3_own)));
    for rank in 5..=7 {
        let from = (start..end).map(SettlementId::new).collect();
        jobs.push(Job { from, to: sites.rank(rank).to_vec(), nearest: Nearest::or_all(rules.first_top) });
    }
    jobs.retain(|j| j.is_real());

    let mut rows: Vec<Vec<FirstArc>> = vec![Vec::new(); end - start];
    let mut asked = vec![0_u8; end - start]; // bit r: some job asked for rank r
    for (job, times) in run(case, &jobs, Place::Settlement) {
        let rank = network.facility(job.to[0]).rank();
        for (i, from) in job.from.iter().enumerate() {
            asked[from.index() - start] |= 1 << rank;
            rows[from.index() - start].extend(times.row(i).map(|(to, minutes)| FirstArc { facility: job.to[to], minutes }));
        }
    }
    rows.par_iter_mut().for_each(|row| {
        row.sort_unstable_by_key(|a| a.facility);
        row.dedup_by_key(|a| a.facility);
    });
    arcs.first.reserve(rows.iter().map(Vec::len).sum());
    for (i, row) in rows.into_iter().enumerate() {
        let got = row.iter().fold(0_u8, |bits, a| bits | 1 << network.facility(a.facility).rank());
        let missing = (1..=7).filter(|rank| asked[i] & !got & (1 << rank) != 0);
        arcs.unreachable.extend(missing.map(|rank| Unreachable::Settlement { settlement: SettlementId::new(start + i), rank }));
        arcs.first.extend(row);
        arcs.first_start.push(arcs.first.len());
    }
}

/// The jobs that join the `from` of each group to the `to` of the same group.
fn pair_up<F: Clone>(from: &[Vec<F>], to: Vec<Vec<FacilityId>>, nearest: Nearest) -> Vec<Job<F>> {
    from.iter().zip(to).map(|(from, to)| Job { from: from.clone(), to, nearest }).collect()
}

/// The jobs of `U`.
fn up_jobs(sites: &Sites<'_>) -> Vec<Job<FacilityId>> {
    let (network, rules) = (sites.network, &sites.rules);
    let mut jobs = Vec::new();

    // Rank 1 to the rank-2 site of its township, else of its area.
    let mut centres = BTreeMap::<_, Vec<FacilityId>>::new();
    for id in sites.rank(2) {
        if let Some(town) = network.facility(*id).town {
            centres.entry(town).or_default().push(*id);
        }
    }
    let mut clinics = BTreeMap::<_, Vec<FacilityId>>::new();
    let mut without = vec![Vec::new(); network.areas.len()];
    for id in sites.rank(1) {
        let f = network.facility(*id);
        match (f.town.filter(|t| centres.contains_key(t)), f.area) {
            (Some(town), _) => clinics.entry(town).or_default().push(*id),
            (None, Some(area)) => without[area.index()].push(*id),
            (None, None) => {}
        }
    }
    for (town, from) in clinics {
        jobs.push(Job { from, to: centres[&town].clone(), nearest: Nearest::Some(1) });
    }
    jobs.extend(pair_up(&without, sites.by_area(2), Nearest::Some(1)));

    // Rank 2 to rank 3 of its area, else anywhere in scope; and to the city.
    let hospitals = sites.by_area(3);
    let (has_own, without): (Vec<FacilityId>, Vec<_>) =
        sites.rank(2).iter().partition(|id| network.facility(**id).area.is_some_and(|a| !hospitals[a.index()].is_empty()));
    let mut by_area = vec![Vec::new(); network.areas.len()];
    for id in has_own {
        if let Some(area) = network.facility(id).area {
            by_area[area.index()].push(id);
        }
    }
    jobs.extend(pair_up(&by_area, hospitals, Nearest::Some(rules.up_rank2)));
    jobs.extend(pair_up(&sites.split(&without), sites.by_scope(3), Nearest::Some(rules.up_rank2)));
    jobs.extend(pair_up(&sites.split(sites.rank(2)), sites.by_scope(4), Nearest::Some(rules.up_rank2_city)));

    // Rank 3 and above.
    jobs.extend(pair_up(&sites.split(sites.rank(3)), sites.by_scope(4), Nearest::or_all(rules.up_rank3_city)));
    for (from, to) in [(3, 5), (4, 5), (4, 6), (4, 7), (5, 6), (5, 7)] {
        let nearest = if to == 5 { Nearest::or_all(rules.up_top) } else { Nearest::All };
        jobs.push(Job { from: sites.rank(from).to_vec(), to: sites.rank(to).to_vec(), nearest });
    }
    jobs
}

/// Areas whose patients are referred to each provincial hospital: by their own hospitals, or by the city hospitals they share.
fn served(sites: &Sites<'_>, up: &[ReferralArc], cities: &[Vec<FacilityId>]) -> BTreeSet<(FacilityId, usize)> {
    let mut by_city: BTreeMap<FacilityId, Vec<FacilityId>> = BTreeMap::new();
    let mut out = BTreeSet::new();
    for arc in up.iter().filter(|a| sites.network.facility(a.to).rank() == 5) {
        let from = sites.network.facility(arc.from);
        match (from.rank(), from.area) {
            (4, _) => by_city.entry(arc.from).or_default().push(arc.to),
            (_, Some(area)) => drop(out.insert((arc.to, area.index()))),
            (_, None) => {}
        }
    }
    for (area, scope) in sites.scope.iter().enumerate() {
        for tops in cities[*scope].iter().filter_map(|city| by_city.get(city)) {
            out.extend(tops.iter().map(|top| (*top, area)));
        }
    }
    out
}

/// The jobs of `W`.
fn down_jobs(sites: &Sites<'_>, up: &[ReferralArc]) -> Vec<Job<FacilityId>> {
    let partners = Nearest::or_all(sites.rules.down_partners);
    let top: Vec<FacilityId> = (5..=7).flat_map(|rank| sites.rank(rank)).copied().collect();
    let cities = sites.by_scope(4);
    let (hospitals, centres) = (sites.by_area(3), sites.by_area(2));
    let mut jobs = pair_up(&hospitals, centres.clone(), partners);
    if let Nearest::All = partners {
        // In one go: on roads a search for the sites of many areas costs no more than for one.
        let gather = |areas: &[Vec<FacilityId>]| {
            let mut groups = vec![Vec::new(); sites.scopes];
            for (area, scope) in areas.iter().zip(&sites.scope) {
                groups[*scope].extend(area);
            }
            groups
        };
        jobs.push(Job { from: top, to: hospitals.concat(), nearest: partners });
        jobs.extend(pair_up(&cities, gather(&hospitals), partners));
        jobs.extend(pair_up(&cities, gather(&centres), partners));
        return jobs;
    }
    // Partners are counted in each area.
    let served = (sites.rules.up_top > 0).then(|| served(sites, up, &cities));
    for (area, scope) in sites.scope.iter().enumerate() {
        let joined = |t: &&FacilityId| sites.network.facility(**t).rank() > 5 || served.as_ref().is_none_or(|s| s.contains(&(**t, area)));
        let above = cities[*scope].iter().chain(top.iter().filter(joined)).copied().collect();
        jobs.push(Job { from: above, to: hospitals[area].clone(), nearest: partners });
        jobs.push(Job { from: cities[*scope].clone(), to: centres[area].clone(), nearest: partners });
    }
    jobs
}

impl<F> Job<F> {
    fn is_real(&self) -> bool {
        !self.from.is_empty() && !self.to.is_empty() && !matches!(self.nearest, Nearest::Some(0))
    }
}

/// Times of each job, in the order of the jobs.
fn run<'j, F: Copy + Sync>(
    case: &Case,
    jobs: &'j [Job<F>],
    place: impl Fn(F) -> Place + Sync,
) -> Vec<(&'j Job<F>, crate::travel::SparseTimes)> {
    jobs.par_iter()
        .map(|job| {
            let from: Vec<Place> = job.from.iter().map(|f| place(*f)).collect();
            let to: Vec<Place> = job.to.iter().map(|f| Place::Facility(*f)).collect();
            let times = match job.nearest {
                Nearest::All => case.travel.within(&case.network, &from, &to, f64::INFINITY),
                Nearest::Some(k) => case.travel.nearest(&case.network, &from, &to, k),
            };
            (job, times)
        })
        .collect()
}

/// Referral arcs of the jobs, and the wanted pairs that no path joins.
fn join_all(case: &Case, mut jobs: Vec<Job<FacilityId>>) -> (Vec<ReferralArc>, Vec<Unreachable>) {
    jobs.retain(Job::is_real);
    let times = run(case, &jobs, Place::Facility);
    let mut arcs = Vec::with_capacity(times.iter().map(|(_, t)| t.len()).sum());
    let mut missing = Vec::new();
    for (job, times) in times {
        let wanted = match job.nearest {
            Nearest::All => job.to.len(),
            Nearest::Some(k) => k.min(job.to.len()),
        };
        for (i, from) in job.from.iter().enumerate() {
            let row = times.row(i);
            if row.len() < wanted {
                let joined: BTreeSet<usize> = times.row(i).map(|(to, _)| to).collect();
                let lost = (0..job.to.len()).filter(|to| !joined.contains(to)).take(wanted - joined.len());
                missing.extend(lost.map(|to| Unreachable::Referral { from: *from, to: job.to[to] }));
            }
            arcs.extend(row.map(|(to, minutes)| ReferralArc { from: *from, to: job.to[to], minutes }));
        }
    }
    (arcs, missing)
}

/// Arcs of the case's own lists, with times from its travel.
fn listed(case: &Case, lists: &ArcLists) -> Arcs {
    let network = &case.network;
    let mut arcs = Arcs::default();
    let mut first = lists.first.clone();
    first.sort_unstable();
    first.dedup();
    let pairs: Vec<_> = first.iter().map(|(s, f)| (Place::Settlement(SettlementId(*s)), Place::Facility(FacilityId(*f)))).collect();
    let mut counts = vec![0; network.settlements.len() + 1];
    for ((s, f), minutes) in first.into_iter().zip(case.travel.minutes_of_pairs(network, &pairs)) {
        let (settlement, facility) = (SettlementId(s), FacilityId(f));
        if let Some(minutes) = minutes {
            counts[settlement.index() + 1] += 1;
            arcs.first.push(FirstArc { facility, minutes });
        } else {
            arcs.unreachable.push(Unreachable::Settlement { settlement, rank: network.facility(facility).rank() });
        }
    }
    for i in 1..counts.len() {
        counts[i] += counts[i - 1];
    }
    arcs.first_start = counts;
    for (list, out) in [(&lists.up, &mut arcs.up), (&lists.down, &mut arcs.down)] {
        let pairs: Vec<_> = list.iter().map(|(a, b)| (Place::Facility(FacilityId(*a)), Place::Facility(FacilityId(*b)))).collect();
        for ((a, b), minutes) in list.iter().zip(case.travel.minutes_of_pairs(network, &pairs)) {
            let (from, to) = (FacilityId(*a), FacilityId(*b));
            match minutes {
                Some(minutes) => out.push(ReferralArc { from, to, minutes }),
                None => arcs.unreachable.push(Unreachable::Referral { from, to }),
            }
        }
    }
    arcs
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test may fail
mod tests;
