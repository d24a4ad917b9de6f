import { BrowserClient } from "../../support/browser-client.ts";
import { WIRE } from "../../support/sample-request.ts";
import { expectCall } from "../measure/http-client-pool.ts";
import { approvedAt } from "./countersign.ts";
import type { Prepared, Workflow } from "./workflow.ts";

// The workflow of a request that three of five people must sign, by rules that everybody has signed before.

const PEOPLE = ["ana", "bo", "cy", "dan", "eve"];
const SIGNATURES = 3;

/** Creates a tenant on a server of the benchmarks, with five people in a group, a policy and rules. */
export async function newQuorum(url: string): Promise<Workflow> {
  const { text } = await expectCall(200, `${url}/bench/tenant/0`);
  const { apiKeys, peopleKey, enrolUrl } = JSON.parse(text) as {
    apiKeys: readonly string[];
    peopleKey: string;
    enrolUrl: string;
  };
  const alex = await BrowserClient.create(fetch, url);
  await expectStatus(200, alex.enrol(enrolUrl));
  const people = { "x-api-key": peopleKey, "content-type": "application/json" };
  const signers: BrowserClient[] = [];
  for (const username of PEOPLE) {
    const body = JSON.stringify({ username, role: "approver" });
    const invited = await expectCall(201, `${url}/api/invites`, { method: "POST", headers: people, body });
    const signer = await BrowserClient.create(fetch, url);
    await expectStatus(200, signer.enrol((JSON.parse(invited.text) as { enrolUrl: string }).enrolUrl));
    const inbox = (await (await alex.get("/inbox/items?wait=0")).json()) as {
      unendorsed: { items: readonly { id: string }[] };
    };
    await expectStatus(200, alex.decide(inbox.unendorsed.items[0]?.id ?? ""));
    await expectStatus(200, signer.signIn());
    signers.push(signer);
  }
  const put = async (path: string, document: object) => {
    const body = JSON.stringify(document);
    const asked = await expectCall(202, `${url}/api/${path}`, { method: "PUT", headers: people, body });
    const address = (JSON.parse(asked.text) as { url: string }).url;
    await expectStatus(200, alex.decide(address.slice(address.lastIndexOf("/") + 1)));
  };
  await put("groups/board", { members: PEOPLE });
  await put("policies/three-of-the-board", {
    stages: [{ needs: [{ count: SIGNATURES, from: { group: "board" } }] }],
  });
  await put("rules", { rules: [], otherwise: ["three-of-the-board"] });

  const read = { "x-api-key": apiKeys[0] ?? "" };
  const write = { ...read, "content-type": "application/json" };
  const confirmations = `${url}/api/confirmations`;
  const requestBody = JSON.stringify({ ...WIRE, username: undefined, expiresInSeconds: 3_600 });
  const page = { "sec-fetch-site": "same-origin", origin: url, "content-type": "application/json" };
  return {
    async create() {
      const options = { method: "POST", headers: write, body: requestBody };
      const created = await expectCall(201, confirmations, options);
      return (JSON.parse(created.text) as { id: string }).id;
    },
    async prepare(id): Promise<Prepared> {
      const waiter = expectCall(200, `${confirmations}/${id}?wait=25`, { headers: read }).then(approvedAt);
      const votes: (() => Promise<unknown>)[] = [];
      for (const signer of signers.slice(0, SIGNATURES)) {
        const body = JSON.stringify(await signer.sign(id));
        const headers = { ...page, cookie: signer.cookie };
        votes.push(() => expectCall(200, `${url}/approve/${id}/decision`, { method: "POST", headers, body }));
      }
      const decide = async () => {
        for (const vote of votes) await vote();
      };
      return { decide, waiter };
    },
    poll: (id) => expectCall(200, `${confirmations}/${id}`, { headers: read }),
  };
}

async function expectStatus(
  expected: number,
  call: Promise<{ readonly status: number; readonly body: unknown }>,
) {
  const { status, body } = await call;
  if (status !== expected) throw new Error(`${status} instead of ${expected}: ${JSON.stringify(body)}`);
}
