//! The only door to a valid [`Network`]: rows come in with the codes they name, ids go out, and everything wrong is said at once.
//!
//! Rows are added in the order classes, areas, townships, settlements, facilities, arcs, so that each code is resolved when its row arrives and
//! no second copy of the tables is kept. A row with a broken reference is kept with the reference [`NOWHERE`], so that the problems of
//! other rows are still found; a case with one error is never handed out.

use super::codes::{self, Rule};
use super::problem::{Problem, Problems};
use super::row_codes::{RowCodes, ids};
use super::tables::{Lines, Table};
use super::{
    ArcLists, ArcRules, Area, Case, CaseClass, Facility, Network, ObservedShares, Provenance, Settlement, TierTable, Township, validate,
};
use crate::ids::{AreaId, ClassId, TownId};
use crate::travel::{Crs, Travel};

/// Position that stands for a reference that could not be resolved.
pub const NOWHERE: u32 = u32::MAX;

/// What a case is besides its tables.
#[derive(Debug, Clone)]
pub struct CaseHead {
    /// Title.
    pub name: String,
    /// Year the tables speak of.
    pub year: i32,
    /// Coordinate system.
    pub crs: Crs,
    /// Policy pack.
    pub policy: String,
    /// Arc rules.
    pub rules: ArcRules,
    /// Observed shares.
    pub observed: ObservedShares,
    /// Where the numbers come from.
    pub provenance: Vec<Provenance>,
}

/// A settlement or a facility, by position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Spot {
    /// A settlement.
    Settlement(u32),
    /// A facility.
    Facility(u32),
}

/// Kind of an arc.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArcKind {
    /// From a settlement to where its people go first.
    First,
    /// Referral to a higher rank.
    Up,
    /// Step-down or redirect to a lower rank.
    Down,
}

impl ArcKind {
    /// The table of the kind.
    #[must_use]
    pub const fn table(self) -> Table {
        match self {
            Self::First => Table::FirstArcs,
            Self::Up => Table::UpArcs,
            Self::Down => Table::DownArcs,
        }
    }
}

/// Builds a network row by row.
#[derive(Debug)]
pub struct NetworkBuilder {
    head: CaseHead,
    areas: Vec<Area>,
    towns: Vec<Township>,
    settlements: Vec<Settlement>,
    facilities: Vec<Facility>,
    classes: Vec<CaseClass>,
    tiers: TierTable,
    arcs: Option<ArcLists>,
    // Looked up, never iterated.
    area_of: RowCodes,
    town_of: RowCodes,
    settlement_of: RowCodes,
    facility_of: RowCodes,
    lines: Lines,
    problems: Problems,
    totals_unsure: bool,
    areas_known: bool,
    towns_known: bool,
    places_known: bool,
}

impl NetworkBuilder {
    /// An empty network with the classes and tier parameters of the case.
    #[must_use]
    pub fn new(head: CaseHead, classes: Vec<CaseClass>, tiers: TierTable, lines: Lines, problems: Problems) -> Self {
        Self {
            head,
            areas: Vec::new(),
            towns: Vec::new(),
            settlements: Vec::new(),
            facilities: Vec::new(),
            classes,
            tiers,
            arcs: None,
            area_of: RowCodes::default(),
            town_of: RowCodes::default(),
            settlement_of: RowCodes::default(),
            facility_of: RowCodes::default(),
            lines,
            problems,
            totals_unsure: false,
            areas_known: true,
            towns_known: true,
            places_known: true,
        }
    }

    /// The problems so far, to add to.
    pub fn problems(&mut self) -> &mut Problems {
        &mut self.problems
    }

    /// Places of rows.
    #[must_use]
    pub fn lines(&self) -> &Lines {
        &self.lines
    }

    /// A population could not be read: sums over settlements would accuse rows that are right.
    pub fn totals_unsure(&mut self) {
        self.totals_unsure = true;
    }

    /// Places of rows, to mark what could not be read.
    pub fn lines_mut(&mut self) -> &mut Lines {
        &mut self.lines
    }

    /// `areas.csv` is of no use, which has been reported: references to it are not.
    pub fn areas_unknown(&mut self) {
        self.areas_known = false;
    }

    /// `townships.csv` is of no use.
    pub fn towns_unknown(&mut self) {
        self.towns_known = false;
        self.totals_unsure = true;
    }

    /// `settlements.csv` is of no use.
    pub fn settlements_unknown(&mut self) {
        self.places_known = false;
        self.totals_unsure = true;
    }

    /// `facilities.csv` is of no use.
    pub fn facilities_unknown(&mut self) {
        self.places_known = false;
        self.lines.column_is_unsure(Table::Facilities, "id");
    }

    /// Coordinate system of the case.
    #[must_use]
    pub fn crs(&self) -> Crs {
        self.head.crs
    }

