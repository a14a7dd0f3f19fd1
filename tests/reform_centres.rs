//! Centres: every net against enumeration, limits of hosts, repairs, refused plans, and the national case read as it stands.
#![allow(clippy::unwrap_used, clippy::panic, clippy::float_cmp, clippy::cast_precision_loss)] // tests stop hard

#[path = "common/tiny.rs"]
mod tiny;

use fenji::check::check_reform;
use fenji::demand::Problem;
use fenji::ids::{FacilityId, SettlementId};
use fenji::network::{Case, Tier};
use fenji::outcome::{Limits, Silent};
use fenji::plan::reform::centres::Level;
use fenji::plan::reform::{CentresAnswer, Model, REFORM_KIND, REFORM_VERSION, ReformAnswer, ReformPlan};
use fenji::policy::reform::Centres;
use fenji::policy::reform::centres::Specialty;
use fenji::policy::{Reform, Scenario, pack};
use fenji::reform::{ReformInput, Reformed, Repair, solve};
use fenji::travel::Place;

fn ask(case: &Case, problem: &Problem, centres: Centres) -> Result<ReformPlan, Vec<Repair>> {
    let rules = Reform { centres, ..Reform::default() };
    let pack = pack::load("P2025").unwrap();
    let input = ReformInput { case, problem, pack: &pack, rules: &rules, referral: None, limits: Limits::default(), seed: 1 };
    let solved = match solve(Model::Centres, &input, &Silent).unwrap() {
        Reformed::Answer(solved) => solved,
        Reformed::Infeasible(repairs) => return Err(repairs),
    };
    Ok(ReformPlan {
        version: REFORM_VERSION,
        kind: REFORM_KIND.into(),
        fenji: "test".into(),
        case: case.network.name.clone(),
        policy: "P2025".into(),
        scenario: Scenario { reform: Some(rules), ..Scenario::default() },
        objective: solved.objective,
        unit: solved.unit.into(),
        maximised: solved.maximised,
        bounds: solved.bounds,
        termination: solved.termination,
        answer: solved.answer,
        backend: solved.backend,
        seconds: 0.0,
        provenance: Vec::new(),
    })
}

fn answer(plan: &ReformPlan) -> &CentresAnswer {
    match &plan.answer {
        ReformAnswer::Centres(a) => a,
        _ => panic!("another model"),
    }
}

fn rules() -> Centres {
    Centres {
        specialties: vec![
            Specialty { name: "cancer".into(), national: 1, regional: 2 },
            Specialty { name: "children".into(), national: 1, regional: 3 },
        ],
        people_per_provincial: 1e9,
        national_tiers: vec![Tier::K, Tier::D, Tier::M],
        regional_tiers: vec![Tier::K, Tier::D, Tier::M],
        most_national: 2,
        most_regional: 2,
        most_provincial: 1,
        province_digits: 0,
    }
}

/// Least mean minutes over all choices of `count` of the sites.
fn least(case: &Case, problem: &Problem, sites: &[usize], count: usize) -> f64 {
    let n = &case.network;
    let kinds = problem.classes.len();
    let cases: Vec<f64> = (0..n.settlements.len())
        .map(|i| (0..kinds).filter(|&k| problem.classes[k].lowest_rank == 5).map(|k| problem.demand[i * kinds + k]).sum())
        .collect();
    let minutes = |i: usize, j: usize| {
        case.travel.minutes_between(n, Place::Settlement(SettlementId::new(i)), Place::Facility(FacilityId::new(j))).unwrap()
    };
    (0_u32..1 << sites.len())
        .filter(|open| open.count_ones() as usize == count)
        .map(|open| {
            let near = |i: usize| {
                sites.iter().enumerate().filter(|(b, _)| open >> b & 1 == 1).map(|(_, &j)| minutes(i, j)).fold(f64::INFINITY, f64::min)
            };
            cases.iter().enumerate().map(|(i, c)| c * near(i)).sum::<f64>() / cases.iter().sum::<f64>()
        })
        .fold(f64::INFINITY, f64::min)
}

