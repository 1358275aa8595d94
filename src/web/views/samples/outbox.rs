use super::{NAMES, Sample, form, moment};
use crate::web::views::*;

fn row(what: &str, name: Option<usize>, tone: Tone, word: &str, more: Option<&str>) -> OutboxRow {
    OutboxRow {
        href: "/desk/outbox/018f-1".into(),
        what: what.into(),
        about: name.map(|at| NAMES[at].into()),
        about_href: name.map(|_| "/desk/people/018f-1".into()),
        written: moment(-30),
        state: Badge::new(tone, word),
        more: more.map(Into::into),
    }
}

impl Sample for DeskOutboxView {
    fn samples() -> Vec<(&'static str, Self)> {
        let tab = |label: &str, count: &str, current| Tab {
            href: "/desk/outbox".into(),
            label: label.into(),
            count: Some(count.into()),
            current,
        };
        let tabs = vec![tab("All", "5", true), tab("Waiting", "1", false), tab("Not sent", "1", false)];
        let rows = vec![
            row("Reminder", Some(0), Tone::Info, "Waiting", None),
            row(
                "Welcome and privacy policy",
                Some(3),
                Tone::Warn,
                "Unclear",
                Some("again at 9 Nov 2026, 14:05"),
            ),
            row("Reminder", Some(2), Tone::Bad, "Not sent", Some("9 Nov 2026, 09:01")),
            row("Officer invited", None, Tone::Good, "Sent", Some("9 Nov 2026, 09:00")),
        ];
        let many =
            Self { notices: vec![], tabs: tabs.clone(), rows, older: Some("/desk/outbox?before=1".into()) };
        let none = Self {
            notices: vec!["No mail server is set up, so no mail leaves.".into()],
            tabs,
            rows: vec![],
            older: None,
        };
        vec![("many", many), ("none", none)]
    }
}

impl Sample for DeskMailView {
    fn samples() -> Vec<(&'static str, Self)> {
        let tried = |what: &str, code: Option<&str>| TryRow {
            at: moment(-20),
            what: what.into(),
            code: code.map(Into::into),
        };
        let dead = Self {
            heading: "Reminder".into(),
            about: Some(NAMES[2].into()),
            about_href: Some("/desk/people/018f-1".into()),
            written: moment(-30),
            state: Badge::new(Tone::Bad, "Not sent"),
            more: Some("9 Nov 2026, 09:01".into()),
            subject: Some("Kingdom of Ealdormere: your waiver expires in 14 days".into()),
            text: Some("Greetings <b>Ragnar</b>,\n\n- Your waiver expires in 14 days.\n".into()),
            why: None,
            hidden: true,
            tries: vec![
                tried("Not now: it is tried again", None),
                tried("The mail server does not know this address", Some("the mail server said 550")),
            ],
            again: Some(form("again", "Send it again", vec![])),
            back: Link::new("/desk/outbox", "All mail"),
        };
        let moot = Self {
            about: None,
            about_href: None,
            subject: None,
            text: None,
            why: Some("The person is no longer on file.".into()),
            tries: vec![],
            again: None,
            more: None,
            hidden: false,
            state: Badge::new(Tone::Off, "Not needed"),
            ..dead.clone()
        };
        vec![("dead", dead), ("moot", moot)]
    }
}
