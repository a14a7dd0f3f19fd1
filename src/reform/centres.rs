//! Siting of national, national regional and provincial regional centres.
//!
//! Every net is a p-median over the candidate sites: the mean minutes of complex cases (classes whose lowest rank is 5) to the nearest
//! centre are as small as can be: provinces by [`crate::location::median`], the nation by Lagrangian bound and interchange, whose prices are
//! written and prove the bound.
//!
//! * provincial regional centres: in every province one for 12.5 million people, at least one, for the cases of that province; then every
//!   specialty is dealt to some of them, as a centre leads only so many (see `dealt`; the sites come first, the dealing has a bound of its own);
//! * national regional and national centres: for every specialty the number asked for, for all cases.
//!
//! A site hosts only so many centres of a level. Where the wishes of the specialties meet this limit, prices of the sites prove a bound for all of
//! them together (see `shared`); each net has the bound of its own question without the limit beside. Radiation links lead from every provincial centre to the nearest regional one of each specialty it leads, and from there to the nearest national one.
//!
//! The value is the sum of the means over the nets of specialties and the mean over provinces (each weighted by its cases).

mod dealt;
mod median;
mod shared;

use super::{ReformError, ReformInput, Reformed, Repair, Solved};
use crate::ids::{FacilityId, SettlementId};
use crate::instance::{Distance, Instance, Problem, Service};
use crate::location::{self, Method, Settings};
use crate::network::Tier;
use crate::outcome::{Bounds, Limit, Observer, Termination};
use crate::plan::reform::ReformAnswer;
use crate::plan::reform::centres::{CentresAnswer, Dealt, Level, Net, Radiation, Share};
use crate::policy::reform::centres::Specialty;
use crate::travel::Place;
use median::{Proof, Table};
use rayon::prelude::*;
use shared::Nets;
use std::collections::{BTreeMap, BTreeSet};

/// Lowest rank of the classes that count as complex.
const COMPLEX: u8 = 5;
/// Minutes in a table up to which a net of the nation is chosen by the p-median engine, which then finds the best.
const SMALL: usize = 100_000;

/// Cases, sites and the minutes between them.
struct Frame {
    /// Complex cases a year, by settlement.
    cases: Vec<f64>,
    /// Facilities that may host a centre.
    sites: Vec<usize>,
    /// By settlement and site; `inf` where there is no way.
    minutes: Vec<Vec<f64>>,
}

/// A net asked for: clients, candidate sites (positions in the frame), how many.
struct Question<'a> {
    of: &'a str,
    clients: &'a [usize],
    sites: Vec<usize>,
    count: usize,
}

/// Answers the question.
///
/// # Errors
/// A limit before the first answer, a failing solver, no complex cases.
pub fn solve(input: &ReformInput<'_>, observer: &dyn Observer) -> Result<Reformed, ReformError> {
    let frame = frame(input);
    if frame.cases.iter().sum::<f64>() <= 0.0 {
        return Err(ReformError::Lacks(
            "no class of the case has 5 as its lowest rank, or nobody falls ill with it: there is nothing to site centres for".into(),
        ));
    }
    let provinces = provinces(input);
    let repairs = lacking(input, &frame, &provinces);
    if !repairs.is_empty() {
        return Ok(Reformed::Infeasible(repairs));
    }
    let mut nets = Vec::new();
    let mut proven = true;
    for (province, (settlements, sites, count)) in &provinces {
        let here = frame.sites.iter().enumerate().filter(|(_, j)| sites.contains(*j)).map(|(s, _)| s).collect();
        let question = Question { of: province, clients: settlements, sites: here, count: *count };
        nets.push(net(input, &frame, &question, &mut proven, observer)?);
    }
    let mut shares = Vec::new();
    for level in [Level::Regional, Level::National] {
        if observer.stop_requested() {
            return Err(ReformError::Stopped(Limit::Interrupted));
        }
        let (found, share) = specialties(input, &frame, level, observer)?;
        nets.extend(found);
        shares.push(share);
    }
    let dealt = dealt::deal(input, &frame, &provinces, &nets, observer)?;
    Ok(Reformed::Answer(Box::new(written(input, &frame, (nets, shares, dealt), proven))))
}

