import type { JsonObject } from "../../core/encoding/strict-json.ts";
import { bytesOf, numberOf, oneOf } from "./demo-time.ts";
import { toHex } from "../../core/encoding/bytes.ts";

// What the programs and agents of the example company ask for. The values differ from request to request.

export interface DemoSample {
  readonly action: string;
  /** The label of the API key. */
  readonly key: string;
  /** Who is asked. */
  readonly approvers: readonly string[];
  readonly payload: (seed: string) => JsonObject;
  /** Why somebody rejected it. */
  readonly objections: readonly string[];
  readonly executeWithinSeconds: number | null;
}

const FINANCE = ["ana.costa", "maria.lind", "lukas.novak"];
const OPERATIONS = ["david.kim", "jonas.weber", "priya.nair"];
const DATA = ["fatima.zahra", "priya.nair"];

const SUPPLIERS = ["Nordwind Pumpen GmbH", "Silva & Filhos Lda", "Baltic Cable AB", "Atelier Morel SARL"];
const money = (seed: string, most: number) =>
  `${1 + numberOf(`${seed} amount`, most)}.${String(numberOf(`${seed} cents`, 100)).padStart(2, "0")}`;
const hex = (seed: string, characters: number) => toHex(bytesOf(seed)).slice(0, characters);

export const SUPPLIER_PAYMENT = "Pay a supplier";

export const DEMO_SAMPLES: readonly DemoSample[] = [
  {
    action: SUPPLIER_PAYMENT,
    key: "Payments agent",
    approvers: FINANCE,
    payload: (seed) => ({
      amount: money(seed, 48_000),
      currency: "EUR",
      to: oneOf(`${seed} supplier`, SUPPLIERS),
      account: `EXAMPLE-${hex(`${seed} account`, 4).toUpperCase()}-${1_000 + numberOf(`${seed} number`, 9_000)}`,
      invoice: `R-${2_000 + numberOf(`${seed} invoice`, 900)}`,
    }),
    objections: ["This invoice was paid last week.", "The amount is not the one of the order."],
    executeWithinSeconds: 3_600,
  },
  {
    action: "Deploy to production",
    key: "Deploy pipeline",
    approvers: OPERATIONS,
    payload: (seed) => ({
      service: oneOf(`${seed} service`, ["checkout", "ledger", "api", "notifications"]),
      commit: hex(`${seed} commit`, 40),
      changes: 1 + numberOf(`${seed} changes`, 30),
      migrations: numberOf(`${seed} migrations`, 3),
      environment: "production",
    }),
    objections: ["Not during the sale. Again tomorrow at 9.", "The load test of this commit has failed."],
    executeWithinSeconds: 1_800,
  },
  {
    action: "Refund a customer",
    key: "Support agent",
    approvers: DATA,
    payload: (seed) => ({
      customer: `C-${10_000 + numberOf(`${seed} customer`, 80_000)}`,
      amount: money(seed, 900),
      currency: "EUR",
      reason: oneOf(`${seed} reason`, ["delivered twice", "arrived broken", "cancelled before delivery"]),
    }),
    objections: ["The parcel was delivered and signed for."],
    executeWithinSeconds: null,
  },
  {
    action: "Run a database migration",
    key: "Operations agent",
    approvers: OPERATIONS,
    payload: (seed) => ({
      database: oneOf(`${seed} database`, ["orders", "customers", "ledger"]),
      statement: [
        "ALTER TABLE orders",
        "  ADD COLUMN settled_at TIMESTAMPTZ,",
        "  DROP COLUMN legacy_state;",
      ].join("\n"),
      rows: 10_000 * (1 + numberOf(`${seed} rows`, 400)),
      backup: `snap-${hex(`${seed} backup`, 12)}`,
    }),
    objections: ["It drops a column that the reports still read."],
    executeWithinSeconds: 900,
  },
  {
    action: "Pay out to sellers",
    key: "Payout service",
    approvers: FINANCE,
    payload: (seed) => ({
      batch: `B-${400 + numberOf(`${seed} batch`, 300)}`,
      sellers: 20 + numberOf(`${seed} sellers`, 300),
      total: money(seed, 190_000),
      currency: "EUR",
      file_sha256: hex(`${seed} file`, 64),
    }),
    objections: ["The total is twice that of the week before."],
    executeWithinSeconds: 3_600,
  },
  {
    action: "Give access to production",
    key: "Operations agent",
    approvers: OPERATIONS,
    payload: (seed) => ({
      person: oneOf(`${seed} person`, ["elena.rossi", "tom.okafor"]),
      system: oneOf(`${seed} system`, ["orders database", "payment logs"]),
      permission: "read",
      hours: oneOf(`${seed} hours`, [2, 4, 8]),
      ticket: `OPS-${1_100 + numberOf(`${seed} ticket`, 500)}`,
    }),
    objections: ["The ticket is closed."],
    executeWithinSeconds: 900,
  },
  {
    action: "Delete inactive accounts",
    key: "Support agent",
    approvers: DATA,
    payload: (seed) => ({
      accounts: 40 + numberOf(`${seed} accounts`, 900),
      inactive_since_days: 730,
      list_sha256: hex(`${seed} list`, 64),
      can_be_undone: false,
    }),
    objections: ["Some of them have an open order."],
    executeWithinSeconds: 3_600,
  },
];

