use std::os::unix::fs::PermissionsExt as _;

use super::{Secrets, SetWitness};

const URL: &str = "https://192.0.2.3:2379/";

#[test]
fn a_password_is_kept_in_a_file_that_only_its_user_can_read() {
    let dir = tempfile::tempdir().unwrap();
    let secrets = Secrets::new(dir.path());
    assert_eq!(secrets.password(URL, "tandem"), None);
    secrets.keep(URL, "tandem", "first").unwrap();
    secrets.keep(URL, "tandem", "second").unwrap();
    assert_eq!(secrets.password(URL, "tandem").as_deref(), Some("second"));
    assert_eq!(secrets.password(URL, "root"), None);
    for entry in std::fs::read_dir(dir.path()).unwrap() {
        let mode = entry.unwrap().metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0);
    }
}

#[test]
fn only_the_password_of_the_witness_that_is_set_stays() {
    let dir = tempfile::tempdir().unwrap();
    let secrets = Secrets::new(dir.path());
    secrets.keep(URL, "tandem", "old").unwrap();
    secrets
        .keep("https://192.0.2.4:2379/", "tandem", "new")
        .unwrap();
    secrets
        .keep_only(Some(("https://192.0.2.4:2379/", "tandem")))
        .unwrap();
    assert_eq!(secrets.password(URL, "tandem"), None);
    assert!(
        secrets
            .password("https://192.0.2.4:2379/", "tandem")
            .is_some()
    );
    secrets.keep_only(None).unwrap();
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[test]
fn a_password_does_not_show_where_settings_are_logged() {
    let typed = SetWitness {
        url: URL.to_owned(),
        user: Some("tandem".to_owned()),
        password: Some("hush".to_owned()),
    };
    assert!(!format!("{typed:?}").contains("hush"));
}
