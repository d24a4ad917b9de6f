import type { Answered, BrowserClient } from "../../support/browser-client.ts";
import { changedBy, rows } from "./database-rows.ts";

// What became of a signature that was posted: what was told, and what stands differently since.

export type SignedForm = Awaited<ReturnType<BrowserClient["sign"]>>;

export async function post(by: BrowserClient, id: string, body: unknown): Promise<Answered> {
  return by.post(`/approve/${id}/decision`, body);
}

export const statusAndCode = ({ status, body }: Answered): readonly [status: number, code: unknown] => [
  status,
  body.code,
];

export async function statusOf(id: string) {
  return (await rows("SELECT status, version FROM confirmations WHERE id = ?1", id))[0];
}

export function ceremonyIdOf({ ceremonyId }: SignedForm): string {
  return typeof ceremonyId === "string" ? ceremonyId : "";
}

export async function isCeremonyUsed(held: SignedForm): Promise<boolean> {
  const [row] = await rows("SELECT used_by FROM ceremonies WHERE id = ?1", ceremonyIdOf(held));
  return row !== undefined && row["used_by"] !== null;
}

/** Moves a row's time, to a moment ago unless told. */
export async function setTime(table: string, column: string, id: string, at = Date.now() - 1): Promise<void> {
  await rows(`UPDATE ${table} SET ${column} = ?1 WHERE id = ?2`, at, id);
}

/** What was told, which tables differ, and how the request stands. */
export async function effectOf(id: string, work: () => Promise<Answered>) {
  const seen: Answered[] = [];
  const changed = await changedBy(async () => {
    seen.push(await work());
  });
  return { answers: seen.map(statusAndCode), changed, request: await statusOf(id) };
}

/** Refused with this code; only these tables differ; and the request can still be decided. */
export function refusal(status: number, code: string, changed: readonly string[] = ["ceremonies"]) {
  return { answers: [[status, code]], changed, request: { status: "pending", version: 0 } };
}
