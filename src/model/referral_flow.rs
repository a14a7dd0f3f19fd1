//! (A) The referral-flow LP of model 6.4.
//!
//! Minimise travel + handling + treatment + over-treatment + unmet, displaced and missed targets, over first contact `x`,
//! displaced `v`, up-referral `u`, redirect `e`, treatment `w`, step-down `d`, unserved `s`, no access `z`, shortfall `sh`:
//!
//! ```text
//! C1   sum_j x[i,j,k] + z[i,k] = D[i,k]
//! C1c  x[i,j,k] + v[i,j,k] >= f[i,j,k] = (1 - gamma) D[i,k] P[i,j,k]
//! C2   sum_i x + sum_q u_in + sum_q e_in = w + sum_q u_out + sum_q e_out + s            each (a,j,k)
//! C3t  w <= tele_eta (sum_i x + sum_q u_in)                                            linked or helped j, one rank above its own
//! C4   sum_q d <= delta_max w          C4r  sum_q e_out <= redir_max sum_i x
//! C5   sum (LA+LB) w - LB d_out + LB d_in <= 365 theta b avail
//! C6   (visits w + u_out + e_out) / V + bed-days / Q <= h avail
//! C7..C11  flow targets with shortfall      C12..C17  optional rows (see `referral_rows`)
//! ```
//!
//! The targets C7 to C11 are soft: a case short costs SHORT, so that a plan exists whatever is asked, and its shortfall and price are told.
//! With `hard_targets` they have no shortfall. The floor of postings C15 is soft at a thousand times SHORT for the same reason, and
//! hard with `hard_targets`. C16 and C17 are soft always, at the price `imbalance` a yuan, as the text has them.
//!
//! Two forms of the same LP. [`Form::Text`] is the text to the letter. [`Form::Lean`] is smaller and equal in value:
//!
//! 1. *Floors are substituted.* With `x = f - v + y`, `y >= 0`, `0 <= v <= f`, every C1c row disappears (they are three of four
//!    rows). `v <= f` loses nothing: more displacement than the floor costs and gives nothing. The dual of C1c is the reduced
//!    cost of `y`, because `y` is the surplus of C1c.
//! 2. *Cells nobody can reach are left out* (their flows are zero in every feasible answer).
//!
//! A scenario may charge for use (`capacity.bed_price`, `doctor_price`): the left sides of C5 and C6 at their prices join the objective.
//! Flows are in thousand cases, money in million yuan (6.6).

use super::columns::{ColKey, Var};
use super::linear::LinearModel;
use super::referral_cells::{Cells, NONE, areas_of, down_exists, first_exists, redirect_exists, serves, up_exists};
use super::referral_rows::{COST, FLOW, Floors, Rows, Target, charges, floor};
use crate::demand::Problem;
use crate::ids::{ClassId, FacilityId, SettlementId};
use crate::network::{Kind, Tier};

/// How the LP is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// To the letter of model 6.4.
    Text,
    /// Floors substituted, unreachable cells left out.
    Lean,
}

/// The LP with the meaning of its rows and columns.
#[derive(Debug)]
pub struct ReferralModel {
    /// The numbers.
    pub linear: LinearModel,
    /// Meaning of each column.
    pub keys: Vec<ColKey>,
    /// Positions of the rows.
    pub rows: Rows,
    /// Cells.
    pub cells: Cells,
    /// Soft targets, in the order of their shortfall columns.
    pub targets: Vec<Target>,
    /// Form.
    pub form: Form,
}

struct Writer<'a> {
    problem: &'a Problem,
    m: LinearModel,
    keys: Vec<ColKey>,
    rows: Rows,
    cells: Cells,
    /// Thousand cases of each area and class: no flow of an optimal answer exceeds it.
    area_flow: Vec<f64>,
    unmet: Vec<f64>,
    /// Consultations of a doctor-year, and bed-days (infinite where there are no beds), by facility.
    speed: Vec<(f64, f64)>,
    /// What a scenario charges for a consultation and for a bed-day, yuan, by facility.
    charge: Vec<(f64, f64)>,
}

