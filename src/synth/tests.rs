//! What every synthetic network must keep, and what it should look like.

use super::*;
use crate::ids::{FacilityId, SettlementId, TownId};
use crate::network::{ArcLists, Tier, arc_rules::build_arcs};
use crate::outcome::Silent;
use crate::travel::{Crs, Place, Places, TimesTable};
use proptest::prelude::*;
use std::collections::BTreeSet;

fn sane(case: &Case, params: &SynthParams) {
    let n = &case.network;
    assert_eq!(n.areas.len(), params.prefectures * (1 + params.counties));
    assert_eq!(n.towns.len(), params.prefectures * params.towns);
    assert_eq!(n.settlements.len(), params.prefectures * params.settlements);
    assert_eq!(n.population().0, params.people_per_prefecture * params.prefectures as u64);
    let mut people = vec![0; n.towns.len()];
    for s in &n.settlements {
        assert!(s.population.0 > 0);
        assert_eq!(s.area, n.town(s.town).area);
        people[s.town.index()] += s.population.0;
    }
    let mut centres = vec![0; n.towns.len()];
    let mut clinics = vec![0; n.towns.len()];
    for f in &n.facilities {
        assert!(f.avail > 0.0 && f.avail <= 1.0 && f.doctors.0 > 0.0, "{f:?}");
        assert_eq!(f.area.is_none(), f.rank() >= 5);
        assert_eq!(f.tier.is_outpatient_only(), f.beds.0 == 0 && f.rank() == 1);
        if let Some(town) = f.town {
            assert_eq!(Some(n.town(town).area), f.area);
            centres[town.index()] += usize::from(f.rank() == 2);
            clinics[town.index()] += usize::from(f.rank() == 1);
        }
        let urban = f.area.is_some_and(|a| n.is_urban(a));
        assert_eq!(urban, matches!(f.tier, Tier::S | Tier::C | Tier::D | Tier::M));
    }
    for (t, town) in n.towns.iter().enumerate() {
        assert_eq!(people[t], town.population.0);
        assert_eq!(centres[t], 1);
        assert!(clinics[t] >= 1);
    }
    for (a, area) in n.areas.iter().enumerate() {
        assert!(area.prefecture.is_some());
        assert!(n.facilities.iter().any(|f| f.rank() == 3 && f.area == Some(AreaId::new(a))));
    }
    let codes: BTreeSet<&String> = n.facilities.iter().map(|f| &f.code).collect();
    assert_eq!(codes.len(), n.facilities.len());
    let codes: BTreeSet<&String> = n.settlements.iter().map(|s| &s.code).collect();
    assert_eq!(codes.len(), n.settlements.len());
    let spots = n.settlements.iter().map(|s| s.position).chain(n.facilities.iter().map(|f| f.position));
    for p in spots.chain(n.towns.iter().map(|t| t.position)) {
        assert!(p.x.is_finite() && p.y.is_finite());
        assert!(n.crs() == Crs::PlanarKm || ((40.0..170.0).contains(&p.x) && (0.0..70.0).contains(&p.y)), "{p:?}");
    }
}

