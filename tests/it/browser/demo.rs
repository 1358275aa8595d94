//! The sample kingdom in a process of its own.

use crate::cli::{Place, Running, bare, free_port, get};

/// `emol demo` in a folder of its own, ended by the test or with it.
pub struct Demo {
    place: Place,
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
        Self { place, running, port }
    }

    /// The address of its first page, without the slash.
    pub fn site(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Ends it; its folder stays for as long as the place that comes back, with the database at that URL.
    pub fn end(self) -> (Place, String) {
        assert_eq!(self.running.end().code, 0);
        let url = format!("sqlite://{}", self.place.file("kingdom/emol-demo.db").display());
        (self.place, url)
    }
}
