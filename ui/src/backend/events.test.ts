import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { HttpBackend } from './http';

/** A WebSocket whose other end is the test. */
class TestSocket {
  static all: TestSocket[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((message: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;

  constructor(
    readonly url: string,
    readonly protocols: string[],
  ) {
    TestSocket.all.push(this);
  }

  close(): void {
    this.onclose?.();
  }
}

const listener = () => ({ event: vi.fn(), connected: vi.fn(), disconnected: vi.fn() });
const answer = (status: number, body: unknown) =>
  vi.stubGlobal(
    'fetch',
    vi.fn(async () => new Response(JSON.stringify(body), { status })),
  );

beforeEach(() => {
  TestSocket.all = [];
  vi.stubGlobal('WebSocket', TestSocket);
  vi.useFakeTimers();
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe('the events of a station', () => {
  test('come over a WebSocket that carries the token as a subprotocol', () => {
    const heard = listener();
    new HttpBackend('http://127.0.0.1:1', 'secret').events(heard);
    const [socket] = TestSocket.all;
    expect(socket?.url).toBe('ws://127.0.0.1:1/api/v1/events');
    expect(socket?.protocols).toEqual(['tandem', 'bearer.secret']);
    socket?.onopen?.();
    socket?.onmessage?.({ data: '{"type":"refetch"}' });
    expect(heard.connected).toHaveBeenCalledOnce();
    expect(heard.event).toHaveBeenCalledWith({ type: 'refetch' });
  });

  test('are taken up again after the connection was lost, with growing pauses', async () => {
    answer(200, {});
    const heard = listener();
    new HttpBackend('http://127.0.0.1:1', 'secret').events(heard);
    for (const pause_ms of [250, 500, 1000, 2000, 4000, 4000]) {
      const opened = TestSocket.all.length;
      TestSocket.all.at(-1)?.onclose?.();
      await vi.advanceTimersByTimeAsync(pause_ms - 1);
      expect(TestSocket.all).toHaveLength(opened);
      await vi.advanceTimersByTimeAsync(1);
      expect(TestSocket.all).toHaveLength(opened + 1);
    }
    TestSocket.all.at(-1)?.onopen?.();
    expect(heard.connected).toHaveBeenCalledOnce();
  });

  test('end with an explanation where the token is no longer good', async () => {
    answer(401, { code: 'unauthorized', message: 'The token is wrong.', details: null });
    const heard = listener();
    new HttpBackend('http://127.0.0.1:1', 'old').events(heard);
    TestSocket.all[0]?.onclose?.();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(TestSocket.all).toHaveLength(1);
    expect(heard.disconnected.mock.lastCall?.[0]).toContain('started anew');
  });

  test('end when nobody listens any longer', async () => {
    answer(200, {});
    const heard = listener();
    const stop = new HttpBackend('http://127.0.0.1:1', 'secret').events(heard);
    stop();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(TestSocket.all).toHaveLength(1);
    expect(heard.disconnected).not.toHaveBeenCalled();
  });
});
