//! Sealing a file to public keys, in the format of the `age` tool (age-encryption.org/v1, X25519 only), so
//! that a backup can be opened without this program. The private half is never on the machine that writes.
//!
//! What is ours is the order of bytes; the cryptography is that of libraries.

use std::io::{Error, Read, Result, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use chacha20poly1305::aead::{Aead, KeyInit};
use chacha20poly1305::{ChaCha20Poly1305, Nonce};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use x25519_dalek::{PublicKey, StaticSecret};
use zeroize::Zeroizing;

use crate::clock::IdSource;

const VERSION: &str = "age-encryption.org/v1";
const STANZA: &str = "-> X25519 ";
/// Plain bytes in one sealed chunk.
const CHUNK: usize = 64 * 1024;
const TAG: usize = 16;
/// Longest header that is read.
const MOST_HEADER: usize = 64 * 1024;

/// A public key: `age1…`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recipient([u8; 32]);

/// A private key: `AGE-SECRET-KEY-1…`. Does not print itself.
#[derive(Clone)]
pub struct Identity(StaticSecret);

/// Why a text is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAKey {
    /// Not a public key.
    #[error(
        "it is no public key: one begins with age1 and has 62 characters, as `emol keys backup` prints it"
    )]
    Public,
    /// Not a private key.
    #[error("it holds no private key: one begins with AGE-SECRET-KEY-1, as `emol keys backup` writes it")]
    Private,
}

impl Recipient {
    /// Reads `age1…`.
    ///
    /// # Errors
    /// [`NotAKey::Public`].
    pub fn parse(text: &str) -> std::result::Result<Self, NotAKey> {
        bech32::decode("age", text.trim()).map(Self).ok_or(NotAKey::Public)
    }

    /// Reads one or more, separated by commas or spaces.
    ///
    /// # Errors
    /// [`NotAKey::Public`] when one is none, or there are none.
    pub fn parse_all(text: &str) -> std::result::Result<Vec<Self>, NotAKey> {
        let parts = text.split([',', ' ', '\n']).map(str::trim).filter(|part| !part.is_empty());
        let all: Vec<_> = parts.map(Self::parse).collect::<std::result::Result<_, _>>()?;
        if all.is_empty() { Err(NotAKey::Public) } else { Ok(all) }
    }
}

impl std::fmt::Display for Recipient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&bech32::encode("age", &self.0))
    }
}

impl Identity {
    /// A fresh one.
    #[must_use]
    pub fn generate(ids: &dyn IdSource) -> Self {
        let mut secret = Zeroizing::new([0; 32]);
        ids.fill(secret.as_mut_slice());
        Self(StaticSecret::from(*secret))
    }

    /// Reads a key file: one key, and lines of comment.
    ///
    /// # Errors
    /// [`NotAKey::Private`].
    pub fn parse(text: &str) -> std::result::Result<Self, NotAKey> {
        let line = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'));
        let key = line.and_then(|line| bech32::decode("age-secret-key-", &line.to_ascii_lowercase()));
        key.map(|key| Self(StaticSecret::from(key))).ok_or(NotAKey::Private)
    }

    /// Its public half.
    #[must_use]
    pub fn recipient(&self) -> Recipient {
        Recipient(PublicKey::from(&self.0).to_bytes())
    }

    /// The text of a key file, as `age-keygen` writes it: for a file, and nowhere else.
    #[must_use]
    pub fn to_text(&self) -> Zeroizing<String> {
        let key = Zeroizing::new(bech32::encode("age-secret-key-", &self.0.to_bytes()));
        Zeroizing::new(format!("# public key: {}\n{}\n", self.recipient(), key.to_ascii_uppercase()))
    }
}

fn expand(secret: &[u8], salt: Option<&[u8]>, label: &[u8]) -> Zeroizing<[u8; 32]> {
    let mut out = Zeroizing::new([0; 32]);
    Hkdf::<Sha256>::new(salt, secret).expand(label, out.as_mut_slice()).expect("HKDF-SHA256 gives 32 bytes");
    out
}

