//! Independent verification of a plan against its case: plain loops over the tables and the written plan, with rules written
//! again from model 6.4. Imports no model, backend, solver or algorithm; a plan that anyone hands in can be checked.
//!
//! # Codes
//!
//! | code | what is wrong |
//! | --- | --- |
//! | `header` | version, kind or case of the plan |
//! | `names` | codes of areas, settlements, facilities or classes are not those of the case |
//! | `shape` | columns of different length, or a position outside the tables |
//! | `value` | a number that is negative or not finite |
//! | `exist-first`, `exist-treated`, `exist-up`, `exist-redirect`, `exist-down` | a flow that may not exist ("Existence" of 6.4): no such arc, class not allowed there, or a facility of rank 1-2 serving another area |
//! | `demand` | C1: first contacts and no access are not the demand |
//! | `floor` | C1c: fewer first contacts and displaced cases than patients insist on |
//! | `balance` | C2: what comes in is not what is treated, sent on or unserved |
//! | `tele-share` | C3t |
//! | `step-down-share` | C4 |
//! | `redirect-share` | C4r |
//! | `capacity-beds` | C5 |
//! | `capacity-doctors` | C6, with the postings of C15 |
//! | `target-missing`, `target-unknown` | a target in force without its row in the plan, or a row without its target (C7-C11, C15-C17) |
//! | `target-wanted` | the right-hand side of a target |
//! | `target-short` | less is written as short than is short |
//! | `target-price` | a price below zero or above the penalty price |
//! | `hard-target`, `hard-service` | short where the scenario allows none |
//! | `reserve` | C12 |
//! | `drugs` | C13 |
//! | `posting` | C15: postings not allowed, or more than a hospital may post |
//! | `part`, `objective` | a part of the objective, or their sum |
//! | `bounds` | primal value is not the objective, or the dual bound is above it |
//! | `termination` | called optimal with a gap that is not, or a plan of a run that found none |
//! | `indicator`, `indicator-missing` | an indicator of [`indicators::CORE`] differs or is missing |
//! | `calibration` | choice constants or shares are not those of the case and scenario |
//! | `marginal` | prices of scarce things of the wrong number, not finite, or below zero |
//!
//! # Tolerances
//!
//! Solvers meet rows to about 1e-7 in thousand cases. A row is refused when it fails by more than [`CASES`] cases plus [`RELATIVE`] of the
//! sum of its terms' magnitudes ([`BED_DAYS`] and [`DOCTORS`] for C5 and C6). Money is recomputed from the written flows, so that
//! its parts must agree to [`MONEY`] of the sum of the magnitudes in the part; indicators agree to [`INDICATOR`].

pub mod beds;
mod existence;
pub mod indicators;
pub mod layout;
pub mod location;
pub mod location_bound;
mod location_rows;
mod money;
pub mod reform;
mod rows;
mod shape;
mod tables;
mod targets;

pub use location::check_location;
pub use location_bound::lagrangian_bound;
pub use reform::check_reform;

use crate::demand::Problem;
use crate::plan::ReferralPlan;

pub use layout::{check_layout, check_questions};

/// Absolute tolerance of a row in cases a year.
pub const CASES: f64 = 1e-2;
/// Relative tolerance of a row, against the sum of the magnitudes of its terms.
pub const RELATIVE: f64 = 1e-6;
/// Absolute tolerance of C5 in bed-days a year.
pub const BED_DAYS: f64 = 1e-1;
/// Absolute tolerance of C6 in doctors.
pub const DOCTORS: f64 = 1e-4;
/// Relative tolerance of money, against the sum of the magnitudes that make it up.
pub const MONEY: f64 = 1e-7;
/// Tolerance of indicators, relative to the larger of 1 and the value.
pub const INDICATOR: f64 = 1e-6;

/// One thing that is wrong with a plan.
#[derive(Debug, Clone, PartialEq, serde::Serialize, schemars::JsonSchema)]
pub struct Violation {
    /// Stable code, for example `balance` or `capacity-beds`.
    pub code: String,
    /// Where: facility, settlement, area, class by code and name.
    pub place: String,
    /// What the plan says.
    pub found: f64,
    /// What it must be (or must not exceed).
    pub expected: f64,
    /// One sentence for people.
    pub message: String,
}

/// Verifies a plan; an empty list means that every test passed.
///
/// `problem` must be assembled from the case and the plan's own scenario. When names, shapes or values are broken the list stops there,
/// because nothing else could be told apart from them. Complexity: O(flows x log flows + arcs x classes).
#[must_use]
pub fn check_referral(problem: &Problem, plan: &ReferralPlan) -> Vec<Violation> {
    let mut found = Findings::default();
    shape::header(problem, plan, &mut found);
    if !(shape::names(problem, plan, &mut found) && shape::columns(problem, plan, &mut found) && shape::values(plan, &mut found)) {
        return found.0;
    }
    shape::extras(problem, plan, &mut found);
    existence::check(problem, plan, &mut found);
    let tables = tables::Tables::read(problem, plan);
    rows::check(problem, plan, &tables, &mut found);
    targets::check(problem, plan, &tables, &mut found);
    money::check(problem, plan, &mut found);
    indicators::check(problem, plan, &tables, &mut found);
    found.0
}

/// The list under construction.
#[derive(Default)]
struct Findings(Vec<Violation>);

impl Findings {
    fn add(&mut self, code: &str, place: impl Into<String>, found: f64, expected: f64, message: impl Into<String>) {
        self.0.push(Violation { code: code.into(), place: place.into(), found, expected, message: message.into() });
    }

    /// Refuses `found` when it is not `expected` to the tolerance; a number that is not finite is refused.
    fn equal(&mut self, code: &str, place: impl FnOnce() -> String, found: f64, expected: f64, tolerance: f64, message: &str) {
        let off = (found - expected).abs();
        if off.is_nan() || off > tolerance {
            self.add(code, place(), found, expected, message);
        }
    }

    /// Refuses `found` when it is above `limit` by more than the tolerance; a number that is not finite is refused.
    fn at_most(&mut self, code: &str, place: impl FnOnce() -> String, found: f64, limit: f64, tolerance: f64, message: &str) {
        let over = found - limit;
        if over.is_nan() || over > tolerance {
            self.add(code, place(), found, limit, message);
        }
    }
}

/// Places in words: code and, when it differs, name.
struct Place<'a>(&'a Problem);

impl Place<'_> {
    fn titled(code: &str, name: &str) -> String {
        if name.is_empty() || name == code { code.into() } else { format!("{code} {name}") }
    }

    fn area(&self, a: usize) -> String {
        let x = &self.0.network.areas[a];
        Self::titled(&x.code, &x.name)
    }

    fn settlement(&self, i: usize) -> String {
        let x = &self.0.network.settlements[i];
        Self::titled(&x.code, &x.name)
    }

    fn facility(&self, j: usize) -> String {
        let x = &self.0.network.facilities[j];
        Self::titled(&x.code, &x.name)
    }

    fn class(&self, k: usize) -> &str {
        &self.0.classes[k].code
    }

    /// `(area, facility, class)`.
    fn cell(&self, (a, j, k): (usize, usize, usize)) -> String {
        format!("{}, patients of {}, class {}", self.facility(j), self.area(a), self.class(k))
    }
}
