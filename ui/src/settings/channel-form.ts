/** What the channel form sends: only what was changed. */

import type { Channel } from '../backend';
import type { ChannelSet } from '../backend/bindings/ChannelSet';
import { namedField } from './problem';

/** The frame rates of television, by their exact value and the name that people use. */
export const FRAME_RATES: readonly { value: string; label: string }[] = [
  { value: '24000/1001', label: '23.976' },
  { value: '24', label: '24' },
  { value: '25', label: '25' },
  { value: '30000/1001', label: '29.97' },
  { value: '30', label: '30' },
  { value: '50', label: '50' },
  { value: '60000/1001', label: '59.94' },
  { value: '60', label: '60' },
];

/** Whether timecodes at this rate can be counted drop-frame (SMPTE ST 12-1). */
export function canDropFrame(frameRate: string): boolean {
  return frameRate === '30000/1001' || frameRate === '60000/1001';
}

/** What differs between the channel and what was typed. Drop-frame goes off with a rate that has none. */
export function changesOf(channel: Channel, typed: Channel): ChannelSet {
  const wanted: Channel = {
    ...typed,
    name: typed.name.trim(),
    time_zone: typed.time_zone.trim(),
    day_start: typed.day_start.trim(),
    drop_frame: typed.drop_frame && canDropFrame(typed.frame_rate),
  };
  const changed = (Object.keys(wanted) as (keyof Channel)[]).filter((key) => wanted[key] !== channel[key]);
  return Object.fromEntries(changed.map((key) => [key, wanted[key]]));
}

/** The field of the channel that an `invalid` answer names; null where it names none. */
export function fieldOf(details: unknown): keyof Channel | null {
  const field = namedField(details)?.replace(/^channel\./, '');
  const fields: (keyof Channel)[] = ['name', 'frame_rate', 'drop_frame', 'time_zone', 'day_start'];
  return fields.find((known) => known === field) ?? null;
}