fn header_mac(file_key: &[u8], header: &[u8]) -> [u8; 32] {
    let key = expand(file_key, None, b"header");
    let mut mac =
        <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(key.as_slice()).expect("HMAC takes any key");
    mac.update(header);
    mac.finalize().into_bytes().into()
}

/// The key that a file key is wrapped with; nothing for a public key that is no point of use.
/// `once` and `recipient` are the public halves of both sides, in that order for either of them.
fn wrap_key(
    secret: &StaticSecret,
    theirs: [u8; 32],
    once: [u8; 32],
    recipient: [u8; 32],
) -> Option<Zeroizing<[u8; 32]>> {
    let shared = secret.diffie_hellman(&PublicKey::from(theirs));
    let salt = [once, recipient].concat();
    shared.was_contributory().then(|| expand(shared.as_bytes(), Some(&salt), b"age-encryption.org/v1/X25519"))
}

fn cipher(key: &[u8; 32]) -> ChaCha20Poly1305 {
    ChaCha20Poly1305::new(key.into())
}

/// The nonce of a chunk: its number, and whether it is the last.
fn nonce(number: u64, last: bool) -> Nonce {
    let mut bytes = [0; 12];
    bytes[3..11].copy_from_slice(&number.to_be_bytes());
    bytes[11] = u8::from(last);
    Nonce::from(bytes)
}

/// Seals what is written. [`Sealer::finish`] writes the last chunk: without it, the file counts as cut off.
pub struct Sealer<W> {
    out: W,
    cipher: ChaCha20Poly1305,
    number: u64,
    buffer: Vec<u8>,
}

impl<W: Write> Sealer<W> {
    /// Writes the header.
    ///
    /// # Errors
    /// The file; or a public key that cannot be sealed to.
    pub fn new(mut out: W, recipients: &[Recipient], ids: &dyn IdSource) -> Result<Self> {
        let mut file_key = Zeroizing::new([0; 16]);
        ids.fill(file_key.as_mut_slice());
        let mut header = format!("{VERSION}\n");
        for recipient in recipients {
            let once = Identity::generate(ids);
            let public = once.recipient().0;
            let key = wrap_key(&once.0, recipient.0, public, recipient.0)
                .ok_or_else(|| Error::other("this public key cannot be sealed to; make another"))?;
            let body = cipher(&key)
                .encrypt(&nonce(0, false), file_key.as_slice())
                .map_err(|_| Error::other("the file's key could not be sealed"))?;
            header.push_str(STANZA);
            header.push_str(&STANDARD_NO_PAD.encode(public));
            header.push('\n');
            header.push_str(&STANDARD_NO_PAD.encode(body));
            header.push('\n');
        }
        header.push_str("---");
        let mac = header_mac(file_key.as_slice(), header.as_bytes());
        writeln!(out, "{header} {}", STANDARD_NO_PAD.encode(mac))?;
        let mut salt = [0; 16];
        ids.fill(&mut salt);
        out.write_all(&salt)?;
        let key = expand(file_key.as_slice(), Some(&salt), b"payload");
        Ok(Self { out, cipher: cipher(&key), number: 0, buffer: Vec::with_capacity(CHUNK) })
    }

    fn chunk(&mut self, last: bool) -> Result<()> {
        let sealed = self
            .cipher
            .encrypt(&nonce(self.number, last), self.buffer.as_slice())
            .map_err(|_| Error::other("a chunk could not be sealed"))?;
        self.out.write_all(&sealed)?;
        self.number += 1;
        self.buffer.clear();
        Ok(())
    }

    /// Writes the last chunk and gives back what it was written to.
    ///
    /// # Errors
    /// The file.
    pub fn finish(mut self) -> Result<W> {
        self.chunk(true)?;
        self.out.flush()?;
        Ok(self.out)
    }
}

