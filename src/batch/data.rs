//! The data set of a batch: jobs, indicators, ledger, facilities, flows; one file a table, every row with its job, case, scenario, command and
//! parameters, so that DuckDB, pandas and Polars read it at once. Rows stand in the order of the jobs; times are in `jobs` alone, so that all
//! other tables are the same however the batch was run.

use super::folder::Batch;
use super::maps::{Places, places_of};
use super::sealed::There;
use super::tables::{self, Found};
use super::{Entry, Record, Status, grid};
use crate::io::frame::{Column, Kind, Value};
use crate::io::write::{TEMPORARY, write_file};
use crate::report::csv_out::harmless;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// Jobs whose rows are read before they are written: enough for all cores, few enough that large plans do not fill the memory.
pub(super) const AT_A_TIME: usize = 16;

/// Columns that every table has first, before those of the parameters.
const KEYS: [&str; 6] = ["job", "case", "parent", "group", "scenario", "command"];

/// Columns of each table behind the shared ones.
const JOBS: [(&str, Kind); 14] = [
    ("arguments", Kind::Words),
    ("status", Kind::Words),
    ("termination", Kind::Words),
    ("objective", Kind::Number),
    ("bound", Kind::Number),
    ("gap", Kind::Number),
    ("exit", Kind::Whole),
    ("seconds", Kind::Number),
    ("cpu_seconds", Kind::Number),
    ("peak_memory", Kind::Whole),
    ("folder", Kind::Words),
    ("opens", Kind::Words),
    ("message", Kind::Words),
    ("place", Kind::Whole),
];

/// Writes the data set of the jobs of a batch (`own`: positions in its list) into `root/data`; returns the names of its files.
///
/// # Errors
/// What the system says.
pub fn write(root: &Path, batch: &Batch, own: &[usize], found: &[There]) -> io::Result<Vec<String>> {
    let mut writing = Writing::begin(root, batch)?;
    for some in own.iter().copied().zip(found).collect::<Vec<_>>().chunks(AT_A_TIME) {
        writing.add(some)?;
    }
    writing.finish()
}

/// A data set on its way to the disk; jobs come in their order.
pub struct Writing<'a> {
    root: &'a Path,
    batch: &'a Batch,
    folder: PathBuf,
    parameters: Vec<(String, Kind)>,
    /// Areas with people, by case.
    peopled: BTreeMap<String, BTreeSet<String>>,
    jobs: Out,
    /// Indicators, ledger, facilities, flows.
    tables: [Out; 4],
}

impl<'a> Writing<'a> {
    /// Begins the data set of a batch.
    ///
    /// # Errors
    /// What the system says.
    pub fn begin(root: &'a Path, batch: &'a Batch) -> io::Result<Self> {
        let folder = root.join("data");
        fs::create_dir_all(&folder).map_err(|e| io::Error::new(e.kind(), format!("{}: {e}", folder.display())))?;
        let places = refresh_places(root, batch)?;
        let parameters = parameters(&batch.jobs);
        let with = |columns: &[(&str, Kind)]| -> Vec<Column> {
            let keys = KEYS.iter().map(|k| ((*k).to_owned(), Kind::Words));
            let own = columns.iter().map(|(n, k)| ((*n).to_owned(), *k));
            keys.chain(parameters.iter().map(|(key, kind)| (grid::column(key), *kind))).chain(own).collect()
        };
        let csv = !cfg!(feature = "parquet");
        let jobs = Out::begin(&folder, "jobs", &with(&JOBS), true)?;
        let tables = [
            Out::begin(&folder, "indicators", &with(&tables::INDICATORS), csv)?,
            Out::begin(&folder, "ledger", &with(&tables::LEDGER), csv)?,
            Out::begin(&folder, "facilities", &with(&tables::FACILITIES), csv)?,
            Out::begin(&folder, "flows", &with(&tables::FLOWS), csv)?,
        ];
        let peopled = places.into_iter().map(|(name, p)| (name, p.peopled())).collect();
        Ok(Self { root, batch, folder, parameters, peopled, jobs, tables })
    }

