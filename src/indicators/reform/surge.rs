//! T31 and the intensive-care standards: beds for 100,000 people, convertible ones among them.

use super::{Goal, GoalUnit};
use crate::plan::reform::SurgeAnswer;
use crate::policy::pack::TargetSense;
use crate::policy::reform::Surge;

pub(super) fn goals(a: &SurgeAnswer, rules: &Surge) -> Vec<Goal> {
    let heads = |sum: f64, rate: f64| (rate > 0.0).then(|| sum / rate);
    let people = heads(a.areas.iter().map(|x| x.need).sum(), rules.need_per_100k);
    let per = |sum: f64| people.filter(|n| *n > 0.0).map(|n| sum / n);
    let goal = |what: &str, target: f64, attainable: Option<f64>, planned: Option<f64>, price: Option<f64>| Goal {
        number: "T31".into(),
        what: what.into(),
        unit: GoalUnit::PerTenThousand,
        target,
        sense: TargetSense::AtLeast,
        attainable,
        planned,
        price,
    };
    let kept = per(a.areas.iter().map(|x| x.convertible).sum());
    // the goals of 2027 for 100,000 people, told for 10,000 as the other rates of staff and beds
    let ten = |x: Option<f64>| x.map(|x| x / 10.0);
    vec![
        goal("surge-icu", 1.8, None, ten(per(a.areas.iter().map(|x| x.icu).sum())), None),
        goal("surge-convertible", 1.2, ten(per(a.areas.iter().map(|x| x.most).sum())), ten(kept), Some(rules.cost)),
    ]
}
