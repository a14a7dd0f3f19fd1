//! Optima by enumeration, for instances of a few sites: every subset of sites (and plants), and below it every assignment or a flow by successive
//! shortest paths. Shares nothing with the library but the instance.

use fenji::instance::{Distance, Instance, Problem, Service, Upper};

/// A linear congruential generator (Knuth's MMIX constants), enough for tests.
pub struct Lcg(pub u64);

impl Lcg {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }
}

/// A random instance of 5 clients, 4 sites, 2 plants with everything that any problem needs. Some pairs have no way; some demand is zero.
pub fn random(seed: u64) -> Instance {
    let mut r = Lcg(seed.wrapping_mul(977) + 13);
    let (n, m, q) = (5, 4, 2);
    let mut whole = |below: u64| (r.next() % below) as f64;
    let demand: Vec<f64> = (0..n).map(|_| whole(6)).collect();
    let values = (0..n * m).map(|_| if whole(9) == 0.0 && seed.is_multiple_of(3) { f64::INFINITY } else { whole(60) }).collect();
    let capacity = (0..m).map(|_| 2.0 + whole(9)).collect();
    let fixed = (0..m).map(|_| whole(80)).collect();
    let upper = Upper {
        fixed: (0..q).map(|_| whole(90)).collect(),
        capacity: (0..q).map(|_| 6.0 + whole(12)).collect(),
        unit_cost: (0..m * q).map(|_| whole(30)).collect(),
    };
    let service = Service { distance: Distance::Table { sites: m, values }, per_unit: seed.is_multiple_of(2) };
    Instance { name: "random".into(), demand, fixed, capacity, service, upper: Some(upper), ..Instance::default() }
}

/// The optimum; `None` when no choice is feasible. Clients that no site reaches count in no sum.
pub fn optimum(instance: &Instance, problem: &Problem) -> Option<f64> {
    let (n, m) = (instance.clients(), instance.sites());
    let finite = |i: usize| (0..m).any(|j| instance.distance(i, j).is_finite());
    let clients: Vec<usize> = (0..n).filter(|&i| finite(i)).collect();
    let q = instance.upper.as_ref().map_or(0, |u| u.fixed.len());
    let plants = if matches!(problem, Problem::TwoLevel | Problem::TwoStage) { 1 << q } else { 1 };
    let mut best: Option<f64> = None;
    for set in 0..1_usize << m {
        let open: Vec<usize> = (0..m).filter(|j| set >> j & 1 == 1).collect();
        if problem.p().is_some_and(|p| open.len() > p || p > m) {
            continue;
        }
        for up in 0..plants {
            let above: Vec<usize> = (0..q).filter(|k| up >> k & 1 == 1).collect();
            let Some(value) = value(instance, problem, &clients, &open, &above) else { continue };
            let better = best.is_none_or(|b| if problem.maximises() { value > b } else { value < b });
            if better {
                best = Some(value);
            }
        }
    }
    best
}

fn value(instance: &Instance, problem: &Problem, clients: &[usize], open: &[usize], above: &[usize]) -> Option<f64> {
    let fixed: f64 = open.iter().map(|&j| instance.fixed[j]).sum();
    let nearest = |i: usize| open.iter().map(|&j| instance.distance(i, j)).fold(f64::INFINITY, f64::min);
    let all = |f: &dyn Fn(usize) -> f64| {
        let sum: f64 = clients.iter().map(|&i| f(i)).sum();
        sum.is_finite().then_some(sum)
    };
    let cheapest = |i: usize| open.iter().map(|&j| instance.cost(i, j)).fold(f64::INFINITY, f64::min);
    match problem {
        Problem::PMedian { .. } => all(&cheapest),
        Problem::PCenter { .. } => Some(clients.iter().map(|&i| nearest(i)).fold(0.0, f64::max)).filter(|v| v.is_finite()),
        Problem::SetCover { within } => clients.iter().all(|&i| nearest(i) <= *within).then_some(fixed),
        Problem::MaxCover { within, .. } => Some(clients.iter().filter(|&&i| nearest(i) <= *within).map(|&i| instance.demand[i]).sum()),
        Problem::Uncapacitated => all(&cheapest).map(|v| v + fixed),
        Problem::SingleSource | Problem::CapacitatedPMedian { .. } => {
            let fixed = if *problem == Problem::SingleSource { fixed } else { 0.0 };
            assignments(instance, clients, open).map(|v| v + fixed)
        }
        Problem::Capacitated => flow(instance, clients, open, None).map(|v| v + fixed),
        Problem::TwoLevel => {
            let upper = instance.upper.as_ref()?;
            let step = |j: usize| above.iter().map(|&k| upper.unit_cost[j * upper.fixed.len() + k]).fold(f64::INFINITY, f64::min);
            let path = |i: usize| {
                open.iter()
                    .map(|&j| if above.is_empty() { f64::INFINITY } else { instance.cost(i, j) + instance.demand[i] * step(j) })
                    .fold(f64::INFINITY, f64::min)
            };
            all(&path).map(|v| v + fixed + above.iter().map(|&k| upper.fixed[k]).sum::<f64>())
        }
        Problem::TwoStage => {
            let upper = instance.upper.as_ref()?;
            flow(instance, clients, open, Some(above)).map(|v| v + fixed + above.iter().map(|&k| upper.fixed[k]).sum::<f64>())
        }
    }
}

