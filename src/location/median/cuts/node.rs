//! One node of the tree on the LP (19), worked on by a master that keeps its rows and its basis between nodes.

use super::choose::{Ball, WHOLE, candidates};
use super::master::{Master, Point};
use super::price::{Priced, price};
use crate::backend::{BackendError, LpStatus};
use crate::location::median::branch::Frame;
use crate::location::median::core::Fate;
use crate::location::median::lists::short;
use crate::location::median::search::Search;
use std::collections::BTreeMap;

/// Rounds of cuts at a node whose sites are not all decided.
const PASSES: usize = 6;
/// Cuts are worth another round when their violations sum to more than this share of the gap.
const WORTH: f64 = 0.02;
/// Balls that are tried.
const TRIED: usize = 8;
/// Iterations of a try.
const ITERATIONS: u32 = 40;

/// Decisions, and what they prove.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) fate: Vec<(u32, Fate)>,
    /// Balls of which somebody opens.
    pub(super) balls: Vec<Ball>,
    pub(super) bound: f64,
}

/// What came of a node.
#[derive(Debug, Default)]
pub(super) struct Worked {
    pub(super) answers: Vec<(f64, Vec<u32>)>,
    pub(super) children: Vec<Node>,
    /// Bound of a node that was given up undecided.
    pub(super) left: Option<f64>,
}

/// A master, and what it stands at.
pub(super) struct Worker<'a> {
    pub(super) master: Master<'a>,
    fate: Vec<Fate>,
    /// Rows of balls, and whether they are demanded.
    rows: BTreeMap<Ball, (usize, bool)>,
    names: Vec<Ball>,
}

impl<'a> Worker<'a> {
    pub(super) fn new(master: Master<'a>) -> Self {
        let fate = vec![Fate::Free; master.core.sites()];
        Self { master, fate, rows: BTreeMap::new(), names: Vec::new() }
    }

    /// Brings bounds to those of a node.
    fn stand_at(&mut self, fate: &[Fate], balls: &[Ball]) -> Result<(), BackendError> {
        let sides = |f: Fate| match f {
            Fate::Free => (0.0, 1.0),
            Fate::Open => (1.0, 1.0),
            Fate::Closed => (0.0, 0.0),
        };
        let news = (0..fate.len()).filter(|&j| fate[j] != self.fate[j]).map(|j| {
            let (low, high) = sides(fate[j]);
            (short(j), low, high)
        });
        self.master.decide(&news.collect::<Vec<_>>())?;
        self.fate.copy_from_slice(fate);
        for ball in balls {
            if !self.rows.contains_key(ball) {
                let row = self.master.add_ball(self.names.len(), ball)?;
                self.names.push(ball.clone());
                self.rows.insert(ball.clone(), (row, false));
            }
        }
        let mut changes = Vec::new();
        for (ball, (row, on)) in &mut self.rows {
            let wanted = balls.contains(ball);
            if wanted != *on {
                *on = wanted;
                changes.push((*row, wanted));
            }
        }
        self.master.demand(&changes)
    }

    fn priced(&self, point: &Point, fate: &[Fate]) -> Priced {
        let on = |ball: &Ball| self.rows.get(ball).is_some_and(|r| r.1);
        let mu = point.mu.iter().map(|(b, mu)| (&self.names[*b], *mu)).filter(|(ball, _)| on(ball));
        let mu: Vec<(&[u32], f64)> = mu.map(|(ball, mu)| (&**ball, mu)).collect();
        price(self.master.core, &point.u, &mu, fate)
    }

