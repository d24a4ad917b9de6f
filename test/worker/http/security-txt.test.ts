import { createExecutionContext } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { app } from "../../../src/http/app.ts";
import { securityTxt } from "../../../src/http/public/security-txt.ts";
import { bindings, ORIGIN } from "../support/worker-fixture.ts";

// The contact for people who find a flaw, as RFC 9116 wants it.

const fieldsOf = (text: string) =>
  new Map(
    text
      .trimEnd()
      .split("\n")
      .map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)]),
  );

describe("security.txt", () => {
  it("has the contact of this deployment, and says until when", async () => {
    const SECURITY_CONTACT = "mailto:flaws@example.org";
    const request = new Request(`${ORIGIN}/.well-known/security.txt`);
    const answer = await app.fetch(request, { ...bindings, SECURITY_CONTACT }, createExecutionContext());
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toMatch(/^text\/plain; ?charset=utf-8$/i);
    const fields = fieldsOf(await answer.text());
    expect([...fields.keys()]).toEqual(["Contact", "Expires", "Canonical", "Preferred-Languages"]);
    expect(fields.get("Contact")).toBe(SECURITY_CONTACT);
    expect(fields.get("Canonical")).toBe(`${ORIGIN}/.well-known/security.txt`);
    const left = Date.parse(fields.get("Expires") ?? "") - Date.now();
    expect(left).toBeGreaterThan(363 * 24 * 3_600_000);
    expect(left).toBeLessThanOrEqual(365 * 24 * 3_600_000);
  });

  it("is the same text for a whole day", () => {
    const at = (time: string) => securityTxt(ORIGIN, "mailto:flaws@example.org", Date.parse(time));
    expect(at("2026-11-27T00:00:00.000Z")).toBe(at("2026-11-27T23:59:59.999Z"));
    expect(fieldsOf(at("2026-11-27T12:00:00.000Z")).get("Expires")).toBe("2027-11-27T00:00:00.000Z");
    expect(at("2026-11-28T00:00:00.000Z")).not.toBe(at("2026-11-27T23:59:59.999Z"));
  });

  it("has a contact without any setting of our own", () => {
    expect(bindings.SECURITY_CONTACT).toMatch(/^(?:mailto:|https:\/\/)/);
  });
});
