//! Which tokens of a provider are believed, and which are not.

use serde_json::{Value, json};

use super::signing_in::Place;
use super::site::NOW;
use crate::support::databases::on_all_databases;
use crate::support::provider::Sign;

const SECOND: i64 = NOW.micros() / 1_000_000;

#[test]
fn tokens_signed_by_rsa_and_by_elliptic_curves_are_believed() {
    on_all_databases(|database| async move {
        let place = Place::serve(&database).await;
        for sign in [Sign::Rsa, Sign::Ec] {
            place.provider.book().sign = sign;
            let mut browser = place.browser();
            browser.sign_in("/auth/login").await.is(303);
            assert!(browser.is_in().await, "{sign:?}");
        }
        assert_eq!(place.provider.asked("keys"), 1, "keys are kept");
        assert_eq!(place.provider.asked("description"), 1, "and so is the description");
    });
}

#[test]
fn a_token_that_is_not_signed_by_the_providers_key_signs_nobody_in() {
    on_all_databases(|database| async move {
        let place = Place::serve(&database).await;
        for sign in [Sign::WrongKey, Sign::Nothing, Sign::PublicKeyAsSecret, Sign::Changed, Sign::NewEc] {
            place.provider.book().sign = sign;
            let mut browser = place.browser();
            let page = browser.sign_in("/auth/login").await;
            assert_eq!(page.status, 502, "{sign:?}: {}", page.body);
            page.shows("The sign-in did not work");
            assert!(browser.jar.is_empty(), "{sign:?}");
        }
        assert_eq!(place.visits().await.len(), 0);
    });
}

#[test]
fn a_token_that_says_something_else_than_it_must_signs_nobody_in() {
    type Change = fn(&mut Value);
    fn without(claims: &mut Value, name: &str) {
        claims.as_object_mut().unwrap().remove(name);
    }
    let changes: [(u16, Change); 20] = [
        (502, |c| c["iss"] = "https://accounts.google.com".into()),
        (502, |c| without(c, "iss")),
        (502, |c| c["aud"] = "somebody-else".into()),
        (502, |c| c["aud"] = json!(["emol-test", "somebody-else"])),
        (502, |c| c["azp"] = "somebody-else".into()),
        (502, |c| without(c, "aud")),
        (502, |c| c["nonce"] = "another".into()),
        (502, |c| without(c, "nonce")),
        (502, |c| c["exp"] = (SECOND - 61).into()),
        (502, |c| without(c, "exp")),
        (502, |c| c["iat"] = (SECOND + 120).into()),
        (502, |c| c["nbf"] = (SECOND + 120).into()),
        (502, |c| c["sub"] = "".into()),
        (502, |c| c["exp"] = "tomorrow".into()),
        (403, |c| c["email_verified"] = false.into()),
        (403, |c| c["email_verified"] = "no".into()),
        (403, |c| without(c, "email_verified")),
        (403, |c| without(c, "email")),
        (403, |c| c["email"] = "".into()),
        (403, |c| c["email"] = "mol@example.org\r\nx".into()),
    ];
    on_all_databases(move |database| async move {
        let many = emol::app::MissLimits { per_address: 1000, in_total: 1000 };
        let place = Place::serve_with(&database, |config| config.sign_ins = many).await;
        for (number, (status, change)) in changes.into_iter().enumerate() {
            place.provider.book().claims = Box::new(change);
            let mut browser = place.browser();
            let page = browser.sign_in("/auth/login").await;
            assert_eq!(page.status, status, "change {number}: {}", page.body);
            assert!(browser.jar.is_empty(), "change {number}");
        }
        assert_eq!(place.visits().await.len(), 0);
        place.provider.book().claims = Box::new(|claims| {
            claims["exp"] = (SECOND - 30).into();
            claims["iat"] = (SECOND + 30).into();
            claims["aud"] = json!(["emol-test", "another"]);
            claims["azp"] = "emol-test".into();
        });
        place.browser().sign_in("/auth/login").await.is(303);
    });
}

#[test]
fn a_new_key_is_asked_for_at_once_and_made_up_ones_once_a_minute() {
    on_all_databases(|database| async move {
        let place = Place::serve(&database).await;
        let keys = || place.provider.asked("keys");
        place.browser().sign_in("/auth/login").await.is(303);
        assert_eq!(keys(), 1);
        {
            let mut book = place.provider.book();
            book.published = vec!["ec", "new"];
            book.sign = Sign::NewEc;
        }
        place.browser().sign_in("/auth/login").await.is(303);
        assert_eq!(keys(), 2, "a key that is not known yet");
        place.provider.book().sign = Sign::Rsa;
        for _ in 0..2 {
            place.browser().sign_in("/auth/login").await.is(502);
        }
        assert_eq!(keys(), 2, "a key that was withdrawn is not asked for again and again");
        place.site.clock.set(NOW.plus_seconds(61));
        place.browser().sign_in("/auth/login").await.is(502);
        assert_eq!(keys(), 3);
        place.provider.book().sign = Sign::Ec;
        place.browser().sign_in("/auth/login").await.is(303);
        assert_eq!(keys(), 3, "the key that stayed is known");
    });
}
