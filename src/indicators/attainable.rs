//! What a flow target could reach at most with today's case mix (design lesson D2): the share of demand that the ranks concerned are able to treat.
//!
//! A class counts where a facility in force can treat it (`tau <= r <= sigma`, stays where there are beds, visits where there are doctors); where
//! only a telemedicine link can, it counts with the share `tele_eta` that C3t allows. Capacity and patients' habits are left out on purpose: when
//! even this maximum is short of the target, neither money nor persuasion helps, only capability. In a county with hospitals of rank 3 it is
//! `phi_max(a) = sum_{k: tau_k <= 3} D / sum D`.

use super::tally::{can_step_down, is_major};
use crate::demand::Problem;
use crate::ids::AreaId;
use crate::network::{CaseClass, Kind};

/// Which flow target (C7 to C11).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FlowTarget {
    /// C7, every area.
    FirstContact,
    /// C8, the region.
    PrimaryShare,
    /// C9, counties.
    InCounty,
    /// C10, counties.
    InCountyIp,
    /// C11, the region.
    DownRate,
}

impl FlowTarget {
    /// All of them, in the order of their rows.
    pub const ALL: [Self; 5] = [Self::FirstContact, Self::PrimaryShare, Self::InCounty, Self::InCountyIp, Self::DownRate];

    /// Key in policy packs and scenarios.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::FirstContact => "first_contact",
            Self::PrimaryShare => "primary_share",
            Self::InCounty => "in_county",
            Self::InCountyIp => "in_county_ip",
            Self::DownRate => "down_rate",
        }
    }

    /// Name of the indicator with the same denominator as the target.
    #[must_use]
    pub const fn indicator(self) -> &'static str {
        match self {
            Self::FirstContact => "first_contact_of_demand",
            Self::PrimaryShare => "primary_visits_of_demand",
            Self::InCounty => "in_county_all_of_demand",
            Self::InCountyIp => "in_county_ip_of_demand",
            Self::DownRate => "down_rate_of_demand",
        }
    }

    /// Whether the target has a row for this area (C8 and C11 have one for the region only).
    #[must_use]
    pub fn binds(self, problem: &Problem, area: AreaId) -> bool {
        match self {
            Self::FirstContact => true,
            Self::InCounty | Self::InCountyIp => !problem.network.is_urban(area),
            Self::PrimaryShare | Self::DownRate => false,
        }
    }

    /// Target value in force.
    #[must_use]
    pub const fn value(self, problem: &Problem) -> Option<f64> {
        match self {
            Self::FirstContact => problem.targets.first_contact,
            Self::PrimaryShare => problem.targets.primary_share,
            Self::InCounty => problem.targets.in_county,
            Self::InCountyIp => problem.targets.in_county_ip,
            Self::DownRate => problem.targets.down_rate,
        }
    }
}

/// Cases that count toward a target at most, and the cases that the target's share is taken of.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Reach {
    /// Cases a year that could count at most.
    pub most: f64,
    /// Cases a year in the denominator.
    pub base: f64,
}

impl Reach {
    /// The attainable share, at most 1; `None` without demand.
    ///
    /// C11 counts the step-downs of all classes against H4 and H5 alone, so that more cases could count toward it than its whole: the target is
    /// then out of question, and no share above 100 % would tell a planner more.
    #[must_use]
    pub fn share(&self) -> Option<f64> {
        (self.base > 0.0).then(|| (self.most / self.base).min(1.0))
    }

    fn add(&mut self, other: Self) {
        self.most += other.most;
        self.base += other.base;
    }
}

/// Reach of a target in every area, in table order; of the whole region it is their sum (over the counties, where only they count).
/// `O(areas x classes + facilities x classes + arcs)`.
#[must_use]
pub fn by_area(problem: &Problem, target: FlowTarget) -> Vec<Reach> {
    let net = &problem.network;
    let demand = demand_by_area(problem);
    let mut out = vec![Reach::default(); net.areas.len()];
    match target {
        FlowTarget::FirstContact => first_contact(problem, &mut out),
        FlowTarget::PrimaryShare => by_class(problem, &demand, 2, |k| k.kind == Kind::O, &mut out),
        FlowTarget::InCounty => by_class(problem, &demand, 7, |_| true, &mut out),
        FlowTarget::InCountyIp => by_class(problem, &demand, 7, |k| k.kind == Kind::H, &mut out),
        FlowTarget::DownRate => step_down(problem, &demand, &mut out),
    }
    out
}

