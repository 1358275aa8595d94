//! Every page, as a typed function of its view.
//!
//! Templates are embedded, in strict mode (a field that a template names and a
//! view lacks is an error) and with escaping on. A page's is parsed when it is
//! first asked for: all of them took half of the time that `serve` needs to start.
//! A test renders every page, so a template that does not parse is not released.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use handlebars::{
    Context, Handlebars, Helper, HelperResult, Output, RenderContext, RenderError, RenderErrorReason,
    TemplateError,
};
use rust_embed::Embed;
use serde::Serialize;

use super::assets::Assets;
use super::views::{
    AsOfView, AuditEventView, AuditLogView, AuditRemovalsView, CardNotFoundView, CardView, CheckView,
    DeskForecastView, DeskHomeView, DeskKingdomListView, DeskKingdomView, DeskListView, DeskMailView,
    DeskManyDoneView, DeskManyView, DeskMergeView, DeskOfficerNewView, DeskOfficerView, DeskOfficersView,
    DeskOutboxView, DeskPersonView, DeskPoliciesView, DeskPolicyApproveView, DeskPolicyDraftView,
    DeskPolicyView, DeskRecordView, DeskReportsView, DeskRow, DeskRulebookView, DeskSessionsView,
    DeskWarrantsView, ErrorView, ForbiddenView, HomeView, MarshalsView, MessageView, MyRecordView, Page,
    PersonalView, PrivacyDraftView, PrivacyPolicyView, RegisterView, RequestView, SignInView, SignedOutView,
};

#[derive(Embed)]
#[folder = "$CARGO_MANIFEST_DIR/templates"]
struct Sources;

/// The partial that is a template of its own.
const DESK_ROW: &str = "desk_row";

/// All templates. Cheap to clone.
#[derive(Clone)]
pub struct Templates {
    sources: Arc<BTreeMap<String, String>>,
    pages: Arc<BTreeMap<&'static str, OnceLock<Handlebars<'static>>>>,
    assets: Assets,
}

impl Templates {
    /// The embedded templates; `assets` gives the addresses of what they show.
    #[must_use]
    pub fn new(assets: &Assets) -> Self {
        // Mails are none of the pages' business.
        let sources = Sources::iter().filter(|file| !file.starts_with("mail/")).filter_map(|file| {
            let name = file.strip_suffix(".hbs")?.trim_start_matches("partials/").to_owned();
            Some((name, String::from_utf8(Sources::get(&file)?.data.into_owned()).ok()?))
        });
        let pages = Self::PAGES.iter().chain(&[DESK_ROW]).map(|name| (*name, OnceLock::new()));
        Self {
            sources: Arc::new(sources.collect()),
            pages: Arc::new(pages.collect()),
            assets: assets.clone(),
        }
    }

    /// A line of `/desk/people`, to be kept.
    ///
    /// # Errors
    /// The template names something that the line lacks: a broken build.
    pub fn desk_row(&self, row: &DeskRow) -> Result<String, RenderError> {
        self.render(DESK_ROW, row)
    }

    /// Renders a template by name.
    fn render<T: Serialize>(&self, name: &str, view: &T) -> Result<String, RenderError> {
        let missing = || RenderErrorReason::TemplateNotFound(name.to_owned());
        let place = self.pages.get(name).ok_or_else(missing)?;
        let parsed = match place.get() {
            Some(parsed) => parsed,
            None => {
                let parsed = self.parse(name)?;
                place.get_or_init(|| parsed)
            }
        };
        parsed.render(name, view)
    }

    /// A page with the partials that it calls.
    fn parse(&self, name: &str) -> Result<Handlebars<'static>, TemplateError> {
        let mut page = Handlebars::new();
        page.set_strict_mode(true);
        page.register_helper("asset", Box::new(AssetHelper(self.assets.clone())));
        let mut wanted = vec![name.to_owned()];
        while let Some(name) = wanted.pop() {
            let Some(source) = self.sources.get(&name).filter(|_| !page.has_template(&name)) else {
                continue;
            };
            let text = whole(source, &self.sources);
            let called = text.split("{{> ").skip(1).filter_map(|call| call.split([' ', '}']).next());
            wanted.extend(called.map(str::to_owned));
            page.register_template_string(&name, &text)?;
        }
        Ok(page)
    }
}

/// A template with its layout around it, and with the partials that it names without a
/// parameter in their places. Handlebars would copy everything that the page shows
/// for each of them, and for whatever is in it.
fn whole(text: &str, sources: &BTreeMap<String, String>) -> String {
    let framed = text
        .strip_prefix("{{#> layout}}")
        .and_then(|body| body.trim_end().strip_suffix("{{/layout}}"))
        .zip(sources.get("layout"))
        .map(|(body, layout)| layout.replace("{{> @partial-block}}", body));
    let mut rest = framed.as_deref().unwrap_or(text);
    let mut out = String::with_capacity(rest.len());
    while let Some((before, after)) = rest.split_once("{{> ") {
        out.push_str(before);
        let named = after.split_once("}}").and_then(|(name, rest)| Some((sources.get(name)?, rest)));
        rest = if let Some((partial, rest)) = named {
            out.push_str(whole(partial, sources).trim_end());
            rest
        } else {
            out.push_str("{{> ");
            after
        };
    }
    out + rest
}

