//! The written flows added up by (area, facility, class) and by facility.

use crate::demand::Problem;
use crate::network::Kind;
use crate::plan::ReferralPlan;
use std::collections::BTreeMap;

/// Flows of one area's patients of one class at one facility, cases a year.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Cell {
    pub first: f64,
    pub up_in: f64,
    pub up_out: f64,
    pub redirect_in: f64,
    pub redirect_out: f64,
    pub treated: f64,
    pub unserved: f64,
    pub down_out: f64,
}

/// Work of one facility.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Work {
    /// Visits treated and cases sent on: one consultation each.
    pub consultations: f64,
    /// Bed-days of C5.
    pub bed_days: f64,
    /// The same with every term positive, for the tolerance.
    pub bed_days_gross: f64,
    /// First contacts of visits.
    pub direct_visits: f64,
    /// Bed-days of first contacts of stays.
    pub direct_bed_days: f64,
    /// Doctors posted from here.
    pub posted_out: f64,
    /// Doctors posted to here.
    pub posted_in: f64,
}

/// Sums of a plan.
pub(super) struct Tables {
    pub cells: BTreeMap<(usize, usize, usize), Cell>,
    pub work: Vec<Work>,
}

impl Tables {
    pub fn read(problem: &Problem, plan: &ReferralPlan) -> Self {
        let mut cells: BTreeMap<(usize, usize, usize), Cell> = BTreeMap::new();
        let mut work = vec![Work::default(); problem.network.facilities.len()];
        let f = &plan.flows;
        for (i, j, k, cases, _) in f.first_contact.rows() {
            let class = &problem.classes[k];
            let area = problem.network.settlements[i].area.index();
            cells.entry((area, j, k)).or_default().first += cases;
            match class.kind {
                Kind::O => work[j].direct_visits += cases,
                Kind::H => work[j].direct_bed_days += (class.acute_days + class.recovery_days) * cases,
            }
        }
        for (a, j, q, k, cases) in f.up.rows() {
            cells.entry((a, j, k)).or_default().up_out += cases;
            cells.entry((a, q, k)).or_default().up_in += cases;
            work[j].consultations += cases;
        }
        for (a, j, q, k, cases) in f.redirect.rows() {
            cells.entry((a, j, k)).or_default().redirect_out += cases;
            cells.entry((a, q, k)).or_default().redirect_in += cases;
            work[j].consultations += cases;
        }
        for (a, j, q, k, cases) in f.down.rows() {
            cells.entry((a, j, k)).or_default().down_out += cases;
            let days = problem.classes[k].recovery_days * cases;
            work[j].bed_days -= days;
            work[q].bed_days += days;
            work[j].bed_days_gross += days;
            work[q].bed_days_gross += days;
        }
        for (a, j, k, cases) in f.treated.rows() {
            cells.entry((a, j, k)).or_default().treated += cases;
            let class = &problem.classes[k];
            if class.kind == Kind::O {
                work[j].consultations += cases;
            } else {
                let days = (class.acute_days + class.recovery_days) * cases;
                work[j].bed_days += days;
                work[j].bed_days_gross += days;
            }
        }
        for (a, j, k, cases) in f.unserved.rows() {
            cells.entry((a, j, k)).or_default().unserved += cases;
        }
        for n in 0..f.postings.doctors.len() {
            work[f.postings.from[n] as usize].posted_out += f.postings.doctors[n];
            work[f.postings.to[n] as usize].posted_in += f.postings.doctors[n];
        }
        Self { cells, work }
    }
}
