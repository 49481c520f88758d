import type { Answer, Backend, FileCheck, MediaRoots } from '../backend';

/** How the media files of this station stand. */
export class FilesStore {
  check = $state.raw<FileCheck | null>(null);
  #roots = $state.raw<MediaRoots['roots']>([]);

  constructor(private readonly backend: Backend) {}

  readonly missing: number = $derived(this.check?.missing ?? 0);
  readonly changed: number = $derived(this.check?.changed ?? 0);

  /** Watched folders that are not there. */
  readonly goneFolders: readonly string[] = $derived(this.check?.gone_folders ?? []);

  /** Media roots of the library that no folder of this station was set for: on a secondary, all of them at first. */
  readonly unsetRoots: MediaRoots['roots'] = $derived(
    this.#roots.filter(({ path, assets }) => path === null && assets > 0),
  );

  async refresh(): Promise<void> {
    const [check] = await Promise.all([this.backend.call('get_file_check', {}), this.refreshRoots()]);
    this.check = check;
  }

  /** The roots change when a library is copied, and when a person sets one. */
  async refreshRoots(): Promise<void> {
    this.#roots = (await this.backend.call('list_media_roots', {})).roots;
  }

  /** Looks at all files now; the job tells how far it is. */
  async checkNow(): Promise<void> {
    await this.backend.call('check_files', {});
  }

  /** Takes what changed files are now into the library: those of these assets, or all. */
  update(ids?: string[]): Promise<Answer<'update_from_files'>> {
    return this.backend.call('update_from_files', ids ? { ids } : {});
  }
}
