//! What would mend a wish that cannot be met: every count, capacity, bed total, share and budget gets a way out at a price, and what is missing
//! is minimised; the answer names it by place, in sites, beds, people, minutes or yuan.

use super::price::solve as solve_parts;
use crate::backend::{BackendError, LpStatus, guarded};
use crate::demand::LayoutProblem;
use crate::model::layout::{BuildOptions, LayoutModel, MONEY, NO_COLUMN, PEOPLE, RowKind, build};
use crate::network::Network;
use crate::outcome::{Limits, Observer};
use crate::policy::layout::Objective;
use serde::{Deserialize, Serialize};

/// One thing that is missing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Mend {
    /// What: `centres`, `hospitals`, `beds`, `people`, `visits`, `coverage`, `budget`, `sites`, `service`, `objective`.
    pub what: String,
    /// Code of the township, area, site or settlement; empty for all.
    pub place: String,
    /// How much.
    pub amount: f64,
    /// Its unit.
    pub unit: String,
    /// What is proven to be missing at the least, in the same unit; `null` where only the best repair that was found is known.
    #[serde(default)]
    pub at_least: Option<f64>,
    /// Minutes that would do where the standard does not, for coverage.
    pub minutes: Option<f64>,
    /// One sentence.
    pub sentence: String,
}

/// The smallest repair, with whether it is proven that something is missing at all.
///
/// # Errors
/// When the solver fails.
pub fn repair(
    problem: &LayoutProblem,
    network: &Network,
    limits: &Limits,
    observer: &dyn Observer,
) -> Result<(Vec<Mend>, bool), BackendError> {
    let options = BuildOptions { elastic: true, neighbours: 24, ..BuildOptions::default() };
    let model = build(problem, Objective::Clinics, &options);
    let limits = Limits { gap: limits.gap.max(1e-3), ..*limits };
    let (values, dual) = if model.lp.col_count() <= 30_000 {
        let found = guarded::unhurried(&model.lp, None, &limits, observer)?;
        (if found.status == LpStatus::Infeasible { Vec::new() } else { found.values }, found.bounds.dual)
    } else {
        let aside: Vec<usize> = (0..model.rows.len()).filter(|&r| model.rows[r].linking).collect();
        let found = solve_parts(&model.lp, &aside, None, &limits, observer)?;
        (found.values, found.bounds.dual)
    };
    Ok((mends(problem, network, &model, &values), dual > 1e-6))
}

/// What a row over all catchments lacks, as a repair with its bounds.
#[must_use]
pub fn lacks(lack: &super::solve::Lack) -> Mend {
    let (what, unit, factor) = if lack.kind == RowKind::Budget { ("budget", "yuan", MONEY) } else { ("beds", "beds", 1.0) };
    let (least, amount) = (lack.least / factor, lack.found / factor);
    let more = match lack.kind {
        RowKind::Budget => "more than the budget",
        RowKind::Freeze => "of public hospitals above the freeze",
        _ => "above the upper bound of their tier",
    };
    let sentence =
        format!("{amount:.0} {unit} {more} by the least that was found; proven: no layout does with less than {least:.0} {unit} more");
    Mend { what: what.into(), place: String::new(), amount, unit: unit.into(), at_least: Some(least), minutes: None, sentence }
}

/// The repairs of single catchments, each on its own, without the rows that join catchments.
///
/// # Errors
/// When the solver fails.
pub fn repair_blocks(
    problem: &LayoutProblem,
    blocks: &[u32],
    network: &Network,
    limits: &Limits,
    observer: &dyn Observer,
) -> Result<(Vec<Mend>, bool), BackendError> {
    let (mut out, mut proven) = (Vec::new(), false);
    for &block in blocks {
        let mut own = problem.of_block(block);
        own.rules.budget = None;
        if let Some(beds) = &mut own.rules.beds {
            (beds.tier_min, beds.tier_max, beds.target, beds.freeze) = ([0.0; 2], [0.0; 2], 0.0, false);
        }
        let share = limits.time.map(|t| t / u32::try_from(blocks.len()).unwrap_or(u32::MAX));
        let (mends, sure) = repair(&own, network, &Limits { time: share, ..*limits }, observer)?;
        proven |= sure;
        out.extend(mends);
    }
    Ok((out, proven))
}

fn mends(problem: &LayoutProblem, network: &Network, model: &LayoutModel, values: &[f64]) -> Vec<Mend> {
    let mut out: Vec<Mend> = Vec::new();
    for &(row, column) in &model.slack {
        let amount = values.get(column as usize).copied().unwrap_or(0.0);
        if amount <= 1e-6 {
            continue;
        }
        let key = model.rows[row];
        let more = model.lp.column(column as usize).next().is_some_and(|(_, sign)| sign > 0.0);
        out.push(mend(problem, network, model, values, key.kind, key.place, amount, more));
    }
    out.sort_by(|a, b| a.what.cmp(&b.what).then(b.amount.total_cmp(&a.amount)).then(a.place.cmp(&b.place)));
    out
}

