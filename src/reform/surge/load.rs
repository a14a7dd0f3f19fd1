//! Which facilities are full first as cases rise: loads of rows C5 and C6 with the flows of a referral plan, each class growing from 1 to
//! its factor along the way. A load is linear in that way, so the point where it reaches what there is follows from its two ends.

use crate::demand::Problem;
use crate::model::reform::surge::protection;
use crate::network::Kind;
use crate::plan::Flows;
use crate::plan::reform::surge::Break;
use crate::policy::reform::Surge;

/// Facilities that are full before the whole surge has come, first first; those that never are, are left out.
///
/// Complexity: O(flows + facilities x areas log areas).
#[must_use]
pub fn breaks(problem: &Problem, flows: &Flows, rules: &Surge) -> Vec<Break> {
    let network = &problem.network;
    let areas = network.areas.len();
    let classes: Vec<f64> = problem.classes.iter().map(|k| rules.multipliers.get(&k.code).copied().unwrap_or(1.0)).collect();
    let count = network.facilities.len();
    // bed-days and consultations of each facility: as usual, in the surge
    let (mut days, mut visits) = (vec![[0.0; 2]; count], vec![[0.0; 2]; count]);
    let mut days_of_area = vec![0.0; count * areas];
    let mut add_days = |j: usize, a: usize, k: usize, n: f64| {
        days[j][0] += n;
        days[j][1] += n * classes[k];
        days_of_area[j * areas + a] += n;
    };
    for (a, j, k, n) in flows.treated.rows() {
        let class = &problem.classes[k];
        match class.kind {
            Kind::H => add_days(j, a, k, n * (class.acute_days + class.recovery_days)),
            Kind::O => {
                visits[j][0] += n;
                visits[j][1] += n * classes[k];
            }
        }
    }
    for (a, from, to, k, n) in flows.down.rows() {
        let recovery = n * problem.classes[k].recovery_days;
        add_days(from, a, k, -recovery);
        add_days(to, a, k, recovery);
    }
    for (_, from, _, k, n) in flows.up.rows().chain(flows.redirect.rows()) {
        visits[from][0] += n;
        visits[from][1] += n * classes[k];
    }
    let mut posted = vec![0.0; count];
    let eff = problem.switches.deployment.map_or(1.0, |d| d.effectiveness);
    for ((from, to), n) in flows.postings.from.iter().zip(&flows.postings.to).zip(&flows.postings.doctors) {
        posted[*from as usize] -= n;
        posted[*to as usize] += eff * n;
    }
    let mut out = Vec::new();
    for (j, f) in network.facilities.iter().enumerate() {
        let tier = problem.tiers.get(f.tier);
        let per_bed = 365.0 * tier.design_occupancy * f.avail;
        let exceed: Vec<f64> = (0..areas).map(|a| rules.deviation * days_of_area[j * areas + a]).collect();
        let held = if per_bed > 0.0 { protection(&exceed, rules.gamma) / per_bed } else { 0.0 };
        push(&mut out, &f.code, true, days[j], per_bed * problem.beds[j], per_bed, held);
        let doctors = |t: usize| {
            let beds = tier.bed_days_per_doctor_year().map_or(0.0, |q| days[j][t] / q);
            visits[j][t] / tier.visits_per_doctor_year() + beds
        };
        push(&mut out, &f.code, false, [doctors(0), doctors(1)], (problem.doctors[j] + posted[j]) * f.avail, f.avail, 0.0);
    }
    out.sort_by(|x, y| x.at.total_cmp(&y.at).then(y.surge.total_cmp(&x.surge)).then(x.facility.cmp(&y.facility)));
    out
}

/// Adds a facility whose load reaches what there is; `unit`: load that one bed or doctor can take.
fn push(out: &mut Vec<Break>, code: &str, beds: bool, load: [f64; 2], most: f64, unit: f64, protection: f64) {
    if most <= 0.0 || unit <= 0.0 || load[1] <= most * (1.0 + 1e-9) {
        return;
    }
    // a plan is full to rounding where its row binds
    let at = ((most - load[0]) / (load[1] - load[0])).clamp(0.0, 1.0);
    out.push(Break {
        facility: code.to_owned(),
        beds,
        load: load[0] / most,
        surge: load[1] / most,
        at: if at < 1e-6 { 0.0 } else { at },
        lacks: (load[1] - most) / unit,
        protection,
    });
}
