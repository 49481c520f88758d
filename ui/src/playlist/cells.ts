import type { ItemSet, ItemView } from '../backend';
import type { Cell } from '../stores/view.svelte';
import { parseClockEntry, parseDurationEntry } from '../time/entry';
import type { FrameRate } from '../time/frame-rate';
import { formatTimecode } from '../time/timecode';
import { CELL } from './strings';

/** What an entry would change, with how to say it; or why it can't be. */
export type CellChange = { ok: true; value: ItemSet; shown: string } | { ok: false; error: string };

const order: readonly Cell[] = ['start', 'title', 'duration'];

/** The cell that Tab leads to; null at the row's ends. */
export function nextCell(cell: Cell, step: 1 | -1): Cell | null {
  return order[order.indexOf(cell) + step] ?? null;
}

/** What the field shows when the edit of a cell begins. */
export function cellText(item: ItemView, cell: Cell, rate: FrameRate): string {
  if (cell === 'title') return item.title;
  return cell === 'start' ? item.starts_at : formatTimecode(item.duration, rate);
}

/** What the text in a cell's field means for the item. */
export function cellChange(item: ItemView, cell: Cell, text: string, rate: FrameRate): CellChange {
  if (cell === 'title') {
    const title = text.trim();
    return title === '' ? { ok: false, error: CELL.needsTitle } : { ok: true, value: { title }, shown: '' };
  }
  if (cell === 'duration') {
    const entry = parseDurationEntry(text, rate, item.duration);
    if (!entry.ok) return entry;
    return { ok: true, value: { duration: entry.value }, shown: formatTimecode(entry.value, rate) };
  }
  if (text.trim() === '') {
    return { ok: true, value: { start_mode: 'follow', fixed_start: null }, shown: CELL.follows };
  }
  const entry = parseClockEntry(text, rate, item.starts_at);
  if (!entry.ok) return entry;
  return {
    ok: true,
    value: { start_mode: 'fixed', fixed_start: entry.value },
    shown: CELL.fixedAt(entry.value),
  };
}
