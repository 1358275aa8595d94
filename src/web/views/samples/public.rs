use super::{NAMES, Sample, day, form, today};
use crate::web::views::*;

fn valid() -> Verdict {
    Verdict {
        tone: Tone::Good,
        word: "May fight today".into(),
        why: "Card and waiver are good.".into(),
        fix: None,
    }
}

impl Sample for HomeView {
    fn samples() -> Vec<(&'static str, Self)> {
        let choice =
            |value: &str, label: &str| Choice { value: value.into(), label: label.into(), selected: false };
        let disciplines = vec![choice("armoured-combat", "Armoured Combat"), choice("fencing", "Fencing")];
        vec![
            ("ordinary", Self { today: today(), listed: Some("1\u{202f}204".into()), disciplines }),
            ("empty", Self { today: today(), listed: None, disciplines: vec![] }),
        ]
    }
}

fn filters() -> Vec<Field> {
    let any = |name: &str, label: &str, rest: &[&str]| {
        let all = std::iter::once(("", "any")).chain(rest.iter().map(|r| (*r, *r)));
        Field::new(Kind::Select, name, label).choices(all)
    };
    vec![
        any("discipline", "Discipline", &["Armoured Combat", "Fencing", "Youth Combat"]),
        any("authorization", "Authorization", &["Weapon & Shield", "Great Weapon", "Heavy Rapier"]),
        any("branch", "Branch", &["Ben Dunfirth", "Skraeling Althing", "Septentria"]),
        Field::new(Kind::Check, "valid", "Valid today").value("today").ticked(true),
    ]
}

fn card(name: &str, tone: Tone, word: &str, authorizations: &[&str]) -> RegisterDiscipline {
    RegisterDiscipline {
        name: name.into(),
        state: Badge::new(tone, word),
        last_valid: (tone != Tone::Off).then(|| day("2027-02-28")),
        authorizations: authorizations.iter().map(|a| (*a).to_owned()).collect(),
    }
}

fn register(rows: usize, q: &str) -> RegisterView {
    let row = |i: usize| RegisterRow {
        name: NAMES[i % NAMES.len()].into(),
        branch: (i % 4 != 1).then(|| ["Ben Dunfirth", "Skraeling Althing", "Septentria"][i % 3].into()),
        namesake: i % 7 == 4,
        disciplines: match i % 4 {
            0 => vec![
                card(
                    "Armoured Combat",
                    Tone::Good,
                    "Valid",
                    &["Weapon & Shield", "Great Weapon", "Spear", "Combat Archery"],
                ),
                card("Fencing", Tone::Bad, "Expired", &["Heavy Rapier", "Cut & Thrust"]),
                card("Thrown Weapons", Tone::Good, "Valid", &["Axe"]),
            ],
            1 => vec![card("Youth Combat", Tone::Warn, "Valid, lapsing", &["Division 1"])],
            2 => vec![card("Fencing", Tone::Off, "No waiver", &["Heavy Rapier", "Parry Device"])],
            _ => vec![card("Armoured Combat", Tone::Good, "Valid", &["Weapon & Shield"])],
        },
    };
    RegisterView {
        today: today(),
        search: Field::new(Kind::Search, "q", "SCA name").value(q),
        filters: filters(),
        filtered: !q.is_empty(),
        asked: (!q.is_empty()).then(|| format!("“{q}”, valid today")),
        widen: (rows == 0 && !q.is_empty())
            .then(|| Link::new(href("/register", &[("q", q)]), "Look among expired cards too")),
        rows: (0..rows.min(50)).map(row).collect(),
        pager: Pager::new(rows, 50, 1, |n| href("/register", &[("page", &n.to_string())])),
    }
}

impl Sample for RegisterView {
    fn samples() -> Vec<(&'static str, Self)> {
        let mut bare = register(1, "");
        bare.rows[0].disciplines.clear();
        vec![
            ("ordinary", register(12, "a")),
            ("many", register(1204, "")),
            ("one", bare),
            ("none", register(0, "<i>asta</i>")),
            ("empty", register(0, "")),
        ]
    }
}