/// The nets of all specialties at a level.
fn specialties(input: &ReformInput<'_>, frame: &Frame, level: Level, observer: &dyn Observer) -> Result<(Vec<Net>, Share), ReformError> {
    let rules = &input.rules.centres;
    let (tiers, most) =
        if level == Level::Regional { (&rules.regional_tiers, rules.most_regional) } else { (&rules.national_tiers, rules.most_national) };
    let of_tier: Vec<usize> = (0..frame.sites.len()).filter(|&s| tiers.contains(&tier(input, frame, s))).collect();
    let clients: Vec<usize> = (0..frame.cases.len()).filter(|&i| frame.cases[i] > 0.0).collect();
    let weights: Vec<f64> = clients.iter().map(|&i| frame.cases[i]).collect();
    let minutes: Vec<Vec<f64>> = clients.iter().map(|&i| of_tier.iter().map(|&s| frame.minutes[i][s]).collect()).collect();
    let counts: Vec<usize> = rules.specialties.iter().map(|s| count(s, level)).collect();
    let asked = Nets { table: Table { weights: &weights, minutes: &minutes }, counts, most };
    let distinct: BTreeSet<usize> = asked.counts.iter().copied().collect();
    // without the limit on hosts: what is proven there holds with it
    let mut wishes: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for &count in &distinct {
        let open = if clients.len() * of_tier.len() <= SMALL {
            let question = Question { of: "", clients: &clients, sites: of_tier.clone(), count };
            let found = median(input, frame, &question, observer)?;
            found.open.iter().map(|&s| s as usize).collect()
        } else {
            asked.table.choose(&vec![true; of_tier.len()], &asked.table.free(), count)
        };
        wishes.insert(count, open);
    }
    let proofs: BTreeMap<usize, Proof> = wishes.par_iter().map(|(&count, open)| (count, asked.table.prove(count, open))).collect();
    let mut open = asked.choose(&wishes, &asked.table.free());
    let all: f64 = weights.iter().sum::<f64>().max(1e-12);
    let apart: f64 = asked.counts.iter().map(|c| proofs[c].least.max(0.0)).sum();
    let mut share = Share { level, least: apart / all, fees: BTreeMap::new(), prices: BTreeMap::new() };
    let full = |open: &[Vec<usize>]| open.iter().zip(&asked.counts).any(|(o, c)| *o != wishes[c]);
    if full(&open) {
        let alone = proofs.iter().map(|(c, p)| (*c, p.prices.clone())).collect();
        let proof = asked.prove(&alone, asked.value(&open));
        let other = asked.choose(&BTreeMap::new(), &proof.fees);
        if asked.value(&other) < asked.value(&open) {
            open = other;
        }
        if proof.least > apart {
            let fees = of_tier.iter().zip(&proof.fees).filter(|f| *f.1 > 0.0).map(|(&s, f)| (code(input, frame, s), *f)).collect();
            #[allow(clippy::cast_possible_truncation)] // a number of centres
            let prices = proof.prices.into_iter().map(|(c, v)| (c as u32, v)).collect();
            share = Share { level, least: proof.least / all, fees, prices };
        }
    }
    let nets = rules.specialties.iter().zip(&asked.counts).zip(&open).map(|((specialty, count), own)| {
        let sites: Vec<usize> = own.iter().map(|&k| of_tier[k]).collect();
        let mut net = reach(input, frame, level, &specialty.name, &clients, &sites);
        net.least = (proofs[count].least / net.cases.max(1e-12)).clamp(0.0, net.minutes);
        net.prices.clone_from(&proofs[count].prices);
        net
    });
    Ok((nets.collect(), share))
}

fn tier(input: &ReformInput<'_>, frame: &Frame, site: usize) -> Tier {
    input.case.network.facilities[frame.sites[site]].tier
}

fn code(input: &ReformInput<'_>, frame: &Frame, site: usize) -> String {
    input.case.network.facilities[frame.sites[site]].code.clone()
}

fn frame(input: &ReformInput<'_>) -> Frame {
    let network = &input.case.network;
    let rules = &input.rules.centres;
    let classes = input.problem.classes.len();
    let cases = (0..network.settlements.len())
        .map(|i| {
            (0..classes).filter(|&k| input.problem.classes[k].lowest_rank == COMPLEX).map(|k| input.problem.demand[i * classes + k]).sum()
        })
        .collect();
    let sites: Vec<usize> = (0..network.facilities.len())
        .filter(|&j| {
            let f = &network.facilities[j];
            f.siting.exist && (rules.national_tiers.contains(&f.tier) || rules.regional_tiers.contains(&f.tier))
        })
        .collect();
    let from: Vec<Place> = (0..network.settlements.len()).map(|i| Place::Settlement(SettlementId::new(i))).collect();
    let to: Vec<Place> = sites.iter().map(|&j| Place::Facility(FacilityId::new(j))).collect();
    let times = input.case.travel.within(network, &from, &to, f64::INFINITY);
    let minutes = (0..from.len())
        .map(|i| {
            let mut row = vec![f64::INFINITY; to.len()];
            times.row(i).for_each(|(s, t)| row[s] = t);
            row
        })
        .collect();
    Frame { cases, sites, minutes }
}

