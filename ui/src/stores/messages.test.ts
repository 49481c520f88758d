import { describe, expect, test, vi } from 'vitest';
import { CallError } from '../backend';
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
