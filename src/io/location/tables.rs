//! Formats with a table of costs: OR-Library capacitated, TBED1, Holmberg, Klose's generator, `UflLib`.

use super::numbers::Numbers;
use super::{MOST, Parsed, by_client, fits};
use crate::instance::{Distance, Instance, Service};
use crate::network::codes;

fn sizes(numbers: &mut Numbers<'_>) -> Option<(usize, usize)> {
    let m = numbers.count("the number of sites", 1, MOST);
    let n = numbers.count("the number of clients", 1, MOST);
    let (m, n) = (m?, n?);
    fits(numbers, n, m).then_some((m, n))
}

fn table(sites: usize, values: Vec<f64>, per_unit: bool) -> Service {
    Service { distance: Distance::Table { sites, values }, per_unit }
}

/// Capacity and fixed cost of each site.
fn pairs(numbers: &mut Numbers<'_>, m: usize) -> (Vec<f64>, Vec<f64>) {
    let (mut capacity, mut fixed) = (Vec::new(), Vec::new());
    for _ in 0..m {
        if numbers.ended() {
            break;
        }
        capacity.push(numbers.amount("a capacity"));
        fixed.push(numbers.amount("a fixed cost"));
    }
    (capacity, fixed)
}

/// `m n`, `m` times capacity and fixed cost, then per client its demand and `m` costs of serving all of it.
pub fn orlib_cap(numbers: &mut Numbers<'_>) -> Option<Parsed> {
    let (m, n) = sizes(numbers)?;
    let (mut capacity, mut fixed, mut open) = (Vec::new(), Vec::new(), false);
    for _ in 0..m {
        if numbers.ended() {
            break;
        }
        // capa, capb and capc say the word `capacity`: it is a parameter of the experiment
        match numbers.word() {
            Some("capacity") => {
                open = true;
                capacity.push(0.0);
            }
            Some(word) => match word.parse::<f64>() {
                Ok(q) if q.is_finite() && q >= 0.0 => capacity.push(q),
                Ok(q) if q < 0.0 => numbers.say(&codes::NEGATIVE, word, "a capacity is negative"),
                Ok(_) => numbers.say(&codes::NOT_FINITE, word, "a capacity is not finite"),
                Err(_) => numbers.say(&codes::NOT_A_NUMBER, word, "a capacity is a number, or the word `capacity`"),
            },
            None => {
                let _ = numbers.number("a capacity");
            }
        }
        fixed.push(numbers.amount("a fixed cost"));
    }
    let (mut demand, mut values) = (Vec::with_capacity(n), Vec::with_capacity(n * m));
    for _ in 0..n {
        if numbers.ended() {
            return None;
        }
        demand.push(numbers.amount("a demand"));
        values.extend(numbers.amounts("the cost of serving a client", m));
    }
    numbers.end();
    if numbers.ended() || capacity.len() != m {
        return None;
    }
    let instance = Instance { demand, fixed, capacity, service: table(m, values, false), ..Instance::default() };
    Some(Parsed { capacity_open: open, ..instance.into() })
}

/// `m n`, demands, capacities, fixed costs, `m` lines of `n` UNIT costs.
pub fn tbed1(numbers: &mut Numbers<'_>) -> Option<Parsed> {
    let (m, n) = sizes(numbers)?;
    let demand = numbers.amounts("a demand", n);
    let capacity = numbers.amounts("a capacity", m);
    let fixed = numbers.amounts("a fixed cost", m);
    let costs = numbers.amounts("a unit cost", m * n);
    numbers.end();
    if numbers.ended() {
        return None;
    }
    let service = table(m, by_client(&costs, m, n), true);
    Some(Instance { demand, fixed, capacity, service, ..Instance::default() }.into())
}

/// `m n`, capacity and fixed cost per site, demands, `m` lines of `n` total costs.
pub fn holmberg(numbers: &mut Numbers<'_>) -> Option<Parsed> {
    let (m, n) = sizes(numbers)?;
    let (capacity, fixed) = pairs(numbers, m);
    let demand = numbers.amounts("a demand", n);
    let costs = numbers.amounts("the cost of serving a client", m * n);
    numbers.end();
    if numbers.ended() {
        return None;
    }
    let service = table(m, by_client(&costs, m, n), false);
    Some(Instance { demand, fixed, capacity, service, ..Instance::default() }.into())
}

