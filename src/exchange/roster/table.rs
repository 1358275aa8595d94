//! Comma-separated values as RFC 4180 has them, cut into rows and cells of
//! bytes. Written out here because every fault names its line: a quote that is
//! never closed must not swallow the rest of the file in silence. LF, CRLF and
//! CR end a row; a byte order mark is skipped; rows without anything are left out.

use std::borrow::Cow;

/// One row as it stands in the file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Raw<'a> {
    /// The line it begins on; the first is 1.
    pub line: usize,
    pub cells: Vec<Cow<'a, [u8]>>,
    /// Why its cells cannot be trusted.
    pub broken: Option<Broken>,
}

/// What is wrong with the quotes of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Broken {
    /// The file ended within quotes.
    Unclosed,
    /// Something stands between a closing quote and the next comma.
    AfterQuote,
}

impl Broken {
    pub const fn problem(self) -> &'static str {
        match self {
            Self::Unclosed => "a quote is opened in this line and never closed",
            Self::AfterQuote => "something stands between a closing quote and the next comma",
        }
    }
}

/// Cuts a file into rows.
pub(super) fn rows(bytes: &[u8]) -> impl Iterator<Item = Raw<'_>> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let mut cutter = Cutter { bytes, at: 0, line: 1 };
    std::iter::from_fn(move || {
        loop {
            let row = cutter.row()?;
            let bare = |cell: &Cow<'_, [u8]>| cell.iter().all(u8::is_ascii_whitespace);
            if row.broken.is_some() || !row.cells.iter().all(bare) {
                return Some(row);
            }
        }
    })
}

struct Cutter<'a> {
    bytes: &'a [u8],
    at: usize,
    line: usize,
}

impl<'a> Cutter<'a> {
    fn row(&mut self) -> Option<Raw<'a>> {
        if self.at >= self.bytes.len() {
            return None;
        }
        let mut row = Raw { line: self.line, cells: Vec::with_capacity(21), broken: None };
        loop {
            let cell = if self.peek() == Some(b'"') { self.quoted(&mut row.broken) } else { self.bare() };
            row.cells.push(cell);
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(_) => {
                    self.end_line();
                    return Some(row);
                }
                None => return Some(row),
            }
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Steps over one end of line.
    fn end_line(&mut self) {
        let step = if self.bytes[self.at..].starts_with(b"\r\n") { 2 } else { 1 };
        self.at += step;
        self.line += 1;
    }

    /// Up to the next comma or end of line.
    fn bare(&mut self) -> Cow<'a, [u8]> {
        let rest = &self.bytes[self.at..];
        let length = rest.iter().position(|b| matches!(b, b',' | b'\r' | b'\n')).unwrap_or(rest.len());
        self.at += length;
        Cow::Borrowed(&rest[..length])
    }

    /// Up to the closing quote; a doubled quote is one, line ends are part of it.
    fn quoted(&mut self, broken: &mut Option<Broken>) -> Cow<'a, [u8]> {
        self.at += 1;
        let mut text: Cow<'a, [u8]> = Cow::Borrowed(&[]);
        loop {
            let rest = &self.bytes[self.at..];
            let length = rest.iter().position(|b| *b == b'"').unwrap_or(rest.len());
            let (part, after) = rest.split_at(length);
            self.line += line_ends(part);
            if text.is_empty() {
                text = Cow::Borrowed(part);
            } else {
                text.to_mut().extend_from_slice(part);
            }
            self.at += length;
            if after.is_empty() {
                *broken = Some(Broken::Unclosed);
                return text;
            }
            self.at += 1;
            if after.get(1) != Some(&b'"') {
                break;
            }
            text.to_mut().push(b'"');
            self.at += 1;
        }
        if !matches!(self.peek(), None | Some(b',' | b'\r' | b'\n')) {
            *broken = Some(Broken::AfterQuote);
            self.bare();
        }
        text
    }
}

/// LF, CRLF and CR each count once.
fn line_ends(text: &[u8]) -> usize {
    let ends = |(i, b): &(usize, &u8)| **b == b'\n' || (**b == b'\r' && text.get(i + 1) != Some(&b'\n'));
    text.iter().enumerate().filter(ends).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> Vec<(usize, Vec<String>, Option<Broken>)> {
        let text_of = |cell: &Cow<'_, [u8]>| String::from_utf8_lossy(cell).into_owned();
        rows(text.as_bytes()).map(|r| (r.line, r.cells.iter().map(text_of).collect(), r.broken)).collect()
    }

    fn row(line: usize, cells: &[&str]) -> (usize, Vec<String>, Option<Broken>) {
        (line, cells.iter().map(ToString::to_string).collect(), None)
    }

    #[test]
    fn every_end_of_line_ends_a_row_and_is_counted() {
        for end in ["\n", "\r\n", "\r"] {
            let text = ["a,b", "", "c,", ",,", "d"].join(end);
            assert_eq!(cut(&text), [row(1, &["a", "b"]), row(3, &["c", ""]), row(5, &["d"])]);
        }
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_first_cell() {
        assert_eq!(cut("\u{FEFF}a,b\n"), [row(1, &["a", "b"])]);
    }

    #[test]
    fn quotes_hold_commas_quotes_and_line_ends() {
        let text = "\"a, \"\"b\"\"\",\"c\r\nd\",e\n\"\",f";
        assert_eq!(cut(text), [row(1, &["a, \"b\"", "c\r\nd", "e"]), row(3, &["", "f"])]);
        assert_eq!(cut("O\"Hara,x"), [row(1, &["O\"Hara", "x"])]);
        assert_eq!(cut("\"\"\"\",x"), [row(1, &["\"", "x"])]);
    }

    #[test]
    fn a_quote_that_is_not_closed_is_told_with_the_line_where_it_opened() {
        let rows = cut("a,b\nc,\"d\ne,f\n");
        assert_eq!((rows[1].0, rows[1].2), (2, Some(Broken::Unclosed)));
        let rows = cut("a,\"b\"c\nd,e");
        assert_eq!((rows[0].2, &rows[1]), (Some(Broken::AfterQuote), &row(2, &["d", "e"])));
    }

    #[test]
    fn an_empty_file_has_no_rows() {
        assert!(cut("").is_empty() && cut("\n\r\n,,,\n").is_empty());
    }
}
