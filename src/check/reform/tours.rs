//! The bounds of day tours, worked out again without what made them: all partitions of few stops, and the spanning trees of written multipliers.

/// Times between base (place 0) and stops, service and day, minutes.
pub(super) struct Stops {
    pub minutes: Vec<Vec<f64>>,
    pub service: Vec<f64>,
    pub day: f64,
}

/// Fewest tours and their least travel, over all partitions of at most 15 stops; `inf` where a stop does not fit into a day.
pub(super) fn fewest_and_least(stops: &Stops) -> (usize, f64) {
    let n = stops.service.len();
    let sets = 1_usize << n;
    // least[last][set]: from the base over the set, ending at last
    let mut least = vec![vec![f64::INFINITY; sets]; n];
    let mut tour = vec![f64::INFINITY; sets];
    tour[0] = 0.0;
    for set in 1..sets {
        for last in 0..n {
            if set & (1 << last) == 0 {
                continue;
            }
            let before = set & !(1 << last);
            least[last][set] = if before == 0 {
                stops.minutes[0][last + 1]
            } else {
                (0..n)
                    .filter(|p| before & (1 << p) != 0)
                    .map(|p| least[p][before] + stops.minutes[p + 1][last + 1])
                    .fold(f64::INFINITY, f64::min)
            };
            tour[set] = tour[set].min(least[last][set] + stops.minutes[last + 1][0]);
        }
        let service: f64 = (0..n).filter(|i| set & (1 << i) != 0).map(|i| stops.service[i]).sum();
        if tour[set] + service > stops.day + 1e-9 {
            tour[set] = f64::INFINITY;
        }
    }
    let mut best = vec![(usize::MAX, f64::INFINITY); sets];
    best[0] = (0, 0.0);
    for set in 1..sets {
        let highest = 1 << (usize::BITS - 1 - set.leading_zeros());
        let rest = set & !highest;
        // every subset of the rest joins the highest stop on one tour
        let mut with = rest;
        loop {
            let one = with | highest;
            if tour[one].is_finite() && best[set & !one].0 < usize::MAX {
                let (count, travel) = best[set & !one];
                let trial = (count + 1, travel + tour[one]);
                if trial.0 < best[set].0 || (trial.0 == best[set].0 && trial.1 < best[set].1) {
                    best[set] = trial;
                }
            }
            if with == 0 {
                break;
            }
            with = (with - 1) & rest;
        }
    }
    best[sets - 1]
}

/// What the multipliers prove of the travel of `tours` tours: a minimum spanning tree (Kruskal) and the ways home.
pub(super) fn least_by(stops: &Stops, multipliers: &[f64], tours: usize) -> f64 {
    let n = stops.service.len() + 1;
    let p = |i: usize| multipliers.get(i).copied().unwrap_or(0.0);
    let price = |i: usize, j: usize| stops.minutes[i][j].min(stops.minutes[j][i]) + p(i) + p(j);
    let mut edges: Vec<(f64, usize, usize)> =
        (0..n).flat_map(|i| (i + 1..n).map(move |j| (i, j))).map(|(i, j)| (price(i, j), i, j)).collect();
    edges.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut part: Vec<usize> = (0..n).collect();
    let mut value = 0.0;
    for (e, i, j) in edges {
        let (a, b) = (part[i], part[j]);
        if a != b {
            value += e;
            part.iter_mut().filter(|x| **x == b).for_each(|x| *x = a);
        }
    }
    let mut home: Vec<f64> = (1..n).map(|i| price(0, i)).collect();
    home.sort_by(f64::total_cmp);
    let count = f64::from(u32::try_from(tours).unwrap_or(u32::MAX));
    value + home.iter().take(tours).sum::<f64>() - 2.0 * (1..n).map(p).sum::<f64>() - 2.0 * count * p(0)
}

/// The fewest tours that the multipliers, or none at all, leave possible.
pub(super) fn fewest_by(stops: &Stops, multipliers: &[Vec<f64>]) -> usize {
    let service: f64 = stops.service.iter().sum();
    let possible = |tours: usize| {
        let least = multipliers.iter().map(Vec::as_slice).chain([&[][..]]).map(|p| least_by(stops, p, tours)).fold(0.0, f64::max);
        service + least <= f64::from(u32::try_from(tours).unwrap_or(u32::MAX)) * stops.day + 1e-9
    };
    (1..=stops.service.len()).find(|&tours| possible(tours)).unwrap_or(stops.service.len())
}
