/** Every text about how the days of the calendar stand. */

import type { DaySummary } from '../backend';
import { texts } from '../language';
import { counted, list } from '../language/format';

export const DAYS = texts({
  nothing: { en: 'nothing scheduled', de: 'nichts eingeplant' },
  items: (n: number) => ({ en: counted(n, 'item', 'items'), de: counted(n, 'Element', 'Elemente') }),
  filled: (percent: number) => ({ en: `${percent} % filled`, de: `zu ${percent} % gefüllt` }),
  gaps: (n: number) => ({ en: counted(n, 'gap', 'gaps'), de: counted(n, 'Lücke', 'Lücken') }),
  overruns: (n: number) => ({
    en: counted(n, 'overrun', 'overruns'),
    de: counted(n, 'Überlauf', 'Überläufe'),
  }),
  withoutMedia: (n: number) => ({
    en: `${counted(n, 'clip', 'clips')} without media`,
    de: `${counted(n, 'Clip', 'Clips')} ohne Medium`,
  }),
  filesMissing: (n: number) => ({
    en: counted(n, 'missing file', 'missing files'),
    de: counted(n, 'fehlende Datei', 'fehlende Dateien'),
  }),
  facts: { en: 'The day in short', de: 'Der Tag in Kürze' },
});

/** How far a day is filled, in whole percent: 100 only where it is full. */
export function percentFilled({ filled, day_length }: DaySummary): number {
  const percent = (filled / Math.max(1, day_length)) * 100;
  return percent >= 100 ? 100 : Math.min(99, Math.round(percent));
}

/** Gaps of a day: those before fixed starts, and the one to its end. */
export function gapsOf(day: DaySummary): number {
  return day.gaps + (day.unfilled > 0 ? 1 : 0);
}

/** A day in a sentence. */
export function inShort(day: DaySummary | undefined): string {
  if (!day || day.items === 0) return DAYS.nothing;
  const gaps = gapsOf(day);
  return list(
    [
      DAYS.items(day.items),
      DAYS.filled(percentFilled(day)),
      gaps > 0 ? DAYS.gaps(gaps) : '',
      day.overruns > 0 ? DAYS.overruns(day.overruns) : '',
      day.without_media > 0 ? DAYS.withoutMedia(day.without_media) : '',
      day.files_missing > 0 ? DAYS.filesMissing(day.files_missing) : '',
    ].filter(Boolean),
  );
}