/// `FILE:` line, `m n 0`, then per site its number, fixed cost and `n` costs.
pub fn ufllib(numbers: &mut Numbers<'_>) -> Option<Parsed> {
    match numbers.word() {
        Some(word) if word.starts_with("FILE:") => numbers.skip_line(),
        word => {
            numbers.say(&codes::LOCATION_SECTION, word.unwrap_or_default(), "the first line begins with `FILE:`");
            return None;
        }
    }
    let (m, n) = sizes(numbers)?;
    let _ = numbers.number("the third count");
    let (mut fixed, mut costs) = (Vec::with_capacity(m), Vec::with_capacity(m * n));
    for j in 1..=m {
        let number = numbers.number("the number of a site");
        if numbers.ended() {
            return None;
        }
        if (number - j as f64).abs() > 0.0 {
            numbers.say(
                &codes::LOCATION_COUNT,
                &number.to_string(),
                format!("site {j} is wanted here: its line has too few or too many costs"),
            );
            return None;
        }
        fixed.push(numbers.amount("a fixed cost"));
        costs.extend(numbers.amounts("a cost", n));
    }
    numbers.end();
    if numbers.ended() {
        return None;
    }
    let service = table(m, by_client(&costs, m, n), false);
    Some(Instance { demand: vec![1.0; n], fixed, service, ..Instance::default() }.into())
}

/// Sections in brackets: depots (capacity, fixed cost, variable cost, position, name), customers (demand, position, name), and the total costs with
/// a line per depot. The variable cost of a depot is per unit served.
pub fn gk_cflp(numbers: &mut Numbers<'_>) -> Option<Parsed> {
    let (mut capacity, mut fixed, mut variable, mut site_names) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let (mut demand, mut client_names) = (Vec::new(), Vec::new());
    let mut section = "";
    while let Some(word) = numbers.word() {
        match word {
            "[MATRIX]" => {
                section = word;
                break;
            }
            _ if word.starts_with('[') => {
                section = word;
                numbers.skip_line();
            }
            "capacity" | "demand" => numbers.skip_line(),
            _ if section == "[DEPOTS]" => {
                capacity.push(read_again(numbers, word, "a capacity"));
                fixed.push(numbers.amount("a fixed cost"));
                variable.push(numbers.amount("a variable cost"));
                let _ = (numbers.number("a coordinate"), numbers.number("a coordinate"));
                site_names.push(numbers.word().unwrap_or_default().to_owned());
            }
            _ if section == "[CUSTOMERS]" => {
                demand.push(read_again(numbers, word, "a demand"));
                let _ = (numbers.number("a coordinate"), numbers.number("a coordinate"));
                client_names.push(numbers.word().unwrap_or_default().to_owned());
            }
            _ => numbers.skip_line(),
        }
        if numbers.ended() {
            return None;
        }
    }
    let (m, n) = (capacity.len(), demand.len());
    if section != "[MATRIX]" || m == 0 || n == 0 {
        let message = format!("[DEPOTS], [CUSTOMERS] and [MATRIX] are wanted; {m} depots and {n} customers were found");
        numbers.say(&codes::LOCATION_SECTION, section, message);
        return None;
    }
    if numbers.word() != Some("Dim") {
        numbers.say(&codes::LOCATION_SECTION, "[MATRIX]", "`Dim` with two counts is wanted");
        return None;
    }
    let rows = numbers.count("the number of depots", 1, MOST)?;
    let columns = numbers.count("the number of customers", 1, MOST)?;
    if (rows, columns) != (m, n) {
        numbers.say(&codes::LOCATION_COUNT, &format!("{rows} {columns}"), format!("{m} depots and {n} customers stand above"));
        return None;
    }
    if !fits(numbers, n, m) {
        return None;
    }
    let costs = numbers.amounts("the cost of serving a client", m * n);
    numbers.end();
    if numbers.ended() {
        return None;
    }
    let mut values = by_client(&costs, m, n);
    for (line, w) in values.chunks_mut(m).zip(&demand) {
        line.iter_mut().zip(&variable).for_each(|(c, v)| *c += v * w);
    }
    let service = table(m, values, false);
    Some(Instance { demand, client_names, site_names, fixed, capacity, service, ..Instance::default() }.into())
}

/// The number that a word which was read already stands for.
fn read_again(numbers: &mut Numbers<'_>, word: &str, what: &str) -> f64 {
    match word.parse::<f64>() {
        Ok(x) if x.is_finite() && x >= 0.0 => x,
        Ok(x) if x < 0.0 => {
            numbers.say(&codes::NEGATIVE, word, format!("{what} is negative"));
            0.0
        }
        Ok(_) => {
            numbers.say(&codes::NOT_FINITE, word, format!("{what} is not finite"));
            0.0
        }
        Err(_) => {
            numbers.say(&codes::NOT_A_NUMBER, word, format!("{what} is not a number"));
            0.0
        }
    }
}
