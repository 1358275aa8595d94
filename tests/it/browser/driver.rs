//! A browser for one test, and what it is asked.

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

/// How somebody looks at the site.
#[derive(Clone, Copy)]
pub struct Screen {
    /// What its pictures are called.
    pub name: &'static str,
    /// CSS pixels.
    pub width: u32,
    /// CSS pixels.
    pub height: u32,
    /// Whether the browser asks for dark pages.
    pub dark: bool,
}

/// A laptop, by day.
pub const LAPTOP: Screen = Screen { name: "laptop", width: 1280, height: 800, dark: false };
/// A phone, by night.
pub const PHONE: Screen = Screen { name: "phone", width: 390, height: 844, dark: true };
/// The narrowest screen that WCAG 2.2 names (1.4.10), which a laptop at 400 % is too.
pub const NARROW: Screen = Screen { name: "narrow", width: 320, height: 640, dark: false };

/// A Chromium of its own, behind a chromedriver of its own; both end with it.
pub struct Browser {
    pub page: Client,
    screen: Screen,
    driver: Child,
    axe: String,
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// Where axe-core is, which `setup_files/test.sh` gets from npm.
#[expect(clippy::disallowed_methods, reason = "the script that installs it says where it is")]
fn axe() -> Option<String> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/target/axe/package/axe.min.js");
    let path = std::env::var_os("EMOL_TEST_AXE").map_or_else(|| PathBuf::from(root), PathBuf::from);
    if let Ok(source) = std::fs::read_to_string(path) {
        return Some(source);
    }
    let _ = writeln!(
        std::io::stderr(),
        "\n!!! no browser was tested: set EMOL_TEST_AXE to axe.min.js, or run setup_files/test.sh --only browser\n"
    );
    assert!(std::env::var_os("CI").is_none(), "a browser must be tested when CI is set");
    None
}

impl Browser {
    /// Opens one; none where a machine has not what it needs and need not.
    pub async fn open(screen: Screen) -> Option<Self> {
        let axe = axe()?;
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver starts: setup_files/test.sh --only browser installs it");
        let lines = BufReader::new(driver.stdout.take().unwrap()).lines();
        // "ChromeDriver was started successfully on port 34567."
        let port = lines
            .map_while(Result::ok)
            .find_map(|line| {
                line.split_once("successfully on port ")?.1.trim_end_matches('.').parse::<u16>().ok()
            })
            .expect("chromedriver says its port");
        let (width, height) = (screen.width, screen.height);
        let mut options = json!({"args": [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
            format!("--window-size={width},{height}"),
            format!("--blink-settings=preferredColorScheme={}", i32::from(!screen.dark)),
        ]});
        // A window is at least 500 wide; a phone's screen is not.
        if width < 500 {
            let metrics = json!({"width": width, "height": height, "pixelRatio": 1.5});
            options["mobileEmulation"] = json!({"deviceMetrics": metrics});
        }
        let wanted = json!({"goog:chromeOptions": options}).as_object().unwrap().clone();
        let page = ClientBuilder::new(HttpConnector::new())
            .capabilities(wanted)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .expect("Chromium starts");
        Some(Self { page, screen, driver, axe })
    }

    /// Closes the browser, which a killed driver would leave behind.
    pub async fn close(self) {
        self.page.clone().close().await.unwrap();
    }

    /// What a script comes to.
    pub async fn script(&self, script: &str) -> Value {
        self.page.execute(script, Vec::new()).await.unwrap()
    }

    /// Signs in to the demo as one of its officers.
    pub async fn be(&self, site: &str, persona: &str) {
        self.page.goto(&format!("{site}/auth/login")).await.unwrap();
        let button = format!("button[value={persona}]");
        self.page.find(Locator::Css(&button)).await.unwrap().click().await.unwrap();
        self.page.wait().for_element(Locator::Css("form[action='/auth/logout']")).await.unwrap();
    }

    /// A form by its id: opened, filled in, sent, and the next page is there, without anything that is wrong.
    pub async fn send(&self, form: &str, fields: Value) {
        let script = "const [id, fields] = arguments, form = document.getElementById(id); \
                      if (!form) throw new Error('no form ' + id); \
                      for (let at = form; at; at = at.parentElement) if (at.tagName == 'DETAILS') at.open = true; \
                      for (const [name, value] of Object.entries(fields)) { \
                        const all = [...form.elements].filter(field => field.name == name); \
                        if (!all.length) throw new Error('no field ' + name + ' in ' + id); \
                        const choice = all.find(field => /radio|checkbox/.test(field.type) && field.value == value); \
                        if (choice) choice.checked = true; else all[0].value = value; \
                      } \
                      window.sentFrom = true; form.requestSubmit()";
        let sent = self.page.execute(script, vec![json!(form), fields]).await;
        sent.unwrap_or_else(|why| panic!("{form}: {why}"));
        for _ in 0..400 {
            let there = "return !window.sentFrom && document.readyState == 'complete'";
            if self.page.execute(there, Vec::new()).await.is_ok_and(|there| there == true) {
                let alert = "return document.querySelector('[role=alert]')?.innerText ?? ''";
                let alert = self.script(alert).await;
                assert_eq!(alert, "", "{form} was not taken");
                return;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("{form} led nowhere");
    }

    /// The text of the page.
    pub async fn shown(&self) -> String {
        self.script("return document.body.innerText").await.as_str().unwrap().to_owned()
    }

    /// Waits until the page says that; its text then.
    pub async fn says(&self, what: &str) -> String {
        for _ in 0..100 {
            let text = self.shown().await;
            if text.contains(what) {
                return text;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("the page never said {what:?}: {}", self.shown().await);
    }

    /// Presses the first of those.
    pub async fn press(&self, what: &str) {
        self.page.find(Locator::Css(what)).await.unwrap().click().await.unwrap();
    }

    /// Its cookies, as it sends them.
    pub async fn cookies(&self) -> String {
        let cookies = self.page.get_all_cookies().await.unwrap();
        let cookies: Vec<String> =
            cookies.iter().map(|one| format!("{}={}", one.name(), one.value())).collect();
        cookies.join("; ")
    }

    /// What axe-core finds on the page, each with the places where it is.
    pub async fn violations(&self) -> Vec<String> {
        self.script(&self.axe).await;
        let run = "const done = arguments[0]; axe.run(document, {resultTypes: ['violations']}).then(found => \
                   done(found.violations.map(one => one.id + ': ' + one.help + ' at ' + \
                   one.nodes.map(node => node.target.join(' ') + ' ' + node.html.slice(0, 100)).join(' and '))))";
        let found = self.page.execute_async(run, Vec::new()).await.unwrap();
        let text = |one: &Value| one.as_str().unwrap_or_default().to_owned();
        found.as_array().unwrap().iter().map(text).collect()
    }

    /// A picture of the whole page below `target/browser`.
    pub async fn picture(&self, name: &str) {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/target/browser");
        std::fs::create_dir_all(folder).unwrap();
        let file = format!("{folder}/{}-{name}.png", self.screen.name);
        std::fs::write(file, self.page.screenshot().await.unwrap()).unwrap();
    }
}