/// Reach in the region: the sum over the areas the target speaks of.
#[must_use]
pub fn of_region(problem: &Problem, target: FlowTarget, by_area: &[Reach]) -> Reach {
    let whole = matches!(target, FlowTarget::PrimaryShare | FlowTarget::DownRate);
    let mut sum = Reach::default();
    for (a, reach) in by_area.iter().enumerate() {
        if whole || target.binds(problem, AreaId::new(a)) {
            sum.add(*reach);
        }
    }
    sum
}

/// Demand by `area * classes + class`.
fn demand_by_area(problem: &Problem) -> Vec<f64> {
    let n = problem.class_count();
    let mut out = vec![0.0; problem.network.areas.len() * n];
    for (i, s) in problem.network.settlements.iter().enumerate() {
        for k in 0..n {
            out[s.area.index() * n + k] += problem.demand[i * n + k];
        }
    }
    out
}

/// Demand of the classes that `keep` lets through, and how much of it facilities of the own area up to `highest_rank` can treat.
fn by_class(problem: &Problem, demand: &[f64], highest_rank: u8, keep: impl Fn(&CaseClass) -> bool, out: &mut [Reach]) {
    let n = problem.class_count();
    let mut share = vec![0.0_f64; demand.len()];
    for (j, f) in problem.network.facilities.iter().enumerate() {
        let Some(area) = f.area.filter(|_| f.rank() <= highest_rank) else { continue };
        for k in 0..n {
            let at = area.index() * n + k;
            share[at] = share[at].max(treats(problem, j, k));
        }
    }
    for (a, reach) in out.iter_mut().enumerate() {
        for (k, _) in problem.classes.iter().enumerate().filter(|(_, class)| keep(class)) {
            reach.base += demand[a * n + k];
            reach.most += demand[a * n + k] * share[a * n + k];
        }
    }
}

/// Share of the arrivals of a class that a facility may treat: 1, the share with help (C3t), or 0.
fn treats(problem: &Problem, facility: usize, k: usize) -> f64 {
    let class = &problem.classes[k];
    let f = &problem.network.facilities[facility];
    let in_force = match class.kind {
        Kind::O => problem.doctors[facility] > 0.0,
        Kind::H => problem.beds[facility] > 0.0,
    };
    if !in_force {
        0.0
    } else if class.treatable_at(f.tier) {
        1.0
    } else {
        problem.share_beyond(facility, k)
    }
}

/// Elective demand, and how much of it has a first-contact arc to rank 1-2 for its class.
fn first_contact(problem: &Problem, out: &mut [Reach]) {
    let (net, n) = (&problem.network, problem.class_count());
    for (i, s) in net.settlements.iter().enumerate() {
        let arcs = problem.arcs.first_start.get(i..i + 2).and_then(|b| problem.arcs.first.get(b[0]..b[1])).unwrap_or_default();
        let reach = &mut out[s.area.index()];
        for (k, class) in problem.classes.iter().enumerate().filter(|(_, class)| class.elective) {
            let cases = problem.demand[i * n + k];
            reach.base += cases;
            let open = arcs
                .iter()
                .map(|arc| &net.facilities[arc.facility.index()])
                .any(|f| f.rank() <= class.highest_rank.min(2) && !(class.kind == Kind::H && f.tier.is_outpatient_only()));
            if open {
                reach.most += cases;
            }
        }
    }
}

/// Stays of H4 and H5, and how many stays of all classes could step down at most (`delta_max` of those with a recovery phase, where a hospital in
/// force that treats them has somewhere to send them). More may count than the base holds, as lighter stays
/// step down too; [`Reach::share`] ends at 1.
fn step_down(problem: &Problem, demand: &[f64], out: &mut [Reach]) {
    let n = problem.class_count();
    let mut senders = vec![false; problem.network.facilities.len()];
    for arc in &problem.arcs.down {
        senders[arc.from.index()] = true;
    }
    let possible: Vec<bool> = problem
        .classes
        .iter()
        .enumerate()
        .map(|(k, class)| can_step_down(class) && senders.iter().enumerate().any(|(j, sends)| *sends && treats(problem, j, k) > 0.0))
        .collect();
    for (a, reach) in out.iter_mut().enumerate() {
        for (k, class) in problem.classes.iter().enumerate() {
            if is_major(class) {
                reach.base += demand[a * n + k];
            }
            if possible[k] {
                reach.most += problem.limits.step_down_max * demand[a * n + k];
            }
        }
    }
}
