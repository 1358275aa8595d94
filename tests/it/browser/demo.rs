//! The sample kingdom in a process of its own.

use crate::cli::{Place, Running, bare, free_port, get};

/// `emol demo` in a folder of its own, ended by the test or with it.
pub struct Demo {
    _place: Place,
    running: Running,
    /// Where it answers, on this machine.
    pub port: u16,
}

impl Demo {
    /// With so many people.
    pub fn start(people: usize) -> Self {
        let (place, port) = (Place::empty(), free_port());
        let (listen, people) = (format!("127.0.0.1:{port}"), people.to_string());
        let folder = place.file("kingdom").display().to_string();
        let command = bare(&["demo", "--listen", &listen, "--people", &people, "--dir", &folder]);
        let running = Running::start(command);
        assert_eq!(get(port, "/").0, 200);
        Self { _place: place, running, port }
    }

    /// The address of its first page, without the slash.
    pub fn site(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Ends it.
    pub fn end(self) {
        assert_eq!(self.running.end().code, 0);
    }
}
