//! Our cookies: `__Host-emol…` under https, which no other host and no plain
//! page can set, and `emol…` on plain http.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, header};

use super::error::AppError;

/// How this site sets and reads cookies.
#[derive(Debug, Clone, Copy)]
pub struct Cookies {
    secure: bool,
    test: bool,
}

impl Cookies {
    /// For a site that is reached by https, or by plain http. A test site has names of its own: browsers send
    /// cookies to every port of a host, and a session there must not end one here.
    #[must_use]
    pub const fn new(https: bool, test: bool) -> Self {
        Self { secure: https, test }
    }

    /// The name of the session's cookie.
    #[must_use]
    pub const fn session(self) -> &'static str {
        match (self.secure, self.test) {
            (true, false) => "__Host-emol",
            (false, false) => "emol",
            (true, true) => "__Host-emol-test",
            (false, true) => "emol-test",
        }
    }

    /// The full name of another cookie.
    fn named(self, name: &str) -> String {
        format!("{}-{name}", self.session())
    }

    /// Another cookie's value, if the browser sent it.
    #[must_use]
    pub fn get<'a>(self, headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
        let name = self.named(name);
        find(headers, &name).next()
    }

    /// The `Set-Cookie` of another cookie; no age takes it away.
    ///
    /// # Errors
    /// The value may not stand in a header.
    pub fn set(self, name: &str, value: &str, age: Duration) -> Result<HeaderValue, AppError> {
        self.line(&self.named(name), value, age)
    }

    /// The `Set-Cookie` of the session.
    ///
    /// # Errors
    /// The value may not stand in a header.
    pub fn set_session(self, value: &str, age: Duration) -> Result<HeaderValue, AppError> {
        self.line(self.session(), value, age)
    }

    fn line(self, name: &str, value: &str, age: Duration) -> Result<HeaderValue, AppError> {
        let secure = if self.secure { "; Secure" } else { "" };
        let age = age.as_secs();
        let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={age}{secure}");
        HeaderValue::try_from(text).map_err(|why| AppError::Internal(why.to_string()))
    }
}

/// Every value that the browser sent under a name.
pub fn find<'a>(headers: &'a HeaderMap, name: &str) -> impl Iterator<Item = &'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim_start().split_once('='))
        .filter_map(move |(key, value)| (key == name).then_some(value))
}
