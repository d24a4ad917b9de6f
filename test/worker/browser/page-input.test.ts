import { beforeAll, describe, expect, it } from "vitest";
import type { Answered } from "../../support/browser-client.ts";
import { changedBy } from "../support/database-rows.ts";
import { routeNamed } from "../support/route-table.ts";
import { freshPlatform, newCompany, type Company } from "../support/worker-fixture.ts";

// What our pages post is read by schemas: every wrong field is refused with its path and a code.

let company: Company;
let pending: string;
beforeAll(async () => {
  company = await newCompany(await freshPlatform());
  pending = await company.asked();
});

const bodyOf = (route: Parameters<typeof routeNamed>[0]) => routeNamed(route).body ?? {};
const VOTE: { assertion?: object } = bodyOf("POST /approve/:id/decision");
const DEVICE: { registration?: object } = bodyOf("POST /devices/finish");
const SIGN_IN: { assertion?: object } = bodyOf("POST /signin/finish");
const vote = (change: object) => ({ ...VOTE, ...change });
const assertion = (change: object) => vote({ assertion: { ...VOTE.assertion, ...change } });
const device = (change: object) => ({ ...DEVICE, ...change });
const registration = (change: object) => device({ registration: { ...DEVICE.registration, ...change } });

/** Each error as `path code`. */
const errorsOf = ({ body }: Answered): string =>
  (body.errors ?? []).map(({ path, code }: { path: string; code: string }) => `${path} ${code}`).join(", ");

describe("a body of a page", () => {
  const decide = () => `/approve/${pending}/decision`;
  const ceremony = () => `/approve/${pending}/ceremony`;
  const finishDevice = () => "/devices/finish";
  it.each<[what: string, path: () => string, body: unknown, errors: string]>([
    ["a field in an empty body", ceremony, { a: 1 }, "/a unknown_field"],
    [
      "an empty vote",
      decide,
      {},
      "/ceremonyId required, /vote required, /reason required, /assertion required",
    ],
    ["an unknown vote", decide, vote({ vote: "maybe" }), "/vote not_one_of"],
    ["a reason of 1,001 characters", decide, vote({ reason: "a".repeat(1_001) }), "/reason too_long"],
    ["an empty ceremony", decide, vote({ ceremonyId: "" }), "/ceremonyId too_short"],
    ["a ceremony of 129 characters", decide, vote({ ceremonyId: "y".repeat(129) }), "/ceremonyId too_long"],
    ["an unknown field", decide, vote({ approved: true }), "/approved unknown_field"],
    ["an assertion as text", decide, vote({ assertion: "AAAA" }), "/assertion wrong_type"],
    ["an assertion without its id", decide, assertion({ id: undefined }), "/assertion/id required"],
    ["an id that is not base64url", decide, assertion({ id: "A+==" }), "/assertion/id shape_mismatch"],
    [
      "short data",
      decide,
      assertion({ authenticatorData: "AAAA" }),
      "/assertion/authenticatorData shape_mismatch",
    ],
    ["an unknown field in it", decide, assertion({ more: 1 }), "/assertion/more shape_mismatch"],
    ["an empty user handle", decide, assertion({ userHandle: "" }), "/assertion/userHandle shape_mismatch"],
    ["a short challenge", finishDevice, device({ challenge: "AAAA" }), "/challenge shape_mismatch"],
    ["a number as label", finishDevice, device({ label: 1 }), "/label wrong_type"],
    ["a label of 61 characters", finishDevice, device({ label: "a".repeat(61) }), "/label too_long"],
    ["an empty id", finishDevice, registration({ id: "" }), "/registration/id too_short"],
    [
      "nine transports",
      finishDevice,
      registration({ transports: Array.from({ length: 9 }, () => "usb") }),
      "/registration/transports too_long",
    ],
    [
      "a long transport",
      finishDevice,
      registration({ transports: ["usb", "a".repeat(21)] }),
      "/registration/transports/1 too_long",
    ],
    [
      "a sign-in without a challenge",
      () => "/signin/finish",
      { assertion: SIGN_IN.assertion },
      "/challenge required",
    ],
    ["a secret of 101 characters", () => "/enrol/begin", { secret: "a".repeat(101) }, "/secret too_long"],
  ])("is refused with %s", async (_what, path, body, errors) => {
    let answer: Answered | undefined;
    const changed = await changedBy(async () => {
      answer = await company.alex.post(path(), body);
    });
    expect([answer?.status, answer?.body.code, answer && errorsOf(answer)]).toEqual([
      422,
      "validation_failed",
      errors,
    ]);
    expect(changed).toEqual([]);
  });

  it("is refused strictly, with a duplicate name or over 32 KiB", async () => {
    const twice = await company.alex.post("/enrol/begin", '{"secret":"a","secret":"b"}');
    expect([twice.status, errorsOf(twice)]).toEqual([400, "/secret json_duplicate_name"]);
    const large = await company.alex.post("/enrol/begin", { secret: "a".repeat(32 * 1_024) });
    expect([large.status, large.body.code]).toEqual([413, "payload_too_large"]);
  });

  it.each([
    [`/inbox/items?wait=51`, "/wait too_big"],
    [`/inbox/items?since=1`, "/since unknown_field"],
    [`state?wait=x`, "/wait malformed"],
    [`state?wait=1&wait=2`, "/wait duplicate"],
  ])("is not needed for %s, whose query is checked, too", async (path, errors) => {
    const response = await company.alex.get(path.startsWith("/") ? path : `/approve/${pending}/${path}`);
    const answer: Answered = { status: response.status, body: await response.json() };
    expect([answer.status, errorsOf(answer)]).toEqual([422, errors]);
  });
});
