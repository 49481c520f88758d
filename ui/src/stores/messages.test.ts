import { describe, expect, test, vi } from 'vitest';
import { CallError, type PairNotice } from '../backend';
import { stationBackend, type FakeBackend } from '../testing/fake-backend';
import { startApp } from '../testing/start-app';
import { MessageStore } from './messages.svelte';

describe('messages', () => {
  test('an error says what was tried and why it failed, and stays until it is read', () => {
    vi.useFakeTimers();
    const messages = new MessageStore();
    messages.error('Deleting', new CallError('busy', 'A handover is going on: try again in a moment.'));
    vi.advanceTimersByTime(3_600_000);
    expect(messages.unread.map(({ text }) => text)).toEqual([
      'Deleting: A handover is going on: try again in a moment.',
    ]);
    messages.dismiss(messages.unread[0]?.id ?? 0);
    expect(messages.unread).toEqual([]);
    vi.useRealTimers();
  });

  test('information goes by itself', () => {
    vi.useFakeTimers();
    const messages = new MessageStore();
    messages.info('Copied 3 items.');
    expect(messages.list).toHaveLength(1);
    vi.advanceTimersByTime(10_000);
    expect(messages.list).toEqual([]);
    vi.useRealTimers();
  });

  test('the same text is not listed twice', () => {
    const messages = new MessageStore();
    messages.warning('The disk is nearly full.');
    messages.warning('The disk is nearly full.');
    expect(messages.list).toHaveLength(1);
  });
});

describe('what the station tells of the pair', () => {
  const tell = (backend: FakeBackend, notice: PairNotice | null, text: string) =>
    backend.emit({ type: 'message', at: '2026-11-22T10:00:00Z', level: 'warning', code: null, notice, text });

  test('is said once: what raises the alarm is the alarm’s, the rest stands in the messages, in the screen’s words', async () => {
    const backend = stationBackend();
    const app = await startApp(backend);
    const alarms: PairNotice[] = ['unavailable', 'took_over', 'superseded', 'forked', 'not_synced'];
    for (const notice of alarms) tell(backend, notice, 'Said by the alarm.');
    expect(app.messages.list).toEqual([]);
    tell(backend, 'journal_fills', 'In the station’s words.');
    expect(app.messages.list[0]?.text).toMatch(/^The journal keeps much/);
    tell(backend, null, 'Something else.');
    expect(app.messages.list[1]?.text).toBe('Something else.');
    app.stop();
  });

  test('damage is the alarm’s in a pair; alone, a station has no other place to say it', async () => {
    const backend = stationBackend();
    const app = await startApp(backend);
    tell(backend, 'damaged', 'Damaged.');
    expect(app.messages.list[0]?.text).toMatch(/^A full check found data/);
    app.stop();
  });
});
