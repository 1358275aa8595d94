//! Charts, drawn by the server as plain SVG: the shapes with their places, which a template writes out.
//!
//! One mechanism for all of them. A chart is 360 units wide, the width of a phone, so that its letters
//! are never small; colours are the stylesheet's. It has a title and a description for whoever does not
//! see it, and on every page stands beside the table of its numbers.

use serde::Serialize;

use super::parts::thousands;

/// How wide every chart is, in its own units.
const WIDTH: u32 = 360;
/// Where a plot of lines begins and ends.
const PLOT: (u32, u32, u32, u32) = (36, 12, 346, 172);
/// The height of a chart of lines.
const HEIGHT: u32 = 210;
/// The height of a bar, from one to the next, and of a group's name.
const BAR: (u32, u32, u32) = (11, 15, 19);
/// About the width of a letter.
const LETTER: u32 = 7;

/// A drawn chart. Partial `chart`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Chart {
    /// Unique on the page.
    pub id: String,
    /// What it shows.
    pub title: String,
    /// What is to be seen in it, in a sentence.
    pub desc: String,
    /// In its own units.
    pub width: u32,
    /// In its own units.
    pub height: u32,
    /// True where each series is more of the same, and so a paler colour.
    pub ramp: bool,
    /// Thin lines behind it.
    pub rules: Vec<Rule>,
    /// Bars.
    pub bars: Vec<Bar>,
    /// Lines and the marks on them.
    pub strokes: Vec<Stroke>,
    /// What is written in it.
    pub texts: Vec<Text>,
    /// What the colours and marks mean, where it is not written at the bars.
    pub keys: Vec<Key>,
}

/// A thin line behind a chart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rule {
    /// As an SVG path.
    pub d: String,
}

/// A bar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Bar {
    /// Left.
    pub x: u32,
    /// Top.
    pub y: u32,
    /// Length.
    pub width: u32,
    /// Thickness.
    pub height: u32,
    /// Its series, from 1: the colour.
    pub series: usize,
}

/// A line, or marks on one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stroke {
    /// As an SVG path.
    pub d: String,
    /// Its series, from 1: the colour, and how the line is broken.
    pub series: usize,
    /// True for marks, which are filled.
    pub marks: bool,
}

/// Something written in a chart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Text {
    /// Where it stands.
    pub x: u32,
    /// Its base line.
    pub y: u32,
    /// `start`, `middle` or `end`: which part of it stands at `x`.
    pub anchor: &'static str,
    /// `name` of a group, `label` of a bar or a place, `value`.
    pub role: &'static str,
    /// The words.
    pub text: String,
}

/// What a colour means.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Key {
    /// From 1.
    pub series: usize,
    /// The mark, as an SVG path around 6,6.
    pub mark: String,
    /// What it is.
    pub label: String,
}

/// Bars that belong together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Group {
    /// What they are about.
    pub name: String,
    /// What each is, how long it is, and its series from 1.
    pub bars: Vec<(String, usize, usize)>,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    /// What it is.
    pub label: String,
    /// A value for each place.
    pub values: Vec<usize>,
}

impl Chart {
    fn new(id: &str, title: &str, desc: String, height: u32) -> Self {
        Self {
            id: id.to_owned(),
            title: title.to_owned(),
            desc,
            width: WIDTH,
            height,
            ramp: false,
            rules: Vec::new(),
            bars: Vec::new(),
            strokes: Vec::new(),
            texts: Vec::new(),
            keys: Vec::new(),
        }
    }