#[test]
fn nets_are_as_near_as_enumeration_finds() {
    for seed in 0..6 {
        let case = tiny::network(seed, 4);
        let problem = tiny::problem(&case, "");
        let plan = ask(&case, &problem, rules()).unwrap();
        assert_eq!(check_reform(&case, &problem, &plan, None), Vec::new());
        let tiers = [Tier::K, Tier::D, Tier::M];
        let sites: Vec<usize> = (0..case.network.facilities.len()).filter(|&j| tiers.contains(&case.network.facilities[j].tier)).collect();
        for net in &answer(&plan).nets {
            let best = least(&case, &problem, &sites, net.sites.len());
            // two specialties and two centres a site: nobody is full
            assert!(
                (net.minutes - best).abs() < 1e-6 * best.max(1.0),
                "seed {seed} {:?} {}: {} against {best}",
                net.level,
                net.of,
                net.minutes
            );
            // a province's bound is of a branch and bound, the others' is Lagrangian and may leave a little open
            let tight = if net.level == Level::Provincial { 1.0 - 1e-4 } else { 0.93 };
            assert!(
                net.least <= best + 1e-6 * best.max(1.0) && net.least >= tight * best,
                "seed {seed} {:?}: {} of {best}",
                net.level,
                net.least
            );
        }
        // one centre a site: the second specialty goes elsewhere, and the bound is still below every choice
        let apart = ask(&case, &problem, Centres { most_regional: 1, most_national: 1, ..rules() }).unwrap();
        assert_eq!(check_reform(&case, &problem, &apart, None), Vec::new());
        assert!(apart.objective >= plan.objective - 1e-9 && apart.bounds.dual <= apart.objective + 1e-6);
        let hosts: Vec<&String> = answer(&apart).nets.iter().filter(|n| n.level == Level::Regional).flat_map(|n| &n.sites).collect();
        assert!(hosts.iter().enumerate().all(|(k, s)| !hosts[..k].contains(s)));
    }
}

#[test]
fn too_few_sites_are_told_and_altered_plans_are_refused() {
    let case = tiny::network(2, 3);
    let problem = tiny::problem(&case, "");
    let many = Centres { people_per_provincial: 1_000.0, ..rules() };
    let repairs = ask(&case, &problem, many).unwrap_err();
    assert!(repairs.iter().any(|r| r.kind == "centres-province" && r.amount >= 1.0));
    let none = ask(&case, &problem, Centres { national_tiers: Vec::new(), ..rules() }).unwrap_err();
    assert!(none.iter().any(|r| r.kind == "centres-national"));
    let plan = ask(&case, &problem, rules()).unwrap();
    type Change = fn(&mut ReformPlan, &mut CentresAnswer);
    let changes: [(&str, Change); 9] = [
        ("bounds", |p, a| {
            a.shares[0].least += 5.0;
            p.bounds.dual += 5.0;
        }),
        ("bounds", |_, a| a.nets[1].prices.iter_mut().for_each(|v| *v += 500.0)),
        ("value", |_, a| a.nets[0].minutes += 1.0),
        ("value", |_, a| a.nets[1].within[0] = 0.123),
        ("limit", |_, a| {
            a.nets[1].sites.pop();
        }),
        ("bounds", |_, a| a.nets[1].least = a.nets[1].minutes + 1.0),
        ("names", |_, a| {
            a.links.pop();
        }),
        ("value", |_, a| a.links[0].minutes += 1.0),
        ("objective", |p, _| {
            p.objective += 1.0;
            p.bounds.primal += 1.0;
        }),
    ];
    for (n, (code, change)) in changes.into_iter().enumerate() {
        let (mut other, mut a) = (plan.clone(), answer(&plan).clone());
        change(&mut other, &mut a);
        other.answer = ReformAnswer::Centres(a);
        let found = check_reform(&case, &problem, &other, None);
        assert!(found.iter().any(|v| v.code == code), "change {n} is not refused as {code}: {found:?}");
    }
}

#[test]
fn published_totals_and_the_example() {
    let default = Centres::default();
    assert_eq!(default.specialties.iter().map(|s| s.national).sum::<u32>(), 13);
    assert_eq!(default.specialties.iter().map(|s| s.regional).sum::<u32>(), 125);
    let scenario: Scenario = toml::from_str(&std::fs::read_to_string("examples/reform/centres.toml").unwrap()).unwrap();
    assert_eq!(scenario.reform.unwrap().centres.specialties.len(), 2);
}

