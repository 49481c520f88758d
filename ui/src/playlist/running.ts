import type { ItemView, PlaylistView } from '../backend';
import { msToFrames, type FrameRate } from '../time/frame-rate';

/** Frames since the start of a broadcast day at an instant. */
export function offsetAt(playlist: PlaylistView, now_ms: number, rate: FrameRate): number {
  return msToFrames(now_ms - Date.parse(playlist.day_start_utc), rate);
}

/** The item that is on the air at an instant; null in a gap, or where the day is another one. */
export function runningItem(playlist: PlaylistView | null, now_ms: number, rate: FrameRate): ItemView | null {
  if (!playlist) return null;
  const offset = offsetAt(playlist, now_ms, rate);
  return playlist.items.find((item) => isOn(item, offset)) ?? null;
}

function isOn(item: ItemView, offset: number): boolean {
  return item.start_offset <= offset && offset < item.start_offset + item.plays;
}