    /// So many settlements are to come at most: room for them at once.
    pub fn expect_settlements(&mut self, most: usize) {
        self.settlements.reserve(most);
        let rows = &self.settlements;
        self.settlement_of.reserve(most, |r| &rows[r as usize].code);
    }

    /// Adds an area.
    pub fn area(&mut self, line: u64, area: Area) {
        let (rows, told) = (&self.areas, (&self.lines, &mut self.problems));
        self.area_of.note(&area.code, rows.len(), (Table::Areas, line), |r| &rows[r as usize].code, told);
        self.lines.push(Table::Areas, line);
        self.areas.push(area);
    }

    /// Adds a township; its `area` is resolved from the code.
    pub fn town(&mut self, line: u64, area: &str, mut town: Township) {
        town.area = AreaId(self.find_area(Table::Townships, line, area));
        let (rows, told) = (&self.towns, (&self.lines, &mut self.problems));
        if !self.town_of.note(&town.code, rows.len(), (Table::Townships, line), |r| &rows[r as usize].code, told) {
            self.totals_unsure = true;
        }
        self.lines.push(Table::Townships, line);
        self.towns.push(town);
    }

    /// Adds a settlement; its `area` and `town` are resolved from the codes.
    pub fn settlement(&mut self, line: u64, area: &str, town: &str, mut settlement: Settlement) {
        // most rows lie where the row before them does
        let before = self.settlements.last().map(|s| (s.area, s.town));
        let same_area = before.filter(|(a, _)| self.areas.get(a.index()).is_some_and(|a| a.code == area));
        let same_town = before.filter(|(_, t)| self.towns.get(t.index()).is_some_and(|t| t.code == town));
        settlement.area = same_area.map_or_else(|| AreaId(self.find_area(Table::Settlements, line, area)), |(a, _)| a);
        settlement.town = same_town.map_or_else(|| TownId(self.find_town(Table::Settlements, line, town)), |(_, t)| t);
        let (rows, told) = (&self.settlements, (&self.lines, &mut self.problems));
        let fresh = self.settlement_of.note(&settlement.code, rows.len(), (Table::Settlements, line), |r| &rows[r as usize].code, told);
        // A township missing from its table already explains a wrong sum; so does a settlement given twice.
        self.totals_unsure |= settlement.town.0 == NOWHERE || !fresh;
        self.lines.push(Table::Settlements, line);
        self.settlements.push(settlement);
    }

    /// Adds a facility; empty codes are no area and no township, `drug_gaps` holds class codes separated by `;`.
    pub fn facility(&mut self, line: u64, area: &str, town: &str, drug_gaps: &str, mut facility: Facility) {
        facility.area = (!area.is_empty()).then(|| AreaId(self.find_area(Table::Facilities, line, area)));
        facility.town = (!town.is_empty()).then(|| TownId(self.find_town(Table::Facilities, line, town)));
        facility.drug_gaps.clear();
        for code in drug_gaps.split(';').map(str::trim).filter(|c| !c.is_empty()) {
            match self.classes.iter().position(|k| k.code == code) {
                Some(k) => facility.drug_gaps.push(ClassId::new(k)),
                None => self.report(&codes::CLASS_UNKNOWN, (Table::Facilities, line), "drug_gaps", code, "there is no such case class"),
            }
        }
        facility.drug_gaps.sort_unstable();
        facility.drug_gaps.dedup();
        let (rows, told) = (&self.facilities, (&self.lines, &mut self.problems));
        self.facility_of.note(&facility.code, rows.len(), (Table::Facilities, line), |r| &rows[r as usize].code, told);
        self.lines.push(Table::Facilities, line);
        self.facilities.push(facility);
    }

    /// The case gives its arcs one by one, even if none follows.
    pub fn exact_arcs(&mut self) {
        self.arcs.get_or_insert_default();
    }

    /// Adds an arc by codes.
    pub fn arc(&mut self, line: u64, kind: ArcKind, from: &str, to: &str) {
        let table = kind.table();
        let start = if kind == ArcKind::First { self.find_settlement(from) } else { self.find_facility(from) };
        let end = self.find_facility(to);
        if start.is_none() && self.places_known {
            let wanted = if kind == ArcKind::First { "no settlement has this id" } else { "no facility has this id" };
            self.report(&codes::PLACE_UNKNOWN, (table, line), "from", from, wanted);
        }
        if end.is_none() && self.places_known {
            self.report(&codes::PLACE_UNKNOWN, (table, line), "to", to, "no facility has this id");
        }
        if let (Some(a), Some(b)) = (start, end) {
            let lists = self.arcs.get_or_insert_default();
            let list = match kind {
                ArcKind::First => &mut lists.first,
                ArcKind::Up => &mut lists.up,
                ArcKind::Down => &mut lists.down,
            };
            list.push((a, b));
            self.lines.push(table, line);
        }
    }