    /// Bars in groups, each with its name and its value; none when there is nothing to draw.
    #[must_use]
    pub fn bars(id: &str, title: &str, groups: &[Group]) -> Option<Self> {
        let all = || groups.iter().flat_map(|group| group.bars.iter().map(move |bar| (group, bar)));
        let (most_in, most) = all().max_by_key(|(_, bar)| bar.1)?;
        if most.1 == 0 {
            return None;
        }
        let letters = all().map(|(_, bar)| bar.0.chars().count()).max().unwrap_or(0);
        let left = (u32::try_from(letters).unwrap_or(0) * LETTER + 14).min(WIDTH * 2 / 5);
        let digits = u32::try_from(thousands(most.1).chars().count()).unwrap_or(0);
        let room = WIDTH - left - digits * LETTER - 12;
        let desc = format!(
            "{} bars in {} groups. The longest: {}, {}, {}.",
            all().count(),
            groups.len(),
            most_in.name,
            most.0,
            thousands(most.1)
        );
        let mut chart = Self::new(id, title, desc, 0);
        let (thick, step, head) = BAR;
        let mut y = 0;
        for group in groups.iter().filter(|group| !group.bars.is_empty()) {
            chart.write(0, y + 13, "start", "name", group.name.clone());
            y += head;
            let top = y;
            for (label, value, series) in &group.bars {
                let width = scaled(*value, most.1, room);
                chart.write(left - 7, y + 10, "end", "label", cut(label, (left - 8) / LETTER));
                chart.bars.push(Bar { x: left, y, width, height: thick, series: *series });
                chart.write(left + width + 5, y + 10, "start", "value", thousands(*value));
                y += step;
            }
            chart.rules.push(Rule { d: format!("M{left} {}V{}", top.saturating_sub(2), y - 2) });
            y += 8;
        }
        chart.height = y;
        Some(chart)
    }

    /// The same chart where each series is more of the one before.
    #[must_use]
    pub const fn ramp(mut self) -> Self {
        self.ramp = true;
        self
    }

    /// Lines over a row of places, each with a first and a second label; none when there is nothing to draw.
    #[must_use]
    pub fn lines(id: &str, title: &str, places: &[(String, String)], series: &[Series]) -> Option<Self> {
        let most = series.iter().flat_map(|one| &one.values).copied().max().filter(|most| *most > 0)?;
        let (left, top, right, bottom) = PLOT;
        let said = series.iter().map(|one| {
            let (first, last) = (one.values.first().copied(), one.values.last().copied());
            format!(
                "{} {} at first, {} at last, {} at most",
                one.label,
                thousands(first.unwrap_or(0)),
                thousands(last.unwrap_or(0)),
                thousands(one.values.iter().copied().max().unwrap_or(0))
            )
        });
        let desc = format!("{}.", said.collect::<Vec<_>>().join("; "));
        let mut chart = Self::new(id, title, desc, HEIGHT);
        let tick = tick(most);
        let ceiling = most.div_ceil(tick) * tick;
        let level = |value: usize| bottom - scaled(value, ceiling, bottom - top);
        for number in 0..=ceiling / tick {
            let (value, y) = (number * tick, level(number * tick));
            chart.rules.push(Rule { d: format!("M{left} {y}H{right}") });
            chart.write(left - 6, y + 4, "end", "label", thousands(value));
        }
        let last = u32::try_from(places.len().saturating_sub(1)).unwrap_or(1).max(1);
        let inner = right - left - 24;
        let across = |place: usize| left + 12 + u32::try_from(place).unwrap_or(0) * inner / last;
        for (place, (first, second)) in places.iter().enumerate() {
            chart.write(across(place), bottom + 17, "middle", "label", first.clone());
            if !second.is_empty() {
                chart.write(across(place), bottom + 32, "middle", "label", second.clone());
            }
        }
        for (place, one) in series.iter().enumerate() {
            let points: Vec<(u32, u32)> =
                one.values.iter().enumerate().map(|(at, value)| (across(at), level(*value))).collect();
            let line: Vec<String> = points.iter().map(|(x, y)| format!("{x} {y}")).collect();
            let marks: String = points.iter().map(|(x, y)| mark(place, *x, *y)).collect();
            chart.strokes.push(Stroke { d: format!("M{}", line.join("L")), series: place + 1, marks: false });
            chart.strokes.push(Stroke { d: marks, series: place + 1, marks: true });
            chart.keys.push(Key { series: place + 1, mark: mark(place, 6, 6), label: one.label.clone() });
        }
        Some(chart)
    }

    fn write(&mut self, x: u32, y: u32, anchor: &'static str, role: &'static str, text: String) {
        self.texts.push(Text { x, y, anchor, role, text });
    }
}

/// A value's length where `most` is as long as `room`; what is there at all is seen.
fn scaled(value: usize, most: usize, room: u32) -> u32 {
    let length = (value as u64 * u64::from(room)).div_ceil(most.max(1) as u64);
    u32::try_from(length).unwrap_or(room).min(room)
}

