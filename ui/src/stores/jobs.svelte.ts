import type { Backend, Job } from '../backend';

/** Finished jobs that are kept to look at. */
const FINISHED_MAX = 20;

/** Long work at the station: what runs, how far it is, what went wrong. */
export class JobStore {
  list = $state.raw<readonly Job[]>([]);

  constructor(private readonly backend: Backend) {}

  readonly running: readonly Job[] = $derived(this.list.filter((job) => job.state === 'running'));

  #waiting = new Map<string, (job: Job) => void>();

  /** Waits until a job has ended. */
  async ended(id: string): Promise<Job> {
    const told = new Promise<Job>((resolve) => this.#waiting.set(id, resolve));
    const now = await this.backend.call('get_job', { job: id });
    if (now.state !== 'running') this.#tell(now);
    return told;
  }

  #tell(job: Job): void {
    this.#waiting.get(job.job)?.(job);
    this.#waiting.delete(job.job);
  }

  update(job: Job): void {
    if (job.state !== 'running') this.#tell(job);
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
