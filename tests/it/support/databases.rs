//! A fresh database for each test, on SQLite and on each server that is given
//! by `EMOL_TEST_MARIADB_URL` and `EMOL_TEST_MYSQL_URL` (administrators' URLs).
//! Tests work as a restricted user with the rights of `setup_files/mysql-grants.sql`.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Once;
use std::sync::atomic::{AtomicU32, Ordering};

use emol::clock::{Clock, CountingIds, FixedClock, IdSource, SystemIds};
use emol::domain::date::Instant;
use emol::store::migrate::migrate;
use emol::store::{Backend, Db, MasterKeys, Store};

const GRANTS: &str = include_str!("../../../setup_files/mysql-grants.sql");

/// 2026-05-03T12:00:00Z, the tests' now.
pub const NOW: Instant = Instant::from_micros(1_777_809_600_000_000);

/// One database for one test.
pub struct TestDatabase {
    /// For messages: `sqlite`, `mariadb`, `mysql`.
    pub name: &'static str,
    /// The application's URL.
    pub url: String,
    /// As the restricted application user.
    pub db: Db,
    /// As its owner: may break things on purpose.
    pub admin: Db,
    clean: Clean,
}

enum Clean {
    Folder(PathBuf),
    Server { admin: Db, database: String },
}

static COUNT: AtomicU32 = AtomicU32::new(0);
static SAID: Once = Once::new();

#[expect(clippy::disallowed_methods, reason = "the script that starts the servers says where they are")]
fn server(variable: &str) -> Option<String> {
    std::env::var(variable).ok().filter(|url| !url.is_empty())
}

/// Says which servers are missing, once a run; with `CI` set that is a failure.
fn say_what_is_not_tested() {
    let missing: Vec<&str> = [("EMOL_TEST_MARIADB_URL", "MariaDB"), ("EMOL_TEST_MYSQL_URL", "MySQL")]
        .into_iter()
        .filter_map(|(variable, name)| server(variable).is_none().then_some(name))
        .collect();
    SAID.call_once(|| {
        use std::io::Write;
        for name in &missing {
            // Straight to the terminal: what a test prints is shown only when it fails.
            let _ = writeln!(
                std::io::stderr(),
                "\n!!! {name} was not tested: set EMOL_TEST_{}_URL, or run setup_files/test.sh\n",
                name.to_uppercase()
            );
        }
    });
    assert!(
        missing.is_empty() || server("CI").is_none(),
        "{} must be tested when CI is set",
        missing.join(" and ")
    );
}

/// Runs a test on a fresh database of each kind, and cleans up after it also when it fails.
pub fn on_all_databases<F>(test: impl Fn(Arc<TestDatabase>) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    say_what_is_not_tested();
    for (name, variable) in
        [("sqlite", ""), ("mariadb", "EMOL_TEST_MARIADB_URL"), ("mysql", "EMOL_TEST_MYSQL_URL")]
    {
        let url = if variable.is_empty() { Some(String::new()) } else { server(variable) };
        let Some(url) = url else { continue };
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let database = Arc::new(TestDatabase::make(name, &url).await);
            let outcome = tokio::spawn(test(Arc::clone(&database))).await;
            database.remove().await;
            if let Err(failure) = outcome {
                eprintln!("on {name}:");
                std::panic::resume_unwind(failure.into_panic());
            }
        });
        tally(name);
    }
}

/// Counts a test for the database it ran on, where `setup_files/test.sh` asks for that.
fn tally(name: &str) {
    use std::io::Write;
    let Some(path) = server("EMOL_TEST_TALLY") else { return };
    let mut file = std::fs::OpenOptions::new().append(true).create(true).open(path).unwrap();
    // One short write in append mode is not torn by other tests.
    file.write_all(format!("{name}\n").as_bytes()).unwrap();
}

impl TestDatabase {
    async fn make(name: &'static str, admin_url: &str) -> Self {
        let number = COUNT.fetch_add(1, Ordering::SeqCst);
        let clock = FixedClock::at(NOW);
        if admin_url.is_empty() {
            let folder = std::env::temp_dir().join(format!("emol-test-{}-{number}", std::process::id()));
            std::fs::create_dir_all(&folder).unwrap();
            let url = format!("sqlite://{}/emol.db", folder.display());
            let db = Db::connect(&url).await.unwrap();
            migrate(&db, &clock).await.unwrap();
            return Self { name, url, admin: db.clone(), db, clean: Clean::Folder(folder) };
        }
        let server = Db::connect(admin_url).await.unwrap();
        let backend = if name == "mysql" { Backend::MySql } else { Backend::MariaDb };
        assert_eq!(server.backend(), backend, "the URL for {name} leads to another server");
        let database = format!("emol_t{}_{number}", std::process::id());
        server.raw(format!("CREATE DATABASE {database}")).await.unwrap();
        let admin = Db::connect(&with_database(admin_url, &database, None)).await.unwrap();
        migrate(&admin, &clock).await.unwrap();
        // The very statements that a kingdom runs, for this database and a user of the same name.
        let user = format!("'{database}'@'%'");
        for statement in GRANTS.split(";\n") {
            let sql: String =
                statement.lines().filter(|line| !line.starts_with("--")).collect::<Vec<_>>().join("\n");
            let sql = sql
                .replace("`emol`", &format!("`{database}`"))
                .replace("'emol'@'localhost'", &user)
                .replace("change me", "secret");
            if !sql.trim().is_empty() {
                admin.raw(sql).await.unwrap();
            }
        }
        let url = with_database(admin_url, &database, Some(&format!("{database}:secret")));
        let db = Db::connect(&url).await.unwrap();
        Self { name, url, db, admin, clean: Clean::Server { admin: server, database } }
    }

    async fn remove(&self) {
        self.db.close().await;
        self.admin.close().await;
        match &self.clean {
            Clean::Folder(folder) => drop(std::fs::remove_dir_all(folder)),
            Clean::Server { admin, database } => {
                let _ = admin.raw(format!("DROP DATABASE {database}")).await;
                let _ = admin.raw(format!("DROP USER '{database}'@'%'")).await;
                admin.close().await;
            }
        }
    }

    /// A store as a process has it, with counted ids that begin after `seed`.
    pub async fn store(&self, seed: u64) -> Store {
        self.store_with(Arc::new(FixedClock::at(NOW)), Arc::new(CountingIds::from(seed))).await
    }

    /// A store with its own connections, like that of another process.
    pub async fn other_process(&self) -> Store {
        let db = Db::connect(&self.url).await.unwrap();
        Store::open(db, master_keys(), Arc::new(FixedClock::at(NOW)), Arc::new(SystemIds)).await.unwrap()
    }

    /// A store with that clock and those ids.
    pub async fn store_with(&self, clock: Arc<dyn Clock>, ids: Arc<dyn IdSource>) -> Store {
        Store::open(self.db.clone(), master_keys(), clock, ids).await.unwrap()
    }
}

/// The tests' master key.
pub fn master_keys() -> MasterKeys {
    MasterKeys::generate("test", &CountingIds::from(1_000_000))
}

/// The same server, another database and perhaps another user.
fn with_database(url: &str, database: &str, user: Option<&str>) -> String {
    let (scheme, rest) = url.split_once("://").unwrap();
    let (rest, query) =
        rest.split_once('?').map_or((rest, String::new()), |(rest, q)| (rest, format!("?{q}")));
    let authority = rest.split('/').next().unwrap();
    let (login, host) = authority.rsplit_once('@').unwrap_or(("root", authority));
    format!("{scheme}://{}@{host}/{database}{query}", user.unwrap_or(login))
}
