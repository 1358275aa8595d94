//! Stylesheet, script and drawings: embedded, and served under names that hold
//! a hash of their content, so that browsers may keep them for ever.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use rust_embed::Embed;
use sha2::{Digest, Sha256};

#[derive(Embed)]
#[folder = "$CARGO_MANIFEST_DIR/assets"]
struct Files;

/// Fonts for paper: part of the program, and served to nobody.
const FONTS: &str = "fonts/";

/// Where hashed assets are served.
pub const PREFIX: &str = "/static/";

/// One file, ready to serve with `Cache-Control: public, max-age=31536000, immutable`.
#[derive(Debug, Clone)]
pub struct Asset {
    /// The name without hash: `site.css`.
    pub name: String,
    /// The address: `/static/site-3f2a….css`.
    pub url: String,
    /// The value of `Content-Type`.
    pub content_type: &'static str,
    /// The content.
    pub bytes: Arc<[u8]>,
}

/// All embedded files. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Assets {
    by_name: Arc<BTreeMap<String, Asset>>,
    by_url: Arc<BTreeMap<String, String>>,
}

impl Assets {
    /// Hashes the embedded files.
    #[must_use]
    pub fn load() -> Self {
        let mut by_name = BTreeMap::new();
        let mut by_url = BTreeMap::new();
        for name in Files::iter() {
            if name.starts_with(FONTS) {
                continue;
            }
            let Some(file) = Files::get(&name) else { continue };
            let (stem, extension) = name.rsplit_once('.').unwrap_or((&name, ""));
            let url = format!("{PREFIX}{stem}-{}.{extension}", short_hash(&file.data));
            by_url.insert(url.clone(), name.to_string());
            let content_type = content_type(extension);
            let bytes = Arc::from(file.data.as_ref());
            let name = name.to_string();
            by_name.insert(name.clone(), Asset { name, url, content_type, bytes });
        }
        Self { by_name: Arc::new(by_name), by_url: Arc::new(by_url) }
    }

    /// The address of a file by its plain name.
    #[must_use]
    pub fn url(&self, name: &str) -> Option<&str> {
        self.by_name.get(name).map(|asset| asset.url.as_str())
    }

    /// A file by its plain name.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&Asset> {
        self.by_name.get(name)
    }

    /// A file by its address (path with hash).
    #[must_use]
    pub fn at(&self, url: &str) -> Option<&Asset> {
        self.by_name.get(self.by_url.get(url)?)
    }

    /// Every file, by name; for `static export`.
    pub fn iter(&self) -> impl Iterator<Item = &Asset> {
        self.by_name.values()
    }
}

/// A font by the name of its file: `NotoSans-Regular.ttf`.
#[must_use]
pub fn font(name: &str) -> Option<Cow<'static, [u8]>> {
    Files::get(&format!("{FONTS}{name}")).map(|file| file.data)
}

/// The first 8 bytes of the SHA-256, hexadecimal: names a content.
#[must_use]
pub fn short_hash(content: &[u8]) -> String {
    Sha256::digest(content).iter().take(8).fold(String::with_capacity(16), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

fn content_type(extension: &str) -> &'static str {
    match extension {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_asset_is_found_by_the_address_that_its_name_gives() {
        let assets = Assets::load();
        let url = assets.url("site.css").unwrap();
        let asset = assets.at(url).unwrap();
        assert_eq!((asset.name.as_str(), asset.content_type), ("site.css", "text/css; charset=utf-8"));
        assert!(url.starts_with("/static/site-") && url.len() == "/static/site-.css".len() + 16);
        assert!(assets.at("/static/site.css").is_none());
    }

    #[test]
    fn the_stylesheet_and_the_script_stay_small() {
        let sizes: Vec<_> = Assets::load().iter().map(|a| (a.name.clone(), a.bytes.len())).collect();
        for (name, size) in sizes {
            assert!(size < 32 * 1024, "{name} has {size} bytes");
        }
    }
}