/// The distance of marks on a scale: 1, 2 or 5 times a power of ten, at most five of them up to `most`.
fn tick(most: usize) -> usize {
    let mut power = 1;
    loop {
        for step in [1, 2, 5] {
            if most <= step * power * 5 {
                return step * power;
            }
        }
        power *= 10;
    }
}

/// A mark that differs by more than its colour: a disc, a square, a triangle, a diamond.
fn mark(series: usize, x: u32, y: u32) -> String {
    match series % 4 {
        0 => format!("M{} {y}a4 4 0 1 0 8 0a4 4 0 1 0-8 0z", x - 4),
        1 => format!("M{} {}h7v7h-7z", x.saturating_sub(3), y.saturating_sub(3)),
        2 => format!("M{x} {}l5 9h-10z", y.saturating_sub(5)),
        _ => format!("M{x} {}l5 5l-5 5l-5-5z", y.saturating_sub(5)),
    }
}

/// At most that many letters.
fn cut(text: &str, most: u32) -> String {
    let most = usize::try_from(most).unwrap_or(usize::MAX).max(4);
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most - 1).collect();
    format!("{}…", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(name: &str, values: &[usize]) -> Group {
        let bars = values.iter().enumerate().map(|(at, value)| (format!("{at} days"), *value, at + 1));
        Group { name: name.to_owned(), bars: bars.collect() }
    }

    #[test]
    fn bars_are_as_long_as_their_values_and_say_them() {
        let chart = Chart::bars("c", "What lapses", &[group("Fencing", &[0, 5, 10])]).unwrap();
        let long: Vec<u32> = chart.bars.iter().map(|bar| bar.width).collect();
        assert_eq!((long[0], long[1] * 2), (0, long[2] + long[2] % 2));
        assert!(chart.bars.iter().all(|bar| bar.x + bar.width < WIDTH));
        let said: Vec<&str> =
            chart.texts.iter().filter(|text| text.role == "value").map(|text| text.text.as_str()).collect();
        assert_eq!(said, ["0", "5", "10"]);
        assert_eq!(chart.desc, "3 bars in 1 groups. The longest: Fencing, 2 days, 10.");
    }

    #[test]
    fn nothing_is_no_chart() {
        assert_eq!(Chart::bars("c", "t", &[]), None);
        assert_eq!(Chart::bars("c", "t", &[group("Fencing", &[0, 0])]), None);
        let flat = Series { label: "New".to_owned(), values: vec![0, 0] };
        assert_eq!(Chart::lines("c", "t", &[], &[flat]), None);
    }

    #[test]
    fn a_line_stays_in_its_plot_and_says_where_it_goes() {
        let places: Vec<_> = (1..=4).map(|q| (format!("Q{q}"), String::new())).collect();
        let series = Series { label: "New".to_owned(), values: vec![3, 0, 1234, 7] };
        let chart = Chart::lines("c", "t", &places, &[series]).unwrap();
        assert_eq!(chart.desc, "New 3 at first, 7 at last, 1\u{202f}234 at most.");
        let (_, top, right, bottom) = PLOT;
        for point in chart.strokes[0].d.trim_start_matches('M').split('L') {
            let (x, y) = point.split_once(' ').unwrap();
            let (x, y): (u32, u32) = (x.parse().unwrap(), y.parse().unwrap());
            assert!(x < right && (top..=bottom).contains(&y), "{point}");
        }
        let labels: Vec<&str> =
            chart.texts.iter().map(|text| text.text.as_str()).filter(|text| !text.starts_with('Q')).collect();
        assert_eq!(labels, ["0", "500", "1\u{202f}000", "1\u{202f}500"]);
    }

    #[test]
    fn one_place_and_large_numbers_can_be_drawn() {
        let series = Series { label: "New".to_owned(), values: vec![usize::MAX / 1_000_000] };
        assert!(Chart::lines("c", "t", &[("Q1".into(), "2026".into())], &[series]).is_some());
        assert_eq!([1, 5, 6, 11, 26, 100, 101].map(tick), [1, 1, 2, 5, 10, 20, 50]);
    }

    #[test]
    fn long_labels_are_cut() {
        assert_eq!(cut("Zweihänder", 6), "Zweih…");
        assert_eq!(cut("Spear", 6), "Spear");
    }
}
