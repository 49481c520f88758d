/** Items and assets for tests. */

import type { AssetView, ItemView } from '../backend';

export function item(change: Partial<ItemView> = {}): ItemView {
  return {
    id: 'i1',
    kind: 'clip',
    title: 'Evening news',
    asset_id: 'a1',
    start_mode: 'follow',
    fixed_start: null,
    in_point: 0,
    duration: 750,
    starts_at: '20:00:00:00',
    ends_at: '20:00:30:00',
    start_offset: 0,
    plays: 750,
    starts_at_utc: '2026-11-22T19:00:00Z',
    ends_at_utc: '2026-11-22T19:00:30Z',
    marks: [],
    notes: '',
    ...change,
  };
}

export function asset(change: Partial<AssetView> = {}): AssetView {
  return {
    id: 'a1',
    kind: 'clip',
    title: 'Evening news, master',
    file: { root: 'media', path: 'news/evening.mxf' },
    duration: 37_500,
    category: 'News',
    notes: '',
    created_at: '2026-11-20T10:00:00Z',
    info: {
      container: 'mxf',
      video_codec: 'mpeg2video',
      width: 1920,
      height: 1080,
      frame_rate: '25',
      audio_codec: 'pcm_s24le',
      audio_channels: 2,
      sample_rate_hz: 48_000,
      duration_us: 1_500_000_000,
      size_bytes: 9_412_345_678,
      modified_at: null,
    },
    local_path: '/srv/media/news/evening.mxf',
    present: true,
    finding: null,
    thumbnail: null,
    media: null,
    used_by: 3,
    ...change,
  };
}
