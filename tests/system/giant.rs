//! A message that is announced to be longer than any memory, by a peer of either kind.

use std::io::{Read, Write};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use bytes::Bytes;
use node::link::tls;
use node::link::wire::{self, Frame};
use pair::breach::Breach;
use pair::config::RunId;
use pair::message::{Hello, Message, Stream};
use uuid::Uuid;

use crate::liar::{Scene, Truth, as_primary};

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
