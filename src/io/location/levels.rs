//! Formats with plants above the depots.

use super::numbers::Numbers;
use super::{MOST, Parsed, by_client, fits};
use crate::instance::{Distance, Instance, Service, Upper};

/// `n m q`: clients, depots, plants; demands, fixed costs of depots and of plants, unit costs `n x m` and `m x q`.
pub fn two_level(numbers: &mut Numbers<'_>) -> Option<Parsed> {
    let n = numbers.count("the number of clients", 1, MOST);
    let m = numbers.count("the number of depots", 1, MOST);
    let q = numbers.count("the number of plants", 1, MOST);
    let (n, m, q) = (n?, m?, q?);
    if !(fits(numbers, n, m) && fits(numbers, m, q)) {
        return None;
    }
    let demand = numbers.amounts("a demand", n);
    let fixed = numbers.amounts("the fixed cost of a depot", m);
    let plants = numbers.amounts("the fixed cost of a plant", q);
    let values = numbers.amounts("the cost from a depot to a client", n * m);
    let unit_cost = numbers.amounts("the cost from a plant to a depot", m * q);
    numbers.end();
    if numbers.ended() {
        return None;
    }
    let service = Service { distance: Distance::Table { sites: m, values }, per_unit: true };
    let upper = Some(Upper { fixed: plants, capacity: Vec::new(), unit_cost });
    Some(Instance { demand, fixed, service, upper, ..Instance::default() }.into())
}

/// `I J K`: plants, depots, clients; demands, plants (capacity, fixed), `I x J` unit costs, depots (capacity, fixed), `J x K` unit costs.
pub fn two_stage(numbers: &mut Numbers<'_>) -> Option<Parsed> {
    let q = numbers.count("the number of plants", 1, MOST);
    let m = numbers.count("the number of depots", 1, MOST);
    let n = numbers.count("the number of clients", 1, MOST);
    let (q, m, n) = (q?, m?, n?);
    if !(fits(numbers, n, m) && fits(numbers, m, q)) {
        return None;
    }
    let demand = numbers.amounts("a demand", n);
    let plants = numbers.amounts("capacity or fixed cost of a plant", 2 * q);
    let above = numbers.amounts("the cost from a plant to a depot", q * m);
    let depots = numbers.amounts("capacity or fixed cost of a depot", 2 * m);
    let below = numbers.amounts("the cost from a depot to a client", m * n);
    numbers.end();
    if numbers.ended() {
        return None;
    }
    let every = |list: &[f64], k: usize| list.iter().skip(k).step_by(2).copied().collect::<Vec<f64>>();
    let upper = Upper { fixed: every(&plants, 1), capacity: every(&plants, 0), unit_cost: by_client(&above, q, m) };
    let service = Service { distance: Distance::Table { sites: m, values: by_client(&below, m, n) }, per_unit: true };
    let (fixed, capacity) = (every(&depots, 1), every(&depots, 0));
    Some(Instance { demand, fixed, capacity, service, upper: Some(upper), ..Instance::default() }.into())
}
