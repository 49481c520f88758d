//! The open links: a task that reads and a task that writes for each.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use pair::breach::Breach;
use pair::event::{ContactFailure, LinkId};
use pair::message::{Message, Stream};
use store::failpoint::{self, Point};
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;
use tokio_util::task::AbortOnDropHandle;

use crate::link::flow::{Allowance, FRAMES_MAX, Intake, Share, WindowBroken};
use crate::link::socket::{Link, LinkReceiver, LinkSender, SocketError};
use crate::link::wire::{BulkKind, Frame};

/// Control messages that may wait for a slow connection. The pair says little: more waiting means that the peer is stuck.
const CONTROL_WAITING_MAX: usize = 256;
/// Bulk frames that may wait for the connection beside those in its window.
const BULK_WAITING_MAX: usize = 16;
/// How long the orderly end of a link may take.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);

/// What a link reports.
#[derive(Debug)]
pub(super) enum LinkEvent {
    /// A control message arrived.
    Received(Message),
    /// It is gone.
    Lost(ContactFailure),
}

/// A bulk frame that arrived, with its share of the link's window.
pub(super) struct BulkFrame {
    pub(super) stream: Stream,
    pub(super) kind: BulkKind,
    pub(super) data: Bytes,
    pub(super) _share: Share,
}

/// One open link. Dropped without [`Self::hang_up`], it is cut.
pub(super) struct OpenLink {
    control: mpsc::Sender<Control>,
    pub(super) bulk_out: BulkSender,
    /// What the peer sends in bulk, until a follower takes it over.
    pub(super) bulk_in: Option<mpsc::Receiver<BulkFrame>>,
    reader: AbortOnDropHandle<()>,
    writer: AbortOnDropHandle<()>,
}

enum Control {
    Say(Box<Message>),
    Close(String),
}

/// The connection is stuck or gone.
#[derive(Debug)]
pub(super) struct Stuck;

/// Sends bulk data on a link as its window allows.
#[derive(Clone)]
pub(super) struct BulkSender {
    frames: mpsc::Sender<Frame>,
    allowance: Arc<Allowance>,
}

/// The link is gone.
#[derive(Debug, thiserror::Error)]
#[error("the link is gone")]
pub(super) struct LinkGone;

impl BulkSender {
    pub(super) async fn send(
        &self,
        stream: Stream,
        kind: BulkKind,
        data: Bytes,
    ) -> Result<(), LinkGone> {
        self.allowance.take(data.len()).await;
        self.frames
            .send(Frame::Bulk { stream, kind, data })
            .await
            .map_err(|_| LinkGone)
    }
}

impl OpenLink {
    /// Starts the tasks of a link; what happens on it is reported as `(id, event)`.
    pub(super) fn start(id: LinkId, link: Link, events: mpsc::Sender<(LinkId, LinkEvent)>) -> Self {
        let (control, control_queue) = mpsc::channel(CONTROL_WAITING_MAX);
        let (frames, bulk_queue) = mpsc::channel(BULK_WAITING_MAX);
        let (bulk_in_sender, bulk_in) = mpsc::channel(FRAMES_MAX);
        let allowance = Arc::new(Allowance::default());
        let intake = Arc::new(Intake::default());
        let reader = Reader {
            receiver: link.receiver,
            intake: Arc::clone(&intake),
            allowance: Arc::clone(&allowance),
            bulk: bulk_in_sender,
        };
        let read = read_all(id, reader, events.clone());
        let write = async move {
            let written = write_all(link.sender, control_queue, bulk_queue, intake).await;
            if let Err(error) = written {
                tracing::debug!(%error, "sending on the link failed");
                // Where the driver is gone, nobody needs to know.
                let _ = events
                    .send((id, LinkEvent::Lost(ContactFailure::Cut)))
                    .await;
            }
        };
        Self {
            control,
            bulk_out: BulkSender { frames, allowance },
            bulk_in: Some(bulk_in),
            reader: AbortOnDropHandle::new(tokio::spawn(read)),
            writer: AbortOnDropHandle::new(tokio::spawn(write)),
        }
    }

    /// Says something, after what was said before.
    pub(super) fn say(&self, message: Message) -> Result<(), Stuck> {
        self.control
            .try_send(Control::Say(Box::new(message)))
            .map_err(|_| Stuck)
    }

    /// Ends the link, after what was said before. A connection that takes no more is cut after a while.
    pub(super) fn hang_up(self, reason: &str) {
        let Self {
            control,
            reader,
            writer,
            ..
        } = self;
        if control.try_send(Control::Close(reason.to_owned())).is_err() {
            tracing::debug!("the link that is to be ended is stuck: it is cut");
            return;
        }
        tokio::spawn(async move {
            // In time or not: what is left of it is dropped.
            let _ = tokio::time::timeout(CLOSE_TIMEOUT, writer).await;
            drop(reader);
        });
    }
}

