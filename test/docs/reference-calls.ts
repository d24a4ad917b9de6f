import { backend, BrowserClient } from "../support/browser-client.ts";
import type { DecidingPerson } from "./running/deciding-person.ts";
import { jsonValuesOf, type Places } from "./reading/shown-values.ts";

// The examples of the REST reference use ids of earlier answers, and each call needs something to act on: where the
// page's own calls have ended it, or do not make it, it is made here before the example.

/** The variable of the id in the answer of a call that makes something. */
const MAKES: Readonly<Record<string, string>> = {
  "POST /api/confirmations": "ID",
  "POST /api/projects": "PROJECT_ID",
  "POST /api/keys": "KEY_ID",
  "POST /api/webhooks": "WEBHOOK_ID",
};
export const REFERENCE_VARIABLES = Object.values(MAKES);

type Values = Readonly<Record<string, string>>;
type Call = (method: string, path: string, body?: unknown) => Promise<unknown>;

interface Reader {
  readonly places: Places;
  /** With all scopes. */
  readonly key: string;
  readonly alex: DecidingPerson;
}

/** Before the example of each of these calls; returns further values of the variables. */
const BEFORE: Readonly<Record<string, (call: Call, reader: Reader) => Promise<unknown>>> = {
  "POST /api/confirmations/{id}/cancel": async (call) =>
    call("POST", "/api/confirmations", { username: "alex", action: "Try", payload: {} }),
  "GET /api/people/{id}": async (call) => call("POST", "/api/invites", MARIA),
  "POST /api/roles": async (call, { places, alex }) => {
    const { enrolUrl } = (await call("POST", "/api/invites", MARIA)) as { readonly enrolUrl: string };
    const maria = await BrowserClient.create(fetch, places.product);
    await maria.enrol(enrolUrl);
    await alex.decideAll();
  },
  "GET /api/groups/{name}": async (call, { alex }) => signed(call, alex, GROUP),
  "PUT /api/groups/{name}": async (call, { alex }) => signed(call, alex, ["DELETE", GROUP[1]]),
  "DELETE /api/groups/{name}": async (_call, { alex }) => alex.decideAll(),
  "GET /api/policies/{name}": async (call, { alex }) => signed(call, alex, GROUP, POLICY),
  "PUT /api/policies/{name}": async (call, { alex }) => signed(call, alex, ["DELETE", POLICY[1]]),
  "DELETE /api/policies/{name}": async (_call, { alex }) => alex.decideAll(),
  "GET /api/rules": async (call, { alex }) => signed(call, alex, POLICY, RULES),
  "PUT /api/rules": async (call, { alex }) => signed(call, alex, ["DELETE", RULES[1]]),
  "DELETE /api/rules": async (_call, { alex }) => alex.decideAll(),
  "POST /api/projects/{id}/notices": async (call) =>
    call("POST", "/api/projects", { name: "Notices", mode: "live" }),
  "POST /api/webhooks/{id}/rotate": async (call, { places }) =>
    call("POST", "/api/webhooks", { name: "Backend", url: `http://127.0.0.1:${places.receiverPort}` }),
};
const MARIA = { username: "maria", role: "approver" };

const GROUP = ["PUT", "/api/groups/finance", { members: ["alex"] }] as const;
const FINANCE_SIGNS = {
  needs: [{ group: "finance" }],
  escalations: [{ afterSeconds: 1_800, needs: [{ role: "owner" }] }],
  expiresInSeconds: 7_200,
};
const POLICY = ["PUT", "/api/policies/finance-signs", FINANCE_SIGNS] as const;
const LARGE = { name: "Large payments", when: "number(payload.amount) > 10000", policies: "finance-signs" };
const RULES = ["PUT", "/api/rules", { rules: [LARGE] }] as const;

/** Alex signs what the examples so far have asked for, and then each of these. */
async function signed(call: Call, alex: DecidingPerson, ...changes: readonly Readonly<Parameters<Call>>[]) {
  await alex.decideAll();
  for (const change of changes) {
    await call(...change);
    await alex.decideAll();
  }
}

/** The ids that the examples so far have made. */
export class ReferenceIds {
  readonly #reader: Reader;
  #values: Values = {};
  #call = "";

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  get values(): Values {
    return this.#values;
  }

  /** Before the first example of each call. */
  async prepare(call: string): Promise<void> {
    if (call === this.#call) return;
    this.#call = call;
    const { places, key } = this.#reader;
    const api = backend(fetch, places.product, key);
    await BEFORE[this.#call]?.(async (method, path, body) => {
      const { status, body: answer } = await api(method, path, body);
      if (status >= 300) throw new Error(`${method} ${path} was refused: ${JSON.stringify(answer)}`);
      this.#keep(`${method} ${path}`, answer);
      return answer;
    }, this.#reader);
  }

  /** What the example has printed. */
  read(output: string): void {
    const answer = jsonValuesOf(output).at(-1);
    if (answer !== undefined) this.#keep(this.#call, answer);
  }

  #keep(call: string, answer: unknown): void {
    const variable = MAKES[call];
    const { id, key, webhook } = answer as Record<string, string> & Record<"key" | "webhook", { id: string }>;
    const made = id ?? key?.id ?? webhook?.id;
    if (variable !== undefined && made !== undefined) this.#values = { ...this.#values, [variable]: made };
  }
}