fn id(n: usize) -> u32 {
    #[allow(clippy::cast_possible_truncation)] // fewer than u32::MAX records
    {
        n as u32
    }
}

impl ReferralModel {
    /// Writes the LP of a problem. Time and memory linear in arcs x classes.
    #[must_use]
    pub fn build(problem: &Problem, form: Form) -> Self {
        Self::build_with(problem, form, false)
    }

    /// The same with a free row for the treatment cost, to be held down by an eps-constraint.
    #[must_use]
    pub fn build_with(problem: &Problem, form: Form, cost_row: bool) -> Self {
        let cells = Cells::build(problem, form == Form::Lean);
        let floors = match form {
            Form::Text => Floors::zero(problem, &cells),
            Form::Lean => sum_floors(problem, &cells),
        };
        let mut m = LinearModel::new();
        let (mut rows, targets) = Rows::add(&mut m, problem, &cells, &floors);
        if cost_row {
            rows.add_treatment_cost(&mut m);
        }
        let mut w = Writer {
            problem,
            m,
            keys: Vec::new(),
            rows,
            area_flow: area_flow(problem, cells.classes),
            unmet: (0..cells.classes).map(|k| problem.unmet_price(ClassId::new(k))).collect(),
            speed: speeds(problem),
            charge: (0..problem.network.facilities.len()).map(|j| charges(problem, j)).collect(),
            cells,
        };
        w.add_side_rows();
        w.add_first_contact(form);
        w.add_treatment();
        w.add_up();
        w.add_down_and_redirect();
        w.add_unserved();
        w.add_postings();
        w.add_shortfalls(&targets);
        Self { linear: w.m, keys: w.keys, rows: w.rows, cells: w.cells, targets, form }
    }

    /// The LP as text, for other solvers and for reading.
    #[must_use]
    pub fn to_lp(&self) -> String {
        self.linear.to_lp(|j| self.keys[j].lp_name(), |r| format!("r{r}"))
    }
}

fn speeds(problem: &Problem) -> Vec<(f64, f64)> {
    let of = |f: &crate::network::Facility| {
        let t = problem.tiers.get(f.tier);
        (t.visits_per_doctor_year(), t.bed_days_per_doctor_year().unwrap_or(f64::INFINITY))
    };
    problem.network.facilities.iter().map(of).collect()
}

fn area_flow(problem: &Problem, classes: usize) -> Vec<f64> {
    let mut out = vec![0.0; problem.network.areas.len() * classes];
    for (i, s) in problem.network.settlements.iter().enumerate() {
        for k in 0..classes {
            out[s.area.index() * classes + k] += problem.demand[i * classes + k] * FLOW;
        }
    }
    out
}

fn sum_floors(problem: &Problem, cells: &Cells) -> Floors {
    let mut floors = Floors::zero(problem, cells);
    let n = cells.classes;
    for (i, s) in problem.network.settlements.iter().enumerate() {
        let (first, arcs) = problem.arcs.first_of(SettlementId::new(i));
        for (offset, arc) in arcs.iter().enumerate() {
            let j = arc.facility.index();
            for (k, class) in problem.classes.iter().enumerate() {
                let f = floor(problem, i, first + offset, k);
                if f > 0.0 && first_exists(problem, class, j, arc.minutes) {
                    floors.by_demand[i * n + k] += f;
                    if let Some(cell) = cells.cell(s.area.index(), j, k) {
                        floors.by_cell[cell] += f;
                    }
                    match class.kind {
                        Kind::O => floors.direct[j].0 += f,
                        Kind::H => floors.direct[j].1 += f * (class.acute_days + class.recovery_days),
                    }
                    if class.elective && problem.network.facilities[j].rank() <= 2 {
                        floors.primary_by_area[s.area.index()] += f;
                    }
                }
            }
        }
    }
    floors
}

