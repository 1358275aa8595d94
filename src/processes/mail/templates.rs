//! What mails say. One template a mail, in `templates/mail/`, gives both its plain text and its HTML, so that they
//! cannot differ. To translate the mails, translate these files and nothing else.
//!
//! A template's first line is `Subject: …`. After it, paragraphs are divided by empty lines; a line that begins with
//! `- ` is an item of a list, and `> words | address` a link on a line of its own. Those marks count where they stand
//! in the template: what a person typed can neither begin a line nor make a mark, because line breaks and control
//! characters of values become spaces. Strict mode is on: a field that a template names and a mail lacks is an error.

use std::sync::Arc;

use handlebars::{Handlebars, RenderError};
use rust_embed::Embed;
use serde::Serialize;
use serde_json::Value;

use crate::domain::mail::Mail;

#[derive(Embed)]
#[folder = "$CARGO_MANIFEST_DIR/templates/mail"]
struct Sources;

const ITEM: char = '\u{1}';
const LINK: char = '\u{2}';
const BAR: char = '\u{3}';
const SUBJECT: char = '\u{4}';
/// Most letters of a subject.
const MOST_SUBJECT: usize = 150;
/// Where plain text is broken.
const WIDTH: usize = 72;

/// Why a mail cannot be written: a mistake in the program, found by its tests.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// A template is missing or not UTF-8.
    #[error("the mail template {0} is missing or is not UTF-8 text")]
    Missing(String),
    /// A template does not parse.
    #[error("a mail template does not parse: {0}")]
    Syntax(#[from] Box<handlebars::TemplateError>),
    /// A template names what the mail lacks.
    #[error("a mail cannot be written: {0}")]
    Render(#[from] Box<RenderError>),
    /// A template has no subject.
    #[error("a mail template has no subject")]
    NoSubject,
}

/// What a mail says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// The subject, one line.
    pub subject: String,
    /// The plain text.
    pub text: String,
    /// The HTML.
    pub html: String,
}

/// The mails, ready to be written. Cheap to clone.
#[derive(Clone)]
pub struct MailTemplates {
    words: Arc<Handlebars<'static>>,
    html: Arc<Handlebars<'static>>,
}

/// A part of a mail: a list, a link, or a paragraph.
#[derive(Debug, Default, Serialize)]
struct Block {
    items: Vec<String>,
    text: String,
    href: String,
}

#[derive(Serialize)]
struct Layout<'a> {
    subject: &'a str,
    kingdom: &'a Value,
    accent: &'a Value,
    blocks: &'a [Block],
    footer: &'a str,
}

impl MailTemplates {
    /// Parses the embedded templates.
    ///
    /// # Errors
    /// One is missing or does not parse. A test renders them all, so this is a broken build.
    pub fn load() -> Result<Self, TemplateError> {
        let mut words = Handlebars::new();
        words.set_strict_mode(true);
        words.register_escape_fn(one_line);
        for name in Mail::ALL.into_iter().map(Mail::as_str).chain(["footer"]) {
            words
                .register_template_string(name, marked(&source(&format!("{name}.hbs"))?))
                .map_err(Box::new)?;
        }
        let mut html = Handlebars::new();
        html.set_strict_mode(true);
        html.register_template_string("layout", source("layout.html.hbs")?).map_err(Box::new)?;
        Ok(Self { words: Arc::new(words), html: Arc::new(html) })
    }

    /// What a mail says. `values` holds what its template names, and `kingdom`, `accent`, `site`, `mol` and `person`.
    ///
    /// # Errors
    /// A value is missing.
    pub fn write(&self, mail: Mail, values: &Value) -> Result<Words, TemplateError> {
        let written = self.words.render(mail.as_str(), values).map_err(Box::new)?;
        let footer = self.words.render("footer", values).map_err(Box::new)?;
        let footer = footer.split_whitespace().collect::<Vec<_>>().join(" ");
        let (subject, blocks) = read(&written);
        let subject = subject.filter(|subject| !subject.is_empty()).ok_or(TemplateError::NoSubject)?;
        let layout = Layout {
            subject: &subject,
            kingdom: &values["kingdom"],
            accent: &values["accent"],
            blocks: &blocks,
            footer: &footer,
        };
        let html = self.html.render("layout", &layout).map_err(Box::new)?;
        let text = plain(&blocks, &footer);
        Ok(Words { subject, text, html })
    }
}

fn source(name: &str) -> Result<String, TemplateError> {
    let missing = || TemplateError::Missing(name.to_owned());
    let file = Sources::get(name).ok_or_else(missing)?;
    String::from_utf8(file.data.into_owned()).map_err(|_| missing())
}

