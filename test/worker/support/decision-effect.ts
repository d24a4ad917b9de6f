import type { Answered, BrowserClient } from "../../support/browser-client.ts";
import { changedBy, rows } from "./database-rows.ts";

// The effect of a posted vote: its answer, and the tables that it changed.

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

/** Sets a time of a row, by default to a moment ago. */
export async function setTime(table: string, column: string, id: string, at = Date.now() - 1): Promise<void> {
  await rows(`UPDATE ${table} SET ${column} = ?1 WHERE id = ?2`, at, id);
}

/** The answer, the tables that changed, and the request's status. */
export async function effectOf(id: string, work: () => Promise<Answered>) {
  const seen: Answered[] = [];
  const changed = await changedBy(async () => {
    seen.push(await work());
  });
  return { answers: seen.map(statusAndCode), changed, request: await statusOf(id) };
}

/** Refused with this code, with changes only in these tables, and the request still open. */
export function refusal(status: number, code: string, changed: readonly string[] = ["ceremonies"]) {
  return { answers: [[status, code]], changed, request: { status: "pending", version: 0 } };
}
