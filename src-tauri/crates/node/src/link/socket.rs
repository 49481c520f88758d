//! The one WebSocket between the stations, whichever end opened it: frames in, frames out.

use std::pin::Pin;
use std::sync::Arc;

use axum::extract::ws;
use bytes::Bytes;
use futures_util::{Sink, SinkExt as _, Stream, StreamExt as _, future};
use reqwest_websocket as dialed;

use super::fingerprint::Fingerprint;
use super::wire::{BULK_LEN_MAX, Frame, FrameError, HEADER_LEN};
use crate::metrics::Metrics;

/// The longest WebSocket message that is read.
pub const MESSAGE_LEN_MAX: usize = BULK_LEN_MAX + HEADER_LEN;

/// The close code for "policy violated, see reason" (RFC 6455, section 7.4.1).
const CLOSE_POLICY: u16 = 1008;
/// The longest reason that a close frame can carry, in bytes (RFC 6455, section 5.5).
const REASON_LEN_MAX: usize = 123;

/// Why a link ended.
#[derive(Debug, thiserror::Error)]
pub enum SocketError {
    /// The other side closed it, with its reason.
    #[error("the peer closed the link: {0}")]
    Closed(String),
    /// The connection broke.
    #[error("the link broke: {0}")]
    Broken(String),
    /// The other side does not keep to the WebSocket protocol, or a message is longer than any frame may be.
    #[error("the peer sent a message that is refused: {0}")]
    Misframed(String),
    /// The other side sent what is no frame.
    #[error("the peer sent a frame that is refused: {0}")]
    Frame(#[from] FrameError),
    /// The other side sent text.
    #[error("the peer sent a text message")]
    Text,
}

enum Packet {
    Data(Bytes),
    Close { code: u16, reason: String },
    Text,
}

type PacketSink = Pin<Box<dyn Sink<Packet, Error = SocketError> + Send>>;
type PacketStream = Pin<Box<dyn Stream<Item = Result<Packet, SocketError>> + Send>>;

/// An open link.
pub struct Link {
    /// The certificate that the other end has shown.
    pub peer: Fingerprint,
    /// The way out.
    pub sender: LinkSender,
    /// The way in.
    pub receiver: LinkReceiver,
}

/// The half of a link that sends.
pub struct LinkSender(PacketSink, Option<Arc<Metrics>>);

/// The half of a link that receives.
pub struct LinkReceiver(PacketStream, Option<Arc<Metrics>>);

impl LinkSender {
    /// Sends a frame at once. Waits while the connection takes no more.
    pub async fn send(&mut self, frame: &Frame) -> Result<(), SocketError> {
        let data = self.encode(frame)?;
        self.0.send(Packet::Data(data)).await
    }

    /// Puts a frame into the buffer; [`Self::flush`] sends it. Waits while the buffer is full.
    pub async fn feed(&mut self, frame: &Frame) -> Result<(), SocketError> {
        let data = self.encode(frame)?;
        self.0.feed(Packet::Data(data)).await
    }

    fn encode(&self, frame: &Frame) -> Result<Bytes, SocketError> {
        let data = frame.encode()?;
        if let Some(metrics) = &self.1 {
            metrics.sent_bytes.add(data.len() as u64);
        }
        Ok(data)
    }

    /// Sends what was fed.
    pub async fn flush(&mut self) -> Result<(), SocketError> {
        self.0.flush().await
    }

    /// Closes the link with a reason that the other side can log.
    pub async fn close(mut self, reason: &str) {
        let reason = reason.chars().scan(0, |len, c| {
            *len += c.len_utf8();
            (*len <= REASON_LEN_MAX).then_some(c)
        });
        let close = Packet::Close {
            code: CLOSE_POLICY,
            reason: reason.collect(),
        };
        // The other side may be gone already: then there is nobody to tell.
        if self.0.send(close).await.is_ok() {
            let _ = self.0.close().await;
        }
    }
}

impl LinkReceiver {
    /// The next frame; an error once, at the end.
    pub async fn next(&mut self) -> Result<Frame, SocketError> {
        match self.0.next().await {
            Some(Ok(Packet::Data(bytes))) => {
                if let Some(metrics) = &self.1 {
                    metrics.received_bytes.add(bytes.len() as u64);
                }
                Ok(Frame::decode(&bytes)?)
            }
            Some(Ok(Packet::Text)) => Err(SocketError::Text),
            Some(Ok(Packet::Close { reason, .. })) => Err(SocketError::Closed(reason)),
            Some(Err(error)) => Err(error),
            None => Err(SocketError::Closed("without a reason".into())),
        }
    }
}

impl Link {
    /// The same link, whose bytes are counted from now on.
    #[must_use]
    pub fn metered(mut self, metrics: Arc<Metrics>) -> Self {
        self.sender.1 = Some(Arc::clone(&metrics));
        self.receiver.1 = Some(metrics);
        self
    }

