//! Hubs and links of telemedicine, as written.

use serde::{Deserialize, Serialize};

/// Shares of primary care whose least cost is told beside that asked for, where they are larger.
pub const STEPS: [f64; 5] = [0.8, 0.85, 0.9, 0.95, 1.0];
/// Most hospitals that could be hubs for which it is told why and why not.
pub const MOST_FORCED: usize = 200;

/// A hub.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Hub {
    /// Code of the hospital.
    pub facility: String,
    /// Yuan a year.
    pub cost: f64,
    /// Links it can serve.
    pub capacity: u32,
    /// Links it serves.
    pub links: u32,
}

/// A link from a facility to its hub.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// Code of the facility that is helped.
    pub spoke: String,
    /// Code of the hub.
    pub hub: String,
    /// Yuan a year.
    pub cost: f64,
}

/// A hospital that could be a hub and is none, or is one: what forcing it otherwise would cost.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HubWhy {
    /// Code of the hospital.
    pub facility: String,
    /// It is a hub in the plan.
    pub open: bool,
    /// Least further cost of the whole when it is forced otherwise, yuan a year; `None`: then no plan exists.
    pub otherwise: Option<f64>,
}

/// The answer of model 6.14.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TelemedicineAnswer {
    /// Hubs, in the order of the case.
    pub hubs: Vec<Hub>,
    /// Links, in the order of the case.
    pub links: Vec<Link>,
    /// County hospitals there are, and how many are linked upward.
    pub county: [u32; 2],
    /// Township and community centres there are, and how many are linked.
    pub primary: [u32; 2],
    /// What it costs to demand one share more, by share of primary care (the other demand as asked): share and least yuan a year.
    pub steps: Vec<(f64, f64)>,
    /// Why each hub, and why not each other.
    pub why: Vec<HubWhy>,
}
