import type { Database, Databases } from "../database.ts";

/** A shard that fails does not stop the others. Raises once all are done. */
export async function inEachShard(
  databases: Databases,
  work: (database: Database) => Promise<void>,
): Promise<void> {
  const problems: string[] = [];
  const inShard = async ([shard, database]: readonly [string, Database]) => {
    try {
      await work(database);
    } catch (problem) {
      problems.push(`shard ${shard}: ${String(problem)}`);
    }
  };
  await Promise.all(Array.from(databases.all, inShard));
  if (problems.length > 0) throw new Error(problems.join("; "));
}
