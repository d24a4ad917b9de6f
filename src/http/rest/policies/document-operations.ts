import { z } from "zod";
import type { WrittenVersion } from "../../../app/policies/written-version.ts";
import { accept } from "../../../core/refusal.ts";
import type { JsonObject } from "../../../core/encoding/strict-json.ts";
import { BODY_PROBLEMS, keyOperation, requestBody, type Operation } from "../operation.ts";
import {
  groupAnswer,
  groupsAnswer,
  policiesAnswer,
  policyAnswer,
  rulesAnswer,
  versionAnswer,
} from "./document-answers.ts";
import {
  GROUP_NAME,
  groupAnswerExample,
  groupExample,
  POLICY_NAME,
  policyAnswerExample,
  policyExample,
  policyVersionExample,
  rulesAnswerExample,
  rulesExample,
  rulesVersionExample,
  versionExample,
} from "./document-examples.ts";
import {
  getGroup,
  getGroups,
  getPolicies,
  getPolicy,
  getRules,
  putDocument,
  removeDocument,
} from "./document-handlers.ts";
import { triedAnswer, triedExample, tryExample, tryRequest, tryRules } from "./rules-trial.ts";
import { writtenGroup, writtenPolicy, writtenRules } from "./written-schemas.ts";

// Who must sign: groups, policies, and the rules that choose a policy. Somebody who manages people signs each change.

const group = { parameter: "name", description: "The group.", example: GROUP_NAME } as const;
const policy = { parameter: "name", description: "The policy.", example: POLICY_NAME } as const;
const version = { name: "Version", schema: versionAnswer };

const SIGNED = "It takes effect once somebody who manages people has signed at the `url` of the answer.";
const CHECKED = "With `dryRun` it is only checked.";
/** Of a change of any of them. */
const CHANGE_PROBLEMS = [
  "already_decided",
  "document_refused",
  "policy_unmeetable",
  "quota_exceeded",
  "recovery_impossible",
] as const;

const dryRun = z.strictObject({
  dryRun: z
    .enum(["true", "false"])
    .transform((value) => value === "true")
    .optional()
    .describe("`true`: nothing is asked or changed."),
});

/** The core reads the body, because only it knows the people. */
const written = (name: string, schema: z.ZodType, example: unknown) => ({
  name,
  schema,
  example,
  read: (body: JsonObject) => accept(body),
});

const put = (kind: WrittenVersion["kind"]) =>
  ({
    method: "put",
    scope: "people",
    query: dryRun,
    status: 202,
    problems: [...BODY_PROBLEMS, ...CHANGE_PROBLEMS],
    handler: putDocument(kind),
  }) as const;

const remove = (kind: WrittenVersion["kind"]) =>
  ({
    method: "delete",
    scope: "people",
    status: 202,
    answer: { ...version, example: versionExample },
    problems: CHANGE_PROBLEMS,
    handler: removeDocument(kind),
  }) as const;

export const POLICY_OPERATIONS: readonly Operation[] = [
  keyOperation({
    method: "get",
    path: "/api/groups",
    id: "listGroups",
    summary: "List groups",
    description: "Those in force, each with the record that set it.",
    scope: "people",
    status: 200,
    answer: { name: "Groups", schema: groupsAnswer, example: () => ({ data: [groupAnswerExample] }) },
    problems: [],
    handler: getGroups,
  }),
  keyOperation({
    method: "get",
    path: "/api/groups/{name}",
    id: "getGroup",
    summary: "Read a group",
    description: "The version in force.",
    pathId: group,
    scope: "people",
    status: 200,
    answer: { name: "Group", schema: groupAnswer, example: () => groupAnswerExample },
    problems: ["not_found"],
    handler: getGroup,
  }),
  keyOperation({
    ...put("group"),
    path: "/api/groups/{name}",
    id: "putGroup",
    summary: "Create or change a group",
    description: `Asks that the group has these members. ${SIGNED} Requests keep the people with whom they were created. ${CHECKED}`,
    pathId: group,
    request: written("GroupContent", writtenGroup, groupExample),
    answer: { ...version, example: versionExample },
  }),
  keyOperation({
    ...remove("group"),
    path: "/api/groups/{name}",
    id: "removeGroup",
    summary: "Remove a group",
    description: `${SIGNED} A group that a policy names is not removed.`,
    pathId: group,
  }),
  keyOperation({
    method: "get",
    path: "/api/policies",
    id: "listPolicies",
    summary: "List policies",
    description: "Those in force, each with what it says in words.",
    scope: "people",
    status: 200,
    answer: { name: "Policies", schema: policiesAnswer, example: () => ({ data: [policyAnswerExample] }) },
    problems: [],
    handler: getPolicies,
  }),
  keyOperation({
    method: "get",
    path: "/api/policies/{name}",
    id: "getPolicy",
    summary: "Read a policy",
    description: "The version in force.",
    pathId: policy,
    scope: "people",
    status: 200,
    answer: { name: "Policy", schema: policyAnswer, example: () => policyAnswerExample },
    problems: ["not_found"],
    handler: getPolicy,
  }),
  keyOperation({
    ...put("policy"),
    path: "/api/policies/{name}",
    id: "putPolicy",
    summary: "Create or change a policy",
    description: `Asks that the policy says this. ${SIGNED} One that nobody could meet is refused. ${CHECKED}`,
    pathId: policy,
    request: written("PolicyContent", writtenPolicy, policyExample),
    answer: { ...version, example: policyVersionExample },
  }),
  keyOperation({
    ...remove("policy"),
    path: "/api/policies/{name}",
    id: "removePolicy",
    summary: "Remove a policy",
    description: `${SIGNED} A policy that the rules name is not removed. Requests under it keep it.`,
    pathId: policy,
  }),
  keyOperation({
    method: "get",
    path: "/api/rules",
    id: "getRules",
    summary: "Read the rules",
    description: "The version in force.",
    scope: "people",
    status: 200,
    answer: { name: "Rules", schema: rulesAnswer, example: () => rulesAnswerExample },
    problems: [],
    handler: getRules,
  }),
  keyOperation({
    ...put("rules"),
    path: "/api/rules",
    id: "putRules",
    summary: "Change the rules",
    description: `Asks that these rules choose the policy of each request. ${SIGNED} The answer says which of the last requests would have fallen elsewhere. ${CHECKED}`,
    request: written("RulesContent", writtenRules, rulesExample),
    answer: { ...version, example: rulesVersionExample },
  }),
  keyOperation({
    ...remove("rules"),
    path: "/api/rules",
    id: "removeRules",
    summary: "Remove the rules",
    description: `${SIGNED} Then a request may name a person, or any policy.`,
    answer: { ...version, example: rulesVersionExample },
  }),
  keyOperation({
    method: "post",
    path: "/api/rules/try",
    id: "tryRules",
    summary: "Try the rules",
    description: "Which rule, policy and people a request would have. Nothing is asked or changed.",
    scope: "people",
    request: requestBody("TryRequest", tryRequest, tryExample),
    status: 200,
    answer: { name: "TriedRules", schema: triedAnswer, example: () => triedExample },
    problems: BODY_PROBLEMS,
    handler: tryRules,
  }),
];
