//! What must hold of a network as a whole: ranges, sums, ranks and references. Each rule is one plain loop.

use super::area::OUTSIDE;
use super::codes::{self, Rule};
use super::problem::{Problem, Problems};
use super::tables::{Lines, Table};
use super::{CaseClass, Facility, Kind, Network};
use crate::ids::AreaId;

pub use super::validate_arcs::arcs;

/// Most people a settlement or township can have.
pub const MOST_PEOPLE: u64 = 200_000_000;
/// Most beds a facility can have.
pub const MOST_BEDS: u32 = 100_000;
/// Most doctors or nurses a facility can have.
pub const MOST_STAFF: f64 = 100_000.0;

/// Reports the problems of one table row by row.
struct Desk<'a> {
    lines: &'a Lines,
    problems: &'a mut Problems,
    table: Table,
}

impl Desk<'_> {
    fn say(&mut self, rule: &Rule, row: usize, column: &str, value: impl std::fmt::Display, message: impl Into<String>) {
        if self.lines.is_broken(self.table, row) || self.lines.is_unsure(self.table, column) {
            return;
        }
        let place = self.lines.place(self.table, row);
        self.problems.push(Problem::new(rule, place, message).column(column).value(value));
    }

    /// A number that must lie in `[low, high]`; `open_low` excludes the lower end.
    fn range(&mut self, row: usize, column: &str, value: f64, low: f64, high: f64, open_low: bool) {
        if !value.is_finite() {
            self.say(&codes::NOT_FINITE, row, column, value, "not a number of record");
        } else if value < 0.0 && low >= 0.0 {
            self.say(&codes::NEGATIVE, row, column, value, "the number is negative");
        } else if value < low || value > high || (open_low && value <= low) {
            let than = if open_low { "above" } else { "at least" };
            self.say(&codes::OUT_OF_RANGE, row, column, value, format!("must be {than} {low} and at most {high}"));
        }
    }

    fn name(&mut self, row: usize, column: &str, text: &str) {
        // most texts are plain, and a million of them are looked at
        if text.bytes().all(|b| (b' '..=b'~').contains(&b)) {
            return;
        }
        if let Some(c) = text.chars().find(|&c| c.is_control() || super::problem::is_format_control(c)) {
            self.say(&codes::CONTROL_CHARACTER, row, column, text, format!("the text holds the control character {}", c.escape_unicode()));
        }
    }

    fn names(&mut self, row: usize, code: &str, name: &str, name_en: Option<&str>) {
        self.name(row, "id", code);
        self.name(row, "name", name);
        if let Some(text) = name_en {
            self.name(row, "name_en", text);
        }
    }
}

/// Checks a network; `totals_unsure` leaves out the sums over settlements because a population could not be read.
pub fn network(network: &Network, lines: &Lines, totals_unsure: bool, problems: &mut Problems) {
    areas(network, totals_unsure, &mut Desk { lines, problems, table: Table::Areas });
    places(network, totals_unsure, lines, problems);
    facilities(network, &mut Desk { lines, problems, table: Table::Facilities });
    classes(network, &mut Desk { lines, problems, table: Table::Classes });
    tiers(network, &mut Desk { lines, problems, table: Table::Tiers });
    super::validate_places::positions(network, lines, problems);
}

fn areas(network: &Network, totals_unsure: bool, desk: &mut Desk<'_>) {
    let mut peopled = vec![false; network.areas.len()];
    for s in &network.settlements {
        if let Some(p) = peopled.get_mut(s.area.index()) {
            *p = true;
        }
    }
    for (row, a) in network.areas.iter().enumerate() {
        desk.names(row, &a.code, &a.name, a.name_en.as_deref());
        if let Some(p) = &a.prefecture {
            desk.name(row, "prefecture", p);
        }
        if let Some(km2) = a.area_km2 {
            desk.range(row, "area_km2", km2, 0.0, 2e6, true);
        }
        desk.range(row, "enrol_rate", a.enrol_rate, 0.0, 1.0, false);
        desk.range(row, "fund_per_head", a.fund_per_head.0, 0.0, 1e6, false);
        let outside = a.code.strip_prefix(OUTSIDE).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'));
        if !peopled[row] && !totals_unsure && !outside {
            desk.say(&codes::AREA_WITHOUT_PEOPLE, row, "id", &a.code, "no settlement names this area");
        }
    }
}

