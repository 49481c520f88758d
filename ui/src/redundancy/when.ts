import { zonedClock } from '../time/days';

/** `14:03:09` on the channel's clock. */
export function clockTime(at: string, timeZone: string): string {
  return zonedClock(Date.parse(at), timeZone).time;
}

/** `2026-11-22 14:03:09` on the channel's clock. */
export function dateTime(at: string, timeZone: string): string {
  const { date, time } = zonedClock(Date.parse(at), timeZone);
  return `${date} ${time}`;
}
