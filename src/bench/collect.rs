//! Results read back, and what is made of them: one line a setting, one a problem, and what contradicts itself.

use super::expand::Run;
use super::profile::{ratios, shifted_geometric_mean};
use super::{Record, Status};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// Two answers may differ by this, relative, before one of them must be wrong.
const TOLERANCE: f64 = 1e-6;

/// Reads the results of runs that are there, in the order of the runs. What is damaged counts as missing (and is run again).
#[must_use]
pub fn load(runs: &[Run], folder: &Path) -> Vec<Record> {
    let path = |r: &Run| folder.join("runs").join(format!("{}.json", r.hash));
    runs.iter().filter_map(|r| serde_json::from_slice(&fs::read(path(r)).ok()?).ok()).collect()
}

/// What a setting came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// Setting.
    pub setting: String,
    /// Runs.
    pub runs: usize,
    /// Solved (proofs of infeasibility among them).
    pub solved: usize,
    /// Ended by the limit with an answer.
    pub limit: usize,
    /// Without an answer: failed, killed, or nothing found.
    pub failed: usize,
    /// How often it was fastest or within 1 % of it.
    pub fastest: usize,
    /// Shifted geometric mean of wall seconds over all runs; what is not solved counts with the limit.
    pub mean: Option<f64>,
    /// The same over the runs that every setting solved.
    pub common: Option<f64>,
    /// Wall times over the first setting's, geometric mean over the runs that both solved.
    pub against_first: Option<f64>,
    /// Shifted geometric mean of processor seconds over all runs.
    pub cpu: Option<f64>,
    /// Mean gap of the runs with an answer.
    pub gap: Option<f64>,
    /// Largest peak memory, bytes.
    pub memory: Option<u64>,
}

/// One problem on one instance with one seed.
pub type Key = (String, String, u64);

/// Records by problem and setting.
#[derive(Debug, Clone)]
pub struct Grid<'a> {
    /// Settings in the order of the specification.
    pub settings: Vec<&'a str>,
    /// Keys in the order of the runs, and the record of each setting.
    pub rows: Vec<(Key, Vec<Option<&'a Record>>)>,
}

impl<'a> Grid<'a> {
    /// Arranges records.
    #[must_use]
    pub fn of(records: &'a [Record]) -> Self {
        let mut settings: Vec<&str> = Vec::new();
        let mut order: Vec<Key> = Vec::new();
        let mut cells: BTreeMap<Key, BTreeMap<&str, &Record>> = BTreeMap::new();
        for r in records {
            if !settings.contains(&r.setting.as_str()) {
                settings.push(&r.setting);
            }
            let key = (r.instance.clone(), r.problem.clone(), r.seed);
            let row = cells.entry(key.clone()).or_insert_with(|| {
                order.push(key);
                BTreeMap::new()
            });
            row.insert(&r.setting, r);
        }
        let rows = order.into_iter().map(|key| {
            let row = settings.iter().map(|s| cells[&key].get(s).copied()).collect();
            (key, row)
        });
        let rows = rows.collect();
        Self { settings, rows }
    }

    /// Wall seconds where solved.
    #[must_use]
    pub fn times(&self) -> Vec<Vec<Option<f64>>> {
        let time = |r: &Option<&Record>| r.filter(|r| r.status.is_solved()).map(|r| r.wall);
        self.rows.iter().map(|(_, row)| row.iter().map(time).collect()).collect()
    }

    /// Processor seconds where solved; empty when the system does not tell them.
    #[must_use]
    pub fn processor_times(&self) -> Vec<Vec<Option<f64>>> {
        if self.rows.iter().any(|(_, row)| row.iter().flatten().any(|r| r.cpu.is_none())) {
            return Vec::new();
        }
        let time = |r: &Option<&Record>| r.filter(|r| r.status.is_solved()).and_then(|r| r.cpu);
        self.rows.iter().map(|(_, row)| row.iter().map(time).collect()).collect()
    }

