import type { ItemView, PlaylistChanges, PlaylistView } from '../backend';
import type { DayClock } from '../time/day-clock';

/** The day with what is other in it since; `changes.items` is not null where the core sent it whole. */
export function applyChanges(was: PlaylistView, changes: PlaylistChanges, clock: DayClock): PlaylistView {
  const { items: whole, placed, removed, shifted, ...head } = changes;
  if (whole) return { ...head, items: whole };
  const gone = new Set([...removed, ...placed.map(({ item }) => item.id)]);
  const stays = gone.size > 0 ? was.items.filter(({ id }) => !gone.has(id)) : [...was.items];
  const items = placed.length > 0 ? merged(stays, placed) : stays;
  for (const { index, count, frames } of shifted) {
    for (let at = index; at < index + count; at++) {
      const item = items[at];
      if (item) items[at] = new ShiftedItem(item, item.start_offset + frames, clock);
    }
  }
  return { ...head, items };
}

/** The items that stay, in order, with the others at their places. */
function merged(stays: readonly ItemView[], placed: PlaylistChanges['placed']): ItemView[] {
  const items: ItemView[] = [];
  let next = 0;
  for (const { index, item } of placed) {
    while (items.length < index && next < stays.length) items.push(stays[next++] as ItemView);
    items.push(item);
  }
  while (next < stays.length) items.push(stays[next++] as ItemView);
  return items;
}

/** An item at another time. What the clock shows then is worked out only for those that are looked at. */
class ShiftedItem implements ItemView {
  readonly id: string;
  readonly kind: ItemView['kind'];
  readonly title: string;
  readonly asset_id: string | null;
  readonly start_mode: ItemView['start_mode'];
  readonly fixed_start: string | null;
  readonly in_point: number;
  readonly duration: number;
  readonly plays: number;
  readonly marks: ItemView['marks'];
  readonly notes: string;

  constructor(
    item: ItemView,
    readonly start_offset: number,
    private readonly clock: DayClock,
  ) {
    this.id = item.id;
    this.kind = item.kind;
    this.title = item.title;
    this.asset_id = item.asset_id;
    this.start_mode = item.start_mode;
    this.fixed_start = item.fixed_start;
    this.in_point = item.in_point;
    this.duration = item.duration;
    this.plays = item.plays;
    this.marks = item.marks;
    this.notes = item.notes;
  }

  get starts_at(): string {
    return this.clock.timecodeAt(this.start_offset);
  }

  get ends_at(): string {
    return this.clock.timecodeAt(this.start_offset + this.plays);
  }

  get starts_at_utc(): string {
    return this.clock.utcAt(this.start_offset);
  }

  get ends_at_utc(): string {
    return this.clock.utcAt(this.start_offset + this.plays);
  }
}
