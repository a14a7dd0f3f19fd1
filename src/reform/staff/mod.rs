//! Staff ([`crate::model::reform::staff`] has the formulation ST0 to ST6 and PI0 to PI2).
//!
//! 1. New general practitioners by township: the largest least coverage by contracts, then the most contracts, those of priority groups
//!    at their weight; with doctors posted from the hospitals of the county where the scenario has them ([`contracts`]).
//! 2. Within a township each goes to the centre with the fewest; a centre without any comes first. Who posts whom is the transport of
//!    the shortest ways.
//! 3. Village clinics get what is missing to one doctor; specialties are shared out evenly; training over the years ([`training`]).
//!
//! Townships without any primary facility have nobody to contract with and are left out; the plan names none of them.

pub mod contracts;
pub mod training;

use super::{ReformError, ReformInput, Reformed, Repair, Solved, asked};
use crate::backend::{self, LpStatus};
use crate::ids::FacilityId;
use crate::model::reform::staff::{AreaNumbers, StaffNumbers, TownNumbers};
use crate::model::rowwise::RowWise;
use crate::network::Tier;
use crate::outcome::{Bounds, Observer};
use crate::plan::reform::ReformAnswer;
use crate::plan::reform::staff::{StaffAnswer, StaffPosting, StaffSite, StaffStep, StaffTown};
use crate::policy::Scenario;
use crate::travel::Place;
use contracts::Contracts;

/// Townships and areas as positions in the case.
struct Frame {
    towns: Vec<usize>,
    /// Primary facilities of each township: centres, or clinics and stations where there is no centre.
    sites: Vec<Vec<usize>>,
    areas: Vec<usize>,
    /// Hospitals of rank 3 of each area with the doctors they may post.
    hospitals: Vec<Vec<(usize, f64)>>,
    clinics: Vec<usize>,
    worked_out: bool,
    people: f64,
    numbers: StaffNumbers,
}

/// Answers the question.
///
/// # Errors
/// A limit before the first answer, a failing solver, no township with a primary facility.
pub fn solve(input: &ReformInput<'_>, observer: &dyn Observer) -> Result<Reformed, ReformError> {
    let mut frame = frame(input);
    if frame.towns.is_empty() {
        return Err(ReformError::Lacks("the areas asked for have no township with a primary facility".into()));
    }
    let now: f64 = frame.numbers.towns.iter().map(|t| t.now).sum();
    frame.numbers.new = input.rules.staff.new_gps.unwrap_or_else(|| missing_to_next(input, frame.people, now));
    let repairs = contradictions(input, &frame);
    if !repairs.is_empty() {
        return Ok(Reformed::Infeasible(repairs));
    }
    let found = contracts::solve(&frame.numbers, &input.limits, observer)?;
    let answer = read(input, &frame, &found, observer)?;
    Ok(Reformed::Answer(Box::new(Solved {
        answer: ReformAnswer::Staff(answer),
        objective: found.least,
        unit: "share with a contract in the township that has least",
        maximised: true,
        bounds: Bounds { primal: -found.least, dual: -found.least },
        termination: found.termination,
        backend: "counting".to_owned(),
    })))
}

/// Practitioners, posted doctors and clinic doctors move the doctors of the referral plan.
#[must_use]
pub fn effect(answer: &StaffAnswer, scenario: &mut Scenario) -> bool {
    let extra = &mut scenario.capacity.extra_doctors;
    let mut add = |code: &str, doctors: f64| *extra.entry(code.to_owned()).or_default() += doctors;
    for s in &answer.sites {
        add(&s.facility, f64::from(s.gps) + s.clinic);
    }
    for p in &answer.postings {
        add(&p.from, -p.doctors);
        add(&p.to, answer.effectiveness * p.doctors);
    }
    !answer.sites.is_empty() || !answer.postings.is_empty()
}

