//! The real program on SQLite: what it prints and the codes it ends with.
//! The codes are part of the interface: `emol --help` lists them.

mod backups;
mod demo;
mod forecast;
mod mail;
mod officers;
#[cfg(feature = "ssm")]
mod parameters;
mod register;
mod serving;
mod settings;

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

static COUNT: AtomicU32 = AtomicU32::new(0);

/// A folder of its own, with a database in it once `migrate` ran.
pub struct Place {
    pub folder: PathBuf,
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// What the program printed, and its code.
#[derive(Debug)]
pub struct Answer {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Place {
    pub fn empty() -> Self {
        let number = COUNT.fetch_add(1, Ordering::SeqCst);
        let folder = std::env::temp_dir().join(format!("emol-cli-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        Self { folder }
    }

    /// With a migrated database.
    pub fn migrated() -> Self {
        let place = Self::empty();
        let answer = place.run(&["migrate"]);
        assert_eq!(answer.code, 0, "{answer:?}");
        place
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    pub fn url(&self) -> String {
        format!("sqlite://{}", self.file("emol.db").display())
    }

    /// The program with no settings but this place's database.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = bare(args);
        command.env("DATABASE_URL", self.url()).current_dir(&self.folder);
        command
    }

    pub fn run(&self, args: &[&str]) -> Answer {
        answer(self.command(args).output().unwrap())
    }

    /// What `--json` printed.
    pub fn json(&self, args: &[&str]) -> serde_json::Value {
        let answer = self.run(args);
        serde_json::from_str(&answer.out).unwrap_or_else(|error| panic!("{error}: {answer:?}"))
    }

    pub fn write(&self, name: &str, text: &str) -> String {
        let path = self.file(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    }
}

/// The program without any settings.
pub fn bare(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_emol"));
    command.env_clear().args(args).stdin(Stdio::null());
    command
}

pub fn answer(output: Output) -> Answer {
    Answer {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A program that runs until it is told to end; killed by its own id when a test fails.
pub struct Running(Child);

impl Running {
    pub fn start(mut command: Command) -> Self {
        Self(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap())
    }

    /// Asks it to end, and waits.
    pub fn end(mut self) -> Answer {
        let id = self.0.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        let deadline = Instant::now() + Duration::from_secs(10);
        while self.0.try_wait().unwrap().is_none() {
            assert!(Instant::now() < deadline, "it did not end within 10 s of SIGTERM");
            std::thread::sleep(Duration::from_millis(20));
        }
        let read = |pipe: Option<&mut dyn std::io::Read>| {
            let mut text = String::new();
            pipe.unwrap().read_to_string(&mut text).unwrap();
            text
        };
        let (mut out, mut err) = (self.0.stdout.take().unwrap(), self.0.stderr.take().unwrap());
        Answer {
            code: self.0.wait().unwrap().code().unwrap_or(-1),
            out: read(Some(&mut out)),
            err: read(Some(&mut err)),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A port of loopback that is free now.
pub fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// What a server on this machine answers, once it does: status and whole answer.
pub fn get(port: u16, path: &str) -> (u16, String) {
    use std::io::{Read, Write};
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        if let Ok(mut stream) = std::net::TcpStream::connect(("127.0.0.1", port)) {
            let request =
                format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n");
            stream.write_all(request.as_bytes()).unwrap();
            let mut bytes = Vec::new();
            stream.read_to_end(&mut bytes).unwrap();
            let text = String::from_utf8_lossy(&bytes).into_owned();
            let status = text.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap();
            return (status, text);
        }
        assert!(Instant::now() < deadline, "nobody answers on port {port}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The permissions of a file, as octal digits show them.
pub fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}
