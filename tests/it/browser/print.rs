//! What officers print from the desk.

use fantoccini::wd::PrintConfiguration;

use super::demo::Demo;
use super::driver::{Browser, LAPTOP};
use super::tools::{file, printed};

#[tokio::test]
async fn the_first_sheet_of_a_printed_list_begins_with_the_list() {
    let Some(browser) = Browser::open(LAPTOP).await else { return };
    let demo = Demo::start(150);
    let site = demo.site();
    browser.be(&site, "list-minister").await;
    for (name, path) in [("print-people", "/desk/people"), ("print-warrants", "/desk/warrants")] {
        browser.page.goto(&format!("{site}{path}")).await.unwrap();
        let names = "return [...document.querySelectorAll('tbody .name')].slice(0, 3).map(a => a.innerText)";
        let names = browser.script(names).await;
        let sheets = browser.page.print(PrintConfiguration::default()).await.unwrap();
        let sheets = file(&format!("{name}.pdf"), &sheets).display().to_string();
        let Some(first) = printed("pdftotext", &["-l", "1", &sheets, "-"]) else { continue };
        let first = first.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(names.as_array().unwrap().len(), 3, "{path} is long enough to tell");
        for one in names.as_array().unwrap() {
            let one = one.as_str().unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(first.contains(&one), "{path}: no {one:?} on the first sheet, but: {first}");
        }
    }
    browser.close().await;
    demo.end();
}
