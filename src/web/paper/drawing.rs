//! SVG paths on paper: the badge and the three signs are the same lines as on the pages.

use pdf_writer::Content;

/// A disc with a check mark, in a box of 20: in order.
pub const GOOD: Sign = Sign {
    ground: "M10 1c4.97 0 9 4.03 9 9c0 4.97-4.03 9-9 9c-4.97 0-9-4.03-9-9c0-4.97 4.03-9 9-9z",
    mark: "M5.6 10.3l3 3l5.8-6.3",
};
/// An octagon with a cross: not in order.
pub const BAD: Sign = Sign {
    ground: "M6.3 1h7.4L19 6.3v7.4L13.7 19H6.3L1 13.7V6.3z",
    mark: "M6.7 6.7l6.6 6.6M13.3 6.7l-6.6 6.6",
};
/// A triangle with an exclamation mark: something to know.
pub const WARN: Sign = Sign { ground: "M10 1.5L19.3 18H.7z", mark: "M10 7v5.2M10 15.2v.2" };

/// A shape that says what a word says.
#[derive(Debug, Clone, Copy)]
pub struct Sign {
    /// Filled.
    pub ground: &'static str,
    /// Drawn on it.
    pub mark: &'static str,
}

/// Follows an SVG path of the commands `MmLlHhVvCcZz`; anything else in it is passed over.
pub fn follow(content: &mut Content, path: &str) {
    let mut rest = path;
    let (mut at, mut start) = ((0.0, 0.0), (0.0, 0.0));
    while let Some(command) = rest.chars().next() {
        rest = &rest[command.len_utf8()..];
        let end = rest.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(rest.len());
        let numbers = numbers(&rest[..end]);
        rest = &rest[end..];
        let from = |at: (f32, f32)| if command.is_ascii_lowercase() { at } else { (0.0, 0.0) };
        match command.to_ascii_lowercase() {
            'z' => {
                content.close_path();
                at = start;
            }
            'h' => {
                for x in numbers {
                    at.0 = from(at).0 + x;
                    content.line_to(at.0, at.1);
                }
            }
            'v' => {
                for y in numbers {
                    at.1 = from(at).1 + y;
                    content.line_to(at.0, at.1);
                }
            }
            'm' | 'l' => {
                for (index, point) in numbers.chunks_exact(2).enumerate() {
                    at = (from(at).0 + point[0], from(at).1 + point[1]);
                    if command.eq_ignore_ascii_case(&'m') && index == 0 {
                        start = at;
                        content.move_to(at.0, at.1);
                    } else {
                        content.line_to(at.0, at.1);
                    }
                }
            }
            'c' => {
                for points in numbers.chunks_exact(6) {
                    let (x, y) = from(at);
                    content.cubic_to(
                        x + points[0],
                        y + points[1],
                        x + points[2],
                        y + points[3],
                        x + points[4],
                        y + points[5],
                    );
                    at = (x + points[4], y + points[5]);
                }
            }
            _ => {}
        }
    }
}

/// The numbers of a path: a minus sign or a second point begins the next one.
fn numbers(text: &str) -> Vec<f32> {
    let mut found = Vec::new();
    let mut number = String::new();
    for letter in text.chars().chain([' ']) {
        let next = match letter {
            '.' => number.contains('.'),
            '0'..='9' => false,
            _ => true,
        };
        if next && !number.is_empty() {
            found.extend(number.parse::<f32>());
            number.clear();
        }
        if matches!(letter, '-' | '.' | '0'..='9') {
            number.push(letter);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::arms::Charge;
    use crate::web::theme::charge_paths;

    #[test]
    fn numbers_end_where_the_next_one_begins() {
        assert_eq!(numbers("11.3 10.5"), [11.3, 10.5]);
        assert_eq!(numbers("-13 8-21.5.5,3"), [-13.0, 8.0, -21.5, 0.5, 3.0]);
        assert!(numbers(" ").is_empty());
    }

    #[test]
    fn every_charge_of_the_badge_uses_commands_that_are_known_here() {
        for charge in Charge::ALL {
            for path in charge_paths(charge) {
                let unknown = path.chars().find(|c| c.is_ascii_alphabetic() && !"MmLlHhVvCcZz".contains(*c));
                assert_eq!(unknown, None, "{path}");
            }
        }
    }

    #[test]
    fn a_path_becomes_the_same_lines() {
        let mut content = Content::new();
        follow(&mut content, "M1 2h3v4l-1-1c1 0 2 1 2 2z");
        let text = String::from_utf8(content.finish().to_vec()).unwrap();
        assert_eq!(text, "1 2 m\n4 2 l\n4 6 l\n3 5 l\n4 5 5 6 5 7 c\nh");
    }
}