    /// Rows that have a record of every setting that the runs ask of them: only these compare like with like.
    #[must_use]
    pub fn complete(&self, runs: &[Run]) -> Self {
        let mut asked: BTreeMap<Key, BTreeSet<&str>> = BTreeMap::new();
        for r in runs {
            asked.entry((r.instance.name.clone(), r.problem.name.clone(), r.seed)).or_default().insert(&r.setting.name);
        }
        let whole = |key: &Key, row: &[Option<&Record>]| {
            let there = |s: &&str| self.settings.iter().position(|n| n == s).is_some_and(|n| row[n].is_some());
            asked.get(key).is_none_or(|settings| settings.iter().all(there))
        };
        let rows = self.rows.iter().filter(|(key, row)| whole(key, row)).cloned().collect();
        Self { settings: self.settings.clone(), rows }
    }

    /// Of a table by row and setting, the rows that were asked of one setting.
    #[must_use]
    pub fn of_setting<T: Clone>(&self, table: &[Vec<T>], setting: usize) -> Vec<Vec<T>> {
        self.rows.iter().zip(table).filter(|((_, row), _)| row[setting].is_some()).map(|(_, cells)| cells.clone()).collect()
    }
}

/// One line a setting. `O(runs)`.
#[must_use]
#[allow(clippy::cast_precision_loss)] // counts of runs
pub fn summaries(grid: &Grid<'_>, shift: f64) -> Vec<Summary> {
    let times = grid.times();
    let ratios = ratios(&times);
    let common: Vec<usize> = (0..times.len()).filter(|&n| times[n].iter().all(Option::is_some)).collect();
    (0..grid.settings.len())
        .map(|s| {
            let records: Vec<&Record> = grid.rows.iter().filter_map(|(_, row)| row[s]).collect();
            let count = |keep: &dyn Fn(&Record) -> bool| records.iter().filter(|r| keep(r)).count();
            let walls: Vec<f64> = records.iter().map(|r| if r.status.is_solved() { r.wall } else { r.wall.max(r.limit) }).collect();
            let cpus: Vec<f64> = records.iter().filter_map(|r| r.cpu).collect();
            let gaps: Vec<f64> = records.iter().filter(|r| r.value.is_some()).filter_map(|r| r.gap).collect();
            let both: Vec<f64> = times.iter().filter_map(|row| Some((row[s]? / row[0]?.max(1e-9)).ln())).collect();
            Summary {
                setting: grid.settings[s].to_owned(),
                runs: records.len(),
                solved: count(&|r| r.status.is_solved()),
                limit: count(&|r| r.status == Status::Limit),
                failed: count(&|r| matches!(r.status, Status::Failed | Status::Overrun | Status::NoAnswer)),
                fastest: ratios.iter().filter(|row| row[s].is_some_and(|r| r <= 1.01)).count(),
                mean: shifted_geometric_mean(&walls, shift),
                common: shifted_geometric_mean(&common.iter().filter_map(|&n| times[n][s]).collect::<Vec<_>>(), shift),
                against_first: (!both.is_empty()).then(|| (both.iter().sum::<f64>() / both.len() as f64).exp()),
                cpu: if cpus.len() == records.len() { shifted_geometric_mean(&cpus, shift) } else { None },
                gap: (!gaps.is_empty()).then(|| gaps.iter().sum::<f64>() / gaps.len() as f64),
                memory: records.iter().filter_map(|r| r.peak_memory).max(),
            }
        })
        .collect()
}