#[test]
fn the_national_case_is_valid_and_has_the_people_of_record() {
    let read = fenji::io::read_case(std::path::Path::new("data/nation")).unwrap();
    assert_eq!(read.case.network.population().0, 1_409_778_724);
    assert_eq!(read.case.network.areas.len(), 2_978);
}

/// Specialties of a province's centres: every dealing of as many sites is no nearer, what fees prove is below it, and the check sees what was altered.
#[test]
fn specialties_of_a_province_are_dealt_as_well_as_can_be() {
    let mut contested = 0;
    for seed in 0..6 {
        let case = tiny::network(seed, 4);
        let problem = tiny::problem(&case, "");
        let people = case.network.population().0 as f64;
        let asked = Centres { people_per_provincial: people / 3.0, most_provincial: 1, ..rules() };
        let plan = ask(&case, &problem, asked).unwrap();
        assert_eq!(check_reform(&case, &problem, &plan, None), Vec::new());
        let found = answer(&plan);
        let (net, dealt) = (&found.nets[0], &found.dealt[0]);
        assert_eq!((net.sites.len(), dealt.most, dealt.led.len()), (3, 1, 2));
        assert_eq!(dealt.led.iter().map(|l| l.sites.len()).collect::<Vec<_>>(), [2, 1]);
        let at = |code: &String| case.network.facilities.iter().position(|f| f.code == *code).unwrap();
        let sites: Vec<usize> = net.sites.iter().map(at).collect();
        // all ways to give one specialty two of the three sites and the other the third
        let best = (0..3)
            .map(|left| {
                let two: Vec<usize> = (0..3).filter(|s| *s != left).map(|s| sites[s]).collect();
                least(&case, &problem, &two, 2) + least(&case, &problem, &[sites[left]], 1)
            })
            .fold(f64::INFINITY, f64::min);
        assert!((dealt.minutes - best).abs() < 1e-6 * best, "seed {seed}: {} against {best}", dealt.minutes);
        assert!(dealt.least <= best + 1e-6 * best && dealt.least >= 0.8 * best, "seed {seed}: {} of {best}", dealt.least);
        contested += usize::from(!dealt.fees.is_empty());
        // links of the specialties they lead, no others
        let links = found.links.iter().filter(|l| l.level == Level::Provincial).count();
        assert_eq!(links, 3);
        type Change = fn(&mut fenji::plan::reform::centres::Dealt);
        let changes: [(&str, Change); 8] = [
            ("value", |d| d.led[0].minutes += 1.0),
            ("value", |d| d.led[1].within[0] = 0.123),
            ("value", |d| d.minutes += 1.0),
            ("bounds", |d| d.least = d.minutes + 1.0),
            ("bounds", |d| d.fees.values_mut().for_each(|f| *f += 500.0)),
            ("limit", |d| d.led[0].sites.truncate(1)),
            ("limit", |d| d.most = 2),
            ("names", |d| d.led.swap(0, 1)),
        ];
        for (n, (code, change)) in changes.into_iter().enumerate() {
            if n == 4 && dealt.fees.is_empty() {
                continue;
            }
            let (mut other, mut a) = (plan.clone(), found.clone());
            change(&mut a.dealt[0]);
            other.answer = ReformAnswer::Centres(a);
            let violations = check_reform(&case, &problem, &other, None);
            assert!(violations.iter().any(|v| v.code == code), "change {n} is not refused as {code}: {violations:?}");
        }
    }
    assert!(contested > 0, "no site was contested");
}

