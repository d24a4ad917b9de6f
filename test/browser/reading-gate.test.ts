import { beforeAll, describe, expect, it } from "vitest";
import { browserFixture, eventually } from "../support/browser/browser-fixture.ts";
import { createPasskey, PHONE, readAll, type Device } from "../support/browser/device.ts";

// Nobody can sign what was not on the screen.

const { url, enrolUrl, device, ask } = browserFixture("reading-gate");
const SEEN = /^[0-9]+ of [0-9]+ seen$/;
let alex: Device;

beforeAll(async () => {
  alex = await device();
  await createPasskey(alex, enrolUrl);
});

async function open(payload: object, action = "Grant access"): Promise<void> {
  const { id } = await ask({ action, payload });
  await alex.page.goto(`${url}/approve/${id}`);
  await eventually(alex.page.getByText("Verified on this device")).toBeVisible();
}

const button = (name: string) => alex.page.getByRole("button", { name });
const isLocked = async (): Promise<boolean> => {
  await eventually(alex.page.locator("#status")).toHaveText(SEEN);
  return (await button("Reject").isDisabled()) && button("Approve").isDisabled();
};
/** Longer than a part must be on the screen. */
const pause = () => alex.page.waitForTimeout(900);
const usersOf = (length: number) => ({ users: Array.from({ length }, (_, at) => `user ${at}`) });
const FORTY = usersOf(40);
/** So many that the browser draws only those near the screen. */
const MANY = usersOf(300);

describe("a long request", () => {
  it("stays locked after a jump to the end, and counts what was on the screen", async () => {
    await open(MANY);
    expect(await isLocked()).toBe(true);
    await alex.page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
    await pause();
    expect(await isLocked()).toBe(true);
    const [seen = 0, parts = 0] = ((await alex.page.locator("#status").textContent()) ?? "")
      .split(" of ")
      .map((text) => Number.parseInt(text, 10));
    expect(seen).toBeGreaterThan(2);
    expect(seen).toBeLessThan(parts - 10);
  });

  it("stays locked after a fast scroll through all of it", async () => {
    await open(FORTY);
    await alex.page.evaluate(async () => {
      while (scrollY + innerHeight < document.documentElement.scrollHeight) {
        scrollBy(0, 200);
        await new Promise(requestAnimationFrame);
      }
    });
    await pause();
    expect(await isLocked()).toBe(true);
  });

  it("leads by keyboard from one unseen part to the next, until a person can decide", async () => {
    await open(FORTY);
    const next = button("Next unseen part");
    for (let jumps = 0; jumps < 20 && (await next.isVisible()); jumps++) {
      await next.focus();
      await alex.page.keyboard.press("Enter");
      expect(await alex.page.evaluate(() => document.activeElement?.classList.contains("part"))).toBe(true);
      await pause();
    }
    await eventually(alex.page.locator("#status")).toHaveText("You can decide now.");
    for (const name of ["Reject", "Approve"]) await eventually(button(name)).toBeEnabled();
  });
});

describe("a request that almost fits the screen", () => {
  it.each([
    ["a few pixels too low", -6, true],
    ["just high enough", 2, false],
  ])("is locked only if the screen is too low for its last value: %s", async (_name, spare, locked) => {
    await open({ to: "acct_8821", amount_usd: 4200, memo: "INV-2025-118" }, "Pay");
    const { page } = alex;
    const needed = await page.evaluate(() => {
      const bottoms = [...document.querySelectorAll("#request .part:not([hidden])")].map(
        (part) => part.getBoundingClientRect().bottom,
      );
      const bar = document.querySelector("#decision")?.getBoundingClientRect().height ?? 0;
      return Math.ceil(Math.max(...bottoms) + bar);
    });
    await page.setViewportSize({ width: 360, height: needed + spare });
    await page.reload();
    if (locked) expect(await isLocked()).toBe(true);
    else await eventually(button("Approve")).toBeEnabled();
    await page.setViewportSize(PHONE);
  });
});

describe("a part of the content is not seen", () => {
  it("while it is folded, on a large screen too", async () => {
    await alex.page.setViewportSize({ width: 1280, height: 800 });
    await open({ text: Array.from({ length: 16 }, (_, at) => `line ${at}`).join("\n") });
    expect(await isLocked()).toBe(true);
    await readAll(alex);
    await eventually(alex.page.locator("details.fold")).toHaveAttribute("open");
    await alex.page.setViewportSize(PHONE);
  });

  it("before its middle was on the screen, if it is higher than that", async () => {
    await alex.page.setViewportSize({ width: PHONE.width, height: 360 });
    await open({ note: "W".repeat(430) });
    await alex.page.locator("#fields .part").evaluate((part) => {
      scrollBy({ top: part.getBoundingClientRect().top - 60, behavior: "instant" });
    });
    await pause();
    await alex.page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
    await pause();
    await alex.page.evaluate(() => scrollTo(0, 0));
    await pause();
    expect(await isLocked()).toBe(true);
    await readAll(alex);
    await eventually(button("Approve")).toBeEnabled();
    await alex.page.setViewportSize(PHONE);
  });
});

describe("a request with warnings", () => {
  it("can be decided only after each warning was acknowledged by itself", async () => {
    await open({ to: "acct\u202e1288", memo: "p\u0430ypal" });
    await eventually(alex.page.getByText("2 warnings about this request")).toBeVisible();
    const boxes = alex.page.getByRole("checkbox", { name: "I have read this warning" });
    await eventually(boxes).toHaveCount(2);
    await boxes.first().check();
    await eventually(alex.page.locator("#status")).toHaveText("1 warning to read");
    await eventually(button("Approve")).toBeDisabled();
    await button("Next unseen part").click();
    await eventually(boxes.last()).toBeFocused();
    await alex.page.keyboard.press("Space");
    await eventually(button("Approve")).toBeEnabled();
    await boxes.first().uncheck();
    await eventually(button("Approve")).toBeDisabled();
    await readAll(alex);
    await eventually(button("Approve")).toBeEnabled();
  });
});