impl Writer<'_> {
    fn push(&mut self, key: ColKey, cost: f64, upper: f64, implied: f64, entries: &[(usize, f64)]) {
        let col = self.m.add_col(cost * COST, upper, implied, entries);
        if matches!(key.var, Var::First | Var::Up | Var::Down | Var::Redirect) {
            // 6.6: a millionth of a yuan a case at most
            self.m.tie_break[col] = 1e-6 * COST * key.tie_break();
        }
        self.keys.push(key);
    }

    /// Rows that need to know whether they will have entries: C3t, C4, C4r. Right-hand sides carry the floors.
    fn add_side_rows(&mut self) {
        let p = self.problem;
        let (mut has_down, mut has_redirect) = (vec![false; self.cells.live.len()], vec![false; self.cells.live.len()]);
        for arc in &p.arcs.down {
            let (j, q) = (arc.from.index(), arc.to.index());
            for a in 0..p.network.areas.len() {
                for k in 0..self.cells.classes {
                    if let Some(cell) = self.cells.live_cell(a, j, k) {
                        has_down[cell] |= down_exists(&self.cells, p, a, j, q, k);
                        has_redirect[cell] |= redirect_exists(&self.cells, p, a, j, q, k) && self.cells.live_cell(a, q, k).is_some();
                    }
                }
            }
        }
        for cell in self.cells.live_cells() {
            let (_, j, k) = self.cells.of(cell);
            let n = j * self.cells.classes + k;
            let floors = self.floor_of_cell(cell);
            if has_down[cell] {
                self.rows.c4[cell] = id(self.m.add_row(f64::NEG_INFINITY, 0.0));
            }
            if has_redirect[cell] {
                self.rows.c4r[cell] = id(self.m.add_row(f64::NEG_INFINITY, p.limits.redirect_max * floors));
            }
            if self.cells.beyond[n] > 0.0 && !self.cells.treats[n] {
                self.rows.c3t[cell] = id(self.m.add_row(f64::NEG_INFINITY, self.cells.beyond[n] * floors));
            }
        }
    }

    /// Floors that stand on the right-hand side of C2, thousand cases.
    fn floor_of_cell(&self, cell: usize) -> f64 {
        -self.m.row_lower[self.rows.c2[cell] as usize]
    }

    /// x (or y), v and z: C1, C1c, C2, C3t, C4r, C7, C12.
    fn add_first_contact(&mut self, form: Form) {
        let p = self.problem;
        let n = self.cells.classes;
        if form == Form::Text {
            self.rows.c1c = vec![NONE; p.arcs.first.len() * n];
        }
        let mut entries = Vec::with_capacity(8);
        for (i, s) in p.network.settlements.iter().enumerate() {
            let (first, arcs) = p.arcs.first_of(SettlementId::new(i));
            let a = s.area.index();
            for (k, class) in p.classes.iter().enumerate() {
                let c1 = self.rows.c1[i * n + k] as usize;
                let demand = p.demand[i * n + k];
                for (offset, arc) in arcs.iter().enumerate() {
                    let j = arc.facility.index();
                    if !first_exists(p, class, j, arc.minutes) {
                        continue;
                    }
                    self.first_entries(&mut entries, c1, a, j, k);
                    let travel = p.prices.minute * 2.0 * arc.minutes;
                    let displaced = p.prices.displaced_share * self.unmet[k];
                    let f = floor(p, i, first + offset, k) * FLOW;
                    let key = ColKey { var: Var::First, class: class_id(k), place: id(i), from: id(j), to: NONE, arc: id(first + offset) };
                    let v = ColKey { var: Var::Displaced, ..key };
                    match form {
                        Form::Text => {
                            if f > 0.0 {
                                let row = self.m.add_row(f, f64::INFINITY);
                                self.rows.c1c[(first + offset) * n + k] = id(row);
                                entries.push((row, 1.0));
                                self.push(key, travel, f64::INFINITY, demand * FLOW, &entries);
                                self.push(v, displaced, f64::INFINITY, f, &[(row, 1.0)]);
                            } else {
                                self.push(key, travel, f64::INFINITY, demand * FLOW, &entries);
                            }
                        }
                        Form::Lean => {
                            self.push(key, travel, f64::INFINITY, demand * FLOW, &entries);
                            if f > 0.0 {
                                self.m.offset += travel * COST * f;
                                for e in &mut entries {
                                    e.1 = -e.1;
                                }
                                self.push(v, displaced - travel, f, f, &entries);
                            }
                        }
                    }
                }
                let key = ColKey { var: Var::NoAccess, class: class_id(k), place: id(i), from: NONE, to: NONE, arc: NONE };
                if !p.hard_service {
                    self.push(key, self.unmet[k], f64::INFINITY, demand * FLOW, &[(c1, 1.0)]);
                }
            }
        }
    }

    fn first_entries(&self, entries: &mut Vec<(usize, f64)>, c1: usize, a: usize, j: usize, k: usize) {
        let p = self.problem;
        let class = &p.classes[k];
        entries.clear();
        entries.push((c1, 1.0));
        if let Some(cell) = self.cells.live_cell(a, j, k) {
            push_if(entries, self.rows.c2[cell], 1.0);
            push_if(entries, self.rows.c3t[cell], -self.cells.beyond[j * self.cells.classes + k]);
            push_if(entries, self.rows.c4r[cell], -p.limits.redirect_max);
        }
        if class.elective && p.network.facilities[j].rank() <= 2 {
            push_if(entries, self.rows.c7[a], 1.0);
        }
        match class.kind {
            Kind::O => push_if(entries, self.rows.c12_visits[j], 1.0),
            Kind::H => push_if(entries, self.rows.c12_beds[j], class.acute_days + class.recovery_days),
        }
    }

    /// w: C2, C3t, C4, C5, C6, C8, C9, C10, C16, C17.
    fn add_treatment(&mut self) {
        let p = self.problem;
        for cell in self.cells.live_cells() {
            let (a, j, k) = self.cells.of(cell);
            if !self.cells.may_treat(j, k) || !serves(p, j, a) {
                continue;
            }
            let (f, class) = (&p.network.facilities[j], &p.classes[k]);
            let price = p.unit_cost(FacilityId::new(j), ClassId::new(k));
            let over = f64::from(f.rank().saturating_sub(class.lowest_rank.max(2)));
            let per_step = match class.kind {
                Kind::O => p.prices.over_treatment,
                Kind::H => p.prices.over_treatment * p.prices.over_treatment_stay_factor,
            };
            let mut entries = vec![(self.rows.c2[cell] as usize, -1.0)];
            push_if(&mut entries, self.rows.c3t[cell], 1.0);
            push_if(&mut entries, self.rows.c4[cell], -p.limits.step_down_max);
            let charged = match class.kind {
                Kind::O => self.charge[j].0,
                Kind::H => self.charge[j].1 * (class.acute_days + class.recovery_days),
            };
            match class.kind {
                Kind::O => {
                    push_if(&mut entries, self.rows.c6[j], 1.0 / (FLOW * self.speed[j].0));
                    if f.rank() <= 2 {
                        push_if(&mut entries, self.rows.c8.unwrap_or(NONE), 1.0);
                    }
                }
                Kind::H => self.bed_entries(&mut entries, j, class.acute_days + class.recovery_days),
            }
            if f.area.is_some_and(|own| own.index() == a) {
                push_if(&mut entries, self.rows.c9[a], 1.0);
                if class.kind == Kind::H {
                    push_if(&mut entries, self.rows.c10[a], 1.0);
                }
            }
            let fund = p.tiers.get(f.tier).fund_share * price * COST;
            for row in [self.rows.c16_over[a], self.rows.c16_under[a], self.rows.c17[j]] {
                push_if(&mut entries, row, fund);
            }
            push_if(&mut entries, self.rows.treatment_cost.unwrap_or(NONE), price * COST);
            let key = ColKey { var: Var::Treated, class: class_id(k), place: id(a), from: id(j), to: NONE, arc: NONE };
            let implied = self.area_flow[a * self.cells.classes + k];
            self.push(key, price + over * per_step + charged, f64::INFINITY, implied, &entries);
        }
    }

    /// Bed-days of a case at a facility in C5 and C6.
    fn bed_entries(&self, entries: &mut Vec<(usize, f64)>, facility: usize, days: f64) {
        push_if(entries, self.rows.c5[facility], days);
        if self.speed[facility].1.is_finite() {
            push_if(entries, self.rows.c6[facility], days / (FLOW * self.speed[facility].1));
        }
    }

    /// u: C2 at both ends, C3t at the receiver, C6 at the sender.
    fn add_up(&mut self) {
        let p = self.problem;
        for (n, arc) in p.arcs.up.iter().enumerate() {
            let (j, q) = (arc.from.index(), arc.to.index());
            for a in areas_of(p, j) {
                for k in 0..self.cells.classes {
                    let (Some(from), Some(to)) = (self.cells.live_cell(a, j, k), self.cells.live_cell(a, q, k)) else { continue };
                    if !up_exists(p, a, j, q, k) {
                        continue;
                    }
                    let mut entries = vec![(self.rows.c2[from] as usize, -1.0), (self.rows.c2[to] as usize, 1.0)];
                    push_if(&mut entries, self.rows.c3t[to], -self.cells.beyond[q * self.cells.classes + k]);
                    push_if(&mut entries, self.rows.c6[j], 1.0 / (FLOW * self.speed[j].0));
                    let key = ColKey { var: Var::Up, class: class_id(k), place: id(a), from: id(j), to: id(q), arc: id(n) };
                    let cost = up_cost(p, j, q, arc.minutes) + self.charge[j].0;
                    let implied = self.area_flow[a * self.cells.classes + k];
                    self.push(key, cost, f64::INFINITY, implied, &entries);
                }
            }
        }
    }

    /// d: C4, C5 and C6 at both ends, C11. e: C2 at both ends, C4r, C6 at the sender.
    fn add_down_and_redirect(&mut self) {
        let p = self.problem;
        for (n, arc) in p.arcs.down.iter().enumerate() {
            let (j, q) = (arc.from.index(), arc.to.index());
            for a in 0..p.network.areas.len() {
                for (k, class) in p.classes.iter().enumerate() {
                    let Some(from) = self.cells.live_cell(a, j, k) else { continue };
                    let implied = self.area_flow[a * self.cells.classes + k];
                    let key = ColKey { var: Var::Down, class: class_id(k), place: id(a), from: id(j), to: id(q), arc: id(n) };
                    if down_exists(&self.cells, p, a, j, q, k) {
                        let mut entries = vec![(self.rows.c4[from] as usize, 1.0)];
                        self.bed_entries(&mut entries, j, -class.recovery_days);
                        self.bed_entries(&mut entries, q, class.recovery_days);
                        push_if(&mut entries, self.rows.c11.unwrap_or(NONE), 1.0);
                        let saved = p.prices.recovery_day_saving * class.recovery_days;
                        let charged = class.recovery_days * (self.charge[q].1 - self.charge[j].1);
                        let cost = p.prices.minute * arc.minutes + p.prices.referral - saved + charged;
                        self.push(key, cost, f64::INFINITY, p.limits.step_down_max * implied, &entries);
                    }
                    if redirect_exists(&self.cells, p, a, j, q, k)
                        && let Some(to) = self.cells.live_cell(a, q, k)
                    {
                        let key = ColKey { var: Var::Redirect, ..key };
                        let mut entries = vec![(self.rows.c2[from] as usize, -1.0), (self.rows.c2[to] as usize, 1.0)];
                        push_if(&mut entries, self.rows.c4r[from], 1.0);
                        push_if(&mut entries, self.rows.c6[j], 1.0 / (FLOW * self.speed[j].0));
                        let cost = p.prices.minute * arc.minutes + p.prices.redirect + self.charge[j].0;
                        self.push(key, cost, f64::INFINITY, p.limits.redirect_max * implied, &entries);
                    }
                }
            }
        }
    }

    /// s: C2.
    fn add_unserved(&mut self) {
        if self.problem.hard_service {
            return;
        }
        for cell in self.cells.live_cells() {
            let (a, j, k) = self.cells.of(cell);
            let key = ColKey { var: Var::Unserved, class: class_id(k), place: id(a), from: id(j), to: NONE, arc: NONE };
            let implied = self.area_flow[a * self.cells.classes + k];
            self.push(key, self.unmet[k], f64::INFINITY, implied, &[(self.rows.c2[cell] as usize, -1.0)]);
        }
    }

    /// o (C15): county hospitals to township centres of the same area.
    fn add_postings(&mut self) {
        let p = self.problem;
        let Some(rule) = p.switches.deployment else { return };
        for (j, f) in p.network.facilities.iter().enumerate().filter(|(_, f)| f.tier == Tier::K) {
            let Some(area) = f.area else { continue };
            for (q, _) in p.network.facilities.iter().enumerate().filter(|(_, g)| g.tier == Tier::T && g.area == f.area) {
                let mut entries = vec![(self.rows.c6[j] as usize, 1.0), (self.rows.c6[q] as usize, -rule.effectiveness)];
                push_if(&mut entries, self.rows.c15_max[j], 1.0);
                push_if(&mut entries, self.rows.c15_min[area.index()], 1.0);
                let key = ColKey { var: Var::Posting, class: 0, place: id(area.index()), from: id(j), to: id(q), arc: NONE };
                // the column counts doctors, not thousand cases
                let charged = (p.use_prices.of(j).1 - rule.effectiveness * p.use_prices.of(q).1) * FLOW;
                self.push(key, charged, f64::INFINITY, rule.max_share * p.doctors[j] * f.avail, &entries);
            }
        }
    }

    /// sh: one column for each soft target; with `hard_targets` only for the money rows C16 and C17.
    fn add_shortfalls(&mut self, targets: &[Target]) {
        for (n, t) in targets.iter().enumerate() {
            if self.problem.hard_targets && t.may_be_hard() {
                continue;
            }
            let key = ColKey { var: Var::Shortfall, class: 0, place: id(n), from: NONE, to: NONE, arc: NONE };
            // price is yuan a unit of the target, the column is in units of the row
            let cost = t.price * t.unit * super::referral_rows::MONEY;
            // an excess (C16, C17) is at most everything treated at the dearest price
            let everything: f64 = self.area_flow.iter().enumerate().map(|(n, d)| d * self.unmet[n % self.cells.classes] * COST).sum();
            let implied = if t.sign > 0.0 { (t.wanted / t.unit).max(0.0) } else { everything };
            self.m.add_col(cost, f64::INFINITY, implied, &[(t.row, t.sign)]);
            self.keys.push(key);
        }
    }
}

