//! PostgreSQL's protocol (version 3.0, <https://www.postgresql.org/docs/15/protocol-message-formats.html>) as far as a
//! benchmark needs it: no password, no TLS, simple queries with text results.

use std::io::{self, BufReader, Read as _, Write as _};
use std::net::TcpStream;

/// The version of the protocol: 3.0.
const PROTOCOL: u32 = 3 << 16;

/// A connection to a server.
pub struct Connection {
    stream: BufReader<TcpStream>,
}

/// Columns of one row; `None` is NULL.
pub type Columns = Vec<Option<String>>;

impl Connection {
    /// Connects as `bench` to the database `postgres`; fails while the server starts.
    pub fn open(port: u16) -> Result<Self, String> {
        let stream = TcpStream::connect(("127.0.0.1", port)).map_err(|error| error.to_string())?;
        stream
            .set_nodelay(true)
            .map_err(|error| error.to_string())?;
        let mut startup = PROTOCOL.to_be_bytes().to_vec();
        startup.extend_from_slice(b"user\0bench\0database\0postgres\0\0");
        let mut connection = Self {
            stream: BufReader::new(stream),
        };
        connection
            .send(None, &startup)
            .map_err(|error| error.to_string())?;
        connection.answer()?;
        Ok(connection)
    }

    /// Runs SQL; the rows of its result.
    pub fn query(&mut self, sql: &str) -> Result<Vec<Columns>, String> {
        let mut body = sql.as_bytes().to_vec();
        body.push(0);
        self.send(Some(b'Q'), &body)
            .map_err(|error| error.to_string())?;
        self.answer()
    }

    /// Runs SQL that must succeed.
    pub fn ok(&mut self, sql: &str) -> Vec<Columns> {
        self.query(sql)
            .unwrap_or_else(|error| panic!("PostgreSQL: {sql}: {error}"))
    }

    /// The one value of the one row.
    pub fn one(&mut self, sql: &str) -> String {
        let rows = self.ok(sql);
        let value = rows
            .into_iter()
            .next()
            .and_then(|row| row.into_iter().next());
        value.flatten().unwrap_or_default()
    }

    fn send(&mut self, kind: Option<u8>, body: &[u8]) -> io::Result<()> {
        let length = u32::try_from(body.len() + 4).expect("a short message");
        let mut message = Vec::with_capacity(body.len() + 5);
        message.extend(kind);
        message.extend_from_slice(&length.to_be_bytes());
        message.extend_from_slice(body);
        self.stream.get_mut().write_all(&message)
    }

    /// Reads to the end of an answer.
    fn answer(&mut self) -> Result<Vec<Columns>, String> {
        let (mut rows, mut failed) = (Vec::new(), None);
        loop {
            let (kind, body) = self.message().map_err(|error| error.to_string())?;
            match kind {
                b'D' => rows.push(columns(&body)),
                // AuthenticationOk is the only request that is not a request.
                b'R' if body != [0; 4] => return Err("it asks for a password".to_owned()),
                b'E' => {
                    let fatal = failed.insert(message_of(&body)).starts_with("FATAL");
                    if fatal {
                        break;
                    }
                }
                b'Z' => break,
                _ => {}
            }
        }
        failed.map_or(Ok(rows), Err)
    }

    fn message(&mut self) -> io::Result<(u8, Vec<u8>)> {
        let mut head = [0; 5];
        self.stream.read_exact(&mut head)?;
        let length = u32::from_be_bytes([head[1], head[2], head[3], head[4]]);
        let mut body = vec![0; usize::try_from(length).map_or(0, |length| length - 4)];
        self.stream.read_exact(&mut body)?;
        Ok((head[0], body))
    }
}

/// The columns of a DataRow.
fn columns(body: &[u8]) -> Columns {
    let (_, mut rest) = body.split_at(2);
    let mut columns = Vec::new();
    while let Some((length, after)) = rest.split_first_chunk::<4>() {
        let length = i32::from_be_bytes(*length);
        let (value, after) = match usize::try_from(length) {
            Ok(length) => {
                let (value, after) = after.split_at(length);
                (Some(String::from_utf8_lossy(value).into_owned()), after)
            }
            Err(_) => (None, after),
        };
        columns.push(value);
        rest = after;
    }
    columns
}

/// "SEVERITY: message" of an ErrorResponse.
fn message_of(body: &[u8]) -> String {
    let field = |kind: u8| {
        body.split(|byte| *byte == 0)
            .find_map(|field| field.strip_prefix(&[kind]))
            .map(|text| String::from_utf8_lossy(text).into_owned())
            .unwrap_or_default()
    };
    format!("{}: {}", field(b'S'), field(b'M'))
}