    /// Finds a settlement or facility of `times.csv` by code; an unknown one is reported.
    pub fn spot(&mut self, line: u64, column: &str, code: &str) -> Option<Spot> {
        match (self.find_settlement(code), self.find_facility(code)) {
            (Some(i), None) => Some(Spot::Settlement(i)),
            (None, Some(j)) => Some(Spot::Facility(j)),
            (None, None) if !self.places_known => None,
            (None, None) => {
                self.report(&codes::PLACE_UNKNOWN, (Table::Times, line), column, code, "neither a settlement nor a facility has this id");
                None
            }
            (Some(_), Some(_)) => {
                self.report(
                    &codes::ID_TWICE,
                    (Table::Times, line),
                    column,
                    code,
                    "both a settlement and a facility have this id, so the time is ambiguous",
                );
                None
            }
        }
    }

    /// Settlements and facilities so far.
    #[must_use]
    pub fn counts(&self) -> (usize, usize) {
        (self.settlements.len(), self.facilities.len())
    }

    /// Checks the whole; the case is there when there is no error. Problems come sorted.
    ///
    /// `travel` turns the finished network into the travel model (and may report problems of its own); it is asked only when there is no error yet.
    pub fn finish(self, travel: impl FnOnce(&Network, &Lines, &mut Problems) -> Option<Travel>) -> (Option<Case>, Vec<Problem>) {
        let Self { head, areas, towns, settlements, facilities, classes, tiers, arcs, lines, mut problems, totals_unsure, .. } = self;
        let network = Network {
            name: head.name,
            year: head.year,
            crs: head.crs,
            areas,
            towns,
            settlements,
            facilities,
            classes,
            tiers,
            provenance: head.provenance,
        };
        validate::network(&network, &lines, totals_unsure, &mut problems);
        if let Some(arcs) = &arcs {
            validate::arcs(&network, arcs, &lines, &mut problems);
        }
        let travel = travel(&network, &lines, &mut problems).filter(|_| problems.errors() == 0);
        let case = travel.map(|travel| Case { network, travel, rules: head.rules, arcs, policy: head.policy, observed: head.observed });
        (case, problems.into_sorted())
    }

    fn find_settlement(&self, code: &str) -> Option<u32> {
        self.settlement_of.find(code, |r| &self.settlements[r as usize].code)
    }

    fn find_facility(&self, code: &str) -> Option<u32> {
        self.facility_of.find(code, |r| &self.facilities[r as usize].code)
    }

    fn find_area(&mut self, table: Table, line: u64, code: &str) -> u32 {
        if let Some(a) = self.area_of.find(code, |r| &self.areas[r as usize].code) {
            return a;
        }
        // An empty cell has been reported where it was read.
        if !code.is_empty() && self.areas_known {
            self.report(&codes::AREA_UNKNOWN, (table, line), "area", code, "no row of areas.csv has this id");
        }
        NOWHERE
    }

    fn find_town(&mut self, table: Table, line: u64, code: &str) -> u32 {
        if let Some(t) = self.town_of.find(code, |r| &self.towns[r as usize].code) {
            return t;
        }
        if !code.is_empty() && self.towns_known {
            self.report(&codes::TOWN_UNKNOWN, (table, line), "town", code, "no row of townships.csv has this id");
        }
        NOWHERE
    }

    fn report(&mut self, rule: &Rule, at: (Table, u64), column: &str, value: &str, message: &str) {
        let place = self.lines.place_of(at.0, at.1);
        self.problems.push(Problem::new(rule, place, message).column(column).value(value));
    }
}

/// Holds a case made by a program (a generator, a test) against the same rules as a case that was read.
///
/// Returns all problems, warnings included; lines are those the rows would have in a written case folder. References must be in range.
#[must_use]
pub fn check_case(case: &Case) -> Vec<Problem> {
    let (lines, mut problems) = (Lines::default(), Problems::default());
    let n = &case.network;
    ids(Table::Areas, n.areas.iter().map(|r| r.code.as_str()), &lines, &mut problems);
    ids(Table::Townships, n.towns.iter().map(|r| r.code.as_str()), &lines, &mut problems);
    ids(Table::Settlements, n.settlements.iter().map(|r| r.code.as_str()), &lines, &mut problems);
    ids(Table::Facilities, n.facilities.iter().map(|r| r.code.as_str()), &lines, &mut problems);
    validate::network(&case.network, &lines, false, &mut problems);
    if let Some(arcs) = &case.arcs {
        validate::arcs(&case.network, arcs, &lines, &mut problems);
    }
    problems.into_sorted()
}