    /// Works on a node: bound, cuts, decisions by reduced costs, an answer, two children.
    pub(super) fn work(&mut self, frame: &Frame<'_>, node: &Node, best: f64, trials: bool) -> Result<Worked, BackendError> {
        let mut out = Worked::default();
        let mut best = best;
        let mut fate = vec![Fate::Free; frame.core.sites()];
        node.fate.iter().for_each(|&(j, f)| fate[j as usize] = f);
        let mut bound = node.bound;
        let mut passes = 0;
        let (point, priced) = loop {
            self.stand_at(&fate, &node.balls)?;
            let point = self.master.solve(None)?;
            if (frame.stop)() {
                out.left = Some(bound);
                return Ok(out);
            }
            match point.status {
                LpStatus::Optimal => {}
                LpStatus::Infeasible => return Ok(out),
                status => {
                    tracing::debug!(?status, bound, "a node is left: no optimum");
                    out.left = Some(bound);
                    return Ok(out);
                }
            }
            let priced = self.priced(&point, &fate);
            bound = bound.max(priced.bound);
            let cutoff = frame.goal.cutoff(best).min(frame.cap);
            if bound >= cutoff {
                return Ok(out);
            }
            let news = priced.decided(frame.core, &fate, cutoff);
            news.iter().for_each(|&(j, f)| fate[j as usize] = f);
            let cuts = self.master.violated(&point);
            let whole = point.y.iter().all(|y| (y - y.round()).abs() <= WHOLE);
            let violation: f64 = cuts.iter().map(|v| v.by).sum();
            passes += 1;
            let again = !cuts.is_empty() && (whole || (passes < PASSES && violation > WORTH * (cutoff - bound)));
            let added = if again { self.master.add_cuts(&cuts.iter().map(|v| (v.client, v.level)).collect::<Vec<_>>())? } else { 0 };
            if whole && added == 0 {
                // nothing cheaper is in this node than the answer itself, but for what is within rounding
                self.answer(frame, &point, &mut best, &mut out);
                if bound < frame.goal.cutoff(best).min(frame.cap) {
                    tracing::debug!(bound, value = point.value, best, cuts = cuts.len(), violation, "a node is left: whole");
                    out.left = Some(bound.max(priced.bound));
                }
                return Ok(out);
            }
            let opened = news.iter().any(|(_, f)| *f == Fate::Open);
            if added == 0 && !(opened && passes < PASSES) {
                break (point, priced);
            }
        };
        self.round(frame, &point, &fate, &mut best, &mut out);
        let cutoff = frame.goal.cutoff(best).min(frame.cap);
        if priced.bound >= cutoff {
            return Ok(out);
        }
        let decided: Vec<(u32, Fate)> = (0..fate.len()).filter(|&j| fate[j] != Fate::Free).map(|j| (short(j), fate[j])).collect();
        let here = Node { fate: decided, balls: node.balls.clone(), bound };
        self.branch(frame, &here, &fate, &point, cutoff, trials, &mut out)?;
        Ok(out)
    }

