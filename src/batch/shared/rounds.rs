//! Round after round: what a round proved, and what the next one is asked.

use super::answers::{self, Answer};
use super::bound::{self, Cut, lower};
use super::mix::{self, allotment, down};
use super::pool::{self, Kind, Pool};
use super::table::{self, CaseLine, Certificate, RoundLine, Summary};
use crate::batch::expand::Job;
use crate::batch::spec::SharedSpec;
use crate::batch::{Entry, Status};
use crate::io::fingerprint::Fingerprint;
use crate::io::write::write_file;
use crate::network::Problem;
use crate::outcome::Bounds;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The key of the parameters of a job that says its round.
pub(in crate::batch) const ROUND: &str = "round";
/// Why rounds ended.
pub(in crate::batch) const GAP_REACHED: &str = "the gap asked for is reached";
pub(in crate::batch) const OWN_GAPS: &str =
    "what is left are the gaps of the cases' own plans: a smaller --gap of the command makes it smaller";
pub(in crate::batch) const NO_CHANGE: &str = "prices and allotment no longer change";
/// Behind the number of rounds.
pub(in crate::batch) const ROUNDS_OVER: &str = " rounds, as many as were asked for";
/// The next round is allotted when the mix promises this part of the gap.
const WORTH_ALLOTTING: f64 = 0.5;
/// Prices have this many digits behind the point, yuan: any price proves a bound.
const DIGITS: f64 = 1e4;

/// What a round is: prices and allotments, `[case][resource]`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Turn {
    /// Yuan a bed-year or doctor-year; all 0 in an allotted round.
    pub price: Vec<f64>,
    /// Beds and doctors that each case may use.
    pub usable: Vec<Vec<f64>>,
    /// Whether it is a priced one.
    pub priced: bool,
}

/// One command and scenario with its cases.
#[derive(Debug, Clone)]
struct Group {
    /// The jobs as the specification asks for them, one a case; rounds lay prices and allotments over their scenarios.
    base: Vec<Job>,
    pool: Pool,
    /// The table's share of each resource in each case.
    shares: Vec<Vec<f64>>,
    turns: Vec<Turn>,
    /// Jobs of each round.
    jobs: Vec<Vec<Entry>>,
    /// `[round][case]`.
    answers: Vec<Vec<Answer>>,
    rounds: Vec<RoundLine>,
    weights: Vec<Vec<f64>>,
    ended: Option<String>,
}

/// Rounds of a batch with shared hospitals.
#[derive(Debug, Clone)]
pub struct Rounds {
    spec: SharedSpec,
    groups: Vec<Group>,
    out: PathBuf,
}

/// What comes next.
#[derive(Debug)]
pub struct Next {
    /// Jobs of the next round; none when all rounds are over.
    pub jobs: Vec<Job>,
    /// What the round before came to, a line a group.
    pub said: Vec<String>,
}

