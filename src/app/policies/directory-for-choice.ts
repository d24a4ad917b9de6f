import type { Directory } from "../../core/stream/directory.ts";
import { accept, refuse, type Result } from "../../core/refusal.ts";
import type { DatedDirectoryRows } from "../../store/rows.ts";
import { rememberedDirectory } from "../../store/stream/directory-rows.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import { directoryFrom } from "../directory/directory-of.ts";
import { requestSealing } from "../sealing/request-sealing.ts";
import type { Runtime } from "../runtime.ts";

/** The directory after its last change, which is sealed: only then do the tables have all of its effects. */
export interface SealedDirectory {
  readonly directory: Directory;
  /** Of that change. */
  readonly seq: number;
}

/** It may be remembered. The statement that inserts the request checks that it is still the last one. */
export async function directoryForChoice(
  runtime: Runtime,
  store: TenantStore,
): Promise<Result<SealedDirectory>> {
  let rows = await rememberedDirectory(store);
  if (rows?.last.index === null) {
    await requestSealing(runtime);
    // The change may be of none of these rows, so that they are still remembered as they were before.
    store.memory?.clearKeysAndPeople();
    rows = await rememberedDirectory(store);
  }
  if (rows === undefined || rows.last.index === null) {
    store.memory?.clearKeysAndPeople();
    return refuse(
      "unavailable",
      "a change of rules or people waits for the transparency log; ask again in a moment",
    );
  }
  return accept({ directory: directoryOfRows(rows), seq: rows.last.seq });
}

/** Computed once for each reading: it hashes every passkey and parses every document. */
const DIRECTORIES = new WeakMap<DatedDirectoryRows, Directory>();

function directoryOfRows(rows: DatedDirectoryRows): Directory {
  const known = DIRECTORIES.get(rows) ?? directoryFrom(rows);
  DIRECTORIES.set(rows, known);
  return known;
}
