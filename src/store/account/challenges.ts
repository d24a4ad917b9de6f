import { and, eq, gt, isNull, sql } from "drizzle-orm";
import type { Database } from "../database.ts";
import { webauthnChallenges } from "../schema.ts";

// The challenges of registrations and sign-ins. They belong to no tenant: before a sign-in it is not known.

/** What a challenge is for, and for which person; null before a sign-in, when the person is unknown. */
export interface ChallengeUse {
  readonly purpose: (typeof webauthnChallenges.$inferSelect)["purpose"];
  readonly personId: string | null;
}

export async function insertChallenge(
  database: Database,
  challenge: string,
  { purpose, personId }: ChallengeUse,
  expiresAt: number,
): Promise<void> {
  await database.insert(webauthnChallenges).values({ challenge, purpose, personId, expiresAt });
}

/** Uses a challenge. True if we issued it for this use and it was neither used nor expired. */
export async function useChallenge(
  database: Database,
  challenge: string,
  { purpose, personId }: ChallengeUse,
  now: number,
  by: string,
): Promise<boolean> {
  const used = await database
    .update(webauthnChallenges)
    .set({ usedBy: by })
    .where(
      and(
        eq(webauthnChallenges.challenge, challenge),
        eq(webauthnChallenges.purpose, purpose),
        sql`${webauthnChallenges.personId} IS ${personId}`,
        isNull(webauthnChallenges.usedBy),
        gt(webauthnChallenges.expiresAt, now),
      ),
    )
    .returning();
  return used.length === 1;
}
