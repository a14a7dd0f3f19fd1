//! Where facilities stand and how large they are: the siting rules of policy 2.3 and the national rates of 2025.
//!
//! | tier | sites | beds | doctors |
//! | --- | --- | --- | --- |
//! | V, S | one for each settlement (or for a few) | - | 1.3 or 0.6 per 1,000 served |
//! | T, C | one for each township or subdistrict | 1.9 or 0.6 per 1,000 | 1.0 per 1,000 |
//! | K | 1 in a county, 2 from 300,000 people, one more for each 500,000 above 500,000 | 3.45 per 1,000 | 0.62 a bed |
//! | D | 1 for each 450,000 people of the core | 2.2 per 1,000 | 0.62 a bed |
//! | M | 1 for each 1.03 M people of the prefecture | 2.04 per 1,000 | 0.655 a bed |
//! | P, R, N | for a province (N: for all); a share of them when it is too small to fill one | 0.316, 0.109, 0.0243 per 1,000 | 0.846, 0.867, 0.92 a bed |

use super::land::{Land, Spot};
use super::people::{apportion, rank_size};
use super::{Place, SynthParams};
use crate::ids::{AreaId, TownId};
use crate::network::{Evidence, Facility, Owner, Settlement, Tier, Township};
use crate::travel::Position;
use crate::units::{Beds, Fte};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// Nurses for a doctor (planning table of 2025).
const NURSES_PER_DOCTOR: f64 = 1.2;
/// General practitioners per 10,000 people (planning table of 2025).
const GPS_PER_10_000: f64 = 3.93;
/// Share of intensive-care beds in hospitals (tertiary rule of 2024).
const ICU_SHARE: f64 = 0.04;

/// The city core of a prefecture, for what stands above it.
pub(super) struct Core {
    pub(super) prefecture: usize,
    pub(super) population: u64,
    pub(super) area: AreaId,
    pub(super) spot: Spot,
}

/// The facilities so far.
#[derive(Default)]
pub(super) struct Sites {
    pub(super) facilities: Vec<Facility>,
}

/// A facility before its staff is counted.
struct Site {
    code: String,
    name: String,
    name_en: String,
    tier: Tier,
    area: Option<AreaId>,
    town: Option<TownId>,
    position: Position,
    beds: f64,
    doctors: f64,
    gps: f64,
    avail: f64,
}

impl Sites {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // bed counts are small and not negative
    fn add(&mut self, site: Site) {
        let beds = site.beds.round();
        let icu = if site.tier.rank() >= 3 { (ICU_SHARE * beds).round() } else { 0.0 };
        let tenth = |v: f64| Fte((10.0 * v).round() / 10.0);
        self.facilities.push(Facility {
            code: site.code,
            name: site.name,
            name_en: Some(site.name_en),
            tier: site.tier,
            owner: Owner::Public,
            area: site.area,
            town: site.town,
            position: site.position,
            beds: Beds(beds as u32),
            icu: Beds(icu as u32),
            doctors: tenth(site.doctors),
            gps: tenth(site.gps),
            nurses: if site.tier.rank() == 1 { Fte(0.0) } else { tenth(NURSES_PER_DOCTOR * site.doctors) },
            avail: site.avail,
            mr_member: false,
            tele: false,
            drug_gaps: Vec::new(),
            group_leader: false,
            budget: None,
            siting: Default::default(),
            evidence: Evidence::Modelled,
        });
    }

