//! From the tables to partitions: who is parted with whom, who leads, who neighbours whom, what is balanced.

use super::*;
use crate::policy::reform::communities::BORDER_SHARE;
use std::collections::BTreeSet;

/// A group that is parted as one.
pub(in crate::reform) struct Group {
    /// Areas, by position.
    pub areas: Vec<usize>,
    /// Townships, by position.
    pub towns: Vec<usize>,
    /// Leading hospitals, by position.
    pub leads: Vec<usize>,
    /// People.
    pub people: f64,
    /// Minutes at `town * leads + lead`; infinite without a way.
    pub minutes: Vec<f64>,
    /// Beds of rank 3 and below by town; a lead's stand in its root.
    pub beds: Vec<f64>,
    /// Fund by town.
    pub fund: Vec<f64>,
    /// Neighbours.
    pub pairs: Vec<(usize, usize)>,
    /// Those that bridge a gap.
    pub bridges: Vec<(usize, usize)>,
    /// Neighbours among themselves, townships of other counties left out of account, where these are more.
    pub wider: Vec<(usize, usize)>,
    /// Those are the pairs.
    pub across: bool,
    pub partition: Partition,
}

pub(in crate::reform) struct Frame {
    pub groups: Vec<Group>,
    pub neighbours_from: NeighboursFrom,
    pub fewer: Vec<(String, u32, u32)>,
    pub repairs: Vec<Repair>,
}

/// Neighbours by road need roads.
///
/// # Errors
/// The case has none.
pub(in crate::reform) fn needs_roads(input: &ReformInput<'_>, adjacency: Adjacency) -> Result<(), ReformError> {
    if adjacency != Adjacency::Road || matches!(input.case.travel, Travel::Road(_)) {
        return Ok(());
    }
    let what =
        "adjacency = \"road\" needs the roads of the case (travel.mode = \"road\"); \"auto\" takes neighbouring seats where there are none";
    Err(ReformError::Lacks(what.into()))
}

/// The groups; with `tertiary`, city cores under tertiary hospitals (grids), else counties under county hospitals.
pub(in crate::reform) fn frame(input: &ReformInput<'_>, tertiary: bool) -> Frame {
    let rules = &input.rules.communities;
    let network = &input.case.network;
    let neighbours_from = match (rules.adjacency, &input.case.travel) {
        (Adjacency::Auto | Adjacency::Road, Travel::Road(_)) => NeighboursFrom::Road,
        (Adjacency::Auto | Adjacency::Delaunay | Adjacency::Road, _) => NeighboursFrom::Delaunay,
        (Adjacency::Nearest, _) => NeighboursFrom::Nearest,
    };
    let mut out = Frame { groups: Vec::new(), neighbours_from, fewer: Vec::new(), repairs: Vec::new() };
    let mut of_group: BTreeMap<(usize, String), Vec<usize>> = BTreeMap::new();
    for (a, area) in network.areas.iter().enumerate() {
        // hospitals from outside of a part of a case stand in an area without townships: there is nothing to part
        let peopled = || !tertiary || network.towns.iter().any(|t| t.area.index() == a);
        let wanted = if rules.areas.is_empty() { area.urban == tertiary && peopled() } else { rules.areas.contains(&area.code) };
        let key = match rules.within {
            Within::County => (a, String::new()),
            Within::Prefecture => (0, area.prefecture.clone().unwrap_or_default()),
            Within::Case => (0, String::new()),
        };
        if wanted {
            of_group.entry(key).or_default().push(a);
        }
    }
    for areas in of_group.into_values() {
        group(input, areas, tertiary, &mut out);
    }
    out
}

/// The leads of an area, the largest first unless the scenario names them.
fn leads(input: &ReformInput<'_>, area: usize, people: f64, tertiary: bool, out: &mut Frame) -> Vec<usize> {
    let rules = &input.rules.communities;
    let network = &input.case.network;
    let mut hospitals: Vec<usize> = (0..network.facilities.len())
        .filter(|&j| {
            let f = &network.facilities[j];
            f.siting.exist && (if tertiary { f.rank() >= 4 } else { f.rank() == 3 }) && f.area.is_some_and(|a| a.index() == area)
        })
        .collect();
    let named: Vec<usize> = hospitals.iter().copied().filter(|&j| rules.leads.contains(&network.facilities[j].code)).collect();
    // a city of several areas is led by those that were chosen for all of it
    if tertiary || !named.is_empty() {
        return named;
    }
    hospitals.sort_by(|&a, &b| input.problem.beds[b].total_cmp(&input.problem.beds[a]).then(a.cmp(&b)));
    let wanted = match rules.count {
        crate::policy::reform::communities::LeadCount::People => 1 + usize::from(people > rules.two_above),
        crate::policy::reform::communities::LeadCount::Hospitals => hospitals.len(),
    };
    if hospitals.len() < wanted {
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        out.fewer.push((network.areas[area].code.clone(), count(wanted), count(hospitals.len())));
    }
    hospitals.truncate(wanted);
    hospitals.sort_unstable();
    hospitals
}

