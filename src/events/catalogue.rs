//! `docs/EVENTS.md`, written from the declarations.

use std::fmt::Write;

use super::Event;

/// The text of `docs/EVENTS.md`.
#[must_use]
pub fn markdown() -> String {
    let mut page = String::from(
        "# Events\n\n\
         Generated from `src/events/`; a test fails when it is stale, and rewrites it when run as\n\
         `EMOL_WRITE_DOCS=1 cargo test --test it events`.\n\n\
         Each row of the log holds one of these as JSON, with its version. `Personal` and `Evidence`\n\
         are sealed: base64 of ciphertext, unreadable once the person's key is destroyed.\n",
    );
    for (stream, events) in Event::docs() {
        let _ = write!(page, "\n## Stream `{stream}`\n");
        for event in events {
            let _ =
                write!(page, "\n### {} (version {})\n\n{}\n", event.name, event.version, join(event.meaning));
            if !event.fields.is_empty() {
                page.push_str("\n| field | type | meaning |\n| --- | --- | --- |\n");
            }
            for field in event.fields {
                let kind = field.kind.split_whitespace().collect::<String>();
                let _ = writeln!(page, "| `{}` | `{kind}` | {} |", field.name, join(field.meaning));
            }
        }
    }
    page
}

fn join(lines: &[&str]) -> String {
    lines.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ")
}
