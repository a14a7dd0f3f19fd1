//! Phases ([`crate::model::reform::phases`] has the formulation PH0 to PH6): beds of ranks 2 and 3 by area over the years.
//!
//! An LP where any number of beds may be begun, with prices of what is wanted and of money from its duals; a MIP where beds come in whole
//! projects. With `reach`, the elastic form (without PH5) tells how many beds stay missing in which area, and what they cost.

use super::{Hushed, ReformError, ReformInput, Reformed, Repair, Solved, asked, count, ended, people};
use crate::backend::{self, LpStatus, guarded};
use crate::ids::AreaId;
use crate::model::reform::phases::{KindNumbers, PhasesModel, PhasesNumbers, build};
use crate::outcome::{Bounds, Limit, Observer, Termination};
use crate::plan::reform::ReformAnswer;
use crate::plan::reform::phases::{PhaseProject, PhaseRow, PhaseYear, PhasesAnswer};
use crate::policy::Scenario;

/// Areas and facilities as positions in the case.
struct Frame {
    areas: Vec<usize>,
    /// Facilities of rank 2 and 3 by area.
    sites: Vec<Vec<usize>>,
    /// Name and facilities of each kind of project.
    kinds: Vec<(String, Vec<usize>)>,
    numbers: PhasesNumbers,
}

struct Found {
    values: Vec<f64>,
    duals: Vec<f64>,
    bounds: Bounds,
    termination: Termination,
    backend: String,
}

/// Answers the question.
///
/// # Errors
/// A limit before the first answer, a failing solver, no facility of rank 2 or 3.
pub fn solve(input: &ReformInput<'_>, observer: &dyn Observer) -> Result<Reformed, ReformError> {
    let frame = frame(input);
    if frame.areas.is_empty() {
        return Err(ReformError::Lacks("the areas asked for have no facility of rank 2 or 3".into()));
    }
    let model = build(&frame.numbers);
    let Some(found) = run(&model, input, observer)? else {
        return Ok(Reformed::Infeasible(repairs(input, &frame, observer)?));
    };
    let answer = read(input, &frame, &model, &found);
    Ok(Reformed::Answer(Box::new(Solved {
        answer: ReformAnswer::Phases(answer),
        objective: found.bounds.primal,
        unit: "yuan of today",
        maximised: false,
        bounds: found.bounds,
        termination: found.termination,
        backend: found.backend,
    })))
}

/// The beds of the last year stand in the referral plan.
#[must_use]
pub fn effect(answer: &PhasesAnswer, scenario: &mut Scenario) -> bool {
    for (code, beds) in &answer.sites {
        *scenario.capacity.extra_beds.entry(code.clone()).or_default() += beds;
    }
    !answer.sites.is_empty()
}

