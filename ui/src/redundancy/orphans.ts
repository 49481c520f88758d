import { CallError } from '../backend';
import type { Orphan } from '../backend/bindings/Orphan';
import type { OrphanConflict } from '../backend/bindings/OrphanConflict';

/** What was cut off at one time. */
export interface Bundle {
  id: string;
  /** Says of itself what is true of all. */
  first: Orphan;
  orphans: Orphan[];
}

/** Whether an operator still has to deal with it. */
export function isOpen({ state }: Orphan): boolean {
  return state === 'kept';
}

/** The orphans by bundle, in the order in which they come. */
export function bundlesOf(orphans: readonly Orphan[]): Bundle[] {
  const bundles = new Map<string, Bundle>();
  for (const orphan of orphans) {
    const bundle = bundles.get(orphan.bundle);
    if (bundle) bundle.orphans.push(orphan);
    else bundles.set(orphan.bundle, { id: orphan.bundle, first: orphan, orphans: [orphan] });
  }
  return [...bundles.values()];
}

/** The conflict that an error explains; null where it is another one. */
export function conflictOf(thrown: unknown): OrphanConflict | null {
  const { code, details } = CallError.from(thrown);
  const explained = typeof details === 'object' && details !== null && 'conflicts' in details;
  return code === 'conflict' && explained ? (details as OrphanConflict) : null;
}
