//! The most even beds without a solver, and prices held against it.
//!
//! With a total and limits of each area, beds at one rate, cut off at the limits, are Lorenz-dominant: no other sharing is better by the Gini coefficient,
//! by the mean deviation, or for the worst-off area (Veinott 1971, <https://doi.org/10.1287/mnsc.17.9.547>). So the optimum of these goals is known, and
//! with it what a limit or the total is worth: the optimum is convex in them, hence a price `p` is right when the optimum with a limit moved by `h` is
//! nowhere below the line `value + p h`. The cheapest beds within a Gini limit have no such form: their bound and prices are the solver's word.

use super::{Findings, MEASURE, float};
use crate::plan::beds::{BedsGoal, BedsPlan};

/// Steps by which limits and total are moved, beds.
const STEPS: [f64; 4] = [-1.0, -0.1, 0.1, 1.0];

/// Need-weighted thousands and limits of the areas, and the total.
#[derive(Clone)]
struct Question {
    heads: Vec<f64>,
    lower: Vec<f64>,
    upper: Vec<f64>,
    total: f64,
}

impl Question {
    fn read(plan: &BedsPlan) -> Self {
        Self {
            heads: plan.areas.iter().map(|a| float(a.people) * a.need / 1000.0).collect(),
            lower: plan.areas.iter().map(|a| a.lower).collect(),
            upper: plan.areas.iter().map(|a| a.upper).collect(),
            total: plan.areas.iter().map(|a| a.exact).sum(),
        }
    }

    /// Beds at one rate within the limits; `None` where the total does not fit between them.
    fn level(&self) -> Option<Vec<f64>> {
        let at = |rate: f64| -> Vec<f64> {
            let all = self.heads.iter().zip(&self.lower).zip(&self.upper);
            all.map(|((heads, low), high)| (rate * heads).min(*high).max(*low)).collect()
        };
        let sum = |beds: &[f64]| beds.iter().sum::<f64>();
        let crossed = self.lower.iter().zip(&self.upper).any(|(low, high)| low > high);
        if crossed || self.total < sum(&self.lower) - 1e-9 || self.total > sum(&self.upper) + 1e-9 {
            return None;
        }
        let (mut low, mut high) = (0.0, self.upper.iter().zip(&self.heads).map(|(u, h)| u / h).fold(0.0, f64::max));
        for _ in 0..200 {
            let middle = 0.5 * (low + high);
            if sum(&at(middle)) < self.total { low = middle } else { high = middle }
        }
        Some(at(high))
    }

    /// Value of the goal at the optimum, as of a minimisation; with `held` the Gini coefficient over a mean that stays.
    fn value(&self, goal: BedsGoal, held: Option<f64>) -> Option<f64> {
        let beds = self.level()?;
        let rates: Vec<f64> = beds.iter().zip(&self.heads).map(|(b, h)| b / h).collect();
        let (all, total): (f64, f64) = (self.heads.iter().sum(), beds.iter().sum());
        Some(match goal {
            BedsGoal::MaxMin => -rates.iter().copied().fold(f64::INFINITY, f64::min),
            BedsGoal::MeanDeviation => rates.iter().zip(&self.heads).map(|(r, h)| h * (r - total / all).abs() / all).sum(),
            _ => {
                // half the mean difference over the mean, by rates in order
                let mut order: Vec<usize> = (0..rates.len()).collect();
                order.sort_by(|x, y| rates[*x].total_cmp(&rates[*y]));
                let (mut pairs, mut heads, mut below) = (0.0, 0.0, 0.0);
                for a in order {
                    pairs += self.heads[a] * (rates[a] * heads - below);
                    heads += self.heads[a];
                    below += self.heads[a] * rates[a];
                }
                pairs / (all * held.unwrap_or(total)).max(f64::MIN_POSITIVE)
            }
        })
    }
}

/// The bound, and the prices of areas and total.
pub(super) fn check(plan: &BedsPlan, found: &mut Findings) {
    let (goal, prices) = (plan.question.goal, &plan.prices);
    let place = || "prices".to_owned();
    let stands = [
        (prices.bed_mean_held.is_some(), goal == BedsGoal::Gini),
        (prices.bed.is_some(), goal != BedsGoal::Cost || plan.question.add.is_some()),
        (prices.gini_limit.is_some(), goal == BedsGoal::Cost),
    ];
    if stands.iter().any(|(is, should)| is != should) {
        found.add("price", place(), 0.0, 0.0, "A price stands that is not part of the question, or is missing.");
    }
    let numbers = [prices.bed_mean_held, prices.bed, prices.gini_limit].into_iter().flatten();
    if numbers.chain(plan.areas.iter().map(|a| a.price)).any(|p| !p.is_finite()) {
        found.add("price", place(), f64::NAN, 0.0, "A price is no number.");
        return;
    }
    let question = Question::read(plan);
    let Some(value) = question.value(goal, None).filter(|_| goal != BedsGoal::Cost) else { return };
    let slack = MEASURE * value.abs().max(1.0);
    found.at_most(
        "bounds",
        || "plan".into(),
        plan.bounds.dual,
        value,
        slack,
        "Beds at one rate are more even than is said to be possible.",
    );
    let moved = |change: &dyn Fn(&mut Question, f64), h: f64, held: Option<f64>| {
        let mut other = question.clone();
        change(&mut other, h);
        other.value(goal, held)
    };
    let line = |what: String, price: f64, held: Option<f64>, change: &dyn Fn(&mut Question, f64), found: &mut Findings| {
        for h in STEPS {
            let Some(v) = moved(change, h, held) else { continue };
            let rounding = 1e-3 * (price * h).abs() + 1e-9 * value.abs().max(1e-2);
            if v < value + price * h - rounding {
                found.add("price", what.as_str(), price, (v - value) / h, "A limit moved has not that price.");
                return;
            }
        }
    };
    for (n, a) in plan.areas.iter().enumerate() {
        line(format!("{} upper", a.area), a.price.min(0.0), None, &|q, h| q.upper[n] += h, found);
        line(format!("{} lower", a.area), a.price.max(0.0), None, &|q, h| q.lower[n] += h, found);
    }
    if let Some(price) = prices.bed_mean_held {
        line("bed, mean held".into(), price, Some(question.total), &|q, h| q.total += h, found);
        let bed = price - value / question.total;
        found.equal("price", place, prices.bed.unwrap_or(f64::NAN), bed, 1e-3 * bed.abs() + 1e-9, "A bed more has not that price.");
    } else if let Some(price) = prices.bed {
        line("bed".into(), price, None, &|q, h| q.total += h, found);
    }
}