    /// The end that the peer's call opened.
    pub(super) fn served(peer: Fingerprint, socket: ws::WebSocket) -> Self {
        let (sink, stream) = socket.split();
        let sink = sink.sink_map_err(broken).with(|packet| {
            future::ok::<_, SocketError>(match packet {
                Packet::Data(bytes) => ws::Message::Binary(bytes),
                Packet::Close { code, reason } => ws::Message::Close(Some(ws::CloseFrame {
                    code,
                    reason: reason.into(),
                })),
                Packet::Text => ws::Message::Text(ws::Utf8Bytes::default()),
            })
        });
        let stream = stream.filter_map(|message| {
            future::ready(match message {
                Ok(ws::Message::Binary(bytes)) => Some(Ok(Packet::Data(bytes))),
                Ok(ws::Message::Text(_)) => Some(Ok(Packet::Text)),
                Ok(ws::Message::Close(frame)) => {
                    Some(Ok(frame.map_or(closed_silently(), |frame| Packet::Close {
                        code: frame.code,
                        reason: frame.reason.to_string(),
                    })))
                }
                Ok(ws::Message::Ping(_) | ws::Message::Pong(_)) => None,
                Err(error) => Some(Err(served_error(error))),
            })
        });
        Self {
            peer,
            sender: LinkSender(Box::pin(sink), None),
            receiver: LinkReceiver(Box::pin(stream), None),
        }
    }

    /// The end that called the peer.
    pub(super) fn dialed(peer: Fingerprint, socket: dialed::WebSocket) -> Self {
        let (sink, stream) = socket.split();
        let sink = sink.sink_map_err(broken).with(|packet| {
            future::ok::<_, SocketError>(match packet {
                Packet::Data(bytes) => dialed::Message::Binary(bytes),
                Packet::Close { code, reason } => dialed::Message::Close {
                    code: code.into(),
                    reason,
                },
                Packet::Text => dialed::Message::Text(String::new()),
            })
        });
        let stream = stream.filter_map(|message| {
            future::ready(match message {
                Ok(dialed::Message::Binary(bytes)) => Some(Ok(Packet::Data(bytes))),
                Ok(dialed::Message::Text(_)) => Some(Ok(Packet::Text)),
                Ok(dialed::Message::Close { code, reason }) => Some(Ok(Packet::Close {
                    code: code.into(),
                    reason,
                })),
                Ok(_) => None,
                Err(error) => Some(Err(dialed_error(error))),
            })
        });
        Self {
            peer,
            sender: LinkSender(Box::pin(sink), None),
            receiver: LinkReceiver(Box::pin(stream), None),
        }
    }
}

fn closed_silently() -> Packet {
    Packet::Close {
        code: CLOSE_POLICY,
        reason: "without a reason".into(),
    }
}

fn broken(error: impl std::fmt::Display) -> SocketError {
    SocketError::Broken(error.to_string())
}

/// What came was refused before it was a message. The two ends use one library in two versions.
fn served_error(error: axum::Error) -> SocketError {
    use served_tungstenite::Error;
    use served_tungstenite::error::ProtocolError::ResetWithoutClosingHandshake;
    let error = error.into_inner();
    match error.downcast_ref::<Error>() {
        Some(Error::Protocol(ResetWithoutClosingHandshake)) => broken(error),
        Some(Error::Capacity(_) | Error::Protocol(_) | Error::Utf8(_)) => {
            SocketError::Misframed(error.to_string())
        }
        _ => broken(error),
    }
}

fn dialed_error(error: dialed::Error) -> SocketError {
    use tungstenite::Error;
    use tungstenite::error::ProtocolError::ResetWithoutClosingHandshake;
    match &error {
        dialed::Error::Tungstenite(Error::Protocol(ResetWithoutClosingHandshake)) => broken(error),
        dialed::Error::Tungstenite(Error::Capacity(_) | Error::Protocol(_) | Error::Utf8(_)) => {
            SocketError::Misframed(error.to_string())
        }
        _ => broken(error),
    }
}
