import { describe, expect, it } from "vitest";
import { NOTICE_KINDS } from "../../../src/core/notice/notice-kinds.ts";
import { noticeText, type RequestFacts } from "../../../src/core/notice/notice-text.ts";
import { shortText } from "../../../src/core/notice/short-text.ts";
import { SAMPLE_FACTS } from "../../support/sample-notice.ts";

const ASKED: RequestFacts = {
  ...SAMPLE_FACTS,
  code: "4711-0815",
  outcome: "pending",
  by: [],
  link: "https://acme.example/approve/c_1",
};

const closed = (outcome: RequestFacts["outcome"], by: readonly string[] = []) =>
  ({ kind: "closed", outcome, by }) as const;

describe("a notice", () => {
  it("says who asks for what, where, and until when", () => {
    expect(noticeText(ASKED)).toEqual({
      title: "Please decide: Refund 1,250.00 EUR",
      subject: "Approval request: Refund 1,250.00 EUR",
      lines: [
        "Requester: Billing bot",
        "Action: Refund 1,250.00 EUR",
        "Project: Payments",
        "Organisation: Acme",
        "Expires: 28 Nov 2026, 14:20 (Europe/Berlin)",
      ],
      code: "4711-0815",
      tag: "c_1",
      link: "https://acme.example/approve/c_1",
      linkText: "Read and decide",
      isUrgent: true,
      replaces: false,
      expiresAt: ASKED.expiresAt,
    });
  });

  it("names the policy, unless the project leaves out who asks for what", () => {
    const under = { ...ASKED, policy: "high-value" };
    expect(noticeText(under).lines[2]).toBe("Policy: high-value");
    expect(noticeText({ ...under, hidden: true }).lines.join()).not.toContain("high-value");
  });

  it.each([
    [{ kind: "reminder" }, "Still waits for a decision: Refund 1,250.00 EUR"],
    [{ kind: "escalated" }, "Escalated to you: Refund 1,250.00 EUR"],
    [{ kind: "break-glass" }, "Emergency approval: Refund 1,250.00 EUR"],
    [closed("approved"), "Approved: Refund 1,250.00 EUR"],
    [closed("cancelled"), "Cancelled: Refund 1,250.00 EUR"],
    [{ isPersonal: false }, "Waits for a decision: Refund 1,250.00 EUR"],
    [{ mode: "test" }, "TEST: Please decide: Refund 1,250.00 EUR"],
    [{ hidden: true }, "A request waits for you"],
    [{ hidden: true, mode: "test" }, "TEST: A request waits for you"],
    [{ hidden: true, kind: "reminder" }, "A request still waits for you"],
    [{ hidden: true, kind: "escalated" }, "A request was escalated to you"],
    [{ hidden: true, kind: "break-glass" }, "A request was approved in an emergency"],
    [{ hidden: true, ...closed("rejected") }, "A request was rejected"],
  ] as const)("of %o has the title %s", (facts, title) => {
    expect(noticeText({ ...ASKED, ...facts }).title).toBe(title);
  });

  it.each([
    [{}, "Approval request: Refund 1,250.00 EUR"],
    [{ mode: "test" }, "TEST: Approval request: Refund 1,250.00 EUR"],
    [{ hidden: true }, "Approval request"],
  ] as const)("of %o has one subject, whatever happens to the request", (facts, subject) => {
    const subjects = NOTICE_KINDS.map(
      (kind) => noticeText({ ...ASKED, kind, outcome: "approved", ...facts }).subject,
    );
    expect(new Set(subjects)).toEqual(new Set([subject]));
  });

  it.each(["asked", "reminder", "escalated", "break-glass", "closed"] as const)(
    "%s of a project that hides it says neither requester nor action",
    (kind) => {
      const text = JSON.stringify(noticeText({ ...ASKED, kind, outcome: "approved", hidden: true }));
      expect(text).not.toMatch(/billing|refund/i);
    },
  );

  it.each(["asked", "closed", "break-glass"] as const)(
    "%s of a test project says that it is a test",
    (kind) => {
      const { lines } = noticeText({ ...ASKED, kind, outcome: "approved", mode: "test", hidden: true });
      expect(lines[0]).toBe("This is a test. It decides nothing real.");
    },
  );

  it.each([
    [closed("approved", ["ana"]), "Decided by: ana"],
    // A username can look like an address.
    [closed("approved", ["ana.com"]), "Decided by: ana.\u2060com"],
    [closed("rejected", ["ana", "bo", "cy"]), "Decided by: ana, bo and cy"],
    [closed("cancelled"), "The requester needs no decision any more."],
    [closed("expired"), "Nobody decided in time."],
    [{ kind: "break-glass", by: ["ana"] }, "One person approved it without the other signatures: ana"],
  ] as const)("of %o says how it ended", (facts, line) => {
    const { lines, code, expiresAt } = noticeText({ ...ASKED, ...facts });
    expect(lines[0]).toBe(line);
    expect([code, expiresAt]).toEqual([null, null]);
  });

  it("that closes a request takes the place of the earlier one, without a sound", () => {
    const { tag, replaces, isUrgent } = noticeText({ ...ASKED, ...closed("approved") });
    expect({ tag, replaces, isUrgent }).toEqual({
      tag: noticeText(ASKED).tag,
      replaces: true,
      isUrgent: false,
    });
  });

  it.each([
    [37, true, true, "37 more requests wait for you"],
    [37, false, true, "37 requests wait for you"],
    [1, true, true, "1 more request waits for you"],
    [9_995, true, false, "9,995 more requests wait for a decision"],
  ])("of %i others says how many", (count, isMore, isPersonal, title) => {
    const link = "https://acme.example/inbox";
    expect(
      noticeText({ kind: "digest", count, isMore, organisation: "Acme", isPersonal, link }),
    ).toMatchObject({
      title,
      link,
    });
  });
});

describe("a text of others in a notice", () => {
  it.each([
    ["a line break", "Pay\nProject: Other", 60, "Pay⟨U+000A line feed⟩Project: Other"],
    ["a direction override", "Pay \u202e001", 60, "Pay ⟨U+202E right-to-left override⟩001"],
    ["an invisible character", "a\u200bb", 60, "a⟨U+200B zero width space⟩b"],
    ["a long text", "Refund everything", 10, "Refund ev…"],
    ["a text that just fits", "Refund all", 10, "Refund all"],
    ["a marker that does not fit", "abc\u202edef", 10, "abc…"],
    ["nothing", "", 10, ""],
    ["an address", "see https://evil.example/x", 60, "see https:/\u2060/evil.\u2060example/x"],
    ["an e-mail address", "to a@b.example. Now", 60, "to a@\u2060b.\u2060example. Now"],
  ])("with %s is one short line without links", (_, text, max, shown) => {
    expect(shortText(text, max)).toBe(shown);
  });

  it("is bounded in every field, however many markers it needs", () => {
    const long = "\u202e".repeat(200);
    const { title, lines } = noticeText({ ...ASKED, action: long, requesterName: long, project: long });
    for (const text of [title, ...lines]) expect(text.length).toBeLessThan(220);
  });
});
