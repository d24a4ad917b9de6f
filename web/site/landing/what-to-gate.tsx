import type { JsonObject } from "../../../src/core/encoding/strict-json.ts";
import type { Html } from "../../console/html-text.ts";
import { ShownFields } from "./shown-fields.tsx";

interface Example {
  readonly kind: string;
  readonly why: string;
  readonly requester: string;
  readonly action: string;
  readonly payload: JsonObject;
}

const EXAMPLES: readonly Example[] = [
  {
    kind: "Payments",
    why: "Money that has left does not come back.",
    requester: "refunds-agent",
    action: "Refund a customer",
    payload: {
      order: "A-20391",
      amount_usd: 1310,
      to_card: "ends in 4242",
      reason: "Damaged in transit",
    },
  },
  {
    kind: "Production",
    why: "The version that was read is the one that ships.",
    requester: "release-pipeline",
    action: "Deploy to production",
    payload: {
      service: "checkout-api",
      version: { before: "2.40.3", after: "2.41.0" },
      commit: "9f2c1e7ab04d",
    },
  },
  {
    kind: "Destructive",
    why: "A statement is approved letter by letter.",
    requester: "ops-agent",
    action: "Delete old orders",
    payload: {
      database: "orders-prod",
      sql: "DELETE FROM orders WHERE created_at < '2019-01-01'",
      rows: 1204331,
    },
  },
  {
    kind: "External",
    why: "What customers read can’t be recalled.",
    requester: "support-agent",
    action: "Send an e-mail to customers",
    payload: {
      list: "Germany, active",
      recipients: 18412,
      subject: "We are changing our terms",
      send_at: "2026-12-01T09:00:00Z",
    },
  },
  {
    kind: "Admin",
    why: "Who gets a right, where, and until when.",
    requester: "access-bot",
    action: "Grant a right",
    payload: {
      user: "sam.rivera",
      system: "payroll",
      role: { before: "viewer", after: "admin" },
      until: "2026-12-01T18:00:00Z",
    },
  },
  {
    kind: "Code",
    why: "The patch itself is signed, not a link to it.",
    requester: "coding-agent",
    action: "Merge into main",
    payload: {
      repository: "northwind/payments",
      diff: "@@ -12,1 +12,1 @@\n-const RETRIES = 3;\n+const RETRIES = 5;",
    },
  },
];

export function WhatToGate(): Html {
  return (
    <section aria-labelledby="gate">
      <h2 id="gate">Gate what you can’t take back</h2>
      <p class="lead">
        Six requests, as the person who is asked sees them. Every character of the content is on the screen,
        in the hash and under the signature.
      </p>
      <ul class="cards examples" role="list">
        {EXAMPLES.map(({ kind, why, requester, action, payload }) => (
          <li class="card">
            <p class="eyebrow">{kind}</p>
            <h3>{action}</h3>
            <p class="quiet">
              Asked by <bdi>{requester}</bdi>
            </p>
            <ShownFields payload={payload} />
            <p class="why">{why}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}
