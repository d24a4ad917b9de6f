import type { Result } from "../../core/refusal.ts";
import type { Principal } from "../account/principal.ts";
import type { Runtime } from "../runtime.ts";
import { applyUnsigned } from "./apply-unsigned.ts";
import type { LoadedConfirmation } from "./load.ts";
import { read } from "./read.ts";

export async function cancel(
  runtime: Runtime,
  principal: Principal,
  id: string,
): Promise<Result<LoadedConfirmation>> {
  const loaded = await read(runtime, principal, id);
  return loaded.ok ? applyUnsigned(runtime, principal.store, id, { kind: "cancel" }) : loaded;
}
