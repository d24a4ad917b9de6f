import type { ConfirmationRow, OutboxRow, Tenant } from "../../src/store/rows.ts";
import { DatabaseFile, type RequestRows } from "./database-file.ts";

/** The rows of all shards. A tenant is in one of them. */
export class DatabaseFiles {
  readonly #files: readonly DatabaseFile[];
  readonly tenants: readonly Tenant[];

  constructor(files: readonly DatabaseFile[]) {
    this.#files = files;
    this.tenants = files.flatMap((file) => file.tenants);
  }

  static async open(paths: readonly string[]): Promise<DatabaseFiles> {
    return new DatabaseFiles(await Promise.all(paths.map((path) => DatabaseFile.open(path))));
  }

  /** What the tenant of this name sends or has sent, read in one transaction. */
  static async sendingOf(paths: readonly string[], tenant: string): ReturnType<DatabaseFile["sendingOf"]> {
    const files = await DatabaseFiles.open(paths);
    try {
      const { id = "" } = files.tenants.find(({ name }) => name === tenant) ?? {};
      return await files.#fileOf(id).sendingOf(id);
    } finally {
      files.close();
    }
  }

  close(): void {
    for (const file of this.#files) file.close();
  }

  async stream(tenant: string, from: number): Promise<readonly OutboxRow[]> {
    return await this.#fileOf(tenant).stream(tenant, from);
  }

  async streamSize(tenant: string): ReturnType<DatabaseFile["streamSize"]> {
    return await this.#fileOf(tenant).streamSize(tenant);
  }

  async requestCount(): Promise<number> {
    const counts = await Promise.all(this.#files.map((file) => file.requestCount()));
    return counts.reduce((sum, one) => sum + one, 0);
  }

  async changeRequests(): Promise<readonly ConfirmationRow[]> {
    return (await Promise.all(this.#files.map((file) => file.changeRequests()))).flat();
  }

  async requestRows(ids: readonly string[]): Promise<ReadonlyMap<string, RequestRows>> {
    const found = await Promise.all(this.#files.map((file) => file.requestRows(ids)));
    return new Map(found.flatMap((rows) => [...rows]));
  }

  #fileOf(tenant: string): DatabaseFile {
    const file = this.#files.find(({ tenants }) => tenants.some(({ id }) => id === tenant));
    if (file === undefined) throw new RangeError("no shard has this tenant");
    return file;
  }
}
