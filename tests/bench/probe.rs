//! What the disk and the loopback can do at this moment: each figure is printed beside these, measured in between.

use std::fs::File;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::samples::Samples;

/// Pages of the file that is written over: that of SQLite's log before it starts again at its beginning.
const PAGES: u64 = 1_000;

/// Measures the disk under a directory, and the loopback.
pub struct Probe {
    file: File,
    page: u64,
    client: TcpStream,
    /// `fdatasync` after 4 KiB were written over: the least that a durable write can take.
    pub fdatasync: Samples,
    /// Half a kilobyte there and back over TCP.
    pub round_trip: Samples,
}

impl Probe {
    /// On the disk of this directory.
    pub fn new(dir: &Path) -> Self {
        let file = File::create(dir.join("probe")).expect("a file on the disk");
        for page in 0..PAGES {
            file.write_all_at(&[0; 4096], page * 4096).expect("a page");
        }
        file.sync_all().expect("fsync");
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let client =
            TcpStream::connect(listener.local_addr().expect("an address")).expect("loopback");
        client.set_nodelay(true).expect("no delay");
        let (mut server, _) = listener.accept().expect("a connection");
        server.set_nodelay(true).expect("no delay");
        std::thread::spawn(move || {
            let mut bytes = [0; 512];
            while server.read_exact(&mut bytes).is_ok() && server.write_all(&bytes).is_ok() {}
        });
        Self {
            file,
            page: 0,
            client,
            fdatasync: Samples::default(),
            round_trip: Samples::default(),
        }
    }

    /// Takes one sample of each.
    pub fn sample(&mut self) {
        let page = [u8::try_from(self.page % 256).unwrap_or(0); 4096];
        self.page += 1;
        let begun = Instant::now();
        self.file
            .write_all_at(&page, self.page % PAGES * 4096)
            .expect("a page");
        self.file.sync_data().expect("fdatasync");
        self.fdatasync.push(begun.elapsed());

        let mut bytes = [7; 512];
        let begun = Instant::now();
        self.client.write_all(&bytes).expect("there");
        self.client.read_exact(&mut bytes).expect("and back");
        self.round_trip.push(begun.elapsed());
    }

    /// Forgets what was measured so far.
    pub fn restart(&mut self) {
        self.fdatasync = Samples::default();
        self.round_trip = Samples::default();
    }

    /// What an edit that is durable on both stations cannot go below: two waits for the disk and one round trip (medians).
    pub fn least(&self) -> Duration {
        2 * self.fdatasync.p50() + self.round_trip.p50()
    }
}
