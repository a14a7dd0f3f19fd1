//! How a layout is asked for, and what a run hands back.

use super::evaluate::{Layout, Value};
use crate::model::layout::RowKind;
use crate::outcome::{Bounds, Limits, Termination};
use crate::policy::layout::Objective;

/// How a layout is worked out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Method {
    /// By size.
    #[default]
    Auto,
    /// One branch and bound over everything.
    Direct,
    /// In parts, shared rows priced.
    Parts,
    /// By catchments, who serves whom priced.
    Catchments,
}

impl Method {
    /// Name in plans.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Direct => "direct",
            Self::Parts => "parts",
            Self::Catchments => "catchments",
        }
    }
}

/// How to run.
#[derive(Debug, Clone, Copy)]
pub struct SolveOptions {
    /// Method.
    pub method: Method,
    /// Limits.
    pub limits: Limits,
    /// Longest lists to begin with; 0: whole lists.
    pub neighbours: usize,
}

impl Default for SolveOptions {
    fn default() -> Self {
        Self { method: Method::Auto, limits: Limits { gap: 1e-4, ..Limits::default() }, neighbours: 20 }
    }
}

/// One objective of the list.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stage {
    /// What was minimised.
    pub objective: Objective,
    /// Its value and what no layout (that keeps to the earlier objectives) can undercut, in its own unit.
    pub bounds: Bounds,
}

/// What a run found.
#[derive(Debug, Clone)]
pub struct LayoutSolution {
    /// Why it ended.
    pub termination: Termination,
    /// The layout; empty when there is none.
    pub layout: Layout,
    /// What it costs and gives.
    pub value: Value,
    /// The objectives in their order, as far as they were reached.
    pub stages: Vec<Stage>,
    /// Prices of shared rows of the first objective, yuan (or its unit) a unit, by what they are about.
    pub prices: Vec<(crate::model::layout::RowKey, f64)>,
    /// Method.
    pub method: Method,
    /// Columns and rows of the first model.
    pub size: (usize, usize),
    /// Independent parts it fell into.
    pub parts: usize,
    /// A region-wide row that cannot be met, in the model's unit: what is missing at the least, and by the best that was found.
    pub missing: Option<Lack>,
    /// Catchments for which no layout was found, by their number in the problem.
    pub without: Vec<u32>,
}

/// What a region-wide row lacks, in the model's unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lack {
    /// The row.
    pub kind: RowKind,
    /// Proven: no layout lacks less; 0 when nothing is proven.
    pub least: f64,
    /// The layout that was found to lack least lacks this.
    pub found: f64,
}
