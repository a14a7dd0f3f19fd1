//! The tables of a case and where each of their rows came from, so that a problem found late still names its line.

use super::problem::Place;
use std::collections::HashSet;

/// A table of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Table {
    /// Counties and urban district groups.
    Areas,
    /// Townships and subdistricts.
    Townships,
    /// Villages and neighbourhoods.
    Settlements,
    /// Facilities.
    Facilities,
    /// Case classes.
    Classes,
    /// Tier parameters.
    Tiers,
    /// First-contact arcs.
    FirstArcs,
    /// Up arcs.
    UpArcs,
    /// Down arcs.
    DownArcs,
    /// Times between places.
    Times,
    /// Road nodes.
    RoadNodes,
    /// Road edges.
    RoadEdges,
}

impl Table {
    /// All tables.
    pub const ALL: [Self; 12] = [
        Self::Areas,
        Self::Townships,
        Self::Settlements,
        Self::Facilities,
        Self::Classes,
        Self::Tiers,
        Self::FirstArcs,
        Self::UpArcs,
        Self::DownArcs,
        Self::Times,
        Self::RoadNodes,
        Self::RoadEdges,
    ];

    /// File in the case folder. The three kinds of arcs share one.
    #[must_use]
    pub const fn file(self) -> &'static str {
        match self {
            Self::Areas => "areas.csv",
            Self::Townships => "townships.csv",
            Self::Settlements => "settlements.csv",
            Self::Facilities => "facilities.csv",
            Self::Classes => "classes.csv",
            Self::Tiers => "tiers.csv",
            Self::FirstArcs | Self::UpArcs | Self::DownArcs => "arcs.csv",
            Self::Times => "times.csv",
            Self::RoadNodes => "road_nodes.csv",
            Self::RoadEdges => "road_edges.csv",
        }
    }

    /// Key in the JSON form of a case.
    #[must_use]
    pub const fn json_key(self) -> &'static str {
        match self {
            Self::Areas => "areas",
            Self::Townships => "towns",
            Self::Settlements => "nodes",
            Self::Facilities => "facilities",
            Self::Classes => "classes",
            Self::Tiers => "tiers",
            Self::FirstArcs => "first_arcs",
            Self::UpArcs => "up_arcs",
            Self::DownArcs => "down_arcs",
            Self::Times => "times",
            Self::RoadNodes => "road_nodes",
            Self::RoadEdges => "road_edges",
        }
    }
}

/// Where the rows of each table came from. The default stands for tables made by a program: row 0 would be line 2 of its file.
#[derive(Debug, Clone, Default)]
pub struct Lines {
    json: Option<String>,
    lines: [Vec<u32>; 12],
    // Asked for membership only, never iterated.
    broken: HashSet<(Table, u32)>,
    unsure: Vec<(Table, &'static str)>,
}

impl Lines {
    /// The next row of the table could not be read in full: rules that compare its cells are not held against it.
    pub fn next_is_broken(&mut self, table: Table) {
        let row = u32::try_from(self.lines[table as usize].len()).unwrap_or(u32::MAX);
        self.broken.insert((table, row));
    }

    /// Whether a row was marked as broken.
    #[must_use]
    pub fn is_broken(&self, table: Table, row: usize) -> bool {
        !self.broken.is_empty() && u32::try_from(row).is_ok_and(|row| self.broken.contains(&(table, row)))
    }

    /// A column is missing from the file, which has been reported: rows are not accused of it.
    pub fn column_is_unsure(&mut self, table: Table, column: &'static str) {
        self.unsure.push((table, column));
    }

    /// Whether a column was marked as missing.
    #[must_use]
    pub fn is_unsure(&self, table: Table, column: &str) -> bool {
        self.unsure.iter().any(|&(t, c)| t == table && c == column)
    }

    /// Rows that come from a JSON file: lines are positions in its lists.
    #[must_use]
    pub fn of_json(file: &str) -> Self {
        Self { json: Some(file.to_owned()), ..Self::default() }
    }

    /// Notes the line (or list position) of the next row of a table.
    pub fn push(&mut self, table: Table, line: u64) {
        self.lines[table as usize].push(u32::try_from(line).unwrap_or(u32::MAX));
    }

    /// The place of a line not yet noted.
    #[must_use]
    pub fn place_of(&self, table: Table, line: u64) -> Place {
        match &self.json {
            Some(file) => Place { file: file.clone(), line: None, path: Some(format!("{}[{line}]", table.json_key())) },
            None => Place::line(table.file(), line),
        }
    }

    /// The place of a row.
    #[must_use]
    pub fn place(&self, table: Table, row: usize) -> Place {
        let line = self.lines[table as usize].get(row).map_or(row as u64 + 2, |&l| u64::from(l));
        self.place_of(table, line)
    }

    /// A table as a whole.
    #[must_use]
    pub fn whole(&self, table: Table) -> Place {
        match &self.json {
            Some(file) => Place { file: file.clone(), line: None, path: Some(table.json_key().to_owned()) },
            None => Place::file(table.file()),
        }
    }
}