fn frame(input: &ReformInput<'_>) -> Frame {
    let network = &input.case.network;
    let rules = &input.rules.phases;
    let mut of: Vec<Vec<usize>> = vec![Vec::new(); network.areas.len()];
    for (j, f) in network.facilities.iter().enumerate() {
        if let Some(a) = f.area.filter(|_| matches!(f.rank(), 2 | 3) && asked(input, &rules.areas, f)) {
            of[a.index()].push(j);
        }
    }
    let areas: Vec<usize> = (0..of.len()).filter(|&a| !of[a].is_empty()).collect();
    let sites: Vec<Vec<usize>> = areas.iter().map(|&a| of[a].clone()).collect();
    let years = rules.years as usize;
    let wanted = areas.iter().map(|&a| {
        let rate = rules.per_1000_of.get(&network.areas[a].code).copied().unwrap_or(rules.per_1000);
        let n = people(network.area_population(AreaId::new(a)));
        (1..=rules.years).map(|t| rate * n / 1000.0 * (1.0 + rules.ageing).powi(i32::try_from(t).unwrap_or(i32::MAX))).collect()
    });
    let mut kinds = Vec::new();
    let mut numbers = Vec::new();
    if let Some(p) = &rules.projects {
        for (n, list) in sites.iter().enumerate() {
            for (rank, beds, capital) in [(3, p.hospital_beds, rules.capital), (2, p.centre_beds, p.centre_capital)] {
                let here: Vec<usize> = list.iter().copied().filter(|&j| network.facilities[j].rank() == rank).collect();
                if beds > 0.0 && !here.is_empty() {
                    numbers.push(KindNumbers { area: n, beds, yuan: beds * capital, lead: rules.lead as usize, count: count(here.len()) });
                    kinds.push((String::new(), here));
                }
            }
        }
        for x in &p.named {
            let at = network.facilities.iter().position(|f| f.code == x.facility);
            if let Some((j, n)) = at.and_then(|j| sites.iter().position(|s| s.contains(&j)).map(|n| (j, n))) {
                numbers.push(KindNumbers { area: n, beds: x.beds, yuan: x.yuan, lead: x.lead as usize, count: 1.0 });
                kinds.push((x.name.clone(), vec![j]));
            }
        }
    }
    let budget = rules.budget.map_or_else(Vec::new, |b| {
        (0..years).map(|t| b * (1.0 + rules.budget_growth).powi(i32::try_from(t).unwrap_or(i32::MAX))).collect()
    });
    let numbers = PhasesNumbers {
        now: sites.iter().map(|s| s.iter().map(|&j| input.problem.beds[j]).sum()).collect(),
        wanted: wanted.collect(),
        capital: rules.capital,
        missing: rules.missing,
        discount: rules.discount,
        growth: rules.growth,
        lead: rules.lead as usize,
        budget,
        reach: rules.reach,
        kinds: rules.projects.is_some().then_some(numbers),
    };
    Frame { areas, sites, kinds, numbers }
}

/// `None`: infeasible.
fn run(model: &PhasesModel, input: &ReformInput<'_>, observer: &dyn Observer) -> Result<Option<Found>, ReformError> {
    if model.model.integer.is_empty() {
        let backend = backend::by_name(backend::names()[0])?;
        let found = backend.solve(&model.model, &input.limits, observer)?;
        return match found.status {
            LpStatus::Infeasible => Ok(None),
            LpStatus::Optimal if !found.values.is_empty() => {
                let primal = model.model.objective(&found.values);
                let bounds = Bounds { primal, dual: model.model.dual_bound(&found.duals).min(primal) };
                let (termination, backend) = (Termination::Optimal, backend.name().to_owned());
                Ok(Some(Found { values: found.values, duals: found.duals, bounds, termination, backend }))
            }
            _ => Err(ReformError::Stopped(Limit::Time)),
        };
    }
    let found = guarded::solve_mip(&model.model, None, &input.limits, observer)?;
    if found.status == LpStatus::Infeasible {
        return Ok(None);
    }
    if found.values.is_empty() {
        return Err(ReformError::Stopped(Limit::Time));
    }
    let backend = backend::default_mip().name().to_owned();
    Ok(Some(Found { values: found.values, duals: Vec::new(), bounds: found.bounds, termination: ended(found.status), backend }))
}

