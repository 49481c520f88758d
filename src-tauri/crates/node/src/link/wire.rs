//! Frames: what one WebSocket message, or one request body between stations, is made of.
//!
//! `version (1 byte) · kind (1 byte) · payload`. The payload of a control frame is the postcard encoding of
//! [`pair::message::Message`]; that of a bulk frame is the [`Stream`] that it belongs to (postcard), then bytes that the
//! store made and reads. A frame that is too long, of another version or kind, cut short, or with bytes left over is
//! refused whole, and the connection closed.

use bytes::{BufMut as _, Bytes, BytesMut};
use pair::message::{Hello, Message, Stream};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The version of the framing itself. What the stations can say to each other is versioned in Hello.
pub const WIRE_VERSION: u8 = 1;
/// The longest payload of a control frame, in bytes. A Hello with an epoch history of some 15,000 epochs fits.
pub const CONTROL_LEN_MAX: usize = 1 << 20;
/// The longest payload of a bulk frame, in bytes.
pub const BULK_LEN_MAX: usize = 64 << 20;
/// Version and kind.
pub const HEADER_LEN: usize = 2;

/// One message between the stations.
#[derive(Debug, Clone, PartialEq)]
pub enum Frame {
    /// A message of the pair's protocol.
    Control(Message),
    /// Bulk data of a stream.
    Bulk {
        /// What the receiver must have been told to take.
        stream: Stream,
        /// What it is.
        kind: BulkKind,
        /// As the store encodes it.
        data: Bytes,
    },
    /// The receiver of bulk data has dealt with so many bytes of it: the sender may send as many more. This keeps the
    /// receiver's buffer bounded without ever holding up control frames behind bulk data.
    Credit {
        /// Bytes; a frame counts at most [`super::flow::WINDOW`].
        bytes: u32,
    },
}

/// What a bulk frame carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BulkKind {
    /// One journal entry.
    Entry,
    /// The description of a snapshot that follows.
    SnapshotHeader,
    /// One chunk of rows of a snapshot.
    SnapshotChunk,
    /// The end of a snapshot: all its chunks were sent. In a comparison: the end of an answer; from the secondary: it has
    /// everything.
    SnapshotEnd,
    /// What a secondary asks about the data that its primary has pinned. The answer is [`Self::Sums`], or chunks of rows or
    /// entries and [`Self::SnapshotEnd`].
    Question,
    /// The sums that were asked for.
    Sums,
}

/// Why a frame is refused. Its text goes to the other side as the reason of the close.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// Shorter than a header.
    #[error("frame of {0} bytes is shorter than its header")]
    Short(usize),
    /// Another framing.
    #[error("frame version {0}, expected {WIRE_VERSION}")]
    Version(u8),
    /// No such kind.
    #[error("unknown frame kind {0}")]
    Kind(u8),
    /// Beyond the limit of its kind.
    #[error("frame of {len} bytes, limit {max}")]
    TooLong {
        /// The payload's length.
        len: usize,
        /// The limit.
        max: usize,
    },
    /// The payload does not decode, or bytes are left over.
    #[error("malformed payload: {0}")]
    Malformed(&'static str),
}

const CONTROL: u8 = 1;
const CREDIT: u8 = 6;

impl BulkKind {
    fn byte(self) -> u8 {
        match self {
            Self::Entry => 2,
            Self::SnapshotHeader => 3,
            Self::SnapshotChunk => 4,
            Self::SnapshotEnd => 5,
            Self::Question => 7,
            Self::Sums => 8,
        }
    }

    fn of_byte(byte: u8) -> Option<Self> {
        [
            Self::Entry,
            Self::SnapshotHeader,
            Self::SnapshotChunk,
            Self::SnapshotEnd,
            Self::Question,
            Self::Sums,
        ]
        .into_iter()
        .find(|kind| kind.byte() == byte)
    }
}

impl Frame {
    /// The frame as bytes; an error where its payload is beyond the limit.
    pub fn encode(&self) -> Result<Bytes, FrameError> {
        match self {
            Self::Control(message) => encode_body(message),
            Self::Credit { bytes } => with_header(CREDIT, &[&bytes.to_be_bytes()], CONTROL_LEN_MAX),
            Self::Bulk { stream, kind, data } => {
                let stream = postcard::to_stdvec(stream)
                    .map_err(|_| FrameError::Malformed("not encodable"))?;
                with_header(kind.byte(), &[&stream, data], BULK_LEN_MAX)
            }
        }
    }