impl Sample for MarshalsView {
    fn samples() -> Vec<(&'static str, Self)> {
        let marshal = |i: usize| MarshalRow {
            name: NAMES[i % NAMES.len()].into(),
            branch: (i % 3 != 1).then(|| "Ben Dunfirth".into()),
            kind: if i.is_multiple_of(2) { "Marshal" } else { "Marshal in Training" }.into(),
            until: (i % 2 == 1).then(|| day("2027-06-30")),
        };
        let discipline = |slug: &str, name: &str, count: usize| MarshalsDiscipline {
            slug: slug.into(),
            name: name.into(),
            count,
            marshals: (0..count).map(marshal).collect(),
        };
        let disciplines =
            vec![discipline("armoured-combat", "Armoured Combat", 6), discipline("fencing", "Fencing", 1)];
        vec![
            ("ordinary", Self { today: today(), disciplines }),
            ("many", Self { today: today(), disciplines: vec![discipline("fencing", "Fencing", 200)] }),
            ("empty", Self { today: today(), disciplines: vec![] }),
        ]
    }
}

pub fn pass(name: &str) -> CardView {
    let fencing_lapsed = Verdict {
        tone: Tone::Bad,
        word: "Expired".into(),
        why: "The card expired on 3 May 2026.".into(),
        fix: Some("Ask a fencing marshal to renew it.".into()),
    };
    let held = |name: &str, primary: bool, held: bool| {
        TypeLine::new(name, held, if primary { "primary" } else { "" })
    };
    CardView {
        name: name.into(),
        legal_name: Some("Xavier Jansen".into()),
        branch: Some("Ben Dunfirth".into()),
        today: today(),
        verdict: valid(),
        fights: vec!["Armoured Combat".into()],
        waiver: WaiverLine {
            state: Badge::new(Tone::Good, "On file"),
            text: "Good through 2 May 2030.".into(),
        },
        nothing: "No authorizations on file.".into(),
        disciplines: vec![
            CardDiscipline {
                slug: "armoured-combat".into(),
                name: "Armoured Combat".into(),
                verdict: Verdict { word: "Valid".into(), ..valid() },
                issued: day("2025-03-15"),
                last_valid: day("2027-03-14"),
                expires: day("2027-03-15"),
                types: vec![
                    held("Weapon & Shield", true, true),
                    held("Combat Archery", false, false),
                    held("Great Weapon", false, true),
                    held("Siege", false, false),
                    held("Spear", false, true),
                    held("Two Weapon", false, false),
                ],
                marshals: vec![
                    TypeLine::new("Marshal", true, "until 31 December 2026"),
                    TypeLine::new("Marshal in Training", false, ""),
                ],
            },
            CardDiscipline {
                slug: "fencing".into(),
                name: "Fencing".into(),
                verdict: fencing_lapsed,
                issued: day("2024-05-03"),
                last_valid: day("2026-05-02"),
                expires: day("2026-05-03"),
                types: vec![held("Heavy Rapier", true, true), held("Cut & Thrust", true, false)],
                marshals: vec![],
            },
        ],
        old_link: None,
        good_until: Some(day("2027-03-14")),
        check: Some("/check/Y2hlY2s".into()),
        papers: Some(Papers {
            wallet: "/card/lusab-babad-gutih-tugad.pdf?size=wallet".into(),
            letter: "/card/lusab-babad-gutih-tugad.pdf?size=letter".into(),
        }),
    }
}

impl Sample for CheckView {
    fn samples() -> Vec<(&'static str, Self)> {
        let of = |pass: CardView| Self {
            name: pass.name,
            today: pass.today,
            verdict: pass.verdict,
            fights: pass.fights,
        };
        CardView::samples().into_iter().map(|(name, pass)| (name, of(pass))).collect()
    }
}

impl Sample for CardView {
    fn samples() -> Vec<(&'static str, Self)> {
        let mut lapsed = pass(NAMES[3]);
        let because = Verdict {
            tone: Tone::Bad,
            word: "Not valid for combat".into(),
            why: "Waiver lapsed on 3 May 2026; card good to 14 March 2027.".into(),
            fix: Some(
                "Sign a new waiver and hand it to the Minister of the Lists; the card counts again at once."
                    .into(),
            ),
        };
        lapsed.verdict = because.clone();
        lapsed.fights.clear();
        lapsed.waiver.state = Badge::new(Tone::Bad, "Lapsed");
        lapsed.waiver.text = "Last valid day 2 May 2026.".into();
        lapsed.disciplines.truncate(1);
        lapsed.disciplines[0].verdict = Verdict { word: "Not valid".into(), fix: None, ..because };
        lapsed.good_until = None;
        lapsed.check = None;
        lapsed.old_link = Some(OldLink { href: "/request-card".into() });
        lapsed.legal_name = Some("X. J.".into());
        let mut missing = lapsed.clone();
        missing.name = NAMES[2].into();
        missing.branch = None;
        missing.legal_name = None;
        missing.old_link = None;
        missing.waiver = WaiverLine {
            state: Badge::new(Tone::Off, "Missing"),
            text: "No waiver has been recorded.".into(),
        };
        missing.disciplines.clear();
        vec![
            ("ordinary", pass(NAMES[0])),
            ("greek", pass(NAMES[1])),
            ("lapsed", lapsed),
            ("missing", missing),
        ]
    }
}

