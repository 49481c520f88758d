//! A primary that is who it says and says what a test has it say: with the identity, the address and the data of one that has just
//! died, to the secondary that followed it.

use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use domain::history::Chain;
use domain::ids::StationId;
use node::link::identity::Identity;
use node::link::peer_url::PeerUrl;
use node::link::server::{Door, Inbound, PeerServer};
use node::link::socket::{Link, MESSAGE_LEN_MAX};
use node::link::wire::{BulkKind, Frame};
use pair::breach::Breach;
use pair::config::{Fingerprint, RunId};
use pair::message::{Head, Heartbeat, Hello, Message, Standing, Stream, TailRefusal, Writer};
use pair::{Mode, Mono};
use store::{Entry, SnapshotHeader, Store};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio::sync::mpsc;
use uuid::Uuid;
use xxhash_rust::xxh3::xxh3_128;

use crate::lying::{cut_off_for, most_memory};
use crate::modes::copy_tree;
use crate::station::{DAY, Pair, Station, until};

/// What a primary that has just died would say to its secondary, which lacks the last entry and does not run.
pub struct Scene {
    dead: Pair,
    pub truth: Arc<Truth>,
    /// The sum of the secondary's data.
    sum: String,
}

/// What is true.
pub struct Truth {
    pub identity: Identity,
    pub address: SocketAddr,
    pub station: StationId,
    /// The entry that both have.
    pub shared: Entry,
    /// The entry that the secondary lacks.
    pub due: Entry,
    pub header: SnapshotHeader,
    /// The first chunk of the primary's data.
    chunk: Vec<u8>,
}

impl Scene {
    pub fn new() -> Self {
        let mut pair = Pair::copy();
        let sum = pair.secondary.verified_sum();
        let seq = pair.secondary.redundancy()["position"]["seq"].as_u64();
        let seq = seq.expect("a number");
        pair.secondary.kill();
        pair.primary.note(DAY, "next");
        pair.primary.kill();
        let dir = pair.primary.dir.clone();
        let (entries, header, chunk) = Runtime::new().expect("a runtime").block_on(async {
            let store = Store::open(&dir).await.expect("its data");
            let entries = store.entries_after(seq - 1, 2, u64::MAX).await;
            let mut export = store.export_snapshot().await.expect("a snapshot");
            let chunk = export.next().await.expect("a chunk").expect("of its rows");
            let header = export.header().clone();
            drop(export);
            store.close().await.expect("it closes");
            (entries.expect("two entries"), header, chunk)
        });
        let [shared, due] = entries.try_into().expect("two entries");
        let url = pair.primary.url();
        let rest = url.split_once("://").expect("a scheme").1;
        let address = rest[..rest.find('/').expect("a path")].parse();
        let station = pair.primary.ready["station_id"].as_str().expect("an id");
        let truth = Truth {
            identity: Identity::load_or_create(&dir).expect("its identity"),
            address: address.expect("a loopback address"),
            station: StationId(station.parse().expect("an id")),
            shared,
            due,
            header,
            chunk,
        };
        Self {
            dead: pair,
            truth: Arc::new(truth),
            sum,
        }
    }

    /// The secondary as it was when it died.
    pub fn secondary(&self) -> Victim {
        let home = tempfile::tempdir().expect("a directory");
        let dir = home.path().join("data");
        copy_tree(&self.dead.secondary.dir, &dir);
        let station = Station::start_in("Beta", &dir, &[]);
        Victim {
            memory: most_memory(&station),
            station,
            sum: self.sum.clone(),
            _home: home,
        }
    }

    /// A primary in the dead one's place, for as long as this is kept.
    pub fn lies(&self, hello: fn(&mut Hello), lie: Lie) -> Liar {
        let runtime = Runtime::new().expect("a runtime");
        let secondary: PeerUrl = self.dead.secondary.url().parse().expect("a URL");
        let (calls, inbound) = mpsc::channel(16);
        let door = Arc::new(Door::new(self.truth.identity.fingerprint()));
        door.admit(secondary.fingerprint());
        let server = runtime.block_on(async {
            PeerServer::open(self.truth.address, &self.truth.identity, door, calls)
        });
        let voice = Voice {
            truth: Arc::clone(&self.truth),
            run: RunId(Uuid::now_v7()),
            began: Instant::now(),
            hello,
        };
        runtime.spawn(serve(inbound, voice, lie));
        Liar {
            _server: server.expect("its port is free again"),
            _runtime: runtime,
        }
    }

    /// Has a secondary follow a primary that says this on every link, until the secondary shows what is wanted.
    pub fn told(&self, hello: fn(&mut Hello), lie: Lie, seen: impl Fn(&Victim)) {
        let victim = self.secondary();
        let liar = self.lies(hello, lie);
        seen(&victim);
        drop(liar);
        victim.is_unharmed();
    }
}

