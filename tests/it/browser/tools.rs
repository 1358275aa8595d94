//! Programs that read what people see: a PDF's text, a picture's QR code.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A file for one test below `target/browser`, which people look at afterwards.
pub fn file(name: &str, bytes: &[u8]) -> PathBuf {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/target/browser");
    std::fs::create_dir_all(folder).unwrap();
    let path = Path::new(folder).join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

/// What a program prints; none where it is not installed and need not be.
pub fn printed(program: &str, args: &[&str]) -> Option<String> {
    let Ok(output) = Command::new(program).args(args).output() else {
        let _ = writeln!(
            std::io::stderr(),
            "\n!!! {program} is missing: setup_files/test.sh --only browser installs it\n"
        );
        #[expect(clippy::disallowed_methods, reason = "in CI nothing is left out")]
        let must = std::env::var_os("CI").is_some();
        assert!(!must, "{program} must be there when CI is set");
        return None;
    };
    assert!(output.status.success(), "{program} {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).unwrap())
}

/// What the QR code in a picture says.
pub fn scanned(picture: &Path) -> Option<String> {
    let said =
        printed("zbarimg", &["--raw", "-q", "-Sdisable", "-Sqrcode.enable", &picture.display().to_string()])?;
    Some(said.trim().to_owned())
}
