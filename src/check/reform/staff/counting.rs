//! Whether the least covered township could have more, by counting; and what other numbers of practitioners would bring.
//!
//! For a share `m`, a township needs `m N / P - g` doctors: whole new ones, less the working time that hospitals of its area lend it. Lent time saves a
//! new one for the part of a doctor that is needed last, and then one for each whole doctor; the cheapest savings first save most. What is so counted
//! is the fewest that any plan needs for `m`, so `m` is out of reach when that is more than there are, or than an establishment allows.

use super::super::{Findings, VALUE, asked};
use crate::demand::Problem;
use crate::network::Case;
use crate::plan::reform::ReformPlan;
use crate::plan::reform::staff::StaffAnswer;
use crate::policy::reform::Staff;

/// A share of people that nobody tells apart.
const SHARE: f64 = 1e-6;

struct Town {
    people: f64,
    priority: f64,
    now: f64,
    least: u32,
    most: u32,
    area: usize,
}

/// The numbers of the tables and the question, by township with a primary facility and by area of the case.
pub(super) struct Counted {
    towns: Vec<Town>,
    quota: Vec<f64>,
    /// Working time that hospitals of the area can lend.
    lent: Vec<f64>,
    panel: f64,
    weight: f64,
    effectiveness: f64,
}

impl Counted {
    #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)] // counts
    pub(super) fn read(case: &Case, problem: &Problem, rules: &Staff) -> Self {
        let network = &case.network;
        // practitioners, centres, and practitioners that its centres lack
        let mut of: Vec<Option<(f64, f64, f64)>> = vec![None; network.towns.len()];
        let centre = f64::from(rules.centre_gps);
        for f in network.facilities.iter().filter(|f| f.rank() <= 2 && asked(case, &rules.areas, f)) {
            if let Some(t) = f.town {
                let (gps, centres, lack) = of[t.index()].get_or_insert_default();
                *gps += f.gps.0;
                if f.rank() == 2 {
                    *centres += 1.0;
                    *lack += (centre - f.gps.0).max(0.0).ceil();
                }
            }
        }
        let none = of.iter().flatten().all(|x| x.0 <= 0.0);
        let mut towns = Vec::new();
        let mut quota: Vec<f64> =
            network.areas.iter().map(|x| rules.quotas.get(&x.code).map_or(f64::INFINITY, |q| f64::from(*q))).collect();
        for (town, counted) in network.towns.iter().zip(&of) {
            let Some((gps, centres, lack)) = *counted else { continue };
            let people = town.population.0 as f64;
            let now = if none { (people * rules.now_per_10k / 1e4).round().max(1.0) } else { gps };
            let least = if none { (centre * centres - now).max(0.0).ceil() } else { lack } as u32;
            let area = town.area.index();
            let priority = rules.priority_shares.get(&network.areas[area].code).copied().unwrap_or(rules.priority_share);
            quota[area] -= now;
            towns.push(Town { people, priority, now, least, most: rules.most_new.max(least), area });
        }
        let (share, effectiveness) = rules.posting.map_or((0.0, 1.0), |p| (p.max_share, p.effectiveness));
        let mut lent = vec![0.0; network.areas.len()];
        for (f, doctors) in network.facilities.iter().zip(&problem.doctors).filter(|(f, _)| f.rank() == 3 && asked(case, &rules.areas, f)) {
            if let Some(area) = f.area {
                lent[area.index()] += effectiveness * share * doctors;
            }
        }
        Self { towns, quota, lent, panel: rules.panel, weight: rules.priority_weight, effectiveness }
    }