/// A secondary that is lied to.
pub struct Victim {
    pub station: Station,
    memory: usize,
    sum: String,
    _home: TempDir,
}

impl Victim {
    /// Its data are what they were, and it has not held more memory than its frames may have.
    pub fn is_unharmed(&self) {
        let grown = most_memory(&self.station).saturating_sub(self.memory);
        assert!(grown < 4 * MESSAGE_LEN_MAX, "grew by {} MiB", grown >> 20);
        assert_eq!(self.station.verified_sum(), self.sum);
        assert_eq!(self.station.titles(DAY), ["one", "two", "three"]);
    }

    /// It says why it cut the peer off, and, since that goes on, that the pair does not come into step.
    pub fn cuts_off_for(&self, why: Breach) {
        until(&format!("{why:?} is in the log"), || {
            cut_off_for(&self.station).contains(&why.words().to_owned())
        });
        self.station.until_reason("not_synced", "rules_broken");
    }
}

/// Lies for as long as it is kept.
pub struct Liar {
    _server: PeerServer,
    _runtime: Runtime,
}

/// What it does on each link.
pub type Lie = fn(Told) -> Pin<Box<dyn Future<Output = Told> + Send>>;

/// Who answers.
struct Voice {
    truth: Arc<Truth>,
    run: RunId,
    began: Instant,
    hello: fn(&mut Hello),
}

impl Voice {
    fn hello(&self, to: &Hello) -> Hello {
        let mut hello = as_primary(&self.truth, to, self.run, self.began);
        (self.hello)(&mut hello);
        hello
    }
}

/// What the dead primary would say of itself to a secondary that says this.
pub fn as_primary(truth: &Truth, to: &Hello, run: RunId, began: Instant) -> Hello {
    Hello {
        station: truth.station,
        name: "Alpha".into(),
        run,
        fingerprint: Fingerprint(truth.identity.fingerprint().to_string()),
        peer: Some(to.fingerprint.clone()),
        mode: Mode::Primary,
        former_mode: None,
        standing: Standing::Editing,
        empty: false,
        left: None,
        handing_over: None,
        refused: None,
        said_at: Mono(began.elapsed()),
        head: truth.head(to.head),
        ..to.clone()
    }
}

impl Truth {
    /// Where the primary is: after the entry that the secondary, which is there, lacks.
    fn head(&self, mut there: Head) -> Head {
        there.position.seq = self.due.seq;
        there.position.chain = self.due.chain;
        there.sum = self.due.sum;
        there
    }
}

async fn serve(mut inbound: mpsc::Receiver<Inbound>, voice: Voice, lie: Lie) {
    let mut number = 0;
    while let Some(call) = inbound.recv().await {
        match call {
            Inbound::Hello { hello, reply } => drop(reply.send(voice.hello(&hello))),
            Inbound::Asked(pending) => drop(pending),
            Inbound::Link(mut link) => {
                let Ok(Frame::Control(Message::Hello(to))) = link.receiver.next().await else {
                    continue;
                };
                number += 1;
                let hello = Box::new(voice.hello(&to));
                let stream = Stream {
                    epoch: hello.head.position.epoch,
                    run: voice.run,
                    number,
                };
                let accept = Message::Accept {
                    hello: hello.clone(),
                    stream,
                };
                let mut told = Told {
                    link,
                    stream,
                    hello,
                    truth: Arc::clone(&voice.truth),
                    beats: (0, 0),
                };
                if told.say(accept).await {
                    tokio::spawn(async move { lie(told).await.hears_the_end().await });
                }
            }
        }
    }
}

/// A link on which a secondary was accepted.
pub struct Told {
    pub link: Link,
    stream: Stream,
    pub hello: Box<Hello>,
    pub truth: Arc<Truth>,
    /// The secondary's last heartbeat, and this side's.
    beats: (u64, u64),
}

impl Told {
    /// `false` once the link is gone.
    pub async fn say(&mut self, message: Message) -> bool {
        self.link
            .sender
            .send(&Frame::Control(message))
            .await
            .is_ok()
    }

    pub async fn send(&mut self, kind: BulkKind, data: Vec<u8>) -> bool {
        let (stream, data) = (self.stream, Bytes::from(data));
        let frame = Frame::Bulk { stream, kind, data };
        self.link.sender.send(&frame).await.is_ok()
    }

    /// Waits until the secondary says this; `false` where the link ends before.
    pub async fn hears(&mut self, wanted: fn(&Message) -> bool) -> bool {
        loop {
            match self.link.receiver.next().await {
                Ok(Frame::Control(message)) if wanted(&message) => return true,
                Ok(_) => {}
                Err(_) => return false,
            }
        }
    }