impl<W: Write> Write for Sealer<W> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        // A full chunk waits until it is known that it is not the last.
        if self.buffer.len() == CHUNK {
            self.chunk(false)?;
        }
        let count = bytes.len().min(CHUNK - self.buffer.len());
        self.buffer.extend_from_slice(&bytes[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

/// Opens what a [`Sealer`] or the `age` tool wrote.
pub struct Opener<R> {
    input: R,
    cipher: ChaCha20Poly1305,
    number: u64,
    /// The sealed chunk that comes next: whether it is the last shows when no more follows.
    ahead: Vec<u8>,
    plain: Vec<u8>,
    at: usize,
    done: bool,
}

impl<R: Read> Opener<R> {
    /// Reads the header and finds the file's key.
    ///
    /// # Errors
    /// The file is no such file, was changed, or was sealed to another key.
    pub fn new(mut input: R, identity: &Identity) -> Result<Self> {
        let (header, mac) = read_header(&mut input)?;
        let file_key = unwrap(&header, identity)?;
        let right = header_mac(file_key.as_slice(), header.as_bytes());
        if right.iter().zip(&mac).fold(mac.len() ^ 32, |all, (a, b)| all | usize::from(a ^ b)) != 0 {
            return Err(Error::other("its header was changed"));
        }
        let mut salt = [0; 16];
        input.read_exact(&mut salt)?;
        let key = expand(file_key.as_slice(), Some(&salt), b"payload");
        let ahead = read_chunk(&mut input)?;
        Ok(Self { input, cipher: cipher(&key), number: 0, ahead, plain: Vec::new(), at: 0, done: false })
    }

    fn next(&mut self) -> Result<()> {
        let following = read_chunk(&mut self.input)?;
        let sealed = std::mem::replace(&mut self.ahead, following);
        let last = self.ahead.is_empty();
        let opened = self.cipher.decrypt(&nonce(self.number, last), sealed.as_slice());
        self.plain = opened.map_err(|_| Error::other("it was changed or cut off"))?;
        (self.at, self.done) = (0, last);
        self.number += 1;
        Ok(())
    }
}

impl<R: Read> Read for Opener<R> {
    fn read(&mut self, into: &mut [u8]) -> Result<usize> {
        while self.at == self.plain.len() {
            if self.done {
                return Ok(0);
            }
            self.next()?;
        }
        let count = into.len().min(self.plain.len() - self.at);
        into[..count].copy_from_slice(&self.plain[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

fn read_chunk(input: &mut impl Read) -> Result<Vec<u8>> {
    let mut chunk = Vec::new();
    let most = CHUNK + TAG;
    input.take(most as u64).read_to_end(&mut chunk)?;
    Ok(chunk)
}

/// The header up to `---`, and the code that guards it.
fn read_header(input: &mut impl Read) -> Result<(String, Vec<u8>)> {
    let wrong = || Error::other("it is no file that age or emol has sealed");
    let mut text = String::new();
    loop {
        let mut line = Vec::new();
        let mut byte = [0];
        while line.last() != Some(&b'\n') {
            if text.len() + line.len() > MOST_HEADER || input.read(&mut byte)? == 0 {
                return Err(wrong());
            }
            line.push(byte[0]);
        }
        let line = std::str::from_utf8(&line).map_err(|_| wrong())?;
        if text.is_empty() && line.trim_end() != VERSION {
            return Err(wrong());
        }
        if let Some(mac) = line.strip_prefix("--- ") {
            text.push_str("---");
            let mac = STANDARD_NO_PAD.decode(mac.trim_end()).map_err(|_| wrong())?;
            return Ok((text, mac));
        }
        text.push_str(line);
    }
}

/// The file's key, from the stanza that was made for this identity.
fn unwrap(header: &str, identity: &Identity) -> Result<Zeroizing<Vec<u8>>> {
    let ours = identity.recipient().0;
    let mut lines = header.lines();
    while let Some(line) = lines.next() {
        let Some(public) = line.strip_prefix(STANZA) else { continue };
        let decoded = |text: &str| STANDARD_NO_PAD.decode(text).ok();
        let public: Option<[u8; 32]> = decoded(public).and_then(|bytes| bytes.try_into().ok());
        let body = lines.next().and_then(decoded);
        let (Some(public), Some(body)) = (public, body) else { continue };
        let Some(key) = wrap_key(&identity.0, public, public, ours) else { continue };
        if let Ok(file_key) = cipher(&key).decrypt(&nonce(0, false), body.as_slice()) {
            return Ok(Zeroizing::new(file_key));
        }
    }
    Err(Error::other("it was sealed to another key: give the private key that belongs to it"))
}

/// The encoding of keys (BIP 173), without its limit of length.
mod bech32 {
    const LETTERS: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";

    fn checksum(hrp: &str, values: &[u8]) -> u32 {
        let steps: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
        let high = hrp.bytes().map(|byte| byte >> 5);
        let low = hrp.bytes().map(|byte| byte & 31);
        high.chain([0]).chain(low).chain(values.iter().copied()).fold(1, |sum: u32, value| {
            let top = sum >> 25;
            let sum = ((sum & 0x01ff_ffff) << 5) ^ u32::from(value);
            (0..5).filter(|at| (top >> at) & 1 == 1).fold(sum, |sum, at| sum ^ steps[at])
        })
    }

    /// Regroups bits, from groups of `from` to groups of `to`; nothing where what is left over is not zero.
    fn regroup(values: &[u8], from: u32, to: u32) -> (Vec<u8>, u32, u32) {
        let (mut bits, mut count, mut out) = (0_u32, 0, Vec::new());
        for value in values {
            bits = (bits << from) | u32::from(*value);
            count += from;
            while count >= to {
                count -= to;
                out.push(u8::try_from((bits >> count) & ((1 << to) - 1)).unwrap_or_default());
            }
            bits &= (1 << count) - 1;
        }
        (out, bits, count)
    }

    pub fn encode(hrp: &str, bytes: &[u8; 32]) -> String {
        let (mut values, rest, count) = regroup(bytes, 8, 5);
        if count > 0 {
            values.push(u8::try_from(rest << (5 - count)).unwrap_or_default());
        }
        let mut with = values.clone();
        with.extend([0; 6]);
        let sum = checksum(hrp, &with) ^ 1;
        values.extend((0..6).map(|at| u8::try_from((sum >> (5 * (5 - at))) & 31).unwrap_or_default()));
        let letters = values.iter().map(|value| char::from(LETTERS[usize::from(*value)]));
        format!("{hrp}1{}", letters.collect::<String>())
    }

    pub fn decode(hrp: &str, text: &str) -> Option<[u8; 32]> {
        let rest = text.strip_prefix(hrp)?.strip_prefix('1')?;
        let value = |byte: u8| LETTERS.iter().position(|letter| *letter == byte);
        let values: Option<Vec<u8>> = rest.bytes().map(|byte| u8::try_from(value(byte)?).ok()).collect();
        let values = values.filter(|values| values.len() > 6 && checksum(hrp, values) == 1)?;
        let (bytes, rest, count) = regroup(&values[..values.len() - 6], 5, 8);
        (rest == 0 && count < 5).then_some(())?;
        bytes.try_into().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::CountingIds;

    /// Made by age-keygen 1.1.1 and age 1.1.1: `printf 'who may fight today' | age -r RECIPIENT`.
    const SECRET: &str = "AGE-SECRET-KEY-1MLGCTV0ATPK0362F6ZK0FG62JQ4CW22ZTX7J7W743M9SMTW0F3AQQHJJ2V";
    const PUBLIC: &str = "age19qhvquv7n72vvrcpwed6y5202uwnnsw5p6x3nss77m6swpgp6e9qtdeezy";
    const FILE: &str = concat!(
        "YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IFgyNTUxOSBVNThHNStzVjlYV29zQVlkZi9BTVJQWTRqSzQxWkFaamJEVG",
        "pTVWZKTXhNCnN5S3pucDNNVWFUTTVCNXVIcndUdlV5Y1M2RWppYis0djVGR3BncElSSzAKLS0tIEFaeVRTV0E0eHpa",
        "dXlLQ2w4QnRDaGVlL2lBcHI3MURacGVZRWVoa3ByMlEKh+i3wkSEqqzL69anuhImoUVbYx0+2B1HhxmfkJwHB6oZ8m",
        "Tzuw/o0PQGRR5EuXpVi5GW",
    );

    fn seal(plain: &[u8], to: &[Recipient]) -> Vec<u8> {
        let mut sealer = Sealer::new(Vec::new(), to, &CountingIds::from(7)).unwrap();
        sealer.write_all(plain).unwrap();
        sealer.finish().unwrap()
    }

    fn open(sealed: &[u8], with: &Identity) -> Result<Vec<u8>> {
        let mut plain = Vec::new();
        Opener::new(sealed, with)?.read_to_end(&mut plain)?;
        Ok(plain)
    }

    #[test]
    fn what_the_age_tool_made_is_read() {
        let identity = Identity::parse(SECRET).unwrap();
        assert_eq!(identity.recipient().to_string(), PUBLIC);
        assert!(identity.to_text().contains(SECRET));
        let file = STANDARD_NO_PAD.decode(FILE).unwrap();
        assert_eq!(open(&file, &identity).unwrap(), b"who may fight today");
    }

    #[test]
    fn every_length_comes_back_for_each_of_the_recipients() {
        let ids = CountingIds::from(1);
        let all = [Identity::generate(&ids), Identity::generate(&ids)];
        let to: Vec<_> = all.iter().map(Identity::recipient).collect();
        for length in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK] {
            let plain: Vec<u8> = (0..=250).cycle().take(length).collect();
            let sealed = seal(&plain, &to);
            for identity in &all {
                assert!(open(&sealed, identity).unwrap() == plain, "{length}");
            }
        }
    }

    #[test]
    fn a_file_that_was_changed_or_cut_off_or_is_for_somebody_else_does_not_open() {
        let ids = CountingIds::from(1);
        let identity = Identity::generate(&ids);
        let sealed = seal(&vec![7; 2 * CHUNK + 5], &[identity.recipient()]);
        for at in [5, 60, 120, 190, 240, CHUNK + 300, sealed.len() - 1] {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(open(&changed, &identity).is_err(), "{at}");
        }
        // Cut between two chunks, too: only the last chunk says that it is the last.
        let header = sealed.len() - 2 * (CHUNK + TAG) - 5 - TAG;
        for length in [0, header, header + CHUNK + TAG, header + 2 * (CHUNK + TAG), sealed.len() - 1] {
            assert!(open(&sealed[..length], &identity).is_err(), "{length}");
        }
        let error = open(&sealed, &Identity::generate(&ids)).unwrap_err().to_string();
        assert!(error.contains("another key"), "{error}");
    }

    #[test]
    fn a_key_with_a_slip_of_the_pen_is_refused() {
        assert!(Recipient::parse(PUBLIC).is_ok());
        let mut slip = PUBLIC.to_owned();
        slip.replace_range(10..11, if &slip[10..11] == "q" { "p" } else { "q" });
        assert_eq!(Recipient::parse(&slip), Err(NotAKey::Public));
        assert_eq!(Recipient::parse(SECRET), Err(NotAKey::Public));
        assert!(Identity::parse("# nothing\n").is_err() && Identity::parse(PUBLIC).is_err());
        assert_eq!(Recipient::parse_all(&format!("{PUBLIC}, {PUBLIC}")).unwrap().len(), 2);
        assert_eq!(Recipient::parse_all(" "), Err(NotAKey::Public));
    }
}
