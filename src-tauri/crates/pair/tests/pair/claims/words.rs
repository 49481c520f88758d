//! Codes and sentences.

use std::collections::BTreeSet;

use pair::{Reason, Status};

#[test]
fn every_reason_has_a_code_of_its_own_that_the_api_spells_alike() {
    let codes: BTreeSet<&str> = Reason::ALL.iter().map(|reason| reason.code()).collect();
    assert_eq!(codes.len(), Reason::ALL.len());
    for reason in Reason::ALL {
        let code = reason.code();
        assert!(
            code.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'),
            "{code}"
        );
        let debug = format!("{reason:?}").to_lowercase();
        assert_eq!(code.replace('_', ""), debug, "as serde writes it");
    }
}

#[test]
fn every_reason_is_one_sentence_of_cause_and_one_of_cure() {
    for reason in Reason::ALL {
        for sentence in [reason.cause(), reason.cure()] {
            assert!(
                sentence.ends_with('.') && sentence.len() > 10,
                "{reason:?}: {sentence}"
            );
        }
    }
}

#[test]
fn every_status_has_a_reason() {
    use Status::{Connecting, Incompatible, NoRedundancy, NotSynced, Synced, Syncing, Unavailable};
    for status in [
        NoRedundancy,
        Incompatible,
        Unavailable,
        Connecting,
        NotSynced,
        Syncing,
        Synced,
    ] {
        assert!(
            Reason::ALL.iter().any(|reason| reason.status() == status),
            "{status:?}"
        );
    }
}
