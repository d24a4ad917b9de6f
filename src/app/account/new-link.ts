import { withRef } from "../../core/confirmation/tenant-secret.ts";
import { makeUserHandle, USER_HANDLE_RANDOM_BYTES } from "../../core/confirmation/user-handle.ts";
import { toBase64url } from "../../core/encoding/bytes.ts";
import type { Role } from "../../core/stream/record.ts";
import type { NewEnrolment } from "../../store/account/enrolments.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import type { ActorColumns } from "../acts/trail-entry.ts";
import { newId, type Platform } from "../runtime.ts";
import { ENROLMENT_HOURS, ENROLMENT_SECRET_BYTES } from "./enrol.ts";
import { secretHash } from "./secret-hash.ts";

// The rows of a person who is invited, and of a link.

export function newPerson(platform: Platform, tenantId: string, username: string, role: Role) {
  const userHandle = makeUserHandle(tenantId, platform.random(USER_HANDLE_RANDOM_BYTES));
  return { id: newId(platform, "p"), username, role, userHandle, createdAt: platform.now() };
}

interface LinkTerms {
  readonly recovers: boolean;
  /** Who makes it. */
  readonly by: ActorColumns;
  readonly minutes?: number | undefined;
}

/** A link to create a passkey. Only its hash is stored. */
export function newLink(
  platform: Platform,
  { tenantId }: Pick<TenantStore, "tenantId">,
  personId: string,
  { recovers, by, minutes = ENROLMENT_HOURS * 60 }: LinkTerms,
): {
  readonly secret: string;
  readonly enrolUrl: string;
  readonly expiresAt: number;
  readonly row: NewEnrolment;
} {
  const now = platform.now();
  const secret = withRef(tenantId, toBase64url(platform.random(ENROLMENT_SECRET_BYTES)));
  const expiresAt = now + minutes * 60_000;
  return {
    secret,
    enrolUrl: `${platform.origin}/enrol#${secret}`,
    expiresAt,
    row: {
      id: newId(platform, "e"),
      secretHash: secretHash(secret),
      personId,
      createdAt: now,
      expiresAt,
      recovers,
      senderKind: by.kind,
      senderName: by.name,
    },
  };
}
