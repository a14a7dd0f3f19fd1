//! Pictures and reports: what they hold, that hostile names come out harmless, and that large cases stay small and quick.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "common/sample_plan.rs"]
mod sample_plan;

use fenji::plot::{self, ParetoPoint, Picture, PictureInput};
use fenji::text::Catalogue;
use sample_plan::{Sample, sample};

fn input<'a>(s: &'a Sample, text: &'a Catalogue) -> PictureInput<'a> {
    PictureInput { problem: &s.problem, plan: &s.plan, indicators: &s.indicators, pack: &s.pack, text }
}

fn front() -> Vec<ParetoPoint> {
    (0..9).map(f64::from).map(|n| ParetoPoint { travel: 9.0e8 + 6.0e7 * n, cost: 5.3e9 + 3.0e8 / (n + 1.0) }).collect()
}

fn pictures(s: &Sample, lang: &str) -> Vec<Picture> {
    let text = Catalogue::load(lang).unwrap();
    plot::all(&input(s, &text), Some(&front())).unwrap()
}

/// Writes all pictures where FENJI_LOOK says, to be looked at.
#[test]
fn pictures_can_be_looked_at() {
    let s = sample();
    for lang in ["en", "zh"] {
        let all = pictures(&s, lang);
        assert!(all.len() >= 10);
        if let Ok(dir) = std::env::var("FENJI_LOOK") {
            for p in &all {
                let base = std::path::Path::new(&dir).join(format!("{lang}-{}", p.id));
                std::fs::create_dir_all(&dir).unwrap();
                std::fs::write(base.with_extension("svg"), &p.svg).unwrap();
                std::fs::write(base.with_extension("png"), p.png().unwrap()).unwrap();
            }
        }
    }
}