const PARAGRAPH =
  "On Monday from 06:00 to 07:00 UTC the web shop is not available, because we move the orders to another database. Orders that were placed before are delivered as usual. You need not do anything. If an order is missing afterwards, answer to this message with its number, and we look at it on the same day.";

/** Requests whose content an approver should look at twice: each raises warnings, or is long. */
export const DEMO_WARNINGS: readonly DemoSample[] = [
  {
    action: SUPPLIER_PAYMENT,
    key: "Payments agent",
    approvers: FINANCE,
    payload: () => ({
      amount: "18400.00",
      currency: "EUR",
      // The first two letters are Cyrillic.
      to: "\u0412\u0430ltic Cable AB",
      account: "EXAMPLE-9F21-4410",
      invoice: "R-2719",
    }),
    objections: [
      "The name is written with letters of another alphabet. I have called the supplier: not theirs.",
    ],
    executeWithinSeconds: 3_600,
  },
  {
    action: "Change the bank account of a supplier",
    key: "Payments agent",
    approvers: FINANCE,
    payload: () => ({
      supplier: "Silva & Filhos Lda",
      account_before: "EXAMPLE-77A0-2051",
      // Characters that nobody sees turn the order around.
      account_after: "EXAMPLE-\u202e1502-0A77\u202c",
      asked_by: "an e-mail of today",
    }),
    objections: ["There are hidden characters in the new account. The supplier does not know of a change."],
    executeWithinSeconds: 3_600,
  },
  {
    action: "Send a message to all customers",
    key: "Support agent",
    approvers: DATA,
    payload: () => ({
      subject: "Planned maintenance on Monday morning",
      recipients: 41_870,
      text: Array.from({ length: 15 }, (_, at) => `${at + 1}. ${PARAGRAPH}`).join("\n\n"),
    }),
    objections: ["Too long. Please shorten it to three sentences."],
    executeWithinSeconds: null,
  },
  {
    action: "Export customer data",
    key: "Support agent",
    approvers: DATA,
    payload: () => ({
      records: 12_400,
      fields: ["name", "email", "city", "last_order"],
      // The first letter of the host is Cyrillic.
      to: "https://\u0430nalytics.example/upload",
    }),
    objections: ["I do not know this host."],
    executeWithinSeconds: 900,
  },
];

export const STAGING_SAMPLE: DemoSample = {
  action: "Try the payment flow",
  key: "Staging agent",
  approvers: ["tom.okafor"],
  payload: (seed) => ({ amount: "1.00", currency: "EUR", run: numberOf(`${seed} run`, 900) }),
  objections: ["Wrong environment."],
  executeWithinSeconds: null,
};
