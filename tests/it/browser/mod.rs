//! The real program in a real browser: Chromium, driven through chromedriver.
//! `setup_files/test.sh --only browser` installs what is needed; pictures of every
//! screen are left below `target/browser`.

mod card;
mod demo;
mod driver;
mod evening;
mod mailed;
mod mails;
mod newcomer;
mod paper;
mod print;
mod screens;
mod served;
mod tools;
