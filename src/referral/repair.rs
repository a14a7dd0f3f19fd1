//! What would make an infeasible case feasible: the smallest repair in beds, doctors, minutes and yuan, by place.
//!
//! An elastic re-solve: every hard row gets a way out at a price, and the sum of prices is minimised before anything else.
//! Beds cost their capital (policy 2.7), doctors a year's employment; what neither can mend (a target above what the case mix
//! allows, an emergency out of reach) is priced far above both, so that it is used only where nothing else helps.

use super::solve::{Method, Shape, SolveError, decomposed, run};
use crate::backend::{Backend, LpStatus};
use crate::demand::Problem;
use crate::ids::SettlementId;
use crate::model::columns::{ColKey, Var};
use crate::model::referral_rows::{FLOW, MONEY};
use crate::model::{Form, ReferralModel};
use crate::outcome::{Limits, Observer};
pub use crate::policy::params::bed_capital;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Employment of one more doctor for a year, yuan (assumed).
pub const DOCTOR_YEAR: f64 = 300_000.0;
/// One case short of a hard target that capacity cannot mend, yuan in the search for the smallest repair.
const CASE_SHORT: f64 = 1e6;
/// One case that nobody can serve, yuan in the search for the smallest repair.
const CASE_UNSERVED: f64 = 1e7;
/// Weight of the plan's own objective beside the repair: a yuan of repair is spent only where it spares a thousand yuan a year, so that
/// nothing is bought because it pays. A lighter weight leaves the prices of large cases undecided and their search long.
const OWN: f64 = 1e-3;

/// What rounding may spend on a repair where none is needed, million yuan.
const NOTHING: f64 = 1e-6;

/// Gap to which the repair of a large case is proven.
const REPAIR_GAP: f64 = 5e-4;

/// How long the smallest repair of a large case is searched for; then the best one found is told.
const REPAIR_TIME: Duration = Duration::from_secs(150);

/// The smallest repair.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Diagnosis {
    /// Relaxations, dearest first.
    pub repairs: Vec<Repair>,
    /// Capital for the beds, yuan.
    pub bed_yuan: f64,
    /// Employment of the doctors, yuan a year.
    pub doctor_yuan: f64,
    /// The repair is proven to be the smallest; otherwise it mends the case, and a smaller one may.
    pub smallest: bool,
    /// More is spent on it than the proven gap could explain: without a repair there is no plan.
    #[serde(skip)]
    pub needed: bool,
    /// Columns, rows and nonzeros of the LP.
    #[serde(skip)]
    pub size: [usize; 3],
    /// Iterations of the solver.
    #[serde(skip)]
    pub iterations: u64,
}

/// One relaxation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Repair {
    /// What is relaxed.
    pub kind: RepairKind,
    /// Code of the facility, area or settlement; empty for the whole region.
    pub place: String,
    /// Name of the place.
    pub name: String,
    /// How much more is needed: beds, doctors, cases a year, minutes.
    pub amount: f64,
    /// What there is now: beds, doctors, the target in cases, the limit in minutes.
    pub now: f64,
    /// What it costs, yuan (beds: capital; doctors: a year); `None` where money cannot buy it.
    pub yuan: Option<f64>,
    /// Name of the target, for kind `target`.
    pub target: Option<String>,
}

/// Kind of a relaxation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RepairKind {
    /// More beds.
    Beds,
    /// More doctors.
    Doctors,
    /// A longer way to an emergency hospital than the limit.
    Minutes,
    /// A target beyond reach: cases that cannot be counted toward it (target `deployment`: doctors that cannot be posted).
    Target,
    /// Cases that no arc can bring to a capable facility.
    Service,
}

