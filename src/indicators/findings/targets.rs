//! Findings on targets: which cannot be met, which are missed and at what price, how many are met.

use super::{CASES, Draft};
use crate::demand::Problem;
use crate::indicators::attainable::FlowTarget;
use crate::indicators::ledger::MET;
use crate::indicators::{Finding, Indicators, LedgerRow};
use crate::plan::ReferralPlan;
use crate::plan::referral::Shortfall;
use crate::policy::pack::TargetSense;

/// How many areas are named for one missed target.
const SHORT_AREAS: usize = 10;

/// Findings from the rows of the ledger.
pub(super) fn targets(problem: &Problem, plan: &ReferralPlan, said: &Indicators, out: &mut Vec<Finding>) {
    let (mut met, mut judged) = (0.0, 0.0);
    for row in &said.ledger {
        if let Some(is_met) = row.met {
            judged += 1.0;
            met += f64::from(is_met);
        }
    }
    if !said.ledger.is_empty() {
        let total = said.ledger.iter().map(|_| 1.0).sum();
        Draft::new("finding-targets-met", 0.0).number("met", met).number("judged", judged).number("total", total).done(out);
    }
    for target in FlowTarget::ALL {
        let rows: Vec<&LedgerRow> = said.ledger.iter().filter(|r| r.key == target.key()).collect();
        unattainable(problem, plan, &rows, out);
        short(problem, plan, &rows, out);
    }
    for row in said.ledger.iter().filter(|r| FlowTarget::ALL.iter().all(|t| t.key() != r.key)) {
        if let (Some(planned), Some(gap), false) = (row.planned, row.gap, row.met == Some(true)) {
            Draft::new("finding-target-gap", 0.0)
                .word("target", &row.key)
                .word("unit", &row.unit)
                .word("sense", sense_word(row.sense))
                .number("target_value", row.target)
                .maybe("target_upper", row.upper)
                .number("planned", planned)
                .number("gap", gap)
                .done(out);
        }
    }
}

fn unattainable(problem: &Problem, plan: &ReferralPlan, rows: &[&LedgerRow], out: &mut Vec<Finding>) {
    let beyond = |r: &&&LedgerRow| r.attainable.is_some_and(|most| most < r.target * (1.0 - MET));
    let mut named: Vec<&&LedgerRow> = rows.iter().filter(beyond).collect();
    // Where the whole region falls short of it, naming every area would only repeat it; otherwise the areas are named, worst first.
    if let Some(region) = named.iter().position(|r| r.area.is_none()) {
        named = vec![named[region]];
    }
    named.sort_by(|a, b| a.attainable.unwrap_or(0.0).total_cmp(&b.attainable.unwrap_or(0.0)).then(a.area.cmp(&b.area)));
    for row in named.into_iter().take(SHORT_AREAS) {
        let weight = shortfalls(plan, row).map(worth).sum();
        let mut draft = Draft::new("finding-target-unattainable", weight)
            .word("target", &row.key)
            .number("target_value", row.target)
            .maybe("attainable", row.attainable)
            .maybe("planned", row.planned);
        if let Some(area) = row.area {
            draft = draft.area(problem, area);
        }
        draft.done(out);
    }
}

fn short(problem: &Problem, plan: &ReferralPlan, rows: &[&LedgerRow], out: &mut Vec<Finding>) {
    let has_areas = rows.iter().any(|r| r.area.is_some());
    let mut missed: Vec<(f64, Finding)> = Vec::new();
    for row in rows.iter().filter(|r| r.area.is_some() == has_areas) {
        let (Some(planned), Some(gap)) = (row.planned, row.gap) else { continue };
        let cases: f64 = shortfalls(plan, row).map(|s| s.short).sum();
        if cases <= CASES {
            continue;
        }
        let weight: f64 = shortfalls(plan, row).map(worth).sum();
        let mut draft = Draft::new("finding-target-short", weight)
            .word("target", &row.key)
            .number("target_value", row.target)
            .number("planned", planned)
            .number("gap", gap)
            .number("cases", cases)
            .maybe("attainable", row.attainable)
            .maybe("price", row.price);
        if let Some(area) = row.area {
            draft = draft.area(problem, area);
        }
        missed.push((weight, draft.0));
    }
    missed.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.area.cmp(&b.1.area)));
    out.extend(missed.into_iter().take(SHORT_AREAS).map(|(_, finding)| finding));
}

/// Shortfalls of a row: its own, or for the region those of all its areas.
fn shortfalls<'a>(plan: &'a ReferralPlan, row: &'a LedgerRow) -> impl Iterator<Item = &'a Shortfall> {
    plan.shortfalls.iter().filter(move |s| s.target == row.key && (row.area.is_none() || s.place == row.area.map(|a| a.0)))
}

const fn sense_word(sense: TargetSense) -> &'static str {
    match sense {
        TargetSense::AtLeast => "at_least",
        TargetSense::AtMost => "at_most",
        TargetSense::About => "about",
    }
}

fn worth(s: &Shortfall) -> f64 {
    s.short * s.price
}
