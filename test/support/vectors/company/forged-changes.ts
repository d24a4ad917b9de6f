import { toBase64url } from "../../../../src/core/encoding/bytes.ts";
import type { JsonObject } from "../../../../src/core/encoding/strict-json.ts";
import type { Authenticator } from "../../authenticator.ts";
import { allOf, type TestTenant } from "../../evidence/sample-tenant.ts";
import { fixedDraw } from "../keys.ts";
import { altered } from "./forged-decisions.ts";
import { quorumOf, revealOf, type Company } from "./staff.ts";

// Changes of the directory that no honest service makes, each with a decision that relies on it, and receipts of
// such changes.

/** Seals the change and what follows. Returns the seq of the record whose receipt is checked. */
type Sealing = (tenant: TestTenant, company: Company) => Promise<number>;

type SealingRows = readonly (readonly [name: string, sealing: Sealing])[];

const decidedBy =
  (change: Sealing, who: "bea" | "cy" | "dan" | "eve" | "zoe" = "zoe"): Sealing =>
  async (tenant, company) => {
    await change(tenant, company);
    return tenant.decide({ votes: [{ by: company[who] }] });
  };

/** The same public key under another credential id. */
function twinOf(passkey: Authenticator): Authenticator {
  const id = toBase64url(fixedDraw("a second credential id")(32));
  const assert: Authenticator["assert"] = (challenge, lies) => passkey.assert(challenge, { ...lies, id });
  return { ...passkey, credential: { ...passkey.credential, id }, assert };
}

const ENDORSEMENTS: SealingRows = [
  [
    "an endorsement that nobody signed",
    (own, { zoe, bea }) => own.endorse(zoe, "approver", bea, { votes: [] }),
  ],
  [
    "an endorsement with a passkey that nobody endorsed",
    (own, { zoe, bea, newKey }) =>
      own.endorse(zoe, "approver", bea, { votes: [{ by: bea, passkey: newKey }] }),
  ],
  [
    "an endorsement signed as a test",
    (own, { zoe, bea }) =>
      own.endorse(zoe, "approver", bea, {
        votes: [{ by: bea, statement: { project: { id: "p_default", name: "Default", mode: "test" } } }],
      }),
  ],
  ["an endorsement by the new person", (own, { zoe }) => own.endorse(zoe, "approver", zoe)],
  ["an endorsement by an approver", (own, { zoe, cy }) => own.endorse(zoe, "approver", cy)],
  ["an endorsement by an auditor", (own, { zoe, eve }) => own.endorse(zoe, "approver", eve)],
  ["an owner made by an admin", (own, { zoe, bea }) => own.endorse(zoe, "owner", bea)],
  ["an admin made by an admin", (own, { zoe, bea }) => own.endorse(zoe, "admin", bea)],
  [
    "an endorsement by an admin whose passkey was revoked",
    async (own, { zoe, alex, bea }) => {
      await own.revoke(bea, alex);
      return own.endorse(zoe, "approver", bea);
    },
  ],
  [
    "an endorsement by an admin who became an approver",
    async (own, { zoe, alex, bea }) => {
      await own.changeRole(bea, "approver", alex);
      return own.endorse(zoe, "approver", bea);
    },
  ],
  [
    "an endorsement that was rejected",
    (own, { zoe, bea }) => own.endorse(zoe, "approver", bea, { votes: [{ by: bea, vote: "reject" }] }),
  ],
  [
    "an endorsement sealed as rejected",
    (own, { zoe, bea }) =>
      own.endorse(zoe, "approver", bea, { outcome: "rejected", votes: [{ by: bea, vote: "reject" }] }),
  ],
  [
    "an endorsement under a colleague's user name",
    (own, { zoe, bea }) => own.endorse({ ...zoe, username: "cy" }, "approver", bea),
  ],
  [
    "one public key as two people",
    (own, { zoe, cy, bea }) => own.endorse({ ...zoe, passkey: twinOf(cy.passkey) }, "approver", bea),
  ],
  [
    "an endorsement whose record states another role",
    (own, { zoe, bea }) =>
      own.endorse(zoe, "approver", bea, {
        alter: (record) => ({
          ...record,
          body: { ...record.body, change: { ...(record.body["change"] as JsonObject), role: "admin" } },
        }),
      }),
  ],
];

