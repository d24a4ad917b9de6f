import { BrowserClient } from "../../support/browser-client.ts";
import type { PushSubscriptionData } from "../../support/receivers/push-service.ts";
import type { WebhookKeys } from "../../support/receivers/webhook-signature.ts";
import { WIRE } from "../../support/sample-request.ts";
import { call, expectCall, type Reply } from "../measure/http-client-pool.ts";
import type { Prepared, Workflow } from "./workflow.ts";

// The workflow on the product over HTTP: a backend with an API key, and a person with a passkey.

export interface Countersign extends Workflow {
  /** None if it has no webhook. */
  readonly webhookKeys: WebhookKeys;
  /** A waiting call of a backend. */
  readonly wait: (id: string, seconds: number, signal?: AbortSignal) => Promise<Reply>;
  /** Signs the vote. The returned function sends it. */
  readonly sign: (id: string) => Promise<() => Promise<Reply>>;
  readonly consume: (id: string) => Promise<Reply>;
  /** A further session of the owner. Returns its cookie. */
  readonly signIn: () => Promise<string>;
  /** An inbox that is open in a browser of this session: it waits until its content is another version. */
  readonly inbox: (cookie: string, version: string, seconds: number, signal: AbortSignal) => Promise<Reply>;
  /** Anyone with the link verifies an approval, without a key. The limit of an address may refuse it. */
  readonly verify: (id: string) => Promise<Reply>;
}

/** Where a new tenant sends. */
export interface Receivers {
  readonly webhook: string;
  readonly device: PushSubscriptionData;
}

interface Tenant {
  /** Of one project. Most calls use the first, and waiting calls all in turn. */
  readonly apiKeys: readonly string[];
  readonly enrolUrl: string;
  readonly webhookKeys: WebhookKeys;
}

/** Creates a tenant on this shard of a server of the benchmarks, enrols its owner and signs in. */
export async function newTenant(url: string, shard = "0", receivers?: Receivers): Promise<Countersign> {
  const sends =
    receivers === undefined ? {} : { webhook: receivers.webhook, device: JSON.stringify(receivers.device) };
  const { text } = await expectCall(200, `${url}/bench/tenant/${shard}?${new URLSearchParams(sends)}`);
  const { apiKeys, enrolUrl, webhookKeys } = JSON.parse(text) as Tenant;
  const alex = await BrowserClient.create(fetch, url);
  const enrolled = await alex.enrol(enrolUrl);
  if (enrolled.status !== 200) throw new Error(`not enrolled: ${JSON.stringify(enrolled.body)}`);
  const confirmations = `${url}/api/confirmations`;
  const reads = apiKeys.map((key) => ({ "x-api-key": key }));
  const [read = {}] = reads;
  const write = { ...read, "content-type": "application/json" };
  const page = { "sec-fetch-site": "same-origin", origin: url };
  const requestBody = JSON.stringify({ ...WIRE, expiresInSeconds: 3_600 });
  let waits = 0;

  const wait = (id: string, seconds: number, signal?: AbortSignal) => {
    const headers = reads[waits++ % reads.length] ?? {};
    const address = `${confirmations}/${id}?wait=${seconds}`;
    return expectCall(200, address, signal === undefined ? { headers } : { headers, signal });
  };
  const sign = async (id: string) => {
    const body = JSON.stringify(await alex.sign(id));
    const headers = { ...page, "content-type": "application/json", cookie: alex.cookie };
    return () => expectCall(200, `${url}/approve/${id}/decision`, { method: "POST", headers, body });
  };
  return {
    webhookKeys,
    wait,
    sign,
    async create() {
      const { text } = await expectCall(201, confirmations, {
        method: "POST",
        headers: write,
        body: requestBody,
      });
      return (JSON.parse(text) as { id: string }).id;
    },
    async prepare(id): Promise<Prepared> {
      const decide = await sign(id);
      return { decide, waiter: wait(id, 25).then(approvedAt) };
    },
    poll: (id) => expectCall(200, `${confirmations}/${id}`, { headers: read }),
    consume: (id) =>
      expectCall(200, `${confirmations}/${id}/consume`, {
        method: "POST",
        headers: write,
        body: JSON.stringify({ payload: WIRE.payload }),
      }),
    async signIn() {
      const { status } = await alex.signIn();
      if (status !== 200) throw new Error(`not signed in: ${status}`);
      return alex.cookie;
    },
    inbox: (cookie, version, seconds, signal) => {
      const headers = { ...page, cookie };
      return expectCall(200, `${url}/inbox/items?wait=${seconds}&version=${version}`, { headers, signal });
    },
    verify: (id) => call(`${url}/public/log/entries/${id}/verification`),
  };
}

export function approvedAt({ text, at }: Reply): number {
  const { status } = JSON.parse(text) as { status: string };
  if (status !== "approved") throw new Error(`a waiting call got "${status}" instead of "approved"`);
  return at;
}
