//! Day tours on the map, and the calendar of the teams.

use super::super::labels::Labels;
use super::super::map::{Map, heading};
use super::super::svg::{Anchor, Paint, Sheet, Type};
use super::super::{Picture, PlotError, font, markers, palette};
use super::ReformPictureInput;
use super::lines::COLOURS;
use crate::plan::reform::MobileAnswer;
use crate::plan::reform::mobile::PERIOD;
use crate::text::shorten;
use std::collections::BTreeMap;

/// Most teams of one calendar, those out most often first.
const MOST_TEAMS: usize = 40;
/// Most tours drawn.
const MOST_TOURS: usize = 600;
/// Colour of villages on tours.
const VILLAGE: &str = "#222222";

pub(super) fn draw(input: &ReformPictureInput<'_>, a: &MobileAnswer) -> Result<Vec<Picture>, PlotError> {
    // where nobody needs a team there is nothing to draw, and the sentences say so
    if a.tours.is_empty() {
        return Ok(Vec::new());
    }
    Ok(vec![map(input, a)?, calendar(input, a)?])
}

/// A colour for each tour, so that tours of one base that follow each other differ.
fn colours(a: &MobileAnswer) -> Vec<&'static str> {
    let mut of_base: BTreeMap<&str, usize> = BTreeMap::new();
    a.tours
        .iter()
        .map(|t| {
            let n = of_base.entry(&t.base).or_default();
            *n += 1;
            COLOURS[(*n - 1) % COLOURS.len()]
        })
        .collect()
}

fn map(input: &ReformPictureInput<'_>, a: &MobileAnswer) -> Result<Picture, PlotError> {
    let (text, network) = (input.text, input.network);
    let mut map = Map::of("mobile", text.say("picture-mobile-title"), &input.case_line(), network, text);
    map.settlements();
    let frame = map.frame();
    let places: BTreeMap<&str, _> = network.settlements.iter().map(|s| (s.code.as_str(), s.position)).collect();
    let colours = colours(a);
    map.sheet.clip((frame.x, frame.y), (frame.w, frame.h));
    for (tour, colour) in a.tours.iter().zip(&colours).take(MOST_TOURS) {
        let Some(base) = input.facility(&tour.base) else { continue };
        let mut points = vec![map.site(base).0];
        points.extend(tour.stops.iter().filter_map(|s| places.get(s.as_str())).map(|p| map.projection.to(*p)));
        points.push(map.site(base).0);
        let hover = tour_hover(input, tour);
        map.sheet.polyline(&points, Paint::line(colour, 1.8).faded(0.85), Some(&hover));
    }
    map.sheet.end();
    let width = if a.villages.len() > 400 { 1.8 } else { 3.2 };
    for v in &a.villages {
        let Some(p) = places.get(v.settlement.as_str()) else { continue };
        let name = input.settlement_name(&v.settlement);
        let hover = text.say_with(
            "hover-mobile-village",
            &[
                ("name", (&name).into()),
                ("people", super::super::map::people(v.people).into()),
                ("minutes", v.fixed_minutes.unwrap_or(f64::NAN).into()),
                ("team", f64::from(v.team).into()),
                ("days", f64::from(v.rhythm.days()).into()),
            ],
        );
        map.sheet.circle(map.projection.to(*p), width, Paint::fill(VILLAGE).outlined("#FFFFFF", 0.8), Some(&hover));
    }
    let bases: Vec<usize> = a.bases.iter().filter_map(|b| input.facility(&b.base)).collect();
    let mut labels = Labels::new(frame);
    for &j in &bases {
        let f = &network.facilities[j];
        let (at, outside) = map.site(j);
        markers::draw(&mut map.sheet, at, markers::radius(f.tier), f.tier, outside, Some(&input.facility_name(&f.code)));
        labels.block(at, markers::radius(f.tier) + 1.0);
    }
    for &j in &bases {
        let f = &network.facilities[j];
        let at = map.site(j).0;
        labels.place(&mut map.sheet, at, markers::radius(f.tier), &shorten(&input.facility_name(&f.code), 32), Type::plain(11.5));
    }
    // with few villages there is room for their names too
    if a.villages.len() <= 60 {
        for v in &a.villages {
            if let Some(p) = places.get(v.settlement.as_str()) {
                let name = shorten(&input.settlement_name(&v.settlement), 24);
                labels.place(&mut map.sheet, map.projection.to(*p), 4.0, &name, Type::plain(10.0).in_colour(palette::QUIET));
            }
        }
    }
    map.frame_and_scale();
    map.legend_heading(&text.say("legend-mobile"));
    map.legend_line(COLOURS[0], 2.0, &text.say("legend-mobile-tour"));
    map.legend_sign(
        |sheet, at| {
            sheet.circle(at, 3.2, Paint::fill(VILLAGE).outlined("#FFFFFF", 0.8), None);
        },
        &text.say("legend-mobile-village"),
    );
    map.legend_tiers(|j| bases.contains(&j));
    let mut caption = vec![text.say("picture-mobile-caption")];
    if a.tours.len() > MOST_TOURS {
        caption.push(text.say_with("picture-mobile-cut", &[("n", MOST_TOURS.into()), ("all", a.tours.len().into())]));
    }
    map.finish(caption.join(&text.say("sentence-join")))
}

