import { and, eq, inArray, isNull, sql, type SQL } from "drizzle-orm";
import { isUsableLinkOf } from "../account/enrolments.ts";
import { isWaiting } from "../account/passkeys.ts";
import { EMPTIED } from "../channels/own-channels.ts";
import {
  apiKeys,
  channels,
  confirmations,
  credentials,
  enrolments,
  noticeSettings,
  people,
  votes,
} from "../schema.ts";
import { prepared, type Scope, value } from "../tenant-store.ts";
import { seqOfStep, stepExists } from "./decision-chain.ts";

// What a signed step takes away, in its own transaction: what takes a right away has its effect at once; what gives
// one, when it is sealed.

const REVOKED = sql`(SELECT value FROM json_each(${value("revoked")}))`;

export const REVOKE_CREDENTIALS = prepared(credentials, (scope) =>
  scope.update(
    credentials,
    { revokedAt: value("now") },
    and(inArray(credentials.id, REVOKED), isNull(credentials.revokedAt), stepExists(scope)),
  ),
);

/** Votes of this tenant's requests that are still open, for after the step itself is decided. */
const openVotes = (scope: Scope): SQL | undefined =>
  and(
    isNull(votes.endedSeq),
    sql`${votes.confirmationId} IN (SELECT id FROM ${confirmations}
      WHERE tenant_id = ${scope.tenantId} AND status = 'pending')`,
    stepExists(scope),
  );

export const END_VOTES_OF_PASSKEYS = prepared(votes, (scope) =>
  scope.update(
    votes,
    { endedSeq: seqOfStep(scope) },
    // The plus keeps SQLite from reading all votes that the passkey ever signed.
    and(sql`+${votes.credentialId} IN ${REVOKED}`, openVotes(scope)),
  ),
);

export const END_VOTES_OF_PERSON = prepared(votes, (scope) =>
  scope.update(
    votes,
    { endedSeq: seqOfStep(scope) },
    and(eq(votes.personId, value("auditor")), openVotes(scope)),
  ),
);

export const MAKE_AUDITOR = prepared(people, (scope) =>
  scope.update(people, { role: "auditor" }, and(eq(people.id, value("auditor")), stepExists(scope))),
);

/** A waiting passkey that this step rejects ends, and with it its sessions. */
export const END_PASSKEY = prepared(credentials, (scope) =>
  scope.update(
    credentials,
    { revokedAt: value("now") },
    and(eq(credentials.id, value("rejected")), isWaiting(), stepExists(scope)),
  ),
);

/** The unused links of the person whose passkey this step rejects. */
export const VOID_LINKS = prepared(enrolments, (scope) =>
  scope.update(
    enrolments,
    { voidedAt: value("now") },
    and(isUsableLinkOf(value("rejectedPerson")), stepExists(scope)),
  ),
);

export const REMOVE_PERSON = prepared(people, (scope) =>
  scope.update(people, { removedAt: value("now") }, and(eq(people.id, value("removed")), stepExists(scope))),
);

/** Those that were never endorsed: the change names the others. */
export const END_PASSKEYS_OF_PERSON = prepared(credentials, (scope) =>
  scope.update(
    credentials,
    { revokedAt: value("now") },
    and(eq(credentials.personId, value("removed")), isNull(credentials.revokedAt), stepExists(scope)),
  ),
);

export const REVOKE_LINKS = prepared(enrolments, (scope) =>
  scope.update(
    enrolments,
    { voidedAt: value("now"), revokedAt: value("now") },
    and(isUsableLinkOf(value("removed")), stepExists(scope)),
  ),
);

/** The API keys that the person created: who knows their text could still use them. */
export const REVOKE_KEYS = prepared(apiKeys, (scope) =>
  scope.update(
    apiKeys,
    { revokedAt: value("now") },
    and(eq(apiKeys.personId, value("removed")), isNull(apiKeys.revokedAt), stepExists(scope)),
  ),
);

/** No notice goes to the person any more, and the addresses are forgotten. */
export const END_CHANNELS = prepared(channels, (scope) =>
  scope.update(
    channels,
    { ...EMPTIED, endedAt: value("now"), endedBecause: "removed" },
    and(eq(channels.personId, value("removed")), stepExists(scope)),
  ),
);

export const FORGET_NOTICE_SETTINGS = prepared(noticeSettings, (scope) =>
  scope.remove(noticeSettings, and(eq(noticeSettings.personId, value("removed")), stepExists(scope))),
);
