//! N11, N13, N26 and the rates of practitioners: every centre and clinic staffed, rates reached, seats that begin in time.

use super::{Goal, GoalUnit};
use crate::plan::reform::StaffAnswer;
use crate::policy::pack::TargetSense;
use crate::policy::reform::Staff;

pub(super) fn goals(a: &StaffAnswer, rules: &Staff) -> Vec<Goal> {
    let goal = |number: &str, what: &str, unit: GoalUnit, target: f64, planned: Option<f64>| Goal {
        number: number.into(),
        what: what.into(),
        unit,
        target,
        sense: TargetSense::AtLeast,
        attainable: None,
        planned,
        price: None,
    };
    #[allow(clippy::cast_precision_loss)] // far below 2^53
    let people: f64 = a.towns.iter().map(|t| t.people as f64).sum();
    let doctors: f64 = a.towns.iter().map(|t| t.now + f64::from(t.new)).sum();
    let per = |x: f64| (people > 0.0).then(|| x / people * 1e4);
    let contracts: f64 = a.towns.iter().map(|t| t.contracts).sum();
    let mut out = vec![
        goal("N11", "staff-centres", GoalUnit::Share, 1.0, (rules.centre_gps >= 1).then_some(1.0)),
        goal("N13", "staff-clinics", GoalUnit::Share, 1.0, (rules.clinic_doctors >= 1.0).then_some(1.0)),
    ];
    for m in &rules.pipeline.milestones {
        // the year whose number counts is the milestone's own
        let reached = a.pipeline.years.get(m.year.saturating_sub(1) as usize).map(|y| y.stock);
        let mut g = goal("2.3", "staff-rate", GoalUnit::PerTenThousand, m.per_10k, reached.and_then(per));
        g.price = (reached.is_some_and(|s| s + 1e-6 < m.per_10k * people / 1e4)).then_some(rules.pipeline.missing);
        out.push(g);
    }
    out.push(goal("2.3", "staff-rate-now", GoalUnit::PerTenThousand, 3.93, per(doctors)));
    let arrive: f64 = a.pipeline.years.iter().flat_map(|y| &y.arrivals).sum();
    #[allow(clippy::cast_precision_loss)] // tens of years
    let yearly = arrive / (a.pipeline.years.len() as f64).max(1.0);
    // 35,000 in 2022 for a nation of 1,412 million
    out.push(goal("N20", "staff-trained", GoalUnit::PerTenThousand, 0.248, per(yearly)));
    let posted: f64 = a.postings.iter().map(|p| p.doctors).sum();
    out.push(goal("T9", "staff-posted", GoalUnit::Count, rules.posting.map_or(1.0, |p| p.min_per_county.max(1.0)), Some(posted)));
    let wanted: f64 = a.specialties.iter().map(|s| s.wanted).sum();
    let there: f64 = a.specialties.iter().map(|s| (s.now.unwrap_or_default() + f64::from(s.new)).min(s.wanted)).sum();
    // new doctors that nobody gave are what is missing: no achievement, and not judged
    let given = rules.specialties.iter().all(|s| s.new.is_some());
    out.push(goal("T32", "staff-specialties", GoalUnit::Share, 1.0, (given && wanted > 0.0).then(|| there / wanted)));
    out.push(goal("T34", "staff-quota", GoalUnit::Share, 1.0, (!rules.quotas.is_empty()).then_some(1.0)));
    out.push(goal("T13", "staff-contracts", GoalUnit::Share, 0.75, (people > 0.0).then(|| contracts / people)));
    out
}
