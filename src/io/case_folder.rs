//! The case folder: `case.toml` and its tables, read with every problem named and written whole or not at all.

use super::case_toml::{self, CaseHeadRead, Mode};
use super::rows::{ArcRow, AreaRow, ClassRow, FacilityRow, Row, SettlementRow, TierRow, TownshipRow};
use super::scenario::ScenarioFile;
use super::table::{Opened, ReadLimits, TableReader};
use super::text_file::{self, LARGEST_TOML};
use super::{shelf, travel_in};
use crate::network::builder::NetworkBuilder;
use crate::network::case_class::default_classes;
use crate::network::codes;
use crate::network::tables::{Lines, Table};
use crate::network::{Case, CaseClass, Place, Problem, Problems, TierParams, TierTable};
use crate::travel::Crs;
use std::path::Path;

pub use super::folder_out::{Extras, write_case};

/// A case that was read.
#[derive(Debug, Clone)]
pub struct CaseRead {
    /// The case.
    pub case: Case,
    /// Scenario of the case; lay a run's own [`ScenarioFile::over`] it.
    pub scenario: ScenarioFile,
    /// Title in Latin letters.
    pub name_en: Option<String>,
    /// What a person should look at.
    pub warnings: Vec<Problem>,
}

impl CaseRead {
    /// What belongs to the case and not to its network, for [`write_case`].
    #[must_use]
    pub fn extras(&self) -> Extras {
        Extras { name_en: self.name_en.clone(), scenario: self.scenario.table.clone() }
    }
}

/// Reads a case folder under the default limits.
///
/// # Errors
/// All problems of the folder, warnings included, sorted by file and line.
pub fn read_case(folder: &Path) -> Result<CaseRead, Vec<Problem>> {
    read_case_with(folder, ReadLimits::default())
}

/// Reads a case folder.
///
/// Memory is bounded by the rows the limits allow; a file is in memory one row at a time. Time is linear in the size of the files,
/// apart from sorting arcs; a long table is read on a thread of its own while its rows are added.
///
/// # Errors
/// All problems of the folder, warnings included, sorted by file and line.
pub fn read_case_with(folder: &Path, limits: ReadLimits) -> Result<CaseRead, Vec<Problem>> {
    if let Some(read) = shelf::case(folder) {
        return Ok(CaseRead::clone(&read));
    }
    if let Some(problem) = no_folder(folder) {
        return Err(vec![problem]);
    }
    let mut problems = Problems::default();
    let head = read_head(folder, &mut problems);
    let mode = head.as_ref().map(|h| h.travel.mode);
    // Without a readable case.toml the tables are still looked at, as far as their columns do not hang on it.
    let crs_known = head.as_ref().is_some_and(|h| h.crs_known);
    let read = head.unwrap_or_else(|| CaseHeadRead::unknown(guess_crs(folder)));
    let mut head = read.head;
    if !crs_known {
        head.crs = guess_crs(folder);
    }
    let crs = head.crs;

    let mut lines = Lines::default();
    let source = Tables { folder, limits, crs };
    let classes = source.classes(&mut lines, &mut problems);
    let tiers = source.tiers(&mut lines, &mut problems);
    let mut builder = NetworkBuilder::new(head, classes, tiers, lines, problems);
    source.people(&mut builder);
    source.facilities(&mut builder);
    source.arcs(&mut builder);
    let travel = travel_in::read(folder, limits, &read.travel, &mut builder);
    if let Some(mode) = mode {
        unused(folder, mode, builder.problems());
    }

    let (case, problems) = builder.finish(|network, lines, problems| travel.build(network, lines, problems));
    match case {
        Some(case) => {
            // Only now the names of the scenario can be held against the tables.
            let misfits = read.scenario.misfits(&case.network, &case.policy);
            if misfits.is_empty() {
                return Ok(CaseRead { case, scenario: read.scenario, name_en: read.name_en, warnings: problems });
            }
            Err(problems.into_iter().chain(misfits).collect())
        }
        None => Err(problems),
    }
}

fn no_folder(folder: &Path) -> Option<Problem> {
    if shelf::holds(folder) {
        return None;
    }
    let shown = folder.display().to_string();
    let problem = |rule, message: String| Some(Problem::new(rule, Place::file(&shown), message));
    match std::fs::metadata(folder) {
        Ok(meta) if meta.is_dir() => match std::fs::read_dir(folder) {
            Ok(_) => None,
            Err(e) => problem(&codes::FILE_UNREADABLE, format!("the folder cannot be listed: {e}")),
        },
        Ok(_) => problem(&codes::FOLDER_NOT_A_FOLDER, "this is a file".into()),
        Err(_) if std::fs::symlink_metadata(folder).is_ok() => {
            problem(&codes::LINK_LOOP, "this is a symbolic link that leads nowhere or in a circle".into())
        }
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => problem(&codes::FOLDER_MISSING, "there is no such folder".into()),
        Err(e) => problem(&codes::FILE_UNREADABLE, format!("the system says: {e}")),
    }
}

