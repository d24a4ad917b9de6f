import type { Statement } from "../../../../src/core/confirmation/statement.ts";
import type { JsonObject } from "../../../../src/core/encoding/strict-json.ts";
import { OPEN_SECONDS, type SampleRequest } from "../../evidence/sample-tenant.ts";
import { DEPLOY } from "./honest.ts";
import { quorumOf, type Company } from "./staff.ts";

// Decisions that no honest service makes, and their honest neighbours. Every signature is genuine, and the log holds
// what the receipt shows.

export type Rows = readonly (readonly [name: string, request: SampleRequest])[];

export function forgedDecisions(company: Company): Rows {
  const by = (who: "alex" | "bea" | "cy" | "dan" | "eve" | "zoe", vote: Statement["vote"] = "approve") => ({
    by: company[who],
    vote,
    reason: vote === "break-glass" ? "The site is down" : "",
  });
  return [...outcomes(company, by), ...voters(company, by), ...statements(company), ...dates(company)];
}

type By = (
  who: "alex" | "bea" | "cy" | "dan" | "eve" | "zoe",
  vote?: Statement["vote"],
) => {
  readonly by: Company["cy"];
  readonly vote: Statement["vote"];
  readonly reason: string;
};

/** Of bea, cy and dan; alex may decide alone in an emergency. */
const staffOf = ({ alex, bea, cy, dan }: Company, threshold = 2, more = {}) =>
  quorumOf(threshold, [bea, cy, dan], { breakGlass: [alex.id], ...more });

function outcomes(company: Company, by: By): Rows {
  const policy = staffOf(company);
  const impossible = staffOf(company, 1, { rejection: "impossible" });
  const [reject, override] = [by("cy", "reject"), by("alex", "break-glass")];
  return [
    ["a rejection beside an emergency approval, as approved", { policy, votes: [reject, override] }],
    ["the same as break-glass", { policy, outcome: "break-glass", votes: [reject, override] }],
    ["the same as rejected", { policy, outcome: "rejected", votes: [reject, override] }],
    ["a rejection as expired", { policy, outcome: "expired", votes: [reject] }],
    ["a rejection as cancelled", { policy, outcome: "cancelled", votes: [reject] }],
    ["a rejection as approved", { votes: [reject] }],
    ["an emergency approval as expired", { policy, outcome: "expired", votes: [override] }],
    ["an emergency approval as cancelled", { policy, outcome: "cancelled", votes: [override] }],
    ["an emergency approval as approved", { policy, votes: [override] }],
    ["break-glass that nobody signed", { policy, outcome: "break-glass", votes: [] }],
    ["break-glass with an ordinary approval", { policy, outcome: "break-glass", votes: [by("cy")] }],
    [
      "an emergency approval beside enough approvals",
      { policy, outcome: "break-glass", votes: [by("cy"), by("dan"), override] },
    ],
    [
      "two emergency approvals",
      {
        policy: staffOf(company, 2, { breakGlass: [company.alex.id, company.eve.id, company.bea.id] }),
        outcome: "break-glass",
        votes: [override, by("bea", "break-glass")],
      },
    ],
    [
      "one rejection of three people of whom one suffices",
      { policy: impossible, outcome: "rejected", votes: [reject] },
    ],
    [
      "honest: a rejection by all three of them",
      {
        policy: impossible,
        outcome: "rejected",
        votes: [reject, by("bea", "reject"), by("dan", "reject")],
      },
    ],
    ["enough approvals as rejected", { policy, outcome: "rejected", votes: [by("cy"), by("dan")] }],
    ["enough approvals as expired", { policy, outcome: "expired", votes: [by("cy"), by("dan")] }],
    ["enough approvals as cancelled", { policy, outcome: "cancelled", votes: [by("cy"), by("dan")] }],
    ["too few approvals", { policy, votes: [by("cy")] }],
    ["an approval that nobody signed", { votes: [] }],
    ["enough approvals and a rejection", { policy, votes: [by("cy"), by("dan"), by("bea", "reject")] }],
    [
      "a rejection after enough approvals, as rejected",
      { policy, outcome: "rejected", votes: [by("cy"), by("dan"), by("bea", "reject")] },
    ],
    ["one person twice", { policy, votes: [by("cy"), by("cy")] }],
    ["two people without a policy", { votes: [by("cy"), by("dan")] }],
    [
      "an approval after an escalation that is not reached",
      { policy: escalating(company), votes: [by("alex")], sealedAfter: 599.999 },
    ],
    [
      "honest: the same approval when the escalation is reached",
      { policy: escalating(company), votes: [by("alex")], sealedAfter: 600 },
    ],
    [
      "an expiry although the escalation made the approval enough",
      { policy: escalating(company), outcome: "expired", votes: [by("alex")] },
    ],
  ];
}