fn tour_hover(input: &ReformPictureInput<'_>, tour: &crate::plan::reform::mobile::Tour) -> String {
    let stops: Vec<String> = tour.stops.iter().map(|s| input.settlement_name(s)).collect();
    let days: Vec<String> = tour.days.iter().map(u32::to_string).collect();
    input.text.say_with(
        "hover-mobile-tour",
        &[
            ("base", (&input.facility_name(&tour.base)).into()),
            ("team", f64::from(tour.team).into()),
            ("days", (&days.join(&input.text.say("list-separator"))).into()),
            ("stops", (&stops.join(" → ")).into()),
            ("travel", tour.travel.into()),
            ("service", tour.service.into()),
        ],
    )
}

/// A row a team, a column a day of the period.
fn calendar(input: &ReformPictureInput<'_>, a: &MobileAnswer) -> Result<Picture, PlotError> {
    let text = input.text;
    let colours = colours(a);
    let mut teams: Vec<(&str, u32)> = a.bases.iter().flat_map(|b| (1..=b.teams).map(move |t| (b.base.as_str(), t))).collect();
    let all = teams.len();
    if all > MOST_TEAMS {
        let days = |(base, team): &(&str, u32)| -> usize {
            a.tours.iter().filter(|t| t.base == *base && t.team == *team).map(|t| t.days.len()).sum()
        };
        teams.sort_by_key(|t| (std::cmp::Reverse(days(t)), *t));
        teams.truncate(MOST_TEAMS);
    }
    let (left, top, row, width) = (250.0, 112.0, 30.0, 29.0);
    let height = row * super::super::map::people(teams.len() as u64);
    let mut sheet = Sheet::new("mobile-calendar", left + f64::from(PERIOD) * width + 24.0, top + height + 30.0);
    let title = text.say("picture-mobile-calendar-title");
    heading(&mut sheet, &title, &input.case_line());
    let x = |day: u32| left + f64::from(day - 1) * width;
    for week in 0..PERIOD / 7 {
        let label = text.say_with("label-mobile-week", &[("n", f64::from(week + 1).into())]);
        sheet.text((x(week * 7 + 1) + 3.5 * width, top - 26.0), &label, Type::plain(12.5).at(Anchor::Middle));
        sheet.line((x(week * 7 + 1), top - 18.0), (x(week * 7 + 1), top + height), Paint::line("#999999", 1.2));
    }
    sheet.line(
        (left + f64::from(PERIOD) * width, top - 18.0),
        (left + f64::from(PERIOD) * width, top + height),
        Paint::line("#999999", 1.2),
    );
    for day in 1..=PERIOD {
        sheet.text((x(day) + width / 2.0, top - 6.0), &day.to_string(), Type::plain(10.5).at(Anchor::Middle).in_colour(palette::QUIET));
        if (day - 1) % 7 >= 5 {
            sheet.rect((x(day), top), (width, height), Paint::fill("#F1F1F1"), None);
        }
    }
    for (n, (base, team)) in (0_u32..).zip(&teams) {
        let y = top + f64::from(n) * row;
        sheet.line((left, y), (left + f64::from(PERIOD) * width, y), Paint::line("#E4E4E4", 1.0));
        let number = text.say_with("label-mobile-team", &[("n", f64::from(*team).into())]);
        let room = 232.0 - font::width(&number, 12.5);
        let mut name = input.facility_name(base);
        let mut most = 34;
        while font::width(&name, 12.5) > room && most > 6 {
            name = shorten(&input.facility_name(base), most);
            most -= 2;
        }
        let label = format!("{name} {number}");
        sheet.text((left - 10.0, y + row / 2.0 + 4.5), &label, Type::plain(12.5).at(Anchor::End));
        for (tour, colour) in a.tours.iter().zip(&colours).filter(|(t, _)| t.base == *base && t.team == *team) {
            let hover = tour_hover(input, tour);
            for &day in &tour.days {
                sheet.rect((x(day) + 2.0, y + 3.0), (width - 4.0, row - 6.0), Paint::fill(colour), Some(&hover));
                let at = (x(day) + width / 2.0, y + row / 2.0 + 4.5);
                sheet.text(at, &tour.stops.len().to_string(), Type::plain(12.0).at(Anchor::Middle).in_colour("#FFFFFF").bold());
            }
        }
    }
    sheet.line((left, top + height), (left + f64::from(PERIOD) * width, top + height), Paint::line("#999999", 1.0));
    let mut caption = vec![text.say("picture-mobile-calendar-caption")];
    if all > MOST_TEAMS {
        caption.push(text.say_with("picture-mobile-teams-cut", &[("n", MOST_TEAMS.into()), ("all", all.into())]));
    }
    sheet.finish(title, caption.join(&text.say("sentence-join")))
}
