//! `docs/faults.md` says which test proves that which fault is survived. It must not say more than there is.

use std::path::{Path, PathBuf};

use pair::Reason;
use store::failpoint::Point;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..")
}

fn source(module: &str) -> String {
    let path = root().join("tests/system").join(format!("{module}.rs"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// What stands between backticks and names a test: `module::test`, of these tests or of the pair's.
fn tests_named_in(text: &str) -> Vec<(&str, &str)> {
    let quoted = text.split('`').skip(1).step_by(2);
    quoted
        .filter(|name| !name.contains(char::is_whitespace))
        .filter_map(|name| name.rsplit_once("::"))
        .filter(|(module, _)| *module != "store" && !module.starts_with(char::is_uppercase))
        .collect()
}

fn is_there(module: &str, test: &str) {
    let source = match module.split_once("::") {
        None => source(module),
        Some((folder, file)) => {
            let path = "src-tauri/crates/pair/tests/pair";
            let path = root().join(path).join(folder).join(format!("{file}.rs"));
            std::fs::read_to_string(&path)
                .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
        }
    };
    let is_test = format!("#[test]\nfn {test}()");
    assert!(source.contains(&is_test), "{module}::{test}");
}

#[test]
fn every_test_that_the_table_names_is_there() {
    let table = std::fs::read_to_string(root().join("docs/faults.md")).expect("the table");
    let named = tests_named_in(&table);
    assert!(named.len() > 40, "the table is read: {}", named.len());
    for (module, test) in named {
        is_there(module, test);
    }
    let rows = table.lines().filter(|line| line.starts_with("| "));
    for row in rows.skip(1) {
        assert!(!tests_named_in(row).is_empty(), "no test: {row}");
    }
}

#[test]
fn every_guarantee_names_a_test_and_every_test_that_it_names_is_there() {
    let text = std::fs::read_to_string(root().join("ARCHITECTURE.md")).expect("the page");
    let from = text.find("\n## Guarantees\n").expect("the section") + 1;
    let section = &text[from..];
    let section = &section[..section.find("\n## ").expect("it ends")];
    for (module, test) in tests_named_in(section) {
        is_there(module, test);
    }
    let (promised, rest) = section
        .split_once("\nWhat may be lost, and when:")
        .expect("what is promised, and then what is not");
    let promises: Vec<&str> = promised.split("\n- ").skip(1).collect();
    let claims = rest.lines().filter(|line| line.starts_with("| "));
    let claims: Vec<&str> = claims.skip(1).collect();
    assert!(promises.len() >= 10 && claims.len() >= 7, "they are read");
    for promise in promises.into_iter().chain(claims) {
        assert!(!tests_named_in(promise).is_empty(), "no test: {promise}");
    }
}

#[test]
fn every_failpoint_has_a_test_that_gets_there() {
    // Each of these arms the points that it names and waits until the station is there: dead, standing still, or counted.
    let tests = [
        "crash_points",
        "crash_switch",
        "stalls",
        "histories",
        "frames",
        "resync",
        "lying_primary",
    ]
    .map(source);
    for point in Point::ALL {
        let named = format!("Point::{point:?}");
        let is_named = |test: &String| {
            test.match_indices(&named).any(|(at, _)| {
                let next = test[at + named.len()..].chars().next();
                !next.is_some_and(char::is_alphanumeric)
            })
        };
        assert!(
            tests.iter().any(is_named),
            "no test gets to {}",
            point.name()
        );
    }
}

#[test]
fn every_reason_is_shown_by_real_stations() {
    let folder = root().join("tests/system");
    let files = std::fs::read_dir(folder).expect("the tests");
    let tests: String = files
        .map(|file| file.expect("a file").path())
        .filter(|path| path.is_file())
        .map(|path| std::fs::read_to_string(path).expect("a source"))
        .collect();
    for reason in Reason::ALL {
        let why_not = match reason {
            Reason::DifferentProtocol => "only another build of the program speaks one",
            Reason::PeerNotPaired => "a station without a mode closes its listener at once",
            Reason::Lost | Reason::Behind | Reason::Reconnecting => "for milliseconds",
            Reason::Verifying => "for as long as a scan takes",
            // Every test waits for it.
            Reason::Equal => "synced",
            _ => "",
        };
        let code = format!("\"{}\"", reason.code());
        let shown = tests.contains(&code) || tests.contains(&format!(", Reason::{reason:?})"));
        assert!(shown || !why_not.is_empty(), "no test shows {reason:?}");
    }
}
