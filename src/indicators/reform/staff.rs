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
    out.push(goal("T13", "staff-contracts", GoalUnit::Share, 0.75, (people > 0.0).then(|| contracts / people)));
    out
}
