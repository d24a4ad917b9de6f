import { fromBase64url } from "../../src/core/encoding/bytes.ts";
import { challengeOf } from "../../src/core/confirmation/challenge.ts";
import { expectOk } from "../../src/core/refusal.ts";
import { statementNonce, type Statement } from "../../src/core/confirmation/statement.ts";
import { usePasskey } from "../common/passkey-client.ts";
import { post, type Path, type Problem } from "../common/http.ts";
import type { AssertionInput } from "../../src/core/pages/account.ts";
import type { Ceremony } from "../../src/core/pages/approval.ts";
import type { Verified } from "./display-check.ts";

// One signature. The ceremony is fetched before the tap, so that between the tap and the passkey prompt
// there is nothing to wait for.

/** Enough to see the prompt and find the finger; a ceremony with less left is not begun with. */
const CEREMONY_SPARE_MILLISECONDS = 60_000;
const PROMPT_MAX_MILLISECONDS = 300_000;

export interface CeremonyKeeper {
  /** One that is good for a while yet, or undefined while there is none. */
  readonly ready: () => Ceremony | undefined;
  readonly renew: () => Promise<void>;
  /** What was sent once is not sent again. */
  readonly forget: () => void;
}

/** `changed` is called after every renewal, with what went wrong if it did. */
export function keepCeremony(
  path: Path,
  clock: () => number,
  changed: (problem?: Problem) => void,
): CeremonyKeeper {
  let held: Ceremony | undefined;
  let fetching = false;
  return {
    ready: () =>
      held && Date.parse(held.expires) - CEREMONY_SPARE_MILLISECONDS > clock() ? held : undefined,
    forget: () => {
      held = undefined;
    },
    renew: async () => {
      if (fetching) return;
      fetching = true;
      const answer = await post<Ceremony>(path, {});
      fetching = false;
      if (answer.ok) held = answer.value;
      changed(answer.ok ? undefined : answer.problem);
    },
  };
}

export interface Choice {
  readonly decision: "approve" | "reject";
  readonly reason: string;
}

/** To be called in the tap itself: up to the browser's prompt nothing is waited for. */
export async function sign(
  { statement, payloadHash }: Verified,
  { issued, salt, rpId, allowCredentials }: Ceremony,
  choice: Choice,
  signal: AbortSignal,
): Promise<AssertionInput> {
  const signed: Statement = { ...statement, ...choice, issued, salt };
  const options: PublicKeyCredentialRequestOptions = {
    challenge: challengeOf(statementNonce(signed), payloadHash),
    rpId,
    timeout: PROMPT_MAX_MILLISECONDS,
    allowCredentials: allowCredentials.map(({ id, transports }) => ({
      type: "public-key",
      id: expectOk(fromBase64url(id)),
      transports: transports as AuthenticatorTransport[],
    })),
  };
  return usePasskey(options, signal);
}
