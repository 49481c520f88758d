import { test as base, expect, type Locator, type Page } from '@playwright/test';
import { pair, Station } from '../harness/station';

export { expect };

interface Fixtures {
  /** A station without redundancy, on an empty data directory. */
  station: Station;
  /** Station A leads, Station B takes over after two seconds; both are synced. */
  stations: { primary: Station; secondary: Station };
}

export const test = base.extend<Fixtures>({
  // eslint-disable-next-line no-empty-pattern
  station: async ({}, use) => {
    const station = await Station.start('Station A');
    await use(station);
    await station.remove();
  },
  // eslint-disable-next-line no-empty-pattern
  stations: async ({}, use) => {
    const primary = await Station.start('Station A');
    const secondary = await Station.start('Station B');
    await pair(primary, secondary);
    await use({ primary, secondary });
    await Promise.all([primary.remove(), secondary.remove()]);
  },
});

/** What the screen's parts are called. */
const NAMES = {
  en: {
    library: 'Library',
    playlist: 'Playlist',
    rundown: 'Items of the day',
    chip: 'Open the redundancy status',
    overlay: 'Redundancy',
  },
  de: {
    library: 'Bibliothek',
    playlist: 'Sendeablauf',
    rundown: 'Elemente des Tages',
    chip: 'Redundanzstatus öffnen',
    overlay: 'Redundanz',
  },
};

/** The screen of a station in the browser. */
export class Screen {
  private readonly names: (typeof NAMES)['en'];

  constructor(
    readonly page: Page,
    language: keyof typeof NAMES = 'en',
  ) {
    this.names = NAMES[language];
  }

  /** Opens it and waits until it hears its station. */
  async open(station: Station): Promise<this> {
    await this.page.goto(station.screen);
    await expect(this.banner).toBeVisible();
    return this;
  }

  get banner(): Locator {
    return this.page.locator('.banner [data-role], .banner[data-role]').first();
  }

  get library(): Locator {
    return this.page.getByRole('region', { name: this.names.library });
  }

  get playlist(): Locator {
    return this.page.getByRole('region', { name: this.names.playlist });
  }

  /** The items of the day. */
  get rundown(): Locator {
    return this.page.getByRole('grid', { name: this.names.rundown });
  }

  /** The row of the item with this title. */
  item(title: string): Locator {
    return this.rundown.getByRole('row').filter({ has: this.page.getByRole('gridcell', { name: title, exact: true }) });
  }

  /** The status chip, top right. */
  get chip(): Locator {
    return this.page.getByRole('button', { name: this.names.chip });
  }

  async overlay(): Promise<Locator> {
    await this.chip.click();
    const overlay = this.page.getByRole('dialog', { name: this.names.overlay, exact: true });
    await expect(overlay).toBeVisible();
    return overlay;
  }
}