fn frame(input: &ReformInput<'_>) -> Frame {
    let network = &input.case.network;
    let rules = &input.rules.staff;
    let here = |j: usize| asked(input, &rules.areas, &network.facilities[j]);
    let mut primary: Vec<Vec<usize>> = vec![Vec::new(); network.towns.len()];
    for (j, f) in network.facilities.iter().enumerate() {
        if let Some(t) = f.town.filter(|_| f.rank() <= 2 && here(j)) {
            primary[t.index()].push(j);
        }
    }
    let towns: Vec<usize> = (0..network.towns.len()).filter(|&t| !primary[t].is_empty()).collect();
    let gps = |t: usize| primary[t].iter().map(|&j| network.facilities[j].gps.0).sum::<f64>();
    let worked_out = towns.iter().all(|&t| gps(t) <= 0.0);
    let mut areas: Vec<usize> = towns.iter().map(|&t| network.towns[t].area.index()).collect();
    areas.sort_unstable();
    areas.dedup();
    let centre_gps = f64::from(rules.centre_gps);
    let numbers: Vec<TownNumbers> = towns
        .iter()
        .map(|&t| {
            let town = &network.towns[t];
            let people = super::people(town.population);
            let centres: Vec<usize> = primary[t].iter().copied().filter(|&j| network.facilities[j].rank() == 2).collect();
            let now = if worked_out { (people / 1e4 * rules.now_per_10k).round().max(1.0) } else { gps(t) };
            let lacking: f64 = if worked_out {
                (centre_gps * super::count(centres.len()) - now).max(0.0).ceil()
            } else {
                centres.iter().map(|&j| (centre_gps - network.facilities[j].gps.0).max(0.0).ceil()).sum()
            };
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a small whole number
            let least = lacking as u32;
            let code = &network.area(town.area).code;
            TownNumbers {
                people,
                priority: rules.priority_shares.get(code).copied().unwrap_or(rules.priority_share),
                now,
                least,
                most: rules.most_new.max(least),
                area: areas.iter().position(|a| *a == town.area.index()).unwrap_or_default(),
            }
        })
        .collect();
    let share = rules.posting.map_or(0.0, |p| p.max_share);
    let hospitals: Vec<Vec<(usize, f64)>> = areas
        .iter()
        .map(|&a| {
            let of =
                |j: &usize| network.facilities[*j].rank() == 3 && network.facilities[*j].area.is_some_and(|x| x.index() == a) && here(*j);
            (0..network.facilities.len()).filter(of).map(|j| (j, share * input.problem.doctors[j])).collect()
        })
        .collect();
    let area_numbers = areas.iter().enumerate().map(|(n, &a)| {
        let now: f64 = numbers.iter().filter(|t| t.area == n).map(|t| t.now).sum();
        let floor = rules.posting.filter(|_| !network.areas[a].urban).map_or(0.0, |p| p.min_per_county);
        AreaNumbers {
            quota: rules.quotas.get(&network.areas[a].code).map_or(f64::INFINITY, |q| f64::from(*q) - now),
            posted: [floor, hospitals[n].iter().map(|h| h.1).sum()],
        }
    });
    let sites = towns.iter().map(|&t| {
        let centres: Vec<usize> = primary[t].iter().copied().filter(|&j| network.facilities[j].rank() == 2).collect();
        if centres.is_empty() { primary[t].clone() } else { centres }
    });
    let clinics = (0..network.facilities.len()).filter(|&j| network.facilities[j].tier == Tier::V && here(j)).collect();
    Frame {
        sites: sites.collect(),
        clinics,
        worked_out,
        people: numbers.iter().map(|t| t.people).sum(),
        numbers: StaffNumbers {
            areas: area_numbers.collect(),
            panel: rules.panel,
            weight: rules.priority_weight,
            effectiveness: rules.posting.map_or(1.0, |p| p.effectiveness),
            new: 0,
            towns: numbers,
        },
        towns,
        areas,
        hospitals,
    }
}

/// Practitioners missing to the first rate that is not reached; the last rate may be reached too, then none.
fn missing_to_next(input: &ReformInput<'_>, people: f64, now: f64) -> u32 {
    let mut rates: Vec<f64> = input.rules.staff.pipeline.milestones.iter().map(|m| m.per_10k).collect();
    rates.sort_by(f64::total_cmp);
    let missing = rates.iter().map(|r| (r * people / 1e4 - now - 1e-9).ceil()).find(|x| *x > 0.0).unwrap_or_default();
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // far below u32::MAX: a rate times people
    let whole = missing as u32;
    whole
}