    /// Reads a frame. Bulk data shares `bytes`; what it holds is checked by the store.
    pub fn decode(bytes: &Bytes) -> Result<Self, FrameError> {
        match header(bytes)? {
            CONTROL => decode_body::<Message>(bytes)
                .and_then(|message| within(message.is_within_limits(), message))
                .map(Self::Control),
            CREDIT => decode_credit(bytes),
            other => decode_bulk(
                BulkKind::of_byte(other).ok_or(FrameError::Kind(other))?,
                bytes,
            ),
        }
    }
}

fn decode_credit(bytes: &Bytes) -> Result<Frame, FrameError> {
    let payload: [u8; 4] = bytes[HEADER_LEN..]
        .try_into()
        .map_err(|_| FrameError::Malformed("a credit has four bytes"))?;
    Ok(Frame::Credit {
        bytes: u32::from_be_bytes(payload),
    })
}

fn decode_bulk(kind: BulkKind, bytes: &Bytes) -> Result<Frame, FrameError> {
    let payload = payload_of(bytes, BULK_LEN_MAX)?;
    let (stream, data) = postcard::take_from_bytes(&payload)
        .map_err(|_| FrameError::Malformed("its stream does not decode"))?;
    Ok(Frame::Bulk {
        stream,
        kind,
        data: payload.slice_ref(data),
    })
}

/// A control payload of any type as a framed body: what requests and answers over HTTP carry.
pub fn encode_body<T: Serialize>(value: &T) -> Result<Bytes, FrameError> {
    encode_body_within(value, CONTROL_LEN_MAX)
}

/// The same with a limit of its own.
pub fn encode_body_within<T: Serialize>(value: &T, max: usize) -> Result<Bytes, FrameError> {
    let payload = postcard::to_stdvec(value).map_err(|_| FrameError::Malformed("not encodable"))?;
    with_header(CONTROL, &[&payload], max)
}

/// Reads such a body.
pub fn decode_body<T: DeserializeOwned>(bytes: &Bytes) -> Result<T, FrameError> {
    decode_body_within(bytes, CONTROL_LEN_MAX)
}

/// The same with a limit of its own.
pub fn decode_body_within<T: DeserializeOwned>(bytes: &Bytes, max: usize) -> Result<T, FrameError> {
    let found = header(bytes)?;
    if found != CONTROL {
        return Err(FrameError::Kind(found));
    }
    let payload = payload_of(bytes, max)?;
    match postcard::take_from_bytes(&payload) {
        Ok((value, [])) => Ok(value),
        Ok(_) => Err(FrameError::Malformed("bytes are left over")),
        Err(_) => Err(FrameError::Malformed("it does not decode")),
    }
}

/// Reads a Hello that came as a body.
pub fn decode_hello(bytes: &Bytes) -> Result<Hello, FrameError> {
    decode_body::<Hello>(bytes).and_then(|hello| within(hello.is_within_limits(), hello))
}

fn within<T>(is: bool, value: T) -> Result<T, FrameError> {
    is.then_some(value)
        .ok_or(FrameError::Malformed("a part is beyond its limit"))
}

fn header(bytes: &Bytes) -> Result<u8, FrameError> {
    match bytes[..] {
        [WIRE_VERSION, kind, ..] => Ok(kind),
        [version, _, ..] => Err(FrameError::Version(version)),
        _ => Err(FrameError::Short(bytes.len())),
    }
}

fn payload_of(bytes: &Bytes, max: usize) -> Result<Bytes, FrameError> {
    let payload = bytes.slice(HEADER_LEN..);
    check_len(payload.len(), max)?;
    Ok(payload)
}

fn with_header(kind: u8, parts: &[&[u8]], max: usize) -> Result<Bytes, FrameError> {
    let len = parts.iter().map(|part| part.len()).sum();
    check_len(len, max)?;
    let mut frame = BytesMut::with_capacity(HEADER_LEN + len);
    frame.put_u8(WIRE_VERSION);
    frame.put_u8(kind);
    parts.iter().for_each(|part| frame.put_slice(part));
    Ok(frame.freeze())
}