/// Settlements, candidate sites (facilities) and number of centres of every province.
type Provinces = BTreeMap<String, (Vec<usize>, BTreeSet<usize>, usize)>;

fn provinces(input: &ReformInput<'_>) -> Provinces {
    let network = &input.case.network;
    let rules = &input.rules.centres;
    let province = |code: &str| code.chars().take(rules.province_digits as usize).collect::<String>();
    let mut out: Provinces = BTreeMap::new();
    let mut people: BTreeMap<String, f64> = BTreeMap::new();
    for (i, s) in network.settlements.iter().enumerate() {
        let key = province(&network.area(s.area).code);
        #[allow(clippy::cast_precision_loss)] // people are far below 2^53
        let heads = s.population.0 as f64;
        *people.entry(key.clone()).or_default() += heads;
        out.entry(key).or_default().0.push(i);
    }
    for (j, f) in network.facilities.iter().enumerate().filter(|(_, f)| f.siting.exist && rules.regional_tiers.contains(&f.tier)) {
        // a hospital above the county level has no area: its code tells the province
        let key = f.area.map_or_else(|| province(&f.code), |a| province(&network.area(a).code));
        if let Some(entry) = out.get_mut(&key) {
            entry.1.insert(j);
        }
    }
    for (key, entry) in &mut out {
        entry.2 = rules.provincial(people.get(key).copied().unwrap_or_default()) as usize;
    }
    out
}

/// Provinces and levels with too few sites.
fn lacking(input: &ReformInput<'_>, frame: &Frame, provinces: &Provinces) -> Vec<Repair> {
    let rules = &input.rules.centres;
    #[allow(clippy::cast_precision_loss)] // counts of sites
    let float = |n: usize| n as f64;
    let mut out = Vec::new();
    for (province, (_, sites, count)) in provinces {
        if sites.len() < *count {
            let (amount, now) = (float(count - sites.len()), float(sites.len()));
            out.push(Repair { kind: "centres-province", place: province.clone(), name: province.clone(), amount, now, yuan: None });
        }
    }
    for (kind, tiers, most, wanted) in [
        ("centres-regional", &rules.regional_tiers, rules.most_regional, rules.specialties.iter().map(|s| s.regional).collect::<Vec<_>>()),
        ("centres-national", &rules.national_tiers, rules.most_national, rules.specialties.iter().map(|s| s.national).collect()),
    ] {
        let sites = (0..frame.sites.len()).filter(|&s| tiers.contains(&tier(input, frame, s))).count();
        let needed = wanted.iter().copied().max().unwrap_or(0) as usize;
        let needed = needed.max((wanted.iter().sum::<u32>()).div_ceil(most.max(1)) as usize);
        if sites < needed {
            let (amount, now) = (float(needed - sites), float(sites));
            out.push(Repair { kind, place: String::new(), name: String::new(), amount, now, yuan: None });
        }
    }
    out
}

/// Centres of a specialty at a level.
fn count(specialty: &Specialty, level: Level) -> usize {
    (if level == Level::Regional { specialty.regional } else { specialty.national }) as usize
}

/// A net by the p-median engine.
fn median(
    input: &ReformInput<'_>,
    frame: &Frame,
    question: &Question<'_>,
    observer: &dyn Observer,
) -> Result<location::Answer, ReformError> {
    let clients: Vec<usize> = question.clients.iter().copied().filter(|&i| frame.cases[i] > 0.0).collect();
    let values: Vec<f64> = clients.iter().flat_map(|&i| question.sites.iter().map(move |&s| frame.minutes[i][s])).collect();
    let instance = Instance {
        name: question.of.to_owned(),
        demand: clients.iter().map(|&i| frame.cases[i]).collect(),
        service: Service { distance: Distance::Table { sites: question.sites.len(), values }, per_unit: true },
        ..Instance::default()
    };
    let settings = Settings { limits: input.limits, seed: input.seed };
    let found = location::solve(&instance, Problem::PMedian { p: question.count }, Method::Own, &settings, observer)
        .map_err(ReformError::Backend)?;
    if !found.open.is_empty() {
        return Ok(found);
    }
    Err(if found.repair.is_empty() {
        ReformError::Stopped(Limit::Time)
    } else {
        ReformError::Lacks(format!("{}: {}", question.of, found.repair.join("; ")))
    })
}

