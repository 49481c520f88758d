use domain::ids::ItemId;
use jiff::civil::date;

use super::super::testing::{new_asset, new_item, open};
use super::super::{items, playlists};
use super::*;

fn at(title: &str, path: &str) -> Asset {
    Asset {
        file: Some(MediaFile {
            root: "main".into(),
            path: path.into(),
        }),
        ..new_asset(title, 100)
    }
}

fn live(title: &str) -> Asset {
    Asset {
        kind: AssetKind::Live,
        ..new_asset(title, 0)
    }
}

async fn find(conn: &mut SqliteConnection, search: &str) -> Vec<String> {
    found(
        conn,
        AssetQuery {
            search: search.into(),
            limit: 100,
            ..AssetQuery::default()
        },
    )
    .await
}

async fn found(conn: &mut SqliteConnection, query: AssetQuery) -> Vec<String> {
    let page = list(conn, &query).await.unwrap();
    if query.offset == 0 && u64::from(query.limit) >= page.total {
        assert_eq!(page.total, page.assets.len() as u64);
    }
    page.assets.into_iter().map(|asset| asset.title).collect()
}

#[tokio::test]
async fn an_asset_is_kept_as_it_was_given() {
    let mut conn = open().await;
    let asset = Asset {
        category: "Promo".into(),
        notes: "two\nlines".into(),
        info: MediaInfo {
            container: Some("mov,mp4".into()),
            video_codec: Some("h264".into()),
            width: Some(1920),
            height: Some(1080),
            frame_rate: Some("25".into()),
            audio_codec: Some("aac".into()),
            audio_channels: Some(2),
            sample_rate_hz: Some(48_000),
            duration_us: Some(4_000_000),
            size_bytes: Some(5_000_000_000),
            modified_at: Some("2026-11-22T00:00:00Z".into()),
        },
        ..at("News", "news/a.mp4")
    };
    let bare = live("Studio");
    add(&mut conn, vec![asset.clone(), bare.clone()])
        .await
        .unwrap();
    assert_eq!(get(&mut conn, asset.id).await.unwrap(), asset);
    assert_eq!(get(&mut conn, bare.id).await.unwrap(), bare);
    assert_eq!(count(&mut conn).await.unwrap(), 2);
    assert_eq!(
        of_file(&mut conn, asset.file.as_ref().unwrap())
            .await
            .unwrap(),
        Some(asset.clone())
    );
    let other = MediaFile {
        root: "other".into(),
        path: "news/a.mp4".into(),
    };
    assert_eq!(of_file(&mut conn, &other).await.unwrap(), None);
}

#[tokio::test]
async fn an_update_replaces_all_but_the_time_of_adding() {
    let mut conn = open().await;
    let old = at("News", "a.mp4");
    add(&mut conn, vec![old.clone()]).await.unwrap();
    let new = Asset {
        id: old.id,
        created_at: "1999-01-01T00:00:00Z".into(),
        info: MediaInfo {
            width: Some(1),
            ..MediaInfo::default()
        },
        ..live(" Studio ")
    };
    update(&mut conn, new.clone()).await.unwrap();
    let expected = Asset {
        created_at: old.created_at,
        title: "Studio".into(),
        ..new
    };
    assert_eq!(get(&mut conn, old.id).await.unwrap(), expected);
}

#[tokio::test]
async fn what_does_not_exist_is_not_found_and_what_cannot_be_is_invalid() {
    let mut conn = open().await;
    let nobody = new_asset("x", 1);
    assert!(matches!(
        get(&mut conn, nobody.id).await,
        Err(TableError::NotFound { what: "asset", .. })
    ));
    assert!(matches!(
        update(&mut conn, nobody.clone()).await,
        Err(TableError::NotFound { .. })
    ));
    assert!(matches!(
        delete(&mut conn, &[nobody.id]).await,
        Err(TableError::NotFound { .. })
    ));
    assert!(matches!(
        add(&mut conn, vec![new_asset("", 1)]).await,
        Err(TableError::Invalid(_))
    ));
    assert!(matches!(
        add(&mut conn, vec![at("x", "../x")]).await,
        Err(TableError::Invalid(_))
    ));
    add(&mut conn, vec![nobody.clone()]).await.unwrap();
    let twice = add(&mut conn, vec![nobody]).await;
    assert!(
        matches!(
            twice,
            Err(TableError::Store(crate::Error::Constraint { .. }))
        ),
        "{twice:?}"
    );
}