fn any_params() -> impl Strategy<Value = SynthParams> {
    let counts = (1..6_usize, 1..3_usize, 0..5_usize, 0..20_usize, 0..60_usize, 1..5_usize);
    (any::<u64>(), counts, 1_000..5_000_000_u64, (0.05..0.95_f64, 0.0..1.5_f64), any::<bool>()).prop_map(
        |(seed, (prefectures, provinces, counties, towns, settlements, per_clinic), people, (core_share, rank_size), plane)| {
            let towns = 1 + counties + towns;
            SynthParams {
                seed,
                prefectures,
                provinces: provinces.min(prefectures),
                people_per_prefecture: people,
                counties,
                towns,
                settlements: towns + settlements,
                settlements_per_clinic: per_clinic,
                core_share,
                rank_size,
                crs: if plane { Crs::PlanarKm } else { Crs::Wgs84 },
                ..SynthParams::default()
            }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn networks_are_sane(params in any_params()) {
        let case = generate(&params).unwrap();
        sane(&case, &params);
        prop_assert_eq!(&generate(&params).unwrap().network, &case.network);
    }
}

#[test]
fn the_default_resembles_the_reference() {
    let params = SynthParams::default();
    let case = generate(&params).unwrap();
    sane(&case, &params);
    let n = &case.network;
    let usable: f64 = n.facilities.iter().map(|f| f64::from(f.beds.0) * f.avail).sum();
    let per_1000 = 1000.0 * usable / n.population().0 as f64;
    assert!((5.9..7.2).contains(&per_1000), "{per_1000} beds per 1,000");
    let count = |tier| n.facilities.iter().filter(|f| f.tier == tier).count();
    assert_eq!([count(Tier::T) + count(Tier::C), count(Tier::V) + count(Tier::S)], [41, 140]);
    assert_eq!([count(Tier::M), count(Tier::P), count(Tier::R), count(Tier::N)], [2, 1, 1, 1]);
    assert!((5..=9).contains(&(count(Tier::K) + count(Tier::D))));
    assert_ne!(generate(&SynthParams { seed: 2, ..params }).unwrap().network, case.network);
}

#[test]
fn provinces_share_their_centres() {
    let params = SynthParams { prefectures: 20, provinces: 2, ..SynthParams::default() };
    let case = generate(&params).unwrap();
    sane(&case, &params);
    let usable = |tier| case.network.facilities.iter().filter(|f| f.tier == tier).map(|f| f64::from(f.beds.0) * f.avail).sum::<f64>();
    for (tier, per_1000) in [(Tier::P, 0.316), (Tier::R, 0.109), (Tier::N, 0.0243), (Tier::M, 2.04)] {
        let rate = 1000.0 * usable(tier) / case.network.population().0 as f64;
        assert!((rate - per_1000).abs() < 0.05 * per_1000, "{tier}: {rate}");
    }
    let arcs = build_arcs(&case, &Silent);
    assert!(arcs.unreachable.is_empty());
    let one_thread = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    assert_eq!(one_thread.install(|| build_arcs(&case, &Silent)), arcs);
    let prefecture = |a: Option<AreaId>| a.map(|a| case.network.area(a).prefecture.clone());
    for (i, s) in case.network.settlements.iter().enumerate() {
        for arc in arcs.first_of(SettlementId::new(i)).1 {
            let f = case.network.facility(arc.facility);
            assert!(f.rank() >= 5 || prefecture(f.area) == prefecture(Some(s.area)));
        }
    }
}

#[test]
fn senseless_parameters_are_refused() {
    let ok = SynthParams::default();
    for bad in [
        SynthParams { prefectures: 0, ..ok.clone() },
        SynthParams { provinces: 2, ..ok.clone() },
        SynthParams { towns: 3, ..ok.clone() },
        SynthParams { settlements: 40, ..ok.clone() },
        SynthParams { people_per_prefecture: 100, ..ok.clone() },
        SynthParams { core_share: f64::NAN, ..ok.clone() },
        SynthParams { prefectures: 9_000, ..ok },
    ] {
        assert!(generate(&bad).is_err(), "{bad:?}");
    }
}

/// Arcs of a copy are those of the original under its own names, by rules, by lists and by a times table.
#[test]
fn copies_are_linked_at_the_top_only() {
    let mut case = generate(&SynthParams { towns: 8, settlements: 20, ..SynthParams::default() }).unwrap();
    let one = build_arcs(&case, &Silent);
    let copies = linked_copies(&case, 3);
    let three = build_arcs(&copies, &Silent);
    let n = &copies.network;
    assert_eq!(n.population().0, 3 * case.network.population().0);
    let code = |c: usize, f: FacilityId| {
        let f = case.network.facility(f);
        if f.rank() >= 5 { f.code.clone() } else { format!("{}-{}", c + 1, f.code) }
    };
    for c in 0..3 {
        for i in 0..case.network.settlements.len() {
            let wanted: BTreeSet<_> =
                one.first_of(SettlementId::new(i)).1.iter().map(|a| (code(c, a.facility), a.minutes.to_bits())).collect();
            let id = SettlementId::new(c * case.network.settlements.len() + i);
            assert_eq!(n.settlement(id).code, format!("{}-{}", c + 1, case.network.settlements[i].code));
            let got: BTreeSet<_> =
                three.first_of(id).1.iter().map(|a| (n.facility(a.facility).code.clone(), a.minutes.to_bits())).collect();
            assert_eq!(got, wanted);
        }
    }
    let named = |arcs: &crate::network::Arcs, list: fn(&crate::network::Arcs) -> &[crate::network::ReferralArc]| {
        let pair = |a: &crate::network::ReferralArc| (n.facility(a.from).code.clone(), n.facility(a.to).code.clone());
        list(arcs).iter().map(pair).collect::<BTreeSet<_>>()
    };
    let lists: [fn(&crate::network::Arcs) -> &[crate::network::ReferralArc]; 2] = [|a| &a.up, |a| &a.down];
    for list in lists {
        let wanted: BTreeSet<_> = (0..3).flat_map(|c| list(&one).iter().map(move |a| (code(c, a.from), code(c, a.to)))).collect();
        assert_eq!(named(&three, list), wanted);
    }
    for f in &case.network.facilities {
        if f.rank() >= 5 {
            let big = n.facilities.iter().find(|g| g.code == f.code).unwrap();
            assert_eq!((big.beds.0, big.avail.to_bits()), (3 * f.beds.0, f.avail.to_bits()));
            assert!((big.doctors.0 - 3.0 * f.doctors.0).abs() < 1e-9);
        }
    }

    let ids = |list: &[crate::network::ReferralArc]| list.iter().map(|a| (a.from.0, a.to.0)).collect::<Vec<_>>();
    let places = |settlements: usize, facilities: usize| {
        let s = (0..settlements).map(|i| Place::Settlement(SettlementId::new(i)));
        s.chain((0..facilities).map(|j| Place::Facility(FacilityId::new(j)))).collect::<Vec<_>>()
    };
    let (settlements, facilities) = (case.network.settlements.len(), case.network.facilities.len());
    let all = places(settlements, facilities);
    let mut entries = Vec::new();
    for (i, a) in all.iter().enumerate() {
        entries.extend(all[..i].iter().map(|b| (*b, *a, case.travel.minutes_between(&case.network, *b, *a).unwrap())));
    }
    case.travel = crate::travel::Travel::Table(TimesTable::new(settlements, facilities, &entries).unwrap());
    assert_eq!(build_arcs(&linked_copies(&case, 3), &Silent), three);
    let first = (0..settlements)
        .flat_map(|i| one.first_of(SettlementId::new(i)).1.iter().map(move |a| (SettlementId::new(i).0, a.facility.0)))
        .collect();
    case.arcs = Some(ArcLists { first, up: ids(&one.up), down: ids(&one.down) });
    assert_eq!(build_arcs(&linked_copies(&case, 3), &Silent), three);
    assert_eq!(n.towns[case.network.towns.len()].code, format!("2-{}", case.network.town(TownId(0)).code));
}

#[test]
fn no_name_says_a_word_twice() {
    for params in [SynthParams::default(), SynthParams { prefectures: 3, provinces: 2, ..SynthParams::default() }] {
        let network = generate(&params).unwrap().network;
        for f in &network.facilities {
            let english = f.name_en.as_deref().unwrap().to_lowercase();
            let words: Vec<&str> = english.split(' ').collect();
            assert!(words.windows(2).all(|w| w[0] != w[1]) && !words.contains(&""), "{english}");
            assert!(f.name.matches("国家").count() <= 1 && !f.name.is_empty(), "{}", f.name);
        }
        let top = network.facilities.iter().find(|f| f.tier == Tier::N).unwrap();
        assert_eq!((top.name_en.as_deref(), top.name.as_str()), (Some("National medical centre 1"), "第1国家医学中心"));
    }
}