/// One province.
fn net(
    input: &ReformInput<'_>,
    frame: &Frame,
    question: &Question<'_>,
    proven: &mut bool,
    observer: &dyn Observer,
) -> Result<Net, ReformError> {
    let found = median(input, frame, question, observer)?;
    *proven &= found.termination == Termination::Optimal;
    let clients: Vec<usize> = question.clients.iter().copied().filter(|&i| frame.cases[i] > 0.0).collect();
    let mut sites: Vec<usize> = found.open.iter().map(|&s| question.sites[s as usize]).collect();
    sites.sort_unstable();
    let mut net = reach(input, frame, Level::Provincial, question.of, &clients, &sites);
    net.least = (found.bounds.dual / net.cases.max(1e-12)).clamp(0.0, net.minutes);
    Ok(net)
}

/// What sites reach of the cases of some settlements; nothing is proven of it yet.
fn reach(input: &ReformInput<'_>, frame: &Frame, level: Level, of: &str, clients: &[usize], sites: &[usize]) -> Net {
    let cases: f64 = clients.iter().map(|&i| frame.cases[i]).sum();
    let nearest = |i: usize| sites.iter().map(|&s| frame.minutes[i][s]).fold(f64::INFINITY, f64::min);
    let mean = |of: &dyn Fn(f64) -> f64| clients.iter().map(|&i| frame.cases[i] * of(nearest(i))).sum::<f64>() / cases.max(1e-12);
    Net {
        level,
        of: of.to_owned(),
        sites: sites.iter().map(|&s| code(input, frame, s)).collect(),
        cases,
        minutes: mean(&|t| if t.is_finite() { t } else { 0.0 }),
        least: 0.0,
        prices: Vec::new(),
        within: [120.0, 240.0].map(|limit| mean(&|t| f64::from(u8::from(t <= limit)))),
    }
}

fn written(input: &ReformInput<'_>, frame: &Frame, (nets, shares, dealt): (Vec<Net>, Vec<Share>, Vec<Dealt>), proven: bool) -> Solved {
    let network = &input.case.network;
    let all: f64 = frame.cases.iter().sum();
    let weight = |n: &Net| if n.level == Level::Provincial { n.cases / all } else { 1.0 };
    let sum = |of: &dyn Fn(&Net) -> f64| nets.iter().map(|n| weight(n) * of(n)).sum::<f64>();
    let provinces = sum(&|n| if n.level == Level::Provincial { n.least } else { 0.0 });
    let bounds = Bounds { primal: sum(&|n| n.minutes), dual: provinces + shares.iter().map(|s| s.least).sum::<f64>() };
    let at = |code: &str| network.facilities.iter().position(|f| f.code == code).map(|j| Place::Facility(FacilityId::new(j)));
    let mut links = Vec::new();
    let of_level = |level: Level| nets.iter().filter(move |n| n.level == level);
    for regional in of_level(Level::Regional) {
        let Some(national) = of_level(Level::National).find(|n| n.of == regional.of) else { continue };
        let mut link = |level: Level, from: &String, to: &[String]| {
            let Some(start) = at(from) else { return };
            let ends: Vec<Place> = to.iter().filter_map(|t| at(t)).collect();
            let minutes = input.case.travel.minutes_to_many(network, start, &ends);
            let best = (0..ends.len()).filter_map(|k| Some((minutes[k]?, k))).min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            if let Some((minutes, k)) = best {
                links.push(Radiation { specialty: regional.of.clone(), level, from: from.clone(), to: to[k].clone(), minutes });
            }
        };
        let led = dealt.iter().flat_map(|d| &d.led).filter(|l| l.specialty == regional.of);
        led.flat_map(|l| &l.sites).for_each(|p| link(Level::Provincial, p, &regional.sites));
        regional.sites.iter().for_each(|r| link(Level::Regional, r, &national.sites));
    }
    let share = |k: usize| of_level(Level::Provincial).map(|n| n.cases * n.within[k]).sum::<f64>() / all;
    let provincial_within = [share(0), share(1)];
    let classes = input.problem.classes.iter().filter(|k| k.lowest_rank == COMPLEX).map(|k| k.code.clone()).collect();
    let exact = proven && bounds.gap() <= input.limits.gap;
    Solved {
        answer: ReformAnswer::Centres(CentresAnswer { links, provincial_within, classes, nets, shares, dealt }),
        objective: bounds.primal,
        unit: "minutes over all nets",
        maximised: false,
        bounds,
        termination: if exact { Termination::Optimal } else { Termination::Feasible(Limit::Iterations) },
        backend: "own".to_owned(),
    }
}
