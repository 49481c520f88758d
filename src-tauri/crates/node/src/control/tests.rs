//! The control API of a real station over real sockets.

use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use futures_util::StreamExt as _;
use reqwest::{Response, StatusCode};
use reqwest_websocket::{Message, Upgrade as _, WebSocket};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{CONTROL_FILE, Control, METRICS_TOKEN_FILE, read_control_file};
use crate::call::client;
use crate::station::{Options, Station};

const PATIENCE: Duration = Duration::from_secs(60);

struct Bench {
    station: Station,
    control: Control,
    http: reqwest::Client,
    _dir: TempDir,
}

impl Bench {
    async fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let options = Options {
            data_dir: Some(dir.path().join("data")),
            listen: Some("127.0.0.1:0".parse().unwrap()),
            name: None,
            ..Options::default()
        };
        let station = Station::start(options).await.unwrap();
        let control = read_control_file(station.data_dir()).unwrap();
        Self {
            station,
            control,
            http: client().unwrap(),
            _dir: dir,
        }
    }

    fn post(&self, command: &str) -> reqwest::RequestBuilder {
        self.http
            .post(format!("{}/api/v1/call/{command}", self.control.url))
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> (StatusCode, Value) {
        told(request.send().await.unwrap()).await
    }

    async fn call(&self, command: &str, body: &'static str) -> (StatusCode, Value) {
        self.send(
            self.post(command)
                .bearer_auth(&self.control.token)
                .body(body),
        )
        .await
    }

    async fn events(&self, protocols: &[String]) -> Result<WebSocket, StatusCode> {
        let request = self
            .http
            .get(format!("{}/api/v1/events", self.control.url))
            .upgrade();
        let response = request.protocols(protocols.to_vec()).send().await.unwrap();
        match response.status() {
            StatusCode::SWITCHING_PROTOCOLS => Ok(response.into_websocket().await.unwrap()),
            status => Err(status),
        }
    }
}

async fn told(response: Response) -> (StatusCode, Value) {
    (
        response.status(),
        response.json().await.expect("every answer is JSON"),
    )
}

async fn next_event(socket: &mut WebSocket) -> Value {
    let text = async {
        loop {
            match socket
                .next()
                .await
                .expect("the stream goes on")
                .expect("a message")
            {
                Message::Text(text) => {
                    return serde_json::from_str(&text).expect("an event is JSON");
                }
                Message::Close { .. } => panic!("the stream was closed"),
                _ => {}
            }
        }
    };
    tokio::time::timeout(PATIENCE, text)
        .await
        .expect("the event comes")
}

#[tokio::test]
async fn a_call_with_the_token_is_answered_and_an_empty_body_is_no_arguments() {
    let bench = Bench::start().await;
    let (status, answer) = bench.call("get_settings", "").await;
    assert_eq!(
        (status, &answer["channel"]["frame_rate"]),
        (StatusCode::OK, &json!("25"))
    );
    assert_eq!(bench.call("get_settings", "{}").await.1, answer);
    bench.station.stop().await;
}

#[tokio::test]
async fn nobody_gets_in_without_the_token() {
    let bench = Bench::start().await;
    let token = &bench.control.token;
    let wrong = [
        bench.post("get_settings"),
        bench.post("get_settings").bearer_auth("0".repeat(64)),
        bench.post("get_settings").bearer_auth(&token[..63]),
        bench.post("get_settings").bearer_auth(format!("{token}0")),
        bench.post("get_settings").basic_auth("user", Some(token)),
        bench.http.post(format!(
            "{}/api/v1/call/get_settings?token={token}",
            bench.control.url
        )),
        bench
            .http
            .get(format!("{}/api/v1/anything", bench.control.url)),
    ];
    for request in wrong {
        let (status, error) = bench.send(request.body("{}")).await;
        assert_eq!(
            (status, &error["code"]),
            (StatusCode::UNAUTHORIZED, &json!("unauthorized"))
        );
    }
    assert_eq!(
        bench.events(&[]).await.err(),
        Some(StatusCode::UNAUTHORIZED)
    );
    assert_eq!(
        bench
            .events(&["tandem".into(), "bearer.wrong".into()])
            .await
            .err(),
        Some(StatusCode::UNAUTHORIZED)
    );
    bench.station.stop().await;
}