/// Townships and settlements: populations, sums, areas that agree.
fn places(network: &Network, totals_unsure: bool, lines: &Lines, problems: &mut Problems) {
    let mut sums = vec![0u64; network.towns.len()];
    let mut desk = Desk { lines, problems: &mut *problems, table: Table::Settlements };
    for (row, s) in network.settlements.iter().enumerate() {
        desk.names(row, &s.code, &s.name, s.name_en.as_deref());
        people(&mut desk, row, s.population.0);
        if let Some(town) = network.towns.get(s.town.index()) {
            sums[s.town.index()] = sums[s.town.index()].saturating_add(s.population.0);
            if town.area != s.area {
                let (row_area, town_area) = (area_code(network, s.area), area_code(network, town.area));
                if let (Some(a), Some(b)) = (row_area, town_area) {
                    let message = format!("the row says area {a}, but its township {} lies in {b}", town.code);
                    desk.say(&codes::TOWN_OF_OTHER_AREA, row, "town", &town.code, message);
                }
            }
        }
    }
    if !network.settlements.is_empty() && !totals_unsure && network.settlements.iter().all(|s| s.population.0 == 0) {
        let place = lines.whole(Table::Settlements);
        problems.push(Problem::new(&codes::NOBODY, place, "every settlement has a population of 0").column("pop").value(0));
    }
    let mut desk = Desk { lines, problems, table: Table::Townships };
    for (row, t) in network.towns.iter().enumerate() {
        desk.names(row, &t.code, &t.name, t.name_en.as_deref());
        people(&mut desk, row, t.population.0);
        if !totals_unsure && sums[row] != t.population.0 {
            let message = format!("{} people of record, but its settlements sum to {}", t.population.0, sums[row]);
            desk.say(&codes::TOWN_TOTAL, row, "pop", t.population.0, message);
        }
    }
}

fn people(desk: &mut Desk<'_>, row: usize, population: u64) {
    if population > MOST_PEOPLE {
        desk.say(&codes::OUT_OF_RANGE, row, "pop", population, format!("more than {MOST_PEOPLE} people in one place"));
    }
}

fn area_code(network: &Network, area: AreaId) -> Option<&str> {
    network.areas.get(area.index()).map(|a| a.code.as_str())
}

fn facilities(network: &Network, desk: &mut Desk<'_>) {
    if network.facilities.is_empty() && !desk.lines.is_unsure(Table::Facilities, "id") {
        let place = desk.lines.whole(Table::Facilities);
        desk.problems.push(Problem::new(&codes::NO_FACILITIES, place, "the table has no facility"));
    }
    for (row, f) in network.facilities.iter().enumerate() {
        desk.names(row, &f.code, &f.name, f.name_en.as_deref());
        capacities(desk, row, f);
        belonging(network, desk, row, f);
    }
}

fn capacities(desk: &mut Desk<'_>, row: usize, f: &Facility) {
    for (column, beds) in [("beds", f.beds.0), ("icu", f.icu.0)] {
        if beds > MOST_BEDS {
            desk.say(&codes::OUT_OF_RANGE, row, column, beds, format!("more than {MOST_BEDS} beds in one facility"));
        }
    }
    for (column, staff) in [("doctors", f.doctors.0), ("gps", f.gps.0), ("nurses", f.nurses.0)] {
        desk.range(row, column, staff, 0.0, MOST_STAFF, false);
    }
    desk.range(row, "avail", f.avail, 0.0, 1.0, true);
    let siting = &f.siting;
    for (column, value) in [("capex_bed", siting.capex_bed), ("fixed_cost", siting.fixed_cost)] {
        if let Some(yuan) = value {
            desk.range(row, column, yuan.0, 0.0, 1e13, false);
        }
    }
    if let (Some(low), Some(high)) = (siting.bmin, siting.bmax)
        && low.0 > high.0
    {
        desk.say(&codes::PART_EXCEEDS_WHOLE, row, "bmin", low.0, format!("more than bmax ({})", high.0));
    }
    if !siting.exist && f.beds.0 > 0 {
        let message = "a facility that does not exist has no beds; write what it may get as bmin and bmax";
        desk.say(&codes::PART_EXCEEDS_WHOLE, row, "beds", f.beds.0, message);
    }
    if let Some(budget) = f.budget {
        desk.range(row, "budget", budget.0, 0.0, 1e13, false);
    }
    if f.icu.0 > f.beds.0 {
        desk.say(&codes::PART_EXCEEDS_WHOLE, row, "icu", f.icu.0, format!("more intensive-care beds than beds ({})", f.beds.0));
    }
    if f.doctors.0 >= 0.0 && f.gps.0 > f.doctors.0 + 1e-9 {
        desk.say(&codes::PART_EXCEEDS_WHOLE, row, "gps", f.gps.0, format!("more general practitioners than doctors ({})", f.doctors.0));
    }
    if f.tier.is_outpatient_only() && f.beds.0 > 0 {
        desk.say(&codes::BEDS_AT_CLINIC, row, "beds", f.beds.0, format!("tier {} admits nobody", f.tier));
    }
}

