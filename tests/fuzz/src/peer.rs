//! What the other station, or a file that it wrote, brings to a store beside entries and snapshots.

use std::path::PathBuf;
use std::sync::OnceLock;

use bytes::Bytes;
use domain::ids::LineageId;
use jiff::civil::date;
use node::link::ask::{ASK_LEN_MAX, Asked, Question};
use node::link::wire::{self, WIRE_VERSION};
use store::tables::{channel, playlists};
use store::{
    Answer, Bundle, BundleId, CompareError, Comparison, EditMeta, EditPermit, Install, Next,
    OrphanId, OrphanSource, Parcel, Store,
};
use tempfile::TempDir;
use tokio::sync::mpsc;
use uuid::Uuid;
use xxhash_rust::xxh3::xxh3_128;

use super::{on_runtime, part};

/// A question of the other station beside the link.
pub fn question(data: &[u8]) {
    let mut framed = vec![WIRE_VERSION, 1];
    framed.extend_from_slice(data);
    let framed = Bytes::from(framed);
    if let Ok(question) = wire::decode_body_within::<Question>(&framed, ASK_LEN_MAX) {
        let again = wire::encode_body_within(&question, ASK_LEN_MAX).expect("it can be asked");
        let same = wire::decode_body_within::<Question>(&again, ASK_LEN_MAX);
        assert_eq!(
            format!("{question:?}"),
            format!("{:?}", same.expect("it is read"))
        );
        if let Question::Reapply {
            orphan: Asked::Mine(parcel),
            partial,
            ..
        } = question
        {
            reapply(*parcel, partial);
        }
    }
}

/// An orphan: an entry with its hash put right, or (where the first byte is even) a file of exported ones. Whatever it is, the
/// data are whole, and what is kept can be listed.
pub fn orphan(data: &[u8]) {
    let Some((first, rest)) = data.split_first() else {
        return;
    };
    if first % 2 == 0 {
        on_runtime(async {
            let file = kept().1.path().join("orphans.json");
            std::fs::write(&file, rest).expect("a file");
            let (before, _) = kept().0.orphans(0).await.expect("the orphans");
            let imported = kept().0.import_orphans(&file).await;
            let (after, _) = kept().0.orphans(u32::MAX).await.expect("the orphans");
            let new = imported.map_or(0, |imported| imported.new);
            assert_eq!(after, before + new);
        });
        return;
    }
    let mut entry = rest.to_vec();
    entry.extend_from_slice(&xxh3_128(rest).to_be_bytes());
    entry.extend_from_slice(&[0; 16]);
    let parcel = Parcel {
        id: OrphanId(Uuid::from_u128(xxh3_128(data))),
        bundle: Bundle {
            id: BundleId(Uuid::from_u128(1)),
            cut_at_us: 0,
            lineage: LineageId(Uuid::from_u128(9)),
            after_seq: 0,
            reason: String::from("fuzzed"),
        },
        entry,
    };
    reapply(parcel, first % 4 == 1);
}

fn reapply(parcel: Parcel, partial: bool) {
    on_runtime(async {
        let store = &kept().0;
        let before = store.head().position.seq;
        let source = OrphanSource::There(Box::new(parcel));
        let outcome = store.reapply_orphan("fuzz", source, partial).await;
        let changed = outcome.is_ok_and(|written| written.changed);
        assert_eq!(store.head().position.seq, before + u64::from(changed));
        assert!(store.verify().await.expect("a scan").ok);
    });
}

/// What a primary answers in a comparison, and what a secondary asks in one: parts behind their lengths, the first byte of each
/// says what it is. Whatever it is, what the store holds afterwards is whole, and either what it was or what was announced.
pub fn comparison(data: &[u8]) {
    let Some((first, rest)) = part(data) else {
        return;
    };
    on_runtime(async {
        ask(first).await;
        let store = &kept().0;
        let before = store.head();
        let header = store.pin().await.expect("its own data").header().clone();
        let comparison = store.compare(header).await.expect("it fits");
        if let Ok(Some(comparison)) = answers(comparison, rest).await {
            let _ = comparison.put_in_place(Install::default()).await;
        }
        assert_eq!(store.head().sum, before.sum);
        assert!(store.verify().await.expect("a scan").ok);
    });
}

