//! `[reform.access]`: whose access is measured, and against which shares it is held (model 6.18).

use super::{Named, Ranged, Section, ranged};
use serde::{Deserialize, Serialize};

/// What a measurement of access is asked. Catchments (15, 30, 60, 120 minutes) and weights (0.25, 0.30, 0.25, 0.20) are those of model 6.18.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Access {
    /// Areas whose settlements may be named as worst served, by code; empty: all. The measurement itself is always of the whole case.
    pub areas: Vec<String>,
    /// Settlements named as worst served (20).
    pub worst: u32,
    /// Settlements with fewer people are not named (1).
    pub least_people: u64,
    /// Least share of people within 15, 30, 60, 120 minutes of a facility of rank 1, 2, 3, 4 and above (0.90 from the 15-minute circle of 2025;
    /// 0.80 and 0.90 from the standard of a published study, policy 2.4; 0.90 assumed).
    pub coverage: [f64; 4],
}

impl Default for Access {
    fn default() -> Self {
        Self { areas: Vec::new(), worst: 20, least_people: 1, coverage: [0.90, 0.80, 0.90, 0.90] }
    }
}

impl Section for Access {
    fn ranges(&self) -> Vec<Ranged> {
        let mut out = vec![ranged(&["worst"], f64::from(self.worst), 1.0, 1e4)];
        out.extend(self.coverage.iter().map(|c| ranged(&["coverage"], *c, 0.0, 1.0)));
        out
    }

    fn names(&self) -> Vec<(Vec<String>, Named, String)> {
        self.areas.iter().map(|a| (vec!["areas".to_owned()], Named::Area, a.clone())).collect()
    }
}
