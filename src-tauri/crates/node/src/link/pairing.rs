//! Pairing by a short code: how two stations that know each other's address, but not each other's certificate, find out that
//! nobody sits between them.
//!
//! Both screens show the same eight digits exactly when both stations saw each other's certificates. The digits come from both
//! fingerprints and one random number of each side, of which the first is committed to before the second is known (a
//! commitment as in ZRTP, RFC 6189, section 4.4.1.1). So somebody in the middle cannot search for certificates that make the
//! two codes agree, and has one guess in 10^8.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::fingerprint::Fingerprint;

const COMMIT_LABEL: &[u8] = b"tandem pairing commitment v1";
const CODE_LABEL: &[u8] = b"tandem pairing code v1";
const CODES: u64 = 100_000_000;

/// A random number used once.
pub type Nonce = [u8; 32];

/// What the station that opens the exchange asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PairingRequest {
    /// First: the hash of the caller's nonce.
    Commit([u8; 32]),
    /// Second: that nonce.
    Reveal(Nonce),
    /// Later: whether the code still stands.
    Check,
}

/// What the other station answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PairingAnswer {
    /// To Commit: the answerer's nonce.
    Nonce(Nonce),
    /// To Commit: the answerer opens an exchange itself; wait for it.
    Wait,
    /// To Reveal and Check: both sides have the code now.
    Agreed,
    /// To Reveal and Check: there is no such exchange; begin again.
    Unknown,
}

/// The digits that both screens show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PairingCode(u32);

impl PairingCode {
    fn derive(one: Fingerprint, other: Fingerprint, first: &Nonce, second: &Nonce) -> Self {
        let (low, high) = (one.min(other), one.max(other));
        let mut hash = Sha256::new_with_prefix(CODE_LABEL);
        hash.update(low.as_bytes());
        hash.update(high.as_bytes());
        hash.update(first);
        hash.update(second);
        let digest: [u8; 32] = hash.finalize().into();
        let number = digest
            .iter()
            .take(8)
            .fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        Self((number % CODES) as u32)
    }

    /// True where `typed` is this code; blanks and hyphens in it do not matter.
    #[must_use]
    pub fn matches(&self, typed: &str) -> bool {
        let digits: String = typed
            .chars()
            .filter(|c| !c.is_whitespace() && *c != '-')
            .collect();
        digits == format!("{:08}", self.0)
    }
}

impl fmt::Display for PairingCode {
    /// `1234 5678`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04} {:04}", self.0 / 10_000, self.0 % 10_000)
    }
}

/// A code that stands, and for whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Agreed {
    /// The certificate that the other side showed.
    pub peer: Fingerprint,
    /// What both screens show.
    pub code: PairingCode,
}

/// One station's side of the exchange. It has room for one open exchange and one code: a newer one replaces the older.
#[derive(Debug)]
pub struct PairingDesk {
    own: Fingerprint,
    /// True while this station's peer URL lacks a fingerprint, so that it opens exchanges too.
    searching: bool,
    open: Option<OpenExchange>,
    agreed: Option<Agreed>,
}

#[derive(Debug)]
struct OpenExchange {
    caller: Fingerprint,
    commitment: [u8; 32],
    nonce: Nonce,
}

impl PairingDesk {
    /// A desk with no code.
    #[must_use]
    pub fn new(own: Fingerprint, searching: bool) -> Self {
        Self {
            own,
            searching,
            open: None,
            agreed: None,
        }
    }

    /// The same with a code that stands already.
    #[must_use]
    pub fn with_agreed(self, agreed: Option<Agreed>) -> Self {
        Self { agreed, ..self }
    }

    /// The code that stands now.
    #[must_use]
    pub fn agreed(&self) -> Option<Agreed> {
        self.agreed
    }

    /// Answers a caller. `nonce` is a fresh random number.
    pub fn answer(
        &mut self,
        caller: Fingerprint,
        request: PairingRequest,
        nonce: Nonce,
    ) -> PairingAnswer {
        match request {
            PairingRequest::Commit(_) if self.searching && self.own < caller => PairingAnswer::Wait,
            PairingRequest::Commit(commitment) => {
                self.open = Some(OpenExchange {
                    caller,
                    commitment,
                    nonce,
                });
                PairingAnswer::Nonce(nonce)
            }
            PairingRequest::Reveal(revealed) => {
                let Some(open) = self.open.take_if(|open| {
                    open.caller == caller && open.commitment == commitment_to(&revealed)
                }) else {
                    return PairingAnswer::Unknown;
                };
                let code = PairingCode::derive(self.own, caller, &revealed, &open.nonce);
                self.agreed = Some(Agreed { peer: caller, code });
                PairingAnswer::Agreed
            }
            PairingRequest::Check if self.agreed.is_some_and(|agreed| agreed.peer == caller) => {
                PairingAnswer::Agreed
            }
            PairingRequest::Check => PairingAnswer::Unknown,
        }
    }

    /// Notes the code of an exchange that this station opened with `first` and that `peer` answered with `second`.
    pub fn conclude(&mut self, peer: Fingerprint, first: &Nonce, second: &Nonce) -> Agreed {
        let agreed = Agreed {
            peer,
            code: PairingCode::derive(self.own, peer, first, second),
        };
        self.agreed = Some(agreed);
        agreed
    }

