/** What is selected in a list: ids, the one with the keyboard focus, and where a range starts. Immutable. */
export interface ListSelection {
  readonly ids: ReadonlySet<string>;
  readonly focus: string | null;
  readonly anchor: string | null;
}

export const nothingSelected: ListSelection = { ids: new Set(), focus: null, anchor: null };

/** The order that ranges run through. */
export interface ListOrder {
  readonly length: number;
  idAt(index: number): string | undefined;
  indexOf(id: string): number;
}

export interface Modifiers {
  /** Shift: from the anchor to here. */
  range?: boolean;
  /** Ctrl or Command: this one in or out. */
  toggle?: boolean;
}

export function selectOnly(id: string): ListSelection {
  return { ids: new Set([id]), focus: id, anchor: id };
}

/** The selection after a click on `id`, or after the keyboard moved to it. */
export function selectAt(
  now: ListSelection,
  order: ListOrder,
  id: string,
  modifiers: Modifiers = {},
): ListSelection {
  if (modifiers.range) return selectRange(now, order, id, modifiers.toggle === true);
  if (!modifiers.toggle) return selectOnly(id);
  const ids = new Set(now.ids);
  if (!ids.delete(id)) ids.add(id);
  return { ids, focus: id, anchor: id };
}

function selectRange(now: ListSelection, order: ListOrder, to: string, keep: boolean): ListSelection {
  const anchor = now.anchor ?? now.focus ?? to;
  const [a, b] = [order.indexOf(anchor), order.indexOf(to)];
  if (a < 0 || b < 0) return selectOnly(to);
  const ids = new Set(keep ? now.ids : []);
  for (let index = Math.min(a, b); index <= Math.max(a, b); index++) {
    const id = order.idAt(index);
    if (id !== undefined) ids.add(id);
  }
  return { ids, focus: to, anchor };
}

/** The selection after the focus moved by some lines (`Infinity` for the list's ends). */
export function selectStep(
  now: ListSelection,
  order: ListOrder,
  step: number,
  modifiers: Modifiers = {},
): ListSelection {
  if (order.length === 0) return nothingSelected;
  const at = now.focus === null ? -1 : order.indexOf(now.focus);
  const start = at < 0 ? (step > 0 ? -1 : order.length) : at;
  const next = Math.max(0, Math.min(order.length - 1, start + step));
  const id = order.idAt(next);
  return id === undefined ? now : selectAt(now, order, id, { range: modifiers.range });
}

export function selectAll(now: ListSelection, order: ListOrder): ListSelection {
  const ids = new Set<string>();
  for (let index = 0; index < order.length; index++) {
    const id = order.idAt(index);
    if (id !== undefined) ids.add(id);
  }
  return { ids, focus: now.focus ?? order.idAt(0) ?? null, anchor: now.anchor };
}

/**
 * The selection after the list changed from `before` to `after`: what is still there stays selected. Where the focused
 * line is gone and nothing is left, the line that took its place is selected, so that the keyboard goes on from there.
 */
export function selectSurvivors(now: ListSelection, before: ListOrder, after: ListOrder): ListSelection {
  const ids = new Set([...now.ids].filter((id) => after.indexOf(id) >= 0));
  const kept = (id: string | null) => (id !== null && after.indexOf(id) >= 0 ? id : null);
  if (ids.size === now.ids.size && kept(now.focus) === now.focus) return now;
  const focus = kept(now.focus);
  if (focus !== null || ids.size > 0) {
    const first = focus ?? [...ids][0] ?? null;
    return { ids, focus: first, anchor: kept(now.anchor) ?? first };
  }
  const successor = now.focus === null ? null : nearestSurvivor(now.focus, before, after);
  return successor === null ? nothingSelected : selectOnly(successor);
}

/** The line that stood next below a line that went, or else next above, and is still there. */
function nearestSurvivor(gone: string, before: ListOrder, after: ListOrder): string | null {
  const was = before.indexOf(gone);
  if (was < 0) return null;
  for (let index = was + 1; index < before.length; index++) {
    const id = before.idAt(index);
    if (id !== undefined && after.indexOf(id) >= 0) return id;
  }
  for (let index = was - 1; index >= 0; index--) {
    const id = before.idAt(index);
    if (id !== undefined && after.indexOf(id) >= 0) return id;
  }
  return null;
}
