import { describe, expect, test } from "vitest";
import { standardBody, type ReportedEvent } from "../../../src/core/webhook/body.ts";
import { REPORTED_TYPES, type WebhookEventType } from "../../../src/core/webhook/event-types.ts";
import { ocsfBody } from "../../../src/core/webhook/ocsf.ts";

const ORIGIN = "https://approve.example.com";
const ORGANISATION = "ab".repeat(32);
const DATA = {
  id: "c_1",
  payloadHash: "0f".repeat(32),
  project: { id: "j_1", mode: "live", name: "Payments" },
  status: "approved",
};

function event(type: WebhookEventType, data: object = DATA, subjectId = "c_1"): ReportedEvent {
  return { eventId: "e_1", type, at: 1_800_000_000_123, sequence: 7, subjectId, data: JSON.stringify(data) };
}
const ocsf = (type: WebhookEventType, data?: object, subjectId?: string) =>
  JSON.parse(ocsfBody(event(type, data, subjectId), ORIGIN, ORGANISATION));

describe("the standard body", () => {
  test("says what happened to which request, and where people read the rest", () => {
    expect(standardBody(event("confirmation.approved"), ORIGIN)).toBe(
      '{"type":"confirmation.approved","timestamp":"2027-01-15T08:00:00.123Z","sequence":7,"data":{"id":"c_1",' +
        `"payloadHash":"${"0f".repeat(32)}","project":{"id":"j_1","mode":"live","name":"Payments"},` +
        `"status":"approved","url":"${ORIGIN}/approve/c_1"}}`,
    );
  });

  test.each<[WebhookEventType, string, string | undefined]>([
    ["confirmation.created", "c_1", "/approve/c_1"],
    ["credential.revoked", "c_1", "/approve/c_1"],
    ["quota.warning", "", "/console/usage"],
    ["webhook.test", "w_1", "/console/webhooks/w_1"],
    ["organisation.deleted", "c_1", undefined],
  ])("%s leads to the page about it", (type, subjectId, path) => {
    const { data } = JSON.parse(standardBody(event(type, {}, subjectId), ORIGIN));
    expect(data.url).toBe(path && `${ORIGIN}${path}`);
  });
});

describe("the body for a SIEM", () => {
  test("has every attribute that OCSF requires, and the thin data unmapped", () => {
    expect(ocsf("confirmation.approved", { ...DATA, decidedBy: "p_1" })).toEqual({
      category_uid: 3,
      category_name: "Identity & Access Management",
      class_uid: 3004,
      class_name: "Entity Management",
      activity_id: 3,
      activity_name: "Update",
      type_uid: 300_403,
      type_name: "Entity Management: Update",
      severity_id: 1,
      severity: "Informational",
      time: 1_800_000_000_123,
      message: "A request was approved.",
      status_id: 1,
      status: "Success",
      status_code: "approved",
      metadata: {
        version: "1.8.0",
        product: { name: "Countersign", vendor_name: "Countersign" },
        uid: "e_1",
        event_code: "confirmation.approved",
        sequence: 7,
        tenant_uid: ORGANISATION,
      },
      actor: { user: { uid: "p_1" } },
      entity: { type_id: 99, type: "Approval Request", uid: "c_1" },
      unmapped: { ...DATA, decidedBy: "p_1", url: `${ORIGIN}/approve/c_1` },
    });
  });

  test.each<[WebhookEventType, number, number]>([
    ["confirmation.created", 300_401, 1],
    ["confirmation.rejected", 300_403, 1],
    ["confirmation.expired", 300_403, 1],
    ["confirmation.cancelled", 300_403, 1],
    ["confirmation.consumed", 300_403, 1],
    ["confirmation.escalated", 300_403, 1],
    ["credential.endorsed", 300_110, 2],
    ["credential.revoked", 300_111, 2],
    ["policy.changed", 300_403, 2],
    ["quota.warning", 300_499, 3],
    ["organisation.deleted", 300_404, 4],
    ["webhook.test", 300_499, 1],
  ])("%s has the type %i and the severity %i", (type, typeUid, severity) => {
    const body = ocsf(type);
    expect([body.type_uid, body.severity_id, body.metadata.event_code]).toEqual([typeUid, severity, type]);
    expect(body.type_uid).toBe(body.class_uid * 100 + body.activity_id);
    // What the two classes require besides the base event.
    expect(body.class_uid === 3001 ? body.user : body.entity).toMatchObject({ uid: expect.any(String) });
  });

  test("an emergency approval is severe", () => {
    const body = ocsf("confirmation.approved", { ...DATA, breakGlass: true });
    expect([body.severity_id, body.message]).toEqual([
      4,
      "A request was approved, by one person alone in an emergency.",
    ]);
  });

  test("a passkey is a factor of its person", () => {
    expect(ocsf("credential.revoked", { ...DATA, person: "p_9" })).toMatchObject({
      user: { uid: "p_9" },
      auth_factors: [{ factor_type_id: 10 }],
    });
  });

  test.each<[WebhookEventType, object, object | undefined]>([
    [
      "confirmation.approved",
      { decidedBy: "p_1", requester: { kind: "key", id: "k_1" } },
      { user: { uid: "p_1" } },
    ],
    ["confirmation.created", { requester: { kind: "person", id: "p_1" } }, { user: { uid: "p_1" } }],
    ["confirmation.consumed", { requester: { kind: "key", id: "k_1" } }, { app_uid: "k_1" }],
    ["confirmation.expired", { requester: { kind: "key", id: "k_1" } }, { app_name: "Countersign" }],
    ["confirmation.cancelled", { requester: { kind: "key", id: "k_1" } }, undefined],
    ["webhook.test", {}, undefined],
  ])("the actor of %s is who did it", (type, data, actor) => {
    expect(ocsf(type, data).actor).toEqual(actor);
  });

  test("the deletion names the organisation, also once the service has forgotten it", () => {
    const body = () => event("organisation.deleted", { ...DATA, organisation: ORGANISATION });
    expect(ocsfBody(body(), ORIGIN, null)).toBe(ocsfBody(body(), ORIGIN, ORGANISATION));
    expect(JSON.parse(ocsfBody(body(), ORIGIN, null))).toMatchObject({
      metadata: { tenant_uid: ORGANISATION },
      entity: { type_id: 4, org: { uid: ORGANISATION } },
    });
  });
});

test("a repetition has the same bytes in both formats", () => {
  for (const type of [...REPORTED_TYPES, "webhook.test" as const]) {
    const bodies = () => [standardBody(event(type), ORIGIN), ocsfBody(event(type), ORIGIN, ORGANISATION)];
    expect(bodies()).toEqual(bodies());
  }
});
