//! How short the way of nine of ten people can be at the least, level by level: by bisection over the minutes.
//!
//! If no layout leaves at most a tenth of the people beyond `T` minutes of a level, the way that nine of ten do not exceed is longer than `T`
//! there, whatever is done for the other levels. Each question is the coverage problem at one level (C21 as objective); what its branch and
//! bound has proven in its share of the time answers it, so a floor is a bound even where the problem was not finished. In the model of O2
//! the floor is the least value of the level and shortens the big constant of every row.

use super::price::{Clock, solve as solve_parts};
use super::solve::SolveOptions;
use crate::backend::{BackendError, guarded};
use crate::demand::LayoutProblem;
use crate::demand::layout::LEVELS;
use crate::model::layout::{BuildOptions, PEOPLE, build};
use crate::outcome::{Limits, Observer};
use crate::policy::layout::{Coverage, Objective};
use std::time::Duration;

/// Questions a level.
const STEPS: usize = 8;
/// Longest time of a question, and columns up to which it goes to one branch and bound.
const QUESTION: (Duration, usize) = (Duration::from_secs(4), 30_000);

/// Minutes below which the way of nine of ten cannot be at each level; 0 where nothing is proven.
///
/// # Errors
/// When the solver fails.
pub(crate) fn floors(
    problem: &LayoutProblem,
    options: &SolveOptions,
    clock: &Clock,
    observer: &dyn Observer,
) -> Result<[f64; LEVELS], BackendError> {
    let mut out = [0.0; LEVELS];
    for level in 1..=LEVELS {
        let can = |j: usize| problem.sites[j].highest() >= level;
        // with every site open nobody is nearer
        let nearest: Vec<(f64, f64)> = (0..problem.clients.len())
            .filter_map(|i| problem.times.row(i).find(|t| can(t.0)).map(|t| (t.1, problem.clients[i].people)))
            .collect();
        let mut low = super::evaluate::ninetieth(nearest, problem.people);
        out[level - 1] = low;
        let mut high =
            (0..problem.clients.len()).flat_map(|i| problem.times.row(i).filter(|t| can(t.0)).map(|t| t.1).last()).fold(low, f64::max);
        for _ in 0..STEPS {
            if clock.out() || observer.stop_requested() || high - low <= 0.01 * high {
                break;
            }
            // the first questions are near the floor, where the answer mostly lies
            let minutes = low + (high - low) * 0.3;
            if beyond(problem, level, minutes, options, clock, observer)? > 0.1 * problem.people * (1.0 + 1e-6) + 1e-3 {
                low = minutes;
                out[level - 1] = low;
            } else {
                high = minutes;
            }
        }
        tracing::debug!(level, floor = out[level - 1], seconds = clock.seconds(), "nine of ten");
    }
    Ok(out)
}

/// Proven: at least so many people are beyond some minutes of a level in any layout.
fn beyond(
    problem: &LayoutProblem,
    level: usize,
    minutes: f64,
    options: &SolveOptions,
    clock: &Clock,
    observer: &dyn Observer,
) -> Result<f64, BackendError> {
    let mut asked = problem.clone();
    let mut share = [0.0; LEVELS];
    share[level - 1] = 0.9;
    asked.rules.coverage = Some(Coverage { minutes: [minutes; LEVELS], share, by_area: false });
    asked.rules.objective = vec![Objective::Coverage];
    let model = build(&asked, Objective::Coverage, &BuildOptions { neighbours: options.neighbours, ..BuildOptions::default() });
    let time = clock.left().map_or(QUESTION.0, |l| QUESTION.0.min(l / 8));
    let limits = Limits { time: Some(time), gap: 1e-3, threads: options.limits.threads };
    let bound = if model.lp.col_count() == 0 {
        model.lp.offset
    } else if model.lp.col_count() <= QUESTION.1 {
        guarded::unhurried(&model.lp, None, &limits, &Still(observer))?.bounds.dual
    } else {
        let aside: Vec<usize> = (0..model.rows.len()).filter(|&r| model.rows[r].linking).collect();
        solve_parts(&model.lp, &aside, None, &limits, &Still(observer))?.bounds.dual
    };
    Ok(bound / PEOPLE)
}

/// Passes the wish to stop on, and no events: a question's bounds are not those of the whole.
struct Still<'a>(&'a dyn Observer);

impl Observer for Still<'_> {
    fn stop_requested(&self) -> bool {
        self.0.stop_requested()
    }
}
