//! How a station that lost its peer tries to reach it (DESIGN.md 5.3, rule 1).

use std::collections::HashSet;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::station::{Pair, Station};

/// Attempts that may be under way at a time: each takes two seconds at most, and one begins every 500 ms.
const UNDER_WAY_MAX: usize = 5;

/// The secondary's peer is at this address from now on; what is tried until it takes over by itself.
fn tries_until_it_takes_over(secondary: &Station, primary_url: &str, at: SocketAddr) -> Instant {
    let pin = primary_url.rsplit_once('/').expect("a path").1;
    secondary.ok(
        "set_redundancy",
        json!({
            "mode": "secondary_failover", "failover_offset_s": 4, "confirm_replace": true,
            "peer_url": format!("https://{at}/{pin}"),
        }),
    );
    let began = Instant::now();
    assert_eq!(secondary.redundancy()["armed"], true, "it counts");
    began
}

/// What the rule asks for in this time, less one in four for a machine that is busy with other things.
fn at_least(counted: Duration) -> usize {
    usize::try_from(counted.as_millis() / 500 * 3 / 4).expect("a count")
}

#[test]
fn while_the_offset_counts_a_peer_that_accepts_and_says_nothing_is_tried_every_500_ms() {
    let mut pair = Pair::failover(30);
    let primary_url = pair.primary.url();
    pair.primary.kill();
    let mute = TcpListener::bind("127.0.0.1:0").expect("a port");
    let at = mute.local_addr().expect("its address");
    let (tried, under_way, most) =
        <(Arc<AtomicUsize>, Arc<AtomicUsize>, Arc<AtomicUsize>)>::default();
    let counts = (
        Arc::clone(&tried),
        Arc::clone(&under_way),
        Arc::clone(&most),
    );
    std::thread::spawn(move || {
        let (tried, under_way, most) = counts;
        for mut caller in mute.incoming().map_while(Result::ok) {
            tried.fetch_add(1, Ordering::SeqCst);
            most.fetch_max(
                under_way.fetch_add(1, Ordering::SeqCst) + 1,
                Ordering::SeqCst,
            );
            let under_way = Arc::clone(&under_way);
            std::thread::spawn(move || {
                // Until the station gives up.
                let _ = std::io::copy(&mut caller, &mut std::io::sink());
                under_way.fetch_sub(1, Ordering::SeqCst);
            });
        }
    });
    let began = tries_until_it_takes_over(&pair.secondary, &primary_url, at);
    pair.secondary
        .until("primary", |now| now["mode"] == "primary");
    let (tried, expected) = (
        tried.load(Ordering::SeqCst),
        at_least(began.elapsed().min(Duration::from_secs(4))),
    );
    assert!(
        tried >= expected,
        "{tried} attempts, at least {expected} are due"
    );
    assert!(
        most.load(Ordering::SeqCst) <= UNDER_WAY_MAX,
        "{most:?} under way at a time"
    );
}

#[test]
fn while_the_offset_counts_a_network_that_swallows_every_packet_is_tried_every_500_ms() {
    let mut pair = Pair::failover(30);
    let primary_url = pair.primary.url();
    pair.primary.kill();
    // A queue for one connection that nobody takes out: what comes after it is dropped without an answer.
    let full = TcpListener::bind("127.0.0.1:0").expect("a port");
    rustix::net::listen(&full, 0).expect("a short queue");
    let at = full.local_addr().expect("its address");
    let fills =
        std::iter::repeat_with(|| TcpStream::connect_timeout(&at, Duration::from_millis(200)));
    let _queued: Vec<_> = fills.map_while(Result::ok).collect();
    let began = tries_until_it_takes_over(&pair.secondary, &primary_url, at);
    let (mut tried, mut most) = (HashSet::new(), 0);
    while pair.secondary.redundancy()["mode"] != "primary" {
        let connecting = connecting_to(at);
        most = most.max(connecting.len());
        tried.extend(connecting);
        assert!(
            began.elapsed() < crate::station::PATIENCE,
            "it never takes over"
        );
        std::thread::sleep(Duration::from_millis(20));
    }
    let expected = at_least(began.elapsed().min(Duration::from_secs(4)));
    assert!(
        tried.len() >= expected,
        "{} attempts, at least {expected} are due",
        tried.len()
    );
    assert!(most <= UNDER_WAY_MAX, "{most} under way at a time");
}

/// The local ends of the connections to this address whose first packet is not answered yet (`SYN_SENT` in proc(5)).
fn connecting_to(at: SocketAddr) -> HashSet<String> {
    let table = std::fs::read_to_string("/proc/net/tcp").expect("the kernel's table");
    let port = format!(":{:04X}", at.port());
    let connecting = table.lines().skip(1).filter_map(|line| {
        let mut fields = line.split_whitespace().skip(1);
        let (local, remote, state) = (fields.next()?, fields.next()?, fields.next()?);
        (remote.ends_with(&port) && state == "02").then(|| local.to_owned())
    });
    connecting.collect()
}
