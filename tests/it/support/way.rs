//! The way from a site to its database server, which a test can close.

use emol::store::Db;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::watch;

use super::databases::TestDatabase;

/// What becomes of connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// They go through.
    Open,
    /// All are cut, and new ones are refused: the server has ended.
    Refused,
    /// Nothing comes back any more, on new ones neither: the network swallows everything. Whoever
    /// waits on such a connection waits for ever, also when the way is open again.
    Silent,
}

/// A proxy on a port of this machine.
pub struct Gate {
    way: watch::Sender<Way>,
    url: String,
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

impl Gate {
    /// Before the server of a database; not for SQLite, which has none.
    pub async fn before(database: &TestDatabase) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (way, ways) = watch::channel(Way::Open);
        let (login, place) = database.url.split_once("://").unwrap().1.rsplit_once('@').unwrap();
        let name = place.split('/').nth(1).unwrap().split('?').next().unwrap();
        let url = format!("mysql://{login}@127.0.0.1:{port}/{name}");
        tokio::spawn(listen(listener, port, database.url.clone(), ways));
        Self { way, url }
    }

    /// New connections through it.
    pub async fn connect(&self) -> Db {
        Db::connect(&self.url).await.unwrap()
    }

    pub fn set(&self, way: Way) {
        self.way.send_replace(way);
    }
}

async fn listen(first: TcpListener, port: u16, url: String, mut ways: watch::Receiver<Way>) {
    let each = ways.clone();
    let mut listener = Some(first);
    loop {
        let open = match listener.take() {
            Some(open) => open,
            None => TcpListener::bind(("127.0.0.1", port)).await.unwrap(),
        };
        loop {
            tokio::select! {
                client = open.accept() => {
                    tokio::spawn(pass(client.unwrap().0, url.clone(), each.clone()));
                }
                closed = ways.wait_for(|way| *way == Way::Refused) => {
                    if closed.is_err() { return }
                    break;
                }
            }
        }
        drop(open);
        if ways.wait_for(|way| *way != Way::Refused).await.is_err() {
            return;
        }
    }
}

async fn pass(mut client: TcpStream, url: String, mut ways: watch::Receiver<Way>) {
    let closed = ways.wait_for(|way| *way != Way::Open);
    let way = tokio::select! {
        () = copy(&mut client, &url) => return,
        way = closed => way.map(|way| *way),
    };
    if way.is_ok_and(|way| way == Way::Silent) {
        // Taken and never answered, until the client hangs up.
        let mut bytes = vec![0; 65_536];
        while client.read(&mut bytes).await.is_ok_and(|count| count > 0) {}
    }
}

async fn copy(client: &mut TcpStream, url: &str) {
    let mut server: Box<dyn Stream> = if let Some((_, path)) = url.split_once("socket=") {
        Box::new(UnixStream::connect(path).await.unwrap())
    } else {
        let place = url.rsplit_once('@').unwrap().1;
        Box::new(TcpStream::connect(place.split('/').next().unwrap()).await.unwrap())
    };
    let _ = tokio::io::copy_bidirectional(client, &mut server).await;
}