/// What cannot be met whatever is posted where: counted, and complete, because with these repaired `d = l` fits all rows.
fn contradictions(input: &ReformInput<'_>, frame: &Frame) -> Vec<Repair> {
    let network = &input.case.network;
    let mut out = Vec::new();
    let least: u32 = frame.numbers.towns.iter().map(|t| t.least).sum();
    let now = f64::from(frame.numbers.new);
    if least > frame.numbers.new {
        let amount = f64::from(least) - now;
        out.push(Repair { kind: "staff-gps", place: String::new(), name: String::new(), amount, now, yuan: None });
    }
    for (n, area) in frame.numbers.areas.iter().enumerate() {
        let a = &network.areas[frame.areas[n]];
        let must: f64 = frame.numbers.towns.iter().filter(|t| t.area == n).map(|t| f64::from(t.least)).sum();
        let mut say = |kind, amount: f64, now| {
            out.push(Repair { kind, place: a.code.clone(), name: a.name.clone(), amount, now, yuan: None });
        };
        if must > area.quota + 1e-9 {
            say("staff-quota", must - area.quota, f64::from(input.rules.staff.quotas.get(&a.code).copied().unwrap_or_default()));
        }
        if area.posted[0] > area.posted[1] + 1e-9 {
            say("staff-posting", area.posted[0] - area.posted[1], area.posted[1]);
        }
    }
    out
}

fn read(input: &ReformInput<'_>, frame: &Frame, found: &Contracts, observer: &dyn Observer) -> Result<StaffAnswer, ReformError> {
    let network = &input.case.network;
    let rules = &input.rules.staff;
    let numbers = &frame.numbers;
    let mut towns = Vec::new();
    let mut gps = vec![0_u32; network.facilities.len()];
    for (n, &t) in frame.towns.iter().enumerate() {
        let x = &numbers.towns[n];
        let doctors = x.now + f64::from(found.new[n]) + numbers.effectiveness * found.posted[n];
        let (all, first) = contracts::contracts(x, numbers.panel, doctors);
        for _ in 0..found.new[n] {
            // the centre with the fewest; one of today's count where today's number is known by township only
            let has = |j: usize| f64::from(gps[j]) + if frame.worked_out { 0.0 } else { network.facilities[j].gps.0 };
            if let Some(&j) = frame.sites[n].iter().min_by(|x, y| has(**x).total_cmp(&has(**y))) {
                gps[j] += 1;
            }
        }
        let posted = found.posted[n];
        let code = network.towns[t].code.clone();
        let people = network.towns[t].population.0;
        towns.push(StaffTown { town: code, people, now: x.now, new: found.new[n], posted, contracts: all, priority: first });
    }
    let lacks = |j: usize| (rules.clinic_doctors - input.problem.doctors[j]).max(0.0);
    let clinic = |j: usize| if frame.clinics.binary_search(&j).is_ok() { lacks(j) } else { 0.0 };
    let sites = (0..gps.len()).filter(|&j| gps[j] > 0 || clinic(j) > 1e-9).map(|j| StaffSite {
        facility: network.facilities[j].code.clone(),
        gps: gps[j],
        clinic: clinic(j),
    });
    let now: f64 = numbers.towns.iter().map(|t| t.now).sum();
    let area_people: Vec<f64> =
        (0..frame.areas.len()).map(|n| numbers.towns.iter().filter(|t| t.area == n).map(|t| t.people).sum()).collect();
    let named: Vec<(String, f64)> = frame.areas.iter().zip(&area_people).map(|(&a, p)| (network.areas[a].code.clone(), *p)).collect();
    let mut missing = Vec::new();
    for m in &rules.pipeline.milestones {
        for (n, (code, people)) in named.iter().enumerate() {
            let has: f64 = numbers.towns.iter().zip(&found.new).filter(|(t, _)| t.area == n).map(|(t, d)| t.now + f64::from(*d)).sum();
            missing.push((m.per_10k, code.clone(), (m.per_10k * people / 1e4 - has).max(0.0)));
        }
    }
    Ok(StaffAnswer {
        towns,
        sites: sites.collect(),
        postings: postings(input, frame, &found.posted, observer)?,
        effectiveness: numbers.effectiveness,
        worked_out: frame.worked_out,
        new_gps: numbers.new,
        weighted: found.weighted,
        weighted_bounds: found.bounds,
        steps: steps(frame, found),
        missing,
        pipeline: training::train(input, frame.people, now, observer)?,
        specialties: rules.specialties.iter().flat_map(|s| training::share_out(s, &named)).collect(),
    })
}

