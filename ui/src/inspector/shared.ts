/** A field over several selected things: the value they share, or the fact that they differ. */
export type Shared<T> = { mixed: false; value: T } | { mixed: true };

/** The value that all of `things` share for a field. `things` is not empty. */
export function shared<Thing, T>(things: readonly Thing[], field: (thing: Thing) => T): Shared<T> {
  const [first, ...rest] = things.map(field);
  return rest.every((value) => value === first) ? { mixed: false, value: first as T } : { mixed: true };
}
