//! A TCP proxy between two stations that can be told to cut, to go silent in either direction, or to flip bits.
//! It forwards bytes of the TLS connection: what it does to them is what a bad network does.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

#[derive(Default)]
struct Faults {
    /// Bytes from the dialing side are swallowed.
    mute_up: AtomicBool,
    /// Bytes from the dialed side are swallowed.
    mute_down: AtomicBool,
    /// Flip one bit in the next chunk of at least this many bytes from the dialed side; 0 for none.
    flip_down: AtomicU64,
    stop: AtomicBool,
    open: Mutex<Vec<TcpStream>>,
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
        for stream in self.faults.open.lock().expect("no poison").drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    /// Ends a silence: connections that lost bytes are useless, so they are closed.
    pub fn heal(&self) {
        self.mute(false, false);
        self.cut();
    }

    /// Flips a bit in the next chunk of at least `bytes` that the dialed side sends.
    pub fn flip_in_next(&self, bytes: u64) {
        self.faults.flip_down.store(bytes, Ordering::SeqCst);
    }

    /// Whether the bit was flipped.
    pub fn flipped(&self) -> bool {
        self.faults.flip_down.load(Ordering::SeqCst) == 0
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
    {
        let mut open = faults.open.lock().expect("no poison");
        open.push(clone(&near));
        open.push(clone(&far));
    }
    let (near_in, far_out, up) = (clone(&near), clone(&far), Arc::clone(faults));
    std::thread::spawn(move || forward(near_in, far_out, |_| up.mute_up.load(Ordering::SeqCst)));
    let down = Arc::clone(faults);
    std::thread::spawn(move || {
        forward(far, near, |chunk| {
            let at_least = down.flip_down.load(Ordering::SeqCst);
            if at_least > 0 && chunk.len() as u64 >= at_least {
                let middle = chunk.len() / 2;
                chunk[middle] ^= 0x10;
                down.flip_down.store(0, Ordering::SeqCst);
            }
            down.mute_down.load(Ordering::SeqCst)
        });
    });
}

fn forward(mut from: TcpStream, mut to: TcpStream, mut swallow: impl FnMut(&mut [u8]) -> bool) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(read) = from.read(&mut buffer) {
        if read == 0 {
            break;
        }
        if swallow(&mut buffer[..read]) {
            continue;
        }
        if to.write_all(&buffer[..read]).is_err() {
            break;
        }
    }
    let _ = from.shutdown(Shutdown::Both);
    let _ = to.shutdown(Shutdown::Both);
}
