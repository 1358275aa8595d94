use super::{NAMES, Sample, day, form, moment};
use crate::web::views::*;

fn effective(scope: &str) -> Field {
    Field::new(Kind::Date, "effective_on", "Effective day")
        .scoped(scope)
        .required()
        .value("2026-11-09")
        .between(Some("1966-05-01".into()), Some("2026-11-09".into()))
}

fn reason(scope: &str) -> Field {
    Field::new(Kind::Text, "reason", "Reason")
        .scoped(scope)
        .required()
        .hint("Sealed, and kept in the history.")
}

fn line(name: &str, primary: bool, held: bool) -> AuthorizationRow {
    let slug = name.to_lowercase().replace([' ', '&'], "-");
    let action = if held {
        Action::new(
            "Revoke",
            form(&format!("revoke-{slug}"), &format!("Revoke {name}"), vec![reason(&slug), effective(&slug)])
                .dangerous(),
        )
    } else {
        Action::new("Grant", form(&format!("grant-{slug}"), &format!("Grant {name}"), vec![effective(&slug)]))
    };
    AuthorizationRow {
        name: name.into(),
        primary,
        state: if held { Badge::new(Tone::Good, "Held") } else { Badge::new(Tone::Off, "Not held") },
        since: held.then(|| day("2023-08-12")),
        action: Some(action),
    }
}

fn armoured() -> DisciplinePanel {
    let good = Verdict {
        tone: Tone::Good,
        word: "Valid".into(),
        why: "Card good through 14 March 2027.".into(),
        fix: None,
    };
    let renew = form(
        "renew",
        "Renew the card",
        vec![effective("renew").error(Some(
            "The new issue day must be after 15 March 2025; for an earlier one use Correct the date.".into(),
        ))],
    )
    .note("A renewed card lasts 24 months from its new issue day.");
    let correct = form("correct", "Correct the date", vec![effective("correct"), reason("correct")]);
    DisciplinePanel {
        slug: "armoured-combat".into(),
        name: "Armoured Combat".into(),
        verdict: good,
        facts: vec![
            Detail::new("Issued", "15 Mar 2025"),
            Detail::new("Last valid day", "14 Mar 2027"),
            Detail::new("Expires", "15 Mar 2027"),
        ],
        actions: vec![Action::new("Renew", renew), Action::new("Correct the date", correct)],
        authorizations: vec![
            line("Weapon & Shield", true, true),
            line("Great Weapon", false, true),
            line("Siege", false, false),
            line("Spear", false, false),
        ],
        warrants: vec![WarrantRow {
            kind: "Marshal".into(),
            state: Badge::new(Tone::Good, "Active"),
            starts: Some(day("2025-04-01")),
            ends: None,
            granted_by: Some("Earl Marshal".into()),
            action: Some(Action::new(
                "End",
                form("end", "End the warrant", vec![reason("end"), effective("end")]).dangerous(),
            )),
        }],
        locked: None,
    }
}

