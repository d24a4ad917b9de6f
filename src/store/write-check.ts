import { eq } from "drizzle-orm";
import type { Database } from "./database.ts";
import { webauthnChallenges } from "./schema.ts";

/** Raises if the database can't be written. One transaction inserts a row and deletes it, so no row is left. */
export async function checkWritable(database: Database, name: string): Promise<void> {
  await database.batch([
    // Used already, so that nobody could use it.
    database
      .insert(webauthnChallenges)
      .values({ challenge: name, purpose: "sign-in", expiresAt: 0, usedBy: name }),
    database.delete(webauthnChallenges).where(eq(webauthnChallenges.challenge, name)),
  ]);
}
