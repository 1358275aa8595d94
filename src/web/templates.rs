//! Every page, as a typed function of its view.
//!
//! Templates are embedded, parsed once at start, in strict mode (a field that
//! a template names and a view lacks is an error) and with escaping on.

use std::sync::Arc;

use handlebars::{
    Context, Handlebars, Helper, HelperResult, Output, RenderContext, RenderError, RenderErrorReason,
};
use rust_embed::Embed;
use serde::Serialize;

use super::assets::Assets;
use super::views::{
    AsOfView, AuditEventView, AuditLogView, CardNotFoundView, CardView, DeskHomeView, DeskListView,
    DeskPersonView, DeskRecordView, ErrorView, ForbiddenView, HomeView, MarshalsView, MessageView, Page,
    PrivacyPolicyView, RegisterView, RequestView, SignInView,
};

#[derive(Embed)]
#[folder = "$CARGO_MANIFEST_DIR/templates"]
struct Sources;

/// Why the templates could not be read: a mistake in the program, found at start.
#[derive(Debug, thiserror::Error)]
pub enum TemplatesError {
    /// A template is not UTF-8.
    #[error("the template {0} is not UTF-8 text")]
    NotText(String),
    /// A template does not parse.
    #[error("a template does not parse: {0}")]
    Syntax(#[from] Box<handlebars::TemplateError>),
}

/// All templates, ready to render. Cheap to clone.
#[derive(Clone)]
pub struct Templates {
    pages: Arc<Handlebars<'static>>,
}

impl Templates {
    /// Parses every embedded template; `assets` gives their addresses.
    ///
    /// # Errors
    /// A template does not parse. A test renders them all, so this is a broken build.
    pub fn load(assets: &Assets) -> Result<Self, TemplatesError> {
        let mut pages = Handlebars::new();
        pages.set_strict_mode(true);
        for file in Sources::iter() {
            let Some(name) = file.strip_suffix(".hbs").map(|name| name.trim_start_matches("partials/"))
            else {
                continue;
            };
            let Some(source) = Sources::get(&file) else { continue };
            let text = std::str::from_utf8(&source.data)
                .map_err(|_| TemplatesError::NotText(file.clone().into_owned()))?;
            pages.register_template_string(name, text).map_err(Box::new)?;
        }
        pages.register_helper("asset", Box::new(AssetHelper(assets.clone())));
        Ok(Self { pages: Arc::new(pages) })
    }

    /// Renders a template by name.
    fn page<T: Serialize>(&self, name: &str, page: &Page<T>) -> Result<String, RenderError> {
        self.pages.render(name, page)
    }
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
                    self.page(stringify!($name), page)
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
    /// Any error
    error(ErrorView);
    /// An officer lacks a permission
    forbidden(ForbiddenView);
    /// `/privacy-policy`
    privacy_policy(PrivacyPolicyView);
    /// `/request-card`
    request_card(RequestView);
    /// `/update-info`
    update_info(RequestView);
    /// `/auth/login` of the demo
    sign_in(SignInView);
    /// Anything that needs only a heading and some sentences
    message(MessageView);
    /// `/desk`
    desk_home(DeskHomeView);
    /// `/desk/people`
    desk_list(DeskListView);
    /// `/desk/people/<id>`
    desk_record(DeskRecordView);
    /// `/desk/people/new` and `/desk/people/<id>/edit`
    desk_person(DeskPersonView);
    /// `/audit`
    audit_log(AuditLogView);
    /// `/audit/<position>`
    audit_event(AuditEventView);
    /// `/audit/as-of`
    audit_asof(AsOfView);
}
