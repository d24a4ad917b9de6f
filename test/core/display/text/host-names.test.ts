import { describe, expect, it } from "vitest";
import { hostWarnings } from "../../../../src/core/display/text/host-names.ts";

describe("a host that programs read in another form gets a warning", () => {
  it.each([
    ["https://example.com/größe?q=é#ü", []],
    ["https://example.com.", []],
    ["(see HTTPS://Example.COM:443/)", []],
    ["http://[::1]:8080/", []],
    ["ann@example.com", []],
    ["1.5 µm and €1.000 and 3.14", []],
    ["今天。明天", []],
    ["so “größe” — und mehr", []],
    ["postgres://db.internal:5432/x", []],
    ["https://bücher.example/", ["the address leads to the host xn--bcher-kva.example"]],
    ["(https://bücher.example),", ["the address leads to the host xn--bcher-kva.example"]],
    ["ssh://bücher.example:22/", ["the address leads to the host xn--bcher-kva.example"]],
    ["https://аррӏе.com", ["the address leads to the host xn--80ak6aa92e.com"]],
    ["mail ann@bücher.example now", ["as a host name this is xn--bcher-kva.example"]],
    ["bücher.example", ["as a host name this is xn--bcher-kva.example"]],
    ["пример.рф", ["as a host name this is xn--e1afmkfd.xn--p1ai"]],
    ["аррӏе。com", ["as a host name this is xn--80ak6aa92e.com"]],
    // One slash is not enough for an address.
    ["https:/bücher.example", ["as a host name this is xn--bcher-kva.example"]],
    ["аррӏе。c", []],
    ["https://ex\u00adample.com/", ["the address leads to the host example.com"]],
    ["https://ｅxample.com/", ["the address leads to the host example.com"]],
    ["https://%65xample.com/", ["the address leads to the host example.com"]],
    ["http://0x7f.1/", ["the address leads to the host 127.0.0.1"]],
    ["http://2130706433/", ["the address leads to the host 127.0.0.1"]],
    [
      "https://paypal.com@evil.example/",
      ["the part before the @ is not the host; the address leads to evil.example"],
    ],
    [
      "https:\\\\paypal.com,x@evil.example\\@paypal.com",
      ["the part before the @ is not the host; the address leads to evil.example"],
    ],
    [
      "https://a@bücher.example",
      ["the part before the @ is not the host; the address leads to xn--bcher-kva.example"],
    ],
    ["https://example.com:8443/ https://${host}/ https:// http://<host>/", []],
    [
      "https://a@b.example@evil.example/",
      ["the part before the @ is not the host; the address leads to evil.example"],
    ],
    ["http://1.2.3.4.5/", ["an address whose host is not a valid name"]],
    // Longer than any host name, and slow to check.
    [`https://${"é".repeat(30_000)}.example/`, ["an address whose host is not a valid name"]],
    [`https://${"%65".repeat(100)}.example/`, ["an address whose host is not a valid name"]],
    [`https://${")".repeat(30_000)}é`, ["an address whose host is not a valid name"]],
    [`https://bücher.example${")".repeat(245)}`, ["the address leads to the host xn--bcher-kva.example"]],
    [
      `https://bücher.example${")".repeat(246)}`,
      ["an address whose host is not a valid name", "as a host name this is xn--bcher-kva.example"],
    ],
    [`https://${"a".repeat(255)}.com`, []],
    [`https://${"a".repeat(256)}.com`, ["an address whose host is not a valid name"]],
    [`${"é".repeat(249)}.com`, [expect.stringMatching(/^as a host name this is xn--/)]],
    [`${"é".repeat(250)}.com`, []],
    [`${"é".repeat(300)}.example`, []],
    ["https://bü%00cher.example/", ["an address whose host is not a valid name"]],
    [
      "bücher.example https://bücher.example größe.example größe.example",
      ["the address leads to the host xn--bcher-kva.example", "as a host name this is xn--gre-6ka8i.example"],
    ],
  ])("%.60s", (text, details) => {
    expect(hostWarnings(text).map(({ detail }) => detail)).toEqual(details);
  });

  it("shows different forms for names that look the same", () => {
    expect(hostWarnings("https://bücher.example")[0]?.code).toBe("host-in-punycode");
    expect(hostWarnings("https://x@bücher.example")[0]?.code).toBe("host-differs");
    expect(hostWarnings("http://0x7f.1/")[0]?.code).toBe("host-differs");
    expect(hostWarnings("http://1.2.3.4.5/")[0]?.code).toBe("host-differs");
    expect(hostWarnings("bücher.example")[0]?.code).toBe("host-in-punycode");
  });
});