#[tokio::test]
async fn items_of_a_deleted_asset_stand_alone() {
    let mut conn = open().await;
    let (gone, kept) = (new_asset("Gone", 100), new_asset("Kept", 100));
    add(&mut conn, vec![gone.clone(), kept.clone()])
        .await
        .unwrap();
    let playlist = playlists::ensure(&mut conn, date(2026, 11, 22))
        .await
        .unwrap();
    let of = |asset: &Asset| items::NewItem {
        asset_id: Some(asset.id),
        ..new_item(&asset.title, 80)
    };
    let new = vec![of(&gone), of(&kept), of(&gone)];
    let ids: Vec<ItemId> = new.iter().map(|item| item.id).collect();
    items::insert(&mut conn, playlist.id, None, new)
        .await
        .unwrap();
    assert_eq!(used_by(&mut conn, gone.id).await.unwrap(), 2);
    assert_eq!(delete(&mut conn, &[gone.id]).await.unwrap(), 1);
    let items = items::get(&mut conn, &ids).await.unwrap();
    let left: Vec<_> = items
        .iter()
        .map(|i| (i.asset_id, i.title.as_str(), i.duration))
        .collect();
    assert_eq!(
        left,
        [
            (None, "Gone", 80),
            (Some(kept.id), "Kept", 80),
            (None, "Gone", 80)
        ]
    );
}

#[tokio::test]
async fn a_search_finds_the_beginnings_of_words_in_title_path_category_and_notes() {
    let mut conn = open().await;
    let all = vec![
        at("Evening News", "news/2026-11-22_evening.mp4"),
        Asset {
            category: "Promo".into(),
            ..at("Überraschung", "promos/surprise.mov")
        },
        Asset {
            notes: "contains the anthem".into(),
            ..live("Studio 2")
        },
    ];
    add(&mut conn, all).await.unwrap();
    assert_eq!(find(&mut conn, "eve").await, ["Evening News"]);
    assert_eq!(find(&mut conn, "NEWS evening").await, ["Evening News"]);
    assert_eq!(
        find(&mut conn, "news studio").await,
        Vec::<String>::new(),
        "all words must be there"
    );
    assert_eq!(find(&mut conn, "uberr").await, ["Überraschung"]);
    assert_eq!(find(&mut conn, "promo").await, ["Überraschung"]);
    assert_eq!(find(&mut conn, "surprise.mov").await, ["Überraschung"]);
    assert_eq!(find(&mut conn, "2026-11-22").await, ["Evening News"]);
    assert_eq!(find(&mut conn, "anthem").await, ["Studio 2"]);
    assert_eq!(
        find(&mut conn, "live").await,
        Vec::<String>::new(),
        "the kind is not a word"
    );
    assert_eq!(find(&mut conn, "").await.len(), 3);
}

#[tokio::test]
async fn nothing_in_a_search_is_an_operator() {
    let mut conn = open().await;
    add(&mut conn, vec![at("Evening News", "a.mp4")])
        .await
        .unwrap();
    for search in [
        "\"",
        "a AND",
        "NOT",
        "title:news",
        "news*",
        "(",
        "^news",
        "a OR b",
        "-",
        "'",
        "%",
        "\0",
        "\u{1F600}",
        "NEAR(a b)",
        "{x}",
        "\"\"\"*",
    ] {
        find(&mut conn, search).await;
    }
    find(&mut conn, &"word ".repeat(10_000)).await;
}

#[tokio::test]
async fn the_search_index_follows_every_change() {
    let mut conn = open().await;
    let asset = at("Alpha", "one.mp4");
    add(&mut conn, vec![asset.clone(), at("Other", "other.mp4")])
        .await
        .unwrap();
    update(
        &mut conn,
        Asset {
            title: "Beta".into(),
            ..asset.clone()
        },
    )
    .await
    .unwrap();
    assert_eq!(find(&mut conn, "alpha").await, Vec::<String>::new());
    assert_eq!(find(&mut conn, "beta").await, ["Beta"]);
    assert_eq!(find(&mut conn, "one").await, ["Beta"]);
    update(
        &mut conn,
        Asset {
            file: None,
            title: "Beta".into(),
            ..asset.clone()
        },
    )
    .await
    .unwrap();
    assert_eq!(find(&mut conn, "one").await, Vec::<String>::new());
    delete(&mut conn, &[asset.id]).await.unwrap();
    assert_eq!(find(&mut conn, "beta").await, Vec::<String>::new());
    let row = sqlx::query("SELECT count(*) FROM asset_number")
        .fetch_one(&mut conn)
        .await
        .unwrap();
    assert_eq!(count_column(&row, 0).unwrap(), 1);
}