    async fn hears_the_end(mut self) {
        while self.link.receiver.next().await.is_ok() {}
    }

    pub fn beat(&self) -> Heartbeat {
        Heartbeat {
            number: 1,
            heard: 0,
            head: self.hello.head,
            writer: Writer::Ok,
            trouble: None,
            standing: Standing::Editing,
            checked: None,
            promised: false,
            wall_ms: 0,
        }
    }

    /// Sends an entry once it is asked for.
    pub async fn entry(mut self, entry: Entry) -> Self {
        if self
            .hears(|said| matches!(said, Message::Resume { .. }))
            .await
        {
            self.send(BulkKind::Entry, entry.encode()).await;
        }
        self
    }

    /// Has the secondary ask for everything, and sends this header.
    pub async fn header(&mut self, header: &SnapshotHeader) {
        let cut = TailRefusal::JournalCut;
        self.say(Message::ResumeRefused { why: cut }).await;
        if self.hears(|said| *said == Message::CompareRequest).await {
            // No answer to what it asks: it asks for everything.
            self.send(BulkKind::SnapshotEnd, Vec::new()).await;
        }
        self.hears(|said| matches!(said, Message::SnapshotRequest { .. }))
            .await;
        self.send(BulkKind::SnapshotHeader, header.encode()).await;
    }

    /// The same chunk of rows, again and again, each in its place.
    pub async fn chunks_without_end(&mut self) {
        // Less than there is: what was sent before took its share.
        let mut room = u64::from(node::link::flow::WINDOW) / 2;
        for index in 0_u32.. {
            let mut chunk = self.truth.chunk.clone();
            let body = chunk.len() - 16;
            chunk[..4].copy_from_slice(&index.to_be_bytes());
            let hash = xxh3_128(&chunk[..body]);
            chunk[body..].copy_from_slice(&hash.to_be_bytes());
            if !self.has_room(&mut room, chunk.len()).await
                || !self.send(BulkKind::SnapshotChunk, chunk).await
            {
                return;
            }
        }
    }

    /// Pages of the first table, none of which ends it, each chunk in its place.
    pub async fn pages_without_end(&mut self) {
        let truth = &self.truth.chunk;
        let opened = zstd::bulk::decompress(&truth[4..truth.len() - 16], 1 << 20);
        let opened = opened.expect("a chunk of pages");
        // The tree, and that its root is among these pages: it is small, and has no other.
        let (head, page) = opened.split_at(3);
        assert!(page.len().is_power_of_two() && head[2] == 1, "one page");
        let mut pages = vec![head[0], head[1], 0];
        pages.extend(page.repeat((1 << 20) / page.len()));
        let compressed = zstd::bulk::compress(&pages, 1).expect("it shrinks");
        let mut room = u64::from(node::link::flow::WINDOW) / 2;
        for index in 0_u32.. {
            let mut chunk = index.to_be_bytes().to_vec();
            chunk.extend_from_slice(&compressed);
            let hash = xxh3_128(&chunk);
            chunk.extend_from_slice(&hash.to_be_bytes());
            if !self.has_room(&mut room, chunk.len()).await
                || !self.send(BulkKind::SnapshotChunk, chunk).await
            {
                return;
            }
        }
    }

    /// Waits until the window has room for so many bytes, and takes them; `false` once the link is gone.
    pub async fn has_room(&mut self, room: &mut u64, len: usize) -> bool {
        let cost = u64::from(node::link::flow::cost(len));
        while *room < cost {
            match self.link.receiver.next().await {
                Ok(Frame::Credit { bytes }) => *room += u64::from(bytes),
                Ok(Frame::Control(Message::Heartbeat(beat))) => {
                    self.beats = (beat.number, self.beats.1 + 1);
                    let (heard, number) = self.beats;
                    let beat = Heartbeat {
                        number,
                        heard,
                        ..self.beat()
                    };
                    if !self.say(Message::Heartbeat(beat)).await {
                        return false;
                    }
                }
                Ok(_) => {}
                Err(_) => return false,
            }
        }
        *room -= cost;
        true
    }
}

/// Gives an entry the hash and the chain that fit what it says.
fn seal(entry: &mut Entry, before: Chain) {
    let bytes = entry.encode();
    entry.hash = xxh3_128(&bytes[..bytes.len() - 32]);
    let both = [before.0.to_be_bytes(), entry.hash.to_be_bytes()].concat();
    entry.chain = Chain(xxh3_128(&both));
}

/// The due entry with a lie in it, sealed as if it were true.
pub fn forged(told: &Told, lie: impl FnOnce(&mut Entry)) -> Entry {
    let mut entry = told.truth.due.clone();
    lie(&mut entry);
    seal(&mut entry, told.truth.shared.chain);
    entry
}
