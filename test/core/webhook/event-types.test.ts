import { describe, expect, test } from "vitest";
import {
  eventIdOf,
  eventOfRecord,
  eventText,
  isOfOrganisation,
  membersOfOutcome,
  REPORTED_TYPES,
} from "../../../src/core/webhook/event-types.ts";

describe("the event of a sealed record", () => {
  test.each([
    ["decision", "approved", "confirmation.approved"],
    ["decision", "break-glass", "confirmation.approved"],
    ["decision", "rejected", "confirmation.rejected"],
    ["decision", "expired", "confirmation.expired"],
    ["decision", "cancelled", "confirmation.cancelled"],
    ["consumed", null, "confirmation.consumed"],
    ["credential.endorsed", "approved", "credential.endorsed"],
    ["recovered", "approved", "credential.endorsed"],
    ["credential.revoked", "approved", "credential.revoked"],
    ["person.removed", "approved", "credential.revoked"],
    ["policy.changed", "approved", "policy.changed"],
    ["tenant.deleted", "approved", "organisation.deleted"],
    ["stream.created", null, null],
    ["role.changed", "approved", null],
    ["template.changed", "approved", null],
    ["key.changed", "approved", null],
    ["revealed", "approved", null],
    ["erased", null, null],
  ] as const)("%s with the outcome %s is %s", (type, outcome, event) => {
    expect(eventOfRecord(type, outcome)).toBe(event);
  });
});

test("only an emergency approval says that it is one", () => {
  expect(membersOfOutcome("break-glass")).toEqual({ breakGlass: true });
  expect([membersOfOutcome("approved"), membersOfOutcome(null)]).toEqual([{}, {}]);
});

test("a webhook of one project gets what happens to requests, and nothing of the organisation", () => {
  expect(REPORTED_TYPES.filter((type) => !isOfOrganisation(type))).toEqual(
    REPORTED_TYPES.filter((type) => type.startsWith("confirmation.")),
  );
  expect(isOfOrganisation("webhook.test")).toBe(false);
});

test("an event has the id of what it reports, with a prefix of its own", () => {
  expect(eventIdOf("s_01hz4v2k9abc")).toBe("e_01hz4v2k9abc");
});

test("each type has a text for people", () => {
  expect(eventText("confirmation.created")).toBe("A request was created");
  expect(eventText("webhook.test")).toBe("A test event");
});
