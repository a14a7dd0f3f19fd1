//! What a bench writes: CSV (and Parquet) of every run, tables of settings and profiles, pictures, one HTML page with all of it.

use super::Record;
use super::collect::{Grid, Summary, contradictions, summaries};
use super::expand::Run;
use super::profile::{profile, ratios, reached_by, time_to_gap};
use super::spec::{Spec, engine_word};
use super::tables::{cells_table, definitions, failures, runs_table, short, summary_table};
use crate::plot::steps::{Steps, draw};
use crate::plot::{Picture, PlotError};
use crate::report::csv_out::{Field, write};
use crate::report::{File, ReportError, html};
use crate::text::Catalogue;
use minijinja::context;
use minijinja::value::{Serde, Value};
use std::collections::BTreeSet;

/// What is shown of a bench.
#[derive(Debug, Clone, Copy)]
pub struct Bench<'a> {
    /// The specification.
    pub spec: &'a Spec,
    /// All runs that it asks for.
    pub runs: &'a [Run],
    /// Results that are there.
    pub records: &'a [Record],
    /// Jobs at a time.
    pub jobs: usize,
    /// Cores of the machine.
    pub cores: usize,
}

/// All files: `report.html`, `runs.csv`, `runs.parquet`, `settings.csv`, `profile.csv`, `pictures/*.svg`.
///
/// # Errors
/// No font, or a picture, table or page that cannot be made.
pub fn files(bench: &Bench<'_>) -> Result<Vec<File>, ReportError> {
    let grid = Grid::of(bench.records);
    let whole = grid.complete(bench.runs);
    let summaries = summaries(&whole, bench.spec.shift);
    let pictures = pictures(bench, &whole)?;
    let mut files = vec![
        ("report.html".to_owned(), page(bench, &grid, &whole, &summaries, &pictures)?),
        plain(runs_csv(bench.records)?),
        plain(settings_csv(&summaries)?),
        plain(profile_csv(&whole)?),
    ];
    #[cfg(feature = "parquet")]
    {
        let fail = |e: parquet::errors::ParquetError| ReportError::Table { table: "runs.parquet".into(), reason: e.to_string() };
        files.push(("runs.parquet".into(), super::parquet_out::bytes(bench.records).map_err(fail)?));
    }
    files.extend(pictures.into_iter().map(|p| (format!("pictures/{}.svg", p.id), p.svg.into_bytes())));
    Ok(files)
}

/// Tables of a bench stand at the top of its folder.
fn plain((path, bytes): File) -> File {
    (path.trim_start_matches("tables/").to_owned(), bytes)
}

