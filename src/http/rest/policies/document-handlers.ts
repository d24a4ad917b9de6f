import type { InForce } from "../../../app/policies/list-documents.ts";
import type { RequestedVersion, WrittenVersion } from "../../../app/policies/written-version.ts";
import type { JsonObject } from "../../../core/encoding/strict-json.ts";
import type { GroupDocument } from "../../../core/policy/group-document.ts";
import type { PolicyDocument } from "../../../core/policy/policy-document.ts";
import { documentSentence } from "../../../core/policy/policy-sentence.ts";
import { writtenGroup } from "../../../core/policy/written-group.ts";
import { writtenPolicy } from "../../../core/policy/written-policy.ts";
import { refuse } from "../../../core/refusal.ts";
import { writtenRules } from "../../../core/rules/written-rules.ts";
import { answered } from "../../desk/desk-answer.ts";
import { orRefuse } from "../../http-refusal.ts";
import type { RestCall } from "../operation.ts";
import type { GroupAnswer, PolicyAnswer, RulesAnswer, VersionAnswer } from "./document-answers.ts";

// Groups, policies and rules over REST. What is answered is what a PUT takes.

type Answered<Answer> = Omit<Answer, "content"> & { readonly content: JsonObject };

export async function getGroups({ context, desk, key }: RestCall): Promise<Response> {
  const { groups } = answered(context, await desk().documents(key));
  return context.json({ data: groups.map(groupAnswer) });
}

export async function getGroup({ context, desk, key, id }: RestCall): Promise<Response> {
  const { groups } = answered(context, await desk().documents(key));
  return context.json(groupAnswer(named(groups, id)));
}

export async function getPolicies({ context, desk, key }: RestCall): Promise<Response> {
  const { policies } = answered(context, await desk().documents(key));
  return context.json({ data: policies.map(policyAnswer) });
}

export async function getPolicy({ context, desk, key, id }: RestCall): Promise<Response> {
  const { policies } = answered(context, await desk().documents(key));
  return context.json(policyAnswer(named(policies, id)));
}

export async function getRules({ context, desk, key }: RestCall): Promise<Response> {
  const { rules } = answered(context, await desk().documents(key));
  return context.json(
    rules === null
      ? ({ content: null, hash: null, change: null } satisfies RulesAnswer)
      : { content: writtenRules(rules.document), ...placeOf(rules) },
  );
}

type VersionCall<Body = undefined> = RestCall<Body, { readonly dryRun?: boolean | undefined }>;

/** The handler of a PUT. */
export function putDocument(kind: WrittenVersion["kind"]) {
  return async (call: VersionCall<JsonObject>): Promise<Response> =>
    versionResponse(call, { kind, name: call.id, written: call.body }, call.query.dryRun === true);
}

/** The handler of a DELETE. */
export function removeDocument(kind: WrittenVersion["kind"]) {
  return async (call: RestCall): Promise<Response> =>
    versionResponse(call, { kind, name: call.id, written: null }, false);
}

async function versionResponse(
  { context, desk, key }: Pick<RestCall, "context" | "desk" | "key">,
  version: WrittenVersion,
  isDryRun: boolean,
): Promise<Response> {
  const requested: RequestedVersion = answered(context, await desk().requestDocument(key, version, isDryRun));
  const { url, refusal, sentence, comparison, warnings } = requested;
  return context.json(
    {
      url,
      refused: refusal && { code: refusal.code, detail: refusal.detail },
      sentence,
      comparison: comparison && {
        compared: comparison.compared,
        of: comparison.of,
        elsewhere: comparison.elsewhere.map(({ before, after, ...request }) => ({
          ...request,
          before: { ...before, policies: [...before.policies] },
          after: { ...after, policies: [...after.policies] },
        })),
      },
      warnings: [...warnings],
    } satisfies VersionAnswer,
    202,
  );
}

function named<Document extends { readonly name: string }>(
  documents: readonly InForce<Document>[],
  name: string,
): InForce<Document> {
  return documents.find(({ document }) => document.name === name) ?? orRefuse(refuse("not_found", ""));
}

function groupAnswer(group: InForce<GroupDocument>): Answered<GroupAnswer> {
  return { name: group.document.name, content: writtenGroup(group.document), ...placeOf(group) };
}

function policyAnswer(policy: InForce<PolicyDocument>): Answered<PolicyAnswer> {
  const { document } = policy;
  const content = writtenPolicy(document);
  return { name: document.name, content, sentence: documentSentence(document), ...placeOf(policy) };
}

function placeOf({ hash, seq, index, at }: InForce<unknown>): Pick<GroupAnswer, "hash" | "change"> {
  return { hash, change: { seq, logIndex: index, at } };
}
