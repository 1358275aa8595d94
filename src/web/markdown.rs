//! Markdown as pages show it. Two nets, each enough alone: the renderer is
//! given no HTML, no pictures and no headings above the page's own; what it
//! writes is then cleaned by a short list of tags, attributes and addresses.

use std::sync::LazyLock;

use ammonia::Builder;
use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};
use serde::Serialize;

/// How deep quotes and lists may lie in each other; what is deeper lies at this depth.
const DEEPEST: usize = 12;

/// HTML that a template may write as it is. Only this file makes it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(transparent)]
pub struct SafeHtml(String);

impl SafeHtml {
    /// The HTML.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

static CLEAN: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut clean = Builder::empty();
    clean
        .tags(
            [
                "a",
                "blockquote",
                "br",
                "code",
                "del",
                "em",
                "h2",
                "h3",
                "h4",
                "h5",
                "h6",
                "hr",
                "li",
                "ol",
                "p",
                "pre",
                "strong",
                "table",
                "tbody",
                "td",
                "th",
                "thead",
                "tr",
                "ul",
            ]
            .into(),
        )
        .tag_attributes([("a", ["href", "title"].into()), ("ol", ["start"].into())].into())
        .url_schemes(["http", "https", "mailto", "tel"].into())
        .link_rel(Some("noopener noreferrer nofollow"));
    clean
});

/// What a text looks like.
#[must_use]
pub fn render(markdown: &str) -> SafeHtml {
    let mut depth = 0_usize;
    let events = Parser::new_ext(markdown, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH);
    let events = events.filter_map(move |event| match event {
        Event::Start(tag) => {
            if nests(&tag.to_end()) {
                depth += 1;
            }
            begun(tag, depth).map(Event::Start)
        }
        Event::End(tag) => {
            let shown = !(nests(&tag) && depth > DEEPEST);
            if nests(&tag) {
                depth = depth.saturating_sub(1);
            }
            match tag {
                TagEnd::Heading(level) => Some(Event::End(TagEnd::Heading(lower(level)))),
                TagEnd::HtmlBlock => Some(Event::End(TagEnd::Paragraph)),
                TagEnd::Image => None,
                tag => shown.then_some(Event::End(tag)),
            }
        }
        // Shown as it was typed: somebody who writes HTML sees that it is not taken for any.
        Event::Html(text) | Event::InlineHtml(text) => Some(Event::Text(text)),
        event => Some(event),
    });
    let mut written = String::with_capacity(markdown.len() * 3 / 2);
    html::push_html(&mut written, events);
    SafeHtml(CLEAN.clean(&written).to_string())
}

/// Whether a tag may hold itself.
const fn nests(tag: &TagEnd) -> bool {
    matches!(tag, TagEnd::BlockQuote(_) | TagEnd::List(_) | TagEnd::Item)
}

fn begun(tag: Tag<'_>, depth: usize) -> Option<Tag<'_>> {
    match tag {
        Tag::Heading { level, .. } => {
            let level = lower(level);
            Some(Tag::Heading { level, id: None, classes: Vec::new(), attrs: Vec::new() })
        }
        Tag::HtmlBlock => Some(Tag::Paragraph),
        // What stands for the picture stays: its words are events of their own.
        Tag::Image { .. } => None,
        tag if nests(&tag.to_end()) && depth > DEEPEST => None,
        tag => Some(tag),
    }
}

/// The page has the first heading itself.
const fn lower(level: HeadingLevel) -> HeadingLevel {
    match level {
        HeadingLevel::H1 => HeadingLevel::H2,
        HeadingLevel::H2 => HeadingLevel::H3,
        HeadingLevel::H3 => HeadingLevel::H4,
        HeadingLevel::H4 => HeadingLevel::H5,
        HeadingLevel::H5 | HeadingLevel::H6 => HeadingLevel::H6,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(markdown: &str) -> String {
        render(markdown).0
    }

    #[test]
    fn a_text_is_laid_out() {
        let html = shown("# One\n\n- **a** and *b*\n- [us](https://example.org/ \"Us\")\n\n3. c\n\n---\n");
        assert!(html.contains("<h2>One</h2>") && !html.contains("<h1"), "{html}");
        assert!(html.contains("<strong>a</strong>") && html.contains("<ol start=\"3\">"), "{html}");
        assert!(html.contains("href=\"https://example.org/\"") && html.contains("rel=\"noopener"), "{html}");
        let table = shown("| a | b |\n| :-: | - |\n| 1 | 2 |\n");
        assert!(table.contains("<th>a</th>") && !table.contains("style"), "{table}");
    }

    #[test]
    fn v4_nothing_that_is_typed_becomes_a_script() {
        for bad in [
            "<script>alert(1)</script>",
            "a <img src=x onerror=alert(1)> b",
            "<div onclick=alert(1)>\n\nhello\n\n</div>",
            "[x](javascript:alert(1))",
            "[x](JaVaScRiPt:alert(1))",
            "[x](java\tscript:alert(1))",
            "[x](data:text/html;base64,PHNjcmlwdD4=)",
            "<javascript:alert(1)>",
            "![x](https://example.org/track.png)",
            "[x]: javascript:alert(1)\n\n[x]",
            "<style>body{display:none}</style>",
            "<a href=\"https://example.org\" style=\"x\">a</a>",
            "`</code><script>alert(1)</script>`",
            "```\"><script>\nalert(1)\n```",
            "[a](https://example.org/\"onmouseover=\"alert(1))",
            "<svg/onload=alert(1)>",
            "<iframe src=//example.org>",
            "&lt;script&gt;alert(1)&lt;/script&gt;",
        ] {
            let html = shown(bad);
            let tags: Vec<&str> = html.split('<').skip(1).filter_map(|part| part.split('>').next()).collect();
            for tag in tags {
                let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap_or_default();
                assert!(["p", "a", "code", "pre", "h2"].contains(&name), "{bad} gave <{tag}>");
                assert!(!tag.contains("on") || tag.contains("rel=\"noopener"), "{bad} gave <{tag}>");
                assert!(!tag.to_lowercase().contains("script:") && !tag.contains("data:"), "{bad}: <{tag}>");
            }
        }
        assert!(shown("![our arms](x.png)").contains("our arms"), "the words for a picture stay");
    }

    #[test]
    fn a_text_made_to_take_long_takes_no_time() {
        let began = std::time::Instant::now();
        for one in [
            ">".repeat(25_000),
            "[".repeat(25_000),
            "![".repeat(12_500),
            "*_".repeat(12_500),
            "- ".repeat(12_500),
            "`".repeat(25_000),
            "<".repeat(25_000),
            "&".repeat(25_000),
            "a\n".repeat(12_500),
            "[a](".repeat(6_250),
            "| a ".repeat(6_250) + "\n" + &"| - ".repeat(6_250),
        ] {
            let html = shown(&one);
            assert!(html.matches("<blockquote>").count() <= DEEPEST);
        }
        assert!(began.elapsed().as_secs() < 20, "{:?}", began.elapsed());
    }
}
