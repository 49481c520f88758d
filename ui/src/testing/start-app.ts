import { until } from './until';
import { App } from '../stores/app.svelte';
import type { FakeBackend } from './fake-backend';

/** A started app that has loaded its first day. */
export async function startApp(backend: FakeBackend): Promise<App> {
  const app = new App(backend);
  app.start();
  await until(() => app.day.playlist !== null && app.station.station !== null);
  return app;
}
