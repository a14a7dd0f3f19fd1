//! The plan as a document: header, names, columns, values; prices and constants that come with it.

use super::Findings;
use crate::demand::Problem;
use crate::demand::choice::Calibration;
use crate::plan::ReferralPlan;
use crate::plan::flows::{AtFacility, Moves};
use crate::plan::referral::PLAN_VERSION;

pub(super) fn header(problem: &Problem, plan: &ReferralPlan, found: &mut Findings) {
    if plan.version != PLAN_VERSION {
        found.add("header", "version", f64::from(plan.version), f64::from(PLAN_VERSION), "The plan is of another version.");
    }
    if plan.kind != "referral" {
        found.add("header", "kind", f64::NAN, f64::NAN, format!("The plan is of kind `{}`, not `referral`.", plan.kind));
    }
    if plan.case != problem.network.name {
        let message = format!("The plan is for the case `{}`, not for `{}`.", plan.case, problem.network.name);
        found.add("header", "case", f64::NAN, f64::NAN, message);
    }
}

/// Names are those of the case, in its order.
pub(super) fn names(problem: &Problem, plan: &ReferralPlan, found: &mut Findings) -> bool {
    let before = found.0.len();
    let net = &problem.network;
    compare("area", &plan.names.areas, net.areas.iter().map(|x| x.code.as_str()), found);
    compare("settlement", &plan.names.settlements, net.settlements.iter().map(|x| x.code.as_str()), found);
    compare("facility", &plan.names.facilities, net.facilities.iter().map(|x| x.code.as_str()), found);
    compare("class", &plan.names.classes, problem.classes.iter().map(|x| x.code.as_str()), found);
    found.0.len() == before
}

#[allow(clippy::cast_precision_loss)] // counts of table rows
fn compare<'a>(what: &str, plan: &[String], case: impl ExactSizeIterator<Item = &'a str>, found: &mut Findings) {
    if plan.len() != case.len() {
        let message = format!("The plan and the case have different numbers of entries in the table of the {what}.");
        found.add("names", what, plan.len() as f64, case.len() as f64, message);
        return;
    }
    for (n, (mine, theirs)) in plan.iter().zip(case).enumerate() {
        if mine != theirs {
            let message = format!("Entry {n} of the table of the {what} is `{mine}` in the plan and `{theirs}` in the case.");
            found.add("names", format!("{what} {mine}"), n as f64, n as f64, message);
        }
    }
}

/// Columns of one table are of one length and point into the tables of the case.
pub(super) fn columns(problem: &Problem, plan: &ReferralPlan, found: &mut Findings) -> bool {
    let before = found.0.len();
    let net = &problem.network;
    let (areas, settlements, facilities, classes) = (net.areas.len(), net.settlements.len(), net.facilities.len(), problem.classes.len());
    let f = &plan.flows;
    let mut table = |name: &str, values: &[usize], columns: &[(&str, &[u32], usize)]| {
        #[allow(clippy::cast_precision_loss)] // counts of rows
        for (column, entries, limit) in columns {
            let place = format!("{name}.{column}");
            if values.iter().any(|rows| *rows != entries.len()) {
                found.add("shape", place, entries.len() as f64, values[0] as f64, "Columns of one table differ in length.");
            } else if let Some(bad) = entries.iter().find(|x| **x as usize >= *limit) {
                found.add("shape", place, f64::from(*bad), *limit as f64, "A position outside the table of the case.");
            }
        }
    };
    let x = &f.first_contact;
    let lengths = [x.cases.len(), x.displaced.len()];
    table(
        "first_contact",
        &lengths,
        &[("settlement", &x.settlement, settlements), ("facility", &x.facility, facilities), ("class", &x.class, classes)],
    );
    for (name, m) in moves(plan) {
        let columns =
            [("area", m.area.as_slice(), areas), ("from", &m.from, facilities), ("to", &m.to, facilities), ("class", &m.class, classes)];
        table(name, &[m.cases.len()], &columns);
    }
    for (name, w) in at_facility(plan) {
        table(name, &[w.cases.len()], &[("area", &w.area, areas), ("facility", &w.facility, facilities), ("class", &w.class, classes)]);
    }
    let z = &f.no_access;
    table("no_access", &[z.cases.len()], &[("settlement", &z.settlement, settlements), ("class", &z.class, classes)]);
    let o = &f.postings;
    table("postings", &[o.doctors.len()], &[("from", &o.from, facilities), ("to", &o.to, facilities)]);
    found.0.len() == before
}

fn moves(plan: &ReferralPlan) -> [(&'static str, &Moves); 3] {
    [("up", &plan.flows.up), ("redirect", &plan.flows.redirect), ("down", &plan.flows.down)]
}

fn at_facility(plan: &ReferralPlan) -> [(&'static str, &AtFacility); 2] {
    [("treated", &plan.flows.treated), ("unserved", &plan.flows.unserved)]
}

/// Every flow and shortfall is a number, zero or more.
pub(super) fn values(plan: &ReferralPlan, found: &mut Findings) -> bool {
    let before = found.0.len();
    let mut column = |name: &str, values: &[f64]| {
        for (row, value) in values.iter().enumerate() {
            if !(value.is_finite() && *value >= 0.0) {
                found.add("value", format!("{name}, row {row}"), *value, 0.0, "A flow must be a number, zero or more.");
            }
        }
    };
    column("first_contact.cases", &plan.flows.first_contact.cases);
    column("first_contact.displaced", &plan.flows.first_contact.displaced);
    for (name, m) in moves(plan) {
        column(name, &m.cases);
    }
    for (name, w) in at_facility(plan) {
        column(name, &w.cases);
    }
    column("no_access", &plan.flows.no_access.cases);
    column("postings", &plan.flows.postings.doctors);
    for s in &plan.shortfalls {
        column(&format!("shortfall {}", s.target), &[s.short]);
    }
    found.0.len() == before
}

/// Constants of the choice model and prices of scarce things.
pub(super) fn extras(problem: &Problem, plan: &ReferralPlan, found: &mut Findings) {
    let flat = |c: &Calibration| [c.visits, c.stays, c.observed_visits, c.observed_stays, c.model_visits, c.model_stays].concat();
    for (n, (mine, theirs)) in flat(&plan.calibration).into_iter().zip(flat(&problem.calibration)).enumerate() {
        let place = || {
            let table = ["visits", "stays", "observed_visits", "observed_stays", "model_visits", "model_stays"][n / 3];
            format!("calibration.{table}, {}", ["primary", "secondary", "tertiary"][n % 3])
        };
        found.equal("calibration", place, mine, theirs, 1e-6, "Not the constant or share of this case and scenario.");
    }
    let net = &problem.network;
    let m = &plan.marginals;
    let facilities = net.facilities.len();
    for (name, values, rows, signed) in [
        ("bed", &m.bed, facilities, false),
        ("doctor", &m.doctor, facilities, false),
        ("inertia", &m.inertia, net.settlements.len(), false),
        ("case_cost", &m.case_cost, net.areas.len() * problem.classes.len(), true),
    ] {
        #[allow(clippy::cast_precision_loss)] // counts of rows
        if !values.is_empty() && values.len() != rows {
            found.add("marginal", format!("marginals.{name}"), values.len() as f64, rows as f64, "The wrong number of prices.");
        }
        for (row, value) in values.iter().enumerate() {
            if !(value.is_finite() && (signed || *value >= 0.0)) {
                found.add("marginal", format!("marginals.{name}, row {row}"), *value, 0.0, "A price must be a number, zero or more.");
            }
        }
    }
}
