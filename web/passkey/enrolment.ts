import { toBase64url } from "../../src/core/encoding/bytes.ts";
import type { EnrolmentResult, Invitation } from "../../src/core/pages/account.ts";
import { streamId } from "../../src/core/stream/record.ts";
import { fingerprintOf } from "../../src/core/webauthn/fingerprint.ts";
import { byId, setText, setVisible } from "../common/dom.ts";
import type { NewPasskey } from "./create-passkey.ts";

// What this device computes by itself of the result of an enrolment.

/** The organisation id, if this passkey starts the stream; otherwise null. */
export function computedStream(
  { genesis }: Pick<Invitation, "genesis">,
  { credentialId, publicKey }: NewPasskey,
): string | null {
  return genesis && streamId({ ...genesis, credentialId, publicKey: toBase64url(publicKey) });
}

/**
 * Compares what the server reports with what this device computed. If they differ, nobody may rely on either: draws the
 * alarm of the part account-alarm.html. Returns whether they agree.
 */
export function checkEnrolment(invitation: Invitation, passkey: NewPasskey, done: EnrolmentResult): boolean {
  const fingerprint = fingerprintOf(passkey.publicKey);
  if (done.fingerprint !== fingerprint) return drawAlarm("passkey", fingerprint, done.fingerprint);
  const stream = computedStream(invitation, passkey);
  return stream === done.stream || drawAlarm("organisation id", stream ?? "none", done.stream ?? "none");
}

function drawAlarm(what: string, here: string, there: string): false {
  setText(byId("what"), what);
  setText(byId("here"), here);
  setText(byId("there"), there);
  setVisible(byId("alarm"), true);
  return false;
}