fn record() -> DeskRecordView {
    let armoured = armoured();
    let fencing = DisciplinePanel {
        slug: "fencing".into(),
        name: "Fencing".into(),
        verdict: Verdict {
            tone: Tone::Bad,
            word: "Expired".into(),
            why: "The card expired on 3 May 2026.".into(),
            fix: Some("Renew it.".into()),
        },
        actions: vec![],
        authorizations: vec![AuthorizationRow { action: None, ..line("Heavy Rapier", true, true) }],
        warrants: vec![],
        locked: Some("You don’t hold write_card_date or write_authorizations for Fencing.".into()),
        ..armoured.clone()
    };
    let event = |i: i64, text: &str, more: Option<&str>, superseded| HistoryRow {
        text: text.into(),
        more: more.map(Into::into),
        effective: Some(day("2026-11-07")),
        recorded: moment(-i),
        by: "Minister of the Lists".into(),
        superseded,
        href: Some("/audit/10233".into()),
        undo: None,
    };
    let waiver_form = form(
        "record-waiver",
        "Record the waiver",
        vec![Field::new(Kind::Date, "signed_on", "Signed on").required()],
    );
    let section = |anchor: &str, label: &str, state: Option<(Tone, &str)>| SectionLink {
        anchor: anchor.into(),
        label: label.into(),
        state: state.map(|(tone, word)| Badge::new(tone, word)),
    };
    let grant = Field::new(Kind::Checks, "authorization", "Authorizations")
        .required()
        .choices([("heavy-rapier", "Heavy Rapier"), ("parry", "Parry Device")]);
    DeskRecordView {
        name: NAMES[0].into(),
        legal_name: Some("Xavier Jansen".into()),
        branch: Some("Ben Dunfirth".into()),
        flags: vec![Badge::new(Tone::Info, "Minor"), Badge::new(Tone::Warn, "Only an old card link")],
        verdict: Verdict {
            tone: Tone::Good,
            word: "May fight today".into(),
            why: "Armoured Combat; waiver good through 2 May 2030.".into(),
            fix: None,
        },
        card_href: Some("/card/gules-lion-bend".into()),
        sections: vec![
            section("details", "Details", None),
            section("waiver", "Waiver", Some((Tone::Good, "On file"))),
            section("d-armoured-combat", "Armoured Combat", Some((Tone::Good, "Valid"))),
            section("d-fencing", "Fencing", Some((Tone::Bad, "Expired"))),
            section("begin", "Another discipline", None),
            section("history", "History", None),
        ],
        merge_href: Some("/desk/people/1/merge".into()),
        details: vec![
            Detail::new("E-mail", "xavier@example.org"),
            Detail::new("Phone", "(905) 555-9487"),
            Detail::new("Address", "1348 Queen St. W, Sault Ste. Marie, ON  N8T 7X4"),
            Detail::missing("Date of birth"),
            Detail::missing("Member number"),
        ],
        consent: vec![Detail::new("Kept", "accepted on 4 Feb 2026"), Detail::new("Listed publicly", "no")],
        edit_href: Some("/desk/people/1/edit".into()),
        corrections: vec![CorrectionRow {
            text: "My name is <b>Ragnar</b> with one n.".into(),
            done: Some(form("settle-1", "Done", Vec::new())),
        }],
        person_actions: vec![Action::new(
            "Erase",
            form("erase", "Erase for ever", vec![reason("erase")])
                .dangerous()
                .note("Destroys this person’s key."),
        )],
        waiver: WaiverPanel {
            state: Badge::new(Tone::Good, "On file"),
            text: "Good through 2 May 2030.".into(),
            facts: vec![
                Detail::new("Signed", "3 May 2023"),
                Detail::new("Expires", "3 May 2030"),
                Detail::new("Kept until", "3 May 2037"),
            ],
            actions: vec![Action::new("Record a new waiver", waiver_form)],
            locked: None,
        },
        disciplines: vec![armoured, fencing],
        begin: vec![Action::new(
            "Youth Combat",
            form("begin-youth", "Grant and issue the card", vec![grant, effective("youth")]),
        )],
        history: vec![
            event(0, "Great Weapon granted in Armoured Combat", None, None),
            event(
                61,
                "Card re-dated",
                Some("Reason: <i>the bout</i> was on Saturday"),
                Some("corrected later"),
            ),
        ],
        history_more: Some(Link::new("/audit?person=1", "Everything about this person")),
    }
}

impl Sample for DeskRecordView {
    fn samples() -> Vec<(&'static str, Self)> {
        let full = record();
        let mut bare = full.clone();
        bare.name = NAMES[3].into();
        (bare.legal_name, bare.branch, bare.card_href, bare.edit_href, bare.history_more) =
            (None, None, None, None, None);
        bare.flags.clear();
        bare.consent.clear();
        bare.person_actions.clear();
        bare.corrections.clear();
        bare.disciplines.clear();
        bare.sections.retain(|section| !section.anchor.starts_with("d-"));
        bare.history.clear();
        bare.verdict = Verdict {
            tone: Tone::Off,
            word: "No card".into(),
            why: "Holds no authorization.".into(),
            fix: Some("Grant a first one.".into()),
        };
        bare.waiver = WaiverPanel {
            state: Badge::new(Tone::Off, "Missing"),
            text: "No waiver has been recorded.".into(),
            facts: vec![],
            actions: vec![],
            locked: Some("You don’t hold write_waiver_date.".into()),
        };
        vec![("ordinary", full), ("bare", bare)]
    }
}
