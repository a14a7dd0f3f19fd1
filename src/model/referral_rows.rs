//! Rows of the referral model, C1 to C17, and what the choice floors take of their right-hand sides.

use super::linear::LinearModel;
use super::referral_cells::{Cells, NONE};
use crate::demand::Problem;
use crate::network::Kind;

/// Flows inside the model are in thousand cases a year (model 6.6).
pub const FLOW: f64 = 1e-3;
/// Money inside the model is in million yuan a year.
pub const MONEY: f64 = 1e-6;
/// Scaled cost of a yuan a case.
pub(crate) const COST: f64 = MONEY / FLOW;
const INF: f64 = f64::INFINITY;

/// Positions of all rows; `u32::MAX` where a row does not exist.
#[derive(Debug, Default)]
pub struct Rows {
    /// C1 by `settlement * classes + class`.
    pub c1: Vec<u32>,
    /// C1c by `first-contact arc * classes + class`; empty when floors are substituted.
    pub c1c: Vec<u32>,
    /// C2 by cell.
    pub c2: Vec<u32>,
    /// C3t by cell.
    pub c3t: Vec<u32>,
    /// C4 by cell.
    pub c4: Vec<u32>,
    /// C4r by cell.
    pub c4r: Vec<u32>,
    /// C5 by facility.
    pub c5: Vec<u32>,
    /// C6 by facility.
    pub c6: Vec<u32>,
    /// C7 by area.
    pub c7: Vec<u32>,
    /// C8.
    pub c8: Option<u32>,
    /// C9 by area.
    pub c9: Vec<u32>,
    /// C10 by area.
    pub c10: Vec<u32>,
    /// C11.
    pub c11: Option<u32>,
    /// C12 for visits, by facility.
    pub c12_visits: Vec<u32>,
    /// C12 for bed-days, by facility.
    pub c12_beds: Vec<u32>,
    /// C15 ceiling by sending facility.
    pub c15_max: Vec<u32>,
    /// C15 floor by area.
    pub c15_min: Vec<u32>,
    /// C16 upper side by area.
    pub c16_over: Vec<u32>,
    /// C16 lower side by area.
    pub c16_under: Vec<u32>,
    /// C17 by facility.
    pub c17: Vec<u32>,
    /// Treatment cost of the region in million yuan, free unless somebody holds it down (eps-constraint, 6.4).
    pub treatment_cost: Option<u32>,
}

/// Right-hand sides of the soft targets in cases (yuan, doctors), as the text has them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Target {
    /// Name in the plan.
    pub name: &'static str,
    /// Area or facility; `None` for the region.
    pub place: Option<u32>,
    /// Right-hand side.
    pub wanted: f64,
    /// Row.
    pub row: usize,
    /// What one unit of the row is, cases (yuan, doctors).
    pub unit: f64,
    /// Price of one case (yuan, doctor) short, yuan.
    pub price: f64,
    /// The shortfall enters the row with this sign.
    pub sign: f64,
}

/// Choice floor `(1 - gamma) D P` of one first-contact arc and class, cases; floors below 1e-9 cases do not exist (C1c).
pub(crate) fn floor(problem: &Problem, settlement: usize, arc: usize, class: usize) -> f64 {
    let n = problem.classes.len();
    let f = (1.0 - problem.gamma) * problem.demand[settlement * n + class] * problem.choice[arc * n + class];
    if f > 1e-9 { f } else { 0.0 }
}

/// What the use of a facility costs at the prices of the scenario, yuan a consultation and a bed-day: its time of doctors (C6), and the
/// bed-day itself (C5).
pub(super) fn charges(problem: &Problem, facility: usize) -> (f64, f64) {
    let (bed_day, doctor_year) = problem.use_prices.of(facility);
    let tier = problem.tiers.get(problem.network.facilities[facility].tier);
    (doctor_year / tier.visits_per_doctor_year(), bed_day + tier.bed_days_per_doctor_year().map_or(0.0, |q| doctor_year / q))
}

/// Sums of floors where they stand on the left-hand side of a row, cases.
#[derive(Debug, Default)]
pub(crate) struct Floors {
    pub by_demand: Vec<f64>,
    pub by_cell: Vec<f64>,
    pub primary_by_area: Vec<f64>,
    /// Visits, and bed-days of stays, by facility (C12).
    pub direct: Vec<(f64, f64)>,
}

impl Floors {
    pub fn zero(problem: &Problem, cells: &Cells) -> Self {
        Self {
            by_demand: vec![0.0; problem.demand.len()],
            by_cell: vec![0.0; cells.live.len()],
            primary_by_area: vec![0.0; problem.network.areas.len()],
            direct: vec![(0.0, 0.0); problem.network.facilities.len()],
        }
    }
}

