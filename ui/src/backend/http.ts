import { CallError, type Backend, type EventListener } from './backend';
import type { Args, Command, Answer, StationEvent } from './contract';

const RETRY_MS_MIN = 250;
const RETRY_MS_MAX = 4000;
const TOKEN_KEY = 'tandem.token';

/** The station's control API, from a browser on the same machine. */
export class HttpBackend implements Backend {
  readonly platform = 'browser';

  /** @param origin of the control port, without a trailing slash */
  constructor(
    private readonly origin: string,
    private readonly token: string,
  ) {}

  async call<C extends Command>(command: C, args: Args<C>): Promise<Answer<C>> {
    let answer: Response;
    try {
      answer = await fetch(`${this.origin}/api/v1/call/${command}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${this.token}` },
        body: JSON.stringify(args),
      });
    } catch (thrown) {
      throw CallError.from(thrown);
    }
    const body: unknown = await answer.json().catch(() => null);
    if (!answer.ok) {
      throw CallError.from(body ?? new Error(`status ${answer.status}, without an explanation`));
    }
    return body as Answer<C>;
  }

  events(listener: EventListener): () => void {
    const url = `${this.origin.replace(/^http/, 'ws')}/api/v1/events`;
    let socket: WebSocket | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let retry_ms = RETRY_MS_MIN;
    let stopped = false;

    const open = () => {
      // A browser cannot set headers on a WebSocket: the token travels as a subprotocol.
      socket = new WebSocket(url, ['tandem', `bearer.${this.token}`]);
      socket.onopen = () => {
        retry_ms = RETRY_MS_MIN;
        listener.connected();
      };
      socket.onmessage = (message) => listener.event(JSON.parse(String(message.data)) as StationEvent);
      socket.onclose = () => void closed();
    };
    const closed = async () => {
      if (stopped) return;
      listener.disconnected('The connection to the station is lost. Trying again.');
      if (await this.#isTokenRefused()) {
        listener.disconnected('The station was started anew. Open the address that it printed this time.');
        return;
      }
      if (stopped) return;
      timer = setTimeout(open, retry_ms);
      retry_ms = Math.min(retry_ms * 2, RETRY_MS_MAX);
    };
    open();
    return () => {
      stopped = true;
      clearTimeout(timer);
      socket?.close();
    };
  }

  /** A browser does not say why a WebSocket was refused: an ordinary call does. The token changes at every start. */
  async #isTokenRefused(): Promise<boolean> {
    try {
      await this.call('get_station', {});
      return false;
    } catch (thrown) {
      return CallError.from(thrown).code === 'unauthorized';
    }
  }
}

/**
 * The access token of the address (`#token=…`), kept for this tab and taken out of the address bar, so that it is not
 * in the history or in a screenshot. Null where there is none.
 */
export function takeToken(
  location: Pick<Location, 'hash' | 'pathname' | 'search'> = window.location,
  storage: Pick<Storage, 'getItem' | 'setItem'> = window.sessionStorage,
  history: Pick<History, 'replaceState'> = window.history,
): string | null {
  const token = new URLSearchParams(location.hash.slice(1)).get('token');
  if (!token) return storage.getItem(TOKEN_KEY);
  storage.setItem(TOKEN_KEY, token);
  history.replaceState(null, '', location.pathname + location.search);
  return token;
}