/// Cores as text: `0 1`.
#[must_use]
pub fn cores(r: &Record) -> String {
    r.cores.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

/// `runs.csv`.
///
/// # Errors
/// The writer's.
pub fn runs_csv(records: &[Record]) -> Result<File, ReportError> {
    let heads = [
        "hash",
        "instance",
        "problem",
        "setting",
        "seed",
        "threads",
        "limit",
        "gap_asked",
        "status",
        "exit",
        "value",
        "bound",
        "gap",
        "wall",
        "cpu",
        "own_seconds",
        "peak_memory",
        "load",
        "cores",
        "message",
    ];
    #[allow(clippy::cast_precision_loss)] // seeds beyond 2^53 stand exactly in the results of the runs
    let rows = records.iter().map(|r| {
        let mut row: Vec<Field> = [&r.hash, &r.instance, &r.problem, &r.setting].map(|s| Field::from(s.as_str())).to_vec();
        row.extend([r.seed as f64, f64::from(r.threads), r.limit, r.gap_asked].map(Field::from));
        row.push(r.status.word().into());
        row.extend([r.exit.map(f64::from), r.value, r.bound, r.gap, Some(r.wall), r.cpu, r.own_seconds].map(Field::from));
        row.extend([r.peak_memory.map(|m| m as f64), r.load].map(Field::from));
        row.extend([Field::from(cores(r)), Field::from(r.message.as_str())]);
        row
    });
    write("runs", &heads, rows)
}

fn settings_csv(summaries: &[Summary]) -> Result<File, ReportError> {
    let heads = [
        "setting",
        "runs",
        "solved",
        "limit",
        "failed",
        "fastest",
        "wall_mean",
        "wall_mean_common",
        "against_first",
        "cpu_mean",
        "gap_mean",
        "peak_memory",
    ];
    #[allow(clippy::cast_precision_loss)]
    let rows = summaries.iter().map(|s| {
        let mut row: Vec<Field> = vec![s.setting.as_str().into()];
        row.extend([s.runs, s.solved, s.limit, s.failed, s.fastest].map(|n| Field::from(n as f64)));
        row.extend([s.mean, s.common, s.against_first, s.cpu, s.gap, s.memory.map(|m| m as f64)].map(Field::from));
        row
    });
    write("settings", &heads, rows)
}

fn profile_csv(grid: &Grid<'_>) -> Result<File, ReportError> {
    let ratios = ratios(&grid.times());
    let rows = grid.settings.iter().enumerate().flat_map(|(s, name)| {
        profile(&grid.of_setting(&ratios, s), s)
            .into_iter()
            .map(|(tau, rho)| vec![Field::from(*name), tau.into(), rho.into()])
            .collect::<Vec<_>>()
    });
    write("profile", &["setting", "tau", "rho"], rows)
}

fn pictures(bench: &Bench<'_>, grid: &Grid<'_>) -> Result<Vec<Picture>, ReportError> {
    let mut out = Vec::new();
    let name = if bench.spec.name.is_empty() { "Bench" } else { &bench.spec.name };
    let subtitle = format!("{name}: {} problems (instance, problem, seed) that every setting asked for has run", grid.rows.len());
    if grid.rows.is_empty() {
        return Ok(out);
    }
    for (id, title, times) in [
        ("profile", "Performance profile of wall time", grid.times()),
        ("profile-processor", "Performance profile of processor time", grid.processor_times()),
    ] {
        if times.is_empty() {
            continue;
        }
        let ratios = ratios(&times);
        let series: Vec<(String, Vec<(f64, f64)>)> =
            grid.settings.iter().enumerate().map(|(s, name)| ((*name).to_owned(), profile(&grid.of_setting(&ratios, s), s))).collect();
        let worst = ratios.iter().flatten().flatten().copied().fold(1.0, f64::max);
        out.push(draw(&Steps {
            id,
            title,
            subtitle: &subtitle,
            caption: "Share of problems that a setting solves within a factor of the fastest setting's time (Dolan and Moré 2002). Left end: how often it is fastest; right end and number in the legend: how much it solves at all.",
            x: "times the fastest setting",
            y: "share of problems solved",
            unit: "×",
            range: (1.0, (worst * 1.15).max(2.0)),
            series: &series,
        })?);
    }
    let all: Vec<&Record> = grid.rows.iter().flat_map(|(_, row)| row.iter().flatten().copied()).collect();
    let latest = all.iter().map(|r| r.wall).fold(0.1, f64::max);
    for (n, &target) in bench.spec.targets.iter().enumerate() {
        let curves: Vec<(String, Vec<(f64, f64)>)> = (0..grid.settings.len())
            .map(|s| {
                let runs: Vec<&Record> = grid.rows.iter().filter_map(|(_, row)| row[s]).collect();
                let reached: Vec<f64> = runs.iter().filter_map(|r| reached(r, target)).collect();
                (grid.settings[s].to_owned(), reached_by(&reached, runs.len()))
            })
            .collect();
        let first = curves.iter().flat_map(|(_, c)| c.iter().map(|p| p.0).filter(|x| *x > 0.0)).fold(latest, f64::min);
        out.push(draw(&Steps {
            id: &format!("time-to-gap-{}", n + 1),
            title: &format!("Time to a gap of {} %", short(100.0 * target)),
            subtitle: &subtitle,
            caption: "Share of runs whose gap between answer and proven bound has come down to the target within a time, from what a run reports on its way; a run that reports nothing but its end counts at its end. Time on its way is the program's own, without start-up.",
            x: "seconds",
            y: "share of runs",
            unit: " s",
            range: ((first * 0.8).max(1e-3), latest * 1.1),
            series: &curves,
        })?);
    }
    Ok(out)
}

/// When a run reached a gap: on its way, or at its end.
fn reached(r: &Record, target: f64) -> Option<f64> {
    time_to_gap(&r.trace, target, r.maximise).or_else(|| r.gap.filter(|g| r.value.is_some() && *g <= target).map(|_| r.wall))
}

/// How time was taken, in words, with what may have disturbed it.
fn method(bench: &Bench<'_>) -> Vec<String> {
    let pinned = if cfg!(target_os = "linux") {
        "pinned to as many cores as it has threads, disjoint from those of other runs"
    } else {
        "not pinned (no way to on this system)"
    };
    let mut out = vec![
        format!("Every run is a process of its own, {pinned}; {} at a time on {} cores. Generated instances are the same everywhere.", bench.jobs, bench.cores),
        "Wall time is from the start of the process to its end, so that it holds start-up and reading; processor time and peak memory are those the system counted for it. `Own` is what the program says of its work alone.".into(),
        format!("Means of times are shifted geometric means with a shift of {} s; a run that is not solved counts with its limit. Only problems that every setting asked for has run are compared; a setting that is asked of some problems only is judged on these.", bench.spec.shift),
        "A run is solved when its gap is at most the gap asked for, or infeasibility is proven. Results of an unchanged run are not measured again; a new build of the program measures anew.".into(),
    ];
    let loads: Vec<f64> = bench.records.iter().filter_map(|r| r.load).collect();
    if let Some(most) = loads.iter().copied().reduce(f64::max) {
        #[allow(clippy::cast_precision_loss)]
        let (mean, own) = (loads.iter().sum::<f64>() / loads.len() as f64, bench.jobs as f64);
        out.push(format!(
            "Load of the machine when runs began: {mean:.1} on average, {most:.1} at most{}",
            if mean > own + 0.5 {
                "; other work ran beside the bench, so that wall times are too long: compare processor times."
            } else {
                "."
            }
        ));
    }
    out
}

fn page(bench: &Bench<'_>, grid: &Grid<'_>, whole: &Grid<'_>, summaries: &[Summary], pictures: &[Picture]) -> Result<Vec<u8>, ReportError> {
    let text = Catalogue::load("en")?;
    let (asked, there) = (bench.runs.len(), bench.records.len());
    let missing = (there < asked).then(|| format!("{there} of {asked} runs are there; run the same command again to go on."));
    let name = if bench.spec.name.is_empty() { "settings" } else { &bench.spec.name };
    let instances: BTreeSet<&str> = bench.records.iter().map(|r| r.instance.as_str()).collect();
    let lead = format!(
        "{there} runs: {} instances, {} problems, {} settings, {} seeds.",
        instances.len(),
        bench.spec.problem.len(),
        bench.spec.setting.len(),
        bench.spec.seed_count()
    );
    let summary_note = format!(
        "Over the {} problems (instance, problem, seed) that every setting asked for has run. Wall and processor: shifted geometric means; unsolved counts with the limit. Against the first: times the first setting's wall, over what both solved. Fastest: within 1 % of it.",
        whole.rows.len()
    );
    let problems: Vec<_> =
        bench.spec.problem.iter().map(|p| format!("{} ({})", p.get_ref().name, engine_word(p.get_ref().engine))).collect();
    let machine = vec![
        context! { name => "Program", value => format!("fenji {}", env!("CARGO_PKG_VERSION")) },
        context! { name => "Machine", value => format!("{} cores, {}, {}", bench.cores, std::env::consts::ARCH, std::env::consts::OS) },
        context! { name => "Problems and engines", value => problems.join(", ") },
    ];
    html::page(
        "bench.html",
        &text,
        context! {
            title => format!("Bench: {name}"),
            lead,
            made => format!("Made by fenji {}.", env!("CARGO_PKG_VERSION")),
            missing,
            summary => Value::from(Serde(summary_table(summaries))),
            summary_note,
            definitions => Value::from(Serde(definitions(bench))),
            contradictions => contradictions(bench.records),
            pictures => pictures.iter().map(|p| Ok(Value::from(Serde(html::drawn(p)?)))).collect::<Result<Vec<_>, PlotError>>()?,
            cells => Value::from(Serde(cells_table(grid, bench.spec.shift))),
            cells_note => "Wall time where every seed is solved, else the mean gap left, or what went wrong.",
            failures => Value::from(Serde(failures(bench.records))),
            runs => Value::from(Serde(runs_table(bench.records))),
            parquet => if cfg!(feature = "parquet") { " and runs.parquet" } else { "" },
            method => method(bench),
            machine,
        },
    )
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::bench::Status;
    use crate::bench::collect::tests::record;

    #[test]
    fn the_table_of_runs_is_this() {
        let mut bad = record("y", "b", 2.5, Status::Failed);
        (bad.value, bad.bound, bad.gap, bad.exit, bad.load) = (None, None, None, Some(1), Some(0.5));
        bad.message = "=cmd|' /C calc'!A0".into();
        let (path, bytes) = runs_csv(&[record("x", "a", 1.25, Status::Solved), bad]).unwrap();
        assert_eq!(path, "tables/runs.csv");
        assert_eq!(
            String::from_utf8(bytes).unwrap(),
            "hash,instance,problem,setting,seed,threads,limit,gap_asked,status,exit,value,bound,gap,wall,cpu,own_seconds,peak_memory,load,cores,message\n\
             xa,x,p,a,1,1,10,0.000001,solved,0,100,100,0,1.25,1.25,,1000,,0,\n\
             yb,y,p,b,1,1,10,0.000001,failed,1,,,,2.5,2.5,,1000,0.5,0,'=cmd|' /C calc'!A0\n"
        );
    }
}
