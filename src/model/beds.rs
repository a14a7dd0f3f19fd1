//! Beds by area, as even as can be (model 6.9): a linear programme whose objective is the Gini coefficient itself.
//!
//! Sets: areas `a` with people; kinds of beds `g` within an area (one, unless cost tells them apart). Need-weighted heads `W_a` in
//! thousands, `S = sum W_a`, beds now `b0_a`. Variables: beds added `x_ag` in `[0, room_ag]`, beds taken away `y_a` in `[0, b0_a - lower_a]`.
//!
//! ```text
//! b_a = b0_a + sum_g x_ag - y_a,   r_a = b_a / W_a     beds of the area, beds per 1,000 need-weighted heads
//! B1   lower_a <= b_a <= upper_a                       growth limit, floor per 1,000 residents, room of its facilities
//! B2   sum_a b_a = B                                   (cost: at most, or free)
//! B3   G_ac >= r_a - r_c,  G_ac >= r_c - r_a           a < c
//!
//! gini     min sum_{a<c} W_a W_c G_ac / (S B)          exact: S^2 rbar = S B is a number because B is fixed
//! maxmin   max t,   t <= r_a                           B4
//! mad      min sum_a W_a D_a / S,   D_a >= |r_a - B/S| B5
//! cost     min sum kappa_g x_ag   with   B6  sum_{a<c} W_a W_c G_ac <= eps S sum_a b_a      exact also where B is free
//! ratio    min sum_{a<c} W_a W_c G_ac - lambda S sum_a b_a      a step of Dinkelbach's method for the least Gini where B is free
//! ```
//!
//! The Gini coefficient of grouped data is half the mean absolute difference over the mean, `sum_{a<c} W_a W_c |r_a - r_c| / (S^2 rbar)`;
//! minimisation presses `G_ac` onto the absolute value. Size: `n (n - 1) / 2` columns and twice as many rows for `n` areas.
//! Dinkelbach: On nonlinear fractional programming, 1967, doi:10.1287/mnsc.13.7.492.

use super::LinearModel;

/// Most areas of one model: 400 make 80,000 pairs.
pub const MOST_AREAS: usize = 400;

/// One area with people.
#[derive(Debug, Clone, PartialEq)]
pub struct Area {
    /// Need-weighted heads, thousands.
    pub heads: f64,
    /// Beds now.
    pub before: f64,
    /// Fewest beds.
    pub lower: f64,
    /// Most beds.
    pub upper: f64,
    /// Kinds of beds that can be added: room, and yuan a bed.
    pub kinds: Vec<(f64, f64)>,
}

/// What is minimised.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Goal {
    /// The Gini coefficient, total fixed.
    Gini,
    /// Minus the rate of the worst-off area, total fixed.
    MaxMin,
    /// The mean absolute deviation from the mean rate, total fixed.
    MeanDeviation,
    /// Yuan, with a limit on the Gini coefficient.
    Cost {
        /// The limit.
        gini: f64,
    },
    /// The excess of the Gini numerator over `lambda` times its denominator.
    Ratio {
        /// The ratio tried.
        lambda: f64,
    },
}

/// How many beds are added in all.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Total {
    /// Exactly.
    Exactly(f64),
    /// At most (`inf`: as many as the areas take).
    AtMost(f64),
}

/// The model with what is needed to read its answer.
#[derive(Debug)]
pub struct BedsModel {
    /// The programme.
    pub linear: LinearModel,
    /// First column of the kinds of each area.
    pub added: Vec<usize>,
    /// Column of the beds taken away in each area.
    pub taken: Vec<usize>,
    /// Row B1 of each area.
    pub limits: Vec<usize>,
    /// Row B2.
    pub total: usize,
    /// Row B6.
    pub gini: Option<usize>,
    /// Rows B5: lower and upper side of the deviation of each area.
    pub deviations: Vec<(usize, usize)>,
}

