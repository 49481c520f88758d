import type { ItemView, NewItem } from '../backend';

/** Items that were cut or copied, to paste into any day. */
export class Clipboard {
  items = $state.raw<readonly NewItem[]>([]);

  copy(items: readonly ItemView[]): void {
    this.items = items.map(asNewItem);
  }
}

/** The same item once more. */
export function asNewItem(item: ItemView): NewItem {
  const { kind, title, asset_id, start_mode, fixed_start, in_point, duration, notes } = item;
  return { kind, title, asset_id, start_mode, fixed_start, in_point, duration, notes };
}
