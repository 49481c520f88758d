import { fireEvent, render, screen, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { tick } from 'svelte';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { handleKey } from '../actions';
import type { DropListener, FileFinding as Finding, LocatedFile, MediaRoots } from '../backend';
import { asset } from '../inspector/fixtures';
import LibraryPanel from '../library/LibraryPanel.svelte';
import type { App } from '../stores/app.svelte';
import { anAsset, FakeBackend, SECONDARY, stationBackend } from '../testing/fake-backend';
import Provide from '../testing/Provide.svelte';
import { startApp } from '../testing/start-app';
import { until } from '../testing/until';
import { DEFAULT_RATE } from '../time/frame-rate';
import FileDrop from './FileDrop.svelte';
import FileFinding from './FileFinding.svelte';
import Preview from './Preview.svelte';
import Thumbnail from './Thumbnail.svelte';
import WatchedFolders from './WatchedFolders.svelte';

const assets = [
  anAsset('a', { file_state: 'missing' }),
  anAsset('b', { file_state: 'changed' }),
  anAsset('c'),
];
let app: App | undefined;
let listening: AbortController;

beforeEach(() => {
  listening = new AbortController();
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(600);
});

afterEach(() => {
  listening.abort();
  app?.stop();
});

function library(station: Parameters<typeof stationBackend>[2] = {}): FakeBackend {
  const backend = stationBackend([], assets, station);
  backend.handlers.get_file_check = () => ({ missing: 1, changed: 2, checked_at: null, gone_folders: [] });
  backend.handlers.update_from_files = () => ({ updated: 2, durations: 1, epoch: 1, seq: 2 });
  backend.handlers.check_files = () => ({ job: 'j' });
  backend.handlers.list_categories = () => ({ categories: [{ name: 'News', assets: 3 }] });
  return backend;
}

async function show(backend: FakeBackend): Promise<App> {
  const started = await startApp(backend);
  app = started;
  window.addEventListener('keydown', (event) => handleKey(event, started), { signal: listening.signal });
  render(Provide, { props: { app: started, of: LibraryPanel } });
  await until(() => started.library.loaded && started.files.check !== null);
  await tick();
  return started;
}

describe('files that are missing or have changed', () => {
  test('are said in the rows of their assets', async () => {
    await show(library());
    const list = screen.getByRole('listbox', { name: 'Assets' });
    const [missing, changed, sound] = within(list).getAllByRole('option');
    expect(missing).toHaveTextContent('File missing');
    expect(changed).toHaveTextContent('File changed');
    expect(sound).not.toHaveTextContent('File');
  });

  test('are counted above the list, which shows only them on request and everything again', async () => {
    const backend = library();
    await show(backend);
    expect(screen.getByText('1 file is missing')).toBeVisible();
    const only = screen.getByRole('button', { name: 'Show the assets whose file is missing' });
    await userEvent.click(only);
    expect(backend.argsOf('list_assets').at(-1)).toMatchObject({ only: 'missing' });
    await userEvent.click(only);
    expect(backend.argsOf('list_assets').at(-1)?.only).toBeUndefined();
  });

  test('that changed are taken into the library as one edit, by button or by key', async () => {
    const backend = library();
    const { messages } = await show(backend);
    await userEvent.click(screen.getByRole('button', { name: 'Update all 2' }));
    expect(backend.argsOf('update_from_files')).toEqual([{}]);
    await until(() => messages.list.length > 0);
    expect(messages.list[0]?.text).toContain('Updated 2 assets, 1 with a new duration');
    await userEvent.click(screen.getByText('Asset b'));
    screen.getByRole('listbox').focus();
    await userEvent.keyboard('u');
    expect(backend.argsOf('update_from_files').at(-1)).toEqual({ ids: ['b'] });
  });

  test('are not updated from on a secondary, which says why', async () => {
    const backend = library(SECONDARY);
    await show(backend);
    const button = screen.getByRole('button', { name: 'Update all 2' });
    expect(button).toHaveAttribute('aria-disabled', 'true');
    expect(button).toHaveAccessibleDescription(SECONDARY.read_only_reason ?? '');
    await userEvent.click(button);
    expect(backend.argsOf('update_from_files')).toEqual([]);
  });

  test('are looked for by key, on a secondary too', async () => {
    const backend = library(SECONDARY);
    await show(backend);
    screen.getByRole('listbox').focus();
    await userEvent.keyboard('c');
    expect(backend.argsOf('check_files')).toHaveLength(1);
  });

  test('of a media root without a folder here are counted, and the settings are one press away', async () => {
    const backend = library(SECONDARY);
    const unset = { name: 'films', path: null, present: false, assets: 12 };
    const set = { name: 'spots', path: '/srv/spots', present: true, assets: 3 };
    const unused = { name: 'old', path: null, present: false, assets: 0 };
    backend.handlers.list_media_roots = () => ({ roots: [unset, set, unused], watched: [] });
    const started = await show(backend);
    expect(screen.getByText('“films” has no folder on this station: 12 files are not found')).toBeVisible();
    expect(screen.queryByText(/“spots”|“old”/)).toBeNull();
    await userEvent.click(screen.getByRole('button', { name: 'Media folders' }));
    expect([started.overlay, started.view.settingsSection]).toEqual(['settings', 'media']);
  });

  test('show at once when the station tells of them', async () => {
    const backend = library();
    await show(backend);
    const asked = backend.argsOf('list_assets').length;
    backend.emit({ type: 'files', missing: 7, changed: 0, checked_at: null, gone_folders: ['/srv/in'] });
    expect(await screen.findByText('7 files are missing')).toBeVisible();
    await until(() => backend.argsOf('list_assets').length > asked);
  });
});

describe('the filters of the library', () => {
  test('are opened by key and narrow by category, duration and use', async () => {
    const backend = library();
    await show(backend);
    screen.getByRole('listbox').focus();
    await userEvent.keyboard('f');
    await screen.findByRole('option', { name: 'News (3)' });
    await userEvent.selectOptions(screen.getByLabelText('Category'), 'News');
    await userEvent.selectOptions(screen.getByLabelText('Only'), 'Never scheduled');
    await userEvent.type(screen.getByLabelText('At least'), '10:00');
    await userEvent.tab();
    expect(backend.argsOf('list_assets').at(-1)).toMatchObject({
      category: 'News',
      only: 'unused',
      duration_min: 250,
    });
    await userEvent.click(screen.getByRole('button', { name: 'Clear filters' }));
    expect(backend.argsOf('list_assets').at(-1)).toMatchObject({ query: undefined, category: undefined });
  });

  test('say beside the field what is no duration, and ask nothing', async () => {
    const backend = library();
    const { view } = await show(backend);
    view.libraryFilters = true;
    await tick();
    const asked = backend.argsOf('list_assets').length;
    await userEvent.type(screen.getByLabelText('At most'), '10:99');
    await userEvent.tab();
    expect(screen.getByLabelText('At most')).toBeInvalid();
    expect(backend.argsOf('list_assets')).toHaveLength(asked);
  });
});

describe('what the inspector says of a file', () => {
  const found = (change: Partial<Finding>): Finding => ({
    state: 'changed',
    root_present: true,
    duration: 37_550,
    size_bytes: 1,
    modified_at: null,
    problem: null,
    ...change,
  });

  function inspect(finding: Finding | null, readOnly: string | null = null) {
    const update = vi.fn(async () => {});
    render(FileFinding, { props: { asset: asset({ finding }), rate: DEFAULT_RATE, readOnly, update } });
    return update;
  }

  test('is nothing where it is as the library has it', () => {
    inspect(null);
    expect(screen.queryByRole('region')).toBeNull();
  });

  test('tells a file that is gone from a folder that is', () => {
    inspect(found({ state: 'missing', duration: null }));
    expect(screen.getByRole('region')).toHaveTextContent('The file is not on this station. Copy it');
    inspect(found({ state: 'missing', root_present: false, duration: null }));
    const [, second] = screen.getAllByRole('region');
    expect(second).toHaveTextContent('The folder of “media” is not there');
  });

  test('offers the new duration as one edit', async () => {
    const update = inspect(found({}));
    const region = screen.getByRole('region', { name: 'File changed' });
    expect(region).toHaveTextContent('It is 2 s longer.');
    await userEvent.click(within(region).getByRole('button', { name: 'Update duration' }));
    expect(update).toHaveBeenCalledWith('a1');
  });

  test('offers nothing where the file cannot be read, and says why', () => {
    inspect(found({ duration: null, problem: 'moov atom not found' }));
    expect(screen.getByRole('region')).toHaveTextContent('It cannot be read: moov atom not found.');
    expect(screen.queryByRole('button')).toBeNull();
  });

  test('says on a secondary why it is not updated here', async () => {
    const update = inspect(found({}), 'Edit on Station A.');
    const button = screen.getByRole('button', { name: 'Update duration' });
    expect(button).toHaveAccessibleDescription('Edit on Station A.');
    await userEvent.click(button);
    expect(update).not.toHaveBeenCalled();
  });
});

describe('a small picture', () => {
  test('gives way to the kind of the asset where none comes', async () => {
    const { container } = render(Thumbnail, {
      props: { kind: 'clip', src: 'http://127.0.0.1:1/thumbnail/a' },
    });
    const picture = container.querySelector('img');
    expect(picture).toHaveAttribute('alt', '');
    if (picture) await fireEvent.error(picture);
    expect(container.querySelector('img')).toBeNull();
    expect(container.querySelector('svg')).toBeInTheDocument();
  });
});

describe('the preview', () => {
  // jsdom plays nothing.
  beforeEach(() => {
    vi.spyOn(HTMLMediaElement.prototype, 'pause').mockImplementation(() => {});
  });

  const shown = (change: Parameters<typeof asset>[0], props: { inPoint?: number; plays?: number } = {}) =>
    render(Preview, {
      props: {
        asset: asset({ media: 'http://127.0.0.1:1/media/a', ...change }),
        rate: DEFAULT_RATE,
        ...props,
      },
    });

  function loaded(container: HTMLElement, seconds: number): HTMLVideoElement {
    const video = container.querySelector('video');
    if (!video) throw new Error('there is no film');
    Object.defineProperty(video, 'duration', { value: seconds });
    void fireEvent.loadedMetadata(video);
    return video;
  }

  test('starts at the in point of the item, which is shown', async () => {
    const { container } = shown({}, { inPoint: 50, plays: 100 });
    const video = loaded(container, 10);
    await tick();
    expect(video.currentTime).toBeCloseTo(50 / 25 + 0.02);
    expect(screen.getByText('In 00:00:02:00')).toBeVisible();
    expect(screen.getByText('00:00:02:00')).toBeVisible();
  });

  test('steps frame by frame by key and by button', async () => {
    const { container } = shown({});
    const video = loaded(container, 10);
    const player = screen.getByRole('group');
    player.focus();
    await userEvent.keyboard('{ArrowRight}{ArrowRight}{ArrowRight}');
    expect(screen.getByRole('slider')).toHaveAttribute('aria-valuetext', '00:00:00:03');
    expect(video.currentTime).toBeCloseTo(3.5 / 25);
    await userEvent.click(screen.getByRole('button', { name: 'One frame back' }));
    expect(screen.getByRole('slider')).toHaveAttribute('aria-valuetext', '00:00:00:02');
    await userEvent.keyboard('{Home}{ArrowLeft}');
    expect(screen.getByRole('slider')).toHaveAttribute('aria-valuetext', '00:00:00:00');
  });

  test('says in a sentence that this screen cannot play the format', async () => {
    const { container } = shown({});
    const video = container.querySelector('video');
    if (video) await fireEvent.error(video);
    expect(screen.getByText(/cannot play this file \(mpeg2video, pcm_s24le, mxf\)/)).toBeVisible();
  });

  test('says that the media root has no folder on this station, rather than that the file cannot be played', async () => {
    const { container } = shown({ present: null, local_path: null });
    expect(container.querySelector('video')).toBeNull();
    expect(screen.getByRole('region', { name: 'Preview' })).toHaveTextContent(
      /has no folder on this station: set it under Settings, Media folders/,
    );
  });

  test('is nothing without a file, and says so where the file is missing', () => {
    shown({ media: null });
    expect(screen.queryByRole('region')).toBeNull();
    shown({ present: false });
    expect(screen.getByRole('region', { name: 'Preview' })).toHaveTextContent('not on this station');
  });
});

describe('watched folders', () => {
  const answer: MediaRoots = {
    roots: [{ name: 'media', path: '/srv/media', present: true, assets: 3 }],
    watched: [{ path: '/srv/media/in', root: 'media', state: 'gone' }],
  };

  test('are shown with how it goes, and one press watches a media folder', async () => {
    const backend = new FakeBackend({ watch_folder: () => answer });
    const onchanged = vi.fn();
    render(WatchedFolders, { props: { answer, backend, onchanged } });
    expect(screen.getByText(/The folder is not there/)).toBeVisible();
    await userEvent.click(screen.getByRole('button', { name: 'Watch /srv/media' }));
    expect(backend.argsOf('watch_folder')).toEqual([{ path: '/srv/media', watch: true }]);
    await userEvent.click(screen.getByRole('button', { name: 'Stop watching /srv/media/in' }));
    expect(backend.argsOf('watch_folder').at(-1)).toEqual({ path: '/srv/media/in', watch: false });
    expect(onchanged).toHaveBeenCalledTimes(2);
  });

  test('say beside the field why a folder cannot be watched', async () => {
    render(WatchedFolders, { props: { answer, backend: new FakeBackend(), onchanged: vi.fn() } });
    await userEvent.type(screen.getByLabelText('A folder in a media folder'), '/tmp{Enter}');
    expect(await screen.findByText(/no answer to watch_folder/)).toHaveRole('alert');
  });
});

describe('files from the file manager', () => {
  const located = (path: string, change: Partial<LocatedFile> = {}): LocatedFile => ({
    path,
    folder: '/srv/media',
    inside: true,
    asset_id: null,
    problem: null,
    ...change,
  });

  async function start(files: LocatedFile[], station: Parameters<typeof stationBackend>[2] = {}) {
    const backend = library(station);
    backend.handlers.locate_files = () => ({ files });
    backend.handlers.add_files = () => ({ job: 'j' });
    backend.handlers.scan_folder = () => ({ job: 'k' });
    let dropped: DropListener | undefined;
    Object.assign(backend, {
      filesDropped: (listener: DropListener) => {
        dropped = listener;
        return () => {};
      },
    });
    app = await startApp(backend);
    render(Provide, { props: { app, of: FileDrop } });
    document.elementFromPoint = () => null;
    return { backend, drop: (...paths: string[]) => dropped?.drop(paths, 1, 1) };
  }

  test('come into the library where they lie in a media folder', async () => {
    const { backend, drop } = await start([located('/srv/media/a.mp4')]);
    drop('/srv/media/a.mp4');
    await until(() => backend.argsOf('add_files').length > 0);
    expect(backend.argsOf('add_files')).toEqual([{ paths: ['/srv/media/a.mp4'] }]);
    expect(screen.queryByRole('dialog')).toBeNull();
  });

  test('from elsewhere are told of, with their folder to add', async () => {
    const outside = located('/home/a/b.mp4', { folder: '/home/a', inside: false });
    const { backend, drop } = await start([outside, located('/x.txt', { problem: 'it is no media file' })]);
    drop('/home/a/b.mp4', '/x.txt');
    expect(await screen.findByText('it is no media file')).toBeInTheDocument();
    await userEvent.click(screen.getByRole('button', { name: 'Add this folder', hidden: true }));
    expect(backend.argsOf('scan_folder')).toEqual([{ path: '/home/a' }]);
    expect(backend.argsOf('add_files')).toEqual([]);
  });

  test('on the rundown are scheduled at the place where they were dropped', async () => {
    const { backend, drop } = await start([located('/srv/media/a.mp4', { asset_id: 'a' })]);
    if (!app) throw new Error('there is no app');
    // The list goes on under the files while they are read: the place of the drop counts.
    let place: string | undefined = 'i1';
    app.drag.target = {
      hover: () => true,
      leave: () => (place = undefined),
      drop: () => {},
      place: () => place,
    };
    drop('/srv/media/a.mp4');
    await until(() => backend.argsOf('insert_items').length > 0);
    expect(backend.argsOf('insert_items')).toEqual([
      { date: app.day.date, after: 'i1', items: [{ asset_id: 'a' }] },
    ]);
    expect(backend.argsOf('add_files')).toEqual([]);
  });

  test('in a browser are told of, and do not replace the page', async () => {
    app = await startApp(library());
    render(Provide, { props: { app, of: FileDrop } });
    const event = new Event('drop', { bubbles: true, cancelable: true });
    Object.assign(event, { dataTransfer: { types: ['Files'], dropEffect: 'none' } });
    window.dispatchEvent(event);
    expect(event.defaultPrevented).toBe(true);
    expect(app.messages.list[0]?.text).toMatch(/does not tell where dropped files lie/);
  });

  test('are not taken by a secondary, which says why once', async () => {
    const { backend, drop } = await start([located('/srv/media/a.mp4')], SECONDARY);
    drop('/srv/media/a.mp4');
    await until(() => (app?.messages.list.length ?? 0) > 0);
    expect(app?.messages.list[0]?.text).toBe(SECONDARY.read_only_reason);
    expect(backend.argsOf('locate_files')).toEqual([]);
  });
});
