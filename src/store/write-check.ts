import { eq } from "drizzle-orm";
import { PAYLOAD_MAX_BYTES } from "../core/encoding/strict-json.ts";
import type { Database } from "./database.ts";
import { webauthnChallenges } from "./schema.ts";

/**
 * Raises if the database can't store a request of the largest size. One transaction inserts a row and deletes it, so
 * no row is left. A smaller row would still fit into the pages that the database has on a full disk.
 */
export async function checkWritable(database: Database, name: string): Promise<void> {
  await database.batch([
    database.insert(webauthnChallenges).values({
      challenge: name,
      purpose: "sign-in",
      expiresAt: 0,
      // A used challenge, so that nobody could use it.
      usedBy: "-".repeat(PAYLOAD_MAX_BYTES),
    }),
    database.delete(webauthnChallenges).where(eq(webauthnChallenges.challenge, name)),
  ]);
}
