//! A channel's items and assets at a new frame rate. Times of the clock stay; lengths stay to the nearest frame.

use crate::asset::Asset;
use crate::rundown::Item;
use crate::timecode::{Counting, TimecodeError};

/// An asset's duration at a new rate: from the probed microseconds where there are any, since those are exact, else from
/// its frames.
#[must_use]
pub fn asset_duration(asset: &Asset, from: Counting, to: Counting) -> i64 {
    let probed = asset
        .info
        .duration_us
        .map(|micros| to.rate().frames_from_micros(micros));
    match probed {
        // A duration that was set by hand is not the file's.
        Some(frames)
            if asset
                .info
                .duration_us
                .map(|us| from.rate().frames_from_micros(us))
                == Some(asset.duration) =>
        {
            frames
        }
        _ => from.rate().convert(asset.duration, to.rate()),
    }
}

/// What of an item depends on the frame rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ItemTimes {
    /// First frame of the asset that is played.
    pub in_point: i64,
    /// How long it plays.
    pub duration: i64,
    /// Its fixed start.
    pub fixed_start: Option<crate::timecode::Timecode>,
}

/// An item's times at a new counting. In and out point are converted each, so that items cut from one asset back to back
/// stay so; one that ran to its asset's end (`asset` is the duration before and after) still does.
///
/// # Errors
/// [`TimecodeError`] where its fixed start is no label of the old counting.
pub fn item_times(
    item: &Item,
    asset: Option<(i64, i64)>,
    from: Counting,
    to: Counting,
) -> Result<ItemTimes, TimecodeError> {
    let convert = |frames| from.rate().convert(frames, to.rate());
    let in_point = convert(item.in_point);
    let out_point = match asset {
        Some((before, after)) if item.in_point + item.duration == before && after > in_point => {
            after
        }
        _ => convert(item.in_point + item.duration),
    };
    let least = i64::from(item.duration > 0);
    Ok(ItemTimes {
        in_point,
        duration: (out_point - in_point).max(least),
        fixed_start: item
            .fixed_start
            .map(|at| from.convert(at, to))
            .transpose()?,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;
    use crate::asset::{AssetKind, MediaInfo};
    use crate::ids::{AssetId, ItemId, PlaylistId};
    use crate::rank::Rank;
    use crate::rundown::{ItemKind, StartMode};

    fn counting(rate: &str, drop_frame: bool) -> Counting {
        Counting::new(rate.parse().unwrap(), drop_frame).unwrap()
    }

    fn item(in_point: i64, duration: i64) -> Item {
        Item {
            id: ItemId(Uuid::nil()),
            playlist_id: PlaylistId(Uuid::nil()),
            rank: Rank::middle(),
            kind: ItemKind::Clip,
            title: "News".into(),
            asset_id: None,
            start_mode: StartMode::Follow,
            fixed_start: None,
            in_point,
            duration,
            notes: String::new(),
        }
    }

    fn asset(duration: i64, duration_us: Option<i64>) -> Asset {
        Asset {
            id: AssetId(Uuid::nil()),
            kind: AssetKind::Clip,
            title: "News".into(),
            file: None,
            duration,
            category: String::new(),
            notes: String::new(),
            info: MediaInfo {
                duration_us,
                ..MediaInfo::default()
            },
            created_at: "2026-11-22T00:00:00Z".into(),
        }
    }

    #[test]
    fn a_probed_duration_is_computed_anew_and_one_set_by_hand_is_scaled() {
        let (pal, high) = (counting("25", false), counting("50", false));
        assert_eq!(
            asset_duration(&asset(251, Some(10_020_000)), pal, high),
            501,
            "251 scaled would be 502"
        );
        assert_eq!(
            asset_duration(&asset(200, Some(10_020_000)), pal, high),
            400
        );
        assert_eq!(asset_duration(&asset(200, None), pal, high), 400);
    }

    #[test]
    fn an_item_that_ran_to_the_end_of_its_asset_still_does() {
        let (pal, high) = (counting("25", false), counting("50", false));
        let times = item_times(&item(1, 250), Some((251, 501)), pal, high).unwrap();
        assert_eq!((times.in_point, times.duration), (2, 499));
        let part = item_times(&item(1, 100), Some((251, 501)), pal, high).unwrap();
        assert_eq!((part.in_point, part.duration), (2, 200));
    }

    #[test]
    fn a_fixed_start_keeps_its_clock_time() {
        let item = Item {
            start_mode: StartMode::Fixed,
            fixed_start: Some("20:01:00:00".parse().unwrap()),
            ..item(0, 10)
        };
        let times = item_times(
            &item,
            None,
            counting("25", false),
            counting("30000/1001", true),
        )
        .unwrap();
        assert_eq!(times.fixed_start.unwrap().to_string(), "20:01:00;02");
    }

    proptest! {
        #[test]
        fn parts_cut_back_to_back_stay_so(a in 0_i64..100_000, b in 1_i64..100_000, c in 1_i64..100_000) {
            let (from, to) = (counting("50", false), counting("30000/1001", true));
            let first = item_times(&item(a, b), None, from, to).unwrap();
            let second = item_times(&item(a + b, c), None, from, to).unwrap();
            // One frame may be lent to a part that would have none.
            prop_assert!((first.in_point + first.duration - second.in_point).abs() <= i64::from(first.duration == 1));
            prop_assert!(first.duration >= 1);
        }
    }
}
