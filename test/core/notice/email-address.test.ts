import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { emailAddressProblem } from "../../../src/core/notice/email-address.ts";

describe("an e-mail address", () => {
  it.each([
    "alex@example.com",
    "Alex.Mc-Kay+approvals@mail.example.co.uk",
    "o'brien_1@example.com",
    "x@xn--bcher-kva.example",
    "x@example.xn--p1ai",
    `${"a".repeat(64)}@example.com`,
  ])("%s is taken", (address) => expect(emailAddressProblem(address)).toBeNull());

  it.each([
    ["", "looks like"],
    ["alex", "looks like"],
    ["@example.com", "looks like"],
    ["alex@", "looks like"],
    ["alex@example.com, eve@example.com", "no spaces"],
    ["alex@example.com\r\nBcc: eve@example.com", "no spaces"],
    ["alex\n@example.com", "no spaces"],
    ["alex@example.com\u2028", "no spaces"],
    ["alex\u0000@example.com", "plain letters"],
    ["al\u00e9x@example.com", "plain letters"],
    ["alex\u200b@example.com", "plain letters"],
    ["alex@b\u00fccher.example", "xn--"],
    ["alex@example\u3002com", "xn--"],
    ["alex,eve@example.com", "before the @"],
    ["Alex<alex@example.com", "before the @"],
    ["alex@eve@example.com", "before the @"],
    ['"alex"@example.com', "before the @"],
    ["alex(eve)@example.com", "before the @"],
    [".alex@example.com", "before the @"],
    ["alex..mckay@example.com", "before the @"],
    ["alex.@example.com", "before the @"],
    ["alex@localhost", "mail server"],
    ["alex@127.0.0.1", "mail server"],
    ["alex@[127.0.0.1]", "mail server"],
    ["alex@example.com>", "mail server"],
    ["alex@example.com,eve.example", "mail server"],
    ["alex@example.c", "mail server"],
    ["alex@-example.com", "mail server"],
    ["alex@example-.com", "mail server"],
    ["alex@example..com", "mail server"],
    ["alex@example.com.", "mail server"],
    [`alex@${"a".repeat(64)}.com`, "mail server"],
    [`${"a".repeat(65)}@example.com`, "at most 254"],
    [`alex@${"a.".repeat(125)}com`, "at most 254"],
  ])("%j is refused", (address, reason) => expect(emailAddressProblem(address)).toContain(reason));

  it("that is taken is one recipient, whatever the characters", () => {
    const characters = fc.constantFrom(...Array.from("ab1.@-_<>()[],;:\"\\\r\n\t\u0000 \u00e9'"));
    const mutated = fc
      .tuple(fc.string({ unit: characters, maxLength: 6 }), fc.nat(16))
      .map(([text, at]) => "alex@example.com".slice(0, at) + text + "alex@example.com".slice(at));
    fc.assert(
      fc.property(mutated, (address) => {
        if (emailAddressProblem(address) === null) expect(address).toMatch(/^[\w.'-]+@[\w.-]+$/);
      }),
    );
  });
});
