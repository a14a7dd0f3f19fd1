//! Levels of sites under L3, L4 and L5: dynamic programming over townships and hospitals.

use crate::demand::LayoutProblem;
use crate::demand::layout::LEVELS;
use crate::model::layout::{PEOPLE, demands::most_hospitals};
use std::collections::BTreeMap;

/// Sites of a township that can be a centre, and how many must and may be.
#[derive(Debug, Clone)]
struct Group {
    sites: Vec<u32>,
    least: usize,
    most: usize,
}

/// Townships of an area, and how many hospitals it must and may have.
#[derive(Debug, Clone)]
struct Region {
    groups: Vec<Group>,
    least: usize,
    most: usize,
}

/// Count rows of a catchment.
#[derive(Debug, Clone)]
pub struct Counts {
    regions: Vec<Region>,
    /// Levels allowed, by own position of the site.
    allowed: Vec<[bool; LEVELS + 1]>,
    /// Sites that stay as they are: city hospitals.
    city: Vec<u32>,
    /// Sites that can be clinics at most.
    low: Vec<u32>,
    /// Clinics that there must be beside all other sites, for L8.
    pub clinics: usize,
}

/// What a state of the dynamic programme costs, and what led to it.
#[derive(Debug, Clone, Copy)]
struct State {
    cost: f64,
    from: u32,
    choice: u32,
}

const NONE: State = State { cost: f64::INFINITY, from: u32::MAX, choice: 0 };

impl Counts {
    #[allow(clippy::cast_possible_truncation)] // tables are limited to u32::MAX rows at the door
    pub(super) fn new(problem: &LayoutProblem, clients: &[u32], sites: &[u32]) -> Self {
        let p = problem;
        let site = |j: u32| &p.sites[sites[j as usize] as usize];
        let mut lived: BTreeMap<usize, ()> = BTreeMap::new();
        let mut people: BTreeMap<usize, f64> = BTreeMap::new();
        for &i in clients {
            let c = &p.clients[i as usize];
            lived.insert(c.town.index(), ());
            *people.entry(c.area.index()).or_default() += c.people;
        }
        // townships by area; sites without a counted township share a group without bounds
        let mut groups: BTreeMap<(usize, Option<usize>), Vec<u32>> = BTreeMap::new();
        let (mut city, mut low) = (Vec::new(), Vec::new());
        for j in 0..sites.len() as u32 {
            let s = site(j);
            if s.city {
                city.push(j);
            } else if s.highest() >= 2 {
                let town = s.town.map(|t| t.index()).filter(|t| lived.contains_key(t));
                groups.entry((s.area.index(), town)).or_default().push(j);
            } else {
                low.push(j);
            }
        }
        let towns: BTreeMap<usize, usize> =
            clients.iter().map(|&i| &p.clients[i as usize]).map(|c| (c.town.index(), c.area.index())).collect();
        let mut regions: BTreeMap<usize, Region> = BTreeMap::new();
        let empty = Region { groups: Vec::new(), least: 0, most: 0 };
        for ((area, town), sites) in groups {
            let today = sites.iter().filter(|&&j| site(j).now >= 2).count();
            let (least, most) = match town {
                Some(_) => (p.rules.centres.min as usize, (p.rules.centres.max as usize).max(today)),
                None => (0, sites.len()),
            };
            regions.entry(area).or_insert_with(|| empty.clone()).groups.push(Group { most: most.min(sites.len()), sites, least });
        }
        // a township without any site for its centre has a row that cannot hold
        for (&town, &area) in &towns {
            let has = regions
                .get(&area)
                .is_some_and(|r| r.groups.iter().flat_map(|g| &g.sites).any(|&j| site(j).town.is_some_and(|t| t.index() == town)));
            if !has && p.rules.centres.min > 0 {
                let least = p.rules.centres.min as usize;
                regions.entry(area).or_insert_with(|| empty.clone()).groups.push(Group { sites: Vec::new(), least, most: 0 });
            }
        }
        for (&area, &here) in &people {
            regions.entry(area).or_insert_with(|| empty.clone());
            let _ = here;
        }
        let alone = regions.len() == 1;
        for (area, region) in &mut regions {
            let able: Vec<u32> = region.groups.iter().flat_map(|g| g.sites.iter().copied()).filter(|&j| site(j).highest() >= 3).collect();
            region.most = able.len();
            if let Some(&here) = people.get(area) {
                let today = able.iter().filter(|&&j| site(j).now == 3).count() as f64;
                region.least = p.rules.hospitals.min as usize;
                #[allow(clippy::cast_sign_loss)] // a count
                let most = most_hospitals(p, here).max(today) as usize;
                region.most = most.min(able.len());
                if alone {
                    region.least = region.least.max(needed(p, region, &able, &city, here, sites));
                }
            }
        }
        let all: f64 = people.values().sum();
        let most = p.rules.max_people[0];
        let beside: usize = regions
            .values()
            .flat_map(|r| &r.groups)
            .map(|g| if g.sites.iter().any(|&j| site(j).allowed[1]) { g.sites.len() } else { g.most })
            .sum();
        let clinics = if most > 0.0 && city.is_empty() {
            #[allow(clippy::cast_sign_loss)] // a count
            let sites = (all / most - 1e-9).ceil() as usize;
            sites.saturating_sub(beside)
        } else {
            0
        };
        let allowed = (0..sites.len() as u32).map(|j| site(j).allowed).collect();
        Self { regions: regions.into_values().collect(), allowed, city, low, clinics }
    }