/// The cheapest assignment of whole clients within capacity.
fn assignments(instance: &Instance, clients: &[usize], open: &[usize]) -> Option<f64> {
    fn deeper(instance: &Instance, clients: &[usize], open: &[usize], room: &mut Vec<f64>) -> f64 {
        let Some((&i, rest)) = clients.split_first() else { return 0.0 };
        let mut best = f64::INFINITY;
        for &j in open {
            if instance.demand[i] <= room[j] && instance.distance(i, j).is_finite() {
                room[j] -= instance.demand[i];
                best = best.min(instance.cost(i, j) + deeper(instance, rest, open, room));
                room[j] += instance.demand[i];
            }
        }
        best
    }
    let value = deeper(instance, clients, open, &mut instance.capacity.clone());
    value.is_finite().then_some(value)
}

/// The cheapest flow from sites (fed by plants, where there are) to clients, by successive shortest paths with Bellman-Ford.
fn flow(instance: &Instance, clients: &[usize], open: &[usize], above: Option<&[usize]>) -> Option<f64> {
    let (n, m) = (instance.clients(), instance.sites());
    let q = instance.upper.as_ref().map_or(0, |u| u.fixed.len());
    // nodes: source, plants, site entries, site exits, clients, sink
    let (entry, exit, client, sink) = (1 + q, 1 + q + m, 1 + q + 2 * m, 1 + q + 2 * m + n);
    let mut arcs: Vec<(usize, usize, f64, f64)> = Vec::new();
    let mut arc = |a: usize, b: usize, room: f64, cost: f64| {
        arcs.push((a, b, room, cost));
        arcs.push((b, a, 0.0, -cost));
    };
    for &j in open {
        arc(entry + j, exit + j, instance.capacity[j], 0.0);
        match (above, &instance.upper) {
            (Some(plants), Some(upper)) => plants.iter().for_each(|&k| arc(1 + k, entry + j, f64::INFINITY, upper.unit_cost[j * q + k])),
            _ => arc(0, entry + j, f64::INFINITY, 0.0),
        }
        for &i in clients.iter().filter(|&&i| instance.demand[i] > 0.0 && instance.distance(i, j).is_finite()) {
            arc(exit + j, client + i, f64::INFINITY, instance.cost(i, j) / instance.demand[i]);
        }
    }
    if let (Some(plants), Some(upper)) = (above, &instance.upper) {
        plants.iter().for_each(|&k| arc(0, 1 + k, upper.capacity[k], 0.0));
    }
    clients.iter().for_each(|&i| arc(client + i, sink, instance.demand[i], 0.0));
    let wanted: f64 = clients.iter().map(|&i| instance.demand[i]).sum();
    let (mut sent, mut total) = (0.0, 0.0);
    while sent < wanted - 1e-9 {
        let mut dist = vec![f64::INFINITY; sink + 1];
        let mut by = vec![usize::MAX; sink + 1];
        dist[0] = 0.0;
        for _ in 0..=sink {
            for (a, &(u, v, room, cost)) in arcs.iter().enumerate() {
                if room > 1e-9 && dist[u] + cost < dist[v] - 1e-9 {
                    (dist[v], by[v]) = (dist[u] + cost, a);
                }
            }
        }
        if dist[sink].is_infinite() {
            return None;
        }
        let (mut v, mut most) = (sink, f64::INFINITY);
        while v != 0 {
            most = most.min(arcs[by[v]].2);
            v = arcs[by[v]].0;
        }
        v = sink;
        while v != 0 {
            let a = by[v];
            arcs[a].2 -= most;
            arcs[a ^ 1].2 += most;
            v = arcs[a].0;
        }
        sent += most;
        total += most * dist[sink];
    }
    Some(total)
}