/** After ten minutes, alex suffices. */
const escalating = (company: Company) => {
  const boss = { name: "alex", count: 1, of: [company.alex.id] };
  return staffOf(company, 2, { escalations: [{ afterSeconds: 600, stage: 1, needs: [boss] }] });
};

function voters(company: Company, by: By): Rows {
  const { alex, cy, dan, newKey } = company;
  const policy = quorumOf(1, [cy, dan], { breakGlass: [alex.id] });
  const excluded = staffOf(company, 2, { excludeRequester: true });
  const requester = (person: string) => ({ kind: "key", id: "k_1", name: "ci", person }) as const;
  const outcome = "break-glass";
  return [
    [
      "a rejection by somebody whom the policy does not name",
      { policy, outcome: "rejected", votes: [by("bea", "reject")] },
    ],
    [
      "a rejection by somebody whom only a later escalation names",
      { policy: escalating(company), outcome: "rejected", votes: [by("alex", "reject")] },
    ],
    [
      "honest: the same rejection when the escalation is reached",
      { policy: escalating(company), outcome: "rejected", votes: [by("alex", "reject")], sealedAfter: 600 },
    ],
    ["an approval by somebody whom the policy does not name", { policy, votes: [by("cy"), by("bea")] }],
    ["an emergency approval by somebody not listed", { policy, outcome, votes: [by("bea", "break-glass")] }],
    [
      "an emergency approval without a reason",
      { policy, outcome, votes: [{ by: alex, vote: "break-glass", reason: "\u3000\t" }] },
    ],
    [
      "an approval by the excluded requester",
      { policy: excluded, requester: requester(cy.id), votes: [by("cy"), by("dan")] },
    ],
    [
      "an emergency approval by the excluded requester",
      { policy: excluded, outcome, requester: requester(alex.id), votes: [by("alex", "break-glass")] },
    ],
    ["an auditor's approval", { votes: [by("eve")] }],
    ["an approval by somebody unknown", { votes: [by("zoe")] }],
    ["an approval with a colleague's passkey", { votes: [{ by: cy, passkey: dan.passkey }] }],
    ["an approval with a passkey that nobody endorsed", { votes: [{ by: cy, passkey: newKey }] }],
    [
      "a synced passkey under a policy that wants a device-bound one",
      { policy: { ...policy, authenticator: "device-bound" }, votes: [by("cy")] },
    ],
    [
      "an approver under another user name",
      { votes: [{ by: cy, statement: { approver: { id: cy.id, username: "dan" } } }] },
    ],
  ];
}

function statements({ cy, dan }: Company): Rows {
  const signed = (statement: Partial<Statement>): SampleRequest => ({ votes: [{ by: cy, statement }] });
  const second = (statement: Partial<Statement>): SampleRequest => ({
    policy: quorumOf(2, [cy, dan]),
    votes: [{ by: cy }, { by: dan, statement }],
  });
  const sealed = (body: JsonObject): SampleRequest => ({ votes: [{ by: cy }], alter: altered(body) });
  return [
    ["a statement for another tenant", signed({ tenant: { id: "00".repeat(32), name: "Acme" } })],
    ["a statement for another site", signed({ rp: "https://other.example" })],
    ["a statement for another request", signed({ confirmation: "c_other" })],
    ["a statement with a policy where the record has none", signed({ policyHash: "ab".repeat(32) })],
    ["a statement with another expiry", signed({ expires: "2026-11-01T13:00:00.000Z" })],
    ["a statement issued before the request", signed({ issued: "2026-11-01T12:00:00.000Z" })],
    ["a statement issued after the record", signed({ issued: "2026-11-01T12:10:00.000Z" })],
    ["two statements with different actions", second({ action: "Nothing much" })],
    ["two statements with different times for the use", second({ executeWithinSeconds: 60 })],
    [
      "two statements from different projects",
      second({ project: { id: "p_2", name: "Default", mode: "live" } }),
    ],
    ["an approval of a test, sealed as a real one", { ...sealed({ mode: "live" }), mode: "test" }],
    ["a real approval, sealed as a test", sealed({ mode: "test" })],
    ["a signature for another origin", { votes: [{ by: cy, lies: { origin: "https://evil.example" } }] }],
    ["a signature without user verification", { votes: [{ by: cy, lies: { userVerified: false } }] }],
    ["a signature in a cross-origin frame", { votes: [{ by: cy, lies: { crossOrigin: true } }] }],
    ["a signature of a registration", { votes: [{ by: cy, lies: { type: "webauthn.create" } }] }],
    ["a record without its signature", sealed({ signatures: [] })],
    ["a record that commits to another payload", sealed({ payloadCommit: "ab".repeat(32) })],
    ["a record with another expiry", sealed({ expires: "2026-11-01T12:30:00.000Z" })],
    ["a record without the policy that was signed", { ...second({}), alter: altered({ policyHash: null }) }],
    ["a record that names no directory record", sealed({ directory: { seq: 2, commit: "ab".repeat(32) } })],
    ["a record that names a later record", sealed({ directory: { seq: 9, commit: "ab".repeat(32) } })],
    ["an order with a member twice", { payload: { a: 1, b: 2 }, order: [1, 1], votes: [{ by: cy }] }],
    ["an order with a member too many", { payload: { a: 1, b: 2 }, order: [1, 0, 2], votes: [{ by: cy }] }],
    ["two statements in different orders", second({ display: { order: [1, 0], template: null } })],
    ["a template of another action", { action: "Deploy", template: DEPLOY, votes: [{ by: cy }] }],
    [
      "a template that can't be read",
      { template: { ...DEPLOY, sentence: "Deploy {service" }, votes: [{ by: cy }] },
    ],
    ["a payload of one byte too many", { payload: { a: "x".repeat(65_529) }, votes: [{ by: cy }] }],
    ["a payload of one level too many", { payload: nested(33), votes: [{ by: cy }] }],
    ["a payload of one value too many", { payload: { a: Array(9_999).fill(0) }, votes: [{ by: cy }] }],
  ];
}

