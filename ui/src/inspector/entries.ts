/** What is typed into the inspector's fields, as values of the item. */

import type { ItemView } from '../backend';
import { parseClockEntry, parseDurationEntry, type Entry } from '../time/entry';
import type { FrameRate } from '../time/frame-rate';
import { shared } from './shared';
import { ITEM } from './strings';

const isRelative = (text: string) => /^\s*[+\-−]/.test(text);

/** A count of frames for all `items` (or assets); `+` and `-` need a value that they share. */
export function framesEntry<Field extends string>(
  text: string,
  rate: FrameRate,
  items: readonly Record<Field, number>[],
  field: Field,
): Entry<number> {
  const present = shared(items, (item) => item[field]);
  if (present.mixed && isRelative(text)) return { ok: false, error: ITEM.differ };
  return parseDurationEntry(text, rate, present.mixed ? 0 : present.value);
}

/** A clock time for all `items`. */
export function clockEntry(text: string, rate: FrameRate, items: readonly ItemView[]): Entry<string> {
  const present = shared(items, (item) => item.fixed_start ?? item.starts_at);
  if (present.mixed && isRelative(text)) return { ok: false, error: ITEM.differ };
  return parseClockEntry(text, rate, present.mixed ? null : present.value);
}

/** A text that must not be empty. */
export function textEntry(text: string, whenEmpty: string): Entry<string> {
  const value = text.trim();
  return value === '' ? { ok: false, error: whenEmpty } : { ok: true, value };
}