    /// The centre of a township at its seat, and its clinics or stations at its largest settlements.
    pub(super) fn primary(&mut self, params: &SynthParams, area: &Place, id: TownId, town: &Township, settlements: &[Settlement]) {
        let people = town.population.0 as f64;
        let (centre, clinic) = if area.urban { (Tier::C, Tier::S) } else { (Tier::T, Tier::V) };
        let (centre_cn, centre_en) =
            if area.urban { ("社区卫生服务中心", "health centre") } else { ("卫生院", "health centre") };
        let (clinic_cn, clinic_en) = if area.urban { ("卫生服务站", "station") } else { ("卫生室", "clinic") };
        self.add(Site {
            code: format!("{}{centre}", town.code),
            name: format!("{}{centre_cn}", town.name),
            name_en: format!("{} {centre_en}", town.name_en.as_deref().unwrap_or(&town.code)),
            tier: centre,
            area: Some(area.id),
            town: Some(id),
            position: town.position,
            beds: people / 1000.0 * if area.urban { 0.6 } else { 1.9 },
            doctors: (people / 1000.0).round().max(1.0),
            gps: people / 10_000.0 * GPS_PER_10_000,
            avail: 1.0,
        });
        // Settlements come by size, the seat first.
        let hosts = &settlements[..settlements.len().div_ceil(params.settlements_per_clinic)];
        let hosted: f64 = hosts.iter().map(|s| s.population.0 as f64).sum();
        for host in hosts {
            let served = people * host.population.0 as f64 / hosted;
            self.add(Site {
                code: format!("{}{clinic}", host.code),
                name: format!("{}{clinic_cn}", host.name),
                name_en: format!("{} {clinic_en}", host.name_en.as_deref().unwrap_or(&host.code)),
                tier: clinic,
                area: Some(area.id),
                town: Some(id),
                position: host.position,
                beds: 0.0,
                doctors: (served / 1000.0 * if area.urban { 0.6 } else { 1.3 }).max(0.1),
                gps: 0.0,
                avail: 1.0,
            });
        }
    }

    /// County hospitals of a county, or urban secondary hospitals of a core.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // small counts
    pub(super) fn hospitals(&mut self, land: &Land, area: &Place, population: u64, rng: &mut ChaCha8Rng) {
        let people = population as f64;
        let (tier, count, per_1000, spread, fall) = if area.urban {
            (Tier::D, (people / 450_000.0).round().max(1.0), 2.2, 0.25 * area.reach, 0.3)
        } else {
            let more = ((people - 500_000.0) / 500_000.0).floor().max(0.0);
            (Tier::K, if people < 300_000.0 { 1.0 } else { 2.0 + more }, 3.45, 0.06 * area.reach, 1.0)
        };
        let beds = apportion((people / 1000.0 * per_1000).round() as u64, &rank_size(count as usize, fall), 20);
        for (h, beds) in beds.into_iter().enumerate() {
            let (cn, en) = if area.urban { ("区医院", "district hospital") } else { ("医院", "hospital") };
            self.add(Site {
                code: format!("{}{tier}{}", area.code, h + 1),
                name: format!("{}第{}{cn}", area.name, h + 1),
                name_en: format!("{} {en} {}", area.name_en, h + 1),
                tier,
                area: Some(area.id),
                town: None,
                position: land.position(if h == 0 { area.spot } else { area.spot.near(spread, rng) }),
                beds: beds as f64,
                doctors: (0.62 * beds as f64).round(),
                gps: 0.0,
                avail: 1.0,
            });
        }
    }

    /// City tertiary hospitals, in the core.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // small counts
    pub(super) fn city(&mut self, land: &Land, core: &Core, code: &str, rng: &mut ChaCha8Rng) {
        let people = core.population as f64;
        let count = (people / 1.03e6).round().max(1.0) as usize;
        let beds = apportion((people / 1000.0 * 2.04).round() as u64, &rank_size(count, 0.3), 100);
        for (h, beds) in beds.into_iter().enumerate() {
            self.add(Site {
                code: format!("{code}M{}", h + 1),
                name: format!("第{}市第{}人民医院", core.prefecture + 1, h + 1),
                name_en: format!("Prefecture {} city hospital {}", core.prefecture + 1, h + 1),
                tier: Tier::M,
                area: Some(core.area),
                town: None,
                position: land.position(core.spot.near(0.3 * land.reach(true), rng)),
                beds: beds as f64,
                doctors: (0.655 * beds as f64).round(),
                gps: 0.0,
                avail: 1.0,
            });
        }
    }