const OTHERS: SealingRows = [
  [
    "one public key twice, enough for two of two",
    async (own, { zoe, cy, bea }) => {
      const two = { ...zoe, passkey: twinOf(cy.passkey) };
      await own.endorse(two, "approver", bea);
      return own.decide({ policy: allOf([cy, two]), votes: [{ by: cy }, { by: two }] });
    },
  ],
  [
    "the owner's public key for somebody else",
    decidedBy(
      (own, { zoe, alex, bea }) => own.endorse({ ...zoe, passkey: twinOf(alex.passkey) }, "approver", bea),
      "cy",
    ),
  ],
  [
    "a passkey that an admin adds to an approver",
    async (own, { cy, bea, newKey }) => {
      await own.endorse(cy, "approver", bea, {}, newKey);
      return own.decide({ votes: [{ by: cy, passkey: newKey }] });
    },
  ],
  ["a role that its person raised", decidedBy((own, { cy }) => own.changeRole(cy, "admin", cy), "cy")],
  [
    "a role that nobody approved",
    decidedBy((own, { eve, alex }) => own.changeRole(eve, "approver", alex, { votes: [] }), "eve"),
  ],
  [
    "an owner who is made an approver by an admin",
    decidedBy((own, { alex, bea }) => own.changeRole(alex, "approver", bea), "cy"),
  ],
  [
    "a revocation of the only owner's only passkey",
    decidedBy((own, { alex }) => own.revoke(alex, alex), "cy"),
  ],
  [
    "a revocation of an owner's passkey by an admin",
    decidedBy((own, { alex, bea }) => own.revoke(alex, bea), "cy"),
  ],
  ["a revocation by a colleague", (own, { cy, dan }) => own.revoke(cy, dan)],
  ["an API key for which an approver signed", (own, { dan }) => own.activateKey(dan)],
  ["a deletion of the organisation by an admin", (own, { bea }) => own.deleteOrganisation(bea)],
  ["a deletion of another organisation", (own, { alex }) => own.deleteOrganisation(alex, "ab".repeat(32))],
  [
    "a decision after the deletion of the organisation",
    decidedBy((own, { alex }) => own.deleteOrganisation(alex), "cy"),
  ],
  [
    "a change after the deletion of the organisation",
    async (own, { alex, eve }) => {
      await own.deleteOrganisation(alex);
      return own.changeRole(eve, "approver", alex);
    },
  ],
  [
    "a reveal by an approver",
    async (own, { cy, dan }) => {
      const decided = await own.decide({ votes: [{ by: dan }] });
      return own.decide({ type: "revealed", payload: revealOf(own, decided), votes: [{ by: cy }] });
    },
  ],
  [
    "a revocation sealed as the change of a template",
    (own, { cy, bea }) =>
      own.decide({
        ...revocationOf(cy),
        type: "template.changed",
        votes: [{ by: bea }],
        alter: altered({ change: null }),
      }),
  ],
  [
    "a revocation sealed as a decision",
    (own, { cy, bea }) => own.decide({ ...revocationOf(cy), votes: [{ by: bea }] }),
  ],
  [
    "a revocation sealed as break-glass",
    (own, { alex, bea, cy, dan }) =>
      own.decide({
        ...revocationOf(cy),
        policy: quorumOf(2, [alex, dan], { breakGlass: [bea.id] }),
        outcome: "break-glass",
        votes: [{ by: bea, vote: "break-glass", reason: "Lost" }],
      }),
  ],
];

function revocationOf({ id, username, passkey }: Company["cy"]) {
  const credential = { id: passkey.credential.id };
  const person = { id, username };
  const payload = { v: 1, kind: "countersign/change", change: "credential.revoked", person, credential };
  return { action: "Change the directory: credential.revoked", payload };
}

const RECOVERIES: SealingRows = [
  ["a recovery by one of two managers", (own, { cy, newKey, bea }) => own.recover(cy, newKey, [bea])],
  [
    "a recovery by its own person and one manager",
    (own, { cy, newKey, bea }) => own.recover(cy, newKey, [bea, cy]),
  ],
  [
    "a recovery by one manager and an approver",
    (own, { cy, newKey, bea, dan }) => own.recover(cy, newKey, [bea, dan]),
  ],
  ["a recovery by one person twice", (own, { cy, newKey, bea }) => own.recover(cy, newKey, [bea, bea])],
  [
    "a recovery that leaves the lost passkey active",
    (own, { cy, newKey, alex, bea }) => own.recover(cy, newKey, [alex, bea], { revoked: [] }),
  ],
  [
    "a recovery with one approval and one rejection",
    (own, { cy, newKey, alex, bea, dan }) =>
      own.recover(cy, newKey, [alex, bea], {
        policy: quorumOf(1, [alex, bea, dan], { rejection: "impossible" }),
        votes: [{ by: alex }, { by: bea, vote: "reject" }],
      }),
  ],
];

const SEALED_TWICE: Sealing = async (own, { eve, alex }) => {
  const first = await own.changeRole(eve, "approver", alex);
  await own.changeRole(eve, "auditor", alex);
  return own.sealAgain(first);
};

export const FORGED_CHANGES: SealingRows = [
  ...ENDORSEMENTS.map(([name, sealing]) => [name, decidedBy(sealing)] as const),
  ...RECOVERIES.map(([name, sealing]) => [name, decidedBy(sealing, "dan")] as const),
  ...OTHERS,
  ["one signed change sealed twice", decidedBy(SEALED_TWICE, "cy")],
  ...[...ENDORSEMENTS, ...RECOVERIES].map(([name, sealing]) => [`receipt of ${name}`, sealing] as const),
];
