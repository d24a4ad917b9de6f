import type { Answered } from "../../support/browser-client.ts";
import { fetchWorker, ORIGIN, type Company } from "./worker-fixture.ts";
import { rows } from "./database-rows.ts";

// The calls of a backend over REST.

export const PAYLOAD = { service: "api", sha: "abc123" };
export const QUESTION = { username: "alex", action: "Deploy to production", payload: PAYLOAD };
export const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

export interface RestCalls {
  readonly create: (body: unknown, headers?: Record<string, string>) => Promise<Answered>;
  readonly read: (id: string, query?: string) => Promise<Answered>;
  readonly consume: (id: string, payload?: unknown, once?: string) => Promise<Answered>;
  readonly cancel: (id: string) => Promise<Answered>;
  /** A GET with the headers of its answer. */
  readonly raw: (path: string, headers?: Record<string, string>) => Promise<Response>;
  /** The id of a request that alex has approved. */
  readonly approved: (more?: object) => Promise<string>;
}

export function restCalls({ api, apiKey, asked, alex }: Company): RestCalls {
  return {
    create: (body, headers = {}) => api("POST", "/api/confirmations", body, headers),
    read: (id, query = "") => api("GET", `/api/confirmations/${id}${query}`),
    consume: (id, payload = PAYLOAD, once) => {
      const headers = once === undefined ? {} : { "idempotency-key": once };
      return api("POST", `/api/confirmations/${id}/consume`, { payload }, headers);
    },
    cancel: (id) => api("POST", `/api/confirmations/${id}/cancel`),
    raw: (path, headers = {}) =>
      fetchWorker(ORIGIN + path, { headers: { "x-api-key": apiKey, ...headers }, redirect: "manual" }),
    approved: async (more = {}) => {
      const id = await asked("alex", more);
      await alex.decide(id);
      return id;
    },
  };
}

/** The confirmation has expired, and is not marked so yet. */
export async function letExpire(id: string): Promise<void> {
  await rows("UPDATE confirmations SET expires_at = ?1, due_at = ?1 WHERE id = ?2", Date.now() - 1, id);
}

export async function times<Value>(count: number, make: (place: number) => Promise<Value>): Promise<Value[]> {
  return Promise.all(Array.from({ length: count }, async (_none, place) => make(place)));
}

/** The statuses of many answers, lowest first. */
export function statuses(answers: readonly Answered[]): readonly number[] {
  return answers.map(({ status }) => status).toSorted((left, right) => left - right);
}
