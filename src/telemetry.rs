//! What the running program tells: log lines and numbers. Neither holds
//! personal data: routes are templates, never addresses with an id in them.

use std::collections::HashMap;
use std::fs::File;
use std::io::IsTerminal;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

use metrics::{Counter, Histogram, counter, histogram};
use metrics_exporter_prometheus::{BuildError, PrometheusBuilder, PrometheusHandle};
use tracing::Level;
use tracing_subscriber::filter::{Targets, filter_fn};
use tracing_subscriber::fmt::writer::{BoxMakeWriter, MakeWriterExt};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line, for machines.
    Json,
}

/// Opens a file that lines are added to. Whoever rotates it copies and empties it: it stays open.
///
/// # Errors
/// The file cannot be opened.
pub fn log_file(path: &Path) -> std::io::Result<File> {
    File::options().create(true).append(true).open(path)
}

/// Starts logging to standard error, and to a file as well where there is one; `filter` was a list such as
/// `info,emol::access=warn`. Below `info` only our own lines are written, whatever the filter says: what others tell
/// of their work may hold what a page or a mail says. A panic is a line with its place and without its words, which
/// may be somebody's. A second start changes nothing.
pub fn start_logging(filter: &Targets, format: LogFormat, file: Option<File>) {
    let ours = filter_fn(|line| *line.level() <= Level::INFO || line.target().starts_with("emol"));
    let all = tracing_subscriber::registry().with(filter.clone()).with(ours);
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        tracing::error!(place, "a task panicked");
    }));
    let ansi = std::io::stderr().is_terminal() && file.is_none();
    let to = match file {
        Some(file) => BoxMakeWriter::new(std::io::stderr.and(Arc::new(file))),
        None => BoxMakeWriter::new(std::io::stderr),
    };
    let lines = tracing_subscriber::fmt::layer().with_writer(to).with_ansi(ansi);
    // A second start (two tests in one process) keeps the first.
    let _ = match format {
        LogFormat::Text => all.with(lines).try_init(),
        LogFormat::Json => all.with(lines.json().flatten_event(true)).try_init(),
    };
}

/// Starts counting; the handle renders the numbers for Prometheus.
///
/// # Errors
/// Counting was already started in this process.
pub fn start_metrics() -> Result<PrometheusHandle, BuildError> {
    let buckets = [0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0];
    PrometheusBuilder::new().set_buckets(&buckets)?.install_recorder()
}

/// Requests by route template and status, and how long they took. Handles are
/// kept, so that counting a request costs two look-ups.
#[derive(Default)]
pub struct RequestMetrics(RwLock<HashMap<Box<str>, ByStatus>>);

/// The handles of one route.
type ByStatus = HashMap<u16, (Counter, Histogram)>;

impl RequestMetrics {
    /// Counts a request. `route` is a template, of which there are finitely many.
    pub fn count(&self, route: &str, status: u16, seconds: f64) {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if let Some((requests, durations)) = known.get(route).and_then(|by| by.get(&status)) {
            requests.increment(1);
            durations.record(seconds);
            return;
        }
        drop(known);
        let requests =
            counter!("http_requests_total", "route" => route.to_owned(), "status" => status.to_string());
        let durations = histogram!("http_request_seconds", "route" => route.to_owned());
        requests.increment(1);
        durations.record(seconds);
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        known.entry(route.into()).or_default().insert(status, (requests, durations));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_counted_by_route_and_status() {
        let recorder = PrometheusBuilder::new().build_recorder();
        metrics::with_local_recorder(&recorder, || {
            let counts = RequestMetrics::default();
            for _ in 0..3 {
                counts.count("/card/{card_id}", 200, 0.001);
            }
            counts.count("/card/{card_id}", 404, 0.001);
        });
        let text = recorder.handle().render();
        assert!(text.contains("http_requests_total{route=\"/card/{card_id}\",status=\"200\"} 3"), "{text}");
        assert!(text.contains("status=\"404\"} 1"), "{text}");
    }
}
