//! Plans that someone altered, and plans that are merely feasible: every block of a written plan is held against the tables, and a plan that
//! calls itself best without being so is refused where the bound is worked out again. Honest plans pass, on a drawn network, on the oracle's
//! prefecture and on the case of the repository.
#![allow(clippy::unwrap_used, clippy::panic)] // a test may fail loudly

#[path = "common/demo.rs"]
mod demo;
#[path = "common/reform_run.rs"]
mod reform_run;
#[path = "common/tiny.rs"]
mod tiny;

use fenji::check::reform::recomputes_bound;
use fenji::demand::Problem;
use fenji::network::{Case, Facility};
use fenji::outcome::{Limits, Silent};
use fenji::plan::ReferralPlan;
use fenji::plan::reform::{Model, ReformAnswer, ReformPlan};
use fenji::policy::{Scenario, pack};
use fenji::referral::{PlanInfo, ReferralSolution, to_plan};
use reform_run::{checked, plan};

type Change = (&'static str, fn(&mut ReformPlan));

/// An alteration of an answer, with its words for the message.
macro_rules! on {
    ($model:ident, $a:ident => $change:expr) => {
        (stringify!($change), |p: &mut ReformPlan| {
            let ReformAnswer::$model($a) = &mut p.answer else { panic!("another model") };
            $change;
        })
    };
}

/// The plan passes, and every alteration of it is refused.
fn refused(case: &Case, honest: &ReformPlan, referral: Option<&ReferralPlan>, changes: &[Change]) {
    assert_eq!(checked(case, honest, referral), Vec::new());
    for (words, change) in changes {
        let mut altered = honest.clone();
        change(&mut altered);
        assert!(altered != *honest, "it changes nothing: {words}");
        assert!(!checked(case, &altered, referral).is_empty(), "accepted: {words}");
    }
}

fn written(case: &Case, problem: &Problem, scenario: &Scenario, found: &ReferralSolution) -> ReferralPlan {
    let info = PlanInfo { scenario: scenario.clone(), gap: 1e-6, seconds: 0.0 };
    to_plan(problem, &case.travel, &pack::load("P2025").unwrap(), found, info).0
}

/// A plan made under a narrower question, said to be the best of the wider one.
fn passed_off(case: &Case, model: Model, asked: &str, narrower: &str) -> (ReformPlan, Vec<String>) {
    let honest = plan(case, model, asked, None);
    assert!(recomputes_bound(&honest), "{model:?}: {:?}", honest.bounds);
    let mut worse = plan(case, model, narrower, None);
    let value = |p: &ReformPlan| if p.maximised { -p.objective } else { p.objective };
    assert!(value(&worse) > value(&honest) + 1e-6 * value(&honest).abs().max(1.0), "the narrower question costs nothing");
    worse.scenario = honest.scenario.clone();
    worse.bounds.dual = worse.bounds.primal;
    let codes = checked(case, &worse, None).into_iter().map(|v| v.code).collect();
    (worse, codes)
}

#[test]
fn headers_and_units() {
    let case = tiny::network(3, 2);
    let honest = plan(&case, Model::Phases, "[reform.phases]\nper_1000 = 0.1\n", None);
    assert!(honest.objective.abs() < 1e-9, "nothing is wanted, so that signs tell nothing");
    refused(
        &case,
        &honest,
        None,
        &[
            ("maximised", |p| p.maximised = true),
            ("unit", |p| p.unit = "points".into()),
            ("case", |p| p.case = "another".into()),
            ("version", |p| p.version += 1),
        ],
    );
}

#[test]
fn pairing() {
    let case = tiny::network(3, 2);
    let honest = plan(&case, Model::Pairing, "[reform.pairing]\ncapacity = { M = 9, P = 1 }\n", None);
    refused(
        &case,
        &honest,
        None,
        &[
            on!(Pairing, a => a.tertiary[0].level *= 0.5),
            on!(Pairing, a => a.tertiary[0].pairs += 1),
            on!(Pairing, a => a.tertiary[0].given = true),
            on!(Pairing, a => a.tertiary[0].price = 99_999.0),
            on!(Pairing, a => a.tertiary.clear()),
            on!(Pairing, a => a.tertiary.push(a.tertiary[0].clone())),
            on!(Pairing, a => a.county[0].price += 500.0),
            on!(Pairing, a => a.county[1].level += 0.1),
            on!(Pairing, a => a.county.swap(0, 1)),
            on!(Pairing, a => a.classes = vec!["ZZ".into()]),
            on!(Pairing, a => a.cases[0].1 = 9.9e6),
            on!(Pairing, a => drop(a.cases.pop())),
            on!(Pairing, a => a.seats = 18_000.0),
        ],
    );
}

const TELEMEDICINE: &str =
    "[reform.telemedicine]\nprimary_share = 0.6\nhub_links = { K = 3, M = 4, P = 9 }\nhub_cost = { K = 1e6, M = 2e6, P = 3e6 }\n";

#[test]
fn telemedicine() {
    let case = tiny::network(4, 4);
    let honest = plan(&case, Model::Telemedicine, TELEMEDICINE, None);
    refused(
        &case,
        &honest,
        None,
        &[
            on!(Telemedicine, a => a.steps[0].1 *= 0.9),
            on!(Telemedicine, a => a.steps[1].0 += 0.01),
            on!(Telemedicine, a => drop(a.steps.pop())),
            on!(Telemedicine, a => a.steps.push((2.0, 1.0))),
            on!(Telemedicine, a => a.why.clear()),
            on!(Telemedicine, a => a.why[0].open = !a.why[0].open),
            on!(Telemedicine, a => a.why[0].otherwise = Some(a.why[0].otherwise.unwrap_or_default() + 1e5)),
            on!(Telemedicine, a => a.why.last_mut().unwrap().otherwise = Some(1.0)),
        ],
    );
    let dearer = TELEMEDICINE.replace("P = 9", "P = 5");
    let (_, codes) = passed_off(&case, Model::Telemedicine, TELEMEDICINE, &dearer);
    assert!(codes.iter().any(|c| c == "bounds"), "{codes:?}");
}

/// The least cost without a solver is that of the formulation, on many small questions.
#[test]
fn the_least_cost_of_telemedicine_is_exact() {
    let mut seen = 0;
    for seed in 0..30 {
        let mut r = tiny::Lcg(seed * 13 + 1);
        let case = tiny::network(seed, 3);
        let number = |x: f64| x.floor() as u32;
        let text = format!(
            "[reform.telemedicine]\ncounty_share = {:.2}\nprimary_share = {:.2}\nhub_links = {{ K = {}, D = {}, M = {}, P = {} }}\n\
             hub_cost = {{ K = {}.0, D = {}.0, M = {}.0, P = {}.0 }}\ncounty_link = {}.0\nupper_link = {}.0\n",
            r.between(0.3, 1.0),
            r.between(0.3, 1.0),
            number(r.between(1.0, 4.0)),
            number(r.between(1.0, 4.0)),
            number(r.between(3.0, 9.0)),
            number(r.between(5.0, 12.0)),
            number(r.between(1.0, 90.0)),
            number(r.between(1.0, 90.0)),
            number(r.between(50.0, 300.0)),
            number(r.between(50.0, 300.0)),
            number(r.between(1.0, 30.0)),
            number(r.between(1.0, 30.0)),
        );
        let scenario: Scenario = toml::from_str(&text).unwrap();
        let found = reform_run::run_on(&case, &reform_run::problem(&case, &scenario), Model::Telemedicine, &scenario, None);
        if matches!(found, fenji::reform::Reformed::Infeasible(_)) {
            continue;
        }
        let mut p = plan(&case, Model::Telemedicine, &text, None);
        assert_eq!(checked(&case, &p, None), Vec::new(), "{text}");
        // a bound a little above the optimum is refused: the value worked out is not below it
        p.bounds.dual += 1e-3 * p.objective.max(1.0);
        p.bounds.primal = p.bounds.dual;
        assert!(checked(&case, &p, None).iter().any(|v| v.message.contains("cheaper network")), "{text}");
        seen += 1;
    }
    assert!(seen > 10, "{seen}");
}

const STAFF: &str = "[reform.staff]\nnew_gps = 7\n";

fn with_practitioners(seed: u64) -> Case {
    let mut case = tiny::network(seed, 3);
    let primary = |f: &&mut Facility| f.rank() <= 2;
    for (n, f) in case.network.facilities.iter_mut().filter(primary).enumerate() {
        f.gps.0 = f64::from(u32::from(f.rank() == 2) + u32::try_from(n % 2).unwrap());
    }
    case
}

#[test]
fn staff() {
    let case = with_practitioners(7);
    let text = "[reform.staff]\nnew_gps = 5\nposting = { max_share = 0.03, min_per_county = 0.2 }\n";
    for text in [STAFF, text] {
        let honest = plan(&case, Model::Staff, text, None);
        refused(
            &case,
            &honest,
            None,
            &[
                on!(Staff, a => a.steps.clear()),
                on!(Staff, a => a.steps[1].least += 0.01),
                on!(Staff, a => a.steps[1].coverage -= 0.01),
                on!(Staff, a => a.steps[1].new += 1),
                on!(Staff, a => a.missing[0].2 += 1.0),
                on!(Staff, a => a.missing[0].0 += 1.0),
                on!(Staff, a => a.missing.clear()),
                on!(Staff, a => a.pipeline.capacity[0] += 1.0),
                on!(Staff, a => a.pipeline.programmes.swap(0, 1)),
                on!(Staff, a => a.pipeline.bounds.dual += 0.01 * a.pipeline.cost.max(1e6)),
                on!(Staff, a => a.pipeline.bounds.primal += 0.01 * a.pipeline.cost.max(1e6)),
                on!(Staff, a => a.pipeline.years[5].price = 1e9),
                on!(Staff, a => a.weighted_bounds.dual += 100.0),
                on!(Staff, a => a.weighted_bounds.primal -= 100.0),
                on!(Staff, a => a.specialties[0].new -= 1),
                on!(Staff, a => a.specialties.clear()),
                on!(Staff, a => a.towns.swap(0, 1)),
            ],
        );
    }
    let posted = plan(&case, Model::Staff, text, None);
    refused(&case, &posted, None, &[on!(Staff, a => a.postings[0].minutes = Some(1.0))]);
    // not asked for by number: as many as the next rate lacks
    let open = plan(&case, Model::Staff, "[reform.staff]\n", None);
    refused(&case, &open, None, &[on!(Staff, a => a.new_gps += 1), on!(Staff, a => a.new_gps -= 1)]);
}

#[test]
fn the_least_covered_township_could_have_more() {
    let (mut refused, mut tried) = (0, 0);
    for seed in 0..20 {
        let case = with_practitioners(seed);
        for posting in ["", "posting = { max_share = 0.03 }\n"] {
            let text = format!("{STAFF}{posting}");
            let honest = plan(&case, Model::Staff, &text, None);
            assert_eq!(checked(&case, &honest, None), Vec::new(), "{seed} {posting}");
            // three practitioners fewer, and then said to be seven all the same
            let mut worse = plan(&case, Model::Staff, &text.replace("= 7", "= 4"), None);
            tried += 1;
            if worse.objective > honest.objective - 1e-5 {
                continue;
            }
            worse.scenario = honest.scenario.clone();
            let (ReformAnswer::Staff(a), ReformAnswer::Staff(b)) = (&mut worse.answer, &honest.answer) else { panic!() };
            (a.new_gps, a.steps) = (b.new_gps, b.steps.clone());
            let found = checked(&case, &worse, None);
            assert!(found.iter().any(|v| v.code == "bounds" && v.place == "dual"), "{seed} {posting}: {found:?}");
            refused += 1;
        }
    }
    assert!(refused > 10, "{refused} of {tried}");
}

#[test]
fn training_that_costs_more_is_refused() {
    let case = with_practitioners(7);
    let honest = plan(&case, Model::Staff, STAFF, None);
    let mut worse = honest.clone();
    let ReformAnswer::Staff(a) = &mut worse.answer else { panic!() };
    // a seat that ends after the last year does nothing, costs, and is paid for
    let (last, cost) = (a.pipeline.years.len() - 1, 240e3);
    a.pipeline.years[last].seats[0] += 0.05;
    a.pipeline.years[last].yuan += 0.05 * cost;
    a.pipeline.cost += 0.05 * cost;
    a.pipeline.bounds = fenji::outcome::Bounds { primal: a.pipeline.cost, dual: a.pipeline.cost };
    let found = checked(&case, &worse, None);
    assert!(found.iter().any(|v| v.place == "pipeline" && v.code == "bounds"), "{found:?}");
}

#[test]
fn surge() {
    let case = tiny::network(8, 3);
    let text = "[reform.surge]\nmost_per_100k = 6.0\ntransfer_minutes = 200.0\n";
    let honest = plan(&case, Model::Surge, text, None);
    refused(
        &case,
        &honest,
        None,
        &[
            on!(Surge, a => a.beds.clear()),
            on!(Surge, a => a.beds[0].1 = 9.0),
            on!(Surge, a => a.robust.clear()),
            on!(Surge, a => a.robust[2].beyond += 3.0),
            on!(Surge, a => a.areas[0].price += 10_000.0),
            on!(Surge, a => a.areas.swap(0, 1)),
            on!(Surge, a => a.worked_out = !a.worked_out),
            on!(Surge, a => a.cases[2].name = "wave".into()),
            on!(Surge, a => a.cases[2].bed_prices[0] *= 1.5),
            on!(Surge, a => a.cases[2].weight *= 0.5),
            on!(Surge, a => a.cases[0].bed_prices.clear()),
        ],
    );
    let (_, codes) = passed_off(&case, Model::Surge, text, &text.replace("6.0", "2.0"));
    assert!(!codes.is_empty());
    // fewer beds than would be best, everything else as the question says
    let narrow = plan(&case, Model::Surge, &text.replace("6.0", "2.0"), None);
    let mut worse = honest.clone();
    let (ReformAnswer::Surge(a), ReformAnswer::Surge(b)) = (&mut worse.answer, &narrow.answer) else { panic!() };
    for (x, y) in a.areas.iter_mut().zip(&b.areas) {
        x.convertible = y.convertible;
    }
    for (x, y) in a.cases.iter_mut().zip(&b.cases) {
        (x.unmet, x.transfers, x.yuan) = (y.unmet.clone(), y.transfers.clone(), y.yuan);
    }
    (a.keeping, a.mean, a.tail) = (b.keeping, b.mean, b.tail);
    (worse.objective, worse.bounds) = (narrow.objective, fenji::outcome::Bounds { primal: narrow.objective, dual: narrow.objective });
    let found = checked(&case, &worse, None);
    assert!(found.len() == 1 && found[0].code == "bounds", "{found:?}");
}

#[test]
fn what_breaks_first() {
    let case = tiny::network(5, 2);
    let text = "[reform.surge]\ngamma = 2\nmultipliers = { H3 = 3.0, H2 = 2.0, O2 = 2.5, E = 4.0 }\n";
    let scenario: Scenario = toml::from_str(text).unwrap();
    let usual = reform_run::problem(&case, &scenario);
    let limits = Limits { threads: 1, ..Limits::default() };
    let options = fenji::referral::SolveOptions { limits, ..Default::default() };
    let found = fenji::referral::solve(&usual, &options, &Silent).unwrap();
    let referral = written(&case, &usual, &scenario, &found);
    let honest = plan(&case, Model::Surge, text, Some(&referral));
    refused(
        &case,
        &honest,
        Some(&referral),
        &[
            on!(Surge, a => drop(a.breaks.pop())),
            on!(Surge, a => a.breaks.push(a.breaks[0].clone())),
            on!(Surge, a => a.breaks.reverse()),
            on!(Surge, a => a.breaks[0].load += 0.1),
            on!(Surge, a => a.breaks[0].lacks += 1.0),
            on!(Surge, a => a.breaks[0].protection += 1.0),
            on!(Surge, a => a.breaks[0].at = 0.99),
        ],
    );
    assert!(!checked(&case, &honest, None).is_empty(), "what is full first rests on a plan that is not there");
}

#[test]
fn phases() {
    let case = tiny::network(6, 2);
    let text = "[reform.phases]\nper_1000 = 8.0\nbudget = 3e6\nlead = 1\n";
    let honest = plan(&case, Model::Phases, text, None);
    refused(
        &case,
        &honest,
        None,
        &[
            on!(Phases, a => a.years[0].year += 1),
            on!(Phases, a => a.rows[0].price = Some(1e9)),
            on!(Phases, a => a.rows[0].price = None),
            on!(Phases, a => a.rows.iter_mut().for_each(|r| r.price = Some(0.0))),
            on!(Phases, a => a.years[0].price = a.years[0].price.map(|p| p + 1.0)),
            on!(Phases, a => a.sites[0].1 += 1.0),
            on!(Phases, a => a.today.swap(0, 1)),
        ],
    );
    let (_, codes) = passed_off(&case, Model::Phases, text, &text.replace("lead = 1", "lead = 1\ngrowth = 0.01"));
    assert_eq!(codes, ["bounds"]);
    let (_, codes) =
        passed_off(&case, Model::Phases, "[reform.phases]\nper_1000 = 8.0\n", "[reform.phases]\nper_1000 = 8.0\ngrowth = 0.02\n");
    assert_eq!(codes, ["bounds"]);
    // whole projects have no prices, and say so
    let projects = "[reform.phases]\nper_1000 = 6.0\n[reform.phases.projects]\nhospital_beds = 30.0\ncentre_beds = 10.0\n";
    let honest = plan(&case, Model::Phases, projects, None);
    assert!(!recomputes_bound(&honest));
    refused(&case, &honest, None, &[on!(Phases, a => a.rows[0].price = Some(1.0)), on!(Phases, a => a.projects[0].name = "wing".into())]);
}

#[test]
fn communities() {
    let case = tiny::network(3, 2);
    let text = "[reform.communities]\nbalance = {}\n";
    let scenario: Scenario = toml::from_str(text).unwrap();
    let usual = reform_run::problem(&case, &scenario);
    let found = fenji::referral::solve(&usual, &fenji::referral::SolveOptions::default(), &Silent).unwrap();
    let referral = written(&case, &usual, &scenario, &found);
    let honest = plan(&case, Model::Communities, text, Some(&referral));
    assert!(!recomputes_bound(&honest));
    refused(
        &case,
        &honest,
        Some(&referral),
        &[
            on!(Communities, a => a.monitored[0].set = "2020".into()),
            on!(Communities, a => a.monitored[0].number = "99".into()),
            on!(Communities, a => a.monitored[0].key = "decision".into()),
            on!(Communities, a => a.monitored[3].basis = fenji::plan::reform::communities::Basis::Input),
            on!(Communities, a => drop(a.monitored.remove(0))),
            on!(Communities, a => a.monitored.push(a.monitored[0].clone())),
            on!(Communities, a => a.monitored[0].values.push(Some(1.0))),
            on!(Communities, a => a.monitored.iter_mut().filter(|m| !m.values.is_empty()).for_each(|m| m.values[0] = None)),
            on!(Communities, a => { let twice = a.groups[0].areas[0].clone(); a.groups[0].areas.push(twice) }),
        ],
    );
    // every single value, up by a hundredth
    let ReformAnswer::Communities(a) = &honest.answer else { panic!() };
    let mut values = 0;
    for (n, m) in a.monitored.iter().enumerate() {
        for v in (0..m.values.len()).filter(|&v| m.values[v].is_some_and(|x| x.abs() > 1e-6)) {
            let mut altered = honest.clone();
            let ReformAnswer::Communities(b) = &mut altered.answer else { panic!() };
            b.monitored[n].values[v] = m.values[v].map(|x| 1.01 * x);
            assert!(!checked(&case, &altered, Some(&referral)).is_empty(), "{}", m.key);
            values += 1;
        }
    }
    assert!(values > 30, "{values}");
    // without the referral plan its values cannot be held against anything; those of the tables can
    assert!(!checked(&case, &honest, None).is_empty());
    let bare = plan(&case, Model::Communities, text, None);
    refused(&case, &bare, None, &[on!(Communities, a => a.monitored[6].values[0] = Some(0.5))]);
}

#[test]
fn emergency() {
    let (mut refused, mut proven) = (0, 0);
    for seed in 0..12 {
        let case = tiny::network(seed, 3);
        let text = "[reform.emergency]\ncoverage = 0.5\nrural_minutes = 14.0\n";
        let honest = plan(&case, Model::Emergency, text, None);
        assert_eq!(checked(&case, &honest, None), Vec::new());
        if !recomputes_bound(&honest) {
            continue;
        }
        proven += 1;
        // stations that are not needed kept all the same, and then no word of it
        let ReformAnswer::Emergency(a) = &honest.answer else { panic!() };
        let stands = |code: &String| a.stations.iter().any(|x| x.facility == *code);
        let kept: Vec<&str> = a.everybody.stations.iter().filter(|s| !stands(s)).map(String::as_str).collect();
        let mut worse = plan(&case, Model::Emergency, &format!("{text}keep = [\"{}\"]\n", kept.join("\", \"")), None);
        if kept.is_empty() || worse.objective < honest.objective + 0.5 {
            continue;
        }
        worse.scenario = honest.scenario.clone();
        (worse.bounds.dual, worse.bounds.primal) = (worse.objective, worse.objective);
        if let ReformAnswer::Emergency(b) = &mut worse.answer {
            b.priced = worse.objective as u32;
        }
        let found = checked(&case, &worse, None);
        assert!(found.iter().any(|v| v.code == "bounds" && v.place == "priced"), "{seed}: {found:?}");
        refused += 1;
    }
    println!("{proven} of 12 proven by prices, {refused} worse plans refused");
    assert!(refused > 2 && proven > 5, "{refused} {proven}");
}

/// Honest plans pass on the oracle's prefecture and on the case of the repository, with their bounds worked out again.
#[test]
fn honest_plans_pass() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let southeast = fenji::io::read_case(&root.join("data/chongqing-southeast")).unwrap().case;
    let cases = demo::load().map(|d| d.0).into_iter().chain([southeast]);
    for case in cases {
        for (model, text) in [
            (Model::Pairing, "[reform.pairing]\ncapacity = { M = 4, P = 4, R = 4, N = 4 }\n"),
            (Model::Telemedicine, ""),
            (Model::Emergency, ""),
            (Model::Emergency, "[reform.emergency]\ncoverage = 0.7\n"),
            (Model::Staff, ""),
            (Model::Staff, "[reform.staff]\nnew_gps = 30\nposting = { max_share = 0.02 }\n"),
            (Model::Surge, ""),
            (Model::Surge, "[reform.surge]\ntransfer_minutes = 90.0\nmost_per_100k = 5.0\n"),
            (Model::Phases, "[reform.phases]\nper_1000 = 5.5\n"),
            (Model::Phases, "[reform.phases]\nper_1000 = 5.5\nbudget = 80e6\nlead = 2\n"),
        ] {
            let honest = plan(&case, model, text, None);
            assert_eq!(checked(&case, &honest, None), Vec::new(), "{} {model:?} {text}", case.network.name);
            let ReformAnswer::Emergency(a) = &honest.answer else {
                assert!(recomputes_bound(&honest), "{model:?}");
                continue;
            };
            println!("{}: {text} {:?}, prices prove {}, everybody {:?}", case.network.name, honest.bounds, a.priced, a.everybody);
        }
    }
}
