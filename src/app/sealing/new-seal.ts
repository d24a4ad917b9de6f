import { toBase64url } from "../../core/encoding/bytes.ts";
import type { SealedOutcome } from "../../core/confirmation/decision.ts";
import { SALT_BYTES } from "../../core/confirmation/statement.ts";
import type { NewSeal } from "../../store/confirmation/steps.ts";
import type { Runtime } from "../runtime.ts";

/** What the commit of a step stores for its record. The salts are drawn here once, so the record can be rebuilt. */
export function newSeal(
  runtime: Runtime,
  outcome: SealedOutcome | "consumed",
  type: NewSeal["type"] = "decision",
): NewSeal {
  const newSalt = () => toBase64url(runtime.random(SALT_BYTES));
  const salts = { entrySalt: newSalt(), payloadSalt: newSalt() };
  return outcome === "consumed" ? { type: "consumed", outcome: null, ...salts } : { type, outcome, ...salts };
}
