//! The tables of Kenya (facility list with level, beds and place; census of 2019) become a case: the one country whose tiers, beds and places are open.
//!
//! Real are: every facility with its level, beds, owner and place; the people and the land of the sub-counties. Modelled are: which ward lies in which
//! sub-county of the census where the two divisions differ ([`areas`]), how the people of a sub-county spread over its wards, settlements, staff.
//! Assumed are: rates of cases, speeds, insurance. Each column says so in the provenance of the case. Nothing is left out silently: `notes.csv` lists every
//! row that was left out, placed or changed, and warnings count them.
//!
//! | level of the list | tier |
//! | --- | --- |
//! | 2: dispensaries and clinics | V; its beds (maternity and observation) are not used, as tier V admits nobody |
//! | 3: health centres | T |
//! | 4: primary hospitals | K |
//! | 5: secondary (county referral) hospitals | M |
//! | 6: national referral hospitals | P |

pub mod areas;
pub mod case;
pub mod crosswalk;
mod head;
pub mod tables;

use super::case_folder::CaseRead;
use super::csv_out::CsvOut;
use super::scenario::ScenarioFile;
use super::write::NamedBytes;
use crate::network::builder::NetworkBuilder;
use crate::network::tables::Lines;
use crate::network::{Place, Problem, Problems, TierTable, codes};
use crate::synth::apportion;
use crate::travel::Travel;
use std::path::Path;

/// What became of a row of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// Left out: a laboratory, pharmacy, testing centre or the like treats nobody, or the list gives no level.
    LeftOut,
    /// Placed at the middle of its ward: the list has no position.
    Placed,
    /// Its beds are not used: tier V admits nobody.
    BedsUnused,
    /// Stands as written, though far from the other facilities of its ward.
    FarFromWard,
}

impl Fate {
    const ALL: [Self; 4] = [Self::LeftOut, Self::Placed, Self::BedsUnused, Self::FarFromWard];

    const fn name(self) -> &'static str {
        ["left_out", "placed_at_ward", "beds_unused", "far_from_ward"][self as usize]
    }

    const fn says(self) -> &'static str {
        [
            "left out, as they treat nobody (laboratories, pharmacies, testing centres and the like stand alone) or have no level",
            "without a position, put at the middle of their ward",
            "of level 2 have beds, which are not used: tier V admits nobody",
            "stand more than 50 km from the middle of their ward; their positions are kept as written",
        ][self as usize]
    }
}

/// One note on one row.
#[derive(Debug, Clone, PartialEq)]
pub struct Note {
    /// Row of the list, by position.
    pub row: usize,
    /// What became of it.
    pub fate: Fate,
}

/// The case and what became of the rows.
#[derive(Debug, Clone)]
pub struct Imported {
    /// The case.
    pub read: CaseRead,
    /// `notes.csv`.
    pub notes: NamedBytes,
}

/// Reads the folder and makes the case.
///
/// # Errors
/// All problems of the tables at once, warnings included.
pub fn import_kenya(folder: &Path) -> Result<Imported, Vec<Problem>> {
    let mut problems = Problems::default();
    if !folder.is_dir() {
        let shown = folder.display().to_string();
        problems.push(Problem::new(&codes::FOLDER_MISSING, Place::file(&shown), "there is no such folder"));
        return Err(problems.into_sorted());
    }
    let census = tables::census(folder, &mut problems);
    let list = tables::facilities(folder, census.as_ref(), &mut problems);
    let (Some(census), Some(list)) = (census, list) else { return Err(problems.into_sorted()) };
    let wards = areas::wards(&census, &list, &mut problems);
    if problems.errors() > 0 {
        return Err(problems.into_sorted());
    }
    let made = case::make(&census, &list, &wards);
    for fate in Fate::ALL {
        warn(fate, &list, &made.notes, &mut problems);
    }
    let notes = (String::from("notes.csv"), written(&list, &made.notes));
    let head = head::head(&census, &made);
    let mut builder = NetworkBuilder::new(head, head::classes(), TierTable::default(), Lines::default(), problems);
    // lines are those the rows have in the tables that are written
    for (line, area) in (2..).zip(made.areas) {
        builder.area(line, area);
    }
    for (line, (area, town)) in (2..).zip(made.towns) {
        builder.town(line, &area, town);
    }
    for (line, (area, town, settlement)) in (2..).zip(made.settlements) {
        builder.settlement(line, &area, &town, settlement);
    }
    for (line, (area, town, facility)) in (2..).zip(made.facilities) {
        builder.facility(line, &area, &town, "", facility);
    }
    let (case, problems) = builder.finish(|_, _, _| Some(Travel::Metric(head::travel())));
    let Some(case) = case else { return Err(problems) };
    let (table, scenario) = head::scenario();
    let scenario = ScenarioFile { table, scenario, ..ScenarioFile::default() };
    Ok(Imported { read: CaseRead { case, scenario, name_en: Some("Kenya".to_owned()), warnings: problems }, notes })
}

fn warn(fate: Fate, list: &[tables::Listed], notes: &[Note], problems: &mut Problems) {
    let rows: Vec<&tables::Listed> = notes.iter().filter(|n| n.fate == fate).map(|n| &list[n.row]).collect();
    if rows.is_empty() {
        return;
    }
    let beds: u64 = rows.iter().map(|f| u64::from(f.beds)).sum();
    let names: Vec<&str> = rows.iter().take(5).map(|f| f.name.as_str()).collect();
    let message = format!("{} facilities ({beds} beds) {}: {}; notes.csv lists all", rows.len(), fate.says(), names.join(", "));
    problems.push(Problem::new(&codes::ROWS_LEFT_OUT, Place::file(tables::FACILITIES), message).value(rows.len()));
}

fn written(list: &[tables::Listed], notes: &[Note]) -> Vec<u8> {
    let mut out = CsvOut::new(["line", "id", "name", "level", "type", "sub_county", "ward", "beds", "note"]);
    for note in notes {
        let f = &list[note.row];
        out.whole(f.line);
        out.text(&f.id);
        out.text(&f.name);
        out.text(&f.level.map_or_else(String::new, |l| l.to_string()));
        out.text(&f.kind);
        out.text(&f.sub);
        out.text(&f.ward);
        out.whole(u64::from(f.beds));
        out.text(note.fate.name());
        out.end_row();
    }
    out.into_bytes()
}
