//! Every route and what it needs (A1, A4, DOMAIN §7), asked by everybody who lacks exactly that. A new route
//! has a row here, or the test of the routes fails.

use emol::commands::Command;
use emol::commands::combatant::ask_correction::AskCorrection;
use emol::commands::officers::{OfficersCommand, Verb};
use emol::domain::actor::Actor;
use emol::domain::card_id::CardId;
use emol::domain::demo::DEMO_OFFICERS;
use emol::domain::id::{CombatantId, OfficerId};
use emol::domain::permission::{Grant, Permission, PermissionScope};
use emol::web::router::router;

use super::desk_cast::{Cast, Visitor, form};
use super::hostile::filled;
use super::site::{Answer, NOW, fighter};
use crate::support::databases::on_all_databases;

/// What a route needs.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Needs {
    /// Nothing: it is for everybody.
    Nothing,
    /// To be signed in.
    Officer,
    /// These permissions; whoever lacks one of them is refused.
    All(&'static [Permission]),
    /// Those, and the last of them in that discipline.
    Within(&'static [Permission], &'static str),
    /// Those, and one of several others, of which this is one.
    Besides(&'static [Permission], Permission),
}

use Needs::{All, Besides, Nothing, Officer, Within};
use Permission::{
    CanEditPrivacyPolicy, CanInitiatePinReset, ManageKingdom, ReadCombatantInfo, ReadHistory, WarrantRoster,
    WriteAuthorizations, WriteCardDate, WriteCombatantInfo, WriteMarshal, WriteOfficerInfo, WriteWaiverDate,
};

const ARMOURED: &str = "armoured-combat";
const FENCING: &str = "fencing";
const READS: Needs = All(&[ReadCombatantInfo]);
const HISTORY: Needs = All(&[ReadHistory]);
const PEOPLE: Needs = All(&[ReadCombatantInfo, WriteCombatantInfo]);
const PINS: Needs = All(&[ReadCombatantInfo, CanInitiatePinReset]);
const WAIVERS: Needs = All(&[ReadCombatantInfo, WriteWaiverDate]);
const OFFICERS: Needs = All(&[WriteOfficerInfo]);
const POLICIES: Needs = All(&[CanEditPrivacyPolicy]);
const ROSTER: Needs = Within(&[WarrantRoster], ARMOURED);
/// And something that can be done to many.
const MANY: Needs = Besides(&[ReadCombatantInfo], WriteCardDate);
const KINGDOM: Needs = All(&[ManageKingdom]);

/// Every route, what it needs, and what its form holds beside what the page fills in.
const TABLE: &[(&str, &str, Needs)] = &[
    ("GET", "/", Nothing),
    ("GET", "/register", Nothing),
    ("GET", "/marshals", Nothing),
    ("GET", "/privacy-policy", Nothing),
    ("GET", "/privacy-policy/{version}", Nothing),
    ("GET", "/privacy-policy/draft/{token}", Nothing),
    ("GET", "/privacy-policy/version/{version}", Nothing),
    ("GET", "/privacy-policy/edit", Nothing),
    ("GET", "/card/{card_id}", Nothing),
    ("GET", "/check/{code}", Nothing),
    ("GET", "/card-worker.js", Nothing),
    ("GET", "/my-record", Nothing),
    ("POST", "/my-record", Nothing),
    ("GET", "/welcome/{token}", Nothing),
    ("POST", "/welcome/{token}", Nothing),
    ("GET", "/welcome/{token}/decline", Nothing),
    ("POST", "/welcome/{token}/decline", Nothing),
    ("GET", "/my-pin/{token}", Nothing),
    ("POST", "/my-pin/{token}", Nothing),
    ("GET", "/my-details/{token}", Nothing),
    ("POST", "/my-details/{token}", Nothing),
    ("GET", "/my-address/{token}", Nothing),
    ("POST", "/my-address/{token}", Nothing),
    ("GET", "/my-record/{token}", Nothing),
    ("POST", "/my-record/{token}", Nothing),
    ("GET", "/my-record/show", Nothing),
    ("GET", "/my-record/export.json", Nothing),
    ("POST", "/my-record/correction", Nothing),
    ("POST", "/my-record/listing", Nothing),
    ("GET", "/my-record/withdraw", Nothing),
    ("POST", "/my-record/withdraw", Nothing),
    ("POST", "/card/{card_id}/pin", Nothing),
    ("GET", "/request-card", Nothing),
    ("POST", "/request-card", Nothing),
    ("GET", "/update-info", Nothing),
    ("POST", "/update-info", Nothing),
    ("GET", "/auth/login", Nothing),
    ("POST", "/auth/login", Nothing),
    ("GET", "/auth/callback", Nothing),
    ("GET", "/auth/logout", Nothing),
    ("POST", "/auth/logout", Nothing),
    ("GET", "/marshal-list", Nothing),
    ("GET", "/combatants", Nothing),
    ("GET", "/self-serve-update/{code}", Nothing),
    ("GET", "/pin/setup/{code}", Nothing),
    ("GET", "/pin/reset/{code}", Nothing),
    ("GET", "/pin/verify/{card_id}", Nothing),
    ("GET", "/static/{file}", Nothing),
    ("GET", "/theme.css", Nothing),
    ("GET", "/favicon.svg", Nothing),
    ("GET", "/favicon.ico", Nothing),
    ("GET", "/robots.txt", Nothing),
    ("GET", "/health/live", Nothing),
    ("GET", "/health/ready", Nothing),
    ("GET", "/health/metrics", Nothing),
    ("GET", "/desk", Officer),
    ("GET", "/desk/sessions", Officer),
    ("POST", "/desk/sessions/end", Officer),
    ("POST", "/desk/sessions/end-others", Officer),
    ("GET", "/desk/people", READS),
    ("POST", "/desk/people/export", READS),
    ("GET", "/desk/people/new", All(&[WriteCombatantInfo])),
    ("POST", "/desk/people/new", All(&[WriteCombatantInfo])),
    ("GET", "/desk/people/{id}", READS),
    ("GET", "/desk/people/{id}/edit", PEOPLE),
    ("POST", "/desk/people/{id}/edit", PEOPLE),
    ("GET", "/desk/people/{id}/merge", PEOPLE),
    ("POST", "/desk/people/{id}/merge", PEOPLE),
    ("POST", "/desk/people/{id}/set-listing", PEOPLE),
    ("POST", "/desk/people/{id}/assign-card-id", PEOPLE),
    ("POST", "/desk/people/{id}/renew-check-code", PEOPLE),
    ("POST", "/desk/people/{id}/send-welcome", PEOPLE),
    ("POST", "/desk/people/{id}/invite-pin", PINS),
    ("POST", "/desk/people/{id}/reset-pin", PINS),
    ("POST", "/desk/people/{id}/settle-correction", PEOPLE),
    ("POST", "/desk/people/{id}/erase", PEOPLE),
    ("POST", "/desk/people/{id}/record-waiver", WAIVERS),
    ("POST", "/desk/people/{id}/correct-waiver", WAIVERS),
    ("POST", "/desk/people/{id}/issue-card", Within(&[ReadCombatantInfo, WriteCardDate], FENCING)),
    ("POST", "/desk/people/{id}/renew-card", Within(&[ReadCombatantInfo, WriteCardDate], ARMOURED)),
    ("POST", "/desk/people/{id}/correct-card", Within(&[ReadCombatantInfo, WriteCardDate], ARMOURED)),
    (
        "POST",
        "/desk/people/{id}/grant-authorization",
        Within(&[ReadCombatantInfo, WriteAuthorizations], ARMOURED),
    ),
    (
        "POST",
        "/desk/people/{id}/revoke-authorization",
        Within(&[ReadCombatantInfo, WriteAuthorizations], ARMOURED),
    ),
    ("POST", "/desk/people/{id}/grant-warrant", Within(&[ReadCombatantInfo, WriteMarshal], FENCING)),
    ("POST", "/desk/people/{id}/withdraw-entry", Within(&[ReadCombatantInfo, WriteMarshal], ARMOURED)),
    ("POST", "/desk/people/{id}/end-warrant", Within(&[ReadCombatantInfo, WriteMarshal], ARMOURED)),
    ("GET", "/desk/people/many", MANY),
    ("POST", "/desk/people/many", MANY),
    ("GET", "/desk/people/many/{run}", READS),
    ("POST", "/desk/people/many/{run}/file", READS),
    ("GET", "/desk/warrants", ROSTER),
    ("POST", "/desk/warrants/export", ROSTER),
    ("GET", "/desk/forecast", READS),
    ("GET", "/desk/forecast.csv", READS),
    ("GET", "/desk/reports", READS),
    ("GET", "/desk/reports/{file}", READS),
    ("GET", "/desk/policies", POLICIES),
    ("GET", "/desk/policies/draft", POLICIES),
    ("POST", "/desk/policies/draft", POLICIES),
    ("POST", "/desk/policies/draft/begin", POLICIES),
    ("POST", "/desk/policies/draft/discard", POLICIES),
    ("POST", "/desk/policies/draft/share", POLICIES),
    ("POST", "/desk/policies/draft/unshare", POLICIES),
    ("GET", "/desk/policies/draft/approve", POLICIES),
    ("POST", "/desk/policies/draft/approve", POLICIES),
    ("GET", "/desk/policies/{version}", POLICIES),
    ("POST", "/desk/policies/{version}/stop-requiring", POLICIES),
    ("GET", "/desk/officers", OFFICERS),
    ("GET", "/desk/outbox", READS),
    ("GET", "/desk/outbox/{mail}", READS),
    ("POST", "/desk/outbox/{mail}/again", PEOPLE),
    ("GET", "/desk/officers/new", OFFICERS),
    ("POST", "/desk/officers/new", OFFICERS),
    ("GET", "/desk/officers/{id}", OFFICERS),
    ("POST", "/desk/officers/{id}/grants", OFFICERS),
    ("POST", "/desk/officers/{id}/disable", OFFICERS),
    ("POST", "/desk/officers/{id}/enable", OFFICERS),
    ("POST", "/desk/officers/{id}/link", OFFICERS),
    ("POST", "/desk/officers/{id}/unlink", OFFICERS),
    ("GET", "/desk/kingdom", KINGDOM),
    ("POST", "/desk/kingdom", KINGDOM),
    ("GET", "/desk/kingdom/disciplines", KINGDOM),
    ("POST", "/desk/kingdom/disciplines/found", KINGDOM),
    ("GET", "/desk/kingdom/disciplines/{slug}", KINGDOM),
    ("POST", "/desk/kingdom/disciplines/{slug}/rename", KINGDOM),
    ("POST", "/desk/kingdom/disciplines/{slug}/retire", KINGDOM),
    ("POST", "/desk/kingdom/disciplines/{slug}/resume", KINGDOM),
    ("POST", "/desk/kingdom/disciplines/{slug}/add-authorization", KINGDOM),
    ("POST", "/desk/kingdom/disciplines/{slug}/change-authorization", KINGDOM),
    ("POST", "/desk/kingdom/disciplines/{slug}/retire-authorization", KINGDOM),
    ("POST", "/desk/kingdom/disciplines/{slug}/add-marshal", KINGDOM),
    ("POST", "/desk/kingdom/disciplines/{slug}/rename-marshal", KINGDOM),
    ("POST", "/desk/kingdom/disciplines/{slug}/retire-marshal", KINGDOM),
    ("POST", "/desk/kingdom/disciplines/{slug}/resume-authorization", KINGDOM),
    ("POST", "/desk/kingdom/disciplines/{slug}/resume-marshal", KINGDOM),
    ("GET", "/desk/kingdom/regions", KINGDOM),
    ("POST", "/desk/kingdom/regions/add", KINGDOM),
    ("POST", "/desk/kingdom/regions/change", KINGDOM),
    ("POST", "/desk/kingdom/regions/retire", KINGDOM),
    ("POST", "/desk/kingdom/regions/reopen", KINGDOM),
    ("GET", "/desk/kingdom/rulebook", KINGDOM),
    ("POST", "/desk/kingdom/rulebook", KINGDOM),
    ("GET", "/desk/kingdom/switches", KINGDOM),
    ("POST", "/desk/kingdom/switches", KINGDOM),
    ("GET", "/audit", HISTORY),
    ("GET", "/audit/events/{position}", HISTORY),
    ("GET", "/audit/as-of", HISTORY),
    ("GET", "/audit/removals", HISTORY),
];

/// What giving and taking rights writes, which is how the test makes its personas.
const GRANTING: [&str; 2] = ["PermissionGranted", "PermissionWithdrawn"];

/// The addresses that the router really has.
fn routes(cast: &Cast) -> Vec<String> {
    // It names its routes when it describes itself: `RouteId(7): "/desk"`.
    let described = format!("{:?}", router(&cast.site.state));
    let mut routes: Vec<String> = described
        .split("RouteId(")
        .filter_map(|rest| rest.split_once("): \"")?.1.split('"').next().map(str::to_owned))
        .filter(|path| path.starts_with('/') && !path.contains("{*"))
        .collect();
    routes.sort();
    routes.dedup();
    routes
}

/// An address of that route.
fn address(route: &str, person: CombatantId, officer: OfficerId) -> String {
    let id = if route.starts_with("/desk/officers") { officer.to_string() } else { person.to_string() };
    route
        .replace("{id}", &id)
        .replace("{slug}", FENCING)
        .replace("{position}", "5")
        .replace("{run}", &person.to_string())
        .replace("{mail}", &person.to_string())
        .replace("{file}", "ages.csv")
        .replace(['{', '}'], "")
}

#[test]
fn every_route_has_a_row() {
    on_all_databases(|database| async move {
        let cast = Cast::serve(&database).await;
        let person = cast.site.register(&fighter("Ásta", "lusab-babad-gutih-tugad")).await;
        let officer = DEMO_OFFICERS[0].officer();
        let mut found = Vec::new();
        for route in routes(&cast) {
            for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
                let headers = [("sec-fetch-site", "same-origin")];
                let answer = cast.site.send(method, &address(&route, person, officer), &headers, b"").await;
                if answer.status != 405 {
                    found.push((method.to_owned(), route.clone()));
                }
            }
        }
        assert!(found.len() > 80, "{found:?}");
        let mut rows: Vec<_> =
            TABLE.iter().map(|(method, route, _)| ((*method).to_owned(), (*route).to_owned())).collect();
        rows.sort();
        found.sort();
        let without: Vec<_> = found.iter().filter(|route| !rows.contains(route)).collect();
        let gone: Vec<_> = rows.iter().filter(|row| !found.contains(row)).collect();
        assert!(without.is_empty() && gone.is_empty(), "without a row: {without:?}; gone: {gone:?}");
    });
}