fn check_len(len: usize, max: usize) -> Result<(), FrameError> {
    if len > max {
        Err(FrameError::TooLong { len, max })
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use domain::history::{Chain, Epoch};
    use domain::ids::StationId;
    use pair::config::RunId;
    use uuid::Uuid;

    use super::*;

    fn stream() -> Stream {
        let station = StationId(Uuid::from_u128(1));
        Stream {
            epoch: Epoch {
                number: 3,
                opener: station,
            },
            run: RunId(Uuid::from_u128(2)),
            number: 4,
        }
    }

    #[test]
    fn frames_come_back_as_they_were_sent() {
        let bulk = |kind, data: &'static [u8]| Frame::Bulk {
            stream: stream(),
            kind,
            data: Bytes::from_static(data),
        };
        for frame in [
            bulk(BulkKind::Entry, b"entry"),
            bulk(BulkKind::SnapshotHeader, b"header"),
            bulk(BulkKind::SnapshotChunk, b"rows"),
            bulk(BulkKind::SnapshotEnd, b""),
            bulk(BulkKind::Question, b"what"),
            bulk(BulkKind::Sums, b"that"),
            Frame::Control(Message::Fence { epoch_seen: 7 }),
            Frame::Credit { bytes: 65_536 },
            Frame::Control(Message::Resume {
                after_seq: 12,
                chain: Chain(u128::MAX),
            }),
        ] {
            assert_eq!(Frame::decode(&frame.encode().unwrap()), Ok(frame));
        }
    }

    #[test]
    fn a_frame_of_another_version_or_kind_or_without_header_or_stream_is_refused() {
        assert_eq!(Frame::decode(&Bytes::new()), Err(FrameError::Short(0)));
        assert_eq!(
            Frame::decode(&Bytes::from_static(&[WIRE_VERSION])),
            Err(FrameError::Short(1))
        );
        assert_eq!(
            Frame::decode(&Bytes::from_static(&[9, 2, 0])),
            Err(FrameError::Version(9))
        );
        assert_eq!(
            Frame::decode(&Bytes::from_static(&[WIRE_VERSION, 99, 0])),
            Err(FrameError::Kind(99))
        );
        for cut_short in [&[WIRE_VERSION, 2, 0][..], &[WIRE_VERSION, CREDIT, 0]] {
            let refused = Frame::decode(&Bytes::copy_from_slice(cut_short));
            assert!(matches!(refused, Err(FrameError::Malformed(_))));
        }
    }

    #[test]
    fn a_control_frame_with_too_much_too_little_or_oversize_is_refused() {
        let good = encode_body(&(7_u64, "seven".to_owned())).unwrap();
        assert_eq!(decode_body(&good), Ok((7_u64, "seven".to_owned())));

        let mut longer = BytesMut::from(&good[..]);
        longer.put_u8(0);
        assert_eq!(
            decode_body::<(u64, String)>(&longer.freeze()),
            Err(FrameError::Malformed("bytes are left over"))
        );
        assert!(matches!(
            decode_body::<(u64, String)>(&good.slice(..good.len() - 1)),
            Err(FrameError::Malformed(_))
        ));

        let oversize = vec![0; CONTROL_LEN_MAX + HEADER_LEN + 1];
        let oversize = [&[WIRE_VERSION, CONTROL][..], &oversize[HEADER_LEN..]].concat();
        assert!(matches!(
            Frame::decode(&Bytes::from(oversize)),
            Err(FrameError::TooLong { .. })
        ));
        assert!(matches!(
            encode_body(&vec![1_u8; CONTROL_LEN_MAX + 1]),
            Err(FrameError::TooLong { .. })
        ));
    }

    #[test]
    fn a_length_that_lies_takes_no_memory() {
        let claim = [WIRE_VERSION, CONTROL, 0xff, 0xff, 0xff, 0xff, 0x0f];
        assert!(matches!(
            decode_body::<Vec<u64>>(&Bytes::copy_from_slice(&claim)),
            Err(FrameError::Malformed(_))
        ));
    }
}
