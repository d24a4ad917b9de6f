import { beforeAll, describe, expect, it } from "vitest";
import { browserFixture, eventually } from "../../support/browser/browser-fixture.ts";
import type { Device } from "../../support/browser/device.ts";
import { faultsOfLook } from "../../support/browser/page-look.ts";
import { headingFaults, loadOf, textWithoutScripts } from "../../support/browser/public-page.ts";

// For every public page: light, quiet, still, and of use to everybody. A further page is one more line.

const { url, device } = browserFixture("site-quality");
let reader: Device;
/** With hidden characters in its content. It has this id at any time. */
const REQUEST = "c_1kdvdna0016tcemh64pk6vbwrz58srzh2mj0";

beforeAll(async () => {
  reader = await device();
});

/** In kilobytes, compressed, with everything that the page loads by itself. */
const pages: readonly [path: string, heading: string, limit: number][] = [
  ["/", "A named person signs it before it happens", 100],
  ["/security", "Security", 60],
  ["/pricing", "Pricing", 60],
  ["/pricing?members=many&approvals=-1", "Pricing", 60],
  ["/privacy", "Privacy", 60],
  ["/terms", "Terms", 60],
  ["/problems/quota_exceeded", "The quota is used up", 60],
  ["/status", "Status", 60],
  ["/demo", "Overview", 60],
  ["/demo/requests", "Requests", 60],
  [`/demo/requests/${REQUEST}`, "Request", 60],
  ["/demo/figures", "Figures", 60],
  ["/docs", "Documentation", 60],
  ["/docs/verify", "Verify without trusting us", 60],
];

/** Of the text of a page, which its controls may be left out of. */
const WITHOUT_SCRIPTS_SHARE = 0.9;

describe.each(pages)("%s", (path, heading, limit) => {
  it(`is under ${limit} KB, moves nothing while it loads, and loads from nowhere else`, async () => {
    const { bytes, parts, elsewhere, cookies, shift } = await loadOf(reader, url + path);
    const each = [...parts].map(([name, size]) => `${name} ${size}`).join(", ");
    process.stdout.write(`${path}: ${bytes} bytes (${each})\n`);
    expect(bytes).toBeLessThan(limit * 1_024);
    expect(elsewhere).toEqual([]);
    expect(cookies).toBe(0);
    expect(shift).toBe(0);
  });

  it("fits a phone and large text, has its headings in order, and targets that a finger hits", async () => {
    await eventually(
      reader.page.getByRole("heading", { level: 1, name: heading, exact: true }),
    ).toBeVisible();
    expect(await headingFaults(reader)).toEqual([]);
    expect(await faultsOfLook(reader, { "target-size": { enabled: true } })).toEqual([]);
  });

  it("can be read without JavaScript", async () => {
    const whole = await reader.page.locator("main").innerText();
    const text = await textWithoutScripts(reader, url + path);
    expect(text).toContain(heading);
    expect(text.length).toBeGreaterThan(whole.length * WITHOUT_SCRIPTS_SHARE);
  });
});
