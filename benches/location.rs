//! p-median and uncapacitated instances of the literature, whole solves with a limit: value, bound, gap, seconds and peak memory beside
//! the best known value (protocol and figures: `benches/RESULTS.md`). Not a Criterion bench: a solve takes seconds to minutes.
//!
//! `cargo bench --bench location -- FAMILY[:PART] [--p N,N] [--time S] [--gap G] [--threads N] [--verbose]` with families `pmed`, `tsplib`, `ufl` of `../shared/bench`
//! and PART a part of the file name. Values are only compared with the index; nothing of it is given to the engine.

#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::panic)] // a bench may fail loudly, and it prints

use fenji::instance::{Distance, Instance, Metric, Problem, Service};
use fenji::location::{Settings, median};
use fenji::outcome::{Event, Limits, Observer};
use std::path::Path;
use std::time::{Duration, Instant};

struct Talk(bool, Instant);

impl Observer for Talk {
    fn event(&self, event: &Event) {
        match event {
            Event::Note(text) if self.0 => println!("# {:8.2} {text}", self.1.elapsed().as_secs_f64()),
            Event::Improved { seconds, bounds } if self.0 => {
                println!("# {seconds:8.2} {:.2} {:.2} {:.5} %", bounds.primal, bounds.dual, 100.0 * bounds.gap());
            }
            _ => {}
        }
    }
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let value = |name: &str| args.iter().position(|a| a == name).and_then(|k| args.get(k + 1)).cloned();
    let number = |name: &str, or: f64| value(name).and_then(|v| v.parse().ok()).unwrap_or(or);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/bench");
    let Ok(index) = std::fs::read_to_string(root.join("INDEX.tsv")) else {
        println!("skipped: {} is absent", root.display());
        return;
    };
    let asked = args.first().filter(|a| !a.starts_with("--")).cloned().unwrap_or_else(|| "pmed".to_owned());
    let (family, part) = asked.split_once(':').unwrap_or((&asked, ""));
    let folder = match family {
        "pmed" => "orlib_pmed/",
        "tsplib" => "tsplib/",
        _ => "ufllib_kg/",
    };
    let ps: Vec<usize> = value("--p").map(|v| v.split(',').filter_map(|p| p.parse().ok()).collect()).unwrap_or_default();
    let mut rows: Vec<(String, Option<usize>, Option<f64>)> = index
        .lines()
        .skip(1)
        .map(|l| l.split('\t').collect::<Vec<_>>())
        .filter(|f| f[0].starts_with(folder) && f[0].contains(part))
        .map(|f| (f[0].to_owned(), f[4].parse().ok(), f[5].parse().ok()))
        .filter(|r| ps.is_empty() || r.1.is_some_and(|p| ps.contains(&p)))
        .collect();
    if let Some(file) =
        index.lines().filter_map(|l| l.split('\t').next()).find(|f| f.starts_with(folder) && !part.is_empty() && f.contains(part))
    {
        for &p in ps.iter().filter(|p| !rows.iter().any(|r| r.1 == Some(**p))).collect::<Vec<_>>() {
            rows.push((file.to_owned(), Some(p), None));
        }
    }
    println!("| name | n | p | value | best known | bound | gap % | seconds | peak MB | ended |");
    println!("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    let begun = Instant::now();
    for (file, p, known) in rows {
        let text = std::fs::read_to_string(root.join(&file)).unwrap();
        let instance = match family {
            "pmed" => graph(&text),
            "tsplib" => points(&text),
            _ => tables(&text),
        };
        let problem = p.map_or(Problem::Uncapacitated, |p| Problem::PMedian { p });
        let limits = Limits {
            time: Some(Duration::from_secs_f64(number("--time", 600.0))),
            gap: number("--gap", 1e-6),
            threads: number("--threads", 2.0) as usize,
        };
        let t = Instant::now();
        let answer =
            median::solve(&instance, problem, &Settings { limits, seed: 1 }, &Talk(args.iter().any(|a| a == "--verbose"), t)).unwrap();
        let b = answer.bounds;
        println!(
            "| {} | {} | {} | {} | {} | {:.2} | {:.5} | {:.2} | {} | {:?} |",
            file.rsplit('/').next().unwrap(),
            instance.clients(),
            p.map_or("-".to_owned(), |p| p.to_string()),
            b.primal,
            known.map_or("-".to_owned(), |k| if k < b.primal {
                format!("{k} (+{:.4} %)", 100.0 * (b.primal / k - 1.0))
            } else {
                k.to_string()
            }),
            b.dual,
            100.0 * b.gap(),
            t.elapsed().as_secs_f64(),
            peak_mb(),
            answer.termination
        );
    }
    println!("total {:.1} s", begun.elapsed().as_secs_f64());
}

fn peak_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line =
        status.lines().find(|l| l.starts_with("VmHWM")).and_then(|l| l.split_whitespace().nth(1)).and_then(|v| v.parse::<u64>().ok());
    line.unwrap_or(0) / 1024
}

fn numbers(text: &str) -> Vec<f64> {
    text.split_whitespace().filter_map(|w| w.parse().ok()).collect()
}

/// OR-Library: `n edges p`, then `u v cost`; the last duplicate wins; shortest paths.
fn graph(text: &str) -> Instance {
    let v = numbers(text);
    let n = v[0] as usize;
    let mut d = vec![f64::INFINITY; n * n];
    for e in v[3..].chunks(3) {
        let (a, b) = (e[0] as usize - 1, e[1] as usize - 1);
        d[a * n + b] = e[2];
        d[b * n + a] = e[2];
    }
    (0..n).for_each(|i| d[i * n + i] = 0.0);
    for k in 0..n {
        let via: Vec<f64> = d[k * n..(k + 1) * n].to_vec();
        for row in d.chunks_mut(n) {
            let first = row[k];
            row.iter_mut().zip(&via).for_each(|(x, y)| *x = x.min(first + y));
        }
    }
    Instance {
        demand: vec![1.0; n],
        service: Service { distance: Distance::Table { sites: n, values: d }, per_unit: true },
        ..Instance::default()
    }
}

/// TSPLIB points, or lines of a number and two coordinates after a line with their count; floor of the Euclidean distance.
fn points(text: &str) -> Instance {
    let body = text.split_once("NODE_COORD_SECTION").map_or(text, |t| t.1);
    let at: Vec<[f64; 2]> = body.lines().map(numbers).filter(|v| v.len() == 3).map(|v| [v[1], v[2]]).collect();
    let distance = Distance::Points { clients: at.clone(), sites: at.clone(), metric: Metric::FloorEuclid };
    Instance { demand: vec![1.0; at.len()], service: Service { distance, per_unit: true }, ..Instance::default() }
}

/// UflLib: a title, `n m 0`, then of each site its number, fixed cost and the total costs of all clients.
fn tables(text: &str) -> Instance {
    let v = numbers(text.split_once('\n').unwrap().1);
    let (m, n) = (v[0] as usize, v[1] as usize);
    let (mut fixed, mut values) = (Vec::new(), vec![0.0; n * m]);
    for (j, line) in v[3..].chunks(n + 2).take(m).enumerate() {
        fixed.push(line[1]);
        line[2..].iter().enumerate().for_each(|(i, &c)| values[i * m + j] = c);
    }
    Instance {
        demand: vec![1.0; n],
        fixed,
        service: Service { distance: Distance::Table { sites: m, values }, per_unit: false },
        ..Instance::default()
    }
}
