import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import type { TestProjectInlineConfiguration } from "vitest/config";
import { TEST_SECRETS } from "./test-secrets.ts";
import { hideExpectedMessages } from "./expected-messages.ts";

// Tests that run in workerd, next to the whole Worker.

/** The slow suite runs the tests that repeat themselves many more times. */
export type Suite = "usual" | "slow";

declare module "vitest" {
  interface ProvidedContext {
    suite: Suite;
  }
}

export async function workerdProject(
  root: string,
  suite: Suite,
  options: { readonly include: string[]; readonly exclude?: string[]; readonly maxWorkers?: number },
): Promise<TestProjectInlineConfiguration> {
  hideExpectedMessages();
  const migrations = await readD1Migrations(`${root}migrations`);
  return {
    root,
    plugins: [
      cloudflareTest({
        wrangler: { configPath: "./wrangler.toml" },
        miniflare: {
          // New tenants go to the first shard, so that a test finds their rows in DB.
          bindings: {
            ...TEST_SECRETS,
            TEST_MIGRATIONS: migrations,
            OPEN_SHARDS: "0",
          },
        },
      }),
    ],
    test: { name: "workerd", isolate: false, provide: { suite }, ...options },
  };
}
