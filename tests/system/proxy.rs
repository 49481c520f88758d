//! A TCP proxy between two stations that can be told to cut, to go silent in either direction, to delay, and to spoil bytes.
//! It forwards bytes of the TLS connection: what it does to them is what a bad network does.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What becomes of some bytes that the dialed side sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spoil {
    /// One bit is another.
    Flip,
    /// The second half is missing.
    Truncate,
    /// All are missing.
    Lose,
    /// They come twice.
    Replay,
}

/// Fewer bytes than these are left alone: an entry is longer.
const SPOILT_BYTES_MIN: usize = 40;

#[derive(Default)]
struct Faults {
    /// Bytes from the dialing side are swallowed.
    mute_up: AtomicBool,
    /// Bytes from the dialed side are swallowed.
    mute_down: AtomicBool,
    /// What becomes of the next bytes from the dialed side.
    spoil_down: Mutex<Option<Spoil>>,
    /// Milliseconds by which everything comes later.
    delay_ms: AtomicU64,
    stop: AtomicBool,
    open: Mutex<Vec<Open>>,
}

/// A connection through the proxy.
struct Open {
    ends: [TcpStream; 2],
    /// It is to end with a reset.
    reset: Arc<AtomicBool>,
}

/// A proxy on a loopback port of its own.
pub struct Proxy {
    pub address: SocketAddr,
    faults: Arc<Faults>,
}

impl Proxy {
    /// Forwards to this address.
    pub fn to(target: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port for the proxy");
        let address = listener.local_addr().expect("its address");
        let faults = Arc::new(Faults::default());
        let shared = Arc::clone(&faults);
        std::thread::spawn(move || {
            for incoming in listener.incoming() {
                if shared.stop.load(Ordering::SeqCst) {
                    return;
                }
                let Ok(near) = incoming else { continue };
                let Ok(far) = TcpStream::connect(target) else {
                    continue;
                };
                connect(near, far, &shared);
            }
        });
        Self { address, faults }
    }

    /// A proxy in front of the station with this URL, and the URL through it.
    pub fn before(url: &str) -> (Self, String) {
        let (scheme, rest) = url.split_once("://").expect("a scheme");
        let end = rest.find('/').expect("a path");
        let target: SocketAddr = rest[..end].parse().expect("a loopback address");
        let proxy = Self::to(target);
        let through = format!("{scheme}://{}{}", proxy.address, &rest[end..]);
        (proxy, through)
    }

    /// Neither direction gets through; nothing is closed: a silent partition.
    pub fn silence(&self) {
        self.mute(true, true);
    }

    /// Sets which directions are swallowed: from the dialing side, from the dialed side.
    pub fn mute(&self, up: bool, down: bool) {
        self.faults.mute_up.store(up, Ordering::SeqCst);
        self.faults.mute_down.store(down, Ordering::SeqCst);
    }

    /// Resets every connection.
    pub fn cut(&self) {
        for Open { ends, reset } in self.faults.open.lock().expect("no poison").drain(..) {
            reset.store(true, Ordering::SeqCst);
            for end in &ends {
                // Closed with something unsent allowed to be lost: the other side sees a reset. That happens when the
                // threads that read have been woken and let go of it.
                let _ = rustix::net::sockopt::set_socket_linger(end, Some(Duration::ZERO));
                let _ = end.shutdown(Shutdown::Read);
            }
        }
    }

    /// Ends a silence: connections that lost bytes are useless, so they are closed.
    pub fn heal(&self) {
        self.mute(false, false);
        self.cut();
    }

    /// Spoils the next bytes that the dialed side sends.
    pub fn spoil_next(&self, spoil: Spoil) {
        *self.faults.spoil_down.lock().expect("no poison") = Some(spoil);
    }

    /// Whether they were spoilt.
    pub fn spoilt(&self) -> bool {
        self.faults.spoil_down.lock().expect("no poison").is_none()
    }

    /// From now on everything comes later by this, in either direction.
    pub fn delay(&self, by: Duration) {
        let ms = u64::try_from(by.as_millis()).expect("a short delay");
        self.faults.delay_ms.store(ms, Ordering::SeqCst);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.faults.stop.store(true, Ordering::SeqCst);
        self.cut();
        // Wakes the listener's thread so that it sees that it is over.
        let _ = TcpStream::connect_timeout(&self.address, Duration::from_secs(1));
    }
}

fn connect(near: TcpStream, far: TcpStream, faults: &Arc<Faults>) {
    let _ = near.set_nodelay(true);
    let _ = far.set_nodelay(true);
    let clone = |stream: &TcpStream| stream.try_clone().expect("a second handle");
    let reset = Arc::new(AtomicBool::new(false));
    faults.open.lock().expect("no poison").push(Open {
        ends: [clone(&near), clone(&far)],
        reset: Arc::clone(&reset),
    });
    let reset_too = Arc::clone(&reset);
    let (near_in, far_out, up) = (clone(&near), clone(&far), Arc::clone(faults));
    std::thread::spawn(move || {
        forward(near_in, far_out, &reset_too, |chunk| {
            up.wait();
            if up.mute_up.load(Ordering::SeqCst) {
                chunk.clear();
            }
        });
    });
    let down = Arc::clone(faults);
    std::thread::spawn(move || {
        forward(far, near, &reset, |chunk| {
            down.wait();
            down.spoil(chunk);
            if down.mute_down.load(Ordering::SeqCst) {
                chunk.clear();
            }
        });
    });
}

impl Faults {
    fn wait(&self) {
        std::thread::sleep(Duration::from_millis(self.delay_ms.load(Ordering::SeqCst)));
    }

    fn spoil(&self, chunk: &mut Vec<u8>) {
        if chunk.len() < SPOILT_BYTES_MIN {
            return;
        }
        match self.spoil_down.lock().expect("no poison").take() {
            None => {}
            Some(Spoil::Flip) => {
                let middle = chunk.len() / 2;
                chunk[middle] ^= 0x10;
            }
            Some(Spoil::Truncate) => chunk.truncate(chunk.len() / 2),
            Some(Spoil::Lose) => chunk.clear(),
            Some(Spoil::Replay) => chunk.extend_from_within(..),
        }
    }
}

/// Passes on what comes, as `change` leaves it.
fn forward(
    mut from: TcpStream,
    mut to: TcpStream,
    reset: &AtomicBool,
    mut change: impl FnMut(&mut Vec<u8>),
) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(read) = from.read(&mut buffer) {
        if read == 0 {
            break;
        }
        let mut chunk = buffer[..read].to_vec();
        change(&mut chunk);
        if to.write_all(&chunk).is_err() {
            break;
        }
    }
    if !reset.load(Ordering::SeqCst) {
        let _ = from.shutdown(Shutdown::Both);
        let _ = to.shutdown(Shutdown::Both);
    }
}
