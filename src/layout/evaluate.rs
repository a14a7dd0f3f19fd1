//! What a layout costs and gives.

use crate::demand::layout::{LEVELS, LayoutProblem};
use crate::policy::layout::{BudgetCounts, Capability, Coverage, Objective};
use std::collections::BTreeMap;

/// One settlement's use of one site.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Use {
    /// Client, by position.
    pub client: u32,
    /// Site, by position.
    pub site: u32,
    /// Share of the people, above 0 up to 1.
    pub share: f64,
    /// Minutes one way.
    pub minutes: f64,
}

/// A layout: what becomes of each site, and who uses which.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Layout {
    /// Level of each site; 0 is closed.
    pub levels: Vec<u8>,
    /// Beds of each site.
    pub beds: Vec<f64>,
    /// Capabilities of each site, by [`Capability`].
    pub flags: Vec<[bool; 4]>,
    /// Uses by level, by client then site.
    pub uses: [Vec<Use>; LEVELS],
}

/// Money and objectives of a layout, in natural units.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Value {
    /// Fixed cost of open sites, yuan a year.
    pub fixed: f64,
    /// Yearly charge of added beds, yuan.
    pub charge: f64,
    /// Cost of capabilities added, yuan a year.
    pub capability: f64,
    /// Travel there and back at the value of time, yuan a year.
    pub travel: f64,
    /// Capital of added beds, yuan once.
    pub capital: f64,
    /// What counts against the budget, yuan.
    pub budget: f64,
    /// Travel there and back, minutes a head and year.
    pub minutes: f64,
    /// People without a site within the standard, by level.
    pub uncovered: [f64; LEVELS],
    /// Mean minutes one way, by level.
    pub mean: [f64; LEVELS],
    /// Longest minutes one way, by level.
    pub longest: [f64; LEVELS],
    /// Minutes that nine of ten people do not exceed, by level.
    pub p90: [f64; LEVELS],
    /// Mean difference of minutes a trip between people of two townships.
    pub spread: f64,
    /// Mean minutes a trip.
    pub trip: f64,
    /// Clinics.
    pub clinics: f64,
}

impl Value {
    /// The value of an objective, in its own unit.
    #[must_use]
    pub fn of(&self, objective: Objective) -> f64 {
        match objective {
            Objective::Cost => self.fixed + self.charge + self.capability + self.travel,
            Objective::Money => self.fixed + self.charge + self.capability,
            Objective::Travel => self.minutes,
            Objective::Coverage => self.uncovered.iter().sum(),
            Objective::Worst => self.longest.iter().sum(),
            Objective::P90 => self.p90.iter().sum(),
            Objective::Gini => self.spread,
            Objective::Clinics => self.clinics,
        }
    }

    /// Gini of the minutes a trip over townships.
    #[must_use]
    pub fn gini(&self) -> f64 {
        if self.trip > 0.0 { self.spread / (2.0 * self.trip) } else { 0.0 }
    }
}

/// The uses that send everybody to the nearest open site of a level.
#[must_use]
pub fn nearest(problem: &LayoutProblem, levels: &[u8], level: usize) -> Vec<Use> {
    let open = |j: usize| usize::from(levels[j]) >= level;
    (0..problem.clients.len())
        .filter_map(|i| {
            let (site, minutes) = problem.times.row(i).find(|t| open(t.0))?;
            #[allow(clippy::cast_possible_truncation)] // tables are limited to u32::MAX rows at the door
            Some(Use { client: i as u32, site: site as u32, share: 1.0, minutes })
        })
        .collect()
}

/// The layout of today.
#[must_use]
pub fn today(problem: &LayoutProblem) -> Layout {
    let levels: Vec<u8> = problem.sites.iter().map(|s| s.now).collect();
    let uses = std::array::from_fn(|n| nearest(problem, &levels, n + 1));
    Layout { levels, beds: problem.sites.iter().map(|s| s.beds_now).collect(), flags: problem.sites.iter().map(|s| s.has).collect(), uses }
}

/// The standards a layout is held against: those asked for, or the usual ones.
#[must_use]
pub fn standards(problem: &LayoutProblem) -> Coverage {
    problem.rules.coverage.unwrap_or_default()
}

/// Fixed cost of a site that counts against the budget, yuan.
#[must_use]
pub fn counted(site: &crate::demand::layout::LayoutSite, level: u8, counts: BudgetCounts) -> f64 {
    if level == 0 || site.city {
        return 0.0;
    }
    let full = site.fixed_cost[usize::from(level) - 1];
    match counts {
        BudgetCounts::All => full,
        BudgetCounts::New if site.now == 0 => full,
        BudgetCounts::New if level > site.now => (full - site.fixed_cost[usize::from(site.now) - 1]).max(0.0),
        BudgetCounts::New => 0.0,
    }
}

