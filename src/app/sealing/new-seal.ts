import type { SealedOutcome } from "../../core/confirmation/decision.ts";
import type { NewSeal } from "../../store/confirmation/steps.ts";
import { newSalt, type Runtime } from "../runtime.ts";

/** What the commit of a step stores for its record. The salts are drawn here once, so the record can be rebuilt. */
export function newSeal(
  runtime: Runtime,
  outcome: SealedOutcome | "consumed",
  type: NewSeal["type"],
): NewSeal {
  const salts = { entrySalt: newSalt(runtime), payloadSalt: newSalt(runtime) };
  return outcome === "consumed" ? { type: "consumed", outcome: null, ...salts } : { type, outcome, ...salts };
}
