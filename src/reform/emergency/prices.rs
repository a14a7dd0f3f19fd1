//! How few stations can do, from prices of those to be covered: weak duality of the relaxation of EM0 to EM2.

use super::stations::EPS;

/// People of a unit of EM2.
pub(super) const THOUSAND: f64 = 1e3;

/// How few stations cover all clients, from prices `y >= 0` (weak duality of the relaxation): `sum_i y_i + sum_j min(0, 1 - sum_{i of j} y_i)`, rounded up
/// in each part of the region that shares no site with another.
pub(super) fn priced_all(lists: &[(Vec<usize>, f64)], prices: &[f64], sites: usize) -> f64 {
    let mut part: Vec<usize> = (0..sites).collect();
    fn root(part: &mut [usize], mut s: usize) -> usize {
        while part[s] != s {
            part[s] = part[part[s]];
            s = part[s];
        }
        s
    }
    for (list, _) in lists {
        for pair in list.windows(2) {
            let (a, b) = (root(&mut part, pair[0]), root(&mut part, pair[1]));
            part[a.max(b)] = a.min(b);
        }
    }
    let mut bound = vec![0.0; sites];
    let mut rest = vec![1.0; sites];
    for ((list, _), price) in lists.iter().zip(prices) {
        if let Some(&s) = list.first() {
            bound[root(&mut part, s)] += price;
        }
        list.iter().for_each(|&s| rest[s] -= price);
    }
    for (s, r) in rest.iter().enumerate() {
        bound[root(&mut part, s)] += r.min(0.0);
    }
    bound.iter().map(|b| (b - EPS).ceil().max(0.0)).sum()
}

/// How few stations cover `need` people, from prices `y >= 0` and `price >= 0` for a thousand people:
/// `price D + sum_i min(0, y_i - price N_i) + sum_j min(0, 1 - sum_{i of j} y_i)`, rounded up.
pub(super) fn priced_share(lists: &[(Vec<usize>, f64)], prices: &[f64], price: f64, need: f64, sites: usize) -> f64 {
    let mut rest = vec![1.0; sites];
    let mut bound = price * need / THOUSAND;
    for ((list, people), y) in lists.iter().zip(prices) {
        bound += (y - price * people / THOUSAND).min(0.0);
        list.iter().for_each(|&s| rest[s] -= y);
    }
    ((bound + rest.iter().map(|r| r.min(0.0)).sum::<f64>()) - EPS).ceil().max(0.0)
}