/// The template with its marks as characters that no value can hold.
fn marked(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    for line in source.lines() {
        if let Some(rest) = line.strip_prefix("Subject: ") {
            out.push(SUBJECT);
            out.push_str(rest);
        } else if let Some(rest) = line.strip_prefix("- ") {
            out.push(ITEM);
            out.push_str(rest);
        } else if let Some((words, href)) = line.strip_prefix("> ").and_then(|rest| rest.split_once(" | ")) {
            out.extend([LINK]);
            out.push_str(words);
            out.push(BAR);
            out.push_str(href);
        } else {
            out.push_str(line);
        }
        out.push('\n');
    }
    out
}

/// A value on one line, without anything that steers a terminal or turns the direction of what follows.
fn one_line(value: &str) -> String {
    let turns =
        |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let plain: String = value
        .chars()
        .filter(|c| !turns(*c))
        .map(|c| if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') { ' ' } else { c })
        .collect();
    plain.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// The subject and the parts of what was written.
fn read(written: &str) -> (Option<String>, Vec<Block>) {
    let (mut subject, mut blocks) = (None, Vec::<Block>::new());
    let mut open = false;
    for line in written.lines() {
        let line = line.trim_end();
        let mut letters = line.chars();
        match letters.next() {
            None => open = false,
            Some(SUBJECT) => subject = Some(letters.as_str().trim().chars().take(MOST_SUBJECT).collect()),
            Some(ITEM) => {
                let item = letters.as_str().to_owned();
                match blocks.last_mut().filter(|last| open && !last.items.is_empty()) {
                    Some(list) => list.items.push(item),
                    None => blocks.push(Block { items: vec![item], ..Block::default() }),
                }
                open = true;
            }
            Some(LINK) => {
                let (words, href) = letters.as_str().split_once(BAR).unwrap_or_default();
                blocks.push(Block { text: words.to_owned(), href: href.to_owned(), ..Block::default() });
                open = false;
            }
            Some(_) => {
                match blocks.last_mut().filter(|last| open && last.items.is_empty()) {
                    Some(paragraph) => {
                        paragraph.text.push(' ');
                        paragraph.text.push_str(line);
                    }
                    None => blocks.push(Block { text: line.to_owned(), ..Block::default() }),
                }
                open = true;
            }
        }
    }
    (subject, blocks)
}

fn plain(blocks: &[Block], footer: &str) -> String {
    let mut parts: Vec<String> = Vec::with_capacity(blocks.len() + 1);
    for block in blocks {
        parts.push(if !block.items.is_empty() {
            block.items.iter().map(|item| wrapped(item, "- ", "  ")).collect::<Vec<_>>().join("\n")
        } else if block.href.is_empty() {
            wrapped(&block.text, "", "")
        } else {
            format!("{}:\n{}", wrapped(&block.text, "", ""), block.href)
        });
    }
    // What mail programs take for the end of the text proper.
    format!("{}\n\n-- \n{}\n", parts.join("\n\n"), wrapped(footer, "", ""))
}

/// Broken into lines at spaces.
fn wrapped(text: &str, first: &str, others: &str) -> String {
    let mut out = String::from(first);
    let mut length = first.chars().count();
    let begin = length;
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let letters = word.chars().count();
        if length > begin && length + 1 + letters > WIDTH {
            out.push('\n');
            out.push_str(others);
            length = begin;
        } else if length > begin {
            out.push(' ');
            length += 1;
        }
        out.push_str(word);
        length += letters;
    }
    out
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_somebody_typed_makes_no_mark_no_line_and_no_markup() {
        let name = "Ragnar\r\nBcc: all@example.org\n- x\n> y | http://evil\u{202e} {{site}} <b>\u{1}é 🎉";
        let values = json!({
            "kingdom": name, "accent": "#942824", "site": "https://x", "mol": true, "person": true,
            "name": name, "minutes": 15,
        });
        let words = MailTemplates::load().unwrap().write(Mail::PinLocked, &values).unwrap();
        assert!(!words.subject.contains(['\n', '\r']) && words.subject.contains("🎉"), "{}", words.subject);
        assert!(words.subject.contains("{{site}}"), "{}", words.subject);
        assert!(words.text.contains("Greetings Ragnar Bcc: all@example.org - x > y"), "{}", words.text);
        assert!(!words.text.contains('\u{202e}') && !words.text.contains('\u{1}'));
        assert!(!words.html.contains("<b>") && words.html.contains("&lt;b&gt;"), "{}", words.html);
        assert!(!words.html.contains("<a "), "{}", words.html);
    }

    #[test]
    fn text_is_broken_at_spaces_and_a_long_word_stays_whole() {
        let long = "x".repeat(100);
        assert_eq!(wrapped(&format!("a {long} b"), "- ", "  "), format!("- a\n  {long}\n  b"));
        assert_eq!(wrapped("", "- ", "  "), "- ");
    }
}
