import { afterEach, describe, expect, test, vi } from 'vitest';
import { CallError } from './backend';
import { HttpBackend, takeToken } from './http';

afterEach(() => vi.unstubAllGlobals());

describe('the token', () => {
  const storage = () => {
    const kept = new Map<string, string>();
    return {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => kept.set(key, value),
    };
  };

  test('is taken out of the address and kept for the tab', () => {
    const kept = storage();
    const history = { replaceState: vi.fn() };
    const location = { hash: '#token=secret', pathname: '/', search: '' };
    expect(takeToken(location, kept, history)).toBe('secret');
    expect(history.replaceState).toHaveBeenCalledWith(null, '', '/');
    expect(takeToken({ ...location, hash: '' }, kept, history)).toBe('secret');
  });

  test('is missing where nobody gave one', () =>
    expect(
      takeToken({ hash: '', pathname: '/', search: '' }, storage(), { replaceState: vi.fn() }),
    ).toBeNull());
});

describe('a call', () => {
  const answer = (status: number, body: unknown) =>
    vi.stubGlobal(
      'fetch',
      vi.fn(async () => new Response(JSON.stringify(body), { status })),
    );
  const backend = new HttpBackend('http://127.0.0.1:1', 'secret');

  test('carries the token and the arguments', async () => {
    answer(200, { total: 0, assets: [] });
    await backend.call('list_assets', { query: 'news' });
    expect(fetch).toHaveBeenCalledWith('http://127.0.0.1:1/api/v1/call/list_assets', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: 'Bearer secret' },
      body: '{"query":"news"}',
    });
  });

  test('rejects with the station’s own error', async () => {
    answer(403, { code: 'read_only', message: 'This station is a secondary.', details: null });
    const error = await backend.call('undo', {}).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(CallError);
    expect(error).toMatchObject({ code: 'read_only', message: 'This station is a secondary.' });
  });

  test('says that the station did not answer where it did not', async () => {
    vi.stubGlobal(
      'fetch',
      vi.fn(async () => Promise.reject(new TypeError('refused'))),
    );
    await expect(backend.call('undo', {})).rejects.toMatchObject({ code: 'unavailable' });
  });
});
