//! The attempts to reach the peer that are under way. Where packets are lost, each takes its whole time to fail, and the next one
//! does not wait for it.

use pair::event::Attempt;
use tokio_util::task::AbortOnDropHandle;

/// Most attempts under way: one more than begin in the time that each may take. The oldest makes room.
const ATTEMPTS_MAX: usize = 5;

/// One attempt of this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct AttemptId(u64);

/// What is under way, oldest first. What is given up ends at once, and its outcome is not heeded.
#[derive(Default)]
pub(super) struct Attempts {
    count: u64,
    under_way: Vec<UnderWay>,
}

struct UnderWay {
    id: AttemptId,
    kind: Attempt,
    _task: AbortOnDropHandle<()>,
}

impl Attempts {
    /// Begins another one beside those that are under way.
    pub(super) fn begin<F>(&mut self, kind: Attempt, attempt: impl FnOnce(AttemptId) -> F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        if self.under_way.len() >= ATTEMPTS_MAX {
            self.under_way.remove(0);
        }
        self.count += 1;
        let id = AttemptId(self.count);
        self.under_way.push(UnderWay {
            id,
            kind,
            _task: AbortOnDropHandle::new(tokio::spawn(attempt(id))),
        });
    }

    /// One has ended: its kind, unless it was given up. A link that was opened ends all others. An answer ends the other questions,
    /// but not a dial: on a slow network that takes longer.
    pub(super) fn concluded(&mut self, id: AttemptId, reached: bool) -> Option<Attempt> {
        let at = self.under_way.iter().position(|it| it.id == id)?;
        let kind = self.under_way.remove(at).kind;
        if reached {
            self.under_way
                .retain(|it| kind == Attempt::Probe && it.kind == Attempt::Dial);
        }
        Some(kind)
    }

    /// Gives all of them up.
    pub(super) fn give_up(&mut self) {
        self.under_way.clear();
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use super::*;

    fn begun(attempts: &mut Attempts, kind: Attempt) -> AttemptId {
        let mut begun = None;
        attempts.begin(kind, |id| {
            begun = Some(id);
            pending()
        });
        begun.expect("it was begun")
    }

    #[tokio::test]
    async fn the_first_answer_ends_the_other_questions_and_a_link_ends_all() {
        let mut attempts = Attempts::default();
        let [first, second] = [(); 2].map(|()| begun(&mut attempts, Attempt::Probe));
        let dial = begun(&mut attempts, Attempt::Dial);
        assert_eq!(attempts.concluded(second, true), Some(Attempt::Probe));
        assert_eq!(attempts.concluded(first, true), None, "it was given up");
        let third = begun(&mut attempts, Attempt::Probe);
        assert_eq!(attempts.concluded(dial, true), Some(Attempt::Dial));
        assert_eq!(attempts.concluded(third, true), None, "it was given up");
    }

    #[tokio::test]
    async fn one_that_fails_leaves_the_others_and_the_oldest_makes_room() {
        let mut attempts = Attempts::default();
        let all: Vec<_> = (0..=ATTEMPTS_MAX)
            .map(|_| begun(&mut attempts, Attempt::Probe))
            .collect();
        assert_eq!(attempts.under_way.len(), ATTEMPTS_MAX);
        assert_eq!(attempts.concluded(all[0], false), None, "it made room");
        for id in &all[1..] {
            assert_eq!(attempts.concluded(*id, false), Some(Attempt::Probe));
        }
    }
}
