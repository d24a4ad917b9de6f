import { beforeAll, describe, expect, it } from "vitest";
import { PROBLEM_CODES, problemDefinition } from "../../../src/http/problem.ts";
import { PROBLEM_GROUPS, PROBLEM_TEXTS } from "../../../src/http/site/problems/problem-texts.ts";
import { generatedDocuments } from "../../../src/local/docs/generated/generated-documents.ts";
import { anchorOf } from "../../../src/core/docs/anchors.ts";
import { fetchWorker, freshPlatform, ORIGIN } from "../support/worker-fixture.ts";

// What a person or a program finds at the address in the `type` of a problem.

beforeAll(async () => {
  await freshPlatform();
});

const get = async (path: string, accept = "text/html") =>
  fetchWorker(ORIGIN + path, { headers: { accept }, redirect: "manual" });

describe("the page of a problem", () => {
  it.each(PROBLEM_CODES)(
    "%s says what it means and what to do, and links to calls that exist",
    async (code) => {
      const page = await get(`/problems/${code}`);
      const html = await page.text();
      expect([page.status, page.headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
      expect(html).toContain(`<code>${code}</code>`);
      expect(html).toContain(`Status ${problemDefinition(code).status}`);
      const anchors = [...html.matchAll(/href="\/docs\/rest-reference#([^"]+)"/g)].map(
        ([, anchor]) => anchor,
      );
      expect(anchors.filter((anchor) => !HEADINGS.has(anchor ?? ""))).toEqual([]);
    },
  );

  const HEADINGS = new Set(
    [...(generatedDocuments().get("rest-reference") ?? "").matchAll(/^### (.+)$/gm)].map(([, heading]) =>
      anchorOf(heading ?? ""),
    ),
  );

  it.each(["application/json", "application/problem+json"])(
    "is JSON for a program that asks for %s",
    async (accept) => {
      const answer = await get("/problems/erased", accept);
      expect(answer.headers.get("vary")).toMatch(/accept/i);
      const { meaning, cause, whatToDo } = PROBLEM_TEXTS.erased;
      const { status, title } = problemDefinition("erased");
      expect(await answer.json()).toEqual({ code: "erased", title, status, meaning, cause, whatToDo });
    },
  );

  it("explains the more exact codes where the problem that reports them is", async () => {
    const moved = await get("/problems/json_duplicate_name");
    expect([moved.status, moved.headers.get("location")]).toEqual([
      302,
      "/problems/payload_not_canonical#json_duplicate_name",
    ]);
    expect(await (await get("/problems/payload_not_canonical")).text()).toContain('id="json_duplicate_name"');
  });

  it.each([
    ["a misspelt code", "/problems/already_consumd", "already_consumed"],
    ["a part of a code", "/problems/rate", "rate_limited"],
  ])("%s leads to a page with the closest ones", async (_what, path, closest) => {
    const page = await get(path);
    expect(page.status).toBe(404);
    expect(await page.text()).toContain(`href="/problems/${closest}"`);
  });

  it.each(["/problems/%3Cscript%3E", "/problems/xyzxyz", `/problems/${"a".repeat(2_000)}`])(
    "a code that is like no other leads to all of them: %s",
    async (path) => {
      const page = await get(path);
      const html = await page.text();
      expect([page.status, html.includes("<script>"), html.includes('href="/docs/errors"')]).toEqual([
        404,
        false,
        true,
      ]);
      expect((await get(path, "application/json")).headers.get("content-type")).toBe(
        "application/problem+json",
      );
    },
  );
});

it("each problem is in one group of the document of errors", () => {
  expect(PROBLEM_GROUPS.flatMap(({ codes }) => codes).toSorted()).toEqual(PROBLEM_CODES.toSorted());
});
