import type { RequestFacts } from "../../src/core/notice/notice-text.ts";

/** What a notice is made of. */
export const SAMPLE_FACTS: RequestFacts = {
  kind: "asked",
  request: "c_1",
  requesterName: "Billing bot",
  action: "Refund 1,250.00 EUR",
  policy: "",
  organisation: "Acme",
  project: "Payments",
  mode: "live",
  code: "47110815",
  expiresAt: Date.UTC(2026, 10, 28, 13, 20),
  timeZone: "Europe/Berlin",
  hidden: false,
  isPersonal: true,
  outcome: "approved",
  by: ["maria"],
  link: "https://sign.example.com/approve/c_1",
};
