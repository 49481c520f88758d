//! `docs/faults.md` says which test proves that which fault is survived. It must not say more than there is.

use std::path::{Path, PathBuf};

use store::failpoint::Point;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..")
}

fn source(module: &str) -> String {
    let path = root().join("tests/system").join(format!("{module}.rs"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn every_test_that_the_table_names_is_there() {
    let table = std::fs::read_to_string(root().join("docs/faults.md")).expect("the table");
    let named: Vec<(&str, &str)> = table
        .split('`')
        .skip(1)
        .step_by(2)
        .filter_map(|name| name.split_once("::"))
        .filter(|(module, _)| *module != "store")
        .collect();
    assert!(named.len() > 40, "the table is read: {}", named.len());
    for (module, test) in named {
        let is_test = format!("#[test]\nfn {test}() {{");
        assert!(source(module).contains(&is_test), "{module}::{test}");
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