#[allow(clippy::too_many_arguments)] // one row of the answer
fn mend(
    problem: &LayoutProblem,
    network: &Network,
    model: &LayoutModel,
    values: &[f64],
    kind: RowKind,
    place: Option<u32>,
    amount: f64,
    more: bool,
) -> Mend {
    let n = place.unwrap_or(0) as usize;
    let area = || place.map_or_else(String::new, |_| network.areas[n].code.clone());
    let named = |code: &str| if code.is_empty() { "the planned areas".to_owned() } else { code.to_owned() };
    let way = if more { "short of what there must be" } else { "more than there may be" };
    let make = |what: &str, place: String, amount: f64, unit: &str, sentence: String| Mend {
        what: what.into(),
        place,
        amount,
        unit: unit.into(),
        at_least: None,
        minutes: None,
        sentence,
    };
    match kind {
        RowKind::Centres => {
            let town = network.towns[n].code.clone();
            let text = format!("township {town}: {amount:.0} centres {way}");
            make("centres", town, amount, "sites", text)
        }
        RowKind::Hospitals => make("hospitals", area(), amount, "sites", format!("area {}: {amount:.0} hospitals {way}", area())),
        RowKind::Need => {
            let site = problem.sites[n].code.clone();
            make("beds", site.clone(), amount, "beds", format!("{site}: {amount:.1} beds more than it may have, for those it serves"))
        }
        RowKind::Crowd => {
            let site = problem.sites[n].code.clone();
            let people = amount / PEOPLE;
            make("people", site.clone(), people, "people", format!("{site}: {people:.0} people more than it may serve"))
        }
        RowKind::Volume => {
            let site = problem.sites[n].code.clone();
            let trips = amount / PEOPLE;
            make("visits", site.clone(), trips, "trips a year", format!("{site}: {trips:.0} trips a year short of the minimum volume"))
        }
        RowKind::Covered(level) => {
            let people = amount / PEOPLE;
            let minutes = would_do(problem, model, values, level, place, people);
            let limit = problem.rules.coverage.map_or(0.0, |c| c.minutes[usize::from(level) - 1]);
            let mut text =
                format!("{}: {people:.0} people more beyond {limit:.0} minutes of level {level} than the standard allows", named(&area()));
            if let Some(m) = minutes {
                text.push_str(&format!("; {m:.0} minutes would do"));
            }
            Mend { minutes, ..make("coverage", area(), people, "people", text) }
        }
        RowKind::TierLow(level) => {
            make("beds", String::new(), amount, "beds", format!("level {level}: {amount:.1} beds short of the lower bound of its tier"))
        }
        RowKind::TierHigh(level) => {
            make("beds", String::new(), amount, "beds", format!("level {level}: {amount:.1} beds above the upper bound of its tier"))
        }
        RowKind::Target => make("beds", String::new(), amount, "beds", format!("{amount:.1} beds short of the target")),
        RowKind::Freeze => make("beds", String::new(), amount, "beds", format!("{amount:.1} public hospital beds above the freeze")),
        RowKind::Social => {
            make("beds", String::new(), amount, "beds", format!("{amount:.1} of the added beds must not be public, and are"))
        }
        RowKind::Budget => {
            let yuan = amount / MONEY;
            make("budget", String::new(), yuan, "yuan", format!("{yuan:.0} yuan more than the budget"))
        }
        RowKind::PerArea(which) => {
            let text = format!("area {}: {amount:.0} sites with {} {way}", area(), which.name());
            make("sites", area(), amount, "sites", text)
        }
        RowKind::FlagCovered(which) => {
            let people = amount / PEOPLE;
            make("coverage", area(), people, "people", format!("{people:.0} people more beyond the standard of {}", which.name()))
        }
        RowKind::Assign => {
            let client = &problem.clients[n];
            let code = network.settlement(client.settlement).code.clone();
            let people = amount * client.people;
            make("service", code.clone(), people, "people", format!("settlement {code}: no site can serve {people:.0} people"))
        }
        RowKind::Tie | RowKind::Exclude | RowKind::Cap => make("objective", String::new(), amount, "", "an earlier objective".into()),
    }
}

/// The minutes at which the share of a level would be met by the layout that lacks least.
fn would_do(problem: &LayoutProblem, model: &LayoutModel, values: &[f64], level: u8, area: Option<u32>, _short: f64) -> Option<f64> {
    let open = |j: usize| {
        let settled = model.settled[j].is_some_and(|l| l >= level);
        settled || model.open[j][usize::from(level) - 1..].iter().any(|&c| c != NO_COLUMN && values[c as usize] > 0.5)
    };
    let ours = |i: usize| area.is_none_or(|a| problem.clients[i].area.0 == a);
    let mut ways: Vec<(f64, f64)> = (0..problem.clients.len())
        .filter(|&i| ours(i))
        .map(|i| (problem.times.row(i).find(|t| open(t.0)).map_or(f64::INFINITY, |t| t.1), problem.clients[i].people))
        .collect();
    let people: f64 = ways.iter().map(|w| w.1).sum();
    let allowed = (1.0 - problem.rules.coverage?.share[usize::from(level) - 1]) * people + 1e-5;
    ways.sort_unstable_by(|a, b| b.0.total_cmp(&a.0));
    let mut beyond = 0.0;
    for (minutes, here) in ways {
        beyond += here;
        if beyond > allowed {
            return minutes.is_finite().then_some(minutes);
        }
    }
    None
}
