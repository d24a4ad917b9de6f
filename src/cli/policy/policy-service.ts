import { jsonText } from "./json-text.ts";
import { utf8, utf8Text, type Bytes } from "../../core/encoding/bytes.ts";
import {
  isJsonList,
  isJsonObject,
  parseJsonObject,
  type JsonObject,
} from "../../core/encoding/strict-json.ts";
import { CliError } from "../cli-error.ts";
import { errorMessage, readFile } from "../input.ts";
import { normalized, POLICY_FILE_LIMITS } from "./policy-file.ts";
import type { InForce } from "./policy-plan.ts";

// The calls of the service, with an API key that has the scope "people".

const CALL_SECONDS = 60;
const KEY_FILE_MAX_BYTES = 1_024;

export interface ServiceAnswer {
  readonly status: number;
  readonly body: JsonObject;
}

export type Service = (
  method: "GET" | "PUT" | "DELETE",
  path: string,
  body?: JsonObject,
) => Promise<ServiceAnswer>;

interface ServiceOptions {
  readonly url?: string | undefined;
  readonly "key-file"?: string | undefined;
}

/** From the options, or from the environment: a key in the arguments could be read by other processes. */
export async function openService(options: ServiceOptions): Promise<Service> {
  const url = options.url ?? process.env["COUNTERSIGN_URL"];
  if (url === undefined || !/^https?:\/\//.test(url))
    throw new CliError("--url, or the variable COUNTERSIGN_URL, must be the address of the service");
  const key = await keyFrom(options["key-file"]);
  const origin = url.replace(/\/+$/, "");
  return async (method, path, body) => {
    try {
      const response = await fetch(origin + path, {
        method,
        headers: { "x-api-key": key, ...(body === undefined ? {} : { "content-type": "application/json" }) },
        ...(body === undefined ? {} : { body: utf8(JSON.stringify(body)) }),
        redirect: "error",
        signal: AbortSignal.timeout(CALL_SECONDS * 1_000),
      });
      return await answerOf(response, `${method} ${origin}${path}`);
    } catch (problem) {
      if (problem instanceof CliError) throw problem;
      throw new CliError(`can't reach ${origin} (${errorMessage(problem)})`);
    }
  };
}

async function keyFrom(file: string | undefined): Promise<string> {
  const key =
    file === undefined
      ? process.env["COUNTERSIGN_KEY"]
      : utf8Text(await readFile(file, KEY_FILE_MAX_BYTES))?.trim();
  if (key === undefined || !/^[\x21-\x7e]+$/.test(key))
    throw new CliError(
      "--key-file, or the variable COUNTERSIGN_KEY, must have an API key with the scope people",
    );
  return key;
}

/** What the caller can't continue after is an error here: no key, no scope, a service that is not there. */
async function answerOf(response: Response, call: string): Promise<ServiceAnswer> {
  const bytes: Bytes = new Uint8Array(await response.arrayBuffer());
  const body = parseJsonObject(bytes, POLICY_FILE_LIMITS);
  if (!body.ok) throw new CliError(`${call} answered with status ${response.status}, and no JSON object`);
  const { status } = response;
  if (status < 300 || status === 409 || status === 422) return { status, body: body.value };
  throw new CliError(
    `${call} was refused: ${jsonText(body.value["detail"])} (${jsonText(body.value["code"])})`,
  );
}

export async function documentsInForce(service: Service): Promise<InForce> {
  const [groups, policies, rules] = await Promise.all([
    service("GET", "/api/groups"),
    service("GET", "/api/policies"),
    service("GET", "/api/rules"),
  ]);
  const content = rules.body["content"] ?? null;
  return {
    groups: namedIn(groups, "groups"),
    policies: namedIn(policies, "policies"),
    rules: isJsonObject(content) ? content : null,
  };
}

function namedIn({ body: { data = [] } }: ServiceAnswer, kind: "groups" | "policies") {
  const items = isJsonList(data) ? data : [];
  return Object.fromEntries(
    items.flatMap((item) => {
      if (!isJsonObject(item)) return [];
      const { name, content = null } = item;
      return [[jsonText(name), normalized("the service", kind, jsonText(name), content)] as const];
    }),
  );
}
