//! A mail server of somebody else's, `aiosmtpd`, as a program of its own. `setup_files/test.sh` installs it.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::cli::free_port;
use crate::support::foreign_program;

/// Where the mail server's program is; without it, says so and fails when `CI` is set.
pub fn program() -> Option<String> {
    foreign_program("EMOL_TEST_AIOSMTPD", "mail server")
}

/// One that keeps what arrives in a folder; ends with the test.
pub struct Foreign {
    child: Child,
    folder: PathBuf,
    pub port: u16,
}

impl Foreign {
    /// `program` is aiosmtpd's; `options` are those of `server.py` beside this file.
    pub fn start(program: &str, folder: PathBuf, options: &[&str]) -> Self {
        let port = free_port();
        let mut command = Command::new(Path::new(program).with_file_name("python3"));
        command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/mail/server.py"));
        command.arg(port.to_string()).arg(&folder).args(options);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        let mut said = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut said).unwrap();
        assert_eq!(said, "ready\n", "the mail server did not start");
        Self { child, folder, port }
    }

    /// How many mails arrived.
    pub fn count(&self) -> usize {
        std::fs::read_dir(self.folder.join("new")).map_or(0, Iterator::count)
    }

    /// How often each mail arrived, by its Message-ID and the address that it went to.
    pub fn arrived(&self) -> BTreeMap<(String, String), usize> {
        let mut all = BTreeMap::new();
        for file in std::fs::read_dir(self.folder.join("new")).unwrap() {
            let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
            let header = |name: &str| {
                let line = text.lines().find_map(|line| line.strip_prefix(name));
                line.unwrap_or_else(|| panic!("no {name} in {text}")).trim().to_owned()
            };
            assert_eq!(header("Auto-Submitted:"), "auto-generated");
            *all.entry((header("Message-ID:"), header("To:"))).or_insert(0) += 1;
        }
        all
    }
}

impl Drop for Foreign {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
