//! A primary that is who it says and lies in everything else: its secondary cuts it off or takes nothing more from it, says why,
//! keeps its data as they are and its memory bounded.

use std::future::Future;
use std::io::{Read, Write};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use bytes::Bytes;
use domain::history::{Chain, Sum};
use domain::ids::StationId;
use node::link::flow::FRAMES_MAX;
use node::link::identity::Identity;
use node::link::peer_url::PeerUrl;
use node::link::server::{Door, Inbound, PeerServer};
use node::link::socket::{Link, MESSAGE_LEN_MAX};
use node::link::tls;
use node::link::wire::{self, BULK_LEN_MAX, BulkKind, Frame};
use pair::breach::Breach;
use pair::config::{Fingerprint, RunId};
use pair::message::{
    Head, Heartbeat, Hello, Message, NUMBER_MAX, Standing, Stream, TailRefusal, Writer,
};
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
    shared: Entry,
    /// The entry that the secondary lacks.
    due: Entry,
    header: SnapshotHeader,
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
    fn lies(&self, hello: fn(&mut Hello), lie: Lie) -> Liar {
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
    fn told(&self, hello: fn(&mut Hello), lie: Lie, seen: impl Fn(&Victim)) {
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

struct Liar {
    _server: PeerServer,
    _runtime: Runtime,
}

type Lie = fn(Told) -> Pin<Box<dyn Future<Output = Told> + Send>>;

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
struct Told {
    link: Link,
    stream: Stream,
    hello: Box<Hello>,
    truth: Arc<Truth>,
    /// The secondary's last heartbeat, and this side's.
    beats: (u64, u64),
}

impl Told {
    /// `false` once the link is gone.
    async fn say(&mut self, message: Message) -> bool {
        self.link
            .sender
            .send(&Frame::Control(message))
            .await
            .is_ok()
    }

    async fn send(&mut self, kind: BulkKind, data: Vec<u8>) -> bool {
        let (stream, data) = (self.stream, Bytes::from(data));
        let frame = Frame::Bulk { stream, kind, data };
        self.link.sender.send(&frame).await.is_ok()
    }

    /// Waits until the secondary says this; `false` where the link ends before.
    async fn hears(&mut self, wanted: fn(&Message) -> bool) -> bool {
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

    fn beat(&self) -> Heartbeat {
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
    async fn entry(mut self, entry: Entry) -> Self {
        if self
            .hears(|said| matches!(said, Message::Resume { .. }))
            .await
        {
            self.send(BulkKind::Entry, entry.encode()).await;
        }
        self
    }

    /// Has the secondary ask for everything, and sends this header.
    async fn header(&mut self, header: &SnapshotHeader) {
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
    async fn chunks_without_end(&mut self) {
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

    /// Waits until the window has room for so many bytes, and takes them; `false` once the link is gone.
    async fn has_room(&mut self, room: &mut u64, len: usize) -> bool {
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
fn forged(told: &Told, lie: impl FnOnce(&mut Entry)) -> Entry {
    let mut entry = told.truth.due.clone();
    lie(&mut entry);
    seal(&mut entry, told.truth.shared.chain);
    entry
}

fn honest(_: &mut Hello) {}

#[test]
fn entries_that_lie_are_not_applied_and_the_status_says_why() {
    let scene = Scene::new();
    let reason = |reason: &'static str| {
        move |victim: &Victim| drop(victim.station.until_reason("not_synced", reason))
    };
    // What tells that the rest of this file does: the truth gets in.
    let follower = scene.secondary();
    let liar = scene.lies(honest, |told| {
        let due = told.truth.due.clone();
        Box::pin(told.entry(due))
    });
    until("the true entry is applied", || {
        follower
            .station
            .titles(DAY)
            .first()
            .is_some_and(|it| it == "next")
    });
    drop((liar, follower));

    let another_sum: Lie = |told| {
        let entry = forged(&told, |it| it.sum = Sum(it.sum.0 ^ 1));
        Box::pin(told.entry(entry))
    };
    scene.told(honest, another_sum, reason("sums_differ"));
    let another_change: Lie = |told| {
        let entry = forged(&told, |it| {
            it.changeset = told.truth.shared.changeset.clone()
        });
        Box::pin(told.entry(entry))
    };
    scene.told(honest, another_change, reason("sums_differ"));
    let another_chain: Lie = |told| {
        let mut entry = told.truth.due.clone();
        entry.chain = Chain(entry.chain.0 ^ 1);
        Box::pin(told.entry(entry))
    };
    scene.told(honest, another_chain, reason("chain_differs"));
    let an_epoch_of_the_past: fn(&mut Hello) = |hello| hello.head.position.epoch.number = 0;
    scene.told(
        an_epoch_of_the_past,
        |told| Box::pin(async { told }),
        reason("decision_owed"),
    );
}

#[test]
fn a_primary_that_breaks_the_rules_of_the_link_is_cut_off_and_the_log_says_why() {
    let scene = Scene::new();
    let cut_off = |why: Breach| move |victim: &Victim| victim.cuts_off_for(why);
    let damaged: Lie = |told| {
        let mut entry = told.truth.due.clone();
        entry.label.push('!');
        Box::pin(told.entry(entry))
    };
    scene.told(honest, damaged, cut_off(Breach::Entry));
    let of_the_past: Lie = |told| {
        let entry = forged(&told, |it| it.epoch.number = 0);
        Box::pin(told.entry(entry))
    };
    scene.told(honest, of_the_past, cut_off(Breach::OldEpoch));
    let beats_of_the_past: Lie = |mut told| {
        Box::pin(async move {
            let mut beat = told.beat();
            beat.head.position.epoch.number = 0;
            told.say(Message::Heartbeat(beat)).await;
            told
        })
    };
    scene.told(honest, beats_of_the_past, cut_off(Breach::OldEpoch));
    let hears_what_was_not_said: Lie = |mut told| {
        Box::pin(async move {
            let heard = 1_000_000;
            let beat = Heartbeat {
                heard,
                ..told.beat()
            };
            told.say(Message::Heartbeat(beat)).await;
            told
        })
    };
    scene.told(honest, hears_what_was_not_said, cut_off(Breach::OutOfTurn));
    let acknowledges: Lie = |mut told| {
        Box::pin(async move {
            let head = told.hello.head;
            told.say(Message::Ack { head }).await;
            told
        })
    };
    scene.told(honest, acknowledges, cut_off(Breach::OutOfTurn));
    let impossible_numbers: Lie = |mut told| {
        Box::pin(async move {
            let mut beat = told.beat();
            beat.head.position.seq = NUMBER_MAX + 1;
            told.say(Message::Heartbeat(beat)).await;
            told
        })
    };
    scene.told(honest, impossible_numbers, cut_off(Breach::Frame));
}

#[test]
fn a_primary_that_sends_without_end_is_cut_off_and_takes_bounded_memory() {
    let scene = Scene::new();
    let cut_off = |why: Breach| move |victim: &Victim| victim.cuts_off_for(why);
    let opens_the_window: Lie = |mut told| {
        Box::pin(async move {
            let beyond = Frame::Credit { bytes: u32::MAX };
            let _ = told.link.sender.send(&beyond).await;
            told
        })
    };
    scene.told(honest, opens_the_window, cut_off(Breach::Window));
    let longest_frames: Lie = |mut told| {
        Box::pin(async move {
            // With no regard to what was dealt with.
            while told
                .send(BulkKind::Entry, vec![7; BULK_LEN_MAX - 1_024])
                .await
            {}
            told
        })
    };
    // The first of them is no entry; where the second one is there before that is found out, it is one too many.
    scene.told(honest, longest_frames, |victim: &Victim| {
        victim.station.until_reason("not_synced", "rules_broken");
        let why = cut_off_for(&victim.station);
        let expected = [Breach::Entry, Breach::Window].map(Breach::words);
        assert!(
            why.iter().all(|why| expected.contains(&why.as_str())),
            "{why:?}"
        );
    });
    let entries_that_are_not_due: Lie = |told| {
        Box::pin(async move {
            let entry = forged(&told, |it| it.seq += 5).encode();
            let mut told = told;
            let mut room = u64::from(node::link::flow::WINDOW);
            told.hears(|said| matches!(said, Message::Resume { .. }))
                .await;
            let mut sent = 0;
            while told.has_room(&mut room, entry.len()).await
                && told.send(BulkKind::Entry, entry.clone()).await
            {
                sent += 1;
                assert!(sent < 10 * FRAMES_MAX, "it listens for ever");
            }
            told
        })
    };
    scene.told(honest, entries_that_are_not_due, cut_off(Breach::Endless));
    // What it is told to do has it answer each time, and no answer is read.
    let never_listens: Lie = |mut told| {
        Box::pin(async move {
            let why = TailRefusal::JournalCut;
            while told.say(Message::ResumeRefused { why }).await {}
            told
        })
    };
    scene.told(honest, never_listens, |victim: &Victim| {
        until("it is cut off as deaf", || {
            cut_off_for(&victim.station).contains(&Breach::Deaf.words().to_owned())
        });
    });
}

#[test]
fn a_full_copy_that_is_more_than_it_said_or_says_more_than_can_be_replaces_nothing() {
    let scene = Scene::new();
    let excessive = |victim: &Victim| {
        until("it is cut off", || {
            cut_off_for(&victim.station).contains(&Breach::Excessive.words().to_owned())
        });
        victim
            .station
            .until_reason("not_synced", "snapshot_excessive");
    };
    let rows_beyond_number: Lie = |mut told| {
        Box::pin(async move {
            let rows = u64::MAX;
            told.header(&SnapshotHeader {
                rows,
                ..told.truth.header.clone()
            })
            .await;
            told
        })
    };
    scene.told(honest, rows_beyond_number, excessive);
    let bytes_beyond_number: Lie = |mut told| {
        Box::pin(async move {
            let bytes_max = u64::MAX;
            told.header(&SnapshotHeader {
                bytes_max,
                ..told.truth.header.clone()
            })
            .await;
            told
        })
    };
    scene.told(honest, bytes_beyond_number, excessive);
    let chunks_beyond_its_rows: Lie = |mut told| {
        Box::pin(async move {
            told.header(&told.truth.header.clone()).await;
            told.chunks_without_end().await;
            told
        })
    };
    scene.told(honest, chunks_beyond_its_rows, excessive);
    let chunks_beyond_its_bytes: Lie = |mut told| {
        Box::pin(async move {
            let (rows, bytes_max) = (200_000, 200_000);
            let header = told.truth.header.clone();
            told.header(&SnapshotHeader {
                rows,
                bytes_max,
                ..header
            })
            .await;
            told.chunks_without_end().await;
            told
        })
    };
    scene.told(honest, chunks_beyond_its_bytes, excessive);
}

/// Rule 1's other half: what fails at once is not tried as fast as it fails.
#[test]
fn a_primary_that_hangs_up_at_once_is_not_called_again_and_again_without_a_pause() {
    use std::sync::atomic::{AtomicUsize, Ordering};
    static LINKS: AtomicUsize = AtomicUsize::new(0);
    let scene = Scene::new();
    let hangs_up: Lie = |told| {
        Box::pin(async move {
            LINKS.fetch_add(1, Ordering::SeqCst);
            drop(told);
            std::future::pending().await
        })
    };
    let victim = scene.secondary();
    let _liar = scene.lies(honest, hangs_up);
    until("the first link", || LINKS.load(Ordering::SeqCst) > 0);
    let began = Instant::now();
    until("eight more", || LINKS.load(Ordering::SeqCst) > 8);
    // At least 0, 50, 100, 200, 400, 500, 500 and 500 ms from the beginning of one to that of the next.
    let paused = began.elapsed();
    assert!(paused.as_millis() >= 2_000, "nine links in {paused:?}");
    // None is longer than a heartbeat's time: it is still being tried.
    let so_far = LINKS.load(Ordering::SeqCst);
    until("the next", || LINKS.load(Ordering::SeqCst) > so_far + 1);
    victim.is_unharmed();
}

/// Answers the secondary's probes, takes its link, accepts it, and then announces a message of 2^62 bytes.
fn announces_a_giant(truth: &Arc<Truth>) -> std::net::TcpListener {
    let listener = std::net::TcpListener::bind(truth.address).expect("its port is free");
    let incoming = listener.try_clone().expect("a second handle");
    let config = Arc::new(tls::server_config(&truth.identity).expect("its TLS"));
    let (truth, run, began) = (Arc::clone(truth), RunId(Uuid::now_v7()), Instant::now());
    let asked = Arc::new(Mutex::new(None::<Hello>));
    std::thread::spawn(move || {
        for stream in incoming.incoming().map_while(Result::ok) {
            let (truth, asked) = (Arc::clone(&truth), Arc::clone(&asked));
            let tls = rustls::ServerConnection::new(Arc::clone(&config)).expect("a connection");
            std::thread::spawn(move || {
                let mut caller = rustls::StreamOwned::new(tls, stream);
                // Ends with an error, as a link that is cut does.
                let _ = answer_raw(&mut caller, &truth, &asked, run, began);
            });
        }
    });
    listener
}

fn answer_raw(
    caller: &mut (impl Read + Write),
    truth: &Truth,
    asked: &Mutex<Option<Hello>>,
    run: RunId,
    began: Instant,
) -> std::io::Result<()> {
    loop {
        let head = read_head(caller)?;
        let value = |name: &str| {
            let line = head.lines().find(|line| {
                line.split_once(':')
                    .is_some_and(|(key, _)| key.eq_ignore_ascii_case(name))
            });
            line.and_then(|line| line.split_once(':'))
                .map(|(_, value)| value.trim().to_owned())
        };
        if head.starts_with("POST") {
            let len = value("content-length")
                .and_then(|len| len.parse().ok())
                .unwrap_or(0);
            let mut body = vec![0; len];
            caller.read_exact(&mut body)?;
            let hello = wire::decode_hello(&Bytes::from(body)).expect("a Hello");
            let answer = wire::encode_body(&as_primary(truth, &hello, run, began)).expect("bytes");
            *asked.lock().expect("no poison") = Some(hello);
            write!(
                caller,
                "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n",
                answer.len()
            )?;
            caller.write_all(&answer)?;
            caller.flush()?;
            continue;
        }
        let key = value("sec-websocket-key").expect("a key");
        let accept = tungstenite::handshake::derive_accept_key(key.as_bytes());
        write!(
            caller,
            "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
             sec-websocket-accept: {accept}\r\n\r\n"
        )?;
        let to = asked
            .lock()
            .expect("no poison")
            .clone()
            .expect("it probed before");
        let hello = Box::new(as_primary(truth, &to, run, began));
        let stream = Stream {
            epoch: hello.head.position.epoch,
            run,
            number: 1,
        };
        let accept = Frame::Control(Message::Accept { hello, stream })
            .encode()
            .expect("bytes");
        let len = u16::try_from(accept.len()).expect("a short message");
        caller.write_all(&[0x82, 126])?;
        caller.write_all(&len.to_be_bytes())?;
        caller.write_all(&accept)?;
        caller.write_all(&giant_head(0))?;
        caller.flush()?;
        std::io::copy(caller, &mut std::io::sink())?;
        return Ok(());
    }
}

/// The head of a WebSocket message of 2^62 bytes (RFC 6455, section 5.2); the sender that dials masks.
pub fn giant_head(mask: u8) -> Vec<u8> {
    let mut head = vec![0x82, 127 | mask];
    head.extend_from_slice(&(1_u64 << 62).to_be_bytes());
    head
}

/// The head of an HTTP message.
pub fn read_head(from: &mut impl Read) -> std::io::Result<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        from.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}

#[test]
fn a_primary_that_announces_a_giant_message_is_cut_off_before_any_of_it_is_kept() {
    let scene = Scene::new();
    let victim = scene.secondary();
    let _listener = announces_a_giant(&scene.truth);
    victim.cuts_off_for(Breach::Frame);
    victim.is_unharmed();
}
