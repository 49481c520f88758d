/** The little of W3C WebDriver (https://www.w3.org/TR/webdriver2/) that the window tests need. */

const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf';

/** Keys by their WebDriver code points. */
export const Key = {
  enter: '\uE007',
  escape: '\uE00C',
  shift: '\uE008',
  control: '\uE009',
  down: '\uE015',
  up: '\uE013',
  delete: '\uE017',
  tab: '\uE004',
  home: '\uE011',
  pageDown: '\uE00F',
  f2: '\uE032',
  f6: '\uE036',
  f9: '\uE039',
} as const;

/** A driver's session: one automated window. */
export class Session {
  private constructor(
    private readonly driver: string,
    private readonly id: string,
  ) {}

  /** Starts `binary` with `args` through the driver at this address. */
  static async open(driver: string, binary: string, args: string[]): Promise<Session> {
    const options = { 'webkitgtk:browserOptions': { binary, args } };
    const { sessionId } = await send<{ sessionId: string }>('POST', `${driver}/session`, {
      capabilities: { alwaysMatch: options },
    });
    return new Session(driver, sessionId);
  }

  /** Runs the body of a function in the page and answers what it returns. */
  run<T>(body: string, ...args: unknown[]): Promise<T> {
    return this.post<T>('execute/sync', { script: body, args });
  }

  /** The same for a body that returns a promise. */
  runAsync<T>(body: string, ...args: unknown[]): Promise<T> {
    const script = `
      const done = arguments[arguments.length - 1];
      const work = (async function () { ${body} }).apply(null, [...arguments].slice(0, -1));
      work.then((value) => done({ value }), (error) => done({ error: error?.message ?? JSON.stringify(error) ?? String(error) }));`;
    return this.post<{ value?: T; error?: string }>('execute/async', { script, args }).then((answer) => {
      if (answer.error !== undefined) throw new Error(answer.error);
      return answer.value as T;
    });
  }

  async click(element: Element): Promise<void> {
    await this.post(`element/${element[ELEMENT]}/click`, {});
  }

  async type(element: Element, text: string): Promise<void> {
    await this.post(`element/${element[ELEMENT]}/value`, { text });
  }

  /** Presses keys together, as one stroke, wherever the focus is. */
  async press(...keys: string[]): Promise<void> {
    const down = keys.map((value) => ({ type: 'keyDown', value }));
    const up = keys.toReversed().map((value) => ({ type: 'keyUp', value }));
    await this.post('actions', { actions: [{ type: 'key', id: 'keyboard', actions: [...down, ...up] }] });
  }

  /** A picture of the window as PNG. */
  async screenshot(): Promise<Buffer> {
    return Buffer.from(await send<string>('GET', `${this.driver}/session/${this.id}/screenshot`), 'base64');
  }

  async close(): Promise<void> {
    await send('DELETE', `${this.driver}/session/${this.id}`);
  }

  private post<T>(path: string, body: object): Promise<T> {
    return send<T>('POST', `${this.driver}/session/${this.id}/${path}`, body);
  }
}

/** A reference to an element of the page. */
export type Element = { [ELEMENT]: string };

async function send<T>(method: string, url: string, body?: object): Promise<T> {
  const answer = await fetch(url, { method, body: body === undefined ? null : JSON.stringify(body) });
  const { value } = (await answer.json()) as { value: T & { error?: string; message?: string } };
  if (!answer.ok) throw new Error(`${method} ${new URL(url).pathname}: ${value.error}: ${value.message}`);
  return value;
}
