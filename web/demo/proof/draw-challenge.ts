import { groupedHex } from "../../../src/core/encoding/bytes.ts";
import type { Receipt } from "../../../src/core/evidence/receipt.ts";
import { byId, make } from "../../common/dom.ts";
import { icon } from "../../common/icons.ts";
import { challengePartsOf, type ChallengeParts } from "./challenge-parts.ts";

// What the passkey signed, byte by byte.

/** Returns the line for the list of steps. */
export function drawChallenge(receipt: Receipt): string {
  const parts = challengePartsOf(receipt);
  if (parts === undefined) return "The receipt has no challenge";
  const [before, challenge, after] = parts.clientData;
  byId("demo-client-data").replaceChildren(before, make("mark", "", challenge), after);
  byId("demo-halves").replaceChildren(
    drawHalf("nonce", "Bytes 1 to 32: the nonce", parts.nonce),
    drawHalf("content", "Bytes 33 to 64: the content", parts.content),
  );
  byId("demo-statement").textContent = parts.nonce.of;
  byId("demo-content").textContent = parts.content.of;
  return parts.nonce.isRight && parts.content.isRight ? "Both halves computed again" : "A half is wrong";
}

/** What each half is the SHA-256 of. */
const FORMULAS = {
  nonce: '("countersign/statement/v1" ‖ 00 ‖ statement)',
  content: "(content)",
} as const;

function drawHalf(
  name: keyof typeof FORMULAS,
  title: string,
  { signed, isRight }: ChallengeParts["nonce"],
): HTMLElement {
  const hash = make(
    "span",
    "demo-whole",
    icon(isRight ? "check" : "cross"),
    isRight ? "= " : "not ",
    "SHA-256",
  );
  return make(
    "div",
    `demo-half ${name}`,
    make("dt", "", title),
    make("dd", "exact", groupedHex(signed)),
    make("dd", isRight ? "demo-same good" : "demo-same bad", hash, `${FORMULAS[name]}, computed here`),
  );
}