/// Somebody with a session, and grants that the test changes.
struct Persona<'c> {
    id: OfficerId,
    visitor: Visitor<'c>,
}

impl Persona<'_> {
    async fn grants(&self, cast: &Cast, change: impl Fn(OfficerId, Grant) -> Verb, grants: Vec<Grant>) {
        if grants.is_empty() {
            return;
        }
        let verb = Verb::Together(grants.into_iter().map(|grant| change(self.id, grant)).collect());
        let by = Actor::Operator("test".to_owned());
        cast.site.issue(Command::Officers(OfficersCommand { by, verb })).await;
    }
    async fn may(&self, cast: &Cast, grants: Vec<Grant>) {
        self.grants(cast, |officer, grant| Verb::Grant { officer, grant }, grants).await;
    }
    async fn may_not(&self, cast: &Cast, grants: Vec<Grant>) {
        self.grants(cast, |officer, grant| Verb::Withdraw { officer, grant }, grants).await;
    }
}

fn grant(permission: Permission, discipline: Option<&str>) -> Grant {
    let name = permission.as_str();
    let text = match (permission.scope(), discipline) {
        (PermissionScope::Discipline, Some(slug)) => format!("{name}@discipline:{slug}"),
        _ => name.to_owned(),
    };
    text.parse().unwrap()
}

