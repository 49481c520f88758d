//! A journal entry, and how it is encoded to be hashed, sent and kept.

use changeset::Changeset;
use domain::history::{Chain, Epoch, Sum};
use domain::ids::StationId;
use uuid::Uuid;
use xxhash_rust::xxh3::xxh3_128;

/// Most bytes of a changeset; an edit that changes more is refused. An encoded entry stays below 64 MiB, the link's
/// limit of a frame.
pub const CHANGESET_BYTES_MAX: u64 = 48 << 20;
/// Most bytes of a user's name, and of a label; longer ones are cut.
pub const TEXT_BYTES_MAX: usize = 1_000;

/// The encoding's version.
const VERSION: u8 = 1;

/// One committed transaction.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Its number.
    pub seq: u64,
    /// The epoch that it was written in.
    pub epoch: Epoch,
    /// When, by the clock of the station that wrote it: Unix microseconds.
    pub at_us: i64,
    /// The station where the edit was made.
    pub station: StationId,
    /// Who made it.
    pub user: String,
    /// What a person reads: `"Move 3 items"`.
    pub label: String,
    /// The entry that this one takes back.
    pub undoes: Option<u64>,
    /// The entry that this one does again.
    pub redoes: Option<u64>,
    /// What changed.
    pub changeset: Changeset,
    /// The sum of all replicated data after it.
    pub sum: Sum,
    /// The running hash over all entries up to and with this one.
    pub chain: Chain,
    /// The hash of all of the above but the chain.
    pub hash: u128,
}

/// The bytes are not an entry as it was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the entry is damaged: {0}")]
pub struct DamagedEntry(pub(crate) &'static str);

impl Entry {
    /// Completes an entry: its hash, and its chain after `before`.
    pub(crate) fn seal(&mut self, before: Chain) {
        let mut body = Vec::with_capacity(self.encoded_len());
        self.put_body(&mut body);
        self.hash = xxh3_128(&body);
        self.chain = next_chain(before, self.hash);
    }

    /// Whether the entry is as it was sealed, after an entry whose chain was `before`.
    pub(crate) fn follows(&self, before: Chain) -> bool {
        self.chain == next_chain(before, self.hash)
    }

    /// Whether the entry's content is what its hash says.
    pub(crate) fn is_intact(&self) -> bool {
        let mut body = Vec::with_capacity(self.encoded_len());
        self.put_body(&mut body);
        self.hash == xxh3_128(&body)
    }

    /// The entry as it is sent, and kept in a bundle of orphans.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.encoded_len());
        self.put_body(&mut bytes);
        bytes.extend_from_slice(&self.hash.to_be_bytes());
        bytes.extend_from_slice(&self.chain.0.to_be_bytes());
        bytes
    }

    /// The entry in `bytes`, which must be that and nothing else, and have the hash that it says.
    ///
    /// # Errors
    /// [`DamagedEntry`]: a flipped bit, a cut, another version, too long.
    pub fn decode(bytes: &[u8]) -> Result<Self, DamagedEntry> {
        let mut rest = Decoder(bytes);
        if rest.take::<1>()? != [VERSION] {
            return Err(DamagedEntry("it has another version"));
        }
        let entry = Entry {
            seq: u64::from_be_bytes(rest.take()?),
            epoch: Epoch {
                number: u64::from_be_bytes(rest.take()?),
                opener: rest.station()?,
            },
            at_us: i64::from_be_bytes(rest.take()?),
            station: rest.station()?,
            undoes: some(u64::from_be_bytes(rest.take()?)),
            redoes: some(u64::from_be_bytes(rest.take()?)),
            sum: Sum(u128::from_be_bytes(rest.take()?)),
            user: rest.text()?,
            label: rest.text()?,
            changeset: rest.changeset()?,
            hash: u128::from_be_bytes(rest.take()?),
            chain: Chain(u128::from_be_bytes(rest.take()?)),
        };
        if !rest.0.is_empty() {
            return Err(DamagedEntry("there is more than an entry"));
        }
        if !entry.is_intact() {
            return Err(DamagedEntry("its hash does not match"));
        }
        Ok(entry)
    }

    fn encoded_len(&self) -> usize {
        160 + self.user.len() + self.label.len() + self.changeset.as_bytes().len()
    }

    fn put_body(&self, out: &mut Vec<u8>) {
        out.push(VERSION);
        out.extend_from_slice(&self.seq.to_be_bytes());
        out.extend_from_slice(&self.epoch.number.to_be_bytes());
        out.extend_from_slice(self.epoch.opener.as_bytes());
        out.extend_from_slice(&self.at_us.to_be_bytes());
        out.extend_from_slice(self.station.as_bytes());
        out.extend_from_slice(&self.undoes.unwrap_or(0).to_be_bytes());
        out.extend_from_slice(&self.redoes.unwrap_or(0).to_be_bytes());
        out.extend_from_slice(&self.sum.0.to_be_bytes());
        for bytes in [
            self.user.as_bytes(),
            self.label.as_bytes(),
            self.changeset.as_bytes(),
        ] {
            out.extend_from_slice(&(bytes.len() as u64).to_be_bytes());
            out.extend_from_slice(bytes);
        }
    }
}

/// The chain after an entry of this hash.
pub(crate) fn next_chain(before: Chain, hash: u128) -> Chain {
    let mut both = [0; 32];
    both[..16].copy_from_slice(&before.0.to_be_bytes());
    both[16..].copy_from_slice(&hash.to_be_bytes());
    Chain(xxh3_128(&both))
}

/// Text that fits an entry: cut at a character where it is too long.
pub(crate) fn fitting(mut text: String) -> String {
    if text.len() > TEXT_BYTES_MAX {
        let end = (0..=TEXT_BYTES_MAX)
            .rev()
            .find(|&at| text.is_char_boundary(at))
            .unwrap_or(0);
        text.truncate(end);
    }
    text
}

/// Entries are counted from 1; 0 stands for none.
pub(crate) fn some(seq: u64) -> Option<u64> {
    (seq != 0).then_some(seq)
}

struct Decoder<'a>(&'a [u8]);

impl<'a> Decoder<'a> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], DamagedEntry> {
        let (taken, rest) = self
            .0
            .split_first_chunk::<N>()
            .ok_or(DamagedEntry("it ends too early"))?;
        self.0 = rest;
        Ok(*taken)
    }

    fn station(&mut self) -> Result<StationId, DamagedEntry> {
        self.take().map(|bytes| StationId(Uuid::from_bytes(bytes)))
    }

    fn bytes(&mut self, max: u64) -> Result<&'a [u8], DamagedEntry> {
        let len = u64::from_be_bytes(self.take()?);
        if len > max {
            return Err(DamagedEntry("a part is too long"));
        }
        let len = usize::try_from(len).map_err(|_| DamagedEntry("a part is too long"))?;
        let (taken, rest) = self
            .0
            .split_at_checked(len)
            .ok_or(DamagedEntry("it ends too early"))?;
        self.0 = rest;
        Ok(taken)
    }

    fn text(&mut self) -> Result<String, DamagedEntry> {
        let bytes = self.bytes(TEXT_BYTES_MAX as u64)?;
        String::from_utf8(bytes.to_vec()).map_err(|_| DamagedEntry("its text is not UTF-8"))
    }

    fn changeset(&mut self) -> Result<Changeset, DamagedEntry> {
        let bytes = self.bytes(CHANGESET_BYTES_MAX)?;
        Changeset::from_bytes(bytes.to_vec())
            .map_err(|_| DamagedEntry("its changeset is malformed"))
    }
}
