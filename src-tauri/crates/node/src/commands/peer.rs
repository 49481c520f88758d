//! What the stations ask each other beside the link: asking, and answering.

use pair::Status;
use serde::Serialize;
use serde::de::DeserializeOwned;
use store::{OrphanId, Parcel};

use super::{Desk, compare, orphans};
use crate::api::{ApiError, ErrorCode, ListOrphans};
use crate::link::ask::{Answer, Pending, Question};
use crate::redundancy::{RedundancyHandle, Snapshot};

/// Asks the peer; its answer as a type of the contract.
///
/// # Errors
/// What the peer answers; `unavailable` where it cannot be asked.
pub(super) async fn ask<T: DeserializeOwned>(
    handle: &RedundancyHandle,
    question: Question,
) -> Result<T, ApiError> {
    match put(handle, &question).await? {
        Answer::Json(text) => serde_json::from_str(&text).map_err(|_| not_understood()),
        Answer::Orphan(_) | Answer::Noted | Answer::Refused(_) => Err(not_understood()),
    }
}

/// Asks the peer for an orphan.
pub(super) async fn fetch(handle: &RedundancyHandle, id: OrphanId) -> Result<Parcel, ApiError> {
    match put(handle, &Question::Orphan(id)).await? {
        Answer::Orphan(parcel) if parcel.id == id => Ok(*parcel),
        _ => Err(not_understood()),
    }
}

/// Tells the peer something; it noted it.
pub(super) async fn tell(handle: &RedundancyHandle, question: Question) -> Result<(), ApiError> {
    match put(handle, &question).await? {
        Answer::Noted => Ok(()),
        _ => Err(not_understood()),
    }
}

/// Whether the peer answered lately: then it is worth asking.
pub(super) fn in_touch(snapshot: &Snapshot) -> bool {
    matches!(
        snapshot.view.status,
        Status::Synced | Status::Syncing | Status::NotSynced | Status::Incompatible
    )
}

/// What the peer is called in a sentence.
pub(super) fn name(snapshot: &Snapshot) -> &str {
    let peer = snapshot.view.peer.as_ref();
    peer.map_or("the other station", |peer| peer.name.as_str())
}

async fn put(handle: &RedundancyHandle, question: &Question) -> Result<Answer, ApiError> {
    let Some(peer) = handle.peer().await? else {
        let message = "There is no other station to ask.";
        return Err(ApiError::new(ErrorCode::Unavailable, message));
    };
    match peer.ask(question).await {
        Ok(Answer::Refused(text)) => {
            Err(serde_json::from_str(&text).unwrap_or_else(|_| not_understood()))
        }
        Ok(answer) => Ok(answer),
        Err(error) => {
            let snapshot = handle.snapshot();
            let message = format!("{} cannot be asked: {error}.", name(&snapshot));
            Err(ApiError::new(
                ErrorCode::Unavailable,
                super::errors::sentence(&message),
            ))
        }
    }
}

fn not_understood() -> ApiError {
    ApiError::new(
        ErrorCode::Unavailable,
        "The other station gave an answer that is not understood: see that both run the same version.",
    )
}

/// Answers what the peer asks.
pub async fn answer(desk: Desk, handle: RedundancyHandle, pending: Pending) {
    let answer = match answered(&desk, &handle, pending.question).await {
        Ok(answer) => answer,
        Err(error) => Answer::Refused(serde_json::to_string(&error).unwrap_or_default()),
    };
    // Whoever asked may have gone.
    let _ = pending.reply.send(answer);
}

async fn answered(
    desk: &Desk,
    handle: &RedundancyHandle,
    question: Question,
) -> Result<Answer, ApiError> {
    match question {
        Question::Compare { position, epochs } => {
            json(&compare::tell(desk.store(), position, &epochs).await?)
        }
        Question::Orphans => json(&orphans::own(desk, ListOrphans::default()).await?),
        Question::Orphan(id) => Ok(Answer::Orphan(Box::new(
            desk.store().orphan_parcel(id).await?,
        ))),
        Question::Reapply {
            orphan,
            partial,
            user,
        } => {
            let snapshot = handle.current().await?;
            let follows = snapshot
                .view
                .peer
                .as_ref()
                .map(|peer| peer.mode.is_secondary());
            if snapshot.view.mode != pair::Mode::Primary || follows != Some(true) {
                let message = "Only the secondary of this pair asks its primary for that.";
                return Err(ApiError::new(ErrorCode::ReadOnly, message));
            }
            let user = format!("{user} ({})", name(&snapshot));
            json(&orphans::reapply_for_peer(desk, handle, &user, orphan, partial).await?)
        }
        Question::Mark(id, mark) => {
            orphans::mark(desk, handle, id, mark).await?;
            Ok(Answer::Noted)
        }
    }
}

fn json<T: Serialize>(answer: &T) -> Result<Answer, ApiError> {
    serde_json::to_string(answer)
        .map(Answer::Json)
        .map_err(|error| {
            tracing::error!(%error, "an answer to the peer could not be written as JSON");
            ApiError::new(ErrorCode::Internal, "The answer could not be written.")
        })
}