#[tokio::test]
async fn a_web_page_of_another_origin_gets_nothing_even_with_the_token() {
    let bench = Bench::start().await;
    let port = bench.control.url.rsplit(':').next().unwrap();
    let elsewhere = [
        ("host", format!("tandem.example:{port}")),
        ("host", "127.0.0.1".to_owned()),
        ("host", format!("127.0.0.1.example:{port}")),
        ("origin", "https://evil.example".to_owned()),
        ("origin", "null".to_owned()),
        ("origin", format!("http://localhost:{port}.evil.example")),
        ("origin", format!("https://127.0.0.1:{port}")),
    ];
    for (header, value) in elsewhere {
        let request = bench
            .post("get_settings")
            .bearer_auth(&bench.control.token)
            .header(header, &value)
            .body("{}");
        assert_eq!(
            bench.send(request).await.0,
            StatusCode::UNAUTHORIZED,
            "{header}: {value}"
        );
    }
    let page = bench
        .http
        .get(&bench.control.url)
        .header("host", "tandem.example")
        .send()
        .await
        .unwrap();
    assert_eq!(page.status(), StatusCode::UNAUTHORIZED);
    let same = bench
        .post("get_settings")
        .bearer_auth(&bench.control.token)
        .header("origin", &bench.control.url)
        .body("{}");
    assert_eq!(bench.send(same).await.0, StatusCode::OK);
    bench.station.stop().await;
}

#[tokio::test]
async fn what_is_malformed_is_invalid_and_each_code_has_its_status() {
    let bench = Bench::start().await;
    for body in ["{", "[]", "null", "\"x\"", "{\"date\":", "{} {}", "\u{0}"] {
        let (status, error) = bench.call("get_playlist", body).await;
        assert_eq!(
            (status, &error["code"]),
            (StatusCode::BAD_REQUEST, &json!("invalid")),
            "{body}"
        );
    }
    let (status, error) = bench.call("nonsense", "{}").await;
    assert_eq!(
        (status, &error["code"]),
        (StatusCode::NOT_FOUND, &json!("not_found"))
    );
    let object = error.as_object().unwrap();
    assert_eq!(
        object.keys().collect::<Vec<_>>(),
        ["code", "details", "message"]
    );
    let elsewhere = bench
        .http
        .get(format!("{}/api/v2/x", bench.control.url))
        .bearer_auth(&bench.control.token);
    assert_eq!(bench.send(elsewhere).await.0, StatusCode::NOT_FOUND);
    let wrong_method = bench
        .http
        .get(format!("{}/api/v1/call/get_settings", bench.control.url))
        .bearer_auth(&bench.control.token);
    assert_eq!(bench.send(wrong_method).await.0, StatusCode::NOT_FOUND);
    bench.station.stop().await;
}

#[tokio::test]
async fn a_request_beyond_the_limit_is_too_large_and_changes_nothing() {
    let bench = Bench::start().await;
    let before = bench.call("get_redundancy", "{}").await.1["sum"].clone();
    let title = "x".repeat(17 << 20);
    let body = json!({ "date": "2026-11-22", "items": [{ "title": title }] }).to_string();
    let (status, error) = bench
        .send(
            bench
                .post("insert_items")
                .bearer_auth(&bench.control.token)
                .body(body),
        )
        .await;
    assert_eq!(
        (status, &error["code"]),
        (StatusCode::PAYLOAD_TOO_LARGE, &json!("too_large"))
    );
    assert_eq!(bench.call("get_redundancy", "{}").await.1["sum"], before);
    bench.station.stop().await;
}

#[tokio::test]
async fn events_begin_with_the_status_and_tell_of_every_edit() {
    let bench = Bench::start().await;
    let bearer = format!("bearer.{}", bench.control.token);
    let mut socket = bench
        .events(&["tandem".into(), bearer])
        .await
        .expect("the token is right");
    let first = next_event(&mut socket).await;
    assert_eq!(
        (&first["type"], &first["redundancy"]["status"]),
        (&json!("status"), &json!("no_redundancy"))
    );
    assert_eq!(first["station"]["editable"], true);

    let insert = r#"{"date":"2026-11-22","after":null,"items":[{"title":"News","duration":10}]}"#;
    let (_, inserted) = bench.call("insert_items", insert).await;
    let entry = loop {
        let event = next_event(&mut socket).await;
        if event["type"] == "entry" {
            break event;
        }
    };
    assert_eq!(
        (&entry["seq"], &entry["label"]),
        (&inserted["seq"], &json!("Insert “News”"))
    );
    assert_eq!(entry["playlists"], json!([inserted["playlist_id"]]));
    bench.station.stop().await;
}

