//! Flow control of bulk data on a link: a window in bytes that the receiver opens again as it deals with what arrived.
//!
//! Without it, a receiver that is busy (installing a snapshot, waiting for its disk) would stop reading, and heartbeats would
//! wait behind the entries that it has no room for: a slow disk would look like a dead peer.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio::sync::{Notify, Semaphore};

/// How many bytes of bulk data may be under way, or wait at the receiver, on one link. A longer frame counts as so many and
/// thus travels alone.
pub const WINDOW: u32 = 1 << 20;
/// What even the shortest frame takes from the window.
const COST_MIN: u32 = 256;
/// Most frames that can be under way, or wait at the receiver, on one link.
pub const FRAMES_MAX: usize = (WINDOW / COST_MIN) as usize;

/// What a frame of `len` bytes takes from the window.
#[must_use]
pub fn cost(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(WINDOW).clamp(COST_MIN, WINDOW)
}

/// The sender's side: what it may still send.
#[derive(Debug)]
pub struct Allowance(Semaphore);

/// The other side opened the window beyond its size, or sent beyond it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the peer does not keep to the window of {WINDOW} bytes")]
pub struct WindowBroken;

impl Default for Allowance {
    fn default() -> Self {
        Self(Semaphore::new(WINDOW as usize))
    }
}

impl Allowance {
    /// Waits until a frame of `len` bytes may be sent, and takes its share.
    pub async fn take(&self, len: usize) {
        // Never closed: an error cannot be.
        if let Ok(permit) = self.0.acquire_many(cost(len)).await {
            permit.forget();
        }
    }

    /// Gives back what the receiver reports as dealt with.
    pub fn give(&self, bytes: u32) -> Result<(), WindowBroken> {
        if self.0.available_permits() + bytes as usize > WINDOW as usize {
            return Err(WindowBroken);
        }
        self.0.add_permits(bytes as usize);
        Ok(())
    }
}

/// The receiver's side: what arrived and is not dealt with, and what the sender is not told about yet.
#[derive(Debug, Default)]
pub struct Intake {
    waiting: AtomicU32,
    dealt_with: AtomicU32,
    changed: Notify,
}

impl Intake {
    /// Counts a frame in. The share must be kept until the frame is dealt with.
    pub fn arrive(self: &Arc<Self>, len: usize) -> Result<Share, WindowBroken> {
        let cost = cost(len);
        let waiting = self.waiting.fetch_add(cost, Ordering::Relaxed) + cost;
        let share = Share {
            intake: Arc::clone(self),
            cost,
        };
        if waiting > WINDOW {
            Err(WindowBroken)
        } else {
            Ok(share)
        }
    }

    /// Waits until there is something to tell the sender, and returns it.
    pub async fn to_report(&self) -> u32 {
        loop {
            match self.dealt_with.swap(0, Ordering::AcqRel) {
                0 => self.changed.notified().await,
                bytes => return bytes,
            }
        }
    }
}

/// A frame's share of the window; dropped when the frame is dealt with.
#[derive(Debug)]
pub struct Share {
    intake: Arc<Intake>,
    cost: u32,
}

impl Drop for Share {
    fn drop(&mut self) {
        self.intake.waiting.fetch_sub(self.cost, Ordering::Relaxed);
        self.intake
            .dealt_with
            .fetch_add(self.cost, Ordering::AcqRel);
        self.intake.changed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;

    fn is_ready(future: impl Future) -> bool {
        matches!(
            pin!(future).poll(&mut Context::from_waker(Waker::noop())),
            Poll::Ready(_)
        )
    }

    #[test]
    fn the_sender_waits_when_the_window_is_used_up_and_goes_on_when_it_opens() {
        let allowance = Allowance::default();
        assert!(is_ready(allowance.take((WINDOW - COST_MIN) as usize)));
        assert!(!is_ready(allowance.take(COST_MIN as usize + 1)));
        allowance.give(1).unwrap();
        assert!(is_ready(allowance.take(COST_MIN as usize + 1)));
    }

    #[test]
    fn a_frame_longer_than_the_window_travels_alone() {
        let allowance = Allowance::default();
        assert!(is_ready(allowance.take(1)));
        assert!(!is_ready(allowance.take(WINDOW as usize * 3)));
        allowance.give(COST_MIN).unwrap();
        assert!(is_ready(allowance.take(WINDOW as usize * 3)));
        assert!(!is_ready(allowance.take(0)));
    }

    #[test]
    fn who_sends_or_grants_beyond_the_window_is_found_out() {
        let intake = Arc::new(Intake::default());
        let share = intake.arrive(WINDOW as usize).unwrap();
        assert_eq!(intake.arrive(1).err(), Some(WindowBroken));
        drop(share);
        assert!(intake.arrive(1).is_ok());
        assert_eq!(Allowance::default().give(1), Err(WindowBroken));
    }

    #[test]
    fn no_more_frames_than_the_limit_fit_into_the_window() {
        let intake = Arc::new(Intake::default());
        let shares: Vec<_> = (0..FRAMES_MAX).map(|_| intake.arrive(0).unwrap()).collect();
        assert_eq!(intake.arrive(0).err(), Some(WindowBroken));
        drop(shares);
    }

    #[test]
    fn what_is_dealt_with_is_reported_once() {
        let intake = Arc::new(Intake::default());
        assert!(!is_ready(intake.to_report()));
        drop((intake.arrive(5), intake.arrive(7)));
        assert!(is_ready(intake.to_report()));
        assert!(!is_ready(intake.to_report()));
    }
}
