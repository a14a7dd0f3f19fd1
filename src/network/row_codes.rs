//! Rows by the code they carry. Only positions are kept: the codes stand in the rows already, and a table of a million settlements has a million of them.

use super::codes;
use super::problem::{Problem, Problems};
use super::tables::{Lines, Table};
use foldhash::fast::RandomState;
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;
use std::hash::BuildHasher;

/// Positions of rows by code. Asked and never iterated, so that its random seeds show nowhere.
#[derive(Debug, Default)]
pub(super) struct RowCodes {
    rows: HashTable<u32>,
    seeds: RandomState,
}

impl RowCodes {
    /// Room for so many rows.
    pub fn reserve<'r>(&mut self, rows: usize, code_of: impl Fn(u32) -> &'r str) {
        let Self { rows: table, seeds } = self;
        table.reserve(rows, |&row| seeds.hash_one(code_of(row)));
    }

    /// The row with a code; `code_of` tells the code of each row that was put in. O(1).
    pub fn find<'r>(&self, code: &str, code_of: impl Fn(u32) -> &'r str) -> Option<u32> {
        self.rows.find(self.seeds.hash_one(code), |&row| code_of(row) == code).copied()
    }

    /// Notes the code of the next row, `row`; false when it was there before (which is reported).
    pub fn note<'r>(
        &mut self,
        code: &str,
        row: usize,
        at: (Table, u64),
        code_of: impl Fn(u32) -> &'r str,
        (lines, problems): (&Lines, &mut Problems),
    ) -> bool {
        // An empty id has been reported where it was read.
        if code.is_empty() {
            return true;
        }
        let Self { rows, seeds } = self;
        match rows.entry(seeds.hash_one(code), |&row| code_of(row) == code, |&row| seeds.hash_one(code_of(row))) {
            Entry::Occupied(first) => {
                let earlier = lines.place(at.0, *first.get() as usize);
                let where_first = earlier.line.map_or_else(|| earlier.path.unwrap_or_default(), |l| format!("line {l}"));
                let message = format!("this id already stands at {where_first}");
                problems.push(Problem::new(&codes::ID_TWICE, lines.place_of(at.0, at.1), message).column("id").value(code));
                return false;
            }
            // tables are cut off long before positions outgrow their type
            Entry::Vacant(free) => u32::try_from(row).ok().map(|row| free.insert(row)),
        };
        true
    }
}

/// Ids of a whole table: none empty, none twice.
pub(super) fn ids<'a>(table: Table, names: impl Iterator<Item = &'a str>, lines: &Lines, problems: &mut Problems) {
    let names: Vec<&str> = names.collect();
    let mut seen = RowCodes::default();
    for (row, code) in names.iter().enumerate() {
        let line = row as u64 + 2;
        if code.is_empty() {
            problems.push(Problem::new(&codes::CELL_EMPTY, lines.place_of(table, line), "the id is empty").column("id").value(""));
        }
        seen.note(code, row, (table, line), |r| names[r as usize], (lines, problems));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_found_and_told_when_they_come_twice() {
        let names: Vec<String> = (0..5000).map(|n| format!("a{}", n % 4999)).chain([String::new(), String::new()]).collect();
        let (lines, mut problems) = (Lines::default(), Problems::default());
        let mut codes = RowCodes::default();
        let code_of = |row: u32| names[row as usize].as_str();
        for (row, code) in names.iter().enumerate() {
            let fresh = codes.note(code, row, (Table::Areas, row as u64 + 2), code_of, (&lines, &mut problems));
            assert_eq!(fresh, row != 4999, "{code}");
        }
        assert_eq!(codes.find("a17", code_of), Some(17));
        assert_eq!(codes.find("a0", code_of), Some(0));
        assert_eq!(codes.find("b", code_of), None);
        let told = problems.into_sorted();
        assert_eq!(told.len(), 1);
        assert!(told[0].message.ends_with("line 2"), "{}", told[0].message);
    }
}
