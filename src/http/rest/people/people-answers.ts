import { z } from "zod";
import { ROLES } from "../../../core/stream/record.ts";
import { time, username } from "../../schemas/field-schemas.ts";

// What the API answers about people, and examples.

const id = z.string().min(1);
const person = z.object({
  id: id.describe("The id of the person."),
  username: username.describe("The name that requests and statements have."),
  role: z.enum(ROLES).describe("What the person may do."),
  state: z.enum(["active", "waiting", "invited", "no-access", "removed"]).meta({
    description:
      "`active`: a passkey counts; `waiting`: one waits for its endorsement; `invited`: a link can be used; `no-access`: none of these.",
  }),
});
const invitation = z.object({
  id: id.describe("Its id in the audit trail."),
  state: z.enum(["usable", "used", "expired", "revoked", "replaced"]).describe("`replaced`: by a newer one."),
  recovers: z.boolean().meta({ description: "Whether its passkey replaces all that the person has lost." }),
  sentAt: time.describe("When it was created."),
  sentBy: z
    .object({
      kind: z.enum(["person", "key", "service", "operator"]).describe("What created it."),
      name: z.string().describe("The user name, or the label of the key."),
    })
    .describe("Who created it."),
  expiresAt: time.describe("Until when the link works."),
  endedAt: time.nullable().meta({ description: "When it was used, revoked or replaced." }),
});

export const peopleQuery = z.strictObject({
  after: username.optional().meta({ description: "The `next` of an earlier answer." }),
  removed: z
    .enum(["true", "false"])
    .optional()
    .meta({ description: "`true` lists the people who were removed, instead of the others." }),
});

export const peopleAnswer = z.object({
  data: z
    .array(
      person.extend({
        passkeys: z.int().min(0).meta({ description: "How many count." }),
        invitation: invitation.nullable().meta({ description: "The newest link, or null." }),
      }),
    )
    .describe("By user name."),
  next: username.nullable().describe("The `after` of the next call; null on the last page."),
});

export const personAnswer = person.extend({
  createdAt: time.describe("When the person was invited first."),
  removedAt: time.nullable().describe("When the person was removed from the organisation."),
  passkeys: z
    .array(
      z.object({
        id: id.describe("The id of the credential."),
        label: z.string().describe("The name that its owner gave it."),
        fingerprint: z.string().describe("Of its public key, to compare with the person."),
        state: z.enum(["active", "waiting", "revoked"]).describe("Only `active` ones count."),
        endorsed: z
          .object({
            seq: z.int().min(0).describe("Its number in the organisation's history."),
            at: time.describe("When it was sealed."),
          })
          .nullable()
          .meta({ description: "The record that made it count." }),
        createdAt: time.describe("When it was registered."),
        lastUsedAt: time.nullable().describe("When it signed last."),
        revokedAt: time.nullable().describe("When it stopped counting."),
        counterRegressedAt: time
          .nullable()
          .meta({ description: "When its counter went back last: it may have been copied." }),
        lastWayIn: z
          .string()
          .nullable()
          .meta({ description: "Why it can't be revoked now, with what to do first." }),
      }),
    )
    .describe("All that were ever registered."),
  invitations: z.array(invitation).meta({ description: "The newest first." }),
  pending: z
    .array(
      z.object({
        id: id.describe("The id of the request."),
        action: z.string().describe("The change in one line."),
        requester: z.string().describe("Who asked for it."),
        createdAt: time.describe("When it was asked for."),
        expiresAt: time.describe("Until when it can be signed."),
        asked: z.array(username).meta({ description: "Who can sign it." }),
      }),
    )
    .meta({ description: "Changes of this person that wait for signatures." }),
  signed: z.boolean().meta({
    description: "Whether a passkey was ever endorsed: from then on changes of the person are signed.",
  }),
  lastWayIn: z
    .string()
    .nullable()
    .meta({ description: "Why the person can't be removed now, with what to do first." }),
});

export const removalAnswer = z.object({
  removed: z.boolean().meta({ description: "True if it is done: nothing about the person was ever signed." }),
  url: z
    .string()
    .nullable()
    .meta({ format: "uri", description: "Otherwise: where somebody who manages people signs the removal." }),
});

export const invitationRevokedAnswer = z.object({
  revoked: z.literal(true).describe("The link no longer works."),
});

export type PeopleQuery = z.output<typeof peopleQuery>;
export type PeopleAnswer = z.output<typeof peopleAnswer>;
export type PersonAnswer = z.output<typeof personAnswer>;
export type RemovalAnswer = z.output<typeof removalAnswer>;
export type InvitationRevokedAnswer = z.output<typeof invitationRevokedAnswer>;

const invitationExample = {
  id: "e_01jx3k7m2p9q8r6s5t4v3w2x1y0z9a8b7c6",
  state: "used",
  recovers: false,
  sentAt: "2026-01-30T09:00:00.000Z",
  sentBy: { kind: "person", name: "alex" },
  expiresAt: "2026-01-31T09:00:00.000Z",
  endedAt: "2026-01-30T09:10:00.000Z",
} as const;
const maria = {
  id: "p_01jx3k7m2p9q8r6s5t4v3w2x1y0z9a8b7c6",
  username: "maria",
  role: "approver",
  state: "active",
} as const;

export const peopleExample: PeopleAnswer = {
  data: [{ ...maria, passkeys: 1, invitation: invitationExample }],
  next: null,
};

export const personExample: PersonAnswer = {
  ...maria,
  createdAt: "2026-01-30T09:00:00.000Z",
  removedAt: null,
  passkeys: [
    {
      id: "q83vASNFZ4k",
      label: "Phone",
      fingerprint: "1f3a 9c20 77de 4b18 a0c5 6e92 d431 0f8b",
      state: "active",
      endorsed: { seq: 3, at: "2026-01-30T09:20:00.000Z" },
      createdAt: "2026-01-30T09:10:00.000Z",
      lastUsedAt: "2026-01-31T12:03:20.000Z",
      revokedAt: null,
      counterRegressedAt: null,
      lastWayIn: null,
    },
  ],
  invitations: [invitationExample],
  pending: [],
  signed: true,
  lastWayIn: null,
};

export function removalExample(origin: string): RemovalAnswer {
  return { removed: false, url: `${origin}/approve/c_01jx3k7m2p9q8r6s5t4v3w2x1y0z9a8b7c60` };
}