impl Rounds {
    /// Rounds of the jobs of a specification, and the jobs of the first round. Scenarios are written into `out`.
    ///
    /// # Errors
    /// Cases that cannot be read, or do not share what they are to share; scenarios that cannot be written.
    pub fn begin(base: &[Job], spec: &SharedSpec, shown: &str, out: &Path) -> Result<(Self, Vec<Job>), Vec<Problem>> {
        let cases = pool::cases(base)?;
        let mut by_group: Vec<(String, Vec<&Job>)> = Vec::new();
        for job in base {
            let e = &job.entry;
            let key = format!("{} {:?} {} {:?}", e.command, e.arguments, e.scenario, e.parameters);
            match by_group.iter_mut().find(|(k, _)| *k == key) {
                Some((_, list)) => list.push(job),
                None => by_group.push((key, vec![job])),
            }
        }
        let (mut groups, mut problems) = (Vec::new(), Vec::new());
        for (_, jobs) in by_group {
            match pool::pool(&jobs, spec, &cases, shown) {
                Ok(pool) => groups.push(Group::new(&jobs, pool, &cases)),
                // one word for what holds of all groups
                Err(wrong) => {
                    let new: Vec<Problem> = wrong.into_iter().filter(|p| !problems.contains(p)).collect();
                    problems.extend(new);
                }
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let mut rounds = Self { spec: spec.clone(), groups, out: out.to_owned() };
        let mut jobs = Vec::new();
        for group in &mut rounds.groups {
            let usable = group.pool.start.iter().map(|own| own.iter().map(|a| down(*a)).collect()).collect();
            let turn = Turn { price: vec![0.0; group.pool.total.len()], usable, priced: false };
            jobs.extend(group.open(turn, out).map_err(|e| vec![written(shown, &e)])?);
        }
        Ok((rounds, jobs))
    }

    /// Reads the round that has ended and makes the next one; `status` tells how a job ended, by hash.
    ///
    /// # Errors
    /// When a scenario cannot be written, or the solver of the small LPs fails.
    pub fn next(&mut self, root: &Path, status: &dyn Fn(&str) -> Option<Status>) -> io::Result<Next> {
        let mut next = Next { jobs: Vec::new(), said: Vec::new() };
        for group in self.groups.iter_mut().filter(|g| g.ended.is_none()) {
            if let Some(turn) = group.judge(root, status, &self.spec)? {
                next.jobs.extend(group.open(turn, &self.out)?);
            }
            next.said.push(group.said());
        }
        Ok(next)
    }

    /// What all groups came to.
    #[must_use]
    pub fn summaries(&self) -> Vec<Summary> {
        self.groups.iter().map(Group::summary).collect()
    }

    /// Writes `data/shared.json`, `data/rounds.csv` and `data/shared.csv` (with Parquet where the build has it).
    ///
    /// # Errors
    /// What the system says.
    pub fn write(&self, root: &Path) -> io::Result<Vec<String>> {
        table::write(root, &self.summaries())
    }
}

fn written(shown: &str, error: &io::Error) -> Problem {
    let rule = &crate::network::codes::FILE_UNREADABLE;
    Problem::new(rule, crate::network::Place::file(shown), format!("the scenario of a round cannot be written: {error}")).column("shared")
}

impl Group {
    fn new(jobs: &[&Job], pool: Pool, cases: &BTreeMap<String, crate::io::CaseRead>) -> Self {
        let share = |job: &Job, code: &str| {
            let facilities = cases.get(&job.entry.case).map(|c| &c.case.network.facilities);
            facilities.and_then(|f| f.iter().find(|f| f.code == code)).map_or(1.0, |f| f.avail)
        };
        let shares = jobs.iter().map(|job| pool.resources.iter().map(|(code, _)| share(job, code)).collect()).collect();
        Self {
            base: jobs.iter().map(|j| (*j).clone()).collect(),
            pool,
            shares,
            turns: Vec::new(),
            jobs: Vec::new(),
            answers: Vec::new(),
            rounds: Vec::new(),
            weights: Vec::new(),
            ended: None,
        }
    }

    /// The jobs of a turn, large cases first: so nobody waits for one at the end.
    fn open(&mut self, turn: Turn, out: &Path) -> io::Result<Vec<Job>> {
        let round = i64::try_from(self.turns.len()).unwrap_or(i64::MAX - 1) + 1;
        let mut jobs = Vec::new();
        for (i, base) in self.base.iter().enumerate() {
            let table = match &base.scenario {
                Some(file) => fs::read_to_string(file)?.parse().map_err(io::Error::other)?,
                None => toml::Table::new(),
            };
            let text = toml::to_string_pretty(&self.laid_over(&table, i, &turn)).map_err(io::Error::other)?;
            let hash = Fingerprint::new()
                .add(b"fenji batch shared 1")
                .add(base.entry.hash.as_bytes())
                .add(round.to_string().as_bytes())
                .add(text.as_bytes())
                .text();
            let file = out.join("scenarios").join(format!("{}.toml", crate::io::fingerprint::of_bytes(text.as_bytes())));
            if !fs::read(&file).is_ok_and(|b| b == text.as_bytes()) {
                fs::create_dir_all(out.join("scenarios"))?;
                write_file(&file, text.as_bytes())?;
            }
            let mut entry = Entry { hash, ..base.entry.clone() };
            entry.parameters.insert(ROUND.to_owned(), toml::Value::Integer(round));
            jobs.push(Job { entry, scenario: Some(file), ..base.clone() });
        }
        self.jobs.push(jobs.iter().map(|j| j.entry.clone()).collect());
        self.turns.push(turn);
        let mut order: Vec<(usize, Job)> = self.pool.size.iter().copied().zip(jobs).collect();
        order.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.entry.case.cmp(&b.1.entry.case)));
        Ok(order.into_iter().map(|(_, job)| job).collect())
    }

