//! The kept corpus of the fuzz targets, replayed without the fuzzer: what once broke something stays mended, and the targets
//! stay alive.

use std::path::Path;

#[path = "../fuzz/src/lib.rs"]
mod targets;

/// Replays what is kept of a target.
fn replay(target: &str, run: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../tests/fuzz/corpus")
        .join(target);
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|file| file.expect("a file").path())
        .collect();
    files.sort();
    assert!(!files.is_empty(), "{target} has no corpus");
    for file in files {
        println!("{}", file.display());
        run(&std::fs::read(&file).expect("it is readable"));
    }
}

macro_rules! replayed {
    ($($target:ident)*) => {
        $(#[test]
        fn $target() {
            replay(stringify!($target), targets::$target);
        })*
    };
}

replayed! { frame entry changeset snapshot comparison messages question orphan peer_url control playlist }

/// Writes the seeds anew, from what real stations hold and say: `cargo nextest run -p tandem-node --run-ignored only seeds`.
#[test]
#[ignore = "writes files that are kept"]
fn seeds() {
    seeds::write();
}

mod seeds {
    use std::path::Path;

    use bytes::Bytes;
    use domain::history::Chain;
    use node::api::COMMANDS;
    use node::link::ask::{ASK_LEN_MAX, Asked, Question};
    use node::link::wire::{self, BulkKind, Frame};
    use pair::message::{Head, Heartbeat, Hello, Message, Standing, Stream, TailRefusal, Writer};
    use pair::{Mode, Mono, Reason};
    use serde_json::{Value, json};
    use store::{Answer, Entry, Next, Store};

    use crate::station::{DAY, Pair, note};