/// Which set a specialty has is open in value, not in its ways upward: two that change places are refused where that makes ways longer.
#[test]
fn specialties_look_up_over_the_shortest_ways() {
    let mut refused = 0;
    for seed in 0..6 {
        let case = tiny::network(seed, 4);
        let problem = tiny::problem(&case, "");
        let asked = Centres { people_per_provincial: case.network.population().0 as f64 / 2.0, most_provincial: 1, ..rules() };
        let plan = ask(&case, &problem, asked).unwrap();
        assert_eq!(check_reform(&case, &problem, &plan, None), Vec::new());
        let (mut other, mut a) = (plan.clone(), answer(&plan).clone());
        let led = &mut a.dealt[0].led;
        let [x, y] = &mut led[..] else { panic!("two specialties") };
        std::mem::swap(&mut x.sites, &mut y.sites);
        std::mem::swap(&mut x.minutes, &mut y.minutes);
        std::mem::swap(&mut x.within, &mut y.within);
        other.answer = ReformAnswer::Centres(a);
        let found = check_reform(&case, &problem, &other, None);
        refused += usize::from(found.iter().any(|v| v.code == "limit" && v.message.contains("change places")));
    }
    assert!(refused > 0, "no swap was seen");
}

/// What sites lead is shared out evenly; a province with few centres has each lead more.
#[test]
fn every_specialty_has_its_centres() {
    let of = |sites| Centres::default().dealt(sites);
    assert_eq!(of(1), (10, vec![1; 10]));
    assert_eq!(of(2), (5, vec![1; 10]));
    assert_eq!(of(3), (5, [vec![2; 5], vec![1; 5]].concat()));
    assert_eq!(of(10), (5, vec![5; 10]));
    let all = Centres { most_provincial: 50, ..Centres::default() };
    assert_eq!(all.dealt(4), (10, vec![4; 10]));
    for sites in 1..40 {
        let (most, counts) = of(sites);
        assert!(counts.iter().all(|c| (1..=sites).contains(c)) && counts.iter().sum::<usize>() <= sites * most);
    }
}

/// With few hosts allowed the nets push each other away: what prices and fees prove for all together is below every joint choice.
#[test]
fn what_is_proven_for_all_nets_together_holds_for_every_joint_choice() {
    let mut priced = 0;
    for seed in 0..6 {
        let case = tiny::network(seed, 4);
        let problem = tiny::problem(&case, "");
        let asked = Centres { most_regional: 1, most_national: 1, ..rules() };
        let plan = ask(&case, &problem, asked).unwrap();
        assert_eq!(check_reform(&case, &problem, &plan, None), Vec::new());
        let found = answer(&plan);
        let tiers = [Tier::K, Tier::D, Tier::M];
        let sites: Vec<usize> = (0..case.network.facilities.len()).filter(|&j| tiers.contains(&case.network.facilities[j].tier)).collect();
        for (level, share) in [Level::Regional, Level::National].into_iter().zip(&found.shares) {
            let nets: Vec<_> = found.nets.iter().filter(|n| n.level == level).collect();
            let best = jointly(&case, &problem, &sites, &nets.iter().map(|n| n.sites.len()).collect::<Vec<_>>(), &[]);
            let value: f64 = nets.iter().map(|n| n.minutes).sum();
            assert!(share.least <= best + 1e-6 * best.max(1.0), "seed {seed} {level:?}: {} is above {best}", share.least);
            assert!(value >= best - 1e-6 * best.max(1.0) && value <= 1.1 * best, "seed {seed} {level:?}: {value} against {best}");
            // with fees more is proven than by each net alone
            let alone: f64 = nets.iter().map(|n| n.least).sum();
            priced += usize::from(!share.fees.is_empty() && share.least > alone);
        }
    }
    assert!(priced > 0, "no site was contested");
}

/// Least sum of means when no site hosts two nets.
fn jointly(case: &Case, problem: &Problem, sites: &[usize], counts: &[usize], taken: &[usize]) -> f64 {
    let Some((&count, rest)) = counts.split_first() else { return 0.0 };
    let left: Vec<usize> = sites.iter().copied().filter(|s| !taken.contains(s)).collect();
    (0_u32..1 << left.len())
        .filter(|open| open.count_ones() as usize == count)
        .map(|open| {
            let own: Vec<usize> = left.iter().enumerate().filter(|(b, _)| open >> b & 1 == 1).map(|(_, &j)| j).collect();
            least(case, problem, &own, count) + jointly(case, problem, sites, rest, &[taken, &own[..]].concat())
        })
        .fold(f64::INFINITY, f64::min)
}
