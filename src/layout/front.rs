//! Points between two objectives by the epsilon constraint (Y. Y. Haimes, L. S. Lasdon, D. A. Wismer, IEEE Trans. SMC 1 (1971),
//! <https://doi.org/10.1109/TSMC.1971.4308298>): the one is bounded step by step, the other minimised.

use super::solve::{Method, SolveOptions, under};
use crate::backend::BackendError;
use crate::demand::LayoutProblem;
use crate::outcome::{Event, Observer};
use crate::plan::layout::FrontPoint;
use crate::policy::layout::{Front, Objective};

/// Works the front out: both ends (each objective first, then the other), and points between, evenly spaced in the bounded objective.
/// Points that a limit of time or feasibility leaves out are missing.
///
/// # Errors
/// When the solver fails.
pub fn front(
    problem: &LayoutProblem,
    ask: &Front,
    options: &SolveOptions,
    observer: &dyn Observer,
) -> Result<Vec<FrontPoint>, BackendError> {
    let points = ask.points.max(2);
    let share = options.limits.time.map(|t| t / points);
    let options = SolveOptions { limits: crate::outcome::Limits { time: share, ..options.limits }, ..*options };
    let options = SolveOptions { method: if options.method == Method::Parts { Method::Auto } else { options.method }, ..options };
    let low = under(problem, &[ask.bound, ask.minimise], Vec::new(), &options, observer)?;
    let high = under(problem, &[ask.minimise, ask.bound], Vec::new(), &options, observer)?;
    let mut out = Vec::new();
    if low.stages.is_empty() || high.stages.is_empty() {
        return Ok(out);
    }
    let dual =
        |s: &super::LayoutSolution| s.stages.iter().find(|g| g.objective == ask.minimise).map_or(f64::NEG_INFINITY, |g| g.bounds.dual);
    let (from, to) = (low.value.of(ask.bound), high.value.of(ask.bound));
    out.push(point(problem, &low, None, dual(&low)));
    for n in 1..points - 1 {
        if observer.stop_requested() {
            break;
        }
        observer.event(&Event::Progress { done: u64::from(n) });
        let limit = from + (to - from) * f64::from(n) / f64::from(points - 1);
        let found = under(problem, &[ask.minimise], vec![(ask.bound, limit)], &options, observer)?;
        if !found.stages.is_empty() {
            out.push(point(problem, &found, Some(limit), dual(&found)));
        }
    }
    out.push(point(problem, &high, None, dual(&high)));
    Ok(out)
}

fn point(problem: &LayoutProblem, s: &super::LayoutSolution, limit: Option<f64>, dual: f64) -> FrontPoint {
    let codes = |keep: &dyn Fn(u8, u8) -> bool| {
        let all = problem.sites.iter().zip(&s.layout.levels);
        all.filter(|(site, level)| keep(site.now, **level)).map(|(site, _)| site.code.clone()).collect()
    };
    FrontPoint {
        limit,
        values: Objective::ALL.iter().map(|o| (o.name().to_owned(), s.value.of(*o))).collect(),
        dual: dual.is_finite().then_some(dual),
        opened: codes(&|now, level| now == 0 && level > 0),
        closed: codes(&|now, level| now > 0 && level == 0),
    }
}