async fn write_all(
    mut sender: LinkSender,
    mut control: mpsc::Receiver<Control>,
    mut bulk: mpsc::Receiver<Frame>,
    intake: Arc<Intake>,
) -> Result<(), SocketError> {
    loop {
        tokio::select! {
            biased;
            next = control.recv() => match next {
                Some(Control::Say(message)) => say(&mut sender, *message).await?,
                Some(Control::Close(reason)) => {
                    sender.close(&reason).await;
                    return Ok(());
                }
                None => return Ok(()),
            },
            bytes = intake.to_report() => sender.send(&Frame::Credit { bytes }).await?,
            Some(frame) = bulk.recv() => {
                sender.feed(&frame).await?;
                for _ in 1..BULK_WAITING_MAX {
                    match bulk.try_recv() {
                        Ok(frame) => sender.feed(&frame).await?,
                        Err(_) => break,
                    }
                }
                sender.flush().await?;
                step(Some(Point::BulkAfterSend)).await?;
            }
        }
    }
}

/// Says one thing, with the failpoints on either side of it.
async fn say(sender: &mut LinkSender, message: Message) -> Result<(), SocketError> {
    let [before, after, _] = steps(&message);
    step(before).await?;
    sender.send(&Frame::Control(message)).await?;
    step(after).await
}

async fn step(point: Option<Point>) -> Result<(), SocketError> {
    match point {
        Some(point) => failpoint::reach(point)
            .await
            .map_err(|error| SocketError::Broken(error.to_string())),
        None => Ok(()),
    }
}

/// The failpoints before a message is sent, after it, and where it arrives.
const fn steps(message: &Message) -> [Option<Point>; 3] {
    let [before, after, received] = match message {
        Message::HandoverRequest => [
            Point::HandoverRequestBeforeSend,
            Point::HandoverRequestAfterSend,
            Point::HandoverRequestReceived,
        ],
        Message::Handover { .. } => [
            Point::HandoverBeforeSend,
            Point::HandoverAfterSend,
            Point::HandoverReceived,
        ],
        Message::HandoverTaken { .. } => [
            Point::HandoverTakenBeforeSend,
            Point::HandoverTakenAfterSend,
            Point::HandoverTakenReceived,
        ],
        Message::HandoverRefused { .. } => [
            Point::HandoverRefusedBeforeSend,
            Point::HandoverRefusedAfterSend,
            Point::HandoverRefusedReceived,
        ],
        Message::Ack { .. } => {
            return [Some(Point::AckBeforeSend), Some(Point::AckAfterSend), None];
        }
        _ => return [None, None, None],
    };
    [Some(before), Some(after), Some(received)]
}

struct Reader {
    receiver: LinkReceiver,
    intake: Arc<Intake>,
    allowance: Arc<Allowance>,
    bulk: mpsc::Sender<BulkFrame>,
}

/// Why nothing more is read.
#[derive(Debug, thiserror::Error)]
enum ReadEnd {
    #[error(transparent)]
    Socket(#[from] SocketError),
    #[error(transparent)]
    Window(#[from] WindowBroken),
    #[error("this end gave the link up")]
    GivenUp,
}

async fn read_all(id: LinkId, mut reader: Reader, events: mpsc::Sender<(LinkId, LinkEvent)>) {
    let error = loop {
        match reader.next().await {
            Ok(Some(message)) => {
                let [_, _, received] = steps(&message);
                if let Err(error) = step(received).await {
                    break error.into();
                }
                if events
                    .send((id, LinkEvent::Received(message)))
                    .await
                    .is_err()
                {
                    return;
                }
            }
            Ok(None) => {}
            Err(error) => break error,
        }
    };
    tracing::info!(link = id.0, %error, "the link has ended");
    let cause = match error {
        ReadEnd::Socket(SocketError::Frame(_) | SocketError::Text | SocketError::Misframed(_)) => {
            ContactFailure::Broke(Breach::Frame)
        }
        ReadEnd::Window(_) => ContactFailure::Broke(Breach::Window),
        ReadEnd::Socket(SocketError::Closed(_) | SocketError::Broken(_)) | ReadEnd::GivenUp => {
            ContactFailure::Cut
        }
    };
    // Where the driver is gone, nobody needs to know.
    let _ = events.send((id, LinkEvent::Lost(cause))).await;
}

impl Reader {
    /// Reads one frame: a control message is returned, everything else is dealt with.
    async fn next(&mut self) -> Result<Option<Message>, ReadEnd> {
        match self.receiver.next().await? {
            Frame::Control(message) => return Ok(Some(message)),
            Frame::Credit { bytes } => self.allowance.give(bytes)?,
            Frame::Bulk { stream, kind, data } => {
                let share = self.intake.arrive(data.len())?;
                match self.bulk.try_send(BulkFrame {
                    stream,
                    kind,
                    data,
                    _share: share,
                }) {
                    Ok(()) => {}
                    // The window holds fewer frames than the queue.
                    Err(TrySendError::Full(_)) => return Err(WindowBroken.into()),
                    Err(TrySendError::Closed(_)) => return Err(ReadEnd::GivenUp),
                }
            }
        }
        Ok(None)
    }
}
