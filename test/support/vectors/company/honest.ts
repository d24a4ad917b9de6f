import type { Template } from "../../../../src/core/display/template.ts";
import { PAYMENTS, setDocument } from "../../evidence/sample-documents.ts";
import type { TestTenant } from "../../evidence/sample-tenant.ts";
import { inTwoStages, quorumOf, revealOf, type Company } from "./staff.ts";

// An honest history of the company, with a receipt of each kind that the first example does not have.

/** Draws the requests of this action. */
export const DEPLOY: Template = {
  v: 1,
  kind: "countersign/template",
  action: "Deploy to production",
  sentence: "Deploy {service} ({size|bytes}) to {env}",
  fields: [
    { name: "service", label: "Service", format: null, prominent: true },
    { name: "size", label: "Size of the image", format: "bytes", prominent: false },
  ],
};

/** Seals it after the first records. Returns the seqs of the records that get a receipt, by the file's name. */
export async function sealHonestHistory(
  tenant: TestTenant,
  company: Company,
): Promise<Readonly<Record<string, number>>> {
  return { ...(await decisions(tenant, company)), ...(await changes(tenant, company)) };
}

async function decisions(tenant: TestTenant, company: Company) {
  const { alex, bea, cy, dan } = company;
  const two = quorumOf(2, [cy, dan]);
  const boss = { afterSeconds: 600, stage: 1, needs: [{ name: "alex", count: 1, of: [alex.id] }] };
  const escalated = await tenant.decide({
    policy: { ...two, escalations: [boss] },
    votes: [{ by: alex, statement: { issued: secondsAfterRequest(tenant, 604) } }],
    sealedAfter: 605,
  });
  const rejectedImpossible = await tenant.decide({
    policy: quorumOf(2, [bea, cy, dan], { rejection: "impossible" }),
    outcome: "rejected",
    votes: [
      { by: cy, vote: "reject" },
      { by: bea },
      { by: dan, vote: "reject", reason: "Not before the audit" },
    ],
  });
  const expiredPartial = await tenant.decide({ policy: two, outcome: "expired", votes: [{ by: dan }] });
  const cancelled = await tenant.decide({ outcome: "cancelled", votes: [] });
  const cancelledPartial = await tenant.decide({ policy: two, outcome: "cancelled", votes: [{ by: cy }] });
  const requesterExcluded = await tenant.decide({
    policy: quorumOf(2, [bea, cy, dan], { excludeRequester: true }),
    requester: { kind: "person", id: bea.id, name: "bea", person: bea.id },
    executeWithinSeconds: 3_600,
    votes: [{ by: cy }, { by: dan }],
  });
  const staged = await tenant.decide({
    policy: inTwoStages(company),
    executeWithinSeconds: 3_600,
    votes: [{ by: cy }, { by: dan }, { by: alex, stage: 2 }],
  });
  return {
    escalated,
    "rejected-impossible": rejectedImpossible,
    "expired-partial": expiredPartial,
    cancelled,
    "cancelled-partial": cancelledPartial,
    "requester-excluded": requesterExcluded,
    staged,
  };
}

