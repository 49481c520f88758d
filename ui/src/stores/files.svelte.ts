import type { Answer, Backend, FileCheck } from '../backend';

/** How the media files of this station stand. */
export class FilesStore {
  check = $state.raw<FileCheck | null>(null);

  constructor(private readonly backend: Backend) {}

  readonly missing: number = $derived(this.check?.missing ?? 0);
  readonly changed: number = $derived(this.check?.changed ?? 0);

  /** Watched folders that are not there. */
  readonly goneFolders: readonly string[] = $derived(this.check?.gone_folders ?? []);

  async refresh(): Promise<void> {
    this.check = await this.backend.call('get_file_check', {});
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
