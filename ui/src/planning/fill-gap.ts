import type { Fill } from '../backend';
import type { App } from '../stores/app.svelte';
import type { Gap } from '../stores/selection.svelte';
import { FILL } from './strings';

/** The clips that best fill a gap: those beside it are left out, so that none plays twice in a row. */
export function suggestFill(app: App, gap: Gap, category: string | null): Promise<Fill> {
  const avoid = [gap.after, gap.before]
    .map((id) => (id === null ? null : app.day.item(id)?.asset_id))
    .filter((id): id is string => typeof id === 'string');
  return app.backend.call('suggest_fill', { frames: gap.frames, category, avoid });
}

export async function insertFill(app: App, gap: Gap, { clips }: Fill): Promise<void> {
  await app.day.insert(
    gap.after,
    clips.map(({ asset_id }) => ({ asset_id })),
  );
}

/** A key that is held down asks again before the first answer: a gap is not filled twice over. */
const filling = new WeakSet<App>();

/** Fills a gap from the whole library, in one step. */
export async function fillGap(app: App, gap: Gap): Promise<void> {
  if (filling.has(app)) return;
  filling.add(app);
  try {
    const fill = await suggestFill(app, gap, null);
    if (fill.clips.length === 0) app.messages.info(FILL.none);
    else await insertFill(app, gap, fill);
  } finally {
    filling.delete(app);
  }
}