    /// Adds the next jobs (positions in the list of the batch, and what is there of each): the rows of all of them are in memory at once.
    ///
    /// # Errors
    /// What the system says.
    pub fn add(&mut self, some: &[(usize, &There)]) -> io::Result<()> {
        let read: Vec<(Vec<Value>, Found)> = some.par_iter().map(|&(n, there)| self.rows(n, there)).collect();
        let mut by_table: [Vec<Vec<Value>>; 4] = Default::default();
        for (own, found) in read {
            self.jobs.push(own)?;
            by_table
                .iter_mut()
                .zip([found.indicators, found.ledger, found.facilities, found.flows])
                .for_each(|(all, rows)| all.extend(rows));
        }
        self.tables.par_iter_mut().zip(by_table).try_for_each(|(out, rows)| rows.into_iter().try_for_each(|row| out.push(row)))
    }

    /// The rows of a job: its own, and those of its tables.
    fn rows(&self, n: usize, there: &There) -> (Vec<Value>, Found) {
        let entry = &self.batch.jobs[n];
        let keys = keys(entry, &self.parameters);
        let row = |rest: Vec<Value>| keys.iter().cloned().chain(rest).collect::<Vec<_>>();
        let of = if there.record().is_some_and(|r| r.status == Status::Done) {
            tables::read(&self.root.join("jobs").join(&entry.hash), &entry.command, self.peopled.get(&entry.case))
        } else {
            Found::default()
        };
        let all = |rows: Vec<Vec<Value>>| rows.into_iter().map(row).collect();
        let found = Found { indicators: all(of.indicators), ledger: all(of.ledger), facilities: all(of.facilities), flows: all(of.flows) };
        (row(job(entry, there, n)), found)
    }

    /// Puts all files in place; returns their names.
    ///
    /// # Errors
    /// What the system says.
    pub fn finish(self) -> io::Result<Vec<String>> {
        let Self { folder, jobs, tables, .. } = self;
        let mut names = jobs.finish(&folder)?;
        let finished: Vec<io::Result<Vec<String>>> = tables.into_par_iter().map(|out| out.finish(&folder)).collect();
        for of in finished {
            names.extend(of?);
        }
        Ok(names)
    }
}

/// Where the places of cases are, for the page: read now where the case is at hand, kept where it is not.
fn refresh_places(root: &Path, batch: &Batch) -> io::Result<BTreeMap<String, Places>> {
    let path = root.join("places.json");
    let mut places: BTreeMap<String, Places> = fs::read(&path).ok().and_then(|b| serde_json::from_slice(&b).ok()).unwrap_or_default();
    for (name, folder) in &batch.cases {
        if let Some(found) = places_of(folder) {
            places.insert(name.clone(), found);
        }
    }
    places.retain(|name, _| batch.cases.contains_key(name));
    let mut bytes = serde_json::to_vec(&places).map_err(io::Error::other)?;
    bytes.push(b'\n');
    write_file(&path, &bytes)?;
    Ok(places)
}

/// Keys of the parameters with their types: numbers where all values are numbers, else words.
fn parameters(jobs: &[Entry]) -> Vec<(String, Kind)> {
    let mut all: BTreeMap<&str, Kind> = BTreeMap::new();
    for (key, value) in jobs.iter().flat_map(|j| &j.parameters) {
        let number = value.is_float() || value.is_integer();
        let kind = all.entry(key).or_insert(Kind::Number);
        if !number {
            *kind = Kind::Words;
        }
    }
    all.into_iter().map(|(key, kind)| (key.to_owned(), kind)).collect()
}

#[allow(clippy::cast_precision_loss)] // parameters are small
fn keys(entry: &Entry, parameters: &[(String, Kind)]) -> Vec<Value> {
    let mut row: Vec<Value> = [entry.hash.as_str(), &entry.case, &entry.parent].map(Value::from).to_vec();
    row.extend([Value::from(entry.group.clone()), entry.scenario.as_str().into(), entry.command.as_str().into()]);
    row.extend(parameters.iter().map(|(key, kind)| match (entry.parameters.get(key), kind) {
        (None, _) => Value::None,
        (Some(toml::Value::Float(x)), Kind::Number) => Value::Number(*x),
        (Some(toml::Value::Integer(x)), Kind::Number) => Value::Number(*x as f64),
        (Some(other), _) => super::shown(other).into(),
    }));
    row
}