fn some(row: usize) -> u32 {
    #[allow(clippy::cast_possible_truncation)] // fewer than u32::MAX rows
    {
        row as u32
    }
}

impl Rows {
    /// Adds all rows to the model; `floors` are moved to the right-hand sides (zero in the form of the text).
    pub(crate) fn add(m: &mut LinearModel, problem: &Problem, cells: &Cells, floors: &Floors) -> (Self, Vec<Target>) {
        let net = &problem.network;
        let (n_fac, n_area) = (net.facilities.len(), net.areas.len());
        let mut rows = Self {
            c3t: vec![NONE; cells.live.len()],
            c4: vec![NONE; cells.live.len()],
            c4r: vec![NONE; cells.live.len()],
            c2: vec![NONE; cells.live.len()],
            ..Self::default()
        };
        // C1  sum_j x + z = D
        for (d, f) in problem.demand.iter().zip(&floors.by_demand) {
            let rhs = (d - f) * FLOW;
            rows.c1.push(some(m.add_row(rhs, rhs)));
        }
        // C2  inflow - w - outflow - s = 0
        for cell in (0..cells.live.len()).filter(|&c| cells.live[c]) {
            let rhs = -floors.by_cell[cell] * FLOW;
            rows.c2[cell] = some(m.add_row(rhs, rhs));
        }
        // C5  bed-days <= 365 theta b avail ; C6  consultations / V + bed-days / Q <= h avail
        for (j, f) in net.facilities.iter().enumerate() {
            let tier = problem.tiers.get(f.tier);
            let beds = f.rank() > 1;
            rows.c5.push(if beds { some(m.add_row(-INF, 365.0 * tier.design_occupancy * problem.beds[j] * f.avail * FLOW)) } else { NONE });
            rows.c6.push(some(m.add_row(-INF, problem.doctors[j] * f.avail)));
        }
        rows.c7 = vec![NONE; n_area];
        rows.c9 = vec![NONE; n_area];
        rows.c10 = vec![NONE; n_area];
        rows.c16_over = vec![NONE; n_area];
        rows.c16_under = vec![NONE; n_area];
        rows.c15_min = vec![NONE; n_area];
        rows.c15_max = vec![NONE; n_fac];
        rows.c17 = vec![NONE; n_fac];
        let targets = rows.add_targets(m, problem, floors);
        rows.c12_visits = vec![NONE; n_fac];
        rows.c12_beds = vec![NONE; n_fac];
        if problem.switches.group_reserve {
            rows.add_reserve(m, problem, floors);
        }
        (rows, targets)
    }

    /// Adds a free row that sums the treatment cost.
    pub(crate) fn add_treatment_cost(&mut self, m: &mut LinearModel) {
        self.treatment_cost = Some(some(m.add_row(-INF, INF)));
    }

    /// C7 to C11, and the soft rows of C15 to C17.
    fn add_targets(&mut self, m: &mut LinearModel, problem: &Problem, floors: &Floors) -> Vec<Target> {
        let mut out = Vec::new();
        let net = &problem.network;
        let price = problem.prices.target_shortfall;
        let by_area: Vec<[f64; 3]> = area_demands(problem);
        let mut soft = |m: &mut LinearModel, name, place: Option<usize>, wanted: f64, already: f64| {
            let row = m.add_row((wanted - already) * FLOW, INF);
            out.push(Target { name, place: place.map(some), wanted, row, unit: 1.0 / FLOW, price, sign: 1.0 });
            some(row)
        };
        for (a, &[all, elective, stays]) in by_area.iter().enumerate() {
            if let Some(share) = problem.targets.first_contact {
                self.c7[a] = soft(m, "first_contact", Some(a), share * elective, floors.primary_by_area[a]);
            }
            if !net.areas[a].urban {
                if let Some(share) = problem.targets.in_county {
                    self.c9[a] = soft(m, "in_county", Some(a), share * all, 0.0);
                }
                if let Some(share) = problem.targets.in_county_ip {
                    self.c10[a] = soft(m, "in_county_ip", Some(a), share * stays, 0.0);
                }
            }
        }
        let total = |keep: &dyn Fn(&crate::network::CaseClass) -> bool| -> f64 {
            let n = problem.classes.len();
            problem.demand.iter().enumerate().filter(|(d, _)| keep(&problem.classes[d % n])).map(|(_, d)| d).sum()
        };
        if let Some(share) = problem.targets.primary_share {
            self.c8 = Some(soft(m, "primary_share", None, share * total(&|k| k.kind == Kind::O), 0.0));
        }
        if let Some(share) = problem.targets.down_rate {
            self.c11 = Some(soft(m, "down_rate", None, share * total(&|k| k.code == "H4" || k.code == "H5"), 0.0));
        }
        self.add_money_and_posting(m, problem, &mut out);
        out
    }

