//! One pass over the flows of a plan: sums by the area the patients come from. Everything that is said of the region or of an area is a ratio of these.

use crate::demand::Problem;
use crate::ids::{ClassId, FacilityId};
use crate::network::{CaseClass, Kind};
use crate::plan::ReferralPlan;

macro_rules! sums {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Default)]
        pub(crate) struct $name { $($(#[$field_doc])* pub(crate) $field: f64,)* }

        impl $name {
            /// Adds another set of sums.
            pub(crate) fn add(&mut self, other: &Self) {
                $(self.$field += other.$field;)*
            }
        }
    };
}

sums!(
    /// Sums of the flows of patients from one area (or of several), cases a year unless said otherwise.
    Tally {
        /// Demand of all classes.
        demand,
        /// Demand of visits.
        demand_visits,
        /// Demand of stays.
        demand_stays,
        /// Elective demand.
        demand_elective,
        /// Demand of stays that need rank 4 or above (H4, H5).
        demand_major,
        /// First contacts.
        first,
        /// Elective first contacts.
        first_elective,
        /// Elective first contacts at rank 1-2.
        first_elective_primary,
        /// First contacts at rank 1-2, all classes.
        first_primary,
        /// Displaced cases.
        displaced,
        /// Visits treated.
        visits,
        /// Visits treated at rank 1-2.
        visits_primary,
        /// Stays treated.
        stays,
        /// Stays treated at rank 1-2.
        stays_primary,
        /// Stays treated at rank 3.
        stays_county,
        /// Stays treated at rank 4.
        stays_city,
        /// Stays treated at rank 5 and above.
        stays_top,
        /// Cases treated in the patients' own area.
        own,
        /// Stays treated in the patients' own area.
        own_stays,
        /// Cases treated at rank 4 and above.
        tertiary,
        /// Cases treated above the rank that suffices: `r > max(2, tau)`.
        over_tier,
        /// Stays that need rank 4 or above, treated there (base of I6).
        major_at_tertiary,
        /// Stays treated that have a recovery phase which may be spent further down.
        step_down_base,
        /// Visits treated over a telemedicine link, above the facility's own rank.
        tele,
        /// Up-referrals.
        up,
        /// Up-referrals from rank 1-2.
        up_primary,
        /// Up-referrals of stays.
        up_stays,
        /// Redirects before treatment.
        redirected,
        /// Step-downs.
        down,
        /// Arrived and not served.
        unserved,
        /// No access.
        no_access,
        /// Price of unmet cases, yuan.
        unmet_yuan,
        /// Price of displaced cases, yuan.
        displaced_yuan,
        /// Cost of visits, yuan.
        cost_visits,
        /// Cost of stays, yuan.
        cost_stays,
        /// Fund spending, yuan.
        fund,
        /// Fund spending at facilities of the own area, yuan.
        fund_own,
        /// Fund spending at rank 1-2 of the own area, yuan.
        fund_own_primary,
        /// Minutes of travel: both ways to first contact, one way of each move.
        minutes,
        /// Minutes one way to first contact.
        minutes_first,
        /// Flows on pairs that are no arcs: when there are any, minutes are unknown.
        without_arc,
        /// Inhabitants.
        population,
    }
);

impl Tally {
    /// Cases treated.
    pub(crate) fn treated(&self) -> f64 {
        self.visits + self.stays
    }

    /// Cases not served.
    pub(crate) fn unmet(&self) -> f64 {
        self.unserved + self.no_access
    }

    /// Cost of treatment, yuan.
    pub(crate) fn cost(&self) -> f64 {
        self.cost_visits + self.cost_stays
    }
}

/// A stay that needs rank 4 or above: H4 and H5 of the default classes.
pub(crate) fn is_major(class: &CaseClass) -> bool {
    class.kind == Kind::H && class.lowest_rank >= 4
}

/// Whether a stay of the class may step down after its acute phase.
pub(crate) fn can_step_down(class: &CaseClass) -> bool {
    class.kind == Kind::H && class.recovery_days > 0.0 && !class.is_rehab()
}

/// Treatment above the rank that suffices; rank 2 is never above it.
pub(crate) fn is_over_tier(class: &CaseClass, rank: u8) -> bool {
    rank > class.lowest_rank.max(2)
}

/// Sums by area, in table order. The plan must have passed the check: positions outside the tables are not looked for.
pub(crate) fn by_area(problem: &Problem, plan: &ReferralPlan) -> Vec<Tally> {
    let mut out = vec![Tally::default(); problem.network.areas.len()];
    demand(problem, &mut out);
    first_contact(problem, plan, &mut out);
    moves(problem, plan, &mut out);
    treated(problem, plan, &mut out);
    unmet(problem, plan, &mut out);
    out
}

fn demand(problem: &Problem, out: &mut [Tally]) {
    let n = problem.class_count();
    for (i, s) in problem.network.settlements.iter().enumerate() {
        let t = &mut out[s.area.index()];
        #[allow(clippy::cast_precision_loss)] // people of a settlement are far below 2^52
        {
            t.population += s.population.0 as f64;
        }
        for (k, class) in problem.classes.iter().enumerate() {
            let cases = problem.demand[i * n + k];
            t.demand += cases;
            match class.kind {
                Kind::O => t.demand_visits += cases,
                Kind::H => t.demand_stays += cases,
            }
            if class.elective {
                t.demand_elective += cases;
            }
            if is_major(class) {
                t.demand_major += cases;
            }
        }
    }
}

fn first_contact(problem: &Problem, plan: &ReferralPlan, out: &mut [Tally]) {
    let net = &problem.network;
    let prices = unmet_prices(problem);
    for (i, j, k, cases, displaced) in plan.flows.first_contact.rows() {
        let t = &mut out[net.settlements[i].area.index()];
        let (class, rank) = (&problem.classes[k], net.facilities[j].rank());
        t.first += cases;
        t.displaced += displaced;
        t.displaced_yuan += displaced * problem.prices.displaced_share * prices[k];
        if rank <= 2 {
            t.first_primary += cases;
        }
        if class.elective {
            t.first_elective += cases;
            if rank <= 2 {
                t.first_elective_primary += cases;
            }
        }
        match first_minutes(problem, i, j) {
            Some(minutes) => {
                t.minutes += 2.0 * minutes * cases;
                t.minutes_first += minutes * cases;
            }
            None if cases > 0.0 => t.without_arc += 1.0,
            None => {}
        }
    }
}

fn moves(problem: &Problem, plan: &ReferralPlan, out: &mut [Tally]) {
    let flows = &plan.flows;
    for (a, j, q, k, cases) in flows.up.rows() {
        let t = &mut out[a];
        t.up += cases;
        if problem.network.facilities[j].rank() <= 2 {
            t.up_primary += cases;
        }
        if problem.classes[k].kind == Kind::H {
            t.up_stays += cases;
        }
        travel(t, move_minutes(&problem.arcs.up, j, q), cases);
    }
    for (a, j, q, _, cases) in flows.redirect.rows() {
        out[a].redirected += cases;
        travel(&mut out[a], move_minutes(&problem.arcs.down, j, q), cases);
    }
    for (a, j, q, _, cases) in flows.down.rows() {
        out[a].down += cases;
        travel(&mut out[a], move_minutes(&problem.arcs.down, j, q), cases);
    }
}

fn travel(t: &mut Tally, minutes: Option<f64>, cases: f64) {
    match minutes {
        Some(m) => t.minutes += m * cases,
        None if cases > 0.0 => t.without_arc += 1.0,
        None => {}
    }
}

fn treated(problem: &Problem, plan: &ReferralPlan, out: &mut [Tally]) {
    for (a, j, k, cases) in plan.flows.treated.rows() {
        let t = &mut out[a];
        let (class, f) = (&problem.classes[k], &problem.network.facilities[j]);
        let rank = f.rank();
        let own = f.area.is_some_and(|x| x.index() == a);
        let cost = cases * problem.unit_cost(FacilityId::new(j), ClassId::new(k));
        let fund = cost * problem.tiers.get(f.tier).fund_share;
        match class.kind {
            Kind::O => {
                t.visits += cases;
                t.cost_visits += cost;
                if rank <= 2 {
                    t.visits_primary += cases;
                }
                if problem.tele[j] && class.lowest_rank > rank {
                    t.tele += cases;
                }
            }
            Kind::H => {
                t.stays += cases;
                t.cost_stays += cost;
                *match rank {
                    0..=2 => &mut t.stays_primary,
                    3 => &mut t.stays_county,
                    4 => &mut t.stays_city,
                    _ => &mut t.stays_top,
                } += cases;
            }
        }
        t.fund += fund;
        if own {
            t.own += cases;
            t.fund_own += fund;
            if class.kind == Kind::H {
                t.own_stays += cases;
            }
            if rank <= 2 {
                t.fund_own_primary += fund;
            }
        }
        if rank >= 4 {
            t.tertiary += cases;
            if is_major(class) {
                t.major_at_tertiary += cases;
            }
        }
        if is_over_tier(class, rank) {
            t.over_tier += cases;
        }
        if can_step_down(class) {
            t.step_down_base += cases;
        }
    }
}

fn unmet(problem: &Problem, plan: &ReferralPlan, out: &mut [Tally]) {
    let prices = unmet_prices(problem);
    for (a, _, k, cases) in plan.flows.unserved.rows() {
        out[a].unserved += cases;
        out[a].unmet_yuan += cases * prices[k];
    }
    for (i, k, cases) in plan.flows.no_access.rows() {
        let t = &mut out[problem.network.settlements[i].area.index()];
        t.no_access += cases;
        t.unmet_yuan += cases * prices[k];
    }
}

/// `UNMET_k` of every class; each look-up walks all facilities, so it is done once.
pub(crate) fn unmet_prices(problem: &Problem) -> Vec<f64> {
    (0..problem.class_count()).map(|k| problem.unmet_price(ClassId::new(k))).collect()
}

/// Minutes of a first-contact arc; `None` when there is no such arc.
fn first_minutes(problem: &Problem, settlement: usize, facility: usize) -> Option<f64> {
    let starts = &problem.arcs.first_start;
    let arcs = problem.arcs.first.get(*starts.get(settlement)?..*starts.get(settlement + 1)?)?;
    let at = arcs.binary_search_by_key(&facility, |arc| arc.facility.index()).ok()?;
    Some(arcs[at].minutes)
}

/// Minutes of a referral arc; `None` when there is no such arc.
fn move_minutes(arcs: &[crate::network::ReferralArc], from: usize, to: usize) -> Option<f64> {
    let at = arcs.binary_search_by_key(&(from, to), |arc| (arc.from.index(), arc.to.index())).ok()?;
    Some(arcs[at].minutes)
}
