//! The database goes away: behind a gate that the test opens and shuts.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, Instant};

use emol::clock::{FixedClock, SystemIds};
use emol::domain::id::Position;
use emol::store::verify::verify;
use emol::store::{AppendError, Backend, Db, Store};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UnixStream};

use super::samples::{adds, person};
use crate::support::databases::{NOW, TestDatabase, master_keys, on_all_databases};

const OPEN: u8 = 0;
const SHUT: u8 = 1;
/// Cut the connection instead of handing COMMIT on.
const CUT_BEFORE_COMMIT: u8 = 2;
/// Hand COMMIT on and cut the connection before the answer.
const CUT_AFTER_COMMIT: u8 = 3;

/// A gate before a server. Cutting happens once, then it is open.
struct Gate {
    state: Arc<AtomicU8>,
    port: u16,
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

impl Gate {
    async fn before(database: &TestDatabase) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(AtomicU8::new(OPEN));
        let (gate, url) = (Arc::clone(&state), database.url.clone());
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                if gate.load(Ordering::SeqCst) == SHUT {
                    continue;
                }
                let server: Box<dyn Stream> = if let Some((_, path)) = url.split_once("socket=") {
                    Box::new(UnixStream::connect(path).await.unwrap())
                } else {
                    let host = url.split('@').nth(1).unwrap().split('/').next().unwrap();
                    Box::new(TcpStream::connect(host).await.unwrap())
                };
                tokio::spawn(pass(client, server, Arc::clone(&gate)));
            }
        });
        Self { state, port }
    }

    fn set(&self, state: u8) {
        self.state.store(state, Ordering::SeqCst);
    }

    async fn store(&self, database: &TestDatabase, tls: &str) -> Store {
        let path = database.url.split('@').nth(1).unwrap().split('/').nth(1).unwrap();
        let name = path.split('?').next().unwrap();
        let url = format!("mysql://{name}:secret@127.0.0.1:{}/{name}?ssl-mode={tls}", self.port);
        let db = Db::connect(&url).await.unwrap();
        Store::open(db, master_keys(), Arc::new(FixedClock::at(NOW)), Arc::new(SystemIds)).await.unwrap()
    }
}

async fn pass(mut client: TcpStream, mut server: Box<dyn Stream>, gate: Arc<AtomicU8>) {
    let (mut there, mut back) = (vec![0; 65_536], vec![0; 65_536]);
    loop {
        tokio::select! {
            read = client.read(&mut there) => {
                let Ok(count @ 1..) = read else { return };
                let commit = there[..count].windows(6).any(|bytes| bytes == b"COMMIT");
                match gate.load(Ordering::SeqCst) {
                    CUT_BEFORE_COMMIT if commit => return gate.store(OPEN, Ordering::SeqCst),
                    CUT_AFTER_COMMIT if commit => {
                        let _ = server.write_all(&there[..count]).await;
                        let _ = server.read(&mut back).await;
                        return gate.store(OPEN, Ordering::SeqCst);
                    }
                    _ => {}
                }
                if server.write_all(&there[..count]).await.is_err() { return }
            }
            read = server.read(&mut back) => {
                let Ok(count @ 1..) = read else { return };
                if client.write_all(&back[..count]).await.is_err() { return }
            }
            () = shut(&gate) => return,
        }
    }
}

async fn shut(gate: &AtomicU8) {
    while gate.load(Ordering::SeqCst) != SHUT {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[test]
fn without_the_database_an_append_says_busy_within_five_seconds_and_then_it_works_again() {
    on_all_databases(|database| async move {
        if database.db.backend() == Backend::Sqlite {
            return;
        }
        let gate = Gate::before(&database).await;
        let store = gate.store(&database, "preferred").await;
        store.append(adds(1, person(1), 0, 1)).await.unwrap();
        gate.set(SHUT);
        tokio::time::sleep(Duration::from_millis(50)).await;
        let tasks: Vec<_> = (2..8)
            .map(|number| {
                let store = store.clone();
                tokio::spawn(async move {
                    let began = Instant::now();
                    let refused = store.append(adds(number, person(number), 0, 1)).await;
                    assert!(matches!(refused, Err(AppendError::Busy)), "{refused:?}");
                    assert!(began.elapsed() <= Duration::from_secs(5), "{:?}", began.elapsed());
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        gate.set(OPEN);
        let receipt = store.append(adds(2, person(2), 0, 1)).await.unwrap();
        assert_eq!((receipt.last, receipt.repeated), (Position(2), false));
    });
}

#[test]
fn a_connection_lost_during_commit_is_looked_up_and_done_once() {
    on_all_databases(|database| async move {
        // Only MariaDB logs in without TLS here, so that the gate can see the COMMIT.
        if database.db.backend() != Backend::MariaDb {
            return;
        }
        let gate = Gate::before(&database).await;
        let store = gate.store(&database, "disabled").await;
        store.append(adds(1, person(1), 0, 1)).await.unwrap();
        for (number, cut) in [(2, CUT_BEFORE_COMMIT), (3, CUT_AFTER_COMMIT)] {
            gate.set(cut);
            let receipt = store.append(adds(number, person(number), 0, 2)).await.unwrap();
            assert!(!receipt.repeated);
            assert_eq!(gate.state.load(Ordering::SeqCst), OPEN, "the gate has cut");
        }
        assert_eq!(store.head().await.unwrap().position, Position(5));
        assert!(verify(&database.db, None).await.unwrap().is_clean());
    });
}
