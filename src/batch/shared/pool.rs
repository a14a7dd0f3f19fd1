//! What is shared: the hospitals of the shared tiers whose code stands in several cases.

use crate::batch::expand::Job;
use crate::batch::spec::SharedSpec;
use crate::demand;
use crate::io::scenario::{self, ScenarioFile};
use crate::io::{self, CaseRead};
use crate::network::codes::{self, Rule};
use crate::network::{Facility, Place, Problem, Tier};
use crate::policy::Scenario;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Kind of a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Beds; priced by the bed-day.
    Beds,
    /// Doctors; priced by the doctor-year.
    Doctors,
}

impl Kind {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Beds, Self::Doctors];

    /// The word in tables.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Beds => "beds",
            Self::Doctors => "doctors",
        }
    }
}

/// Resources that some cases share; `case` and `resource` are positions.
#[derive(Debug, Clone, PartialEq)]
pub struct Pool {
    /// Facility and kind of each resource.
    pub resources: Vec<(String, Kind)>,
    /// What all cases together may use: beds, doctors.
    pub total: Vec<f64>,
    /// Units of the price in one bed or doctor: bed-days a bed, doctor-years a doctor.
    pub per: Vec<f64>,
    /// Allotment by the shares of the tables, `[case][resource]`; 0 where the case does not have the hospital.
    pub start: Vec<Vec<f64>>,
    /// Whether a case has the hospital, `[case][resource]`.
    pub member: Vec<Vec<bool>>,
    /// Settlements of each case.
    pub size: Vec<usize>,
}

/// One hospital as a case has it.
#[derive(Debug, Clone, PartialEq)]
struct Had {
    tier: Tier,
    /// Beds and doctors of the whole hospital.
    amount: [f64; 2],
    days_per_bed: f64,
    avail: f64,
}

/// One case as the pool sees it.
struct Seen {
    had: BTreeMap<String, Had>,
    /// Something of it could be used of every tier.
    tiers: Vec<Tier>,
    settlements: usize,
}

