import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { hostname } from "node:os";
import { Request } from "miniflare";
import { describe, expect, it } from "vitest";
import { connectOutside, isPublicAddress } from "../../src/local/connect-outside.ts";

const post = (url: string) =>
  new Request(url, { method: "POST", body: "{}", headers: { "webhook-id": "e_1" } });

describe("an address", () => {
  it.each([
    ["93.184.216.34", 4, true],
    ["2606:2800:220:1::1", 6, true],
    ["127.0.0.1", 4, false],
    ["10.1.2.3", 4, false],
    ["172.31.255.255", 4, false],
    ["172.32.0.1", 4, true],
    ["192.168.0.1", 4, false],
    ["169.254.169.254", 4, false],
    ["100.64.0.1", 4, false],
    ["0.0.0.0", 4, false],
    ["255.255.255.255", 4, false],
    ["::", 6, false],
    ["::1", 6, false],
    ["::ffff:127.0.0.1", 6, false],
    ["::ffff:93.184.216.34", 6, true],
    ["64:ff9b::7f00:1", 6, false],
    ["fd00::1", 6, false],
    ["fe80::1", 6, false],
  ])("%s is public: %s %s", (address, family, expected) => {
    expect(isPublicAddress({ address, family })).toBe(expected);
  });
});

describe("a connection", () => {
  it.each(["localhost", hostname()])(
    "is not made to a name that resolves to an address inside: %s",
    async (name) => {
      await expect(connectOutside([])(post(`https://${name}/`))).rejects.toThrow(
        /is no public host|ENOTFOUND/,
      );
    },
  );

  it("is made to an origin on this machine that a setting names, and to no other", async () => {
    const inside = createServer((request, answer) =>
      answer
        .writeHead(202, { "retry-after": "7" })
        .end(`${request.method} ${String(request.headers["webhook-id"])}`),
    );
    inside.listen(0, "127.0.0.1");
    await once(inside, "listening");
    const origin = `http://127.0.0.1:${(inside.address() as AddressInfo).port}`;
    const answer = await connectOutside([origin])(post(`${origin}/hook`));
    expect([answer.status, answer.headers.get("retry-after"), await answer.text()]).toEqual([
      202,
      "7",
      "POST e_1",
    ]);
    await expect(connectOutside([])(post(`${origin}/hook`))).rejects.toThrow("is not https");
    inside.closeAllConnections();
    inside.close();
  });
});
