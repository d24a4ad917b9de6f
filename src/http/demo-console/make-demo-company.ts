import { isoTime } from "../../app/runtime.ts";
import { canonicalText } from "../../core/encoding/jcs.ts";
import { toHex } from "../../core/encoding/bytes.ts";
import { parseNewTemplate } from "../../core/display/new-template.ts";
import type { KeyItem } from "../../core/pages/project-page-data.ts";
import { expectOk } from "../../core/refusal.ts";
import { DEMO_NAME, DEMO_ZONE, type DemoCompany } from "./demo-company.ts";
import { demoKeys, demoProjects } from "./demo-keys.ts";
import { demoPeople } from "./demo-people.ts";
import { demoRequests, type DemoRequest } from "./demo-requests.ts";
import { SUPPLIER_PAYMENT } from "./demo-samples.ts";
import { bytesOf, hourOf } from "./demo-time.ts";
import { demoTrail } from "./demo-trail.ts";
import { demoWebhooks } from "./demo-webhooks.ts";

const TEMPLATE = {
  v: 1,
  kind: "countersign/template",
  action: SUPPLIER_PAYMENT,
  sentence: "Pay {amount|money:EUR} to {to}",
  fields: [
    { name: "account", label: "Account", format: null, prominent: true },
    { name: "invoice", label: "Invoice", format: null, prominent: false },
  ],
};

/** As it is at this time. */
export function makeDemoCompany(now: number, origin: string): DemoCompany {
  const hour = hourOf(now);
  const people = demoPeople(hour);
  const projects = demoProjects(hour);
  const unused = demoKeys(hour, projects);
  const requests = demoRequests(hour, unused);
  const keys = unused.map((key) => ({ ...key, lastUsedAt: lastUseOf(key, requests) }));
  const webhooks = demoWebhooks(hour, projects, requests);
  return {
    hour,
    shell: {
      organisation: DEMO_NAME,
      stream: toHex(bytesOf("stream")),
      username: "reader",
      role: "auditor",
      plan: "team",
      timeZone: DEMO_ZONE,
      origin,
      notices: [],
    },
    people,
    projects,
    keys,
    requests,
    webhooks,
    trail: demoTrail({ hour, people, projects, keys, requests, webhooks }),
    template: canonicalText(expectOk(parseNewTemplate(TEMPLATE))),
  };
}

/** When a key was revoked before the oldest of the requests, it was used a while before that. */
function lastUseOf(key: KeyItem, requests: readonly DemoRequest[]): string | null {
  const newest = requests.find((request) => request.key.id === key.id);
  return newest === undefined ? key.revokedAt : isoTime(newest.usedAt ?? newest.createdAt);
}
