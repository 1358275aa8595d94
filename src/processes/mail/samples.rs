//! What each mail may look like, for `emol mail preview` and for the tests.

use serde_json::{Map, Value, json};

use crate::domain::mail::Mail;

/// Values with which the mail can be written; everybody in them is made up.
#[must_use]
pub fn of(mail: Mail) -> Value {
    let link = "https://emol.example.org/link/8Rkqv0mG1yQ7cXo2bT5nUw";
    let named = |more: Value| with(json!({ "name": "Ásta Bjarnardóttir" }), more);
    let linked = || named(json!({ "link": link, "until": "10 November 2026, 09:00 EST" }));
    let people = || {
        json!({
            "one": false,
            "people": [{ "name": "Ásta Bjarnardóttir", "href": link }, { "name": "Ραφαήλ", "href": link }],
            "until": "10 November 2026, 09:00 EST",
        })
    };
    let own = match mail {
        Mail::Reminder => named(reminder()),
        Mail::CardLink | Mail::UpdateDetails | Mail::MyRecord => people(),
        Mail::PinLocked => named(json!({ "minutes": 15 })),
        Mail::AddressChanged => named(json!({})),
        Mail::PolicyDeclined => json!({ "withdrew": false }),
        Mail::WeeklyDigest => json!({
            "week": "2 November 2026", "new": 4, "lapsed_cards": 7, "lapsed_waivers": 1, "lapsing_cards": 38,
            "lapsing_waivers": 5, "not_accepted": 3, "dead": 1, "bounced": 2, "position": 48_213,
            "hash": "4bc8e19fa20008e9261459535c9fa57f11244218946b4568d9bc8a85966c36f5",
        }),
        Mail::NeedsYou => json!({ "job": "reminders", "failures": 3, "what": null }),
        Mail::OfficerInvited => json!({ "name": "Deputy for Fencing" }),
        _ => linked(),
    };
    let officers = [Mail::PolicyDeclined, Mail::WeeklyDigest, Mail::NeedsYou, Mail::OfficerInvited];
    with(
        json!({
            "kingdom": "Kingdom of Ealdormere",
            "accent": "#942824",
            "site": "https://emol.example.org",
            "mol": true,
            "person": !officers.contains(&mail),
        }),
        own,
    )
}

fn reminder() -> Value {
    let item = |discipline: Option<&str>, days: i64, date: &str, last: &str| {
        json!({
            "discipline": discipline, "days": days, "past": days <= 0, "tomorrow": days == 1,
            "date": date, "last": last,
        })
    };
    let items = [
        item(Some("Fencing"), 14, "23 November 2026", "22 November 2026"),
        item(Some("Armoured Combat"), 1, "10 November 2026", "9 November 2026"),
        item(None, 0, "9 November 2026", "8 November 2026"),
    ];
    json!({
        "one": false, "count": items.len(), "first": items[0], "cards": true, "waiver": true,
        "card": "https://emol.example.org/card/argent-lion-rampant-7d2k", "items": items,
    })
}

fn with(first: Value, more: Value) -> Value {
    let mut all = Map::new();
    for part in [first, more] {
        if let Value::Object(part) = part {
            all.extend(part);
        }
    }
    Value::Object(all)
}
