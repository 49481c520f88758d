//! The station's events, told to everybody who listens.

use tokio::sync::broadcast;

use crate::api::Event;

/// How many events a listener may be behind before it misses some (and is told to refetch).
const CAPACITY: usize = 1_024;

/// Where events are told and heard. Cheap to clone.
#[derive(Clone)]
pub struct Events(broadcast::Sender<Event>);

impl Default for Events {
    fn default() -> Self {
        Self::new()
    }
}

impl Events {
    /// With no listeners yet.
    #[must_use]
    pub fn new() -> Self {
        Self(broadcast::Sender::new(CAPACITY))
    }

    /// Tells everybody who listens; nobody may.
    pub fn send(&self, event: Event) {
        let _ = self.0.send(event);
    }

    /// Listens from now on.
    #[must_use]
    pub fn subscribe(&self) -> broadcast::Receiver<Event> {
        self.0.subscribe()
    }
}
