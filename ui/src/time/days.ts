/** Broadcast days as `"2026-11-22"`. */

import { language } from '../language';

const DAY_MS = 86_400_000;

/** The date some days later (or earlier). */
export function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** `"Sun 22 Nov 2026"`, in the language of the screen. */
export function formatDay(date: string, locale = language.locale): string {
  return new Intl.DateTimeFormat(locale, {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    timeZone: 'UTC',
  }).format(Date.parse(`${date}T00:00:00Z`));
}

/** The clock of a time zone at an instant. */
export interface ZonedClock {
  /** `"2026-11-22"` */
  date: string;
  /** `"14:03:09"` */
  time: string;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone);
  if (!format) {
    const fields = { year: 'numeric', month: '2-digit', day: '2-digit' } as const;
    const clock = { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' } as const;
    format = new Intl.DateTimeFormat('en-CA', { timeZone, ...fields, ...clock });
    formats.set(timeZone, format);
  }
  return format;
}

/** What the clock in a time zone shows at an instant. */
export function zonedClock(now_ms: number, timeZone: string): ZonedClock {
  const parts = new Map(
    formatOf(timeZone)
      .formatToParts(now_ms)
      .map((part) => [part.type, part.value]),
  );
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? '00';
  return {
    date: `${part('year')}-${part('month')}-${part('day')}`,
    time: `${part('hour')}:${part('minute')}:${part('second')}`,
  };
}

/** The broadcast day that is on at an instant: until `dayStart` (a timecode) it is still yesterday's. */
export function broadcastDay(now_ms: number, timeZone: string, dayStart: string): string {
  const { date, time } = zonedClock(now_ms, timeZone);
  return time < dayStart.slice(0, 8) ? addDays(date, -1) : date;
}

/** The same day some months later, or the last one of a shorter month. */
export function addMonths(date: string, months: number): string {
  const [year, month, day] = date.split('-').map(Number) as [number, number, number];
  const last = new Date(Date.UTC(year, month + months, 0));
  const inMonth = Math.min(day, last.getUTCDate());
  return new Date(Date.UTC(last.getUTCFullYear(), last.getUTCMonth(), inMonth)).toISOString().slice(0, 10);
}

/** The days of a month (`"2026-11"`) in whole weeks, Monday first: 42 of them. */
export function monthDays(month: string): string[] {
  const first = `${month}-01`;
  const weekday = (new Date(`${first}T00:00:00Z`).getUTCDay() + 6) % 7;
  return Array.from({ length: 42 }, (_, index) => addDays(first, index - weekday));
}

/** `"November 2026"`, in the language of the screen. */
export function formatMonth(month: string, locale = language.locale): string {
  return new Intl.DateTimeFormat(locale, { month: 'long', year: 'numeric', timeZone: 'UTC' }).format(
    Date.parse(`${month}-01T00:00:00Z`),
  );
}
