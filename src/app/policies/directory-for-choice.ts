import type { Directory } from "../../core/stream/directory.ts";
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
export async function directoryForChoice(runtime: Runtime, store: TenantStore): Promise<SealedDirectory> {
  let rows = await rememberedDirectory(store);
  if (rows?.last.index === null) {
    await requestSealing(runtime);
    rows = await rememberedDirectory(store);
  }
  // An exception, not a refusal: the same request succeeds once the log is back.
  if (rows === undefined || rows.last.index === null)
    throw new Error("a change of the directory is not sealed yet");
  return { directory: directoryFrom(rows), seq: rows.last.seq };
}