impl Sample for CardNotFoundView {
    fn samples() -> Vec<(&'static str, Self)> {
        let of = |check| Self { check, request_id: "01hf-77".into() };
        vec![("card", of(false)), ("check", of(true))]
    }
}

impl Sample for ErrorView {
    fn samples() -> Vec<(&'static str, Self)> {
        let of = |status| Self::of(status, "01hf-77");
        vec![
            ("500", of(500)),
            ("400", of(400)),
            ("403", of(403)),
            ("404", of(404)),
            ("405", of(405)),
            ("413", of(413)),
            ("429", of(429)),
            ("503", of(503)),
        ]
    }
}

impl Sample for ForbiddenView {
    fn samples() -> Vec<(&'static str, Self)> {
        let view = Self {
            tried: "Granting an authorization in Armoured Combat".into(),
            permission: "write_authorizations".into(),
            scope: "Armoured Combat".into(),
            allows: "grant and revoke authorizations".into(),
            held: vec![
                "read_combatant_info for the kingdom".into(),
                "write_authorizations for Fencing".into(),
            ],
            request_id: "01hf-77".into(),
        };
        vec![("ordinary", view.clone()), ("nothing", Self { held: vec![], ..view })]
    }
}

impl Sample for RequestView {
    fn samples() -> Vec<(&'static str, Self)> {
        let email = || {
            Field::new(Kind::Email, "email", "E-mail address").required().autocomplete("email").at_most(254)
        };
        let asks = |field: Field| Some(form("ask", "Mail me the link", vec![field]));
        let wrong =
            email().value("asta@").error(Some("Write the whole address, like asta@example.org".into()));
        vec![
            ("ordinary", Self { form: asks(email()), notice: None }),
            ("wrong", Self { form: asks(wrong), notice: None }),
            (
                "closed",
                Self {
                    form: None,
                    notice: Some("This server sends no mail yet. Write to the Minister of the Lists.".into()),
                },
            ),
        ]
    }
}

impl Sample for SignInView {
    fn samples() -> Vec<(&'static str, Self)> {
        let persona = |key: &str, name: &str, may: &str| Persona {
            key: key.into(),
            name: name.into(),
            may: may.into(),
        };
        let personas = vec![
            persona(
                "list-minister",
                "Minister of the Lists",
                "Everything about people and cards, in every discipline.",
            ),
            persona(
                "fencing-deputy",
                "Fencing deputy",
                "Cards and authorizations in Fencing; looks at everybody.",
            ),
            persona("seneschal", "Seneschal", "Looks at people and cards; changes nothing."),
            persona("auditor", "Auditor", "The whole log, and the past as it was and as it was known."),
            persona("administrator", "Administrator", "Officers, permissions and the kingdom’s settings."),
        ];
        let view = Self {
            action: "/auth/demo".into(),
            hidden: vec![Hidden { name: "next".into(), value: "/desk".into() }],
            reason: Some("Sign in to see that page; you come back to it.".into()),
            personas,
        };
        vec![("ordinary", view.clone()), ("off", Self { personas: vec![], reason: None, ..view })]
    }
}

impl Sample for SignedOutView {
    fn samples() -> Vec<(&'static str, Self)> {
        let field = |name: &str, value: &str| Hidden { name: name.into(), value: value.into() };
        let view = Self {
            action: "/desk/people/new".into(),
            fields: vec![field("sca_name", "\"><b>Wulf"), field("notes", "two\nlines")],
            sign_in: "/auth/login?next=%2Fdesk".into(),
        };
        vec![("ordinary", view.clone()), ("empty", Self { fields: vec![], ..view })]
    }
}

impl Sample for MessageView {
    fn samples() -> Vec<(&'static str, Self)> {
        let view = Self {
            tone: Tone::Good,
            heading: "Look in your mail".into(),
            paragraphs: vec![
                "If the address is on file, a link is on its way. It is good for one day.".into(),
            ],
            button: None,
            next: vec![Link::new("/", "First page"), Link::new("/register", "Search the register")],
        };
        let asking = Self { button: Some(Link::new("/auth/logout", "Sign out")), ..view.clone() };
        vec![
            ("ordinary", view.clone()),
            ("asking", asking),
            ("bare", Self { next: vec![], paragraphs: vec![], ..view }),
        ]
    }
}