fn everything() -> Vec<Grant> {
    Permission::ALL.map(|permission| grant(permission, None)).to_vec()
}

/// What the form at an address would send, as whoever may do everything sees it; where nothing on file calls
/// for that form, nothing but a command's id.
async fn sent(cast: &Cast, all: &Visitor<'_>, action: &str, discipline: Option<&str>) -> String {
    let mut page = action;
    while !page.is_empty() {
        let answer = all.get(page).await;
        let here = format!("action=\"{}\"", action.replace('=', "&#x3D;"));
        let mut forms = answer.body.split("<form ").skip(1).map(|form| form.split("</form>").next().unwrap());
        let within = |form: &str, slug| form.contains(&format!("name=\"discipline\" value=\"{slug}\""));
        let ours = |form: &&str| form.contains(&here) && discipline.is_none_or(|slug| within(form, slug));
        if let Some(html) = forms.find(ours) {
            let fields = filled(html);
            let typed = |name: &str, value: String| match (name, value.as_str()) {
                // What erasing wants to be typed.
                ("word", "") => "ERASE".to_owned(),
                ("name", "") => "Ásta".to_owned(),
                ("reason" | "change_log", "") => "Because".to_owned(),
                _ => value,
            };
            let fields: Vec<(String, String)> = fields
                .into_iter()
                .map(|(name, value)| {
                    let value = typed(&name, value);
                    (name, value)
                })
                .collect();
            let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            return form(&fields);
        }
        page = page.rsplit_once('/').map_or("", |(parent, _)| parent);
    }
    let command = cast.site.state.services.ids.uuid_at(NOW).to_string();
    form(&[("command_id", &command), ("in", discipline.unwrap_or_default())])
}