/// The pool of a group of jobs: one command and scenario, every case once.
///
/// # Errors
/// A tier that no case has, hospitals that differ between cases, nothing that is shared, switches that tie other rows to shared capacity.
pub(super) fn pool(jobs: &[&Job], spec: &SharedSpec, cases: &BTreeMap<String, CaseRead>, shown: &str) -> Result<Pool, Vec<Problem>> {
    let say =
        |rule: &Rule, key: &str, value: &str, message: String| Problem::new(rule, Place::file(shown), message).column(key).value(value);
    let mut seen = Vec::new();
    let mut problems = Vec::new();
    for job in jobs {
        match cases.get(&job.entry.case).map(|read| see(job, read, spec)) {
            Some(Ok(one)) => seen.push(one),
            Some(Err(wrong)) => problems.extend(wrong),
            None => {}
        }
    }
    for tier in spec.tiers.iter().filter(|t| !seen.iter().any(|s| s.tiers.contains(t))) {
        let message = "no case has a hospital of this tier that is open".to_owned();
        problems
            .push(say(&codes::NAME_UNKNOWN, "shared.tiers", tier.code(), message).remedy("drop the tier, or add the cases that have it"));
    }
    let mut by_code: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (i, one) in seen.iter().enumerate() {
        one.had.keys().for_each(|code| by_code.entry(code).or_default().push(i));
    }
    by_code.retain(|_, users| users.len() > 1);
    for (code, users) in &by_code {
        let first = &seen[users[0]].had[*code];
        let other = users.iter().find(|i| {
            let h = &seen[**i].had[*code];
            (h.tier, h.amount, h.days_per_bed) != (first.tier, first.amount, first.days_per_bed)
        });
        if let Some(other) = other {
            let h = &seen[*other].had[*code];
            let line = |h: &Had| {
                format!("tier {}, {} beds ({} bed-days each), {} doctors", h.tier.code(), h.amount[0], h.days_per_bed, h.amount[1])
            };
            let (a, b) = (&jobs[users[0]].entry.case, &jobs[*other].entry.case);
            let message = format!("the hospital differs between cases: {} in {a}, {} in {b}", line(first), line(h));
            let remedy = "give it the same tier, beds and doctors in every case; shares stand in `avail`";
            problems.push(say(&codes::SETTING_OUT_OF_RANGE, "shared.tiers", code, message).remedy(remedy));
        }
    }
    if by_code.is_empty() && problems.is_empty() {
        let message = "no hospital of these tiers stands in two cases: nothing is shared".to_owned();
        let tiers = spec.tiers.iter().map(|t| t.code()).collect::<Vec<_>>().join(", ");
        problems.push(
            say(&codes::SETTING_OUT_OF_RANGE, "shared.tiers", &tiers, message).remedy("leave out [shared], or add the cases that share"),
        );
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut pool = Pool {
        resources: Vec::new(),
        total: Vec::new(),
        per: Vec::new(),
        start: vec![Vec::new(); jobs.len()],
        member: vec![Vec::new(); jobs.len()],
        size: seen.iter().map(|s| s.settlements).collect(),
    };
    for (code, users) in by_code {
        let first = &seen[users[0]].had[code];
        let shares: f64 = users.iter().map(|i| seen[*i].had[code].avail).sum();
        for (n, kind) in Kind::ALL.into_iter().enumerate() {
            pool.resources.push((code.to_owned(), kind));
            pool.total.push(first.amount[n] * shares.min(1.0));
            pool.per.push(if kind == Kind::Beds { first.days_per_bed } else { 1.0 });
            for (i, one) in seen.iter().enumerate() {
                let had = one.had.get(code);
                pool.start[i].push(had.map_or(0.0, |h| h.amount[n] * h.avail / shares.max(1.0)));
                pool.member[i].push(had.is_some());
            }
        }
    }
    Ok(pool)
}

/// The hospitals of the shared tiers in the case of a job, under its scenario.
fn see(job: &Job, read: &CaseRead, spec: &SharedSpec) -> Result<Seen, Vec<Problem>> {
    let asked = asked(job, read)?;
    let network = &read.case.network;
    let (beds, doctors) = demand::supply(network, &asked.scenario).map_err(|errors| asked.located(&errors, &job.entry.case))?;
    let shared = |f: &&(usize, &Facility)| spec.tiers.contains(&f.1.tier);
    let all: Vec<(usize, &Facility)> = network.facilities.iter().enumerate().collect();
    let mine: Vec<(usize, &Facility)> = all.iter().filter(shared).filter(|(j, _)| beds[*j] > 0.0 || doctors[*j] > 0.0).copied().collect();
    let wrong = clashes(&asked.scenario, mine.iter().map(|(_, f)| *f));
    if !wrong.is_empty() {
        let problem = |(key, message): (&str, String)| {
            Problem::new(&codes::SETTING_OUT_OF_RANGE, Place::file(&job.entry.case), message)
                .column(key)
                .remedy("leave it out, or leave out [shared]")
        };
        return Err(wrong.into_iter().map(problem).collect());
    }
    let had = |&(j, f): &(usize, &Facility)| {
        let days_per_bed = 365.0 * network.tiers.get(f.tier).design_occupancy;
        (f.code.clone(), Had { tier: f.tier, amount: [beds[j], doctors[j]], days_per_bed, avail: f.avail })
    };
    Ok(Seen {
        had: mine.iter().map(had).collect(),
        tiers: spec.tiers.iter().copied().filter(|t| mine.iter().any(|(_, f)| f.tier == *t)).collect(),
        settlements: network.settlements.len(),
    })
}

/// The scenario of a job over that of its case.
fn asked(job: &Job, read: &CaseRead) -> Result<ScenarioFile, Vec<Problem>> {
    let Some(file) = &job.scenario else { return Ok(read.scenario.clone()) };
    let given = scenario::read_scenario(file, Some(&read.case.network))?;
    given.over(&read.scenario).map_err(|e| {
        vec![Problem::new(&codes::SETTING_OUT_OF_RANGE, Place::file(&file.display().to_string()), format!("no scenario comes of it: {e}"))]
    })
}

/// What of a scenario ties more than C5 and C6 to the capacity of shared hospitals, or is what rounds set themselves.
fn clashes<'f>(scenario: &Scenario, shared: impl Iterator<Item = &'f Facility>) -> Vec<(&'static str, String)> {
    let mut out = Vec::new();
    if scenario.choice.waiting_weight.is_some() {
        out.push((
            "choice.waiting_weight",
            "with [shared] patients cannot look at waiting: it would change with every allotment".to_owned(),
        ));
    }
    let c = &scenario.capacity;
    for f in shared {
        if scenario.switches.group_reserve && scenario.switches.leads_group(f) {
            out.push((
                "switches.group_reserve",
                format!("{} is shared and leads a group: its reserve (C12) would change with every allotment", f.code),
            ));
        }
        if scenario.switches.facility_budget && f.budget.is_some() {
            out.push(("switches.facility_budget", format!("{} is shared and has a budget (C17), which several cases would spend", f.code)));
        }
        let own = [
            ("capacity.usable_beds", &c.usable_beds),
            ("capacity.usable_doctors", &c.usable_doctors),
            ("capacity.bed_price", &c.bed_price),
            ("capacity.doctor_price", &c.doctor_price),
        ];
        out.extend(
            own.into_iter()
                .filter(|(_, m)| m.contains_key(&f.code))
                .map(|(k, _)| (k, format!("{} is shared: the rounds set this themselves", f.code))),
        );
    }
    out
}

/// Reads the cases of jobs, each once.
///
/// # Errors
/// All problems of all cases.
pub(super) fn cases(jobs: &[Job]) -> Result<BTreeMap<String, CaseRead>, Vec<Problem>> {
    use rayon::prelude::*;
    let folders: BTreeMap<&str, &std::path::Path> = jobs.iter().map(|j| (j.entry.case.as_str(), j.case.as_path())).collect();
    let read: Vec<(String, Result<CaseRead, Vec<Problem>>)> =
        folders.into_par_iter().map(|(name, f)| (name.to_owned(), io::read_case(f))).collect();
    let (mut out, mut problems) = (BTreeMap::new(), Vec::new());
    for (name, one) in read {
        match one {
            Ok(case) => {
                out.insert(name, case);
            }
            Err(wrong) => problems.extend(wrong),
        }
    }
    if problems.is_empty() { Ok(out) } else { Err(problems) }
}
