import type { Backend, TemplateView } from '../backend';

/** The blocks of items that are scheduled again and again. */
export class TemplateStore {
  list = $state.raw<readonly TemplateView[]>([]);

  constructor(private readonly backend: Backend) {}

  async refresh(): Promise<void> {
    this.list = (await this.backend.call('list_templates', {})).templates;
  }

  /** Makes one from items of a day; answers with its id. */
  async create(name: string, ids: string[]): Promise<string> {
    const { template } = await this.backend.call('create_template', { name, ids });
    await this.refresh();
    return template.id;
  }

  async rename(id: string, name: string): Promise<void> {
    await this.backend.call('rename_template', { id, name });
    await this.refresh();
  }

  async remove(id: string): Promise<void> {
    await this.backend.call('delete_template', { id });
    await this.refresh();
  }
}
