//! Capacitated location with split clients: Lagrangian ascent, interchange, branch and bound (Goertz and Klose 2012,
//! doi:10.1287/ijoc.1110.0468, show how far this goes).

use super::data::Data;
use super::interchange::interchange;
use super::lagrangian::evaluate;
use super::transport::transport;
use crate::location::search::{Evaluation, Fix, Path, Relaxation, Root, Run, TreeSettings, ascend, branch_and_bound};

/// Open sites and `(client, site, amount)`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Plan {
    /// Increasing.
    pub open: Vec<usize>,
    /// By client, then site.
    pub flows: Vec<(usize, usize, f64)>,
}

/// The relaxation of [`super::lagrangian`], with transportation problems as its answers.
struct Split<'a>(&'a Data);

impl Split<'_> {
    /// Opens what is missing in capacity, cheapest a unit first.
    fn enough(&self, wish: &[bool]) -> Vec<usize> {
        let data = self.0;
        let mut open: Vec<usize> = (0..data.m).filter(|&j| wish[j]).collect();
        let mut capacity: f64 = open.iter().map(|&j| data.q[j]).sum();
        if capacity < data.total {
            let mut rest: Vec<usize> = (0..data.m).filter(|&j| !wish[j] && data.q[j] > 0.0).collect();
            rest.sort_by(|&a, &b| (data.f[a] / data.q[a]).total_cmp(&(data.f[b] / data.q[b])).then(a.cmp(&b)));
            for j in rest {
                if capacity >= data.total {
                    break;
                }
                capacity += data.q[j];
                open.push(j);
            }
            open.sort_unstable();
        }
        open
    }

    fn plan(&self, open: &[usize]) -> Option<(f64, Plan)> {
        let found = transport(self.0, open);
        let value = found.value(self.0);
        if !value.is_finite() {
            return None;
        }
        let used: Vec<usize> = found.used(self.0).map(|a| found.open[a]).collect();
        let mut flows: Vec<(usize, usize, f64)> = found
            .flows
            .iter()
            .zip(&found.open)
            .flat_map(|(flow, &j)| flow.iter().map(move |&(i, t)| (i, j, t)))
            .filter(|f| f.2 > 0.0)
            .collect();
        flows.sort_by_key(|&(i, j, _)| (i, j));
        Some((value, Plan { open: used, flows }))
    }
}

impl Relaxation for Split<'_> {
    type Solution = Plan;

    fn multipliers(&self) -> usize {
        self.0.n
    }

    fn decisions(&self) -> usize {
        self.0.m
    }

    fn evaluate(&self, multipliers: &[f64], fix: &[Fix], out: &mut Evaluation) {
        evaluate(self.0, multipliers, fix, out);
    }

    fn answer(&self, wish: &[bool]) -> Option<(f64, Plan)> {
        self.plan(&self.enough(wish))
    }

    fn opened(&self, answer: &Plan) -> Vec<bool> {
        (0..self.0.m).map(|j| answer.open.binary_search(&j).is_ok()).collect()
    }

    fn polish(&self, wish: &[bool], stop: &dyn Fn() -> bool) -> Option<(f64, Plan)> {
        let found = interchange(self.0, &self.enough(wish), 4, stop);
        self.plan(&found.open)
    }

    fn leaf(&self, open: &[bool], _below: f64, _run: &mut Run<'_>) -> (f64, f64, Option<Plan>) {
        let sites: Vec<usize> = (0..self.0.m).filter(|&j| open[j]).collect();
        self.plan(&sites).map_or((f64::INFINITY, f64::INFINITY, None), |(value, plan)| (value, value, Some(plan)))
    }

    fn rounded(&self, bound: f64) -> f64 {
        if self.0.whole { 1e-9f64.mul_add(-bound.abs(), bound - 1e-6).ceil() } else { bound }
    }
}

/// Multipliers of the weak linear relaxation, solved by eye: `u_i = min_j (c_ij + f_j w_i / q_j)`.
#[must_use]
pub fn first_multipliers(data: &Data) -> Vec<f64> {
    (0..data.n)
        .map(|i| {
            let price = |j: usize| data.at(i, j) + if data.q[j] > 0.0 { data.f[j].max(0.0) * data.w[i] / data.q[j] } else { f64::INFINITY };
            let least = (0..data.m).map(price).fold(f64::INFINITY, f64::min);
            if least.is_finite() { least } else { 0.0 }
        })
        .collect()
}

/// Solves it; tells `run` of answers and bounds on the way.
pub fn solve(data: &Data, run: &mut Run<'_>) -> Option<Plan> {
    let relaxation = Split(data);
    let mut best: Option<Plan> = None;
    let mut fix = vec![Fix::Free; data.m];
    let mut floor = f64::INFINITY;
    let mut u = first_multipliers(data);
    let mut seen: Vec<Vec<usize>> = Vec::new();
    // two climbs: the second after an interchange has brought the threshold down
    for (round, path) in [Path { iterations: 250, ..Path::ROOT }, Path { alpha: 0.5, ..Path::ROOT }].into_iter().enumerate() {
        let threshold = run.threshold();
        let ascent = ascend(&relaxation, &u, &mut fix, threshold, path, |iteration, now| {
            if iteration % 10 == 9 || iteration == 0 {
                run.bound(relaxation.rounded(now.bound).min(floor));
                let wish: Vec<bool> = now.open.iter().map(|&o| o > 0.5).collect();
                let open = relaxation.enough(&wish);
                if !seen.contains(&open) {
                    if let Some((value, plan)) = relaxation.plan(&open)
                        && value < run.bounds().primal
                    {
                        run.found(value);
                        best = Some(plan);
                    }
                    seen.push(open);
                }
            }
            run.stopped().is_none().then(|| run.threshold())
        });
        floor = floor.min(ascent.floor);
        run.bound(ascent.bound.min(floor));
        u = ascent.multipliers;
        if run.proven() || run.stopped().is_some() {
            return best;
        }
        let wish: Vec<bool> = ascent.share.iter().map(|&s| s > 0.5).collect();
        let mut starts = vec![relaxation.enough(&wish)];
        if round == 0 {
            starts.extend(best.iter().map(|b| b.open.clone()));
        }
        for start in starts {
            let found = interchange(data, &start, 4, &|| run.stopped().is_some());
            if found.value(data) < run.bounds().primal
                && let Some((value, plan)) = relaxation.plan(&found.open)
            {
                run.found(value);
                best = Some(plan);
            }
        }
        if run.stopped().is_some() {
            return best;
        }
    }
    branch_and_bound(&relaxation, &Root { fix, multipliers: u, floor, incumbent: best }, &TreeSettings::default(), run)
}
