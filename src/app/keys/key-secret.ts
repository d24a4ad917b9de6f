import {
  API_KEY_RANDOM_BYTES,
  makeApiKey,
  parseApiKey,
  redactApiKey,
} from "../../core/confirmation/api-key.ts";
import type { ProjectMode } from "../../core/confirmation/project-mode.ts";
import { expectOk } from "../../core/refusal.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import type { Platform } from "../runtime.ts";

export interface KeySecret {
  /** Shown once. */
  readonly secret: string;
  /** What is stored of it. */
  readonly hash: string;
  readonly redacted: string;
}

/** The text of a new key, which names the mode of its project. */
export function newKeySecret(
  platform: Platform,
  { tenantId }: Pick<TenantStore, "tenantId">,
  mode: ProjectMode,
): KeySecret {
  const secret = makeApiKey(mode, tenantId, platform.random(API_KEY_RANDOM_BYTES));
  return { secret, hash: expectOk(parseApiKey(secret)).hash, redacted: redactApiKey(secret) };
}
