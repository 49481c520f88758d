/** The field that the details of an `invalid` answer name; null where they name none. */
export function namedField(details: unknown): string | null {
  if (typeof details !== 'object' || details === null || !('field' in details)) return null;
  return typeof details.field === 'string' ? details.field : null;
}
