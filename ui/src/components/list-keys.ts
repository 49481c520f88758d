import { selectStep, type ListOrder, type ListSelection } from '../stores/list-selection';

/** The selection after a navigation key; null where the key navigates nowhere. `page` is how many rows fit. */
export function navigate(
  event: Pick<KeyboardEvent, 'key' | 'shiftKey' | 'ctrlKey' | 'metaKey' | 'altKey'>,
  now: ListSelection,
  order: ListOrder,
  page: number,
): ListSelection | null {
  if (event.altKey || event.ctrlKey || event.metaKey) return null;
  const steps: Record<string, number> = {
    ArrowDown: 1,
    ArrowUp: -1,
    PageDown: page,
    PageUp: -page,
    Home: -Infinity,
    End: Infinity,
  };
  const step = steps[event.key];
  return step === undefined ? null : selectStep(now, order, step, { range: event.shiftKey });
}
