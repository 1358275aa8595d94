//! The card on paper, read by other programs than the one that wrote it.

use super::tools::{file, printed, scanned};
use crate::support::databases::on_all_databases;
use crate::web::site::{Site, Someone, ask_bytes, fighter};

const LONG: &str = "lusab-babad-gutih-tugad";

async fn paper(site: &Site, size: &str, name: &str) -> String {
    let path = format!("/card/{LONG}.pdf?size={size}");
    let (answer, bytes) = ask_bytes(site.address, "GET", &path, &[], b"").await.unwrap();
    answer.is(200);
    file(name, &bytes).display().to_string()
}

/// The text as somebody would copy it, its lines joined.
fn text(pdf: &str) -> Option<String> {
    let text = printed("pdftotext", &["-layout", pdf, "-"])?;
    Some(text.split_whitespace().collect::<Vec<_>>().join(" "))
}

#[test]
fn the_pdf_says_what_the_page_says_and_its_code_leads_to_the_check_page() {
    on_all_databases(|database| async move {
        let site = Site::serve(&database).await;
        site.register(&Someone { marshal: true, ..fighter("Ásta Bjarnardóttir", LONG) }).await;
        let page = site.get(&format!("/card/{LONG}")).await.is(200);
        let check = page.body.split("href=\"/check/").nth(1).unwrap().split('"').next().unwrap().to_owned();
        for (size, both) in [("letter", true), ("wallet", false)] {
            let pdf = paper(&site, size, &format!("{size}.pdf")).await;
            let Some(text) = text(&pdf) else { return };
            let held =
                ["Ásta Bjarnardóttir", "Xavier Jansen", "Ben Dunfirth", "Armoured Combat", "14 March 2027"];
            let more = ["Weapon & Shield", "May fight, as of 22 November 2026", "9 January 2032", "Marshal"];
            for part in held.iter().chain(&more) {
                assert!(text.contains(part), "{size}: no {part:?} in {text}");
            }
            // C7: what is not held stands on the large sheet, with the word.
            assert_eq!(text.contains("Spear: not held"), both, "{text}");
            let fonts = printed("pdffonts", &[&pdf]).unwrap();
            let embedded = fonts
                .lines()
                .skip(2)
                .filter(|line| line.contains("CID TrueType") && line.contains("yes yes yes"));
            assert_eq!(embedded.count(), 2, "{fonts}");
            let about = printed("pdfinfo", &[&pdf]).unwrap();
            let box_of = if size == "letter" { "612 x 792 pts (letter)" } else { "242.65 x 153.07 pts" };
            assert!(about.contains(box_of) && about.contains("Tagged:          yes"), "{about}");
            let tree = printed("pdfinfo", &["-struct-text", &pdf]).unwrap();
            assert!(
                tree.contains("H1") && tree.contains("Ásta Bjarnardóttir") && tree.contains("Figure"),
                "{tree}"
            );
            let picture = pdf.replace(".pdf", "-pdf");
            printed("pdftoppm", &["-r", "300", "-png", &pdf, &picture]).unwrap();
            let first = std::path::PathBuf::from(format!("{picture}-1.png"));
            assert_eq!(scanned(&first).unwrap(), format!("{}/check/{check}", site.state.config.base_url));
        }
    });
}

#[test]
fn names_in_any_script_are_on_paper_and_can_be_copied_as_they_are_written() {
    on_all_databases(|database| async move {
        let site = Site::serve(&database).await;
        let someone = fighter("Ραφαήλ 山田 מרים Wolf\u{1f43a} ﬁn", LONG);
        site.register(&Someone {
            legal_name: "محمد بن موسى", branch: "Skraeling Althing", ..someone
        })
        .await;
        for size in ["letter", "wallet"] {
            let pdf = paper(&site, size, &format!("{size}-scripts.pdf")).await;
            let Some(text) = text(&pdf) else { return };
            for part in ["Ραφαήλ", "山田", "Wolf", "Skraeling Althing"] {
                assert!(text.contains(part), "{size}: no {part:?} in {text}");
            }
        }
    });
}

#[test]
fn a_very_long_name_stays_on_the_paper() {
    on_all_databases(|database| async move {
        let site = Site::serve(&database).await;
        let name: &'static str = "Wolfgang-Amadeus-Bartholomew ".repeat(8).trim().to_owned().leak();
        let whole: &'static str = "Llanfairpwllgwyngyll".repeat(12).leak();
        site.register(&Someone { legal_name: whole, ..fighter(name, LONG) }).await;
        for size in ["letter", "wallet"] {
            let pdf = paper(&site, size, &format!("{size}-long.pdf")).await;
            let Some(boxes) = printed("pdftotext", &["-bbox", &pdf, "-"]) else { return };
            let number = |word: &str, name: &str| {
                let (_, rest) = word.split_once(&format!("{name}=\"")).unwrap();
                rest.split('"').next().unwrap().parse::<f32>().unwrap()
            };
            let (width, height) = if size == "letter" { (612.0, 792.0) } else { (242.65, 153.07) };
            for word in boxes.lines().filter(|line| line.contains("<word ")) {
                let inside = number(word, "xMin") >= 0.0
                    && number(word, "xMax") <= width
                    && number(word, "yMin") >= 0.0
                    && number(word, "yMax") <= height;
                assert!(inside, "{size}: {word}");
            }
            printed("pdftoppm", &["-r", "150", "-png", &pdf, &pdf.replace(".pdf", "-pdf")]).unwrap();
        }
    });
}