impl BedsModel {
    /// Builds the model. With a goal other than cost and ratio the total must be exact. `O(n^2)`.
    #[must_use]
    pub fn build(areas: &[Area], goal: Goal, total: Total) -> Self {
        let mut m = LinearModel::new();
        let heads: f64 = areas.iter().map(|a| a.heads).sum();
        let now: f64 = areas.iter().map(|a| a.before).sum();
        let limits: Vec<usize> = areas.iter().map(|a| m.add_row(a.lower - a.before, a.upper - a.before)).collect();
        let (low, high) = match total {
            Total::Exactly(n) => (n, n),
            Total::AtMost(n) => (f64::NEG_INFINITY, n),
        };
        let total_row = m.add_row(low, high);
        let added_beds = if high.is_finite() { high } else { 0.0 };
        let mut entries: Vec<Vec<(usize, f64)>> = limits.iter().map(|&row| vec![(row, 1.0), (total_row, 1.0)]).collect();
        let top = areas.iter().map(|a| a.upper.max(a.before) / a.heads).fold(0.0, f64::max);

        let mut pairs = Vec::new();
        let mut gini_row = None;
        if matches!(goal, Goal::Gini | Goal::Cost { .. } | Goal::Ratio { .. }) {
            if let Goal::Cost { gini } = goal {
                let row = m.add_row(f64::NEG_INFINITY, gini * heads * now);
                for entry in &mut entries {
                    entry.push((row, -gini * heads));
                }
                gini_row = Some(row);
            }
            for (a, x) in areas.iter().enumerate() {
                for (c, z) in areas.iter().enumerate().skip(a + 1) {
                    let now = x.before / x.heads - z.before / z.heads;
                    let (up, down) = (m.add_row(now, f64::INFINITY), m.add_row(-now, f64::INFINITY));
                    for (row, sign) in [(up, 1.0), (down, -1.0)] {
                        entries[a].push((row, -sign / x.heads));
                        entries[c].push((row, sign / z.heads));
                    }
                    pairs.push((x.heads * z.heads, up, down));
                }
            }
        }
        let mut deviations = Vec::new();
        if goal == Goal::MeanDeviation {
            let mean = (now + added_beds) / heads;
            for (entry, a) in entries.iter_mut().zip(areas) {
                let rate = a.before / a.heads;
                let (below, above) = (m.add_row(mean - rate, f64::INFINITY), m.add_row(rate - mean, f64::INFINITY));
                entry.extend([(below, 1.0 / a.heads), (above, -1.0 / a.heads)]);
                deviations.push((below, above));
            }
        }
        let mut worst = Vec::new();
        if goal == Goal::MaxMin {
            for (entry, a) in entries.iter_mut().zip(areas) {
                let row = m.add_row(-a.before / a.heads, f64::INFINITY);
                entry.push((row, 1.0 / a.heads));
                worst.push((row, -1.0));
            }
        }

        let per_bed = if let Goal::Ratio { lambda } = goal { -lambda * heads } else { 0.0 };
        m.offset = per_bed * now;
        let (mut added, mut taken) = (Vec::new(), Vec::new());
        for (a, entry) in areas.iter().zip(&entries) {
            added.push(m.col_count());
            for &(room, yuan) in &a.kinds {
                let cost = if matches!(goal, Goal::Cost { .. }) { yuan } else { per_bed };
                m.add_col(cost, room, (a.upper - a.before).max(0.0), entry);
            }
            let away: Vec<(usize, f64)> = entry.iter().map(|&(row, value)| (row, -value)).collect();
            let most = (a.before - a.lower).max(0.0);
            taken.push(m.add_col(-per_bed, most, most, &away));
        }
        let scale = match goal {
            Goal::Gini => 1.0 / (heads * (now + added_beds)),
            Goal::Ratio { .. } => 1.0,
            _ => 0.0,
        };
        for (weight, up, down) in pairs {
            let mut entry = vec![(up, 1.0), (down, 1.0)];
            entry.extend(gini_row.map(|row| (row, weight)));
            m.add_col(weight * scale, f64::INFINITY, top, &entry);
        }
        for (a, &(below, above)) in areas.iter().zip(&deviations) {
            m.add_col(a.heads / heads, f64::INFINITY, top, &[(below, 1.0), (above, 1.0)]);
        }
        if goal == Goal::MaxMin {
            m.add_col(-1.0, f64::INFINITY, top, &worst);
        }
        Self { linear: m, added, taken, limits, total: total_row, gini: gini_row, deviations }
    }

    /// Beds of each area and beds added of each of its kinds, from the values of the columns.
    #[must_use]
    pub fn beds(&self, areas: &[Area], values: &[f64]) -> (Vec<f64>, Vec<Vec<f64>>) {
        let kinds: Vec<Vec<f64>> = areas.iter().zip(&self.added).map(|(a, &first)| values[first..first + a.kinds.len()].to_vec()).collect();
        let beds = areas
            .iter()
            .zip(&kinds)
            .zip(&self.taken)
            .map(|((a, x), &y)| (a.before + x.iter().sum::<f64>() - values[y]).clamp(a.lower, a.upper))
            .collect();
        (beds, kinds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn areas() -> Vec<Area> {
        let area = |heads, before: f64| Area { heads, before, lower: before, upper: 2.0 * before, kinds: vec![(before, 1.0)] };
        vec![area(10.0, 20.0), area(20.0, 80.0), area(5.0, 30.0)]
    }

    #[test]
    fn sizes_are_those_of_the_text() {
        let m = BedsModel::build(&areas(), Goal::Gini, Total::Exactly(10.0));
        assert_eq!((m.linear.col_count(), m.linear.row_count()), (3 + 3 + 3, 3 + 1 + 6));
        let m = BedsModel::build(&areas(), Goal::MaxMin, Total::Exactly(10.0));
        assert_eq!((m.linear.col_count(), m.linear.row_count()), (3 + 3 + 1, 3 + 1 + 3));
        let m = BedsModel::build(&areas(), Goal::MeanDeviation, Total::Exactly(10.0));
        assert_eq!((m.linear.col_count(), m.linear.row_count()), (3 + 3 + 3, 3 + 1 + 6));
        let m = BedsModel::build(&areas(), Goal::Cost { gini: 0.1 }, Total::AtMost(10.0));
        assert_eq!((m.linear.col_count(), m.linear.row_count()), (3 + 3 + 3, 3 + 1 + 1 + 6));
    }

    #[test]
    fn the_objective_of_a_point_is_its_gini() {
        let areas = areas();
        let m = BedsModel::build(&areas, Goal::Gini, Total::Exactly(10.0));
        // all ten beds to the first area: 30, 80, 30 beds
        let rates = [3.0, 4.0, 6.0];
        let gaps = [(0, 1), (0, 2), (1, 2)].map(|(a, c): (usize, usize)| f64::abs(rates[a] - rates[c]));
        let values = [[10.0, 0.0, 0.0, 0.0, 0.0, 0.0], [gaps[0], gaps[1], gaps[2], 0.0, 0.0, 0.0]].concat();
        let values = &values[..m.linear.col_count()];
        assert!(m.linear.violation(values) < 1e-12);
        let heads = [10.0, 20.0, 5.0];
        let gini = crate::indicators::equity::gini(&rates, &heads).unwrap_or(f64::NAN);
        assert!((m.linear.objective(values) - gini).abs() < 1e-12, "{} against {gini}", m.linear.objective(values));
    }
}