    /// Provincial and regional centres of each province, national centres of all.
    pub(super) fn above_prefectures(&mut self, params: &SynthParams, land: &Land, cores: &[Core], rng: &mut ChaCha8Rng) {
        let mut capitals = Vec::with_capacity(params.provinces);
        for province in 0..params.provinces {
            let members: Vec<&Core> = cores.iter().filter(|c| params.province_of(c.prefecture) == province).collect();
            let people: u64 = members.iter().map(|c| c.population).sum();
            let Some(largest) = members.iter().max_by_key(|c| (c.population, std::cmp::Reverse(c.prefecture))) else { continue };
            // A province of one prefecture has its capital outside of the case.
            let capital = if members.len() > 1 { largest.spot } else { outside(largest.spot, 1.25 * land.side(), rng) };
            capitals.push(capital);
            let name =
                |tier| (format!("S{:02}{tier}", province + 1), format!("第{}省", province + 1), format!("Province {}", province + 1));
            self.centres(land, Tier::P, people, &[capital], name(Tier::P), rng);
            self.centres(land, Tier::R, people, &[capital], name(Tier::R), rng);
        }
        let people: u64 = cores.iter().map(|c| c.population).sum();
        let homes = if params.provinces > 1 { capitals } else { vec![outside(Spot { x: 0.0, y: 0.0 }, far(land, params), rng)] };
        self.centres(land, Tier::N, people, &homes, ("N".into(), String::new(), String::new()), rng);
    }

    /// Centres of a tier for so many people, in turn at the `homes`. Too few people for one get a share of it.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // small counts
    fn centres(
        &mut self,
        land: &Land,
        tier: Tier,
        people: u64,
        homes: &[Spot],
        (code, name, name_en): (String, String, String),
        rng: &mut ChaCha8Rng,
    ) {
        let (per_1000, size, doctors, kind_cn, kind_en) = match tier {
            Tier::P => (0.316, 2600.0, 0.846, "省级医院", "provincial hospital"),
            Tier::R => (0.109, 1500.0, 0.867, "国家区域医疗中心", "regional medical centre"),
            _ => (0.0243, 2500.0, 0.92, "国家医学中心", "National medical centre"),
        };
        let usable = per_1000 * people as f64 / 1000.0;
        let count = (usable / size).ceil().max(1.0);
        let share = usable / (count * size);
        // Above one half it is cheaper to believe in smaller centres than in half-used ones.
        let (beds, avail) = if share > 0.5 { (usable / count, 1.0) } else { (size, ((share * 1e4).ceil() / 1e4).max(1e-4)) };
        for h in 0..count as usize {
            self.add(Site {
                code: format!("{code}{}", h + 1),
                name: format!("{name}第{}{kind_cn}", h + 1),
                name_en: [name_en.as_str(), kind_en, &(h + 1).to_string()]
                    .into_iter()
                    .filter(|w| !w.is_empty())
                    .collect::<Vec<_>>()
                    .join(" "),
                tier,
                area: None,
                town: None,
                position: land.position(homes[h % homes.len()].near(0.3 * land.reach(true), rng)),
                beds,
                doctors: (doctors * beds).round(),
                gps: 0.0,
                avail,
            });
        }
    }
}

/// A spot at a distance, in a random direction.
fn outside(from: Spot, km: f64, rng: &mut ChaCha8Rng) -> Spot {
    from.step(rng.random_range(0.0..std::f64::consts::TAU), km)
}

/// How far the national capital lies from the middle of a single province: outside of it, 860 km at least.
fn far(land: &Land, params: &SynthParams) -> f64 {
    (0.8 * land.side() * params.columns() as f64).clamp(860.0, super::params::WIDEST_KM / 2.0)
}
