use domain::asset::{Asset, MediaFile};

use super::super::assets;
use super::super::testing::{new_asset, open};
use super::*;

#[tokio::test]
async fn roots_are_those_that_assets_use() {
    let mut conn = open().await;
    assert_eq!(in_use(&mut conn).await.unwrap(), []);
    let at = |root: &str, path: &str| Asset {
        file: Some(MediaFile {
            root: root.into(),
            path: path.into(),
        }),
        ..new_asset("x", 1)
    };
    let all = vec![
        at("promos", "a.mp4"),
        at("main", "a.mp4"),
        at("main", "b/c.mp4"),
        new_asset("y", 1),
    ];
    let first = all[0].id;
    assets::add(&mut conn, all).await.unwrap();
    let root = |name: &str, assets| MediaRootUse {
        name: name.into(),
        assets,
    };
    assert_eq!(
        in_use(&mut conn).await.unwrap(),
        [root("main", 2), root("promos", 1)]
    );
    assets::delete(&mut conn, &[first]).await.unwrap();
    assert_eq!(in_use(&mut conn).await.unwrap(), [root("main", 2)]);
}