/** `levels` objects in one another. */
const nested = (levels: number): JsonObject => (levels === 1 ? {} : { a: nested(levels - 1) });

export const altered =
  (body: JsonObject): NonNullable<SampleRequest["alter"]> =>
  (record) => ({ ...record, body: { ...record.body, ...body } });

function dates({ cy, dan }: Company): Rows {
  const partial = { policy: quorumOf(2, [cy, dan]), votes: [{ by: cy }] };
  const later = (seconds: number) => ({ sealedAfter: OPEN_SECONDS + seconds });
  return [
    ["a partial quorum that expires too early", { ...partial, outcome: "expired", ...later(-0.001) }],
    ["honest: a partial quorum that expires", { ...partial, outcome: "expired", ...later(0) }],
    ["honest: the same one millisecond later", { ...partial, outcome: "expired", ...later(0.001) }],
    [
      "an expiry although one approval was enough in the last second",
      { policy: oneLater(cy, dan, OPEN_SECONDS - 1), votes: [{ by: cy }], outcome: "expired", ...later(5) },
    ],
    [
      "honest: an expiry at which one approval would have become enough",
      { policy: oneLater(cy, dan, OPEN_SECONDS), votes: [{ by: cy }], outcome: "expired", ...later(5) },
    ],
    ["an approval when the request has expired", { votes: [{ by: cy }], ...later(0) }],
    ["honest: an approval one millisecond before", { votes: [{ by: cy }], ...later(-0.001) }],
    ["a cancellation when the request has expired", { ...partial, outcome: "cancelled", ...later(0) }],
    [
      "a rejection when the request has expired",
      { outcome: "rejected", votes: [{ by: cy, vote: "reject" }], ...later(0) },
    ],
    ["a decision before the stream began", backdated(cy, "2026-11-01T11:55:00.999Z")],
    [
      "honest: a decision 300 seconds before the stream began, as clocks differ",
      backdated(cy, "2026-11-01T11:55:13.000Z"),
    ],
    [
      "an unsigned outcome before the stream began",
      { outcome: "cancelled", votes: [], alter: (record) => ({ ...record, at: "2026-10-01T12:00:00.000Z" }) },
    ],
  ];
}

/** Both of them, and after so many seconds the first one. */
const oneLater = (first: Company["cy"], second: Company["cy"], afterSeconds: number) =>
  quorumOf(2, [first, second], {
    escalations: [{ afterSeconds, stage: 1, needs: [{ name: first.username, count: 1, of: [first.id] }] }],
  });

/** Everything of it is dated consistently, so that only its place in the stream shows the lie. */
function backdated(by: Company["cy"], at: string): SampleRequest {
  const after = (seconds: number) => new Date(Date.parse(at) + seconds * 1_000).toISOString();
  const expires = after(1);
  return {
    votes: [{ by, statement: { created: after(-2), issued: after(-1), expires } }],
    alter: (record) => ({ ...record, at, body: { ...record.body, expires } }),
  };
}