/// What fewer and more practitioners would bring, postings as they are.
fn steps(frame: &Frame, found: &Contracts) -> Vec<StaffStep> {
    let least: u32 = frame.numbers.towns.iter().map(|t| t.least).sum();
    let g = frame.numbers.new;
    let mut asked: Vec<u32> =
        [0, g / 4, g / 2, g / 4 * 3, g, g + g / 4, g + g / 2, 2 * g, 3 * g].into_iter().filter(|n| *n >= least).collect();
    asked.dedup();
    asked
        .into_iter()
        .map(|new| {
            let numbers = StaffNumbers { new, ..frame.numbers.clone() };
            let (least, coverage) = contracts::with_postings(&numbers, &found.posted);
            StaffStep { new, least, coverage }
        })
        .collect()
}

/// Which hospital posts whom: within each area the shortest ways that give every township what it gets.
fn postings(input: &ReformInput<'_>, frame: &Frame, posted: &[f64], observer: &dyn Observer) -> Result<Vec<StaffPosting>, ReformError> {
    let network = &input.case.network;
    let place = |j: usize| Place::Facility(FacilityId::new(j));
    let mut out = Vec::new();
    for (n, hospitals) in frame.hospitals.iter().enumerate() {
        let towns: Vec<usize> = (0..posted.len()).filter(|&t| frame.numbers.towns[t].area == n && posted[t] > 1e-7).collect();
        if towns.is_empty() {
            continue;
        }
        let ways: Vec<(Place, Place)> =
            hospitals.iter().flat_map(|h| towns.iter().map(move |&t| (place(h.0), place(frame.sites[t][0])))).collect();
        let minutes = input.case.travel.minutes_of_pairs(network, &ways);
        let longest = minutes.iter().flatten().copied().fold(1.0, f64::max);
        let mut m = RowWise::default();
        let columns: Vec<u32> = minutes
            .iter()
            .map(|way| {
                let c = m.column(0.0, f64::INFINITY);
                m.charge(c, way.unwrap_or(10.0 * longest));
                c
            })
            .collect();
        for (h, hospital) in hospitals.iter().enumerate() {
            // the solver's tolerance on the sum of an area must not make the transport impossible
            m.row(f64::NEG_INFINITY, hospital.1 + 1e-6, (0..towns.len()).map(|t| (columns[h * towns.len() + t], 1.0)));
        }
        for (t, &town) in towns.iter().enumerate() {
            m.row(posted[town], posted[town], (0..hospitals.len()).map(|h| (columns[h * towns.len() + t], 1.0)));
        }
        let found = backend::by_name(backend::names()[0])?.solve(&m.finish(), &input.limits, observer)?;
        if found.status != LpStatus::Optimal || found.values.is_empty() {
            return Err(ReformError::Stopped(crate::outcome::Limit::Time));
        }
        for (h, hospital) in hospitals.iter().enumerate() {
            for (t, &town) in towns.iter().enumerate() {
                let at = h * towns.len() + t;
                if found.values[at] > 1e-6 {
                    out.push(StaffPosting {
                        from: network.facilities[hospital.0].code.clone(),
                        to: network.facilities[frame.sites[town][0]].code.clone(),
                        doctors: found.values[at],
                        minutes: minutes[at],
                    });
                }
            }
        }
    }
    Ok(out)
}
