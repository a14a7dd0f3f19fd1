//! Cells of the referral model: `(area of the patients, facility, class)`, the places where flow is conserved (C2),
//! and the existence rules of model 6.4.

use crate::demand::Problem;
use crate::network::{CaseClass, Kind};
use std::collections::HashMap;

/// No row, no slot.
pub(crate) const NONE: u32 = u32::MAX;

/// Which arcs, treatments and cells exist.
#[derive(Debug)]
pub struct Cells {
    /// Number of classes.
    pub classes: usize,
    /// `(area, facility)` of each slot; a cell is `slot * classes + class`.
    pub slots: Vec<(u32, u32)>,
    lookup: HashMap<(u32, u32), u32>,
    /// The cell takes part in the model (has a C2 row).
    pub live: Vec<bool>,
    /// First contact arrives at the cell.
    pub direct: Vec<bool>,
    /// The facility can treat the class by itself (`facility * classes + class`).
    pub treats: Vec<bool>,
    /// Share of its arrivals that the facility can treat with help alone (C3t): a telemedicine link or paired hospitals; 0 where it cannot.
    pub beyond: Vec<f64>,
}

impl Cells {
    /// Finds the cells. `prune` keeps only those that some patient can reach; without it every cell of the text exists.
    #[must_use]
    pub fn build(problem: &Problem, prune: bool) -> Self {
        let net = &problem.network;
        let classes = problem.classes.len();
        let (treats, beyond) = treatments(problem);
        let mut cells = Self { classes, slots: Vec::new(), lookup: HashMap::new(), live: Vec::new(), direct: Vec::new(), treats, beyond };
        for (j, f) in net.facilities.iter().enumerate() {
            for a in 0..net.areas.len() {
                if serves(problem, j, a) {
                    cells.add_slot(a, j);
                }
            }
            debug_assert!(f.rank() > 2 || f.area.is_some());
        }
        for (i, s) in net.settlements.iter().enumerate() {
            let (_, arcs) = problem.arcs.first_of(crate::ids::SettlementId::new(i));
            for arc in arcs {
                let slot = cells.add_slot(s.area.index(), arc.facility.index());
                for (k, class) in problem.classes.iter().enumerate() {
                    if first_exists(problem, class, arc.facility.index(), arc.minutes) {
                        cells.direct[slot * classes + k] = true;
                    }
                }
            }
        }
        cells.live.clone_from(&cells.direct);
        if prune {
            cells.reach(problem);
        } else {
            cells.all_of_the_text(problem);
        }
        cells
    }

    fn add_slot(&mut self, area: usize, facility: usize) -> usize {
        #[allow(clippy::cast_possible_truncation)] // tables hold fewer than u32::MAX rows
        let (key, next) = ((area as u32, facility as u32), self.slots.len() as u32);
        let slot = *self.lookup.entry(key).or_insert(next);
        if slot == next {
            self.slots.push(key);
            self.live.resize(self.live.len() + self.classes, false);
            self.direct.resize(self.direct.len() + self.classes, false);
        }
        slot as usize
    }

    /// The cell of `(area, facility, class)`, when its slot exists.
    #[must_use]
    pub fn cell(&self, area: usize, facility: usize, class: usize) -> Option<usize> {
        #[allow(clippy::cast_possible_truncation)] // tables hold fewer than u32::MAX rows
        self.lookup.get(&(area as u32, facility as u32)).map(|&s| s as usize * self.classes + class)
    }

    /// The cell, when it is live.
    #[must_use]
    pub fn live_cell(&self, area: usize, facility: usize, class: usize) -> Option<usize> {
        self.cell(area, facility, class).filter(|&c| self.live[c])
    }

    /// `(area, facility, class)` of a cell.
    #[must_use]
    pub fn of(&self, cell: usize) -> (usize, usize, usize) {
        let (a, j) = self.slots[cell / self.classes];
        (a as usize, j as usize, cell % self.classes)
    }

    /// Definitive treatment `w` may exist at the facility for the class.
    #[must_use]
    pub fn may_treat(&self, facility: usize, class: usize) -> bool {
        let n = facility * self.classes + class;
        self.treats[n] || self.beyond[n] > 0.0
    }

    /// Cells with a C2 row.
    #[must_use]
    pub fn live_cells(&self) -> Vec<usize> {
        (0..self.live.len()).filter(|&c| self.live[c]).collect()
    }

    /// Every cell the text of 6.4 names: with treatment, or at an end of an up-referral.
    fn all_of_the_text(&mut self, problem: &Problem) {
        for cell in 0..self.live.len() {
            let (a, j, k) = self.of(cell);
            self.live[cell] |= self.may_treat(j, k) && serves(problem, j, a);
        }
        self.spread_up(problem, |_, _| true);
    }

    /// Only cells that first contact reaches directly, by up-referral or by redirect.
    fn reach(&mut self, problem: &Problem) {
        loop {
            let before = self.live.iter().filter(|l| **l).count();
            self.spread_up(problem, |live, cell| live[cell]);
            for arc in &problem.arcs.down {
                let (j, q) = (arc.from.index(), arc.to.index());
                for a in 0..problem.network.areas.len() {
                    for k in 0..self.classes {
                        if let (Some(from), Some(to)) = (self.cell(a, j, k), self.cell(a, q, k))
                            && self.direct[from]
                            && redirect_exists(self, problem, a, j, q, k)
                        {
                            self.live[to] = true;
                        }
                    }
                }
            }
            if self.live.iter().filter(|l| **l).count() == before {
                return;
            }
        }
    }

