//! The register: every numbered demand of the documents beside what plans of one case reach, or the reason why none judges it; and the areas
//! ranked by a composite score.

use super::reform::{Goal, GoalUnit};
use super::{Indicators, Values};
use crate::network::Network;
use crate::plan::LayoutPlan;
use crate::plan::layout::SiteStatus;
use crate::policy::demands::{Asked, Demand, Judged};
use crate::policy::layout::Capability;
use crate::policy::pack::TargetSense;
use serde::Serialize;

/// A row.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RegisterRow {
    /// The demand's number.
    pub number: String,
    /// What was judged; `None`: nothing, and why says the next field.
    pub goal: Option<Goal>,
    /// Why nothing judges it: key of the message `reason-...`; `needs` with the model whose plan would.
    pub reason: Option<String>,
    /// Name of the model whose plan would judge it.
    pub needs: Option<String>,
}

/// Reason of a row whose model was asked and has no answer.
pub const CANNOT: &str = "cannot";

/// What is at hand to judge by.
#[derive(Debug, Clone, Copy, Default)]
pub struct Evidence<'a> {
    /// Indicators of a referral plan.
    pub referral: Option<&'a Indicators>,
    /// A layout.
    pub layout: Option<&'a LayoutPlan>,
    /// Goals told by the plans of further models.
    pub goals: &'a [Goal],
    /// Models that were asked and have no answer, by name, and whether because it cannot be had: then what they would judge is missed.
    pub cannot: &'a [(String, bool)],
}

/// One row for every demand, several where several goals are told. O(demands x goals).
#[must_use]
pub fn register(demands: &[Demand], evidence: &Evidence<'_>, network: &Network) -> Vec<RegisterRow> {
    let mut out = Vec::new();
    for d in demands {
        let row = |goal: Option<Goal>, reason: Option<&str>, needs: Option<&str>| RegisterRow {
            number: d.number.clone(),
            goal,
            reason: reason.map(str::to_owned),
            needs: needs.map(str::to_owned),
        };
        let told = || evidence.goals.iter().filter(|g| g.number == d.number);
        let by_indicators = |list: &[Asked], out: &mut Vec<RegisterRow>| match evidence.referral {
            None => out.push(row(None, Some("needs"), Some("referral"))),
            Some(known) => {
                for asked in list {
                    match known.region.get(&asked.indicator) {
                        None => out.push(row(None, Some("data"), None)),
                        Some(value) => out.push(row(
                            Some(goal(d, &asked.indicator, (unit_of(&asked.unit), asked.target, asked.sense), *value)),
                            None,
                            None,
                        )),
                    }
                }
            }
        };
        match &d.judged {
            Judged::Not { not } => out.push(row(None, Some(not), None)),
            Judged::Goals { goals } => {
                if told().next().is_none() {
                    let asked = evidence.cannot.iter().find(|(model, _)| model == goals);
                    let why = asked.map_or("needs", |(_, infeasible)| if *infeasible { CANNOT } else { "lacks" });
                    out.push(row(None, Some(why), Some(goals)));
                }
                out.extend(told().map(|g| row(Some(g.clone()), None, None)));
            }
            Judged::Indicator(asked) => {
                by_indicators(std::slice::from_ref(asked), &mut out);
                // a further model may judge another side of the same sentence
                out.extend(told().map(|g| row(Some(g.clone()), None, None)));
            }
            Judged::Indicators { indicators } => by_indicators(indicators, &mut out),
            Judged::Capability { capability } => match evidence.layout {
                None => out.push(row(None, Some("needs"), Some("layout"))),
                Some(layout) => match capability_share(layout, capability, network) {
                    None => out.push(row(None, Some("needs"), Some("layout"))),
                    Some(share) => {
                        out.push(row(Some(goal(d, capability, (GoalUnit::Share, 1.0, TargetSense::AtLeast), share)), None, None));
                    }
                },
            },
        }
    }
    out
}

