import { describe, expect, it } from "vitest";
import {
  historyOf,
  noticeOf,
  retentionStep,
  type Announcement,
} from "../../../src/core/account/retention.ts";

const DAY = 24 * 3_600_000;
const at = (day: string) => Date.parse(`${day}T12:00:00.000Z`);
const SEVEN = { days: 7, rule: "history of 7 days (plan Free)" };
const OLD = 0;

it("the history is that of the plan, or a shorter one that the organisation chose", () => {
  expect([
    historyOf("free", null),
    historyOf("free", 1),
    historyOf("free", 30),
    historyOf("team", 90),
    historyOf("enterprise", null),
    historyOf("enterprise", 400),
  ]).toEqual([
    SEVEN,
    { days: 1, rule: "history of 1 day (chosen by the organisation)" },
    SEVEN,
    { days: 90, rule: "history of 90 days (plan Team)" },
    null,
    { days: 400, rule: "history of 400 days (chosen by the organisation)" },
  ]);
});

describe("on a day", () => {
  const told = (erasesAt: number, opened: string | null, days = 7): Announcement => ({
    days,
    erasesAt,
    month: opened,
  });
  const december = told(at("2026-12-05"), "2026-12");
  type Row = readonly [
    name: string,
    day: string,
    known: Announcement | undefined,
    oldest: number | undefined,
    announce: Announcement | null,
    before: string | null,
  ];
  const rows: readonly Row[] = [
    ["nothing is announced if there is nothing to erase", "2026-11-28", undefined, undefined, null, null],
    ["nothing is announced a day too early", "2026-11-28", undefined, at("2026-11-28"), null, null],
    [
      "the first erasure is announced",
      "2026-11-28",
      undefined,
      at("2026-11-27"),
      told(at("2026-12-05"), null),
      null,
    ],
    [
      "nothing is erased before the time announced",
      "2026-12-04",
      told(at("2026-12-05"), null),
      OLD,
      null,
      null,
    ],
    [
      "erasing begins at the time announced",
      "2026-12-05",
      told(at("2026-12-05"), null),
      OLD,
      december,
      "2026-11-28",
    ],
    ["erasing goes on in that month", "2026-12-20", december, OLD, null, "2026-12-13"],
    [
      "the next month is announced seven days before it, while this one goes on",
      "2026-12-26",
      december,
      OLD,
      told(at("2027-01-02"), "2026-12"),
      "2026-12-19",
    ],
    [
      "the next month waits for the time announced",
      "2027-01-01",
      told(at("2027-01-02"), "2026-12"),
      OLD,
      null,
      null,
    ],
    [
      "the next month begins then",
      "2027-01-02",
      told(at("2027-01-02"), "2026-12"),
      OLD,
      told(at("2027-01-02"), "2027-01"),
      "2026-12-26",
    ],
    [
      "a month that was not announced is announced first",
      "2027-01-02",
      december,
      OLD,
      told(at("2027-01-09"), null),
      null,
    ],
    [
      "an erasure that nobody made in its month is still announced",
      "2027-01-20",
      told(at("2026-12-05"), null),
      OLD,
      told(at("2026-12-05"), "2027-01"),
      "2027-01-13",
    ],
    [
      "a shorter history is announced first",
      "2026-12-20",
      told(at("2026-12-05"), "2026-12", 90),
      OLD,
      told(at("2026-12-27"), null),
      null,
    ],
    [
      "a longer history applies at once, and is the one that is known",
      "2026-12-20",
      told(at("2026-12-05"), "2026-12", 1),
      OLD,
      december,
      "2026-12-13",
    ],
    [
      "a longer history applies to what was announced",
      "2026-12-04",
      told(at("2026-12-05"), null, 1),
      OLD,
      told(at("2026-12-05"), null),
      null,
    ],
  ];
  it.each(rows)("%s", (_name, day, known, oldest, announce, before) => {
    expect(retentionStep(SEVEN, known, oldest, at(day))).toEqual({
      announce,
      before: before === null ? null : at(before),
    });
  });
});

it("people are always told seven days before a month's first erasure, and of all that it erases", () => {
  let known: Announcement | undefined;
  let erasedMonth = 0;
  const notices: { readonly since: number; readonly before: number; readonly at: number }[] = [];
  let erasures = 0;
  for (let now = at("2026-01-10"); now < at("2028-01-10"); now += DAY / 2) {
    // Every third month the organisation asks for nothing.
    const oldest = new Date(now).getUTCMonth() % 3 === 0 ? undefined : OLD;
    const { announce, before } = retentionStep(SEVEN, known, oldest, now);
    known = announce ?? known;
    const notice = known && noticeOf(known, now);
    if (notice && notices.at(-1)?.at !== notice.at) notices.push({ since: now, ...notice });
    const current = new Date(now).getUTCMonth();
    if (before === null || current === erasedMonth) continue;
    erasedMonth = current;
    erasures++;
    const last = notices.findLast(({ at: erasesAt }) => erasesAt <= now);
    expect(now - (last?.since ?? now)).toBeGreaterThanOrEqual(7 * DAY);
    expect(before - (last?.before ?? 0)).toBe(now - (last?.at ?? 0));
  }
  expect(erasures).toBeGreaterThan(12);
});
