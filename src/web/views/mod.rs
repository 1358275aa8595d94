//! What each page shows: the contract between handlers (which fill these
//! structs) and templates (which lay them out). One struct per page, named
//! like its template; handlers format nothing and templates decide nothing.
//!
//! To add a page: a struct here, a template of the same name in `templates/`,
//! a line in the list in `web/templates.rs`, and samples in `samples.rs`
//! (nothing, one, many, long names, markup in names). The test there renders
//! every sample in strict mode.

pub mod audit;
pub mod card;
pub mod chart;
pub mod chrome;
pub mod desk;
pub mod forms;
pub mod home;
pub mod kingdom;
pub mod list;
pub mod many;
pub mod marshals;
pub mod merge;
pub mod officers;
pub mod outbox;
pub mod parts;
pub mod personal;
pub mod plain;
pub mod policies;
pub mod record;
pub mod register;
pub mod reports;
#[cfg(test)]
pub(crate) mod samples;
pub mod sessions;
pub mod warrants;

pub use audit::{
    AsOfResult, AsOfView, AuditEventView, AuditLogView, AuditRemovalsView, AuditRow, EventLink, PayloadField,
    RemovalRow, Seal, Subject,
};
pub use card::{CardDiscipline, CardView, CheckView, OldLink, Papers, TypeLine, WaiverLine};
pub use chart::{Chart, Group, Series};
pub use chrome::{Audience, Banner, Flash, NavItem, Officer, Page, Room, Site};
pub use desk::{Conflict, Deed, DeskHomeView, DeskPersonView, FieldGroup, Today, Waiting};
pub use forms::{Action, Choice, CommandForm, Field, FieldError, Hidden, Kind, Width};
pub use home::HomeView;
pub use kingdom::{
    BookRow, ComingTerm, DeskKingdomListView, DeskKingdomView, DeskRulebookView, KingdomFrame, PreviewNote,
    SettingGroup, SettingLine, Swatch, TermRow, ThemePreview,
};
pub use list::{Cell, Choose, Column, DeskListView, DeskRow, Order};
pub use many::{DeskManyDoneView, DeskManyView, ManyAct, ManyPreview, ManyProgress, ManyRow, ManyWhy};
pub use marshals::{MarshalRow, MarshalsDiscipline, MarshalsView};
pub use merge::{Candidate, DeskMergeView, Pair, PairRow};
pub use officers::{
    DeskOfficerNewView, DeskOfficerView, DeskOfficersView, GrantCell, GrantGroup, GrantMatrix, GrantRow,
    Invitation, OfficerRow, PersonOf, Preview,
};
pub use outbox::{DeskMailView, DeskOutboxView, OutboxRow, TryRow};
pub use parts::{Badge, Day, Detail, Html, Link, Moment, Pager, PagerLink, Tone, Verdict, href};
pub use personal::{HeldCard, MyRecordView, PersonalView, PolicyText, ReadingRow};
pub use plain::{
    CardNotFoundView, ErrorView, ForbiddenView, MessageView, Persona, RequestView, SignInView, SignedOutView,
};
pub use policies::{
    DeskPoliciesView, DeskPolicyApproveView, DeskPolicyDraftView, DeskPolicyView, DiffLine, Difference,
    DraftConflict, DraftLine, PolicyRow, PrivacyDraftView, PrivacyPolicyView, ShownPolicy, VersionLine,
};
pub use record::{
    AuthorizationRow, CorrectionRow, DeskRecordView, DisciplinePanel, HistoryRow, SectionLink, WaiverPanel,
    WarrantRow,
};
pub use register::{RegisterDiscipline, RegisterRow, RegisterView};
pub use reports::{
    DeskForecastView, DeskReportsView, LapseRow, NumberCell, NumberRow, NumberTable, Past, ReportSection, Tab,
};
pub use sessions::{DeskSessionsView, SessionRow};
pub use warrants::{DeskWarrantsView, RosterRow};