    /// The cheapest levels under the counts; infinite when there are none. `value` is the cost of a level of a site.
    /// O(sites x most centres x most hospitals).
    pub fn choose(&self, value: impl Fn(u32, usize) -> f64, levels: &mut [u8]) -> f64 {
        let mut total = 0.0;
        for &j in &self.city {
            levels[j as usize] = 3;
            total += value(j, 3);
        }
        let mut spare: Vec<(f64, u32)> = Vec::new();
        let mut open = 0;
        for &j in &self.low {
            let may = &self.allowed[j as usize];
            let here = if may[1] { value(j, 1) } else { f64::INFINITY };
            let take = !may[0] || here < 0.0;
            levels[j as usize] = u8::from(take && may[1]);
            if take && may[1] {
                total += here;
                open += 1;
            } else if may[1] {
                spare.push((here, j));
            }
        }
        if open < self.clinics {
            let more = self.clinics - open;
            if more > spare.len() {
                return f64::INFINITY;
            }
            spare.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            for &(here, j) in &spare[..more] {
                total += here;
                levels[j as usize] = 1;
            }
        }
        for region in &self.regions {
            total += region.choose(&self.allowed, &value, levels);
        }
        total
    }

    /// Whether levels keep to the counts.
    #[must_use]
    pub fn hold(&self, levels: &[u8]) -> bool {
        self.regions.iter().all(|r| {
            let hospitals = r.groups.iter().flat_map(|g| &g.sites).filter(|&&j| levels[j as usize] == 3).count();
            (r.least..=r.most).contains(&hospitals)
                && r.groups.iter().all(|g| {
                    let centres = g.sites.iter().filter(|&&j| levels[j as usize] >= 2).count();
                    (g.least..=g.most).contains(&centres)
                })
        })
    }

    /// Levels that a site may end at.
    #[must_use]
    pub fn allowed(&self, site: usize) -> &[bool; LEVELS + 1] {
        &self.allowed[site]
    }
}

/// Hospitals that the beds and people of a catchment need at the least, wherever they stand.
fn needed(p: &LayoutProblem, region: &Region, able: &[u32], city: &[u32], people: f64, sites: &[u32]) -> usize {
    let site = |j: u32| &p.sites[sites[j as usize] as usize];
    let mut least = 0;
    let most = p.rules.max_people[2];
    if most > 0.0 && city.is_empty() {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a count
        let sites = (people / most - 1e-9).ceil() as usize;
        least = sites;
    }
    let Some(rule) = &p.rules.beds else { return least };
    let [at_centre, at_hospital] = rule.need_per_1000.map(|n| n * people * PEOPLE);
    let there: f64 = city.iter().map(|&j| site(j).beds_now).sum();
    let mut large: Vec<f64> = able.iter().map(|&j| site(j).beds_max[1]).collect();
    large.sort_unstable_by(|a, b| b.total_cmp(a));
    // centres and hospitals together, as many as the townships may have
    let together: usize = region.groups.iter().map(|g| g.most).sum();
    let small = region.groups.iter().flat_map(|g| &g.sites).map(|&j| site(j).beds_max[0]).fold(0.0, f64::max);
    let enough = |h: usize| {
        let beds: f64 = there + large[..h].iter().sum::<f64>();
        let room = 1e-6;
        beds + room >= at_hospital && beds + together.saturating_sub(h) as f64 * small + room >= at_centre + at_hospital
    };
    least.max((0..=large.len()).find(|&h| enough(h)).unwrap_or(large.len() + 1))
}