    /// The better of two children each, on the ball whose worse child is best; a ball one side of which is proven leaves one child.
    #[allow(clippy::too_many_arguments)]
    fn branch(
        &mut self,
        frame: &Frame<'_>,
        here: &Node,
        fate: &[Fate],
        point: &Point,
        cutoff: f64,
        trials: bool,
        out: &mut Worked,
    ) -> Result<(), BackendError> {
        let balls = candidates(frame.core, &point.y, fate, if trials { TRIED } else { 1 });
        if balls.is_empty() {
            tracing::debug!(bound = here.bound, "a node is left: nothing to branch on");
            out.left = Some(here.bound);
            return Ok(());
        }
        let sides = |ball: &Ball| {
            let mut empty = here.clone();
            empty.fate.extend(ball.iter().filter(|&&j| fate[j as usize] == Fate::Free).map(|&j| (j, Fate::Closed)));
            let mut full = here.clone();
            match ball.as_ref() {
                [one] => full.fate.push((*one, Fate::Open)),
                _ => full.balls.push(ball.clone()),
            }
            [empty, full]
        };
        if !trials {
            out.children.extend(balls.first().map(sides).into_iter().flatten());
            return Ok(());
        }
        let basis = self.master.basis()?;
        let floor = 1e-6 * (cutoff - here.bound).max(1e-9);
        let mut chosen: Option<(f64, [Option<Node>; 2])> = None;
        for ball in &balls {
            let mut gain = [0.0; 2];
            let mut kept = [None, None];
            for (side, mut child) in sides(ball).into_iter().enumerate() {
                let mut own = vec![Fate::Free; fate.len()];
                child.fate.iter().for_each(|&(j, f)| own[j as usize] = f);
                self.stand_at(&own, &child.balls)?;
                let tried = self.master.solve(Some(ITERATIONS))?;
                if (frame.stop)() {
                    out.left = Some(here.bound);
                    return Ok(());
                }
                let (value, proven) = if tried.status == LpStatus::Infeasible {
                    (cutoff, f64::INFINITY)
                } else {
                    (tried.value.max(here.bound).min(cutoff), self.priced(&tried, &own).bound)
                };
                child.bound = child.bound.max(proven);
                gain[side] = (value.max(proven.min(cutoff)) - here.bound).max(floor);
                if child.bound < cutoff {
                    kept[side] = Some(child);
                }
                self.stand_at(fate, &here.balls)?;
                self.master.back(&basis)?;
            }
            let score = gain[0] * gain[1];
            let settled = kept.iter().any(Option::is_none);
            if settled || chosen.as_ref().is_none_or(|(s, _)| score > *s) {
                chosen = Some((score, kept));
            }
            if settled {
                break;
            }
        }
        out.children.extend(chosen.into_iter().flat_map(|(_, kept)| kept.into_iter().flatten()));
        Ok(())
    }

    /// A whole point as an answer.
    fn answer(&self, frame: &Frame<'_>, point: &Point, best: &mut f64, out: &mut Worked) {
        let open: Vec<u32> = (0..point.y.len()).filter(|&j| point.y[j] > 0.5).map(short).collect();
        let value = (frame.value)(&open);
        if value < *best {
            *best = value;
            out.answers.push((value, open));
        }
    }

    /// The sites with most of `y`, and interchange from there.
    fn round(&self, frame: &Frame<'_>, point: &Point, fate: &[Fate], best: &mut f64, out: &mut Worked) {
        let mut order: Vec<u32> = (0..short(point.y.len())).filter(|&j| fate[j as usize] != Fate::Closed).collect();
        let y = |j: u32| if fate[j as usize] == Fate::Open { 2.0 } else { point.y[j as usize] };
        order.sort_by(|&a, &b| y(b).total_cmp(&y(a)).then(a.cmp(&b)));
        match frame.core.count {
            Some(p) => order.truncate(p),
            None => order.retain(|&j| y(j) > 0.5),
        }
        if order.is_empty() || frame.core.count.is_some_and(|p| p != order.len()) {
            return;
        }
        order.sort_unstable();
        let mut local = Search::new(frame.core, frame.cost, &order, 4.0 * best.abs() + 1.0);
        local.descend(frame.stop);
        if local.value() < *best {
            let open = local.open_sites();
            let value = (frame.value)(&open);
            if value < *best {
                *best = value;
                out.answers.push((value, open));
            }
        }
    }

    /// Forgets cuts that do not bind, and balls that are not demanded.
    pub(super) fn slim(&mut self) -> Result<(), BackendError> {
        let demanded: Vec<bool> = self.names.iter().map(|ball| self.rows.get(ball).is_some_and(|r| r.1)).collect();
        self.master.slim(|n| demanded[n])?;
        let now: BTreeMap<usize, usize> = self.master.balls().into_iter().collect();
        let mut rows = BTreeMap::new();
        for (n, ball) in self.names.iter().enumerate() {
            if let (Some(&at), Some(&(_, on))) = (now.get(&n), self.rows.get(ball)) {
                rows.insert(ball.clone(), (at, on));
            }
        }
        self.rows = rows;
        Ok(())
    }
}
