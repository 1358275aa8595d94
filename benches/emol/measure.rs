//! Rounds, medians, spread.

use std::time::{Duration, Instant};

/// One row of a bench: a name and what each round gave, per second.
pub struct Row {
    /// What was measured.
    pub name: String,
    /// One figure a round.
    pub rounds: Vec<f64>,
}

impl Row {
    /// The median of the rounds.
    pub fn median(&self) -> f64 {
        let mut sorted = self.rounds.clone();
        sorted.sort_by(f64::total_cmp);
        sorted[sorted.len() / 2]
    }
}

/// Prints rows as a table, each also as a ratio to the row named `to`, and as a line of JSON.
pub fn report(title: &str, unit: &str, rows: &[Row], to: &str) {
    let base = rows.iter().find(|row| row.name == to).map_or(f64::NAN, Row::median);
    println!("\n{title} ({unit}; median of {} rounds, least to most)", rows[0].rounds.len());
    for row in rows {
        let least = row.rounds.iter().copied().fold(f64::INFINITY, f64::min);
        let most = row.rounds.iter().copied().fold(0.0, f64::max);
        println!(
            "  {:<34} {:>12.0}  {:>10.0} – {:<10.0}  {:>6.2} × {to}",
            row.name,
            row.median(),
            least,
            most,
            row.median() / base
        );
    }
    let json: Vec<_> = rows
        .iter()
        .map(|row| serde_json::json!({"name": row.name, "median": row.median(), "rounds": row.rounds}))
        .collect();
    println!("{}", serde_json::json!({"bench": title, "unit": unit, "rows": json}));
}

/// How many times a second `work` happens when `tasks` do it side by side for a while.
pub async fn per_second<F>(
    tasks: u64,
    lasting: Duration,
    work: impl Fn(u64, u64) -> F + Clone + Send + 'static,
) -> f64
where
    F: Future<Output = u64> + Send + 'static,
{
    let started = Instant::now();
    let mut running = Vec::new();
    for task in 0..tasks {
        let work = work.clone();
        running.push(tokio::spawn(async move {
            let mut done = 0;
            let mut turn = 0;
            while started.elapsed() < lasting {
                done += work(task, turn).await;
                turn += 1;
            }
            done
        }));
    }
    let mut done = 0;
    for task in running {
        done += task.await.unwrap();
    }
    done as f64 / started.elapsed().as_secs_f64()
}
