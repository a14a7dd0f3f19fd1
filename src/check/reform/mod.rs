//! Independent verification of the plans of the further models of the reform.

mod communities;

use super::{Findings, Violation};
use crate::demand::Problem;
use crate::network::Case;
use crate::plan::reform::{ReformAnswer, ReformPlan};

/// Verifies a plan against its case; `problem` must be assembled from the case and the plan's own scenario.
#[must_use]
pub fn check_reform(case: &Case, problem: &Problem, plan: &ReformPlan) -> Vec<Violation> {
    let mut found = Findings::default();
    if let ReformAnswer::Communities(answer) = &plan.answer {
        communities::check(case, problem, plan, answer, &mut found);
    }
    found.0
}
