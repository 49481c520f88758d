//! Whoever is not the pinned peer learns nothing and changes nothing.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use crate::station::{DAY, Pair};

fn address(url: &str) -> SocketAddr {
    let rest = url.split_once("://").expect("a scheme").1;
    rest[..rest.find('/').expect("a path")]
        .parse()
        .expect("a loopback address")
}

#[test]
fn garbage_on_the_peer_port_changes_nothing() {
    let pair = Pair::copy();
    let before = pair.primary.verified_sum();
    let plain = b"GET /peer/v1/link HTTP/1.1\r\nHost: x\r\n\r\n".to_vec();
    let zeros = vec![0; 100_000];
    let noise: Vec<u8> = (0..50_000_u32)
        .map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect();
    for bytes in [plain, zeros, noise] {
        let mut stream =
            TcpStream::connect(address(&pair.primary.url())).expect("the port is open");
        stream
            .set_read_timeout(Some(Duration::from_secs(5)))
            .expect("a timeout");
        let _ = stream.write_all(&bytes);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        assert!(
            !String::from_utf8_lossy(&answer).contains("Alpha"),
            "a stranger learns no name"
        );
    }
    assert_eq!(pair.primary.verified_sum(), before);
    pair.primary.note(DAY, "still works");
    pair.until_synced();
}

#[test]
fn an_oversized_request_to_the_control_port_is_too_large() {
    let pair = Pair::copy();
    let (url, token) = pair.primary.control();
    let http = reqwest::blocking::Client::builder()
        .no_proxy()
        .build()
        .expect("a client");
    let answer = http
        .post(format!("{url}/api/v1/call/get_station"))
        .bearer_auth(token)
        .header("content-type", "application/json")
        .body(vec![b' '; 128 * 1024 * 1024])
        .send();
    // The station may close the connection before all is sent: then there is no answer to read.
    if let Ok(answer) = answer {
        assert_eq!(answer.status(), 413);
        let error: serde_json::Value = answer.json().expect("JSON");
        assert_eq!(error["code"], "too_large");
    }
    pair.primary.note(DAY, "still works");
}
