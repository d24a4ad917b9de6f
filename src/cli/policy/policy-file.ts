import { canonicalText } from "../../core/encoding/jcs.ts";
import {
  isJsonObject,
  parseJsonObject,
  type JsonLimits,
  type JsonObject,
  type JsonValue,
} from "../../core/encoding/strict-json.ts";
import type { Bytes } from "../../core/encoding/bytes.ts";
import { groupFromWritten, writtenGroup } from "../../core/policy/written-group.ts";
import { policyFromWritten, writtenPolicy } from "../../core/policy/written-policy.ts";
import type { Result } from "../../core/refusal.ts";
import { checkRules } from "../../core/rules/choose-rule.ts";
import { rulesFromWritten, writtenRules } from "../../core/rules/written-rules.ts";
import { CliError } from "../cli-error.ts";

// The file of policies as code: groups, policies and rules as people write them.

/** 200 groups and 200 policies of 60 KiB at most, and the rules. Real ones have a hundredth. */
export const POLICY_FILE_LIMITS: JsonLimits = {
  maxBytes: 25 * 1024 * 1024,
  maxDepth: 16,
  maxNodes: 1_000_000,
};

type Named = Readonly<Record<string, JsonObject>>;

/** Each document is as the service writes it, so that equal ones have equal texts. */
export interface PolicyFile {
  /** Undefined: the file says nothing about them, so they stay as they are. */
  readonly groups: Named | undefined;
  readonly policies: Named | undefined;
  readonly rules: JsonObject | null | undefined;
}

const FIELDS = ["groups", "policies", "rules"];

export function parsePolicyFile(path: string, bytes: Bytes): PolicyFile {
  const parsed = parseJsonObject(bytes, POLICY_FILE_LIMITS);
  if (!parsed.ok) {
    const { detail, at = "" } = parsed.refusal;
    throw new CliError(`${path} is not strict JSON: ${detail}${at === "" ? "" : ` (at ${at})`}`);
  }
  const unknown = Object.keys(parsed.value).find((name) => !FIELDS.includes(name));
  if (unknown !== undefined)
    throw new CliError(`${path} has no field "${unknown}", only ${FIELDS.join(", ")}`);
  const { groups, policies, rules } = parsed.value;
  return {
    groups: namedOf(path, "groups", groups),
    policies: namedOf(path, "policies", policies),
    rules: rules === undefined ? undefined : rules === null ? null : rulesOf(path, rules),
  };
}

/** As a file. Sorted, so that the same content has the same bytes. */
export function policyFileText({ groups = {}, policies = {}, rules = null }: PolicyFile): string {
  return `${JSON.stringify({ groups: sorted(groups), policies: sorted(policies), rules }, undefined, 2)}\n`;
}

export function isSame(one: JsonValue, other: JsonValue): boolean {
  return canonicalText(one) === canonicalText(other);
}

function sorted(named: Named): Named {
  return Object.fromEntries(Object.entries(named).toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

/** Ids are the service's. Here a user name is enough to compare. */
const idOf = (username: string) => username;

/** In one form, whatever the file leaves out or writes in another way. */
export function normalized(path: string, kind: "groups" | "policies", name: string, content: JsonValue) {
  const at = `${path}, ${kind} “${name}”`;
  return kind === "groups"
    ? writtenGroup(orFail(at, groupFromWritten(name, content, idOf)))
    : writtenPolicy(orFail(at, policyFromWritten(name, content, idOf)));
}

function rulesOf(path: string, content: JsonValue): JsonObject {
  return writtenRules(
    orFail(`${path}, rules`, checkRules(orFail(`${path}, rules`, rulesFromWritten(content)))),
  );
}

function namedOf(path: string, kind: "groups" | "policies", value: JsonValue | undefined): Named | undefined {
  if (value === undefined) return undefined;
  if (!isJsonObject(value)) throw new CliError(`${path}: ${kind} must be an object with a member for each`);
  return Object.fromEntries(
    Object.entries(value).map(([name, content]) => [name, normalized(path, kind, name, content)]),
  );
}

function orFail<Value>(what: string, result: Result<Value>): Value {
  if (result.ok) return result.value;
  const { detail, at = "" } = result.refusal;
  throw new CliError(`${what}${at === "" ? "" : ` at ${at}`}: ${detail}`);
}