/// `{{asset "site.css"}}` gives the content-hashed address of a file.
struct AssetHelper(Assets);

impl handlebars::HelperDef for AssetHelper {
    fn call<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
        out: &mut dyn Output,
    ) -> HelperResult {
        let name = helper.param(0).and_then(|p| p.value().as_str()).unwrap_or_default();
        let url = self
            .0
            .url(name)
            .ok_or_else(|| RenderErrorReason::Other(format!("there is no asset named `{name}`")))?;
        out.write(url)?;
        Ok(())
    }
}

macro_rules! pages {
    ($($(#[$doc:meta])* $name:ident($view:ty);)*) => {
        impl Templates {
            $(
                $(#[$doc])*
                ///
                /// # Errors
                /// The template names something that the view lacks: a broken build.
                pub fn $name(&self, page: &Page<$view>) -> Result<String, RenderError> {
                    self.render(stringify!($name), page)
                }
            )*

            /// The names of all pages.
            pub const PAGES: &[&str] = &[$(stringify!($name)),*];
        }
    };
}

pages! {
    /// `/`
    home(HomeView);
    /// `/register`
    register(RegisterView);
    /// `/marshals`
    marshals(MarshalsView);
    /// `/card/<card_id>`
    card(CardView);
    /// `/card/…` that leads nowhere
    card_not_found(CardNotFoundView);
    /// `/check/<code>`
    check(CheckView);
    /// Any error
    error(ErrorView);
    /// An officer lacks a permission
    forbidden(ForbiddenView);
    /// `/privacy-policy` and `/privacy-policy/<version>`
    privacy_policy(PrivacyPolicyView);
    /// `/privacy-policy/draft/<token>`
    privacy_draft(PrivacyDraftView);
    /// `/request-card`
    request_card(RequestView);
    /// `/update-info`
    update_info(RequestView);
    /// `/my-record`
    request_record(RequestView);
    /// A question by a personal link
    personal(PersonalView);
    /// `/my-details/<token>`
    my_details(DeskPersonView);
    /// `/my-record/show`
    my_record(MyRecordView);
    /// `/auth/login` of the demo
    sign_in(SignInView);
    /// Anything that needs only a heading and some sentences
    message(MessageView);
    signed_out(SignedOutView);
    /// `/desk`
    desk_home(DeskHomeView);
    /// `/desk/forecast`
    desk_forecast(DeskForecastView);
    /// `/desk/reports`
    desk_reports(DeskReportsView);
    /// `/desk/people`
    desk_list(DeskListView);
    /// `/desk/people/<id>`
    desk_record(DeskRecordView);
    /// `/desk/people/new` and `/desk/people/<id>/edit`
    desk_person(DeskPersonView);
    /// `/desk/people/<id>/merge`
    desk_merge(DeskMergeView);
    /// `/desk/people/many`
    desk_many(DeskManyView);
    /// `/desk/people/many/<run>`
    desk_many_done(DeskManyDoneView);
    /// `/desk/warrants`
    desk_warrants(DeskWarrantsView);
    /// `/desk/sessions`
    desk_sessions(DeskSessionsView);
    /// `/desk/outbox`
    desk_outbox(DeskOutboxView);
    /// `/desk/outbox/<id>`
    desk_mail(DeskMailView);
    /// `/desk/officers`
    desk_officers(DeskOfficersView);
    /// `/desk/officers/new`
    desk_officer_new(DeskOfficerNewView);
    /// `/desk/officers/<id>`
    desk_officer(DeskOfficerView);
    /// `/desk/kingdom`
    desk_kingdom(DeskKingdomView);
    /// `/desk/kingdom/disciplines`, `/desk/kingdom/regions`, `/desk/kingdom/switches`
    desk_kingdom_list(DeskKingdomListView);
    /// `/desk/kingdom/rulebook`
    desk_rulebook(DeskRulebookView);
    /// `/desk/policies`
    desk_policies(DeskPoliciesView);
    /// `/desk/policies/draft`
    desk_policy_draft(DeskPolicyDraftView);
    /// `/desk/policies/draft/approve`
    desk_policy_approve(DeskPolicyApproveView);
    /// `/desk/policies/<version>`
    desk_policy(DeskPolicyView);
    /// `/audit`
    audit_log(AuditLogView);
    audit_removals(AuditRemovalsView);
    /// `/audit/<position>`
    audit_event(AuditEventView);
    /// `/audit/as-of`
    audit_asof(AsOfView);
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::web::theme::{Theme, favicon_svg, theme_css};
    use crate::web::views::samples::{Sample, officer, site};
    use crate::web::views::{Audience, Flash, Link, Tone};

    /// Renders every sample of a view: (page name, file name, HTML).
    fn render<T: Sample + Serialize>(
        name: &'static str,
        page: impl Fn(&Page<T>) -> Result<String, RenderError>,
        out: &mut Vec<(&'static str, String, String)>,
    ) {
        let officers = name.starts_with("desk") || name.starts_with("audit") || name == "forbidden";
        for (i, (sample, view)) in T::samples().into_iter().enumerate() {
            let path = if name.starts_with("audit") { "/audit" } else { "/desk/people" };
            let page_of = if officers {
                Page::desk(&site(), &officer(), path, name, view)
            } else {
                Page::public(&site(), Audience::Public, "/register", name, view)
            };
            let flash = (name == "desk_record" && i == 0).then(|| Flash {
                tone: Tone::Good,
                title: "Great Weapon granted.".into(),
                text: "Effective 7 November 2026.".into(),
                next: Some(Link::new("#d-armoured-combat", "Grant another")),
            });
            let html = page(&page_of.with_flash(flash)).unwrap_or_else(|e| panic!("{name} ({sample}): {e}"));
            out.push((name, format!("{name}-{sample}"), html));
        }
    }

    fn everything() -> Vec<(&'static str, String, String)> {
        let t = Templates::new(&Assets::load());
        let mut out = Vec::new();
        macro_rules! all {
            ($($name:ident)*) => {$( render(stringify!($name), |page| t.$name(page), &mut out); )*};
        }
        all! {
            home register marshals card card_not_found check error forbidden privacy_policy privacy_draft request_card
            update_info request_record personal my_details my_record sign_in signed_out message desk_home desk_forecast desk_reports desk_list desk_record desk_person desk_merge desk_sessions
            desk_many desk_many_done desk_warrants desk_outbox desk_mail
            desk_officers desk_officer_new desk_officer desk_kingdom desk_kingdom_list desk_rulebook
            desk_policies desk_policy_draft desk_policy_approve desk_policy
            audit_log audit_event audit_asof audit_removals
        }
        out
    }

    #[test]
    fn every_page_renders_every_sample() {
        let pages = everything();
        for name in Templates::PAGES {
            assert!(pages.iter().any(|(page, ..)| page == name), "{name} has no sample");
        }
    }

    #[test]
    fn nothing_that_a_person_typed_becomes_markup() {
        for (_, file, html) in everything() {
            for bad in ["<b>Ragnar", "<i>asta", "<script>alert", "<i>the bout"] {
                assert!(!html.contains(bad), "{file} lets markup through");
            }
        }
    }

    #[test]
    fn no_page_needs_an_exception_from_the_content_security_policy() {
        for (_, file, html) in everything() {
            for inline in [" style=", "<style", " onclick=", " onload=", "javascript:", "<script>"] {
                assert!(!html.contains(inline), "{file} has {inline}");
            }
            assert!(!html.contains("https://") && !html.contains("src=\"//"), "{file} loads from elsewhere");
        }
    }

    #[test]
    fn every_id_of_a_page_is_there_once() {
        for (_, file, html) in everything() {
            let mut ids: Vec<_> =
                html.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
            ids.sort_unstable();
            let count = ids.len();
            ids.dedup();
            assert_eq!(ids.len(), count, "{file} uses an id twice");
        }
    }

    #[test]
    fn every_error_leads_to_a_field_that_is_there() {
        for (_, file, html) in everything() {
            for target in html.split("<li><a href=\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
                assert!(
                    html.contains(&format!(" id=\"{target}\"")),
                    "{file} leads to #{target}, which is missing"
                );
            }
        }
    }

    /// Writes every sample as a file to look at: `cargo test --lib gallery -- --ignored`.
    #[test]
    #[ignore = "writes files to look at"]
    fn gallery() {
        let folder = std::env::temp_dir().join("emol-gallery");
        let write = |name: &str, bytes: &[u8]| {
            let path = folder.join(Path::new(name.trim_start_matches('/')));
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        };
        for asset in Assets::load().iter() {
            write(&asset.url, &asset.bytes);
        }
        write("/theme.css", theme_css(&Theme::default()).as_bytes());
        write("/favicon.svg", favicon_svg(&Theme::default()).as_bytes());
        for (_, file, html) in everything() {
            let html = html
                .replace("href=\"/static", "href=\"static")
                .replace("src=\"/static", "src=\"static")
                .replace("href=\"/theme", "href=\"theme")
                .replace("href=\"/favicon", "href=\"favicon");
            write(&format!("{file}.html"), html.as_bytes());
        }
    }
}
