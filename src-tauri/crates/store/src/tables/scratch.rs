use super::testing::*;
use super::*;
use domain::asset::*;
use domain::rundown::*;
use jiff::civil::date;
use std::time::Instant;
#[tokio::test]
async fn scale() {
    let mut c = open().await;
    let t = Instant::now();
    let cats = ["Promo", "News", "Film", "Series", "Clip"];
    let words = [
        "evening", "morning", "late", "best", "summer", "winter", "news", "story", "report",
        "weather", "sport", "music",
    ];
    for d in 1..=3 {
        let p = playlists::ensure(&mut c, date(2026, 11, d)).await.unwrap();
        let t = Instant::now();
        items::insert(
            &mut c,
            p.id,
            None,
            (0..10000)
                .map(|i| new_item(&format!("Item {i}"), 200))
                .collect(),
        )
        .await
        .unwrap();
        if d == 3 {
            println!("insert 10k {:?}", t.elapsed());
        }
    }
    let t = Instant::now();
    let l = playlists::list(&mut c, None, None).await.unwrap();
    println!("list 30 days {} {:?}", l[0].items, t.elapsed());
    let p = l[1].playlist.clone();
    let t = Instant::now();
    let it = items::of_playlist(&mut c, p.id).await.unwrap();
    println!("read 10k {:?}", t.elapsed());
    for _ in 0..5 {
        let t = Instant::now();
        items::insert(&mut c, p.id, Some(it[5000].id), vec![new_item("x", 1)])
            .await
            .unwrap();
        println!("insert one {:?}", t.elapsed());
    }
    for _ in 0..5 {
        let t = Instant::now();
        playlists::get(&mut c, p.id).await.unwrap();
        println!("get pl {:?}", t.elapsed());
        let t = Instant::now();
        channel::counting(&mut c).await.unwrap();
        println!("counting {:?}", t.elapsed());
        let t = Instant::now();
        order::make_room(&mut c, &p, Some(it[5000].id), 1, &[])
            .await
            .unwrap();
        println!("make_room {:?}", t.elapsed());
    }
    let t = Instant::now();
    items::insert(&mut c, p.id, Some(it[5000].id), vec![new_item("x", 1)])
        .await
        .unwrap();
    println!("insert one {:?}", t.elapsed());
    let t = Instant::now();
    items::move_to(&mut c, &[it[9000].id], None, Some(it[10].id))
        .await
        .unwrap();
    println!("move one {:?}", t.elapsed());
    let t = Instant::now();
    items::move_to(&mut c, &[it[20].id], None, Some(it[9999].id))
        .await
        .unwrap();
    println!("move one down {:?}", t.elapsed());
    let ids: Vec<_> = it[..3000].iter().map(|i| i.id).collect();
    let t = Instant::now();
    items::move_to(&mut c, &ids, None, Some(it[9999].id))
        .await
        .unwrap();
    println!("move 3000 {:?}", t.elapsed());
    let t = Instant::now();
    items::update(
        &mut c,
        &ids,
        &ItemChange {
            duration: Some(5),
            ..Default::default()
        },
    )
    .await
    .unwrap();
    println!("update 3000 {:?}", t.elapsed());
    let day = domain::day::ChannelClock::new(&channel::get(&mut c).await.unwrap())
        .unwrap()
        .day(date(2026, 11, 2))
        .unwrap();
    let inp: Vec<_> = it.iter().map(domain::timing::TimingInput::from).collect();
    let t = Instant::now();
    let tm = domain::timing::time(&day, &inp);
    println!("time 10k {:?} {}", t.elapsed(), tm.summary.played);
    let mut ch = channel::get(&mut c).await.unwrap();
    ch.frame_rate = "50".parse().unwrap();
    let t = Instant::now();
    channel::update(&mut c, &ch).await.unwrap();
    println!("convert {:?}", t.elapsed());
}