fn belonging(network: &Network, desk: &mut Desk<'_>, row: usize, f: &Facility) {
    match f.area {
        None if f.rank() <= 4 => desk.say(&codes::AREA_WANTED, row, "area", "", format!("tier {} is counted for an area", f.tier)),
        Some(area) if f.rank() >= 5 => {
            let code = area_code(network, area).unwrap_or_default();
            desk.say(&codes::AREA_UNWANTED, row, "area", code, format!("tier {} serves all areas", f.tier));
        }
        _ => {}
    }
    match f.town.map(|t| network.towns.get(t.index())) {
        None if f.rank() <= 2 => desk.say(&codes::TOWN_WANTED, row, "town", "", format!("tier {} belongs to a township", f.tier)),
        Some(Some(town)) => {
            if let (Some(a), Some(b)) = (f.area.and_then(|a| area_code(network, a)), area_code(network, town.area))
                && a != b
            {
                let message = format!("the row says area {a}, but its township {} lies in {b}", town.code);
                desk.say(&codes::TOWN_OF_OTHER_AREA, row, "town", &town.code, message);
            }
        }
        _ => {}
    }
}

fn classes(network: &Network, desk: &mut Desk<'_>) {
    for (row, k) in network.classes.iter().enumerate() {
        desk.name(row, "code", &k.code);
        class_numbers(desk, row, k);
        let served = network.facilities.iter().any(|f| k.treatable_at(f.tier));
        if !served && k.lowest_rank <= k.highest_rank && !network.facilities.is_empty() {
            let message = format!("no facility has a rank from {} to {}", k.lowest_rank, k.highest_rank);
            desk.say(&codes::CLASS_UNSERVED, row, "code", &k.code, message);
        }
        if network.classes[..row].iter().any(|other| other.code == k.code) {
            desk.say(&codes::ID_TWICE, row, "code", &k.code, "this class already stands in the table");
        }
    }
}

fn class_numbers(desk: &mut Desk<'_>, row: usize, k: &CaseClass) {
    for (column, rank) in [("lowest_rank", k.lowest_rank), ("highest_rank", k.highest_rank)] {
        desk.range(row, column, f64::from(rank), 1.0, 7.0, false);
    }
    if k.lowest_rank > k.highest_rank {
        let message = format!("lowest_rank {} is above highest_rank {}", k.lowest_rank, k.highest_rank);
        desk.say(&codes::CLASS_RANKS, row, "lowest_rank", k.lowest_rank, message);
    }
    desk.range(row, "rate", k.rate, 0.0, 1000.0, false);
    desk.range(row, "acute_days", k.acute_days, 0.0, 365.0, false);
    desk.range(row, "recovery_days", k.recovery_days, 0.0, 365.0, false);
    desk.range(row, "weight", k.weight, 0.0, 1000.0, false);
    if k.kind == Kind::H && k.acute_days + k.recovery_days <= 0.0 {
        desk.say(&codes::OUT_OF_RANGE, row, "acute_days", k.acute_days, "a stay needs acute or recovery days");
    }
}

fn tiers(network: &Network, desk: &mut Desk<'_>) {
    for (row, t) in network.tiers.0.iter().enumerate() {
        desk.range(row, "design_occupancy", t.design_occupancy, 0.0, 1.0, false);
        desk.range(row, "visits_per_doctor_day", t.visits_per_doctor_day, 0.0, 500.0, true);
        desk.range(row, "bed_days_per_doctor_day", t.bed_days_per_doctor_day, 0.0, 500.0, false);
        desk.range(row, "visit_cost", t.visit_cost.0, 0.0, 1e6, false);
        desk.range(row, "inpatient_coefficient", t.inpatient_coefficient, 0.0, 100.0, false);
        desk.range(row, "fund_share", t.fund_share, 0.0, 1.0, false);
        if !t.tier.is_outpatient_only() && t.design_occupancy > 0.0 && t.bed_days_per_doctor_day <= 0.0 {
            let message = "a tier with beds in use needs bed-days per doctor-day";
            desk.say(&codes::OUT_OF_RANGE, row, "bed_days_per_doctor_day", t.bed_days_per_doctor_day, message);
        }
    }
}