#[tokio::test]
async fn an_orderly_end_closes_event_streams_and_takes_the_control_file_away() {
    let bench = Bench::start().await;
    let bearer = format!("bearer.{}", bench.control.token);
    let mut socket = bench.events(&["tandem".into(), bearer]).await.unwrap();
    next_event(&mut socket).await;
    let file = bench.station.data_dir().join(CONTROL_FILE);
    assert!(file.exists());
    tokio::time::timeout(PATIENCE, bench.station.stop())
        .await
        .expect("a listener does not hold up the end");
    assert!(!file.exists());
    assert!(
        bench
            .post("get_settings")
            .bearer_auth(&bench.control.token)
            .body("{}")
            .send()
            .await
            .is_err()
    );
}

#[tokio::test]
async fn the_metrics_are_read_with_either_token_and_the_metrics_token_reads_nothing_else() {
    let bench = Bench::start().await;
    let path = bench.station.data_dir().join(METRICS_TOKEN_FILE);
    let metrics_token = std::fs::read_to_string(&path).unwrap();
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let url = |path: &str| format!("{}{path}", bench.control.url);
    for token in [&bench.control.token, &metrics_token] {
        let page = bench.http.get(url("/metrics")).bearer_auth(token);
        let page = page.send().await.unwrap();
        assert_eq!(page.status(), StatusCode::OK);
        let media_type = page.headers()["content-type"].to_str().unwrap();
        assert_eq!(media_type, "text/plain; version=0.0.4; charset=utf-8");
        assert!(page.text().await.unwrap().contains("tandem_build_info{"));
    }
    let refused = bench.http.get(url("/metrics")).send().await.unwrap();
    assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
    let call = bench.http.post(url("/api/v1/call/get_station"));
    let refused = call.bearer_auth(&metrics_token).send().await.unwrap();
    assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
    bench.station.stop().await;

    let again = Station::start(Options {
        data_dir: Some(bench.station.data_dir().into()),
        ..Options::default()
    });
    let again = again.await.unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), metrics_token);
    again.stop().await;
}

#[tokio::test]
async fn the_token_is_new_at_every_start() {
    let dir = tempfile::tempdir().unwrap();
    let mut tokens = std::collections::HashSet::new();
    for _ in 0..2 {
        let options = Options {
            data_dir: Some(dir.path().into()),
            ..Options::default()
        };
        let station = Station::start(options).await.unwrap();
        let control = read_control_file(dir.path()).unwrap();
        assert_eq!(control.token.len(), 64);
        assert!(
            station
                .browser_url()
                .ends_with(&format!("/#token={}", control.token))
        );
        tokens.insert(control.token);
        station.stop().await;
    }
    assert_eq!(tokens.len(), 2);
}

#[tokio::test]
async fn call_finds_the_station_by_its_data_directory() {
    let bench = Bench::start().await;
    let data_dir = bench.station.data_dir().to_owned();
    let answer = crate::call::call(&data_dir, "get_settings", "{}".into())
        .await
        .unwrap();
    assert_eq!(answer, bench.call("get_settings", "{}").await.1);
    let refused = crate::call::call(&data_dir, "get_playlist", "{}".into())
        .await
        .unwrap_err();
    assert_eq!(json!(refused.code), "invalid");
    let unknown = crate::call::call(&data_dir, "../../x", "{}".into())
        .await
        .unwrap_err();
    assert_eq!(json!(unknown.code), "not_found");
    bench.station.stop().await;
    let gone = crate::call::call(&data_dir, "get_settings", "{}".into())
        .await
        .unwrap_err();
    assert_eq!(json!(gone.code), "unavailable");
    assert!(gone.message.contains("tandem-node run"), "{gone}");
}