impl Region {
    #[allow(clippy::cast_possible_truncation)] // counts of sites
    fn choose(&self, allowed: &[[bool; LEVELS + 1]], value: &impl Fn(u32, usize) -> f64, levels: &mut [u8]) -> f64 {
        let wide = self.most + 1;
        // best of each township by hospitals, then over townships
        let tables: Vec<Vec<(f64, Vec<u8>)>> = self.groups.iter().map(|g| g.choose(self.most, allowed, value)).collect();
        let mut best = vec![vec![NONE; wide]; self.groups.len() + 1];
        best[0][0].cost = 0.0;
        for (n, table) in tables.iter().enumerate() {
            for before in 0..wide {
                let cost = best[n][before].cost;
                if !cost.is_finite() {
                    continue;
                }
                for (h, (more, _)) in table.iter().enumerate().take(wide - before) {
                    if cost + more < best[n + 1][before + h].cost {
                        best[n + 1][before + h] = State { cost: cost + more, from: before as u32, choice: h as u32 };
                    }
                }
            }
        }
        let last = &best[self.groups.len()];
        let end = (self.least..wide).filter(|&h| last[h].cost.is_finite()).min_by(|&a, &b| last[a].cost.total_cmp(&last[b].cost));
        let Some(end) = end else { return f64::INFINITY };
        let mut at = end;
        for n in (0..self.groups.len()).rev() {
            let state = best[n + 1][at];
            let (_, chosen) = &tables[n][state.choice as usize];
            for (&j, &level) in self.groups[n].sites.iter().zip(chosen) {
                levels[j as usize] = level;
            }
            at = state.from as usize;
        }
        last[end].cost
    }
}

impl Group {
    /// By number of hospitals: cost and levels of the sites.
    fn choose(&self, most: usize, allowed: &[[bool; LEVELS + 1]], value: &impl Fn(u32, usize) -> f64) -> Vec<(f64, Vec<u8>)> {
        let deep = most.min(self.sites.len()) + 1;
        let wide = self.most + 1;
        let mut best: Vec<(f64, Vec<u8>)> = vec![(f64::INFINITY, Vec::new()); deep * wide];
        best[0].0 = 0.0;
        for &j in &self.sites {
            let mut next: Vec<(f64, Vec<u8>)> = vec![(f64::INFINITY, Vec::new()); deep * wide];
            for level in (0..=LEVELS).filter(|&l| allowed[j as usize][l]) {
                let cost = if level == 0 { 0.0 } else { value(j, level) };
                let (c, h) = (usize::from(level >= 2), usize::from(level == 3));
                for centres in 0..wide.saturating_sub(c) {
                    for hospitals in 0..deep.saturating_sub(h) {
                        let (before, levels) = &best[centres * deep + hospitals];
                        let to = &mut next[(centres + c) * deep + hospitals + h];
                        if before + cost < to.0 {
                            to.0 = before + cost;
                            to.1.clone_from(levels);
                            #[allow(clippy::cast_possible_truncation)] // there are three levels
                            to.1.push(level as u8);
                        }
                    }
                }
            }
            best = next;
        }
        let of = |h: usize| {
            let rows = (self.least..wide).map(|c| &best[c * deep + h]).filter(|b| b.0.is_finite());
            rows.min_by(|a, b| a.0.total_cmp(&b.0)).cloned().unwrap_or((f64::INFINITY, Vec::new()))
        };
        (0..deep).map(of).collect()
    }
}