    fn add_money_and_posting(&mut self, m: &mut LinearModel, problem: &Problem, out: &mut Vec<Target>) {
        let net = &problem.network;
        if let Some(eps) = problem.switches.fund_balance {
            // C16  (1 - eps) Inc <= sum rho c w <= (1 + eps) Inc, soft on both sides
            for (a, area) in net.areas.iter().enumerate() {
                let people = net.area_population(crate::ids::AreaId::new(a)).0 as f64;
                let income = people * area.enrol_rate * area.fund_per_head.0;
                let unit = 1.0 / MONEY;
                let (hi, lo) = ((1.0 + eps) * income, (1.0 - eps) * income);
                let (over, under) = (m.add_row(-INF, hi * MONEY), m.add_row(lo * MONEY, INF));
                self.c16_over[a] = some(over);
                self.c16_under[a] = some(under);
                let price = problem.prices.imbalance;
                let place = Some(some(a));
                out.push(Target { name: "fund_balance", place, wanted: hi, row: over, unit, price, sign: -1.0 });
                out.push(Target { name: "fund_balance", place, wanted: lo, row: under, unit, price, sign: 1.0 });
            }
        }
        if problem.switches.facility_budget {
            for (j, f) in net.facilities.iter().enumerate() {
                if let Some(budget) = f.budget {
                    let row = m.add_row(-INF, budget.0 * MONEY);
                    self.c17[j] = some(row);
                    let place = Some(some(j));
                    let price = problem.prices.imbalance;
                    out.push(Target { name: "facility_budget", place, wanted: budget.0, row, unit: 1.0 / MONEY, price, sign: -1.0 });
                }
            }
        }
        if let Some(rule) = problem.switches.deployment {
            for (j, f) in net.facilities.iter().enumerate() {
                if f.tier == crate::network::Tier::K {
                    self.c15_max[j] = some(m.add_row(-INF, rule.max_share * problem.doctors[j] * f.avail));
                }
            }
            for (a, area) in net.areas.iter().enumerate() {
                if !area.urban && rule.min_per_county > 0.0 {
                    let row = m.add_row(rule.min_per_county, INF);
                    self.c15_min[a] = some(row);
                    let price = deployment_price(problem);
                    out.push(Target {
                        name: "deployment",
                        place: Some(some(a)),
                        wanted: rule.min_per_county,
                        row,
                        unit: 1.0,
                        price,
                        sign: 1.0,
                    });
                }
            }
        }
    }

    /// C12: first contacts at a group leader leave a third of visit slots and a quarter of beds to referred patients.
    fn add_reserve(&mut self, m: &mut LinearModel, problem: &Problem, floors: &Floors) {
        // floors stand on the left-hand side in the lean form
        for (j, f) in problem.network.facilities.iter().enumerate().filter(|(_, f)| problem.switches.leads_group(f)) {
            let tier = problem.tiers.get(f.tier);
            let slots = tier.visits_per_doctor_year() * 0.6 * problem.doctors[j] * f.avail;
            let bed_days = 365.0 * tier.design_occupancy * problem.beds[j] * f.avail;
            self.c12_visits[j] = some(m.add_row(-INF, (slots * 2.0 / 3.0 - floors.direct[j].0) * FLOW));
            self.c12_beds[j] = some(m.add_row(-INF, (0.75 * bed_days - floors.direct[j].1) * FLOW));
        }
    }
}

/// Price of a doctor short of the posting floor, yuan a year: a thousand cases short.
pub(crate) fn deployment_price(problem: &Problem) -> f64 {
    problem.prices.target_shortfall * 1000.0
}

/// Demand of each area: all cases, elective cases, stays.
pub(crate) fn area_demands(problem: &Problem) -> Vec<[f64; 3]> {
    let n = problem.classes.len();
    let mut out = vec![[0.0; 3]; problem.network.areas.len()];
    for (i, s) in problem.network.settlements.iter().enumerate() {
        let sums = &mut out[s.area.index()];
        for (k, class) in problem.classes.iter().enumerate() {
            let d = problem.demand[i * n + k];
            sums[0] += d;
            sums[1] += if class.elective { d } else { 0.0 };
            sums[2] += if class.kind == Kind::H { d } else { 0.0 };
        }
    }
    out
}
