/** Numbers, amounts and dates as the language of the screen writes them. Units are those of the SI in both. */

import { language } from './language.svelte';

/** Makes formatters once for each locale and zone: they are costly to make. */
function cached<T>(make: (locale: string, key: string) => T): (key?: string) => T {
  const made = new Map<string, T>();
  return (key = '') => {
    const locale = language.locale;
    const known = made.get(`${locale} ${key}`);
    if (known !== undefined) return known;
    const formatter = make(locale, key);
    made.set(`${locale} ${key}`, formatter);
    return formatter;
  };
}

const numbers = cached((locale) => new Intl.NumberFormat(locale));
const rules = cached((locale) => new Intl.PluralRules(locale));
const lists = cached((locale) => new Intl.ListFormat(locale));
const decimals = cached((locale, digits) => {
  const fraction = Number(digits);
  return new Intl.NumberFormat(locale, { minimumFractionDigits: fraction, maximumFractionDigits: fraction });
});
const dates = cached(
  (locale, timeZone) => new Intl.DateTimeFormat(locale, { timeZone, dateStyle: 'medium' }),
);
const clocks = cached(
  (locale, timeZone) =>
    new Intl.DateTimeFormat(locale, {
      timeZone,
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hourCycle: 'h23',
    }),
);
/** `1,204` or `1.204` */
export function number(n: number): string {
  return numbers().format(n);
}

/** `1.250` or `1,250`: so many digits behind the point. */
export function decimal(n: number, digits: number): string {
  return decimals(String(digits)).format(n);
}

/** The form that goes with a number. Both languages have two; zero takes the second. */
export function plural(n: number, one: string, other: string): string {
  return rules().select(n) === 'one' ? one : other;
}

/** A number with its noun: `counted(1204, 'item', 'items')` is `1,204 items`. */
export function counted(n: number, one: string, other: string): string {
  return `${number(n)} ${plural(n, one, other)}`;
}

/** `a, b and c` */
export function list(parts: readonly string[]): string {
  return lists().format(parts);
}

/** `22 Nov 2026` or `22.11.2026`, of a broadcast day (`"2026-11-22"`) or of an instant in a zone. */
export function dateOf(at: string | number, timeZone = 'UTC'): string {
  return dates(timeZone).format(instant(at));
}

/** `14:03:09` on the clock of a zone. */
export function clockOf(at: string | number, timeZone: string): string {
  return clocks(timeZone).format(instant(at));
}

/** `22 Nov 2026 14:03:09` on the clock of a zone. */
export function dateTimeOf(at: string | number, timeZone: string): string {
  return `${dateOf(at, timeZone)} ${clockOf(at, timeZone)}`;
}

function instant(at: string | number): number {
  if (typeof at === 'number') return at;
  return Date.parse(at.length === 10 ? `${at}T00:00:00Z` : at);
}

/** `4 s`, `2 min 05 s`, `3 h 10 min`, `2 d 4 h` */
export function duration(seconds: number): string {
  const s = Math.max(0, Math.round(seconds));
  const two = (n: number) => String(n).padStart(2, '0');
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${two(s % 60)} s`;
  if (s < 86_400) return `${Math.floor(s / 3600)} h ${two(Math.floor(s / 60) % 60)} min`;
  return `${Math.floor(s / 86_400)} d ${Math.floor(s / 3600) % 24} h`;
}

/** `400 ms`, `1.4 s` */
export function milliseconds(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  return ms < 60_000 ? `${decimal(ms / 1000, 1)} s` : duration(ms / 1000);
}

/** `1.2 kB` */
export function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  let value = bytes / 1000;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${decimal(value, value < 10 ? 1 : 0)} ${units[unit]}`;
}
