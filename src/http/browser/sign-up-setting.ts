import { secretHash } from "../../app/account/secret-hash.ts";
import { utf8 } from "../../core/encoding/bytes.ts";
import { SIGN_UP_MODES, type SignUpMode } from "../../core/pages/account.ts";
import { accept, refuse, type Result } from "../../core/refusal.ts";
import type { Env } from "../../env.ts";
import { logError } from "../log-error.ts";

// Who may create an organisation here: the setting SIGNUP, and the secret SIGNUP_CODE.

/** With 5 attempts a minute from each network, a random code of this length is not guessed. */
const CODE_MIN_CHARACTERS = 8;

type Setting = Pick<Env, "SIGNUP" | "SIGNUP_CODE">;

/** A setting that is wrong lets nobody sign up. */
export function signUpMode({ SIGNUP, SIGNUP_CODE = "" }: Setting): SignUpMode {
  const mode = SIGN_UP_MODES.find((known) => known === SIGNUP);
  if (mode === undefined) return misconfigured(`SIGNUP must be one of ${SIGN_UP_MODES.join(", ")}`);
  if (mode === "code" && SIGNUP_CODE.length < CODE_MIN_CHARACTERS)
    return misconfigured(`SIGNUP is code, so SIGNUP_CODE must have ${CODE_MIN_CHARACTERS} characters`);
  return mode;
}

function misconfigured(what: string): "closed" {
  logError("sign-up", new Error(`${what}; until then nobody can sign up`));
  return "closed";
}

export function checkSignUp(setting: Setting, code: string | undefined): Result<"allowed"> {
  switch (signUpMode(setting)) {
    case "open":
      return accept("allowed");
    case "closed":
      return refuse(
        "sign_up_closed",
        "nobody can sign up on this server; ask the people who run it for an invitation",
      );
    case "code":
      return isSame(code ?? "", setting.SIGNUP_CODE ?? "")
        ? accept("allowed")
        : refuse(
            "sign_up_code_wrong",
            "this sign-up code is not accepted here; check it, or ask the people who run this server",
            "/code",
          );
  }
}

/** Of one length and in constant time: how long it takes shows nothing of the code. */
function isSame(given: string, expected: string): boolean {
  return crypto.subtle.timingSafeEqual(utf8(secretHash(given)), utf8(secretHash(expected)));
}
