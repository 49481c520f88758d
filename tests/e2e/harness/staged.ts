/**
 * A pair in every status, for photographs: the screen talks to a real station, and what that station says of the pair is
 * replaced on the way. So every status can be looked at in one run, also those that last for a moment or need a broken disk.
 */
import type { Page, WebSocketRoute } from '@playwright/test';
import type { Answer, Mode } from '../../../ui/src/backend/contract';

type Redundancy = Answer<'get_redundancy'>;
type Station = Answer<'get_station'>;
type Role = 'primary' | 'secondary';

const HOUR_MS = 3_600_000;
const OFFERS: Redundancy['offers'] = {
  make_primary: false,
  hand_over: false,
  become_secondary: false,
  resync_now: false,
  hold_failover: false,
  confirm_peer: false,
};
const IN_STEP = (role: Role): Partial<Redundancy['offers']> => ({
  make_primary: role === 'secondary',
  hand_over: role === 'primary',
  resync_now: true,
});

/** What is different in each status from a pair that is Synced. */
const STATUSES: Record<Redundancy['status'], (role: Role) => Partial<Redundancy>> = {
  no_redundancy: () => ({ reason: 'no_redundancy', mode: 'none', peer: null, peer_url: null, lag: null, offers: OFFERS }),
  connecting: (role) => ({
    reason: role === 'primary' ? 'first_contact' : 'first_sync',
    peer: null,
    lag: null,
    progress: role === 'primary' ? null : { done: 412_000, total: 1_000_000 },
    offers: { ...OFFERS, make_primary: role === 'secondary' },
  }),
  syncing: (role) => ({
    reason: 'behind',
    lag: { entries: 128, bytes: 184_000, ms: 2_400 },
    offers: { ...OFFERS, ...IN_STEP(role) },
  }),
  synced: (role) => ({ reason: 'equal', offers: { ...OFFERS, ...IN_STEP(role) } }),
  not_synced: (role) => ({
    reason: 'sums_differ',
    offers: { ...OFFERS, make_primary: role === 'secondary', resync_now: true },
  }),
  unavailable: (role) => ({
    reason: 'no_answer',
    lag: null,
    armed: role === 'secondary',
    countdown_s: role === 'secondary' ? 23 : null,
    offers: { ...OFFERS, make_primary: role === 'secondary', hold_failover: role === 'secondary' },
  }),
  incompatible: (role) => ({
    reason: role === 'primary' ? 'superseded' : 'different_version',
    offers: { ...OFFERS, make_primary: true, become_secondary: role === 'primary' },
  }),
};

export const ALL = Object.keys(STATUSES) as Redundancy['status'][];

/** Puts itself between a page and its station; must be made before the page is opened. */
export class Stage {
  private said: { station: Station; redundancy: Redundancy } | undefined;
  private as: { role: Role; status: Redundancy['status'] } = { role: 'primary', status: 'synced' };
  private screen: WebSocketRoute | undefined;

  private constructor() {}

  static async before(page: Page): Promise<Stage> {
    const stage = new Stage();
    await page.routeWebSocket('**/api/v1/events', (screen) => {
      stage.screen = screen;
      const station = screen.connectToServer();
      station.onMessage((message) => {
        const event = JSON.parse(String(message)) as { type: string; station: Station; redundancy: Redundancy };
        if (event.type !== 'status') return screen.send(message);
        stage.said = event;
        stage.tell();
      });
    });
    const replaced = async (command: 'get_station' | 'get_redundancy') => {
      await page.route(`**/api/v1/call/${command}`, async (route) => {
        const answer = await route.fetch();
        const said = (await answer.json()) as never;
        await route.fulfill({ json: command === 'get_station' ? stage.station(said) : stage.redundancy(said) });
      });
    };
    await replaced('get_station');
    await replaced('get_redundancy');
    return stage;
  }

  /** Shows the pair as this station would see it. */
  show(role: Role, status: Redundancy['status']): void {
    this.as = { role, status };
    this.tell();
  }

  private get mode(): Mode {
    if (this.as.status === 'no_redundancy') return 'none';
    return this.as.role === 'primary' ? 'primary' : 'secondary_failover';
  }

  private station(said: Station): Station {
    const stopped = this.as.role === 'primary' && this.as.status === 'incompatible';
    const editable = this.mode !== 'secondary_failover' && !stopped;
    const read_only_reason = stopped
      ? 'Another station became primary meanwhile: choose Become secondary here, or Make primary to win.'
      : 'This station is a secondary: edit on the primary.';
    return { ...said, mode: this.mode, editable, read_only_reason: editable ? null : read_only_reason };
  }

  private redundancy(said: Redundancy): Redundancy {
    const { role, status } = this.as;
    const now = Date.now();
    const other: Mode = role === 'secondary' || status === 'incompatible' ? 'primary' : 'secondary_failover';
    const version = role === 'secondary' && status === 'incompatible' ? '0.0.9' : said.peer?.version;
    return {
      ...said,
      peer: said.peer && { ...said.peer, mode: other, version: version ?? said.peer.version },
      mode: this.mode,
      status,
      since: new Date(now - 4_000).toISOString(),
      last_verify: { at: new Date(now - HOUR_MS / 10).toISOString(), ok: true, cells: 182_000, ms: 88 },
      lag: { entries: 0, bytes: 0, ms: 0 },
      ...STATUSES[status](role),
    };
  }

  private tell(): void {
    if (!this.said || !this.screen) return;
    const { station, redundancy } = this.said;
    this.screen.send(
      JSON.stringify({ type: 'status', station: this.station(station), redundancy: this.redundancy(redundancy) }),
    );
  }
}