#[tokio::test]
async fn pictures_and_films_of_the_library_open_with_their_ticket_alone_and_in_parts() {
    let bench = Bench::start().await;
    let dir = tempfile::tempdir().unwrap();
    let film = dir.path().join("film.webm");
    let made = std::process::Command::new("ffmpeg")
        .args([
            "-v",
            "error",
            "-nostdin",
            "-f",
            "lavfi",
            "-i",
            "testsrc=size=64x36:rate=25",
        ])
        .args(["-t", "1", "-c:v", "libvpx"])
        .arg(&film)
        .status()
        .expect("ffmpeg is installed (apt install ffmpeg)");
    assert!(made.success());
    let bytes = std::fs::read(&film).unwrap();
    std::fs::write(dir.path().join("page.html"), "<script>").unwrap();

    let router = bench.station.router();
    let mut events = bench.station.events();
    let path = dir.path().to_str().unwrap();
    router
        .call("scan_folder", json!({ "path": path }))
        .await
        .unwrap();
    let listed = loop {
        tokio::time::timeout(PATIENCE, events.recv())
            .await
            .unwrap()
            .unwrap();
        let listed = router.call("list_assets", json!({})).await.unwrap();
        if listed["total"] == 1 {
            break listed["assets"][0].clone();
        }
    };
    let id = listed["id"].as_str().unwrap();
    let seen = router.call("get_asset", json!({ "id": id })).await.unwrap();
    let (picture, media) = (
        seen["thumbnail"].as_str().unwrap(),
        seen["media"].as_str().unwrap(),
    );
    assert_eq!(listed["thumbnail"], picture);

    let get = |url: String| bench.http.get(url).send();
    let answer = get(picture.into()).await.unwrap();
    assert_eq!(answer.headers()["content-type"], "image/jpeg");
    assert!(
        answer.bytes().await.unwrap().starts_with(&[0xff, 0xd8]),
        "it is a JPEG"
    );
    let answer = get(media.into()).await.unwrap();
    assert_eq!(answer.headers()["content-type"], "video/webm");
    assert_eq!(answer.bytes().await.unwrap(), bytes);

    let part = bench
        .http
        .get(media)
        .header("range", "bytes=10-19")
        .send()
        .await
        .unwrap();
    assert_eq!(part.status(), StatusCode::PARTIAL_CONTENT);
    assert_eq!(
        part.headers()["content-range"],
        format!("bytes 10-19/{}", bytes.len())
    );
    assert_eq!(part.bytes().await.unwrap(), bytes[10..20]);
    let beyond = bench
        .http
        .get(media)
        .header("range", "bytes=999999999-")
        .send()
        .await
        .unwrap();
    assert_eq!(beyond.status(), StatusCode::RANGE_NOT_SATISFIABLE);

    let bare = |url: &str| url.split('?').next().unwrap().to_owned();
    for refused in [
        bare(media),
        media.replace("/media/", "/thumbnail/"),
        picture.replace("/thumbnail/", "/media/"),
        format!("{}?ticket=0123", bare(media)),
    ] {
        let status = get(refused.clone()).await.unwrap().status();
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{refused}");
    }
    let lured = bench
        .http
        .get(media)
        .header("origin", "http://example.org")
        .send()
        .await
        .unwrap();
    assert_eq!(
        lured.status(),
        StatusCode::UNAUTHORIZED,
        "a page of another origin"
    );

    // What is no film is no page of this origin either, and a path that leads out of its root opens nothing.
    let root = listed["file"]["root"].clone();
    let files = ["page.html", "gone.webm"]
        .map(|path| json!({ "title": path, "file": { "root": root, "path": path } }));
    let added = router
        .call("add_assets", json!({ "assets": files }))
        .await
        .unwrap();
    let link = async |at: usize| {
        let id = &added["assets"][at]["id"];
        let seen = router.call("get_asset", json!({ "id": id })).await.unwrap();
        seen["media"].as_str().unwrap().to_owned()
    };
    let page = get(link(0).await).await.unwrap();
    assert_eq!(page.headers()["content-type"], "application/octet-stream");
    assert!(
        page.headers()["content-security-policy"]
            .to_str()
            .unwrap()
            .contains("sandbox")
    );
    assert_eq!(
        get(link(1).await).await.unwrap().status(),
        StatusCode::NOT_FOUND
    );
    bench.station.stop().await;
}
