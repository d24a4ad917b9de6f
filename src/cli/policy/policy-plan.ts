import { jsonText } from "./json-text.ts";
import type { JsonObject } from "../../core/encoding/strict-json.ts";
import { documentSentence } from "../../core/policy/policy-sentence.ts";
import { policyFromWritten } from "../../core/policy/written-policy.ts";
import type { PolicyDocument } from "../../core/policy/policy-document.ts";
import { expectOk } from "../../core/refusal.ts";
import { rulesWarnings } from "../../core/rules/rules-warnings.ts";
import { rulesFromWritten } from "../../core/rules/written-rules.ts";
import { isSame, type PolicyFile } from "./policy-file.ts";

// What differs between a file and the service, in an order in which the changes can be signed.

export interface PolicyStep {
  /** Of the API. */
  readonly path: string;
  /** Null: remove it. */
  readonly content: JsonObject | null;
  /** Such as "+ group finance", and what it says. */
  readonly lines: readonly string[];
}

/** What the service has. */
export type InForce = { readonly [Part in keyof PolicyFile]-?: Exclude<PolicyFile[Part], undefined> };

/**
 * Groups first, then the policies that name them, then the rules that name those. Removals come last, in the other
 * direction.
 */
export function planSteps(file: PolicyFile, inForce: InForce): readonly PolicyStep[] {
  const groups = named("group", "/api/groups", file.groups, inForce.groups, membersText);
  const policies = named("policy", "/api/policies", file.policies, inForce.policies, sentenceText);
  return [
    ...groups.set,
    ...policies.set,
    ...rulesSteps(file, inForce),
    ...policies.removed,
    ...groups.removed,
  ];
}

function named(
  noun: string,
  path: string,
  wanted: PolicyFile["groups"],
  current: InForce["groups"],
  textOf: (name: string, content: JsonObject) => string,
): { readonly set: readonly PolicyStep[]; readonly removed: readonly PolicyStep[] } {
  if (wanted === undefined) return { set: [], removed: [] };
  const set = Object.entries(wanted).flatMap(([name, content]): readonly PolicyStep[] => {
    const before = Object.hasOwn(current, name) ? current[name] : undefined;
    if (before !== undefined && isSame(before, content)) return [];
    const lines = [
      `${before === undefined ? "+" : "~"} ${noun} ${name}`,
      ...(before === undefined ? [] : [`    was ${textOf(name, before)}`]),
      `    ${before === undefined ? "" : "now "}${textOf(name, content)}`,
    ];
    return [{ path: `${path}/${name}`, content, lines }];
  });
  const removed = Object.keys(current).flatMap((name): readonly PolicyStep[] =>
    Object.hasOwn(wanted, name)
      ? []
      : [{ path: `${path}/${name}`, content: null, lines: [`- ${noun} ${name}`] }],
  );
  return { set, removed };
}

function rulesSteps({ rules, policies: file }: PolicyFile, inForce: InForce): readonly PolicyStep[] {
  if (rules === undefined || isSame(rules, inForce.rules)) return [];
  const path = "/api/rules";
  if (rules === null) return [{ path, content: null, lines: ["- the rules"] }];
  const head = inForce.rules === null ? "+ the rules" : "~ the rules";
  const policies = policiesOf(file ?? inForce.policies);
  const warnings = rulesWarnings(expectOk(rulesFromWritten(rules)), policies);
  return [
    {
      path,
      content: rules,
      lines: [
        head,
        ...ruleLines(inForce.rules),
        ...ruleLines(rules, "+"),
        ...warnings.map(({ detail }) => `    warning: ${detail}`),
      ],
    },
  ];
}

/** Those that are in force once everything is signed. */
function policiesOf(policies: InForce["policies"]): ReadonlyMap<string, PolicyDocument> {
  return new Map(
    Object.entries(policies).map(([name, content]) => [
      name,
      expectOk(policyFromWritten(name, content, (username) => username)),
    ]),
  );
}

function ruleLines(rules: JsonObject | null, sign = "-"): readonly string[] {
  if (rules === null) return [];
  const list = (rules["rules"] ?? []) as readonly JsonObject[];
  return [
    ...list.map(
      ({ name, when, policies }) =>
        `    ${sign} ${JSON.stringify(name)}: ${jsonText(when)} → ${namesText(policies)}`,
    ),
    `    ${sign} otherwise → ${namesText(rules["otherwise"])}`,
  ];
}

function namesText(policies: unknown): string {
  return [policies].flat().join(" or ");
}

function membersText(_name: string, content: JsonObject): string {
  return namesText(content["members"]).replaceAll(" or ", ", ");
}

function sentenceText(name: string, content: JsonObject): string {
  const policy = policyFromWritten(name, content, (username) => username);
  return policy.ok ? documentSentence(policy.value) : JSON.stringify(content);
}