impl Target {
    /// Whether `hard_targets` makes it a hard row: C7 to C11, and the floor of postings of C15. The money rows C16 and C17 stay soft, as the
    /// text has them: what is treated costs what it costs, so a hard balance could be met only by turning patients away.
    #[must_use]
    pub fn may_be_hard(&self) -> bool {
        !matches!(self.name, "fund_balance" | "facility_budget")
    }
}

/// Cost of one up-referral: travel, handling, and with C14 less the repeat examination between members, never below zero
/// (a negative cost would pay for tours of patients).
#[must_use]
pub fn up_cost(p: &Problem, from: usize, to: usize, minutes: f64) -> f64 {
    let plain = p.prices.minute * minutes + p.prices.referral;
    let (f, q) = (&p.network.facilities[from], &p.network.facilities[to]);
    if p.switches.mutual_recognition && f.mr_member && q.mr_member {
        (plain - p.prices.recognition_share * p.tiers.get(f.tier).visit_cost.0).max(0.0)
    } else {
        plain
    }
}

fn push_if(entries: &mut Vec<(usize, f64)>, row: u32, value: f64) {
    if row != NONE {
        entries.push((row as usize, value));
    }
}

fn class_id(k: usize) -> u16 {
    #[allow(clippy::cast_possible_truncation)] // classes are few
    {
        k as u16
    }
}
