import { challengeOf } from "../../src/core/confirmation/challenge.ts";
import { statementNonce, type Statement } from "../../src/core/confirmation/statement.ts";
import { credentialList, usePasskey } from "../passkey/passkey-client.ts";
import { post, type Path, type Problem } from "../common/http.ts";
import type { AssertionInput } from "../../src/core/pages/account.ts";
import type { Ceremony } from "../../src/core/pages/approval.ts";
import type { Verified } from "./display-check.ts";

// Signs one vote. The page fetches the ceremony before the tap, so that nothing is awaited between the
// tap and the passkey prompt.

/** Time for a person to react to the passkey prompt. A ceremony with less time left is not used. */
const CEREMONY_SPARE_MILLISECONDS = 60_000;
const PROMPT_MAX_MILLISECONDS = 300_000;

export interface CeremonyCache {
  /** A ceremony with enough time left, or undefined. */
  readonly ready: () => Ceremony | undefined;
  readonly renew: () => Promise<void>;
  /** Drops the ceremony: each one can be sent only once. */
  readonly forget: () => void;
}

/** `changed` is called after every renewal, with the problem if it failed. */
export function createCeremonyCache(
  path: Path,
  clock: () => number,
  changed: (problem?: Problem) => void,
): CeremonyCache {
  let cached: Ceremony | undefined;
  let fetching = false;
  return {
    ready: () =>
      cached && Date.parse(cached.expires) - CEREMONY_SPARE_MILLISECONDS > clock() ? cached : undefined,
    forget: () => {
      cached = undefined;
    },
    renew: async () => {
      if (fetching) return;
      fetching = true;
      const answer = await post<Ceremony>(path, {});
      fetching = false;
      if (answer.ok) cached = answer.value;
      changed(answer.ok ? undefined : answer.problem);
    },
  };
}

export interface Choice {
  readonly vote: "approve" | "reject";
  readonly reason: string;
}

/** Call it in the tap's own event handler: nothing is awaited before the browser's prompt. */
export async function sign(
  { statement, payloadHash }: Verified,
  { issued, stage, salt, rpId, allowCredentials }: Ceremony,
  choice: Choice,
  signal: AbortSignal,
): Promise<AssertionInput> {
  const signed: Statement = { ...statement, ...choice, stage, issued, salt };
  const options: PublicKeyCredentialRequestOptions = {
    challenge: challengeOf(statementNonce(signed), payloadHash),
    rpId,
    timeout: PROMPT_MAX_MILLISECONDS,
    allowCredentials: credentialList(allowCredentials),
  };
  return usePasskey(options, signal);
}