fn group(input: &ReformInput<'_>, areas: Vec<usize>, tertiary: bool, out: &mut Frame) {
    let network = &input.case.network;
    let towns: Vec<usize> = (0..network.towns.len()).filter(|&t| areas.contains(&network.towns[t].area.index())).collect();
    let repair = |kind: &'static str, area: usize, amount: f64, now: f64| {
        let a = &network.areas[area];
        Repair { kind, place: a.code.clone(), name: a.name.clone(), amount, now, yuan: None }
    };
    let people_of =
        |a: usize| towns.iter().filter(|&&t| network.towns[t].area.index() == a).map(|&t| network.towns[t].population.0).sum::<u64>();
    let mut all_leads = Vec::new();
    for &a in &areas {
        if !towns.iter().any(|&t| network.towns[t].area.index() == a) {
            out.repairs.push(repair("communities-towns", a, 1.0, 0.0));
            continue;
        }
        #[allow(clippy::cast_precision_loss)] // people
        let mine = leads(input, a, people_of(a) as f64, tertiary, out);
        if mine.is_empty() && areas.len() == 1 && !tertiary {
            out.repairs.push(repair("communities-lead", a, 1.0, 0.0));
        }
        all_leads.extend(mine);
    }
    if towns.is_empty() || all_leads.is_empty() {
        return;
    }
    if all_leads.len() > towns.len() {
        let (more, now) = ((all_leads.len() - towns.len()) as f64, towns.len() as f64);
        out.repairs.push(repair("communities-seats", areas[0], more, now));
        return;
    }
    let points: Vec<Position> = towns.iter().map(|&t| network.towns[t].position).collect();
    let (mut pairs, wider) = neighbours(input, &towns, &points, out.neighbours_from);
    let bridges = adjacency::bridges(network.crs, &points, &pairs);
    if !bridges.is_empty() && !input.rules.communities.bridge {
        for &(_, b) in &bridges {
            let t = &network.towns[towns[b]];
            let km = bridges.iter().find(|p| p.1 == b).map_or(0.0, |&(a, b)| crate::network::seats::seat_km(network, towns[a], towns[b]));
            out.repairs.push(Repair {
                kind: "communities-island",
                place: t.code.clone(),
                name: t.name.clone(),
                amount: km,
                now: 0.0,
                yuan: None,
            });
        }
        return;
    }
    pairs.extend(&bridges);
    pairs.sort_unstable();
    let roots = roots(input, &towns, &all_leads);
    let p = all_leads.len();
    let asked: Vec<(usize, usize)> = towns.iter().flat_map(|&t| all_leads.iter().map(move |&j| (t, j))).collect();
    let minutes: Vec<f64> = seat_minutes(input.case, &asked).into_iter().map(|m| m.unwrap_or(f64::INFINITY)).collect();
    if let Some(t) = (0..towns.len()).find(|&t| (0..p).all(|l| minutes[t * p + l].is_infinite())) {
        let t = &network.towns[towns[t]];
        out.repairs.push(Repair {
            kind: "communities-way",
            place: t.code.clone(),
            name: t.name.clone(),
            amount: 1.0,
            now: 0.0,
            yuan: None,
        });
        return;
    }
    let (beds, fund) = (beds(input, &towns, &all_leads, &roots), fund(input, &towns));
    #[allow(clippy::cast_precision_loss)] // people
    let heads: Vec<f64> = towns.iter().map(|&t| network.towns[t].population.0 as f64).collect();
    let people = heads.iter().sum::<f64>();
    let balance = &input.rules.communities.balance;
    let measures = [(balance.people, &heads), (balance.beds, &beds), (balance.funds, &fund)]
        .into_iter()
        .filter(|_| p > 1)
        .filter_map(|(tolerance, weight)| {
            let mean = weight.iter().sum::<f64>() / p as f64;
            tolerance.filter(|_| mean > 0.0).map(|tol| Measure {
                weight: weight.clone(),
                low: (1.0 - tol).max(0.0) * mean,
                high: (1.0 + tol) * mean,
            })
        })
        .collect();
    let cost =
        minutes.iter().enumerate().map(|(at, m)| if m.is_finite() { heads[at / p] * m / people.max(1.0) } else { f64::INFINITY }).collect();
    let partition =
        Partition { neighbours: adjacency::lists(towns.len(), &pairs), roots, cost, measures, cut: input.rules.communities.compactness };
    out.groups.push(Group { areas, towns, leads: all_leads, people, minutes, beds, fund, pairs, bridges, wider, across: false, partition });
}

