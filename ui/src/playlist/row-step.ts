import type { DayRow } from './rows';

/** The rows that can be selected. */
export type Stop = Extract<DayRow, { kind: 'item' | 'gap' }>;

function isStop(row: DayRow | undefined): row is Stop {
  return row?.kind === 'item' || row?.kind === 'gap';
}

/** The next row below (1) or above (-1) that can be selected; from nowhere (-1) the first or the last one. */
export function stepRow(rows: readonly DayRow[], from: number, step: 1 | -1): Stop | undefined {
  let index = from >= 0 ? from + step : step === 1 ? 0 : rows.length - 1;
  for (; index >= 0 && index < rows.length; index += step) {
    const row = rows[index];
    if (isStop(row)) return row;
  }
  return undefined;
}
