//! Every client from one site: Lagrangian ascent with 0/1 knapsacks, interchange with assignment search, core, MIP
//! (Holmberg, Roennqvist, Yuan 1999, doi:10.1016/S0377-2217(98)00008-3; Guastaroba and Speranza 2014, doi:10.1016/j.ejor.2014.04.003,
//! for the kernel idea). The capacitated p-median is the same with a number of sites in place of their costs.

use super::assign::assign;
use super::core::{Core, core, model, point};
use super::data::{Data, Kind};
use super::interchange::{estimates, interchange};
use super::lagrangian::evaluate;
use super::split::{Plan, first_multipliers};
use super::transport::transport;
use crate::backend::{BackendError, LpStatus, default_mip, guarded};
use crate::location::search::{Evaluation, Fix, Path, Relaxation, Root, Run, TreeSettings, ascend, branch_and_bound};
use std::cell::RefCell;

/// Pairs up to which the core goes to the MIP solver as a whole; above, sites are branched on first.
const WHOLE_CORE: usize = 800;

/// Sites tried at most for one that closes.
const TRIES: usize = 6;

/// Pairs up to which a solver that hears no clock is asked (the build without HiGHS); above, the bound of the Lagrangian stands.
const SMALL_CORE: usize = 300;

struct Single<'a>(&'a Data);

impl Single<'_> {
    /// Sites of a wish, completed to the capacity (and number) that is needed.
    fn enough(&self, wish: &[bool]) -> Vec<usize> {
        let data = self.0;
        let mut open: Vec<usize> = (0..data.m).filter(|&j| wish[j]).collect();
        let mut rest: Vec<usize> = (0..data.m).filter(|&j| !wish[j]).collect();
        if let Kind::Median(p) = data.kind {
            // the largest stay; the emptiest costs nothing, so that any p sites will do
            open.sort_by(|&a, &b| data.q[b].total_cmp(&data.q[a]).then(a.cmp(&b)));
            rest.sort_by(|&a, &b| data.q[b].total_cmp(&data.q[a]).then(a.cmp(&b)));
            open.truncate(p);
            let missing = p - open.len();
            open.extend(rest.iter().take(missing));
        } else {
            let mut capacity: f64 = open.iter().map(|&j| data.q[j]).sum();
            rest.retain(|&j| data.q[j] > 0.0);
            rest.sort_by(|&a, &b| (data.f[a] / data.q[a]).total_cmp(&(data.f[b] / data.q[b])).then(a.cmp(&b)));
            for j in rest {
                if capacity >= data.total {
                    break;
                }
                capacity += data.q[j];
                open.push(j);
            }
        }
        open.sort_unstable();
        open
    }

    /// The best assignment found for open sites.
    fn plan(&self, open: &[usize]) -> Option<(f64, Plan)> {
        let data = self.0;
        let relaxed = transport(data, open);
        if !relaxed.left.is_empty() {
            return None;
        }
        let (_, site) = assign(data, &relaxed)?;
        Some(self.of(open, site.iter().map(|&a| open[a]).collect()))
    }

    /// The plan of an assignment: closes what is not used, unless the number is given.
    fn of(&self, open: &[usize], site: Vec<usize>) -> (f64, Plan) {
        let data = self.0;
        let mut used = vec![false; data.m];
        site.iter().for_each(|&j| used[j] = true);
        let open: Vec<usize> =
            open.iter().copied().filter(|&j| used[j] || data.f[j] < 0.0 || matches!(data.kind, Kind::Median(_))).collect();
        let value = open.iter().map(|&j| data.f[j]).sum::<f64>() + site.iter().enumerate().map(|(i, &j)| data.at(i, j)).sum::<f64>();
        (value, Plan { open, flows: site.into_iter().enumerate().map(|(i, j)| (i, j, data.w[i])).collect() })
    }

    /// Solves a core by the MIP solver: the best plan, and a bound of what the core holds.
    fn finish(
        &self,
        core: &Core,
        fix: &[Fix],
        start: Option<&Plan>,
        seconds: Option<f64>,
        run: &Run<'_>,
    ) -> Result<(f64, Option<(f64, Plan)>), BackendError> {
        let data = self.0;
        let solver = default_mip();
        if solver.name() == "microlp" && core.pairs.len() > SMALL_CORE {
            return Ok((f64::NEG_INFINITY, None));
        }
        let forced: Vec<bool> = fix.iter().map(|f| *f == Fix::Open).collect();
        let model = model(data, core, &forced);
        let at = start.map(|plan| point(core, &plan.open, &plan.flows.iter().map(|f| f.1).collect::<Vec<_>>()));
        let at = at.filter(|p| model.violation(p) <= 1e-7);
        let solution = guarded::solve_mip(&model, at.as_deref(), &run.limits_of_step(seconds), run.observer())?;
        if solution.status == LpStatus::Infeasible {
            return Ok((f64::INFINITY, None));
        }
        let k = core.sites.len();
        let plan = (!solution.values.is_empty()).then(|| {
            let open: Vec<usize> = (0..k).filter(|&a| solution.values[a] > 0.5).map(|a| core.sites[a]).collect();
            let mut site = vec![usize::MAX; data.n];
            for (x, &(i, j)) in solution.values[k..].iter().zip(&core.pairs) {
                if *x > 0.5 {
                    site[i] = j;
                }
            }
            (open, site)
        });
        let plan =
            plan.filter(|(_, site)| site.iter().all(|&j| j != usize::MAX) && self.fits(site)).map(|(open, site)| self.of(&open, site));
        Ok((self.rounded(solution.bounds.dual), plan))
    }

    fn fits(&self, site: &[usize]) -> bool {
        let mut load = vec![0.0; self.0.m];
        site.iter().enumerate().for_each(|(i, &j)| load[j] += self.0.w[i]);
        load.iter().zip(&self.0.q).all(|(l, q)| *l <= q + 1e-6 * q.abs().max(1.0))
    }
}

