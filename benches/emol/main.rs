//! Speed, measured: `setup_files/bench.sh` starts the servers and runs this.
//! The method is in `docs/PERFORMANCE.md`. Every bench prints a table and a
//! line of JSON; ratios compare figures of one run, medians of its rounds.

#![expect(
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    reason = "a bench: a panic is the report, counts are small"
)]

mod append;
mod client;
mod desk;
mod history;
mod http;
mod kingdom;
mod mail;
mod measure;
mod process;
mod reading;
mod soak;

use emol::store::Db;

/// As the program itself has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[expect(clippy::disallowed_methods, reason = "the script that starts the servers says where they are")]
fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with("--")).collect();
    let runs = |name: &str| wanted.is_empty() || wanted.iter().any(|want| want == name);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let url = setting("EMOL_BENCH_DATABASE_URL").unwrap_or_else(|| {
        let folder = std::env::temp_dir().join(format!("emol-bench-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        format!("sqlite://{}/bench.db", folder.display())
    });
    if wanted == ["soak-writer"] {
        return runtime.block_on(soak::writer(&url));
    }
    if wanted == ["reminders-decider"] {
        return runtime.block_on(mail::decider(&url));
    }
    runtime.block_on(async {
        let db = Db::connect(&url).await.unwrap();
        println!("database: {:?}", db.backend());
        if runs("append") {
            append::bench(&url).await;
        }
        if runs("rebuild") {
            process::rebuild(&url).await;
        }
        if runs("backup") {
            process::backup(&url).await;
        }
        if runs("memory") {
            process::memory_and_start(&url).await;
        }
        if runs("soak") {
            soak::bench(&url).await;
        }
        if runs("pages") {
            http::pages(&url).await;
        }
        if runs("unkept") {
            http::unkept(&url).await;
        }
        if runs("commands") {
            http::commands(&url).await;
        }
        if runs("desk") {
            desk::pages(&url).await;
        }
        if runs("bulk") {
            desk::bulk(&url).await;
        }
        if runs("reminders") {
            mail::reminders(&url).await;
        }
        if runs("mail") {
            mail::mail(&url).await;
        }
        if runs("replay") || runs("verify") {
            reading::bench(&url).await;
        }
    });
}