fn read_head(folder: &Path, problems: &mut Problems) -> Option<CaseHeadRead> {
    match text_file::read(&folder.join(case_toml::FILE), case_toml::FILE, LARGEST_TOML) {
        Ok(Some(text)) => case_toml::read(&text, problems),
        Ok(None) => {
            problems.push(Problem::new(&codes::FILE_MISSING, Place::file(case_toml::FILE), "every case has a case.toml"));
            None
        }
        Err(problem) => {
            problems.push(*problem);
            None
        }
    }
}

/// The coordinate system that the header of the settlements fits, when `case.toml` does not say.
fn guess_crs(folder: &Path) -> Crs {
    let header = text_file::open(&folder.join(Table::Settlements.file()), Table::Settlements.file()).ok().flatten();
    let mut line = String::new();
    let read = header.map(|t| std::io::BufRead::read_line(&mut std::io::BufReader::new(t.file), &mut line));
    let planar = matches!(read, Some(Ok(_))) && line.trim().split(',').any(|c| c == "x") && !line.split(',').any(|c| c == "lon");
    if planar { Crs::PlanarKm } else { Crs::Wgs84 }
}

/// Whether something of this name is there.
fn stands(path: &Path) -> bool {
    shelf::is_file(path) || path.exists()
}

/// Tables that stand in the folder for nothing.
fn unused(folder: &Path, mode: Mode, problems: &mut Problems) {
    let idle: &[Table] = match mode {
        Mode::Metric => &[Table::Times, Table::RoadNodes, Table::RoadEdges],
        Mode::Table => &[Table::RoadNodes, Table::RoadEdges],
        Mode::Road => &[Table::Times],
    };
    for table in idle.iter().filter(|t| stands(&folder.join(t.file()))) {
        let message = format!("travel.mode = \"{}\" does not use this table", mode.word());
        problems.push(Problem::new(&codes::FILE_UNUSED, Place::file(table.file()), message));
    }
}

/// Rows that go from the thread that reads a long table to the one that adds them.
const AT_A_TIME: usize = 2048;

/// A row as it was read.
struct ReadRow<R> {
    line: u64,
    row: R,
    broken: bool,
    lost_people: bool,
}

/// The next row of a table.
fn read_row<R: Row>(reader: &mut TableReader, crs: Crs, problems: &mut Problems) -> Option<ReadRow<R>> {
    let line = reader.next_row(problems)?;
    let mut cells = reader.cells(line, problems);
    let row = R::read(&mut cells, crs);
    let (broken, lost_people) = cells.state();
    Some(ReadRow { line, row, broken, lost_people })
}

/// Reads a table to its end on a thread of its own while its rows are taken here; what it found. Nothing is read where there is no thread to be had.
fn beside<R: Row + Send>(reader: &mut TableReader, crs: Crs, take: impl FnMut(ReadRow<R>)) -> Option<Problems> {
    std::thread::scope(|scope| {
        let (send, receive) = std::sync::mpsc::sync_channel(8);
        let read = move || {
            let mut problems = Problems::default();
            let mut next = || read_row::<R>(reader, crs, &mut problems);
            loop {
                let rows: Vec<ReadRow<R>> = std::iter::from_fn(&mut next).take(AT_A_TIME).collect();
                let last = rows.len() < AT_A_TIME;
                if send.send(rows).is_err() || last {
                    return problems;
                }
            }
        };
        let reading = std::thread::Builder::new().name("rows".into()).spawn_scoped(scope, read).ok()?;
        receive.into_iter().flatten().for_each(take);
        Some(reading.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    })
}

/// The tables of a folder.
struct Tables<'a> {
    folder: &'a Path,
    limits: ReadLimits,
    crs: Crs,
}

