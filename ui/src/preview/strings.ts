/** Every text about what an edit would move. */

import { texts } from '../language';
import { counted, plural } from '../language/format';

const items = {
  en: (n: number) => counted(n, 'item', 'items'),
  de: (n: number) => counted(n, 'Element', 'Elemente'),
};

export const PREVIEW = texts({
  label: { en: 'What this would move', de: 'Was das verschieben würde' },
  startsAt: (at: string) => ({ en: `Starts at ${at}.`, de: `Beginnt um ${at}.` }),
  nothing: { en: 'Nothing else moves.', de: 'Sonst verschiebt sich nichts.' },
  moves: (n: number, by: string) => ({
    en: `${items.en(n)} ${plural(n, 'moves', 'move')} by ${by}`,
    de: `${items.de(n)} ${plural(n, 'verschiebt', 'verschieben')} sich um ${by}`,
  }),
  untilFixed: (at: string, title: string) => ({
    en: `, until the fixed start at ${at} (“${title}”).`,
    de: `, bis zum festen Start um ${at} („${title}“).`,
  }),
  untilEnd: { en: ', to the end of the day.', de: ', bis zum Ende des Tages.' },
  then: { en: '.', de: '.' },
  more: (n: number) => ({
    en: `${counted(n, 'other stretch moves', 'other stretches move')} as well.`,
    de: `${counted(n, 'weiterer Abschnitt verschiebt', 'weitere Abschnitte verschieben')} sich ebenfalls.`,
  }),
  cutShort: (title: string, by: string) => ({
    en: `“${title}” is cut short by ${by}.`,
    de: `„${title}“ wird um ${by} gekürzt.`,
  }),
  neverPlays: (title: string, of: string) => ({
    en: `“${title}” never plays: ${of} lost.`,
    de: `„${title}“ läuft nie: ${of} verloren.`,
  }),
  whole: (title: string) => ({
    en: `“${title}” plays whole again.`,
    de: `„${title}“ läuft wieder ganz.`,
  }),
  moreCuts: (n: number) => ({
    en: `${counted(n, 'other item is', 'other items are')} cut short otherwise.`,
    de: `${counted(n, 'weiteres Element wird', 'weitere Elemente werden')} anders gekürzt.`,
  }),
  gapLeft: (before: string, frames: string, was: string) => ({
    en: `Gap before ${before}: ${frames} left (was ${was}).`,
    de: `Lücke vor ${before}: noch ${frames} (war ${was}).`,
  }),
  gapOpens: (before: string, frames: string) => ({
    en: `A gap of ${frames} opens before ${before}.`,
    de: `Vor ${before} entsteht eine Lücke von ${frames}.`,
  }),
  gapCloses: (before: string, was: string) => ({
    en: `The gap of ${was} before ${before} closes.`,
    de: `Die Lücke von ${was} vor ${before} schließt sich.`,
  }),
  gapGoes: (was: string) => ({ en: `A gap of ${was} goes.`, de: `Eine Lücke von ${was} entfällt.` }),
  moreGaps: (n: number) => ({
    en: `${counted(n, 'other gap changes', 'other gaps change')}.`,
    de: `${counted(n, 'weitere Lücke ändert', 'weitere Lücken ändern')} sich.`,
  }),
  overrun: (by: string) => ({
    en: `The day overruns by ${by}.`,
    de: `Der Tag überzieht um ${by}.`,
  }),
  fits: { en: 'The day no longer overruns.', de: 'Der Tag überzieht nicht mehr.' },
});