/// The relaxation as the tree takes it: a leaf is a generalized assignment problem for the MIP solver.
struct Tree<'a> {
    single: Single<'a>,
    error: std::sync::Mutex<Option<BackendError>>,
}

impl Relaxation for Single<'_> {
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

    fn leaf(&self, _open: &[bool], below: f64, _run: &mut Run<'_>) -> (f64, f64, Option<Plan>) {
        (f64::INFINITY, below, None)
    }

    fn rounded(&self, bound: f64) -> f64 {
        if self.0.whole { 1e-9f64.mul_add(-bound.abs(), bound - 1e-6).ceil() } else { bound }
    }
}

impl Relaxation for Tree<'_> {
    type Solution = Plan;

    fn multipliers(&self) -> usize {
        self.single.multipliers()
    }

    fn decisions(&self) -> usize {
        self.single.decisions()
    }

    fn evaluate(&self, multipliers: &[f64], fix: &[Fix], out: &mut Evaluation) {
        self.single.evaluate(multipliers, fix, out);
    }

    fn answer(&self, wish: &[bool]) -> Option<(f64, Plan)> {
        self.single.answer(wish)
    }

    fn opened(&self, answer: &Plan) -> Vec<bool> {
        self.single.opened(answer)
    }

    fn leaf(&self, open: &[bool], below: f64, run: &mut Run<'_>) -> (f64, f64, Option<Plan>) {
        let data = self.single.0;
        let sites: Vec<usize> = (0..data.m).filter(|&j| open[j]).collect();
        let relaxed = transport(data, &sites);
        let fixed: f64 = sites.iter().map(|&j| data.f[j]).sum();
        if !relaxed.left.is_empty() {
            return (f64::INFINITY, f64::INFINITY, None);
        }
        let bound = self.single.rounded(relaxed.cost + fixed);
        if bound >= below {
            return (f64::INFINITY, bound, None);
        }
        let fix: Vec<Fix> = open.iter().map(|&o| if o { Fix::Open } else { Fix::Closed }).collect();
        let mut u = relaxed.multipliers(data);
        let mut free = fix.clone();
        let ascent = ascend(&self.single, &u, &mut free, below, Path { iterations: 100, ..Path::NODE }, |_, _| Some(f64::INFINITY));
        u = ascent.multipliers;
        let mut at = Evaluation::default();
        evaluate(data, &u, &fix, &mut at);
        let found = self.single.plan(&sites);
        let start = found.as_ref().map(|(_, p)| p);
        let keep: Vec<(usize, usize)> = start.iter().flat_map(|p| p.flows.iter().map(|&(i, j, _)| (i, j))).collect();
        let core = core(data, &u, &fix, &at, below, &keep);
        match self.single.finish(&core, &fix, start, None, run) {
            Ok((inside, plan)) => {
                let bound = bound.max(inside.min(core.floor));
                let best = [plan, found].into_iter().flatten().min_by(|a, b| a.0.total_cmp(&b.0));
                best.map_or((f64::INFINITY, bound, None), |(value, plan)| (value, bound.min(value), Some(plan)))
            }
            Err(e) => {
                if let Ok(mut slot) = self.error.lock() {
                    slot.get_or_insert(e);
                }
                (f64::INFINITY, bound, None)
            }
        }
    }

    fn rounded(&self, bound: f64) -> f64 {
        self.single.rounded(bound)
    }
}

