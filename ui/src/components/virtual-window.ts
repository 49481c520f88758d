/** Rows drawn beyond each edge, so that scrolling does not show blanks. */
const OVERSCAN = 8;

/** Whether all rows are drawn: the control that `make measure-screen` holds the list against. In no build that is used. */
const WHOLE = import.meta.env['VITE_WHOLE_LISTS'] === '1';

export interface Viewport {
  length: number;
  rowHeight: number;
  scrollTop: number;
  height: number;
}

/** The rows to draw: from `first` up to, not including, `end`. */
export function visibleRange({ length, rowHeight, scrollTop, height }: Viewport): {
  first: number;
  end: number;
} {
  if (WHOLE) return { first: 0, end: length };
  const top = Math.floor(scrollTop / rowHeight);
  const bottom = Math.ceil((scrollTop + height) / rowHeight);
  const end = Math.max(0, Math.min(length, bottom + OVERSCAN));
  return { first: Math.max(0, Math.min(top - OVERSCAN, end)), end };
}

/** The row at the viewport's top, and how far it is scrolled out. */
export interface Anchor {
  key: string;
  index: number;
  offset: number;
}

export function anchorAt(
  scrollTop: number,
  rowHeight: number,
  keyAt: (index: number) => string | undefined,
): Anchor | null {
  const index = Math.floor(scrollTop / rowHeight);
  const key = keyAt(index);
  return key === undefined || scrollTop === 0 ? null : { key, index, offset: scrollTop - index * rowHeight };
}