fn job(entry: &Entry, there: &There, place: usize) -> Vec<Value> {
    let arguments = Value::from(entry.arguments.join(" "));
    let place = Value::from(place as u64);
    let Some(r) = there.record() else {
        let (status, why) = match there {
            There::Damaged(why) => ("damaged", why.as_str()),
            _ => ("missing", ""),
        };
        let mut row = vec![arguments, status.into()];
        row.extend(std::iter::repeat_n(Value::None, 10));
        row.extend([why.into(), place]);
        return row;
    };
    let Record { status, termination, objective, bound, gap, exit, seconds, cpu, peak_memory, opens, message, .. } = r;
    vec![
        arguments,
        status.word().into(),
        termination.clone().into(),
        (*objective).into(),
        (*bound).into(),
        (*gap).into(),
        exit.map(i64::from).into(),
        (*seconds).into(),
        (*cpu).into(),
        (*peak_memory).into(),
        format!("jobs/{}", entry.hash).into(),
        opens.clone().into(),
        message.as_str().into(),
        place,
    ]
}

/// A table on its way to the disk: it appears under its name when it is whole; one that is given up leaves nothing.
pub(super) struct Out {
    name: String,
    csv: Option<(csv::Writer<File>, PathBuf)>,
    #[cfg(feature = "parquet")]
    parquet: Option<(crate::io::frame::ParquetFile<io::BufWriter<File>>, PathBuf)>,
}

impl Out {
    pub(super) fn begin(folder: &Path, name: &str, columns: &[Column], csv: bool) -> io::Result<Self> {
        let path = |kind: &str| folder.join(format!("{TEMPORARY}{name}.{kind}"));
        let csv = if csv {
            let mut out = csv::Writer::from_writer(File::create(path("csv"))?);
            out.write_record(columns.iter().map(|(n, _)| n))?;
            Some((out, path("csv")))
        } else {
            None
        };
        #[cfg(feature = "parquet")]
        let parquet = {
            let out = io::BufWriter::new(File::create(path("parquet"))?);
            Some((crate::io::frame::ParquetFile::new(name, columns, out).map_err(in_parquet)?, path("parquet")))
        };
        Ok(Self {
            name: name.to_owned(),
            csv,
            #[cfg(feature = "parquet")]
            parquet,
        })
    }

    pub(super) fn push(&mut self, row: Vec<Value>) -> io::Result<()> {
        if let Some((out, _)) = &mut self.csv {
            out.write_record(row.iter().map(|v| match v {
                Value::Words(w) => harmless(w),
                Value::Number(n) if n.is_finite() => format!("{n}"),
                Value::Whole(n) => n.to_string(),
                Value::Number(_) | Value::None => String::new(),
            }))?;
        }
        #[cfg(feature = "parquet")]
        if let Some((out, _)) = &mut self.parquet {
            out.push(row).map_err(in_parquet)?;
        }
        Ok(())
    }

    pub(super) fn finish(mut self, folder: &Path) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        let mut place = |table: &str, from: &Path, kind: &str| -> io::Result<()> {
            let name = format!("{table}.{kind}");
            fs::rename(from, folder.join(&name))?;
            names.push(format!("data/{name}"));
            Ok(())
        };
        if let Some((out, path)) = self.csv.take() {
            out.into_inner().map_err(|e| io::Error::new(e.error().kind(), e.to_string()))?.sync_all()?;
            place(&self.name, &path, "csv")?;
        }
        #[cfg(feature = "parquet")]
        if let Some((out, path)) = self.parquet.take() {
            out.finish().map_err(in_parquet)?.into_inner().map_err(io::Error::from)?.sync_all()?;
            place(&self.name, &path, "parquet")?;
        }
        Ok(names)
    }
}

impl Drop for Out {
    fn drop(&mut self) {
        let paths = self.csv.take().map(|(_, path)| path).into_iter();
        #[cfg(feature = "parquet")]
        let paths = paths.chain(self.parquet.take().map(|(_, path)| path));
        // what cannot be taken away is written over the next time
        paths.for_each(|path| drop(fs::remove_file(path)));
    }
}

/// What the writer says; a full disk stays one.
#[cfg(feature = "parquet")]
fn in_parquet(error: parquet::errors::ParquetError) -> io::Error {
    let full = error.to_string().contains("os error 28");
    if full { io::Error::new(io::ErrorKind::StorageFull, error) } else { io::Error::other(error) }
}