fn refused(answer: &Answer, missing: Permission) -> bool {
    answer.status == 403 && answer.body.contains(missing.as_str())
}

#[test]
fn a1_a4_whoever_lacks_what_a_route_needs_is_refused_and_nothing_is_written() {
    on_all_databases(|database| async move {
        emol::store::format::raise(&database.admin, emol::events::LOG_FORMAT).await.unwrap();
        let cast = Cast::serve(&database).await;
        // Whom the forms about officers are about.
        let colleague = OfficerId(cast.site.state.services.ids.uuid_at(NOW));
        let email = "colleague@example.org".to_owned();
        let verb = Verb::Invite { officer: colleague, email, label: "Colleague".to_owned() };
        let by = Actor::Operator("test".to_owned());
        cast.site.issue(Command::Officers(OfficersCommand { by, verb })).await;
        let mut personas = Vec::new();
        for one in &DEMO_OFFICERS[..5] {
            let persona = Persona { id: one.officer(), visitor: cast.be(one.key).await };
            personas.push(persona);
        }
        let [all, without, lacking, holder, former] = &personas[..] else { panic!("five personas") };
        all.may(&cast, everything()).await;
        for (persona, demo) in personas.iter().zip(DEMO_OFFICERS).skip(1) {
            persona.may_not(&cast, demo.grants().unwrap().into_iter().collect()).await;
        }
        // Somebody for each row, before a holder closes the region that they live in.
        let mut people = Vec::new();
        for (_, route, _) in TABLE {
            let random = cast.site.state.services.ids.uuid_at(NOW).into_bytes();
            let card_id = CardId::from_random(random[6..].try_into().unwrap());
            let mut someone = fighter("Ásta", card_id.as_str().to_owned().leak());
            someone.marshal = true;
            let combatant = cast.site.register(&someone).await;
            if route.ends_with("/settle-correction") {
                let command = AskCorrection { text: "A letter is missing".to_owned() }.into();
                let asked = cast.site.issue(Command::Combatant { combatant, command }).await;
                cast.site.seen(asked).await;
            }
            people.push(combatant);
        }
        for ((method, route, needs), person) in TABLE.iter().zip(people) {
            let (permissions, discipline, other) = match *needs {
                Nothing | Officer => (&[][..], None, None),
                All(permissions) => (permissions, None, None),
                Within(permissions, slug) => (permissions, Some(slug), None),
                Besides(permissions, other) => (permissions, None, Some(other)),
            };
            let mut path = address(route, person, colleague);
            if let ("GET", Some(slug)) = (*method, discipline) {
                path = emol::web::views::href(&path, &[("in", slug)]);
            }
            let body = match *needs {
                Nothing | Officer => String::new(),
                _ if *method == "GET" => String::new(),
                _ => sent(&cast, &all.visitor, &path, discipline).await,
            };
            let ask = async |who: &Visitor<'_>| match *method {
                "GET" => who.get(&path).await,
                _ => who.post(&path, &body).await,
            };
            let facts = cast.facts().await.len();
            // Nobody is led to where one signs in; whoever may not, is told what is missing.
            let nobody = ask(&cast.nobody()).await;
            let to_sign_in = nobody.header("location").starts_with("/auth/login")
                || (nobody.status == 401 && nobody.body.contains("href=\"/auth/login?next&#x3D;"));
            assert_eq!(to_sign_in, *needs != Nothing, "{method} {route}: {}", nobody.status);
            if *needs == Nothing {
                continue;
            }
            let answer = ask(&without.visitor).await;
            assert_eq!(answer.status == 403, !permissions.is_empty(), "{method} {route}: {}", answer.status);
            let elsewhere = |slug| if slug == FENCING { ARMOURED } else { FENCING };
            for missing in permissions {
                // Everything else, and that in another discipline.
                let mut grants = everything();
                grants.retain(|grant| grant.permission() != *missing);
                if let (Some(slug), PermissionScope::Discipline) = (discipline, missing.scope()) {
                    grants.push(grant(*missing, Some(elsewhere(slug))));
                }
                lacking.may(&cast, grants.clone()).await;
                let answer = ask(&lacking.visitor).await;
                lacking.may_not(&cast, grants).await;
                assert!(refused(&answer, *missing), "{method} {route} without {missing}: {}", answer.status);
                // What was held when the session began counts no more.
                let held: Vec<Grant> =
                    permissions.iter().chain(&other).map(|one| grant(*one, discipline)).collect();
                former.may(&cast, held.clone()).await;
                let mut kept = held.clone();
                kept.retain(|grant| grant.permission() != *missing);
                former.may_not(&cast, vec![grant(*missing, discipline)]).await;
                let answer = ask(&former.visitor).await;
                former.may_not(&cast, kept).await;
                assert!(
                    refused(&answer, *missing),
                    "{method} {route} no longer {missing}: {}",
                    answer.status
                );
            }
            let wrote = cast.facts().await.into_iter().skip(facts);
            let wrote: Vec<_> = wrote
                .map(|row| row.event_type.to_string())
                .filter(|kind| !GRANTING.contains(&kind.as_str()))
                .collect();
            assert!(wrote.is_empty(), "{method} {route} wrote {wrote:?}");
            let held: Vec<Grant> =
                permissions.iter().chain(&other).map(|one| grant(*one, discipline)).collect();
            holder.may(&cast, held.clone()).await;
            let answer = ask(&holder.visitor).await;
            holder.may_not(&cast, held).await;
            // What nothing was made for is not there.
            let made = ["{run}", "{version}", "{mail}"];
            let found = answer.status != 404 || made.iter().any(|part| route.contains(part));
            let let_in = found && ![401, 403, 405].contains(&answer.status) && answer.status < 500;
            assert!(let_in, "{method} {route} by a holder: {}\n{}", answer.status, answer.body);
        }
    });
}
