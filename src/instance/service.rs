//! What it costs to serve a client from a site.

/// Distances between clients and sites, and how they become costs.
#[derive(Debug, Clone)]
pub struct Service {
    /// Distance or unit cost, or total cost where `per_unit` is false.
    pub distance: Distance,
    /// Whether the cost of a client is demand times distance (true), or the distance is the cost of the whole client already (false).
    pub per_unit: bool,
}

impl Default for Service {
    fn default() -> Self {
        Self { distance: Distance::Table { sites: 0, values: Vec::new() }, per_unit: true }
    }
}

impl Service {
    /// Number of sites.
    #[must_use]
    pub fn sites(&self) -> usize {
        match &self.distance {
            Distance::Table { sites, .. } => *sites,
            Distance::Points { sites, .. } => sites.len(),
        }
    }
}

/// Distances, as a table or by points: a table of 71,009 x 71,009 would need 40 GB.
#[derive(Debug, Clone)]
pub enum Distance {
    /// `values[client * sites + site]`; `inf` where there is no way.
    Table {
        /// Sites, the length of a line.
        sites: usize,
        /// By client.
        values: Vec<f64>,
    },
    /// By coordinates.
    Points {
        /// Of each client.
        clients: Vec<[f64; 2]>,
        /// Of each site.
        sites: Vec<[f64; 2]>,
        /// How coordinates become a distance.
        metric: Metric,
    },
}

impl Distance {
    /// The distance of a pair.
    #[must_use]
    pub fn between(&self, client: usize, site: usize) -> f64 {
        match self {
            Self::Table { sites, values } => values[client * sites + site],
            Self::Points { clients, sites, metric } => metric.distance(clients[client], sites[site]),
        }
    }
}

/// How coordinates become a distance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Metric {
    /// Euclidean.
    Euclid,
    /// Euclidean, rounded down to a whole number (as the p-median literature uses TSPLIB).
    FloorEuclid,
    /// Euclidean, rounded to the nearest whole number (TSPLIB `EUC_2D`).
    RoundEuclid,
    /// Kilometres along the great circle between degrees `[longitude, latitude]`.
    GreatCircle,
}

impl Metric {
    /// The distance between two points.
    #[must_use]
    pub fn distance(self, a: [f64; 2], b: [f64; 2]) -> f64 {
        let (dx, dy) = (a[0] - b[0], a[1] - b[1]);
        let euclid = dx.mul_add(dx, dy * dy).sqrt();
        match self {
            Self::Euclid => euclid,
            Self::FloorEuclid => euclid.floor(),
            Self::RoundEuclid => euclid.round(),
            Self::GreatCircle => {
                let (x, y) = (crate::travel::Position { x: a[0], y: a[1] }, crate::travel::Position { x: b[0], y: b[1] });
                crate::travel::metric::distance_km(crate::travel::Crs::Wgs84, x, y)
            }
        }
    }
}
