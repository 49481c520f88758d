//! What the window may load besides what came with it: the pictures and films of its own station.

use tauri::utils::config::{Config, Csp, CspDirectiveSources};

/// Which directive allows what lies below which path of the station.
const OF_STATION: [(&str, &str); 2] = [("img-src", "thumbnail"), ("media-src", "media")];

/// Allows the window the media that the station at `station` (`http://127.0.0.1:PORT`) serves, and no other program's.
///
/// The port is known only at the start, so that tauri.conf.json, which holds the rest of the policy, cannot name it.
pub(crate) fn allow_media(config: &mut Config, station: &str) {
    let Some(Csp::DirectiveMap(policy)) = &mut config.app.security.csp else {
        // Without a policy of this shape nothing is added, and the window shows no media.
        return;
    };
    for (directive, below) in OF_STATION {
        let source = format!("{station}/{below}/");
        policy
            .entry(directive.to_owned())
            .or_insert_with(|| CspDirectiveSources::List(Vec::new()))
            .push(source);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_may_load_media_of_its_own_station_and_of_no_other_address() {
        let mut config: Config =
            serde_json::from_str(include_str!("../../tauri.conf.json")).unwrap();
        let policy = |config: &Config, directive: &str| match &config.app.security.csp {
            Some(Csp::DirectiveMap(policy)) => Vec::from(policy[directive].clone()),
            other => panic!("no policy by directives: {other:?}"),
        };
        for directive in ["img-src", "media-src"] {
            assert_eq!(policy(&config, directive), ["'self'"]);
        }
        allow_media(&mut config, "http://127.0.0.1:4711");
        assert_eq!(
            policy(&config, "img-src"),
            ["'self'", "http://127.0.0.1:4711/thumbnail/"]
        );
        assert_eq!(
            policy(&config, "media-src"),
            ["'self'", "http://127.0.0.1:4711/media/"]
        );
    }
}