    /// Fewest new practitioners with which every township has a share, counted in its favour; `None`: no number is enough.
    fn fewest(&self, share: f64) -> Option<f64> {
        let mut all = 0.0;
        for (area, lent) in self.lent.iter().enumerate() {
            let (mut lent, mut new, mut savings) = (lent + 1e-9, 0.0, Vec::new());
            for t in self.towns.iter().filter(|t| t.area == area) {
                let need = (share * t.people / self.panel - t.now - 1e-9).max(0.0);
                let (mut whole, mut last) = (need.ceil(), need - (need.ceil() - 1.0).max(0.0));
                if whole > f64::from(t.most) {
                    lent -= need - f64::from(t.most);
                    (whole, last) = (f64::from(t.most), 1.0);
                }
                new += whole.max(f64::from(t.least));
                let mut k = whole;
                while k > f64::from(t.least) {
                    savings.push(last);
                    (last, k) = (1.0, k - 1.0);
                }
            }
            if lent < 0.0 {
                return None;
            }
            savings.sort_by(f64::total_cmp);
            for time in savings {
                if time > lent {
                    break;
                }
                lent -= time;
                new -= 1.0;
            }
            if new > self.quota[area] + 1e-9 {
                return None;
            }
            all += new;
        }
        Some(all)
    }

    /// No plan gives the least covered township more, nor, where nobody is posted, more contracts at their weight.
    pub(super) fn best(&self, plan: &ReformPlan, a: &StaffAnswer, found: &mut Findings) {
        let proven = -plan.bounds.dual;
        let beyond = proven + SHARE;
        if !proven.is_finite() || (beyond <= 1.0 && self.fewest(beyond).is_some_and(|n| n <= f64::from(a.new_gps))) {
            found.add("bounds", "dual", proven, beyond, "As many practitioners bring every township to a larger share.");
        }
        for (told, t) in a.towns.iter().zip(&self.towns) {
            let most = f64::from(t.most);
            found.at_most("limit", || told.town.clone(), f64::from(told.new), most, 0.0, "It gets more than one township may.");
            found.at_most(
                "limit",
                || told.town.clone(),
                f64::from(t.least),
                f64::from(told.new),
                0.0,
                "It gets fewer than its centres need.",
            );
        }
        if a.towns.len() == self.towns.len() {
            let shared = self.shared(&self.at_work(a), a.new_gps);
            let slack = VALUE * shared.weighted.max(1.0);
            let what = "The same postings allow more contracts than are said to be the most.";
            found.at_most("bounds", || "weighted".into(), shared.weighted, -a.weighted_bounds.dual, slack, what);
            let told = a.weighted_bounds.primal;
            found.equal("bounds", || "weighted".into(), told, -a.weighted, slack, "The upper bound is not the value of the contracts.");
        }
    }

    /// What fewer and more practitioners would bring, with the postings of the plan.
    pub(super) fn steps(&self, a: &StaffAnswer, found: &mut Findings) {
        let (least, given) = (self.towns.iter().map(|t| t.least).sum::<u32>(), a.new_gps);
        let part = |quarters: u32| (given / 4).saturating_mul(quarters);
        let more = [given.saturating_add(given / 4), given.saturating_add(given / 2), given.saturating_mul(2), given.saturating_mul(3)];
        let mut wanted = vec![0, part(1), given / 2, part(3), given];
        wanted.extend(more);
        wanted.retain(|n| *n >= least);
        wanted.dedup();
        if a.steps.iter().map(|s| s.new).ne(wanted.iter().copied()) || a.towns.len() != self.towns.len() {
            found.add("value", "steps", 0.0, f64::from(given), "The steps are not those of the numbers of practitioners asked for.");
            return;
        }
        let at_work = self.at_work(a);
        for s in &a.steps {
            let is = self.shared(&at_work, s.new);
            let at = || format!("{} practitioners", s.new);
            found.equal("value", at, s.least, is.least, SHARE, "They bring another share to the least covered township.");
            found.equal("value", at, s.coverage, is.coverage, SHARE, "They bring another share of all a contract.");
        }
    }

    /// Doctors of today and posted ones.
    fn at_work(&self, a: &StaffAnswer) -> Vec<f64> {
        self.towns.iter().zip(&a.towns).map(|(t, told)| t.now + self.effectiveness * told.posted).collect()
    }