/// Solves it; tells `run` of answers and bounds on the way.
///
/// # Errors
/// When the MIP solver fails.
pub fn solve(data: &Data, run: &mut Run<'_>) -> Result<Option<Plan>, BackendError> {
    let relaxation = Single(data);
    let best: RefCell<Option<Plan>> = RefCell::new(None);
    let offer = |found: Option<(f64, Plan)>, run: &mut Run<'_>| {
        if let Some((value, plan)) = found
            && value < run.bounds().primal
        {
            run.found(value);
            *best.borrow_mut() = Some(plan);
        }
    };
    let mut fix = vec![Fix::Free; data.m];
    let mut floor = f64::INFINITY;
    let mut u = first_multipliers(data);
    let mut seen: Vec<Vec<usize>> = Vec::new();
    for (round, path) in [Path { iterations: 200, ..Path::ROOT }, Path { alpha: 0.5, ..Path::ROOT }].into_iter().enumerate() {
        let ascent = ascend(&relaxation, &u, &mut fix, run.threshold(), path, |iteration, now| {
            if iteration % 10 == 9 || iteration == 0 {
                run.bound(relaxation.rounded(now.bound).min(floor));
                let wish: Vec<bool> = now.open.iter().map(|&o| o > 0.5).collect();
                let open = relaxation.enough(&wish);
                if !seen.contains(&open) {
                    offer(relaxation.plan(&open), run);
                    seen.push(open);
                }
            }
            run.stopped().is_none().then(|| run.threshold())
        });
        floor = floor.min(ascent.floor);
        run.bound(ascent.bound.min(floor));
        u = ascent.multipliers;
        if run.proven() || run.stopped().is_some() {
            return Ok(best.into_inner());
        }
        if round == 0 {
            let start = best
                .borrow()
                .as_ref()
                .map_or_else(|| relaxation.enough(&ascent.share.iter().map(|&s| s > 0.5).collect::<Vec<_>>()), |b| b.open.clone());
            if !matches!(data.kind, Kind::Median(_)) {
                let found = interchange(data, &start, 4, &|| run.stopped().is_some());
                offer(relaxation.plan(&found.open), run);
            }
            improve(&relaxation, run, &best);
        }
    }
    let mut at = Evaluation::default();
    evaluate(data, &u, &fix, &mut at);
    let keep: Vec<(usize, usize)> =
        best.borrow().iter().flat_map(|p| p.flows.iter().map(|&(i, j, _)| (i, j)).collect::<Vec<_>>()).collect();
    let core = core(data, &u, &fix, &at, run.threshold(), &keep);
    if core.pairs.len() <= WHOLE_CORE {
        let start = best.borrow().clone();
        let (inside, plan) = relaxation.finish(&core, &fix, start.as_ref(), None, run)?;
        offer(plan, run);
        run.bound(inside.min(core.floor).min(floor));
        return Ok(best.into_inner());
    }
    let tree = Tree { single: relaxation, error: std::sync::Mutex::new(None) };
    let root = Root { fix, multipliers: u, floor, incumbent: best.into_inner() };
    let found = branch_and_bound(&tree, &root, &TreeSettings::default(), run);
    if let Ok(mut slot) = tree.error.lock()
        && let Some(error) = slot.take()
    {
        return Err(error);
    }
    Ok(found)
}

/// Open, close and swap sites of the incumbent; a set whose transportation problem is no better is never assigned.
fn improve(relaxation: &Single<'_>, run: &mut Run<'_>, best: &RefCell<Option<Plan>>) {
    let data = relaxation.0;
    let counted = matches!(data.kind, Kind::Median(_));
    'again: loop {
        let Some(now) = best.borrow().as_ref().map(|p| p.open.clone()) else { return };
        let mut sets: Vec<(f64, Vec<usize>)> = Vec::new();
        for out in std::iter::once(None).chain(now.iter().copied().map(Some)) {
            if run.stopped().is_some() {
                return;
            }
            let rest: Vec<usize> = now.iter().copied().filter(|&j| Some(j) != out).collect();
            let without = transport(data, &rest);
            let value = without.relaxed_value(data);
            if out.is_some() && !counted && without.left.is_empty() && value < run.threshold() {
                sets.push((value, rest.clone()));
            }
            if counted && out.is_none() {
                continue;
            }
            for (estimate, j) in estimates(data, &without, value).into_iter().take(TRIES) {
                if estimate >= run.threshold() || Some(j) == out {
                    continue;
                }
                let mut open = rest.clone();
                open.insert(open.partition_point(|&k| k < j), j);
                let relaxed = transport(data, &open);
                let least = relaxed.relaxed_value(data);
                if relaxed.left.is_empty() && least < run.threshold() {
                    sets.push((least, open));
                }
            }
        }
        sets.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        for (_, open) in sets.into_iter().take(30) {
            if run.stopped().is_some() {
                return;
            }
            if let Some((value, plan)) = relaxation.plan(&open)
                && value < run.bounds().primal
            {
                run.found(value);
                *best.borrow_mut() = Some(plan);
                continue 'again;
            }
        }
        return;
    }
}