/// Works out money and objectives. O(uses log uses).
#[must_use]
pub fn evaluate(problem: &LayoutProblem, layout: &Layout) -> Value {
    let rules = &problem.rules;
    let mut v = Value::default();
    let counts = rules.budget.map_or(BudgetCounts::New, |b| b.counts);
    for (j, site) in problem.sites.iter().enumerate() {
        let level = layout.levels[j];
        if level == 0 || site.city {
            continue;
        }
        v.fixed += site.fixed_cost[usize::from(level) - 1];
        v.budget += counted(site, level, counts);
        v.clinics += f64::from(u8::from(level == 1));
        if level >= 2 {
            let added = (layout.beds[j] - site.beds_now).max(0.0);
            let capital = added * site.capital[usize::from(level) - 2];
            v.capital += capital;
            v.charge += capital * rules.beds.as_ref().map_or(0.0, |b| b.charge);
        }
        for which in Capability::ALL {
            if layout.flags[j][which as usize] && !site.has[which as usize] {
                v.capability += rules.capability.get(&which).map_or(0.0, |c| c.cost);
            }
        }
    }
    v.budget += v.capital + v.capability;
    let standard = standards(problem);
    let mut towns: BTreeMap<usize, (f64, f64)> = BTreeMap::new();
    for n in 0..LEVELS {
        let mut ways: Vec<(f64, f64)> = Vec::with_capacity(layout.uses[n].len());
        let mut of_client = vec![0.0; problem.clients.len()];
        for u in &layout.uses[n] {
            let people = problem.clients[u.client as usize].people * u.share;
            v.minutes += 2.0 * u.minutes * people * rules.trips[n];
            v.mean[n] += u.minutes * people / problem.people;
            of_client[u.client as usize] += u.minutes * u.share;
        }
        for (i, c) in problem.clients.iter().enumerate() {
            let town = towns.entry(c.town.index()).or_default();
            town.0 += if n == 0 { c.people } else { 0.0 };
            town.1 += of_client[i] * c.people * rules.trips[n];
            ways.push((of_client[i], c.people));
            v.longest[n] = v.longest[n].max(of_client[i]);
            let near = problem.times.row(i).take_while(|t| t.1 <= standard.minutes[n]).any(|t| usize::from(layout.levels[t.0]) > n);
            if standard.share[n] > 0.0 && !near {
                v.uncovered[n] += c.people;
            }
        }
        v.p90[n] = ninetieth(ways, problem.people);
    }
    v.travel = v.minutes * problem.minute;
    v.minutes /= problem.people;
    let trips: f64 = rules.trips.iter().sum();
    let means: Vec<(f64, f64)> = towns.values().map(|&(people, minutes)| (minutes / (people * trips), people)).collect();
    v.spread = spread(&means, problem.people);
    v.trip = means.iter().map(|m| m.0 * m.1).sum::<f64>() / problem.people;
    v
}

/// The minutes that at most a tenth of the people exceed.
#[must_use]
pub fn ninetieth(mut ways: Vec<(f64, f64)>, people: f64) -> f64 {
    ways.sort_unstable_by(|a, b| b.0.total_cmp(&a.0));
    let mut beyond = 0.0;
    for &(minutes, here) in &ways {
        if beyond + here > 0.1 * people + 1e-5 {
            return minutes;
        }
        beyond += here;
    }
    ways.last().map_or(0.0, |w| w.0)
}

/// Mean absolute difference of two people drawn at random, by sorting: `sum_g sum_h N_g N_h |m_g - m_h| / N^2`.
#[must_use]
pub fn spread(means: &[(f64, f64)], people: f64) -> f64 {
    let mut sorted = means.to_vec();
    sorted.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let (mut below, mut sum, mut total) = (0.0, 0.0, 0.0);
    for (mean, here) in sorted {
        total += here * (mean * below - sum);
        below += here;
        sum += mean * here;
    }
    2.0 * total / (people * people)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spread_is_the_double_sum() {
        let means = [(3.0, 2.0), (1.0, 5.0), (7.0, 1.0)];
        let n: f64 = means.iter().map(|m| m.1).sum();
        let apart = |a: &(f64, f64), b: &(f64, f64)| a.1 * b.1 * (a.0 - b.0).abs();
        let double: f64 = means.iter().map(|a| means.iter().map(|b| apart(a, b)).sum::<f64>()).sum();
        assert!((spread(&means, n) - double / (n * n)).abs() < 1e-12);
    }

    #[test]
    fn nine_of_ten_do_not_exceed_the_ninetieth() {
        assert!((ninetieth(vec![(10.0, 1.0), (5.0, 9.0)], 10.0) - 5.0).abs() < 1e-12);
        assert!((ninetieth(vec![(10.0, 1.1), (5.0, 8.9)], 10.0) - 10.0).abs() < 1e-12);
    }
}
