//! A location problem as the literature states it: clients with demand, candidate sites with fixed costs and capacities, what it costs
//! to serve a client from a site, and the question that is asked. Data only: algorithms are in [`crate::location`], files in [`crate::io`],
//! and [`crate::check`] verifies answers from this alone.

mod mark;
mod service;

pub use mark::Mark;
pub use service::{Distance, Metric, Service};

use crate::outcome::Bounds;
use serde::{Deserialize, Serialize};

/// The question asked of an [`Instance`]. Sums run over clients `i` and sites `j`; `c_ij` is [`Instance::cost`], `d_ij` [`Instance::distance`],
/// `y_j` whether a site is open, `x_ij` the share of client `i` served from `j`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Problem {
    /// `min sum c_ij x_ij`, `sum y_j = p` (fewer are as good when more sites than clients are asked for).
    PMedian {
        /// Sites to open.
        p: usize,
    },
    /// `min max d_ij x_ij`, `sum y_j = p`; weights play no part.
    PCenter {
        /// Sites to open.
        p: usize,
    },
    /// `min sum f_j y_j` (`f_j = 1` where the instance has no fixed costs) so that every client has an open site within a distance.
    SetCover {
        /// Distance within which a client counts as covered.
        within: f64,
    },
    /// `max` demand with an open site within a distance, `sum y_j = p`.
    MaxCover {
        /// Sites to open.
        p: usize,
        /// Distance within which a client counts as covered.
        within: f64,
    },
    /// `min sum f_j y_j + sum c_ij x_ij`.
    Uncapacitated,
    /// As [`Problem::Uncapacitated`] with `sum_i w_i x_ij <= q_j y_j`; a client may be split.
    Capacitated,
    /// As [`Problem::Capacitated`], every client served from one site.
    SingleSource,
    /// As [`Problem::SingleSource`] with `sum y_j = p` and no fixed costs counted.
    CapacitatedPMedian {
        /// Sites to open.
        p: usize,
    },
    /// Depots (the sites) and plants (the upper sites): `min` fixed costs of both `+ sum w_i (d_ij + e_jk)` over the path of each client.
    TwoLevel,
    /// Plants send to depots, depots to clients, both within capacity: `min` fixed costs + cost of both flows.
    TwoStage,
}

impl Problem {
    /// The name that `--problem` takes.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::PMedian { .. } => "p-median",
            Self::PCenter { .. } => "p-center",
            Self::SetCover { .. } => "lscp",
            Self::MaxCover { .. } => "mclp",
            Self::Uncapacitated => "ufl",
            Self::Capacitated => "cfl",
            Self::SingleSource => "sscfl",
            Self::CapacitatedPMedian { .. } => "cpmp",
            Self::TwoLevel => "two-level",
            Self::TwoStage => "two-stage",
        }
    }

    /// The names of all problems, as `--problem` takes them.
    pub const NAMES: [&'static str; 10] = ["p-median", "p-center", "lscp", "mclp", "ufl", "cfl", "sscfl", "cpmp", "two-level", "two-stage"];

    /// Whether the value is to be as large as possible: then the value is the lower bound of the optimum, `dual` the upper.
    #[must_use]
    pub const fn maximises(&self) -> bool {
        matches!(self, Self::MaxCover { .. })
    }

    /// Sites that may open, where the question counts them.
    #[must_use]
    pub const fn p(&self) -> Option<usize> {
        match self {
            Self::PMedian { p } | Self::PCenter { p } | Self::MaxCover { p, .. } | Self::CapacitatedPMedian { p } => Some(*p),
            _ => None,
        }
    }

    /// Relative gap between value and bound, `|primal - dual| / max(1, |primal|)` and 0 where they cross, whichever way the problem goes;
    /// infinite when a side is missing.
    #[must_use]
    pub fn gap(&self, bounds: &Bounds) -> f64 {
        if self.maximises() { Bounds { primal: -bounds.primal, dual: -bounds.dual }.gap() } else { bounds.gap() }
    }
}

/// Clients, sites and the cost between them.
#[derive(Debug, Clone, Default)]
pub struct Instance {
    /// Title or file name.
    pub name: String,
    /// Demand of each client, `>= 0` (1 where the format has none).
    pub demand: Vec<f64>,
    /// Name of each client; empty when they have none but their position (from 1 in files).
    pub client_names: Vec<String>,
    /// Name of each site; empty as for clients.
    pub site_names: Vec<String>,
    /// Fixed cost of each site; empty when the format has none.
    pub fixed: Vec<f64>,
    /// Capacity of each site, in units of demand; empty when there is none.
    pub capacity: Vec<f64>,
    /// Between clients and sites.
    pub service: Service,
    /// The upper level of two-level and two-stage problems.
    pub upper: Option<Upper>,
}

/// Plants above the depots.
#[derive(Debug, Clone, Default)]
pub struct Upper {
    /// Fixed cost of each plant.
    pub fixed: Vec<f64>,
    /// Capacity of each plant; empty when there is none.
    pub capacity: Vec<f64>,
    /// Unit cost from depot `j` to plant `k` at `j * plants + k`; `inf` where there is no way.
    pub unit_cost: Vec<f64>,
}

impl Instance {
    /// Number of clients.
    #[must_use]
    pub fn clients(&self) -> usize {
        self.demand.len()
    }

    /// Number of candidate sites.
    #[must_use]
    pub fn sites(&self) -> usize {
        self.service.sites()
    }

    /// Distance `d_ij`; `inf` where there is no way.
    #[must_use]
    pub fn distance(&self, client: usize, site: usize) -> f64 {
        self.service.distance.between(client, site)
    }

    /// Cost `c_ij` of serving the whole of a client from a site; `inf` where there is no way.
    #[must_use]
    pub fn cost(&self, client: usize, site: usize) -> f64 {
        let d = self.distance(client, site);
        if !self.service.per_unit || d.is_infinite() { d } else { self.demand[client] * d }
    }

    /// Name of a client, or its position from 1.
    #[must_use]
    pub fn client_name(&self, client: usize) -> String {
        self.client_names.get(client).cloned().unwrap_or_else(|| (client + 1).to_string())
    }

    /// Name of a site, or its position from 1.
    #[must_use]
    pub fn site_name(&self, site: usize) -> String {
        self.site_names.get(site).cloned().unwrap_or_else(|| (site + 1).to_string())
    }

    /// Fixed cost of a site, 0 where the instance has none.
    #[must_use]
    pub fn fixed_cost(&self, site: usize) -> f64 {
        self.fixed.get(site).copied().unwrap_or(0.0)
    }
}