    /// A scenario with what a case may use, and what it costs, laid over.
    fn laid_over(&self, base: &toml::Table, case: usize, turn: &Turn) -> toml::Table {
        let mut out = base.clone();
        let mut set = |key: &str, code: &str, value: f64| {
            let capacity = out.entry("capacity").or_insert_with(|| toml::Value::Table(toml::Table::new()));
            let Some(capacity) = capacity.as_table_mut() else { return };
            let inner = capacity.entry(key).or_insert_with(|| toml::Value::Table(toml::Table::new()));
            if let Some(inner) = inner.as_table_mut() {
                inner.insert(code.to_owned(), toml::Value::Float(value));
            }
        };
        for (r, (code, kind)) in self.pool.resources.iter().enumerate().filter(|(r, _)| self.pool.member[case][*r]) {
            let (usable, price) = match kind {
                Kind::Beds => ("usable_beds", "bed_price"),
                Kind::Doctors => ("usable_doctors", "doctor_price"),
            };
            set(usable, code, turn.usable[case][r]);
            if turn.price[r] > 0.0 {
                set(price, code, turn.price[r] / self.pool.per[r]);
            }
        }
        out
    }

    /// Reads the last round; the next one, unless rounds are over.
    fn judge(&mut self, root: &Path, status: &dyn Fn(&str) -> Option<Status>, spec: &SharedSpec) -> io::Result<Option<Turn>> {
        let Some(jobs) = self.jobs.last() else { return Ok(None) };
        let without: Vec<&str> = jobs.iter().filter(|e| status(&e.hash) != Some(Status::Done)).map(|e| e.case.as_str()).collect();
        if !without.is_empty() {
            self.ended = Some(format!("round {} has no plan of {}: `fenji batch retry` goes on", self.turns.len(), without.join(", ")));
            return Ok(None);
        }
        let folder = root.join("jobs");
        let read = |(i, e): (usize, &Entry)| answers::read(&folder.join(&e.hash), &self.pool, i, &self.shares[i]);
        let answers: Vec<Answer> = jobs.iter().enumerate().map(read).collect::<io::Result<_>>()?;
        self.answers.push(answers);
        let (line, price) = self.line()?;
        let bounds = Bounds { primal: line.best_upper.unwrap_or(f64::INFINITY), dual: line.best_lower.unwrap_or(f64::NEG_INFINITY) };
        self.rounds.push(line);
        let open = bounds.primal - bounds.dual;
        // the gaps of the cases' own solves: no allotment takes them away
        let own: f64 = self.answers.iter().map(|a| a.iter().map(|x| x.open).sum::<f64>()).fold(f64::INFINITY, f64::min);
        self.ended = if bounds.gap() <= spec.gap {
            Some(GAP_REACHED.into())
        } else if open <= 1.02 * own {
            Some(OWN_GAPS.into())
        } else if self.turns.len() as u64 >= u64::from(spec.rounds) {
            Some(format!("{}{ROUNDS_OVER}", spec.rounds))
        } else {
            None
        };
        if self.ended.is_some() {
            return Ok(None);
        }
        let turn = self.turn(bounds, own, &price)?;
        if self.turns.contains(&turn) {
            self.ended = Some(NO_CHANGE.into());
            return Ok(None);
        }
        Ok(Some(turn))
    }