async function changes(tenant: TestTenant, { alex, bea, cy, dan, eve, zoe, newKey }: Company) {
  const endorsed = await tenant.endorse(cy, "approver", cy, {}, newKey);
  const deviceBound = await tenant.decide({
    policy: quorumOf(1, [cy, dan], { authenticator: "device-bound" }),
    votes: [{ by: cy, passkey: newKey }],
  });
  const revoked = await tenant.revoke(cy, bea);
  const roleChanged = await tenant.changeRole(eve, "approver", alex);
  const recovery = await tenant.recover(dan, zoe.passkey, [alex, bea]);
  const groupChanged = await setDocument(tenant, "group.changed", bea);
  const policyChanged = await setDocument(tenant, "policy.changed", alex);
  const rulesChanged = await setDocument(tenant, "rules.changed", bea);
  const ruled = await tenant.decide({
    action: "Pay invoice 4711",
    payload: { amount: "1250.00", currency: "EUR", invoice: "4711" },
    policy: tenant.resolved(PAYMENTS, null, "Payments") ?? null,
    executeWithinSeconds: 3_600,
    votes: [
      { by: cy, passkey: newKey },
      { by: alex, stage: 2 },
    ],
  });
  await tenant.setRules(null, bea);
  const revealed = await tenant.decide({
    type: "revealed",
    action: "Publish a decision",
    payload: revealOf(tenant, deviceBound),
    votes: [{ by: bea }],
  });
  const recordOnly = await tenant.decide({ votes: [{ by: eve }] });
  const templateChanged = await tenant.setTemplate(DEPLOY.action, DEPLOY, bea);
  const templated = await tenant.decide({
    payload: { env: "production", ref: { branch: "main", tag: "v1.4.2" }, service: "api", size: 2_097_152 },
    order: [2, 0, 3, 1],
    template: DEPLOY,
    votes: [{ by: eve }],
  });
  const test = await tenant.decide({ mode: "test", votes: [{ by: eve }] });
  const testExpired = await tenant.decide({ mode: "test", outcome: "expired", votes: [] });
  const keyChanged = await tenant.activateKey(bea);
  const personRemoved = await tenant.remove(eve, bea);
  const deleted = await tenant.deleteOrganisation(alex);
  return {
    endorsed,
    "device-bound": deviceBound,
    revoked,
    "role-changed": roleChanged,
    recovery,
    "group-changed": groupChanged,
    "policy-changed": policyChanged,
    "rules-changed": rulesChanged,
    ruled,
    revealed,
    "record-only": recordOnly,
    "template-changed": templateChanged,
    templated,
    "key-changed": keyChanged,
    "person-removed": personRemoved,
    deleted,
    test,
    "test-expired": testExpired,
  };
}

/** The time so long after the next request is made. */
function secondsAfterRequest(tenant: TestTenant, seconds: number): string {
  const last = tenant.records.at(-1)?.sealed.record.at ?? "";
  return new Date(Date.parse(last) + 1_000 + seconds * 1_000).toISOString();
}

/** The links before `seq` on which nothing in its receipt rests (formats.md, section 16.1). */
export function linksWithoutEvidence(tenant: TestTenant, seq: number): readonly number[] {
  const { owner, records } = tenant;
  const upTo = records.slice(1, seq + 1).map(({ sealed }) => sealed);
  const links = upTo.filter(({ record }) => record.type !== "decision" && record.seq < seq);
  const effects = links.map(({ record }) => ({ seq: record.seq, effect: effectIn(record) }));
  const needed = new Set([owner.id]);
  for (const { effect } of effects)
    if (effect?.role === "owner" || effect?.role === "admin") needed.add(effect.person);
  const own = upTo.at(-1);
  const about = own && effectIn(own.record);
  if (about) needed.add(about.person);
  const chosen = chosenBy(upTo);
  // A link that is shown shows signers, whose own links are then needed.
  let bare: readonly number[] = [];
  for (let before = -1; before !== needed.size;) {
    before = needed.size;
    bare = effects.flatMap((link) =>
      (link.effect && needed.has(link.effect.person)) || chosen.has(link.seq) ? [] : [link.seq],
    );
    for (const { record, evidence } of upTo)
      if (!bare.includes(record.seq))
        for (const { statement } of evidence?.signers ?? []) needed.add(statement.approver.id);
  }
  return bare;
}

/**
 * The links that chose the policy of the last record: the last one of each version that it names, and of the rules. A
 * decision without a policy rests on the end of the rules, which is a moment old here.
 */
function chosenBy(upTo: readonly TestTenant["records"][number]["sealed"][]): ReadonlySet<number> {
  const own = upTo.at(-1);
  const policy = own?.evidence?.policy ?? null;
  if (own?.record.type !== "decision" || (policy !== null && policy.chosen === null)) return new Set();
  const { seq = own.record.seq, document = "", groups = [] } = policy?.chosen ?? {};
  const found = new Map<string, number>();
  for (const { record } of upTo) {
    const effect = "change" in record.body ? record.body.change : null;
    if (effect === null || !("document" in effect) || record.seq > seq) continue;
    if (record.type === "rules.changed" && (policy !== null || effect.document === null))
      found.set("rules", record.seq);
    else if (document === effect.document || groups.includes(effect.document ?? ""))
      found.set(effect.document ?? "", record.seq);
  }
  return new Set(found.values());
}

type SealedRecord = TestTenant["records"][number]["sealed"]["record"];
const effectIn = ({ body }: SealedRecord) =>
  "change" in body && body.change !== null && "person" in body.change ? body.change : null;
