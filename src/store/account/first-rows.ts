import { apiKeys, enrolments, people, projects } from "../schema.ts";
import type { NewRow, Statement, TenantStore } from "../tenant-store.ts";

/** What a new tenant has besides its own row. */
export interface FirstRows {
  readonly projects: readonly NewRow<typeof projects>[];
  readonly owner: NewRow<typeof people>;
  readonly enrolment: NewRow<typeof enrolments>;
  readonly keys: readonly NewRow<typeof apiKeys>[];
}

export function insertFirstRows(store: TenantStore, first: FirstRows): readonly Statement[] {
  return [
    ...first.projects.map((project) => store.insert(projects, project)),
    store.insert(people, first.owner),
    store.insert(enrolments, first.enrolment),
    ...first.keys.map((key) => store.insert(apiKeys, key)),
  ];
}