    /// Bounds after the last round, and the prices in the best one.
    fn line(&mut self) -> io::Result<(RoundLine, Vec<f64>)> {
        let (turn, answers) = match (self.turns.last(), self.answers.last()) {
            (Some(t), Some(a)) => (t, a),
            _ => return Err(io::Error::other("no round")),
        };
        let cuts = self.cuts();
        let newest: Vec<Vec<f64>> = cuts.iter().map(|c| (0..c.len()).map(|t| if t + 1 == c.len() { 1.0 } else { 0.0 }).collect()).collect();
        let (own, _) = lower(&cuts, &newest, &self.pool.total);
        // the weights of before prove what they proved: a solver that fails costs nothing
        let before: Vec<Vec<f64>> = self.weights.iter().map(|w| w.iter().copied().chain([0.0]).collect()).collect();
        let found = bound::weights(&self.pool, &cuts).map_err(io::Error::other)?;
        let tried = [newest, before, found].into_iter().filter(|w| !w.is_empty());
        let best = tried.map(|w| (lower(&cuts, &w, &self.pool.total), w)).max_by(|a, b| a.0.0.total_cmp(&b.0.0));
        let Some(((best_lower, price), weights)) = best else { return Err(io::Error::other("no weights")) };
        let fits = |r: usize| answers.iter().map(|a| a.used[r]).sum::<f64>() <= self.pool.total[r] * (1.0 + 1e-9) + 1e-9;
        let feasible = !turn.priced || (0..self.pool.total.len()).all(fits);
        let value: f64 = answers.iter().map(|a| a.value).sum();
        let upper = feasible.then_some(value);
        let best_upper = self.rounds.last().and_then(|l| l.best_upper).into_iter().chain(upper).reduce(f64::min);
        let (priced, round) = (turn.priced, self.turns.len());
        // of each case a sum of 1; the solver leaves a trace below zero
        let whole = |w: &[f64]| w.iter().map(|x| x.max(0.0)).sum::<f64>();
        self.weights = weights.iter().map(|w| w.iter().map(|x| x.max(0.0) / whole(w)).collect()).collect();
        let finite = |x: f64| x.is_finite().then_some(x);
        let line = RoundLine {
            round,
            priced,
            value,
            lower: finite(own),
            upper,
            best_lower: finite(best_lower),
            best_upper,
            gap: finite(Bounds { primal: best_upper.unwrap_or(f64::INFINITY), dual: best_lower }.gap()),
        };
        Ok((line, price))
    }

    /// What each job so far proves, `[case][round]`.
    fn cuts(&self) -> Vec<Vec<Cut>> {
        let of = |i: usize| {
            let one = |(turn, answers): (&Turn, &Vec<Answer>)| {
                let a = &answers[i];
                let price: Vec<f64> = turn.price.iter().zip(&self.pool.member[i]).map(|(p, m)| if *m { *p } else { 0.0 }).collect();
                Cut::of(a.bound, &price, &turn.usable[i], &a.worth)
            };
            self.turns.iter().zip(&self.answers).map(one).collect()
        };
        (0..self.base.len()).map(of).collect()
    }

    /// The next turn, by (8). `own`: gaps of the cases' own plans, `proven`: prices in the best bound.
    fn turn(&self, bounds: Bounds, own: f64, proven: &[f64]) -> io::Result<Turn> {
        let by_case: Vec<Vec<Answer>> = (0..self.base.len()).map(|i| self.answers.iter().map(|a| a[i].clone()).collect()).collect();
        let mix = mix::mix(&self.pool, &by_case).map_err(io::Error::other)?;
        let open = bounds.primal - bounds.dual - own;
        if let Some(mix) = &mix {
            let gain = bounds.primal - mix.value;
            let last_was_priced = self.turns.last().is_some_and(|t| t.priced);
            if gain >= WORTH_ALLOTTING * open && gain > 0.0 && last_was_priced {
                let usable = allotment(&self.pool, &mix.uses);
                return Ok(Turn { price: vec![0.0; self.pool.total.len()], usable, priced: false });
            }
        }
        let price: Vec<f64> = match (self.answers.as_slice(), &mix) {
            ([only], _) => self.mean_worth(only),
            (_, Some(mix)) => mix.price.iter().zip(proven).map(|(a, b)| 0.5 * (a + b)).collect(),
            (_, None) => proven.to_vec(),
        };
        let price = price.iter().zip(&self.pool.per).map(|(p, per)| (p / per * DIGITS).round() / DIGITS * per).collect();
        let all = |member: &Vec<bool>| member.iter().zip(&self.pool.total).map(|(m, t)| if *m { down(*t) } else { 0.0 }).collect();
        Ok(Turn { price, usable: self.pool.member.iter().map(all).collect(), priced: true })
    }