async fn ask(question: &[u8]) {
    let mut pinned = kept().0.pin().await.expect("the data");
    let (answer, mut parts) = mpsc::channel(64);
    let answering = pinned.answer(question, answer);
    let taking = async { while parts.recv().await.is_some() {} };
    let _ = tokio::join!(answering, taking);
    pinned.release().await;
}

/// Feeds the answers, whatever is asked; the comparison where all is there. An honest primary answers where `data` says so.
async fn answers(
    mut comparison: Comparison,
    data: &[u8],
) -> Result<Option<Comparison>, CompareError> {
    let mut honest = kept().0.pin().await.map_err(CompareError::from)?;
    let (mut rest, mut chunks) = (data, 0_u32);
    let mut asked = match comparison.next().await? {
        Next::Ask(question) => Some(question),
        Next::Ready => return Ok(Some(comparison)),
        Next::Whole => return Ok(None),
    };
    while let Some((answer, after)) = part(rest) {
        rest = after;
        let Some((what, bytes)) = answer.split_first() else {
            continue;
        };
        let asks_on = match what % 5 {
            0 => comparison.take_sums(bytes).await.map(|()| true)?,
            1 => {
                let mut chunk = chunks.to_be_bytes().to_vec();
                chunk.extend_from_slice(bytes);
                let hash = xxh3_128(&chunk);
                chunk.extend_from_slice(&hash.to_be_bytes());
                chunks += 1;
                comparison.take_rows(chunk).await.map(|()| false)?
            }
            2 => comparison.take_entry(bytes).map(|()| false)?,
            3 => comparison.take_end().map(|()| true)?,
            _ => {
                let Some(question) = asked.take() else {
                    continue;
                };
                let (answer, mut parts) = mpsc::channel(64);
                let answering = honest.answer(&question, answer);
                let taking = async {
                    let mut all = Vec::new();
                    while let Some(part) = parts.recv().await {
                        all.push(part);
                    }
                    all
                };
                let (answered, all) = tokio::join!(answering, taking);
                answered?;
                for part in all {
                    match part {
                        Answer::Sums(sums) => comparison.take_sums(&sums).await?,
                        Answer::Rows(rows) => comparison.take_rows(rows).await?,
                        Answer::Entry(entry) => comparison.take_entry(&entry)?,
                        Answer::End => comparison.take_end()?,
                    }
                }
                true
            }
        };
        if asks_on {
            asked = match comparison.next().await? {
                Next::Ask(question) => Some(question),
                Next::Ready => return Ok(Some(comparison)),
                Next::Whole => return Ok(None),
            };
        }
    }
    Ok(None)
}

/// A store with a few rows that may be edited, for as long as the process lasts.
fn kept() -> &'static (Store, TempDir, PathBuf) {
    static KEPT: OnceLock<(Store, TempDir, PathBuf)> = OnceLock::new();
    KEPT.get_or_init(|| {
        let dir = tempfile::tempdir().expect("a directory");
        let data = dir.path().join("data");
        let store = std::thread::spawn({
            let data = data.clone();
            move || on_runtime(filled(data))
        });
        (store.join().expect("a store"), dir, data)
    })
}

async fn filled(dir: PathBuf) -> Store {
    let store = Store::open(&dir).await.expect("a new store");
    let epoch = store.head().position.epoch;
    store.set_permit(EditPermit::Allowed { epoch, until: None });
    for day in 1..=3 {
        let edited = store.write(EditMeta::new("fuzz", format!("edit {day}")), async |db| {
            playlists::ensure(db, date(2026, 11, day)).await?;
            let mut channel = channel::get(db).await?;
            channel.name = format!("Channel {day}");
            channel::update(db, &channel).await
        });
        edited.await.expect("an edit");
    }
    store
}