    fn put(target: &str, name: &str, bytes: &[u8]) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../../../tests/fuzz/corpus")
            .join(target);
        std::fs::create_dir_all(&folder).expect("a folder");
        std::fs::write(folder.join(name), bytes).expect("a file");
    }

    fn part(bytes: &[u8]) -> Vec<u8> {
        let len = u16::try_from(bytes.len()).expect("a short part");
        [&len.to_be_bytes(), bytes].concat()
    }

    pub fn write() {
        let mut pair = Pair::copy();
        let items = &pair.primary.ok("get_playlist", json!({"date": DAY}))["items"];
        let ids = json!([items[0]["id"], items[1]["id"]]);
        pair.primary.ok(
            "update_items",
            json!({"ids": ids, "set": {"title": "Łódź", "duration": 250}}),
        );
        pair.primary.ok("delete_items", json!({"ids": ids}));
        pair.primary.ok("undo", json!({}));
        pair.primary.ok(
            "add_assets",
            json!({"assets": [{"title": "Clip", "duration": 25}]}),
        );
        pair.until_synced();
        pair.primary.stop();
        pair.secondary.stop();
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(of_a_store(&pair.primary.dir));
        urls();
        playlists();
        commands();
    }

    async fn of_a_store(dir: &Path) {
        let store = Store::open(dir).await.expect("the primary's store");
        let entries = store
            .entries_after(0, 100, u64::MAX)
            .await
            .expect("entries");
        for entry in &entries {
            let encoded = entry.encode();
            let name = format!("entry-{}", entry.seq);
            put("entry", &name, &encoded[..encoded.len() - 32]);
            put("changeset", &name, entry.changeset.as_bytes());
            put("frame", &name, &framed(&bulk(BulkKind::Entry, encoded)));
        }
        let mut export = store.export_snapshot().await.expect("a snapshot");
        let header = export.header().encode();
        let rows = export.header().rows;
        put(
            "frame",
            "snapshot-header",
            &framed(&bulk(BulkKind::SnapshotHeader, header.clone())),
        );
        put("snapshot", "header", &part(&header));
        // The first byte says how many rows are announced.
        let mut snapshot = part(&[&[u8::try_from(rows).expect("few rows")], &header[..]].concat());
        while let Some(chunk) = export.next().await {
            let chunk = chunk.expect("a chunk");
            put(
                "frame",
                "snapshot-chunk",
                &framed(&bulk(BulkKind::SnapshotChunk, chunk.clone())),
            );
            snapshot.extend(part(&chunk[4..chunk.len() - 16]));
        }
        put("snapshot", "whole", &snapshot);
        comparisons(&store).await;
        orphans(&store, &entries).await;
        of_the_pair(&hello(&store).await);
    }

    async fn hello(store: &Store) -> Hello {
        let epochs = store.epochs().await.expect("epochs");
        let head = store.head();
        let fingerprint = |n: u128| pair::config::Fingerprint(format!("{n:064x}"));
        Hello {
            protocol: pair::message::PROTOCOL,
            station: store.station(),
            name: "other".into(),
            run: pair::config::RunId(uuid::Uuid::from_u128(22)),
            fingerprint: fingerprint(2),
            peer: Some(fingerprint(1)),
            version: semver::Version::new(1, 2, 3),
            schema: "tables".into(),
            mode: Mode::Primary,
            former_mode: None,
            standing: Standing::Editing,
            head: Head {
                position: head.position,
                sum: head.sum,
                journal_bytes: head.journal_bytes,
            },
            empty: false,
            epochs,
            left: None,
            epoch_seen: 1,
            handing_over: None,
            refused: None,
            witness: None,
            said_at: Mono::from_ms(1),
            wall_ms: 0,
        }
    }

    fn of_the_pair(primary: &Hello) {
        let mut follower = primary.clone();
        (follower.mode, follower.standing) = (Mode::SecondaryCopy, Standing::Following);
        let (head, stream) = (primary.head, stream());
        let beat = Heartbeat {
            number: 1,
            heard: 1,
            head,
            writer: Writer::Ok,
            trouble: None,
            standing: Standing::Editing,
            checked: None,
            promised: false,
            wall_ms: 0,
        };
        let accept = Message::Accept {
            hello: Box::new(primary.clone()),
            stream,
        };
        let id = pair::message::HandoverId {
            run: stream.run,
            number: 1,
        };
        let to_secondary = [
            accept,
            Message::Heartbeat(beat.clone()),
            Message::ResumeRefused {
                why: TailRefusal::JournalCut,
            },
            Message::Handover {
                id,
                head,
                late: false,
            },
            Message::ResyncNow,
            Message::Fence { epoch_seen: 7 },
        ];
        let to_primary = [
            Message::Hello(Box::new(follower)),
            Message::Heartbeat(Heartbeat {
                trouble: Some(Reason::DataDamaged),
                standing: Standing::Following,
                ..beat
            }),
            Message::Resume {
                after_seq: 3,
                chain: Chain(3),
            },
            Message::Ack { head },
            Message::SnapshotRequest { resume: None },
            Message::HandoverRequest,
            Message::HandoverTaken {
                id,
                hello: Box::new(primary.clone()),
            },
            Message::Yield,
        ];
        for (name, first, messages) in [
            ("to-primary", 0, &to_primary[..]),
            ("to-copy", 1, &to_secondary[..]),
            ("to-failover", 2, &to_secondary[..]),
            ("from-another-secondary", 3, &to_primary[..1]),
        ] {
            let mut bytes = vec![first];
            for (at, message) in messages.iter().enumerate() {
                let frame = framed(&Frame::Control(message.clone()));
                put("frame", &format!("{name}-{at}"), &frame);
                bytes.extend(part(&frame[2..]));
            }
            put("messages", name, &bytes);
        }
        put("frame", "credit", &framed(&Frame::Credit { bytes: 65_536 }));
    }

    fn stream() -> Stream {
        Stream {
            epoch: domain::history::Epoch {
                number: 1,
                opener: domain::ids::StationId(uuid::Uuid::from_u128(2)),
            },
            run: pair::config::RunId(uuid::Uuid::from_u128(22)),
            number: 1,
        }
    }

    fn bulk(kind: BulkKind, data: Vec<u8>) -> Frame {
        Frame::Bulk {
            stream: stream(),
            kind,
            data: Bytes::from(data),
        }
    }

    fn framed(frame: &Frame) -> Vec<u8> {
        frame.encode().expect("a frame").to_vec()
    }

    /// A first question, then answers: an honest primary's (4), and the sums as they are sent (0).
    async fn comparisons(store: &Store) {
        let mut pinned = store.pin().await.expect("the data");
        let comparison = store.compare(pinned.header().clone()).await;
        let mut comparison = comparison.expect("it fits");
        let Next::Ask(question) = comparison.next().await.expect("a question") else {
            panic!("there is something to compare");
        };
        let (answer, mut parts) = tokio::sync::mpsc::channel(8);
        pinned.answer(&question, answer).await.expect("an answer");
        let Some(Answer::Sums(sums)) = parts.recv().await else {
            panic!("sums were asked for");
        };
        pinned.release().await;
        let honest = [part(&question), part(&[4]), part(&[4]), part(&[4])];
        put("comparison", "honest", &honest.concat());
        let other = [
            part(&question),
            part(&[&[0], &sums[..]].concat()),
            part(&[3]),
        ];
        put("comparison", "sums", &other.concat());
    }

    /// Entries of which a station was cut back: one by one, as they are sent to be applied again, and as a file.
    async fn orphans(store: &Store, entries: &[Entry]) {
        let position = store.head().position;
        let kept = (
            Question::Orphans,
            Question::Compare {
                position,
                epochs: Vec::new(),
            },
        );
        put_question("orphans", &kept.0);
        put_question("compare", &kept.1);
        store.rewind(1, "for the corpus").await.expect("a rewind");
        let dir = tempfile::tempdir().expect("a directory");
        let file = dir.path().join("orphans.json");
        store.export_orphans(&file).await.expect("a file");
        let file = std::fs::read(&file).expect("it is readable");
        put("orphan", "file", &[&[0], &file[..]].concat());
        for entry in entries {
            let encoded = entry.encode();
            let encoded = &encoded[..encoded.len() - 32];
            put(
                "orphan",
                &format!("entry-{}", entry.seq),
                &[&[1], encoded].concat(),
            );
        }
        let (_, kept) = store.orphans(1).await.expect("the orphans");
        let id = kept[0].orphan.id;
        let parcel = store.orphan_parcel(id).await.expect("an orphan");
        put_question("orphan", &Question::Orphan(id));
        put_question(
            "reapply",
            &Question::Reapply {
                orphan: Asked::Mine(Box::new(parcel)),
                partial: true,
                user: String::from("Ada"),
            },
        );
    }

    fn put_question(name: &str, question: &Question) {
        let body = wire::encode_body_within(question, ASK_LEN_MAX).expect("a body");
        put("question", name, &body[2..]);
    }

    /// Files as other programs write them. The first byte says which format, and on which channel it is read.
    fn playlists() {
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../formats/fixtures");
        for (format, file) in [
            (0, "ffplayout.json"),
            (1, "tabs-bom.tsv"),
            (1, "traffic-cp1252.csv"),
            (2, "list.m3u8"),
            (3, "traffic-2008.bxf.xml"),
        ] {
            let bytes = std::fs::read(fixtures.join(file)).expect("a fixture");
            for channel in [0, 1] {
                let name = format!("{channel}-{file}");
                put(
                    "playlist",
                    &name,
                    &[&[format + 4 * channel], &bytes[..]].concat(),
                );
            }
        }
    }

    fn urls() {
        for (name, url) in [
            (
                "pinned",
                format!("https://station-b:40811/#sha256-{}", "A".repeat(43)),
            ),
            ("plain", "https://192.0.2.1:47613/".into()),
            ("v6", "https://[2001:db8::1]:1/".into()),
            ("local", "HTTPS://LOCALHOST:65535".into()),
        ] {
            put("peer_url", name, url.as_bytes());
        }
    }

    fn commands() {
        let id = "0192f0c4-0000-7000-8000-000000000001";
        for (at, (command, _)) in COMMANDS.iter().enumerate() {
            let args: Value = match *command {
                "insert_items" => note(DAY, "Łódź"),
                "get_playlist" => json!({"date": DAY}),
                "list_playlists" => json!({"from": DAY, "to": DAY}),
                "update_items" => {
                    json!({"ids": [id], "set": {"title": "x", "fixed_start": "10:00:00:00"}})
                }
                "move_items" => json!({"ids": [id], "after": null}),
                "delete_items" | "delete_assets" => json!({"ids": [id]}),
                "add_assets" => json!({"assets": [{"title": "Clip", "duration": 25}]}),
                "update_asset" => json!({"id": id, "set": {"title": "x"}}),
                "get_asset" => json!({"id": id}),
                "list_assets" => json!({"query": "a*\"", "sort": "title", "limit": 10}),
                "update_settings" => {
                    json!({"name": "One", "frame_rate": "30000/1001", "drop_frame": true})
                }
                "undo" => json!({"seq": 1}),
                "get_history" => json!({"limit": 10}),
                "restore_backup" | "reapply_orphan" => json!({"id": id}),
                "set_redundancy" => {
                    json!({"mode": "primary", "peer_url": "https://[::1]:1/", "failover_offset_s": 2})
                }
                "confirm_peer" => json!({"code": "12345678"}),
                "get_job" | "cancel_job" => json!({"job": id}),
                _ => json!({}),
            };
            let index = u8::try_from(at).expect("fewer commands than a byte counts");
            put(
                "control",
                command,
                &[&[index], args.to_string().as_bytes()].concat(),
            );
        }
    }
}