    /// Worth of the resources in an allotted round, weighted by allotment.
    fn mean_worth(&self, answers: &[Answer]) -> Vec<f64> {
        let of = |r: usize| {
            let (mut sum, mut weight) = (0.0, 0.0);
            for (a, start) in answers.iter().zip(&self.pool.start) {
                sum += start[r] * a.worth[r];
                weight += start[r];
            }
            if weight > 0.0 { sum / weight } else { 0.0 }
        };
        (0..self.pool.total.len()).map(of).collect()
    }

    fn said(&self) -> String {
        let Some(line) = self.rounds.last() else { return self.ended.clone().unwrap_or_default() };
        let number = |x: Option<f64>| x.map_or_else(|| "none".to_owned(), |x| format!("{:.3} million", x / 1e6));
        let kind = if line.priced { "priced" } else { "allotted" };
        let gap = line.gap.map_or_else(|| "unknown".to_owned(), |g| format!("{:.4} %", 100.0 * g));
        let end = self.ended.as_ref().map_or_else(String::new, |e| format!("; {e}"));
        format!("round {} ({kind}): plan {}, bound {}, gap {gap}{end}", line.round, number(line.best_upper), number(line.best_lower))
    }

    fn summary(&self) -> Summary {
        let cuts = self.cuts();
        let (best_lower, price) = lower(&cuts, &self.weights, &self.pool.total);
        let best = self.rounds.iter().filter(|l| l.upper.is_some() && l.upper == l.best_upper).map(|l| l.round).next_back();
        let mut lines = Vec::new();
        for (t, (turn, answers)) in self.turns.iter().zip(&self.answers).enumerate() {
            for (i, a) in answers.iter().enumerate() {
                let weight = self.weights.get(i).and_then(|w| w.get(t)).copied().unwrap_or(0.0);
                lines.push(CaseLine {
                    round: t + 1,
                    case: self.base[i].entry.case.clone(),
                    job: self.jobs[t][i].hash.clone(),
                    value: a.value,
                    bound: a.bound,
                    weight,
                    price: turn.price.iter().zip(&self.pool.per).map(|(p, per)| p / per).collect(),
                    usable: turn.usable[i].clone(),
                    used: a.used.clone(),
                    worth: a.worth.iter().zip(&self.pool.per).map(|(q, per)| q / per).collect(),
                    member: self.pool.member[i].clone(),
                });
            }
        }
        let entry = self.base.first().map(|j| &j.entry);
        Summary {
            command: entry.map_or_else(String::new, |e| format!("{} {}", e.command, e.arguments.join(" ")).trim().to_owned()),
            scenario: entry.map_or_else(String::new, Entry::variant),
            resources: self.pool.resources.clone(),
            total: self.pool.total.clone(),
            units: self.pool.per.clone(),
            certificate: Certificate {
                lower: best_lower.is_finite().then_some(best_lower),
                upper: self.rounds.last().and_then(|l| l.best_upper),
                gap: self.rounds.last().and_then(|l| l.gap),
                price: price.iter().zip(&self.pool.per).map(|(p, per)| p / per).collect(),
                best_round: best,
            },
            ended: self.ended.clone(),
            rounds: self.rounds.clone(),
            cases: lines,
        }
    }
}
