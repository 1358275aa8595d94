//! A backup as a file: a line with what it is, then rows, packed with gzip and sealed with [`age`].
//!
//! Inside: the line `emol backup 1`, a line of JSON (the [`Manifest`]), then blocks: the place of the table (one
//! byte), the number of rows (4 bytes, big-endian), the rows ([`Rows`] says how). The block of table 255 ends it, with
//! the number of rows in all in 8 bytes.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::bufread::GzDecoder;
use flate2::write::GzEncoder;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::{JoinHandle, spawn_blocking};

use super::age::{Identity, Opener, Recipient, Sealer};
use super::{AHEAD, BackupError, Manifest, Piece, Rows};
use crate::clock::SystemIds;

const MAGIC: &str = "emol backup 1\n";
const END: u8 = 255;
/// Longest line of JSON: more is no backup.
const MOST_LINE: u64 = 64 * 1024;
const BUFFER: usize = 1 << 18;
/// Rows handed on at once.
const BATCH: usize = 2_500;

/// Writes pieces into a new file that only its owner may read (mode 0600). It has its name only when it is whole.
/// Returns its size in bytes.
///
/// # Errors
/// [`BackupError::File`]: it cannot be written, or the pieces ended early; then nothing is left of it.
pub async fn save(
    path: PathBuf,
    recipients: Vec<Recipient>,
    mut pieces: Receiver<Piece>,
) -> Result<u64, BackupError> {
    let task = spawn_blocking(move || {
        let mut part = path.clone().into_os_string();
        part.push(".part");
        let part = PathBuf::from(part);
        let named = |error: std::io::Error| {
            BackupError::File(format!("{} cannot be written: {error}", path.display()))
        };
        let result = (|| {
            let file = create(&part).map_err(named)?;
            let sealer = Sealer::new(BufWriter::with_capacity(BUFFER, file), &recipients, &SystemIds)
                .map_err(named)?;
            let packer = GzEncoder::new(sealer, Compression::fast());
            let mut out = BufWriter::with_capacity(BUFFER, packer);
            let mut whole = false;
            while let Some(piece) = pieces.blocking_recv() {
                whole = matches!(piece, Piece::End { .. });
                put(&mut out, &piece).map_err(named)?;
            }
            if !whole {
                return Err(BackupError::File("the backup was broken off; nothing was kept".to_owned()));
            }
            let packer = out.into_inner().map_err(|error| named(error.into_error()))?;
            let sealed = packer.finish().and_then(Sealer::finish).map_err(named)?;
            let file = sealed.into_inner().map_err(|error| named(error.into_error()))?;
            file.sync_all().map_err(named)?;
            std::fs::rename(&part, &path).map_err(named)?;
            file.metadata().map(|data| data.len()).map_err(named)
        })();
        if result.is_err() {
            let _ = std::fs::remove_file(&part);
        }
        result
    });
    task.await.map_err(|_| BackupError::File("the backup was interrupted".to_owned()))?
}

fn create(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn put(out: &mut impl Write, piece: &Piece) -> std::io::Result<()> {
    match piece {
        Piece::Begin(manifest) => {
            out.write_all(MAGIC.as_bytes())?;
            serde_json::to_writer(&mut *out, manifest)?;
            out.write_all(b"\n")
        }
        Piece::Rows(rows) => {
            let table = u8::try_from(rows.table).map_err(std::io::Error::other)?;
            let count = u32::try_from(rows.count).map_err(std::io::Error::other)?;
            out.write_all(&[table])?;
            out.write_all(&count.to_be_bytes())?;
            out.write_all(&rows.bytes)
        }
        Piece::End { rows } => {
            out.write_all(&[END])?;
            out.write_all(&rows.to_be_bytes())
        }
    }
}

/// A backup that is being read.
#[derive(Debug)]
pub struct Loading {
    /// Its pieces.
    pub pieces: Receiver<Piece>,
    /// Ends when everything was handed over; says what is wrong with the file.
    pub task: JoinHandle<Result<(), BackupError>>,
}

/// Begins to read a file.
#[must_use]
pub fn load(path: PathBuf, identity: Identity) -> Loading {
    let (sender, pieces) = channel(AHEAD);
    let task = spawn_blocking(move || {
        let named = |error: std::io::Error| BackupError::File(format!("{}: {error}", path.display()));
        let file = File::open(&path).map_err(named)?;
        let opener = Opener::new(BufReader::with_capacity(BUFFER, file), &identity).map_err(named)?;
        let unpacked = GzDecoder::new(BufReader::with_capacity(BUFFER, opener));
        take(&mut BufReader::with_capacity(BUFFER, unpacked), &sender).map_err(named)
    });
    Loading { pieces, task }
}

fn take(input: &mut impl BufRead, sender: &Sender<Piece>) -> std::io::Result<()> {
    let wrong = || std::io::Error::other("what is in it is no backup of emol's");
    let mut line = String::new();
    input.take(MOST_LINE).read_line(&mut line)?;
    if line != MAGIC {
        return Err(wrong());
    }
    line.clear();
    input.take(MOST_LINE).read_line(&mut line)?;
    let manifest: Manifest = serde_json::from_str(&line).map_err(|_| wrong())?;
    // Whoever reads has said why when it does not want any more.
    let send = |piece| sender.blocking_send(piece).is_ok();
    if !send(Piece::Begin(manifest)) {
        return Ok(());
    }
    loop {
        let mut table = [0];
        input.read_exact(&mut table)?;
        if table[0] == END {
            let mut rows = [0; 8];
            input.read_exact(&mut rows)?;
            // To the very end: only there the last seal is checked.
            std::io::copy(input, &mut std::io::sink())?;
            send(Piece::End { rows: u64::from_be_bytes(rows) });
            return Ok(());
        }
        let table = usize::from(table[0]);
        let mut left = usize::try_from(length(input)?).map_err(|_| wrong())?;
        while left > 0 {
            let count = left.min(BATCH);
            let rows = Rows::take(input, table, count)?;
            left -= count;
            if !send(Piece::Rows(rows)) {
                return Ok(());
            }
        }
    }
}

fn length(input: &mut impl Read) -> std::io::Result<u32> {
    let mut bytes = [0; 4];
    input.read_exact(&mut bytes)?;
    Ok(u32::from_be_bytes(bytes))
}