fn goal(d: &Demand, what: &str, (unit, target, sense): (GoalUnit, f64, TargetSense), planned: f64) -> Goal {
    Goal {
        number: d.number.clone(),
        what: what.replace('_', "-"),
        unit,
        target,
        sense,
        attainable: None,
        planned: Some(planned),
        price: None,
    }
}

fn unit_of(name: &str) -> GoalUnit {
    match name {
        "share" => GoalUnit::Share,
        "per_thousand" => GoalUnit::PerThousand,
        "per_ten_thousand" => GoalUnit::PerTenThousand,
        "minutes" => GoalUnit::Minutes,
        "yuan" => GoalUnit::Yuan,
        _ => GoalUnit::Count,
    }
}

/// Share of centres with a hall of Chinese medicine, or of areas with a point of settlement; `None` when the layout was not asked for it.
fn capability_share(layout: &LayoutPlan, name: &str, network: &Network) -> Option<f64> {
    let which = Capability::ALL.into_iter().find(|c| c.name() == name)?;
    layout.scenario.layout.as_ref()?.capability.get(&which)?;
    let open = |s: &&crate::plan::layout::SitePlan| s.status != SiteStatus::Closed && s.level > 0;
    #[allow(clippy::cast_precision_loss)] // counts of sites
    let share = |have: usize, all: usize| (all > 0).then(|| have as f64 / all as f64);
    if which == Capability::TcmHall {
        let centres: Vec<_> = layout.sites.iter().filter(open).filter(|s| s.level == 2).collect();
        share(centres.iter().filter(|s| s.capabilities.contains(&which)).count(), centres.len())
    } else {
        let has = |a: usize| layout.sites.iter().filter(open).any(|s| s.area as usize == a && s.capabilities.contains(&which));
        share((0..network.areas.len()).filter(|&a| has(a)).count(), network.areas.len())
    }
}

/// What goes into the composite score, and whether more is better; each is scaled to 0..1 over the areas and all weigh the same (assumed).
pub const SCORED: [(&str, bool); 7] = [
    ("first_contact", true),
    ("primary_visits_of_demand", true),
    ("in_county_all_of_demand", true),
    ("in_county_ip_of_demand", true),
    ("unmet_share", false),
    ("displaced_share", false),
    ("oop_share", false),
];

/// Areas by composite score, the best first: position in the table, score from 0 to 1, indicators that went in. Areas without any are left out.
#[must_use]
pub fn ranking(areas: &[Values]) -> Vec<(usize, f64, usize)> {
    let mut scores = vec![(0.0, 0_usize); areas.len()];
    for (name, more_is_better) in SCORED {
        let known: Vec<(usize, f64)> = areas.iter().enumerate().filter_map(|(a, v)| Some((a, *v.get(name)?))).collect();
        let (low, high) = known.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), x| (l.min(x.1), h.max(x.1)));
        for (a, value) in known {
            // where all are alike nobody is better
            let place = if high - low > 1e-12 { (value - low) / (high - low) } else { 1.0 };
            scores[a].0 += if more_is_better || high - low <= 1e-12 { place } else { 1.0 - place };
            scores[a].1 += 1;
        }
    }
    let mut out: Vec<(usize, f64, usize)> = scores
        .into_iter()
        .enumerate()
        .filter(|(_, s)| s.1 > 0)
        .map(|(a, (sum, n))| (a, sum / f64::from(u32::try_from(n).unwrap_or(u32::MAX)), n))
        .collect();
    out.sort_by(|x, y| y.1.total_cmp(&x.1).then(x.0.cmp(&y.0)));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_area_stands_first_and_silence_is_no_score() {
        let area = |first: f64, unmet: f64| Values::from([("first_contact".to_owned(), first), ("unmet_share".to_owned(), unmet)]);
        let ranked = ranking(&[area(0.5, 0.2), area(0.9, 0.0), Values::new(), area(0.7, 0.2)]);
        assert_eq!(ranked.iter().map(|r| r.0).collect::<Vec<_>>(), [1, 3, 0]);
        assert!((ranked[0].1 - 1.0).abs() < 1e-12 && (ranked[1].1 - 0.25).abs() < 1e-12 && ranked[2].1.abs() < 1e-12);
    }
}
