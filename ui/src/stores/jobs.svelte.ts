import type { Backend, Job } from '../backend';

/** Finished jobs that are kept to look at. */
const FINISHED_MAX = 20;

/** Long work at the station: what runs, how far it is, what went wrong. */
export class JobStore {
  list = $state.raw<readonly Job[]>([]);

  constructor(private readonly backend: Backend) {}

  readonly running: readonly Job[] = $derived(this.list.filter((job) => job.state === 'running'));

  update(job: Job): void {
    const known = this.list.some(({ job: id }) => id === job.job);
    const list = known ? this.list.map((old) => (old.job === job.job ? job : old)) : [job, ...this.list];
    const finished = list.filter(({ state }) => state !== 'running').slice(0, FINISHED_MAX);
    this.list = list.filter((job) => job.state === 'running' || finished.includes(job));
  }

  async refresh(): Promise<void> {
    this.list = await this.backend.call('list_jobs', {});
  }

  dismiss(id: string): void {
    this.list = this.list.filter((job) => job.job !== id);
  }

  async cancel(id: string): Promise<void> {
    this.update(await this.backend.call('cancel_job', { job: id }));
  }
}
