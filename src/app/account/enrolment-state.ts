import { fromBase64url } from "../../core/encoding/bytes.ts";
import type { EnrolmentState } from "../../core/pages/account.ts";
import { expectOk } from "../../core/refusal.ts";
import { isManager, mayDecide } from "../../core/stream/directory.ts";
import { fingerprintOf } from "../../core/webauthn/fingerprint.ts";
import { endorsedPasskeysOf } from "../../store/account/passkeys.ts";
import { findEndorsementRequest } from "../directory/endorse.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import type { Session } from "./passkey-session.ts";

/** What a session may see before its passkey is active: the state of its own enrolment. */
export async function enrolmentState(
  store: TenantStore,
  { person, passkey, active }: Session,
): Promise<EnrolmentState> {
  const request = active ? undefined : await findEndorsementRequest(store, passkey, person);
  const isFirst = !active && (await endorsedPasskeysOf(store, person.id)).length === 0;
  const firstSigner = isManager(person) ? "owner" : "manager";
  const signsAlone = request?.type !== "recovered" && mayDecide(person);
  return {
    tenant: (await store.own()).name,
    username: person.username,
    fingerprint: fingerprintOf(expectOk(fromBase64url(passkey.publicKey))),
    state: active ? "active" : "waiting",
    signer: isFirst ? firstSigner : signsAlone ? "self" : "managers",
  };
}
