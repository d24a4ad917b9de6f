import { Hono } from "hono";

/** Every address the Worker answers itself; the pages are files served beside it. */
export const app = new Hono();

app.get("/healthz", (context) => context.json({ status: "ok" }));
