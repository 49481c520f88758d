/** Every text about repeating items within a day. */

import { texts } from '../language';
import { counted } from '../language/format';

const items = {
  en: (n: number) => counted(n, 'item', 'items'),
  de: (n: number) => counted(n, 'Element', 'Elemente'),
};

export const REPEAT = texts({
  title: (n: number) => ({ en: `Repeat ${items.en(n)}`, de: `${items.de(n)} wiederholen` }),
  times: { en: 'How many more times', de: 'Wie oft noch' },
  wrong: (max: string) => ({
    en: `Give a whole number from 1 to ${max}.`,
    de: `Eine ganze Zahl von 1 bis ${max} eingeben.`,
  }),
  makes: (n: number) => ({
    en: `Makes ${items.en(n)}, behind the selection. Fixed starts follow in the copies.`,
    de: `Ergibt ${items.de(n)} hinter der Auswahl. Feste Starts folgen in den Kopien.`,
  }),
  preview: { en: 'What this would move', de: 'Was das verschieben würde' },
  cancel: { en: 'Cancel', de: 'Abbrechen' },
  do: { en: 'Repeat', de: 'Wiederholen' },
});