/// Pairs of runs of one problem that cannot both be right: a proven bound beyond another's answer. One sentence each.
#[must_use]
pub fn contradictions(records: &[Record]) -> Vec<String> {
    let mut by_problem: BTreeMap<(&str, &str), Vec<&Record>> = BTreeMap::new();
    for r in records {
        by_problem.entry((&r.instance, &r.problem)).or_default().push(r);
    }
    let mut out = BTreeSet::new();
    for ((instance, problem), runs) in by_problem {
        let infeasible = runs.iter().find(|r| r.status == Status::Infeasible);
        let answered = runs.iter().find(|r| r.value.is_some());
        if let (Some(a), Some(b)) = (infeasible, answered) {
            out.insert(format!("{problem} on {instance}: `{}` says infeasible, `{}` has an answer", a.setting, b.setting));
        }
        for a in &runs {
            for b in &runs {
                let (Some(bound), Some(value)) = (a.bound, b.value) else { continue };
                let over = if a.maximise { value - bound } else { bound - value };
                if over > TOLERANCE * value.abs().max(1.0) {
                    out.insert(format!(
                        "{problem} on {instance}: the bound {bound} proven by `{}` (seed {}) excludes the answer {value} of `{}` (seed {})",
                        a.setting, a.seed, b.setting, b.seed
                    ));
                }
            }
        }
    }
    out.into_iter().collect()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A record to be changed.
    pub fn record(instance: &str, setting: &str, wall: f64, status: Status) -> Record {
        Record {
            hash: format!("{instance}{setting}"),
            instance: instance.into(),
            problem: "p".into(),
            setting: setting.into(),
            seed: 1,
            threads: 1,
            limit: 10.0,
            gap_asked: 1e-6,
            maximise: false,
            status,
            exit: Some(0),
            value: Some(100.0),
            bound: Some(if status == Status::Solved { 100.0 } else { 90.0 }),
            gap: Some(if status == Status::Solved { 0.0 } else { 0.1 }),
            wall,
            cpu: Some(wall),
            own_seconds: None,
            peak_memory: Some(1000),
            load: None,
            cores: vec![0],
            trace: vec![(wall, Some(100.0), Some(90.0))],
            message: String::new(),
        }
    }

    #[test]
    fn a_summary_by_hand() {
        let records = vec![
            record("x", "a", 1.0, Status::Solved),
            record("x", "b", 4.0, Status::Solved),
            record("y", "a", 7.0, Status::Solved),
            record("y", "b", 10.2, Status::Limit),
        ];
        let grid = Grid::of(&records);
        let s = summaries(&grid, 1.0);
        assert_eq!((s[0].solved, s[0].fastest, s[1].solved, s[1].limit, s[1].fastest), (2, 2, 1, 1, 0));
        assert!((s[0].mean.unwrap_or(0.0) - 3.0).abs() < 1e-12, "sqrt(2 x 8) - 1");
        assert!((s[1].mean.unwrap_or(0.0) - ((5.0 * 11.2_f64).sqrt() - 1.0)).abs() < 1e-12);
        assert!((s[0].common.unwrap_or(0.0) - 1.0).abs() < 1e-12 && (s[1].common.unwrap_or(0.0) - 4.0).abs() < 1e-12);
        assert!((s[1].against_first.unwrap_or(0.0) - 4.0).abs() < 1e-12 && s[1].gap == Some(0.05));
        assert!(contradictions(&records).is_empty());
        // a setting that was not asked of a problem is not judged on it
        let mut some = records;
        some.pop();
        let grid = Grid::of(&some);
        let ratios = ratios(&grid.times());
        assert_eq!((grid.of_setting(&ratios, 0).len(), grid.of_setting(&ratios, 1).len()), (2, 1));
        assert_eq!(summaries(&grid, 1.0)[1].runs, 1);
    }

    #[test]
    fn a_bound_beyond_another_answer_is_a_contradiction() {
        let mut wrong = record("x", "b", 1.0, Status::Solved);
        wrong.value = Some(98.0);
        wrong.bound = Some(98.0);
        let found = contradictions(&[record("x", "a", 1.0, Status::Solved), wrong]);
        assert_eq!(found.len(), 1);
        assert!(found[0].contains("excludes the answer 98"), "{}", found[0]);
    }
}
