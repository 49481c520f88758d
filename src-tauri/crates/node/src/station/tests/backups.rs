use serde_json::json;

use super::Bench;
use crate::api::ErrorCode;

#[tokio::test]
async fn a_backup_brings_back_what_was_there_and_saves_what_it_replaces() {
    let bench = Bench::start().await;
    bench.insert(&["A"]).await;
    let backup = bench.ok("create_backup", json!({})).await["backup"].clone();
    bench.insert(&["B"]).await;
    let epoch = bench.state().await.0["epoch"].clone();

    let restored = bench
        .ok("restore_backup", json!({ "id": backup["id"] }))
        .await;
    assert_eq!(restored["restored"], backup);
    assert_eq!(bench.titles().await, ["A"]);
    assert_ne!(restored["epoch"], epoch, "a restore opens an epoch");
    assert_eq!(bench.ok("verify", json!({})).await["ok"], true);

    let listed = bench.ok("list_backups", json!({})).await;
    assert_eq!(listed["backups"].as_array().unwrap().len(), 2);
    bench
        .ok("restore_backup", json!({ "id": restored["saved"]["id"] }))
        .await;
    assert_eq!(bench.titles().await, ["A", "B"]);
    bench.insert(&["C"]).await;
    bench.station.stop().await;
}

#[tokio::test]
async fn a_station_tells_where_its_data_lies_how_much_there_is_and_how_far_the_journal_reaches() {
    let bench = Bench::start().await;
    bench.insert(&["A"]).await;
    bench.insert(&["B"]).await;
    let before = bench.ok("get_data", json!({})).await;
    assert_eq!(
        before["dir"],
        bench.ok("get_station", json!({})).await["data_dir"]
    );
    assert_eq!(before["journal"]["entries"], bench.state().await.0["seq"]);
    assert!(before["journal"]["bytes"].as_u64().unwrap() > 0);
    assert_eq!(before["journal"]["entries_min"], 100_000);

    bench.ok("create_backup", json!({})).await;
    let after = bench.ok("get_data", json!({})).await;
    let size = |data: &serde_json::Value| data["size_bytes"].as_u64().unwrap();
    assert!(size(&after) > size(&before), "backups count");
    assert!(size(&after) > after["database_bytes"].as_u64().unwrap());
    bench.station.stop().await;
}

#[tokio::test]
async fn a_backup_that_does_not_exist_changes_nothing() {
    let bench = Bench::start().await;
    bench.insert(&["A"]).await;
    let before = bench.state().await;
    for id in ["2020-01-01T00-00-00Z", "../../tandem", ""] {
        assert_eq!(
            bench.code("restore_backup", json!({ "id": id })).await,
            ErrorCode::NotFound,
            "{id}"
        );
    }
    assert_eq!(bench.state().await, before);
    assert_eq!(
        bench.ok("list_backups", json!({})).await["backups"],
        json!([]),
        "nor is a backup made for it"
    );
    bench.station.stop().await;
}

#[tokio::test]
async fn orphans_are_none_and_an_export_of_them_never_overwrites() {
    let bench = Bench::start().await;
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(
        bench.ok("list_orphans", json!({})).await,
        json!({ "total": 0, "orphans": [], "peer_error": null })
    );
    let path = dir.path().join("orphans.json");
    let export = json!({ "path": path.to_str().unwrap() });
    assert_eq!(
        bench.ok("export_orphans", export.clone()).await["orphans"],
        0
    );
    assert_eq!(
        bench.code("export_orphans", export).await,
        ErrorCode::Conflict
    );
    assert_eq!(
        bench
            .code("export_orphans", json!({ "path": "orphans.json" }))
            .await,
        ErrorCode::Invalid
    );
    assert_eq!(
        bench
            .code(
                "export_orphans",
                json!({ "path": "/nonexistent/orphans.json" })
            )
            .await,
        ErrorCode::Unavailable
    );
    let stranger = "0192f0a0-0000-7000-8000-000000000001";
    assert_eq!(
        bench
            .code("reapply_orphan", json!({ "id": stranger }))
            .await,
        ErrorCode::NotFound
    );
    bench.station.stop().await;
}