/// Works out the smallest repair of an infeasible problem.
///
/// # Errors
/// When the backend fails.
pub fn diagnose(
    problem: &Problem,
    backend: &dyn Backend,
    method: Method,
    limits: &Limits,
    observer: &dyn Observer,
) -> Result<Diagnosis, SolveError> {
    let elastic = Problem { hard_targets: false, hard_service: false, ..problem.clone() };
    let mut model = ReferralModel::build(&elastic, Form::Lean);
    let flow_columns = model.keys.len();
    let (beds, doctors) = make_elastic(problem, &elastic, &mut model);
    let lp = if method == Method::Decomposed {
        let time = limits.time.map_or(REPAIR_TIME, |t| t.min(REPAIR_TIME));
        let limits = Limits { gap: limits.gap.max(REPAIR_GAP), time: Some(time), ..*limits };
        let apply = |coarse: &Problem, small: &mut ReferralModel| {
            make_elastic(problem, coarse, small);
        };
        decomposed(&elastic, &model, backend, &Shape { apply: &apply, scale: OWN }, &limits, observer)?
    } else {
        run(&elastic, &model, backend, method, limits, observer)?
    };
    let size = [model.linear.col_count(), model.linear.row_count(), model.linear.nonzero_count()];
    let mut out = Diagnosis { smallest: lp.status == LpStatus::Optimal, size, iterations: lp.iterations, ..Diagnosis::default() };
    if lp.values.is_empty() || model.linear.violation(&lp.values) > 1e-5 {
        return Ok(out);
    }
    let spent: f64 = model
        .keys
        .iter()
        .zip(&lp.values)
        .enumerate()
        .filter(|(_, (key, _))| key.var == Var::Repair || way_out(problem, &model, key).is_some())
        .map(|(j, (_, x))| model.linear.cost[j] * x)
        .sum();
    out.needed = spent > 2.0 * (model.linear.objective(&lp.values) - model.linear.dual_bound(&lp.duals)).max(0.0) + NOTHING;
    let net = &problem.network;
    for (j, f) in net.facilities.iter().enumerate() {
        for (columns, kind, unit, now) in [
            (&beds, RepairKind::Beds, bed_capital(f.tier), problem.beds[j]),
            (&doctors, RepairKind::Doctors, DOCTOR_YEAR, problem.doctors[j]),
        ] {
            let amount = if columns[j] == usize::MAX { 0.0 } else { lp.values[columns[j]] };
            if amount > 1e-4 {
                let yuan = Some(amount * unit);
                out.repairs.push(Repair { kind, place: f.code.clone(), name: f.name.clone(), amount, now, yuan, target: None });
            }
        }
    }
    if problem.hard_targets {
        out.repairs.extend(targets_short(problem, &model, &lp.values[..flow_columns]));
    }
    if problem.hard_service {
        out.repairs.extend(out_of_reach(problem));
        out.repairs.extend(unserved(problem, &model, &lp.values[..flow_columns]));
    }
    let sum = |kind| out.repairs.iter().filter(|r| r.kind == kind).filter_map(|r| r.yuan).sum::<f64>();
    out.bed_yuan = sum(RepairKind::Beds);
    out.doctor_yuan = sum(RepairKind::Doctors);
    out.repairs
        .sort_by(|a, b| b.yuan.unwrap_or(f64::INFINITY).total_cmp(&a.yuan.unwrap_or(f64::INFINITY)).then_with(|| a.place.cmp(&b.place)));
    Ok(out)
}

/// Column that adds beds, or doctors, at each facility; `usize::MAX` where there is none.
type Additions = (Vec<usize>, Vec<usize>);

/// Prices the ways out of the hard rows of `asked` in a model of `elastic` (which has none), and adds beds and doctors.
fn make_elastic(asked: &Problem, elastic: &Problem, model: &mut ReferralModel) -> Additions {
    for (j, key) in model.keys.iter().enumerate() {
        model.linear.cost[j] = way_out(asked, model, key).map_or(OWN * model.linear.cost[j], |yuan| yuan * MONEY);
    }
    model.linear.offset *= OWN;
    let (mut beds, mut doctors) = (vec![usize::MAX; elastic.network.facilities.len()], vec![usize::MAX; elastic.network.facilities.len()]);
    for (j, f) in elastic.network.facilities.iter().enumerate() {
        let theta = elastic.tiers.get(f.tier).design_occupancy;
        let from = crate::ids::FacilityId::new(j).0;
        let key = ColKey { var: Var::Repair, class: 0, place: area_of(elastic, j), from, to: u32::MAX, arc: u32::MAX };
        if model.rows.c5[j] != u32::MAX && theta > 0.0 {
            let entry = (model.rows.c5[j] as usize, -365.0 * theta * f.avail * FLOW);
            beds[j] = model.linear.add_col(bed_capital(f.tier) * MONEY, f64::INFINITY, 1e6, &[entry]);
            model.keys.push(key);
        }
        let entry = (model.rows.c6[j] as usize, -f.avail);
        doctors[j] = model.linear.add_col(DOCTOR_YEAR * MONEY, f64::INFINITY, 1e6, &[entry]);
        model.keys.push(key);
    }
    (beds, doctors)
}