    fn spread_up(&mut self, problem: &Problem, from_counts: impl Fn(&[bool], usize) -> bool) {
        let mut order: Vec<usize> = (0..problem.arcs.up.len()).collect();
        order.sort_by_key(|&n| (problem.network.facility(problem.arcs.up[n].from).rank(), n));
        for n in order {
            let (j, q) = (problem.arcs.up[n].from.index(), problem.arcs.up[n].to.index());
            for a in areas_of(problem, j) {
                for k in 0..self.classes {
                    if up_exists(problem, a, j, q, k)
                        && let (Some(from), Some(to)) = (self.cell(a, j, k), self.cell(a, q, k))
                        && from_counts(&self.live, from)
                    {
                        self.live[from] = true;
                        self.live[to] = true;
                    }
                }
            }
        }
    }
}

/// Facilities of rank 1 and 2 serve only their own area.
#[must_use]
pub fn serves(problem: &Problem, facility: usize, area: usize) -> bool {
    let f = &problem.network.facilities[facility];
    f.rank() > 2 || f.area.is_some_and(|own| own.index() == area)
}

/// Areas a facility may serve.
pub fn areas_of(problem: &Problem, facility: usize) -> std::ops::Range<usize> {
    let f = &problem.network.facilities[facility];
    match f.area {
        Some(own) if f.rank() <= 2 => own.index()..own.index() + 1,
        _ => 0..problem.network.areas.len(),
    }
}

/// `x` exists: the facility is not above what is sensible; an emergency needs rank 3 within its time; stays not at clinics and stations.
#[must_use]
pub fn first_exists(problem: &Problem, class: &CaseClass, facility: usize, minutes: f64) -> bool {
    let tier = problem.network.facilities[facility].tier;
    tier.rank() <= class.highest_rank
        && !(class.is_emergency() && (tier.rank() < 3 || minutes > problem.limits.emergency_minutes))
        && !(class.kind == Kind::H && tier.is_outpatient_only())
}

/// `u` exists: both ends may serve the area, the receiver is not above what is sensible, and clinics do not refer stays.
#[must_use]
pub fn up_exists(problem: &Problem, area: usize, from: usize, to: usize, class: usize) -> bool {
    let (f, q, k) = (&problem.network.facilities[from], &problem.network.facilities[to], &problem.classes[class]);
    serves(problem, from, area)
        && serves(problem, to, area)
        && q.rank() <= k.highest_rank
        && !(k.kind == Kind::H && f.tier.is_outpatient_only())
}

/// Whether `W` may take a patient of the area to a facility: rank 3 and below only into the patient's own area.
#[must_use]
pub fn takes_down(problem: &Problem, area: usize, to: usize) -> bool {
    let q = &problem.network.facilities[to];
    q.rank() > 3 || q.area.is_some_and(|own| own.index() == area)
}

/// `e` exists: both ends are capable by themselves.
#[must_use]
pub fn redirect_exists(cells: &Cells, problem: &Problem, area: usize, from: usize, to: usize, class: usize) -> bool {
    takes_down(problem, area, to)
        && serves(problem, from, area)
        && cells.treats[from * cells.classes + class]
        && cells.treats[to * cells.classes + class]
}

/// `d` exists: a stay with recovery days after an acute phase, treated at the sender; the receiver need not be capable.
/// With C13 switched on the receiver must have the drugs.
#[must_use]
pub fn down_exists(cells: &Cells, problem: &Problem, area: usize, from: usize, to: usize, class: usize) -> bool {
    let k = &problem.classes[class];
    k.kind == Kind::H
        && k.recovery_days > 0.0
        && !k.is_rehab()
        && takes_down(problem, area, to)
        && serves(problem, from, area)
        && cells.treats[from * cells.classes + class]
        && !(problem.switches.drug_linkage && lacks_drugs(problem, to, class))
}

fn lacks_drugs(problem: &Problem, facility: usize, class: usize) -> bool {
    problem.network.facilities[facility].drug_gaps.iter().any(|gap| gap.index() == class)
}

/// By facility and class: treatment by own capability, and the share with help one rank above it.
fn treatments(problem: &Problem) -> (Vec<bool>, Vec<f64>) {
    let n = problem.classes.len();
    let mut own = vec![false; problem.network.facilities.len() * n];
    let mut beyond = vec![0.0; own.len()];
    for (j, f) in problem.network.facilities.iter().enumerate() {
        for (k, class) in problem.classes.iter().enumerate() {
            // C13: an outpatient class whose drugs are not linked (chronic follow-up) is not treated here
            let gap = problem.switches.drug_linkage && class.kind == Kind::O && lacks_drugs(problem, j, k);
            own[j * n + k] = class.treatable_at(f.tier) && !gap;
            beyond[j * n + k] = problem.share_beyond(j, k);
        }
    }
    (own, beyond)
}