/// Pairs of neighbours.
type Pairs = Vec<(usize, usize)>;

/// Neighbours among the townships of a group: natural neighbours among themselves that are so in the whole case too, since who lies between two
/// townships parts them, a township of another county too. Where that takes the group apart, the shortest pairs that are natural neighbours
/// among themselves join it again.
/// Beside them those among themselves, where these are more.
fn neighbours(input: &ReformInput<'_>, towns: &[usize], points: &[Position], from: NeighboursFrom) -> (Pairs, Pairs) {
    let crs = input.case.network.crs;
    match (from, &input.case.travel) {
        (NeighboursFrom::Road, Travel::Road(graph)) => (adjacency::road(graph, crs, points), Vec::new()),
        (NeighboursFrom::Nearest, _) => (adjacency::nearest(crs, points, input.rules.communities.nearest as usize), Vec::new()),
        _ => {
            let own = adjacency::natural(&adjacency::plane(crs, points), BORDER_SHARE);
            // those of the group first: of several at one place the first stands for all
            let others = (0..input.case.network.towns.len()).filter(|t| !towns.contains(t));
            let everybody: Vec<Position> = towns.iter().copied().chain(others).map(|t| input.case.network.towns[t].position).collect();
            let whole: BTreeSet<(usize, usize)> =
                adjacency::natural(&adjacency::plane(crs, &everybody), BORDER_SHARE).into_iter().collect();
            let mut pairs: Vec<(usize, usize)> = own.iter().copied().filter(|p| whole.contains(p)).collect();
            pairs.extend(adjacency::joining(crs, points, &pairs, own.iter().copied()));
            pairs.sort_unstable();
            let wider = if own.len() > pairs.len() { own } else { Vec::new() };
            (pairs, wider)
        }
    }
}

/// The root of each lead: its own township; where another lead has that, the nearest that is free.
fn roots(input: &ReformInput<'_>, towns: &[usize], leads: &[usize]) -> Vec<usize> {
    let network = &input.case.network;
    let mut taken: Vec<usize> = Vec::new();
    for &lead in leads {
        let home = home_town(network, lead).and_then(|h| towns.iter().position(|&t| t == h)).filter(|h| !taken.contains(h));
        let km =
            |t: usize| crate::travel::metric::distance_km(network.crs, network.towns[towns[t]].position, network.facilities[lead].position);
        let nearest = || {
            let free = (0..towns.len()).filter(|t| !taken.contains(t));
            free.map(|t| (km(t), t)).min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1))).map(|(_, t)| t)
        };
        taken.extend(home.or_else(nearest));
    }
    taken
}

fn beds(input: &ReformInput<'_>, towns: &[usize], leads: &[usize], roots: &[usize]) -> Vec<f64> {
    let network = &input.case.network;
    let mut out = vec![0.0; towns.len()];
    for (j, f) in network.facilities.iter().enumerate().filter(|(_, f)| f.siting.exist && f.rank() <= 3) {
        let root = leads.iter().position(|&l| l == j).map(|l| roots[l]);
        let at = root.or_else(|| home_town(network, j).filter(|_| f.area.is_some()).and_then(|h| towns.iter().position(|&t| t == h)));
        if let Some(t) = at {
            out[t] += input.problem.beds[j];
        }
    }
    out
}

#[allow(clippy::cast_precision_loss)] // people
fn fund(input: &ReformInput<'_>, towns: &[usize]) -> Vec<f64> {
    let network = &input.case.network;
    let of = |t: usize| {
        let (town, risk) = (&network.towns[t], input.rules.communities.risk.get(&network.towns[t].code).copied().unwrap_or(1.0));
        let area = network.area(town.area);
        town.population.0 as f64 * area.enrol_rate * area.fund_per_head.0 * risk
    };
    towns.iter().map(|&t| of(t)).collect()
}
