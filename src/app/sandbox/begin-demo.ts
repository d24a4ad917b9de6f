import { DEFAULT_SCOPES } from "../../core/confirmation/scopes.ts";
import type { DemoStarted } from "../../core/pages/account.ts";
import { accept, refuse, type Result } from "../../core/refusal.ts";
import { countSandboxes } from "../../store/shards/sandboxes.ts";
import { invitationOf } from "../account/enrol.ts";
import { newOrganisation } from "../organisation/new-organisation.ts";
import { isoTime, type Platform } from "../runtime.ts";
import { SANDBOX_HOURS, SANDBOX_LINK_MINUTES, SANDBOXES_MAX } from "./sandbox-limits.ts";

// The live demo: a visitor gets an organisation of their own for a day, with a key that asks and a link for the passkey
// that decides. Everything else goes through the routes that every organisation uses.

/** `place` is from where, in general terms. */
export async function beginDemo(platform: Platform, place: string): Promise<Result<DemoStarted>> {
  const shards = await shardsWithRoom(platform);
  if (shards.length === 0)
    return refuse(
      "demo_full",
      "many people try the product at this moment; try again later, or play the recorded demo",
    );
  const { tenant, owner, link, apiKeys } = await newOrganisation(platform, {
    name: "Demo",
    username: "visitor",
    projects: [{ name: "Demo", mode: "test" }],
    plan: "free",
    linkMinutes: SANDBOX_LINK_MINUTES,
    endsWithLink: true,
    signUpPlace: place,
    keys: [{ name: "Demo", scopes: DEFAULT_SCOPES }],
    sandboxHours: SANDBOX_HOURS,
    shards,
  });
  const [apiKey = ""] = apiKeys;
  return accept({
    ...(await invitationOf(platform, tenant, owner)),
    secret: link.secret,
    apiKey,
    deletedAt: isoTime(tenant.sandboxUntil ?? 0),
  });
}

/** Counted before, so some more can begin at the same moment. */
async function shardsWithRoom({ databases }: Platform): Promise<readonly string[]> {
  const counts = await Promise.all(
    databases.open.map(async (shard) => {
      const database = databases.of(shard);
      return database === undefined ? SANDBOXES_MAX : countSandboxes(database, SANDBOXES_MAX);
    }),
  );
  return databases.open.filter((_shard, at) => (counts[at] ?? SANDBOXES_MAX) < SANDBOXES_MAX);
}
