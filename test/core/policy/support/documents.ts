import type { GroupDocument } from "../../../../src/core/policy/group-document.ts";
import type { DocumentNeed, Party, PolicyDocument } from "../../../../src/core/policy/policy-document.ts";
import type { Member } from "../../../../src/core/stream/directory.ts";
import type { Role } from "../../../../src/core/stream/record.ts";

// Short ways to write policy documents, and the organisation in which they are resolved.

export const person = (name: string): Party => ({ kind: "person", id: `id-${name}`, username: name });
export const group = (name: string): Party => ({ kind: "group", name });
export const role = (name: Exclude<Role, "auditor">): Party => ({ kind: "role", role: name });
export const need = (count: number, ...from: readonly Party[]): DocumentNeed => ({ count, from });
export const stage = (...needs: readonly DocumentNeed[]) => ({ name: "", needs });
export const after = (afterSeconds: number, stageNumber: number, ...needs: readonly DocumentNeed[]) => ({
  afterSeconds,
  stage: stageNumber,
  needs,
});
export const times = <Item>(count: number, item: (place: number) => Item): Item[] =>
  Array.from({ length: count }, (_none, place) => item(place));

/** One of finance; every test says what differs. */
export const policyDocument = (more: Partial<PolicyDocument> = {}): PolicyDocument => ({
  v: 1,
  kind: "countersign/policy-document",
  name: "payments",
  stages: [stage(need(1, group("finance")))],
  escalations: [],
  minimum: 1,
  excludeRequester: false,
  rejection: "first",
  breakGlass: [],
  authenticator: "any",
  expiresInSeconds: null,
  executeWithinSeconds: null,
  quietHours: "kept",
  ...more,
});

export const groupOf = (name: string, ...usernames: readonly string[]): GroupDocument => ({
  v: 1,
  kind: "countersign/group",
  name,
  members: usernames.map((username) => ({ id: `id-${username}`, username })),
});

export const member = (username: string, memberRole: Role = "approver", removed = false): Member => ({
  id: `id-${username}`,
  username,
  role: memberRole,
  ...(removed ? { removed } : {}),
});

/** By name and by id, as a request is made in it. */
export const organisation = (members: readonly Member[], ...groups: readonly GroupDocument[]) => ({
  members: new Map(members.map((one) => [one.id, one])),
  groups: new Map(groups.map((one) => [one.name, one])),
});