    fn share(&self, t: usize, doctors: f64) -> f64 {
        let town = &self.towns[t];
        if town.people > 0.0 { (self.panel * doctors).min(town.people) / town.people } else { 1.0 }
    }

    /// All contracts of a township, and those at their weight.
    fn contracts(&self, t: usize, doctors: f64) -> (f64, f64) {
        let town = &self.towns[t];
        let all = (self.panel * doctors).min(town.people);
        (all, all + (self.weight - 1.0) * all.min(town.priority * town.people))
    }

    /// Shares practitioners out anew beside those `at_work`: to the least covered township as long as that can be raised, what that does not take
    /// where it brings most contracts.
    fn shared(&self, at_work: &[f64], new: u32) -> Shared {
        let count = self.towns.len();
        let mut given: Vec<u32> = self.towns.iter().map(|t| t.least).collect();
        let spend = |given: &[u32]| {
            let mut quota = self.quota.clone();
            self.towns.iter().zip(given).for_each(|(t, n)| quota[t.area] -= f64::from(*n));
            (new.saturating_sub(given.iter().sum()), quota)
        };
        let (mut left, mut quota) = spend(&given);
        let takes = |t: usize, given: &[u32], quota: &[f64]| given[t] < self.towns[t].most && quota[self.towns[t].area] >= 1.0 - 1e-9;
        let level = loop {
            let shares = (0..count).map(|t| (self.share(t, at_work[t] + f64::from(given[t])), t));
            let Some((share, t)) = shares.min_by(|x, y| x.0.total_cmp(&y.0)) else { break 1.0 };
            if left == 0 || share >= 1.0 || !takes(t, &given, &quota) {
                break share;
            }
            given[t] += 1;
            left -= 1;
            quota[self.towns[t].area] -= 1.0;
        };
        // what postings bring to one level is there but for a solver's tolerance
        let posted = self.towns.iter().zip(at_work).any(|(t, doctors)| *doctors > t.now);
        let level = if posted { (level - SHARE).max(0.0) } else { level };
        for (t, town) in self.towns.iter().enumerate() {
            let need = (level * town.people / self.panel - at_work[t]).max(0.0);
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // not above what was given
            let need = (need * (1.0 - 1e-12) - 1e-10).ceil().max(0.0) as u32;
            given[t] = need.max(town.least).min(given[t]);
        }
        (left, quota) = spend(&given);
        let at = |t: usize, given: &[u32]| at_work[t] + f64::from(given[t]);
        let gain = |t: usize, doctors: f64| self.contracts(t, doctors + 1.0).1 - self.contracts(t, doctors).1;
        let mut gains: Vec<f64> = (0..count).map(|t| gain(t, at(t, &given))).collect();
        while left > 0 {
            let mut best: Option<usize> = None;
            for t in (0..count).filter(|&t| takes(t, &given, &quota) && gains[t] > 1e-9) {
                let better = best.is_none_or(|b| {
                    let lower = || self.share(t, at(t, &given)) < self.share(b, at(b, &given));
                    gains[t] >= gains[b] + 1e-6 || (gains[t] > gains[b] - 1e-6 && lower())
                });
                best = if better { Some(t) } else { best };
            }
            let Some(t) = best else { break };
            given[t] += 1;
            left -= 1;
            quota[self.towns[t].area] -= 1.0;
            gains[t] = gain(t, at(t, &given));
        }
        let people: f64 = self.towns.iter().map(|t| t.people).sum();
        let (mut all, mut weighted, mut least) = (0.0, 0.0, 1.0_f64);
        for t in 0..count {
            let (contracts, at_weight) = self.contracts(t, at(t, &given));
            all += contracts;
            weighted += at_weight;
            least = least.min(self.share(t, at(t, &given)));
        }
        Shared { least, weighted, coverage: if people > 0.0 { all / people } else { 1.0 } }
    }
}

/// What a sharing comes to.
struct Shared {
    least: f64,
    weighted: f64,
    coverage: f64,
}