fn read(input: &ReformInput<'_>, frame: &Frame, model: &PhasesModel, found: &Found) -> PhasesAnswer {
    let network = &input.case.network;
    let n = &frame.numbers;
    let years = n.wanted.first().map_or(0, Vec::len);
    let year = |t: usize| network.year + i32::try_from(t + 1).unwrap_or(i32::MAX);
    let x = |c: usize| found.values[c].max(0.0);
    let factor = |t: usize| (1.0 + n.discount).powi(-i32::try_from(t).unwrap_or(i32::MAX));
    let areas = frame.areas.len();
    let (mut begun, mut ready, mut yuan) = (vec![0.0; areas * years], vec![0.0; areas * years], vec![0.0; areas * years]);
    let mut projects = Vec::new();
    let mut sites = vec![0.0; network.facilities.len()];
    let mut start = |a: usize, t: usize, beds: f64, cost: f64, lead: usize| {
        begun[a * years + t] += beds;
        yuan[a * years + t] += cost;
        if t + lead < years {
            ready[a * years + t + lead] += beds;
        }
    };
    for (a, columns) in model.begun.iter().enumerate() {
        for (t, c) in columns.iter().enumerate() {
            start(a, t, x(*c), n.capital * x(*c), n.lead);
        }
    }
    for ((kind, (name, places)), columns) in n.kinds.iter().flatten().zip(&frame.kinds).zip(&model.projects) {
        let mut free = places.iter();
        for (t, c) in columns.iter().enumerate() {
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // 0 to the number of places
            for _ in 0..x(*c).round() as usize {
                start(kind.area, t, kind.beds, kind.yuan, kind.lead);
                if let Some(&j) = free.next() {
                    let ready = year(t) + i32::try_from(kind.lead).unwrap_or(i32::MAX);
                    let facility = network.facilities[j].code.clone();
                    projects.push(PhaseProject { name: name.clone(), facility, begun: year(t), ready, beds: kind.beds, yuan: kind.yuan });
                    if t + kind.lead < years {
                        sites[j] += kind.beds;
                    }
                }
            }
        }
    }
    let mut rows = Vec::new();
    for (a, &at) in frame.areas.iter().enumerate() {
        let mut beds = n.now[a];
        for t in 0..years {
            beds += ready[a * years + t];
            let wanted = n.wanted[a][t];
            rows.push(PhaseRow {
                area: network.areas[at].code.clone(),
                year: year(t),
                wanted,
                beds,
                begun: begun[a * years + t],
                short: (wanted - beds).max(0.0),
                yuan: yuan[a * years + t],
                price: found.duals.get(model.wanted[a][t]).map(|d| d.max(0.0)),
            });
        }
        if n.kinds.is_none() && beds > n.now[a] + 1e-9 {
            let total: f64 = frame.sites[a].iter().map(|&j| input.problem.beds[j]).sum();
            for &j in &frame.sites[a] {
                let part = if total > 0.0 { input.problem.beds[j] / total } else { 1.0 / count(frame.sites[a].len()) };
                sites[j] += (beds - n.now[a]) * part;
            }
        }
    }
    let sum = |t: usize, of: &dyn Fn(&PhaseRow) -> f64| rows.iter().skip(t).step_by(years.max(1)).map(of).sum::<f64>();
    let all = (0..years).map(|t| PhaseYear {
        year: year(t),
        wanted: sum(t, &|r| r.wanted),
        beds: sum(t, &|r| r.beds),
        begun: sum(t, &|r| r.begun),
        short: sum(t, &|r| r.short),
        yuan: sum(t, &|r| r.yuan),
        budget: n.budget.get(t).copied(),
        price: model.budget.get(t).and_then(|r| found.duals.get(*r)).map(|d| (-d).max(0.0)),
    });
    let all: Vec<PhaseYear> = all.collect();
    PhasesAnswer {
        capital: all.iter().enumerate().map(|(t, y)| y.yuan * factor(t)).sum(),
        missing: all.iter().enumerate().map(|(t, y)| n.missing * y.short * factor(t)).sum(),
        years: all,
        rows,
        projects,
        today: frame.areas.iter().zip(&n.now).map(|(&a, b)| (network.areas[a].code.clone(), *b)).collect(),
        sites: (0..sites.len()).filter(|&j| sites[j] > 1e-9).map(|j| (network.facilities[j].code.clone(), sites[j])).collect(),
    }
}

/// Beds that stay missing in the last year when that is allowed but dear.
fn repairs(input: &ReformInput<'_>, frame: &Frame, observer: &dyn Observer) -> Result<Vec<Repair>, ReformError> {
    let rules = &input.rules.phases;
    let mut numbers = PhasesNumbers { reach: false, ..frame.numbers.clone() };
    // missing in any year costs more than building in the first
    numbers.missing = 1e3 * (numbers.capital + numbers.missing + 1.0);
    let model = build(&numbers);
    let Some(found) = run(&model, input, &Hushed(observer))? else { return Ok(Vec::new()) };
    let mut out = Vec::new();
    for (a, &at) in frame.areas.iter().enumerate() {
        let Some(&last) = model.short[a].last() else { continue };
        let amount = found.values[last];
        if amount > 1e-6 {
            let area = &input.case.network.areas[at];
            let now = numbers.now[a];
            let yuan = Some(amount * rules.capital);
            out.push(Repair { kind: "phases-short", place: area.code.clone(), name: area.name.clone(), amount, now, yuan });
        }
    }
    Ok(out)
}