    /// Forgets a code that the other side no longer knows.
    pub fn forget(&mut self) {
        self.agreed = None;
    }
}

/// The hash by which the opening station binds itself to its nonce.
#[must_use]
pub fn commitment_to(nonce: &Nonce) -> [u8; 32] {
    let mut hash = Sha256::new_with_prefix(COMMIT_LABEL);
    hash.update(nonce);
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fingerprints() -> (Fingerprint, Fingerprint) {
        let (one, two) = (
            Fingerprint::of_certificate(b"one"),
            Fingerprint::of_certificate(b"two"),
        );
        (one.min(two), one.max(two))
    }

    /// Runs an exchange that `opener` opens with `answerer`.
    fn exchange(
        opener: &mut PairingDesk,
        answerer: &mut PairingDesk,
        first: Nonce,
        second: Nonce,
    ) -> PairingAnswer {
        let (opener_is, answerer_is) = (opener.own, answerer.own);
        let answer = answerer.answer(
            opener_is,
            PairingRequest::Commit(commitment_to(&first)),
            second,
        );
        let PairingAnswer::Nonce(second) = answer else {
            return answer;
        };
        let answer = answerer.answer(opener_is, PairingRequest::Reveal(first), [0; 32]);
        if answer == PairingAnswer::Agreed {
            opener.conclude(answerer_is, &first, &second);
        }
        answer
    }

    #[test]
    fn both_screens_show_the_same_eight_digits() {
        let (low, high) = fingerprints();
        let (mut a, mut b) = (PairingDesk::new(low, true), PairingDesk::new(high, true));
        assert_eq!(
            exchange(&mut a, &mut b, [1; 32], [2; 32]),
            PairingAnswer::Agreed
        );
        let (at_a, at_b) = (a.agreed().unwrap(), b.agreed().unwrap());
        assert_eq!(at_a.code, at_b.code);
        assert_eq!((at_a.peer, at_b.peer), (high, low));
        let shown = at_a.code.to_string();
        assert_eq!(shown.len(), 9);
        assert!(at_b.code.matches(&shown) && at_b.code.matches(&shown.replace(' ', "-")));
        assert!(!at_b.code.matches("") && !at_b.code.matches(&shown[1..]));
    }

    #[test]
    fn somebody_in_the_middle_makes_the_codes_differ() {
        let (low, high) = fingerprints();
        let middle = Fingerprint::of_certificate(b"middle");
        let (mut a, mut b) = (PairingDesk::new(low, true), PairingDesk::new(high, true));
        let (mut to_a, mut to_b) = (
            PairingDesk::new(middle, false),
            PairingDesk::new(middle, false),
        );
        exchange(&mut a, &mut to_a, [1; 32], [2; 32]);
        let answer = b.answer(
            middle,
            PairingRequest::Commit(commitment_to(&[1; 32])),
            [2; 32],
        );
        if answer == PairingAnswer::Nonce([2; 32]) {
            b.answer(middle, PairingRequest::Reveal([1; 32]), [0; 32]);
        } else {
            exchange(&mut b, &mut to_b, [1; 32], [2; 32]);
        }
        assert_ne!(a.agreed().unwrap().code, b.agreed().unwrap().code);
    }

    #[test]
    fn of_two_that_search_the_one_with_the_lower_fingerprint_opens() {
        let (low, high) = fingerprints();
        let (mut a, mut b) = (PairingDesk::new(low, true), PairingDesk::new(high, true));
        assert_eq!(
            exchange(&mut b, &mut a, [1; 32], [2; 32]),
            PairingAnswer::Wait
        );
        let mut settled = PairingDesk::new(low, false);
        assert_eq!(
            exchange(&mut b, &mut settled, [1; 32], [2; 32]),
            PairingAnswer::Agreed
        );
    }

    #[test]
    fn a_nonce_that_was_not_committed_to_is_refused() {
        let (low, high) = fingerprints();
        let mut desk = PairingDesk::new(low, false);
        desk.answer(
            high,
            PairingRequest::Commit(commitment_to(&[1; 32])),
            [2; 32],
        );
        assert_eq!(
            desk.answer(high, PairingRequest::Reveal([9; 32]), [0; 32]),
            PairingAnswer::Unknown
        );
        let stranger = Fingerprint::of_certificate(b"stranger");
        assert_eq!(
            desk.answer(stranger, PairingRequest::Reveal([1; 32]), [0; 32]),
            PairingAnswer::Unknown
        );
        assert_eq!(desk.agreed(), None);
    }

    #[test]
    fn a_code_is_known_to_its_peer_only() {
        let (low, high) = fingerprints();
        let mut desk = PairingDesk::new(low, false);
        assert_eq!(
            desk.answer(high, PairingRequest::Check, [0; 32]),
            PairingAnswer::Unknown
        );
        desk.conclude(high, &[1; 32], &[2; 32]);
        assert_eq!(
            desk.answer(high, PairingRequest::Check, [0; 32]),
            PairingAnswer::Agreed
        );
        let stranger = Fingerprint::of_certificate(b"stranger");
        assert_eq!(
            desk.answer(stranger, PairingRequest::Check, [0; 32]),
            PairingAnswer::Unknown
        );
        desk.forget();
        assert_eq!(
            desk.answer(high, PairingRequest::Check, [0; 32]),
            PairingAnswer::Unknown
        );
    }
}
