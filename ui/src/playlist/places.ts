import type { ItemView } from '../backend';
import type { Gap } from '../stores/selection.svelte';
import type { DayRow } from './rows';

/** Where items go: after this item, or to the head of the day. */
export type Place = string | null;

type Ids = ReadonlySet<string>;

/** Where new items go: after the last selected item, into the selected gap, else to the day's end. */
export function insertionPlace(items: readonly ItemView[], selected: Ids, gap: Gap | null): Place {
  if (gap) return gap.after;
  const last = items.findLast((item) => selected.has(item.id));
  return (last ?? items.at(-1))?.id ?? null;
}

/** Where new items go that come before the first selected one: after what stands above it, into the selected gap. */
export function placeBefore(items: readonly ItemView[], selected: Ids, gap: Gap | null): Place {
  if (gap) return gap.after;
  const first = items.findIndex((item) => selected.has(item.id));
  return items[first - 1]?.id ?? null;
}

/**
 * Where items that are dropped between rows go; undefined where that would change nothing. `index` is the row that the
 * insertion line stands above; the items that are moved themselves don't count.
 */
export function dropPlace(rows: readonly DayRow[], index: number, moved: Ids): Place | undefined {
  let after: Place = null;
  for (let above = Math.min(index, rows.length) - 1; above >= 0; above--) {
    const row = rows[above];
    if (row?.kind === 'item' && !moved.has(row.item.id)) {
      after = row.item.id;
      break;
    }
  }
  return isWhereTheyAre(itemsOf(rows), moved, after) ? undefined : after;
}

/** Where a move by one line takes items: up (-1) or down (1); undefined at the end of the day. */
export function stepPlace(items: readonly ItemView[], moved: Ids, step: 1 | -1): Place | undefined {
  if (step === 1) {
    const last = items.findLastIndex((item) => moved.has(item.id));
    return last < 0 ? undefined : items[last + 1]?.id;
  }
  const first = items.findIndex((item) => moved.has(item.id));
  if (first < 1) return undefined;
  return items[first - 2]?.id ?? null;
}

function itemsOf(rows: readonly DayRow[]): ItemView[] {
  return rows.flatMap((row) => (row.kind === 'item' ? [row.item] : []));
}

function isWhereTheyAre(items: readonly ItemView[], moved: Ids, after: Place): boolean {
  const start = after === null ? 0 : items.findIndex((item) => item.id === after) + 1;
  const there = items.slice(start, start + moved.size);
  return moved.size > 0 && there.length === moved.size && there.every((item) => moved.has(item.id));
}