impl Tables<'_> {
    fn open<R: Row>(&self, needed: bool, problems: &mut Problems) -> Option<Box<TableReader>> {
        match TableReader::open(self.folder, R::TABLE, R::columns(self.crs), self.limits, problems) {
            Opened::Rows(reader) => Some(reader),
            Opened::Broken => None,
            Opened::Absent => {
                if needed {
                    let file = R::TABLE.file();
                    problems.push(Problem::new(&codes::FILE_MISSING, Place::file(file), format!("there is no {file}")));
                }
                None
            }
        }
    }

    /// Reads all rows of a table into the builder; false when there are none.
    fn each<R: Row + Send>(&self, needed: bool, builder: &mut NetworkBuilder, mut add: impl FnMut(&mut NetworkBuilder, u64, R)) -> bool {
        let Some(mut reader) = self.open::<R>(needed, builder.problems()) else { return false };
        for column in reader.missing() {
            builder.lines_mut().column_is_unsure(R::TABLE, column);
        }
        let counts_people = matches!(R::TABLE, Table::Settlements | Table::Townships);
        if counts_people && reader.missing().next().is_some() {
            builder.totals_unsure();
        }
        if R::TABLE == Table::Settlements {
            builder.expect_settlements(reader.most_rows());
        }
        let mut any = false;
        let mut take = |builder: &mut NetworkBuilder, read: ReadRow<R>| {
            any = true;
            if read.broken {
                builder.lines_mut().next_is_broken(R::TABLE);
            }
            if read.lost_people {
                builder.totals_unsure();
            }
            add(builder, read.line, read.row);
        };
        let found = if reader.is_long() { beside(&mut reader, self.crs, |row| take(builder, row)) } else { None };
        match found {
            Some(found) => builder.problems().take(found),
            // short tables, and long ones where the system gives no thread
            None => {
                while let Some(row) = read_row::<R>(&mut reader, self.crs, builder.problems()) {
                    take(builder, row);
                }
            }
        }
        if counts_people && reader.skipped() {
            builder.totals_unsure();
        }
        any
    }

    fn people(&self, builder: &mut NetworkBuilder) {
        if !self.each(true, builder, |b, line, row: AreaRow| b.area(line, row.into())) {
            builder.areas_unknown();
        }
        let towns = self.each(true, builder, |b, line, row: TownshipRow| {
            let (town, area) = row.split();
            b.town(line, &area, town);
        });
        if !towns {
            builder.towns_unknown();
        }
        let settlements = self.each(true, builder, |b, line, row: SettlementRow| {
            let (settlement, area, town) = row.split();
            b.settlement(line, &area, &town, settlement);
        });
        if !settlements {
            builder.totals_unsure();
            builder.settlements_unknown();
        }
    }

    fn facilities(&self, builder: &mut NetworkBuilder) {
        let read = self.each(true, builder, |b, line, row: FacilityRow| {
            let (facility, area, town, gaps) = row.split();
            b.facility(line, &area, &town, &gaps, facility);
        });
        if !read {
            builder.facilities_unknown();
        }
    }

    fn arcs(&self, builder: &mut NetworkBuilder) {
        if stands(&self.folder.join(Table::FirstArcs.file())) {
            builder.exact_arcs();
        }
        self.each(false, builder, |b, line, row: ArcRow| {
            if let Some(kind) = row.arc_kind().filter(|_| !row.from.is_empty() && !row.to.is_empty()) {
                b.arc(line, kind, &row.from, &row.to);
            }
        });
    }

    fn classes(&self, lines: &mut Lines, problems: &mut Problems) -> Vec<CaseClass> {
        let Some(mut reader) = self.open::<ClassRow>(false, problems) else { return default_classes() };
        let mut classes = Vec::new();
        while let Some(line) = reader.next_row(problems) {
            classes.push(ClassRow::read(&mut reader.cells(line, problems), self.crs).into());
            lines.push(Table::Classes, line);
        }
        for column in reader.missing() {
            lines.column_is_unsure(Table::Classes, column);
        }
        if classes.is_empty() { default_classes() } else { classes }
    }

    /// Rows of `tiers.csv` over the defaults. Problems found later name the line of the tier's own row.
    fn tiers(&self, lines: &mut Lines, problems: &mut Problems) -> TierTable {
        let mut tiers = TierTable::default();
        let Some(mut reader) = self.open::<TierRow>(false, problems) else { return tiers };
        let mut line_of = [0u64; 10];
        while let Some(line) = reader.next_row(problems) {
            let mut cells = reader.cells(line, problems);
            let row = TierRow::read(&mut cells, self.crs);
            if cells.state().0 {
                continue;
            }
            let seen = &mut line_of[row.tier.index()];
            if *seen > 0 {
                let message = format!("tier {} already stands at line {seen}", row.tier);
                cells.say(&codes::TIER_TWICE, "tier", row.tier.code(), message);
            }
            *seen = line;
            *tiers.get_mut(row.tier) = TierParams::from(row);
        }
        for line in line_of {
            lines.push(Table::Tiers, line);
        }
        tiers
    }
}
