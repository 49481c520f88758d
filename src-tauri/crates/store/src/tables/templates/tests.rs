use domain::rundown::{ItemKind, StartMode};

use super::super::testing::{new_asset, open};
use super::super::{assets, channel};
use super::*;

fn item(title: &str, duration: i64) -> TemplateItem {
    TemplateItem {
        kind: ItemKind::Clip,
        title: title.into(),
        asset_id: None,
        start_mode: StartMode::Follow,
        start_offset: None,
        in_point: 0,
        duration,
        notes: String::new(),
    }
}

fn template(name: &str) -> Template {
    Template {
        id: TemplateId(Uuid::now_v7()),
        name: name.into(),
        starts_at: "20:15:00:00".parse().unwrap(),
    }
}

#[tokio::test]
async fn a_template_is_kept_as_it_was_given_with_its_items_in_order() {
    let mut conn = open().await;
    let fixed = TemplateItem {
        start_mode: StartMode::Fixed,
        start_offset: Some(750),
        in_point: 10,
        notes: "two\nlines".into(),
        ..item("News", 500)
    };
    let block = [item("Opener", 250), fixed, item("Weather", 100)];
    let added = add(&mut conn, template("  Evening "), &block)
        .await
        .unwrap();
    assert_eq!(added.name, "Evening");
    assert_eq!(items(&mut conn, added.id).await.unwrap(), block);
    let listed = list(&mut conn).await.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!((listed[0].items, listed[0].duration), (3, 850));
    assert_eq!(listed[0].template, added);
}

#[tokio::test]
async fn templates_are_listed_by_name_renamed_and_deleted_with_their_items() {
    let mut conn = open().await;
    let night = add(&mut conn, template("night"), &[item("A", 1)])
        .await
        .unwrap();
    add(&mut conn, template("Day"), &[item("B", 1)])
        .await
        .unwrap();
    let names = |listed: Vec<TemplateSummary>| {
        listed
            .into_iter()
            .map(|summary| summary.template.name)
            .collect::<Vec<_>>()
    };
    assert_eq!(names(list(&mut conn).await.unwrap()), ["Day", "night"]);
    rename(&mut conn, night.id, "Breakfast".into())
        .await
        .unwrap();
    assert_eq!(names(list(&mut conn).await.unwrap()), ["Breakfast", "Day"]);
    delete(&mut conn, night.id).await.unwrap();
    assert_eq!(count(&mut conn).await.unwrap(), 1);
    assert_eq!(items(&mut conn, night.id).await.unwrap(), []);
    for refused in [
        rename(&mut conn, night.id, "X".into()).await.err(),
        delete(&mut conn, night.id).await.err(),
    ] {
        assert!(matches!(
            refused,
            Some(TableError::NotFound {
                what: "template",
                ..
            })
        ));
    }
    let nameless = add(&mut conn, template(" "), &[]).await;
    assert!(matches!(nameless, Err(TableError::Invalid(_))));
    let many = vec![item("A", 1); TEMPLATE_ITEMS_MAX + 1];
    let too_many = add(&mut conn, template("Long"), &many).await;
    assert!(matches!(too_many, Err(TableError::TooMany { .. })));
}

#[tokio::test]
async fn an_asset_that_goes_leaves_the_templates_items_standing_alone() {
    let mut conn = open().await;
    let asset = new_asset("Promo", 100);
    assets::add(&mut conn, vec![asset.clone()]).await.unwrap();
    let of_asset = TemplateItem {
        asset_id: Some(asset.id),
        ..item("Promo", 100)
    };
    let added = add(
        &mut conn,
        template("Break"),
        std::slice::from_ref(&of_asset),
    )
    .await
    .unwrap();
    assets::delete(&mut conn, &[asset.id]).await.unwrap();
    let left = items(&mut conn, added.id).await.unwrap();
    assert_eq!(
        left,
        [TemplateItem {
            asset_id: None,
            ..of_asset
        }]
    );
}

#[tokio::test]
async fn a_new_frame_rate_converts_templates_too() {
    let mut conn = open().await;
    let fixed = TemplateItem {
        start_mode: StartMode::Fixed,
        start_offset: Some(250),
        in_point: 25,
        ..item("News", 100)
    };
    let added = add(&mut conn, template("Evening"), &[fixed]).await.unwrap();
    let mut faster = channel::get(&mut conn).await.unwrap();
    faster.frame_rate = "50".parse().unwrap();
    channel::update(&mut conn, &faster).await.unwrap();
    let [now] = &items(&mut conn, added.id).await.unwrap()[..] else {
        panic!("one item");
    };
    assert_eq!(
        (now.in_point, now.duration, now.start_offset),
        (50, 200, Some(500))
    );
    assert_eq!(
        get(&mut conn, added.id)
            .await
            .unwrap()
            .starts_at
            .to_string(),
        "20:15:00:00"
    );
}
