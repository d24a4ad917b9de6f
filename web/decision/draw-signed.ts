import { groupedCode } from "../../src/core/confirmation/challenge.ts";
import { show as linesOf } from "../../src/core/display/show.ts";
import { toHex, utf8 } from "../../src/core/encoding/bytes.ts";
import { sha256 } from "../../src/core/encoding/hash.ts";
import { canonicalBytes } from "../../src/core/encoding/jcs.ts";
import type { ApprovalData } from "../../src/core/pages/approval.ts";
import { expectOk } from "../../src/core/refusal.ts";
import { byId, make, setText, setVisible } from "../common/dom.ts";
import { drawFields } from "../values/fields.ts";
import { icon } from "../common/icons.ts";
import { drawExact } from "../values/text.ts";
import { durationText } from "../common/duration.ts";
import { drawTime } from "../common/time.ts";
import type { Verified } from "./display-check.ts";

// The line "Verified on this device", and what it opens: everything that the signature is over.

/** The bytes themselves, shown even if the display could not be verified. */
export function drawRaw({ payload, payloadHash }: ApprovalData): void {
  byId("hash").append(payloadHash);
  byId("computed").append(toHex(sha256(utf8(payload))));
  byId("raw").append(drawExact(payload));
}

export function drawVerified({ statement }: Verified, { code, policy, state }: ApprovalData): void {
  const { approver, tenant, executeWithinSeconds: window, expires } = statement;
  byId("account").append(drawExact(approver.username), make("span", "at", " · ", drawExact(tenant.name)));
  byId("verified").append(
    icon("shield"),
    "Verified on this device · code ",
    make("code", "", groupedCode(code)),
  );
  byId("expires").append(drawTime(expires));
  setVisible(byId("window"), window !== null);
  if (window !== null)
    byId("use-within").append(`${durationText(window * 1_000)} (${window} seconds) after the decision`);
  setVisible(byId("of-policy"), policy !== null);
  if (policy !== null)
    byId("policy-text").append(`For stage ${state.progress?.stage ?? 1} of `, drawExact(policy));
  const { vote: _vote, reason: _reason, stage: _stage, issued: _issued, salt: _salt, ...fixed } = statement;
  byId("statement").append(drawFields(expectOk(linesOf(canonicalBytes(fixed)))));
}

/** Replaces the rest of the page: nobody may decide on it. */
export function drawAlarm(why: string): void {
  byId("why-not").append(why);
  setVisible(byId("alarm"), true);
  setVisible(byId("request"), false);
  setVisible(byId("decision"), false);
  byId("verified").replaceChildren(icon("warning"), "Not verified");
  byId("verified").className = "bad";
  byId("state").className = "pill bad";
  setText(byId("state"), "Not verified");
  document.title = "Not verified · Countersign";
}
