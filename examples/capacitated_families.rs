//! Capacitated and two-level families of the literature against their best known values:
//! `cargo run --example capacitated_families -- [word in the file name] [seconds] [threads]`.
//! Skips with a reason when `../shared/bench` is absent.

#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::expect_used)] // a driver for people; the files are of record

use fenji::instance::{Distance, Instance, Problem, Service, Upper};
use fenji::location::{Answer, Assignment, Settings, capacitated, levels};
use fenji::outcome::{Limits, Silent};
use std::path::Path;
use std::time::{Duration, Instant};

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let word = args.first().cloned().unwrap_or_default();
    let seconds: f64 = args.get(1).map_or(120.0, |s| s.parse().expect("seconds"));
    let threads: usize = args.get(2).map_or(2, |s| s.parse().expect("threads"));
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/bench");
    let Ok(index) = std::fs::read_to_string(folder.join("INDEX.tsv")) else {
        println!("skipped: {} is absent", folder.display());
        return;
    };
    println!("| file | best known | listed as | value | bound | gap % | to best % | open | s | termination |");
    println!("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    for line in index.lines().skip(1) {
        let cells: Vec<&str> = line.split('\t').collect();
        if !cells[0].contains(&word) {
            continue;
        }
        let Some((instance, problem)) = read(&folder, cells[0]) else { continue };
        let settings = Settings { limits: Limits { time: Some(Duration::from_secs_f64(seconds)), gap: 1e-6, threads }, seed: 1 };
        let started = Instant::now();
        let two = matches!(problem, Problem::TwoLevel | Problem::TwoStage);
        let answer = if two {
            levels::solve(&instance, problem, &settings, &Silent)
        } else {
            capacitated::solve(&instance, problem, &settings, &Silent)
        };
        let answer = answer.expect("the solver");
        if let Err(wrong) = verify(&instance, problem, &answer) {
            println!("WRONG: {} {wrong}", cells[0]);
        }
        let best = cells[5].parse::<f64>().unwrap_or(f64::NAN);
        let off = 100.0 * (answer.bounds.primal - best) / best;
        println!(
            "| {} | {} | {} | {:.4} | {:.4} | {:.4} | {:.5} | {}+{} | {:.2} | {:?} |",
            cells[0],
            cells[5],
            cells[6].chars().take(12).collect::<String>(),
            answer.bounds.primal,
            answer.bounds.dual,
            100.0 * answer.bounds.gap(),
            off,
            answer.open.len(),
            answer.upper_open.len(),
            started.elapsed().as_secs_f64(),
            answer.termination
        );
    }
}

/// Recomputes loads and value from the instance alone.
fn verify(instance: &Instance, problem: Problem, answer: &Answer) -> Result<(), String> {
    let shares: Vec<(usize, usize, f64)> = match &answer.assignment {
        Assignment::Split(flows) => flows.iter().map(|&(i, j, t)| (i as usize, j as usize, t)).collect(),
        Assignment::Single(sites) => sites.iter().enumerate().filter_map(|(i, j)| j.map(|j| (i, j as usize, instance.demand[i]))).collect(),
        _ => return Ok(()),
    };
    let (mut load, mut served, mut value) = (vec![0.0; instance.sites()], vec![0.0; instance.clients()], 0.0);
    for &(i, j, t) in &shares {
        load[j] += t;
        served[i] += t;
        value += instance.cost(i, j) * if instance.demand[i] > 0.0 { t / instance.demand[i] } else { 1.0 };
        if answer.open.binary_search(&(j as u32)).is_err() {
            return Err(format!("site {j} is not open"));
        }
    }
    if !matches!(problem, Problem::CapacitatedPMedian { .. }) {
        value += answer.open.iter().map(|&j| instance.fixed_cost(j as usize)).sum::<f64>();
    }
    if let Some(j) = (0..load.len()).find(|&j| load[j] > instance.capacity[j] + 1e-6) {
        return Err(format!("site {j} holds {} of {}", load[j], instance.capacity[j]));
    }
    if let Some(i) = (0..served.len()).find(|&i| (served[i] - instance.demand[i]).abs() > 1e-6) {
        return Err(format!("client {i} gets {} of {}", served[i], instance.demand[i]));
    }
    if (value - answer.bounds.primal).abs() > 1e-6 * value.abs().max(1.0) {
        Err(format!("value is {value}, not {}", answer.bounds.primal))
    } else {
        Ok(())
    }
}

/// Numbers of a file in turn.
struct Numbers(std::vec::IntoIter<f64>);

impl Numbers {
    fn of(text: &str) -> Self {
        Self(
            text.split_whitespace()
                .filter(|t| *t != "capacity")
                .map(|t| t.parse::<f64>().expect("a number"))
                .collect::<Vec<_>>()
                .into_iter(),
        )
    }

    fn next(&mut self) -> f64 {
        self.0.next().expect("more numbers")
    }

    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    fn count(&mut self) -> usize {
        self.next() as usize
    }

