import { Hono } from "hono";
import { StatusPage } from "../../../web/site/status-page.tsx";
import { statusReader } from "../../app/status/read-status.ts";
import { logStub } from "../../env.ts";
import { htmlResponse } from "../browser/pages.ts";
import type { HonoEnv } from "../context.ts";
import { logError } from "../log-error.ts";
import { measuredCalls } from "../measure-calls.ts";

export const statusRoutes = new Hono<HonoEnv>();

const readStatus = statusReader(measuredCalls, (problem) => logError("status", problem));

/** For people: also while a part of the service does not answer. */
statusRoutes.get("/status", async (context) => {
  const platform = context.get("platform");
  const reading = readStatus(platform, () => logStub(context.env).report());
  // It takes figures out of the memory to store them. A caller that has gone must not lose them.
  context.executionCtx.waitUntil(reading);
  return htmlResponse(context, StatusPage({ origin: platform.origin, data: await reading }));
});
