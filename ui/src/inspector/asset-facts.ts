/** What is known of an asset's file, in words. */

import type { Asset, AssetView, MediaInfo } from '../backend';
import { dateTimeOf, decimal, number, size } from '../language/format';
import { ASSET } from './strings';

export type Fact = readonly [term: string, value: string | null];

/** Where the file is, here and in the library's words. */
export function fileFacts({ file, local_path, present }: AssetView): Fact[] {
  if (file === null) return [[ASSET.file, ASSET.noFile]];
  const state = present === null ? ASSET.unmapped : present ? ASSET.present : ASSET.missing;
  return [
    [ASSET.root, file.root],
    [ASSET.path, file.path],
    [ASSET.local, local_path === null ? ASSET.unmapped : `${local_path} (${state})`],
  ];
}

/** What a probe found. */
export function mediaFacts(info: MediaInfo, { created_at }: Asset, timeZone: string): Fact[] {
  const picture = info.width !== null && info.height !== null ? `${info.width} × ${info.height}` : null;
  return [
    [ASSET.container, info.container],
    [ASSET.video, joined([info.video_codec, picture])],
    [ASSET.frameRate, info.frame_rate],
    [ASSET.audio, joined([info.audio_codec, channels(info), rate(info)])],
    [ASSET.exact, info.duration_us === null ? null : `${decimal(info.duration_us / 1_000_000, 3)} s`],
    [ASSET.size, info.size_bytes === null ? null : size(info.size_bytes)],
    [ASSET.modified, info.modified_at && dateTimeOf(info.modified_at, timeZone)],
    [ASSET.added, dateTimeOf(created_at, timeZone)],
  ];
}

const channels = ({ audio_channels }: MediaInfo) =>
  audio_channels === null ? null : ASSET.channels(audio_channels);

const rate = ({ sample_rate_hz }: MediaInfo) =>
  sample_rate_hz === null ? null : `${number(sample_rate_hz / 1000)} kHz`;

function joined(parts: (string | null)[]): string | null {
  const known = parts.filter((part) => part !== null);
  return known.length > 0 ? known.join(', ') : null;
}
