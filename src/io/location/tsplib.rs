//! TSPLIB points: every point is client and site, weight 1, distance Euclid rounded down (as the p-median literature uses these files).

use super::numbers::Numbers;
use super::{MOST, Parsed};
use crate::instance::{Distance, Instance, Metric, Service};
use crate::network::codes;

/// With a header (`DIMENSION`, `NODE_COORD_SECTION`), or headerless: the count, then `number x y` per point.
pub fn read(numbers: &mut Numbers<'_>) -> Option<Parsed> {
    let n = dimension(numbers)?;
    let mut points = Vec::with_capacity(n.min(1 << 20));
    for k in 1..=n {
        let number = numbers.number("the number of a point");
        if !numbers.ended() && (number - k as f64).abs() > 0.0 {
            numbers.say(&codes::LOCATION_COUNT, &number.to_string(), format!("point {k} is wanted here"));
        }
        points.push([numbers.number("a coordinate"), numbers.number("a coordinate")]);
        if numbers.ended() {
            return None;
        }
    }
    match numbers.word() {
        Some("EOF") => {}
        Some(word) => numbers.say(&codes::LOCATION_LONG, word, format!("all {n} points have been read, and the file goes on")),
        None => {}
    }
    let distance = Distance::Points { clients: points.clone(), sites: points, metric: Metric::FloorEuclid };
    Some(Instance { demand: vec![1.0; n], service: Service { distance, per_unit: true }, ..Instance::default() }.into())
}

/// The number of points; the points come next.
fn dimension(numbers: &mut Numbers<'_>) -> Option<usize> {
    let Some(mut word) = numbers.word() else {
        let _ = numbers.number("the number of points");
        return None;
    };
    if let Ok(n) = word.parse::<f64>() {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // inside 1..=MOST
        if n.fract() == 0.0 && n >= 1.0 && n <= MOST as f64 {
            return Some(n as usize);
        }
        numbers.say(&codes::LOCATION_COUNT, word, format!("the number of points is a whole number from 1 to {MOST}"));
        return None;
    }
    let mut n = None;
    loop {
        let key = word.trim_end_matches(':');
        match key {
            "NODE_COORD_SECTION" => break,
            "DIMENSION" => {
                let value = numbers.word()?;
                let digits = if value == ":" { numbers.word()? } else { value.trim_start_matches(':') };
                match digits.parse::<usize>() {
                    Ok(found) if (1..=MOST).contains(&found) => n = Some(found),
                    _ => numbers.say(&codes::LOCATION_COUNT, digits, format!("DIMENSION is a whole number from 1 to {MOST}")),
                }
            }
            "EDGE_WEIGHT_TYPE" => {
                let value = numbers.word()?;
                let kind = if value == ":" { numbers.word()? } else { value.trim_start_matches(':') };
                if !matches!(kind, "EUC_2D" | "CEIL_2D") {
                    numbers.say(&codes::LOCATION_SECTION, kind, "points of the plane (EUC_2D) are wanted");
                }
            }
            _ => {}
        }
        numbers.skip_line();
        let Some(next) = numbers.word() else {
            numbers.say(&codes::LOCATION_SECTION, key, "there is no NODE_COORD_SECTION");
            return None;
        };
        word = next;
    }
    if n.is_none() && numbers.problems.errors() == 0 {
        numbers.say(&codes::LOCATION_SECTION, "NODE_COORD_SECTION", "there is no DIMENSION before the points");
    }
    n
}
