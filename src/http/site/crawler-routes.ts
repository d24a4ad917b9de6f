import { Hono } from "hono";
import type { HonoEnv } from "../context.ts";
import { builtFile } from "./built-file.ts";

// What crawlers, agents and password managers look for at fixed addresses.

export const crawlerRoutes = new Hono<HonoEnv>();

crawlerRoutes.get("/llms.txt", async (context, next) => (await builtFile(context, "llms", "txt")) ?? next());
crawlerRoutes.get(
  "/robots.txt",
  async (context, next) => (await builtFile(context, "robots", "txt")) ?? next(),
);
crawlerRoutes.get(
  "/sitemap.xml",
  async (context, next) => (await builtFile(context, "sitemap", "xml")) ?? next(),
);

/** There are no passwords: the page where a person changes their passkeys. */
crawlerRoutes.get("/.well-known/change-password", (context) => context.redirect("/devices", 302));
