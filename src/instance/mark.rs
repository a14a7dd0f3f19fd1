//! The mark of an instance: sizes, sums and a hash of every number, so that a solution is never held against another instance.

use super::{Distance, Instance, Metric};
use serde::{Deserialize, Serialize};

/// What tells one instance from another. Names are no part of it: a renamed file is the same instance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Mark {
    /// Number of clients.
    pub clients: u64,
    /// Number of candidate sites.
    pub sites: u64,
    /// Number of plants, 0 without an upper level.
    pub plants: u64,
    /// Sum of all demand.
    pub demand: f64,
    /// Sum of all fixed costs of sites and plants.
    pub fixed: f64,
    /// Sum of all capacities of sites and plants.
    pub capacity: f64,
    /// Hash of every number of the instance, 16 hexadecimal digits.
    pub hash: String,
}

/// FNV-1a over 64-bit words (Fowler, Noll, Vo): quick, the same everywhere, and no secret is at stake.
struct Fnv(u64);

impl Fnv {
    fn word(&mut self, word: u64) {
        // bytes of a word are folded in two steps, which mixes the exponent of a float into the low bits as well
        self.0 = (self.0 ^ word).wrapping_mul(0x0000_0100_0000_01b3);
        self.0 = (self.0 ^ (word >> 32)).wrapping_mul(0x0000_0100_0000_01b3);
    }

    fn numbers(&mut self, values: &[f64]) {
        self.word(values.len() as u64);
        for v in values {
            // -0 and 0 are the same cost
            self.word((v + 0.0).to_bits());
        }
    }
}

impl Instance {
    /// The mark of this instance, in O(all its numbers).
    #[must_use]
    pub fn mark(&self) -> Mark {
        let mut hash = Fnv(0xcbf2_9ce4_8422_2325);
        for list in [&self.demand, &self.fixed, &self.capacity] {
            hash.numbers(list);
        }
        hash.word(u64::from(self.service.per_unit));
        match &self.service.distance {
            Distance::Table { sites, values } => {
                hash.word(*sites as u64);
                hash.numbers(values);
            }
            Distance::Points { clients, sites, metric } => {
                hash.word(match metric {
                    Metric::Euclid => 1,
                    Metric::FloorEuclid => 2,
                    Metric::RoundEuclid => 3,
                    Metric::GreatCircle => 4,
                });
                hash.numbers(clients.as_flattened());
                hash.numbers(sites.as_flattened());
            }
        }
        let mut mark = Mark {
            clients: self.clients() as u64,
            sites: self.sites() as u64,
            plants: 0,
            demand: self.demand.iter().sum(),
            fixed: self.fixed.iter().sum(),
            capacity: self.capacity.iter().sum(),
            hash: String::new(),
        };
        if let Some(upper) = &self.upper {
            for list in [&upper.fixed, &upper.capacity, &upper.unit_cost] {
                hash.numbers(list);
            }
            mark.plants = upper.fixed.len() as u64;
            mark.fixed += upper.fixed.iter().sum::<f64>();
            mark.capacity += upper.capacity.iter().sum::<f64>();
        }
        mark.hash = format!("{:016x}", hash.0);
        mark
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instance::Service;

    fn small() -> Instance {
        let distance = Distance::Table { sites: 2, values: vec![1.0, 2.0, 3.0, f64::INFINITY] };
        Instance { name: "a".into(), demand: vec![1.0, 2.0], service: Service { distance, per_unit: true }, ..Instance::default() }
    }

    #[test]
    fn every_number_counts_and_the_name_does_not() {
        let base = small().mark();
        assert_eq!(Instance { name: "b".into(), ..small() }.mark(), base);
        let changed = [
            Instance { demand: vec![2.0, 1.0], ..small() },
            Instance { fixed: vec![1.0, 1.0], ..small() },
            Instance { capacity: vec![1.0, 1.0], ..small() },
            Instance {
                service: Service { distance: Distance::Table { sites: 2, values: vec![1.0, 2.0, 3.0, 4.0] }, per_unit: true },
                ..small()
            },
            Instance { service: Service { per_unit: false, ..small().service }, ..small() },
        ];
        for other in changed {
            assert_ne!(other.mark().hash, base.hash, "{other:?}");
        }
    }
}