#[tokio::test]
async fn kinds_orders_and_pages_work_together() {
    let mut conn = open().await;
    let new = |title: &str, duration| Asset {
        duration,
        ..at(title, "x/y.mp4")
    };
    let all = vec![
        new("b", 30),
        new("C", 10),
        new("a", 20),
        live("studio b"),
        new("a", 5),
    ];
    add(&mut conn, all).await.unwrap();
    let query = |sort| AssetQuery {
        sort,
        limit: 100,
        ..AssetQuery::default()
    };
    assert_eq!(
        found(&mut conn, query(AssetSort::Title)).await,
        ["a", "a", "b", "C", "studio b"]
    );
    assert_eq!(
        found(&mut conn, query(AssetSort::TitleDesc)).await,
        ["studio b", "C", "b", "a", "a"]
    );
    assert_eq!(
        found(&mut conn, query(AssetSort::Duration)).await,
        ["studio b", "a", "C", "a", "b"]
    );
    assert_eq!(
        found(&mut conn, query(AssetSort::DurationDesc)).await,
        ["b", "a", "C", "a", "studio b"]
    );
    assert_eq!(
        found(&mut conn, query(AssetSort::Added)).await,
        ["b", "C", "a", "studio b", "a"]
    );
    assert_eq!(
        found(&mut conn, query(AssetSort::AddedDesc)).await,
        ["a", "studio b", "a", "C", "b"]
    );
    let kind = |kind, search: &str| AssetQuery {
        kind: Some(kind),
        search: search.into(),
        ..query(AssetSort::Title)
    };
    assert_eq!(
        found(&mut conn, kind(AssetKind::Live, "")).await,
        ["studio b"]
    );
    assert_eq!(found(&mut conn, kind(AssetKind::Clip, "b")).await, ["b"]);
    assert_eq!(
        found(&mut conn, kind(AssetKind::Live, "b")).await,
        ["studio b"]
    );
    let page = AssetQuery {
        offset: 1,
        limit: 2,
        ..query(AssetSort::Title)
    };
    let page = list(&mut conn, &page).await.unwrap();
    assert_eq!(
        (
            page.total,
            page.assets.iter().map(|a| a.title.as_str()).collect()
        ),
        (5, vec!["a", "b"])
    );
    let beyond = AssetQuery {
        offset: 5,
        limit: 2,
        ..query(AssetSort::Title)
    };
    assert_eq!(
        list(&mut conn, &beyond).await.unwrap(),
        AssetPage {
            total: 5,
            assets: vec![]
        }
    );
}

/// Where all are found nothing is looked for, many hits are walked in order, few are sorted: all ways find the same.
#[tokio::test]
async fn a_large_library_is_paged_in_order() {
    let mut conn = open().await;
    let all: Vec<Asset> = (0..4_000)
        .map(|n| {
            at(
                &format!("Clip {:04}", (n * 7) % 4_000),
                &format!("{}/{}.mp4", if n < 3_500 { "most" } else { "rest" }, n % 10),
            )
        })
        .collect();
    add(&mut conn, all).await.unwrap();
    for (search, hits) in [("clip", 4_000), ("most", 3_500), ("3.mp4", 400)] {
        let mut titles = Vec::new();
        for offset in (0..4_000).step_by(500) {
            let query = AssetQuery {
                search: search.into(),
                offset,
                limit: 500,
                ..AssetQuery::default()
            };
            let page = list(&mut conn, &query).await.unwrap();
            assert_eq!(page.total, hits);
            titles.extend(page.assets.into_iter().map(|asset| asset.title));
        }
        assert_eq!(titles.len() as u64, hits);
        assert!(titles.is_sorted());
    }
}

#[tokio::test]
async fn every_order_of_the_whole_library_is_read_from_an_index() {
    let mut conn = open().await;
    for by in [
        "title COLLATE NOCASE, id",
        "title COLLATE NOCASE DESC, id DESC",
        "duration, id",
        "duration DESC, id DESC",
        "id",
        "id DESC",
    ] {
        for filter in ["", "WHERE kind = 'live'"] {
            let sql =
                format!("EXPLAIN QUERY PLAN SELECT id FROM asset {filter} ORDER BY {by} LIMIT 10");
            let plan = sqlx::query(sqlx::AssertSqlSafe(sql))
                .fetch_all(&mut conn)
                .await
                .unwrap();
            let steps: Vec<String> = plan.iter().map(|row| row.get(3)).collect();
            assert!(
                !steps.iter().any(|step| step.contains("TEMP B-TREE")),
                "{filter} {by}: {steps:?}"
            );
        }
    }
}