/// Price of one unit of a column that leaves a hard row of `asked`, yuan; `None` for a column that is no such way out.
fn way_out(asked: &Problem, model: &ReferralModel, key: &ColKey) -> Option<f64> {
    match key.var {
        Var::Shortfall if asked.hard_targets && model.targets[key.place as usize].may_be_hard() => {
            let t = &model.targets[key.place as usize];
            // A posting that is short weighs as much as a thousand cases, as in the plan itself.
            Some(CASE_SHORT * t.unit * if t.name == "deployment" { 1000.0 } else { 1.0 })
        }
        Var::NoAccess | Var::Unserved if asked.hard_service => Some(CASE_UNSERVED / FLOW),
        _ => None,
    }
}

fn area_of(problem: &Problem, facility: usize) -> u32 {
    problem.network.facilities[facility].area.map_or(0, |a| a.0)
}

fn targets_short(problem: &Problem, model: &ReferralModel, values: &[f64]) -> Vec<Repair> {
    let net = &problem.network;
    model
        .keys
        .iter()
        .zip(values)
        .filter(|(key, x)| key.var == Var::Shortfall && model.targets[key.place as usize].may_be_hard() && **x > 1e-6)
        .map(|(key, &x)| {
            let t = &model.targets[key.place as usize];
            let area = t.place.map(|a| &net.areas[a as usize]);
            Repair {
                kind: RepairKind::Target,
                place: area.map_or(String::new(), |a| a.code.clone()),
                name: area.map_or(String::new(), |a| a.name.clone()),
                amount: x * t.unit,
                now: t.wanted,
                yuan: None,
                target: Some(t.name.to_owned()),
            }
        })
        .collect()
}

/// Settlements whose emergencies reach no capable hospital in time, with the minutes it takes.
fn out_of_reach(problem: &Problem) -> Vec<Repair> {
    let net = &problem.network;
    let mut out = Vec::new();
    for class in problem.classes.iter().filter(|k| k.is_emergency()) {
        for (i, s) in net.settlements.iter().enumerate() {
            let (_, arcs) = problem.arcs.first_of(SettlementId::new(i));
            let nearest =
                arcs.iter().filter(|a| class.treatable_at(net.facility(a.facility).tier)).map(|a| a.minutes).fold(f64::INFINITY, f64::min);
            if nearest.is_finite() && nearest > problem.limits.emergency_minutes {
                out.push(Repair {
                    kind: RepairKind::Minutes,
                    place: s.code.clone(),
                    name: s.name.clone(),
                    amount: nearest - problem.limits.emergency_minutes,
                    now: problem.limits.emergency_minutes,
                    yuan: None,
                    target: None,
                });
            }
        }
    }
    out
}

/// Cases by area that no capacity can serve.
fn unserved(problem: &Problem, model: &ReferralModel, values: &[f64]) -> Vec<Repair> {
    let net = &problem.network;
    let mut cases = vec![0.0; net.areas.len()];
    for (key, &x) in model.keys.iter().zip(values) {
        match key.var {
            Var::NoAccess => cases[net.settlements[key.place as usize].area.index()] += x / FLOW,
            Var::Unserved => cases[key.place as usize] += x / FLOW,
            _ => {}
        }
    }
    cases
        .into_iter()
        .enumerate()
        .filter(|(_, c)| *c > 1e-3)
        .map(|(a, amount)| Repair {
            kind: RepairKind::Service,
            place: net.areas[a].code.clone(),
            name: net.areas[a].name.clone(),
            amount,
            now: 0.0,
            yuan: None,
            target: None,
        })
        .collect()
}
