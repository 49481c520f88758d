//! A client of the control API that does no more than the others that are compared with it: one connection, one request
//! at a time.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;

use serde_json::Value;

use crate::station::Station;

/// A connection to a station.
pub struct Http {
    stream: BufReader<TcpStream>,
    host: String,
    token: String,
}

impl Http {
    pub fn to(station: &Station) -> Self {
        let (url, token) = station.control();
        let host = url
            .strip_prefix("http://")
            .expect("plain HTTP on loopback")
            .to_owned();
        let stream = TcpStream::connect(&host).expect("the control API answers");
        stream.set_nodelay(true).expect("no delay");
        Self {
            stream: BufReader::new(stream),
            host,
            token,
        }
    }

    /// Calls a command; an error is the body of the refusal.
    pub fn call(&mut self, command: &str, args: &Value) -> Result<Value, Value> {
        let body = args.to_string();
        let (host, token) = (&self.host, &self.token);
        let request = format!(
            "POST /api/v1/call/{command} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        self.stream
            .get_mut()
            .write_all(request.as_bytes())
            .expect("a request");
        let status = self.line();
        let mut length = 0;
        loop {
            let line = self.line().to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().expect("a length");
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).expect("the body");
        let body = serde_json::from_slice(&body)
            .unwrap_or_else(|error| panic!("{command} answers no JSON ({error}): {status}"));
        if status.split(' ').nth(1) == Some("200") {
            Ok(body)
        } else {
            Err(body)
        }
    }

    /// Calls a command that must succeed.
    pub fn ok(&mut self, command: &str, args: &Value) -> Value {
        self.call(command, args)
            .unwrap_or_else(|error| panic!("{command}: {error}"))
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.stream.read_line(&mut line).expect("a line");
        assert!(!line.is_empty(), "the station closed the connection");
        line.trim_end().to_owned()
    }
}
