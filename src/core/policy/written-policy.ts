import { isJsonObject, type JsonObject, type JsonValue } from "../encoding/strict-json.ts";
import { accept, refuse, type Result } from "../refusal.ts";
import {
  leastPeople,
  parsePolicyDocument,
  type DocumentNeed,
  type PolicyDocument,
} from "./policy-document.ts";
import {
  alone,
  asList,
  readList,
  readObject,
  readParty,
  writtenParty,
  type IdOf,
  type Read,
} from "./written-parts.ts";

// A policy as people write it by hand, such as {"needs": [{"count": 2, "from": {"group": "finance"}}]}. It says what
// differs from the simplest policy. What people sign is always the whole document.

const CODE = "policy_invalid";

/** What a written policy need not say. */
const DEFAULTS = {
  excludeRequester: false,
  rejection: "first",
  authenticator: "any",
  expiresInSeconds: null,
  executeWithinSeconds: null,
  quietHours: "kept",
} as const;

const FIELDS = ["needs", "stages", "escalations", "minimum", "breakGlass", ...Object.keys(DEFAULTS)];

/** The whole document under this name. The paths of refusals are those in the written form. */
export function policyFromWritten(name: string, written: JsonValue, idOf: IdOf): Result<PolicyDocument> {
  const fields = readObject(written, "", CODE, FIELDS);
  if (!fields.ok) return fields;
  const { needs, stages, escalations = [], breakGlass = [], minimum, ...terms } = fields.value;
  const parts = {
    stages: readStages(needs, stages, idOf),
    escalations: readList(escalations, "/escalations", CODE, readEscalation(idOf)),
    breakGlass: readList(breakGlass, "/breakGlass", CODE, readParty(CODE, idOf)),
  };
  if (!parts.stages.ok) return parts.stages;
  if (!parts.escalations.ok) return parts.escalations;
  if (!parts.breakGlass.ok) return parts.breakGlass;
  const parsed = parsePolicyDocument({
    ...DEFAULTS,
    ...terms,
    v: 1,
    kind: "countersign/policy-document",
    name,
    stages: parts.stages.value,
    escalations: parts.escalations.value,
    breakGlass: parts.breakGlass.value,
    minimum: minimum ?? 1,
  });
  if (!parsed.ok) {
    const { code, detail, at = "" } = parsed.refusal;
    return refuse(code, detail, needs === undefined ? at : at.replace(/^\/stages\/0\/needs/, "/needs"));
  }
  return accept(
    minimum === undefined ? { ...parsed.value, minimum: leastPeople(parsed.value) } : parsed.value,
  );
}

/** Without what has its default. */
export function writtenPolicy(policy: PolicyDocument): JsonObject {
  const { stages, escalations, breakGlass, minimum } = policy;
  const [first] = stages;
  const isSimple = stages.length === 1 && first?.name === "";
  return {
    ...(isSimple
      ? { needs: first.needs.map(writtenNeed) }
      : {
          stages: stages.map((stage) => ({
            ...(stage.name === "" ? {} : { name: stage.name }),
            needs: stage.needs.map(writtenNeed),
          })),
        }),
    ...(escalations.length === 0
      ? {}
      : {
          escalations: escalations.map(({ afterSeconds, stage, needs }) => ({
            afterSeconds,
            ...(stage === 1 ? {} : { stage }),
            needs: needs.map(writtenNeed),
          })),
        }),
    ...(minimum === leastPeople(policy) ? {} : { minimum }),
    ...(breakGlass.length === 0 ? {} : { breakGlass: breakGlass.map(writtenParty) }),
    ...Object.fromEntries(
      Object.entries(DEFAULTS).flatMap(([name, usual]) => {
        const value = policy[name as keyof typeof DEFAULTS];
        return value === usual ? [] : [[name, value]];
      }),
    ),
  };
}

function readStages(
  needs: JsonValue | undefined,
  stages: JsonValue | undefined,
  idOf: IdOf,
): Result<readonly JsonObject[]> {
  if (stages !== undefined && needs !== undefined)
    return refuse(CODE, "goes with stages only, each of which has its needs", "/needs");
  if (stages !== undefined) return readList(stages, "/stages", CODE, readStage(idOf));
  const only = readList(needs, "/needs", CODE, readNeed(idOf));
  return only.ok ? accept([{ name: "", needs: only.value }]) : only;
}

function readStage(idOf: IdOf): Read<JsonObject> {
  return (value, at) => {
    const fields = readObject(value, at, CODE, ["name", "needs"]);
    if (!fields.ok) return fields;
    const { name = "", needs } = fields.value;
    const list = readList(needs, `${at}/needs`, CODE, readNeed(idOf));
    return list.ok ? accept({ name, needs: list.value }) : list;
  };
}

function readEscalation(idOf: IdOf): Read<JsonObject> {
  return (value, at) => {
    const fields = readObject(value, at, CODE, ["afterSeconds", "stage", "needs"]);
    if (!fields.ok) return fields;
    const { stage = 1, needs, ...others } = fields.value;
    const list = readList(needs, `${at}/needs`, CODE, readNeed(idOf));
    return list.ok ? accept({ ...others, stage, needs: list.value }) : list;
  };
}

/** `{"count": 2, "from": …}`, or a party alone, of which one is needed. */
function readNeed(idOf: IdOf): Read<JsonObject> {
  const party = readParty(CODE, idOf);
  return (value, at) => {
    if (!isJsonObject(value) || value["from"] === undefined) {
      const one = party(value, at);
      return one.ok ? accept({ count: 1, from: [one.value] }) : one;
    }
    const fields = readObject(value, at, CODE, ["count", "from"]);
    if (!fields.ok) return fields;
    const { count = 1, from } = fields.value;
    const list = readList(asList(from), `${at}/from`, CODE, party);
    return list.ok ? accept({ count, from: list.value }) : list;
  };
}

function writtenNeed({ count, from }: DocumentNeed): JsonValue {
  const parties = alone(from.map(writtenParty));
  if (count > 1) return { count, from: parties };
  return from.length === 1 ? parties : { from: parties };
}