    fn many(&mut self, n: usize) -> Vec<f64> {
        (0..n).map(|_| self.next()).collect()
    }
}

fn read(folder: &Path, name: &str) -> Option<(Instance, Problem)> {
    let (file, parameter) = name.split_once('#').unwrap_or((name, ""));
    let family = file.split('/').next()?;
    let text = std::fs::read_to_string(folder.join(file)).ok()?;
    Some(match family {
        "orlib_cap" => {
            let text = text.replace("capacity", parameter.strip_prefix("cap=").unwrap_or("capacity"));
            let mut t = Numbers::of(&text);
            let (m, n) = (t.count(), t.count());
            let pairs = t.many(2 * m);
            let mut demand = Vec::new();
            let mut values = Vec::new();
            for _ in 0..n {
                demand.push(t.next());
                values.extend(t.many(m));
            }
            (instance(name, demand, &pairs, values, false), Problem::Capacitated)
        }
        "tbed1" => {
            let mut t = Numbers::of(&text);
            let (m, n) = (t.count(), t.count());
            let demand = t.many(n);
            let capacity = t.many(m);
            let fixed = t.many(m);
            let values = transpose(&t.many(m * n), m, n);
            let pairs: Vec<f64> = capacity.iter().zip(&fixed).flat_map(|(&q, &f)| [q, f]).collect();
            (instance(name, demand, &pairs, values, true), Problem::Capacitated)
        }
        "holmberg_cflp" => {
            let mut t = Numbers::of(&text);
            let (m, n) = (t.count(), t.count());
            let pairs = t.many(2 * m);
            let demand = t.many(n);
            let values = transpose(&t.many(m * n), m, n);
            (instance(name, demand, &pairs, values, false), Problem::SingleSource)
        }
        "gk_cflp" => {
            let part = |head: &str| text.split(head).nth(1).expect("a section").split('[').next().expect("its lines").lines();
            let rows = |head: &str| part(head).skip(2).filter(|l| !l.trim().is_empty()).map(str::to_owned).collect::<Vec<_>>();
            let number = |row: &str, k: usize| row.split_whitespace().nth(k).expect("a cell").parse::<f64>().expect("a number");
            let pairs: Vec<f64> = rows("[DEPOTS]").iter().flat_map(|r| [number(r, 0), number(r, 1)]).collect();
            let demand: Vec<f64> = rows("[CUSTOMERS]").iter().map(|r| number(r, 0)).collect();
            let values: Vec<f64> = rows("[MATRIX]")
                .iter()
                .flat_map(|r| r.split_whitespace().map(|t| t.parse::<f64>().expect("a number")).collect::<Vec<_>>())
                .collect();
            let (m, n) = (pairs.len() / 2, demand.len());
            assert_eq!(values.len(), m * n);
            (instance(name, demand, &pairs, transpose(&values, m, n), false), Problem::Capacitated)
        }
        "two_level_ufl" => {
            let mut t = Numbers::of(&text);
            let (n, m, k) = (t.count(), t.count(), t.count());
            let (demand, fixed, upper) = (t.many(n), t.many(m), t.many(k));
            let values = t.many(n * m);
            let unit_cost = t.many(m * k);
            let service = Service { distance: Distance::Table { sites: m, values }, per_unit: true };
            let upper = Some(Upper { fixed: upper, capacity: Vec::new(), unit_cost });
            (Instance { name: name.into(), demand, fixed, service, upper, ..Instance::default() }, Problem::TwoLevel)
        }
        "two_stage_cflp" => {
            let mut t = Numbers::of(&text);
            let (k, m, n) = (t.count(), t.count(), t.count());
            let demand = t.many(n);
            let plants = t.many(2 * k);
            let unit_cost = transpose(&t.many(k * m), k, m);
            let pairs = t.many(2 * m);
            let values = transpose(&t.many(m * n), m, n);
            let mut out = instance(name, demand, &pairs, values, true);
            let (capacity, fixed) = (plants.iter().step_by(2).copied().collect(), plants.iter().skip(1).step_by(2).copied().collect());
            out.upper = Some(Upper { fixed, capacity, unit_cost });
            (out, Problem::TwoStage)
        }
        _ => return None,
    })
}

/// From `rows x columns` to `columns x rows`.
fn transpose(values: &[f64], rows: usize, columns: usize) -> Vec<f64> {
    (0..rows * columns).map(|at| values[(at % rows) * columns + at / rows]).collect()
}

/// From pairs of capacity and fixed cost, and costs by client.
fn instance(name: &str, demand: Vec<f64>, pairs: &[f64], values: Vec<f64>, per_unit: bool) -> Instance {
    Instance {
        name: name.into(),
        demand,
        fixed: pairs.iter().skip(1).step_by(2).copied().collect(),
        capacity: pairs.iter().step_by(2).copied().collect(),
        service: Service { distance: Distance::Table { sites: pairs.len() / 2, values }, per_unit },
        ..Instance::default()
    }
}
