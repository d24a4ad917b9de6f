import { DEMO_REQUEST } from "../../src/core/pages/account.ts";
import { get, getText, post, type Answer } from "../common/http.ts";
import type { Confirmation } from "./demo-answers.ts";
import type { DemoState } from "./demo-state.ts";

// What a backend calls, with the key of the demo organisation.

const WAIT_SECONDS = 25;

const keyOf = ({ apiKey }: DemoState): Record<string, string> => ({ "x-api-key": apiKey });

export function createRequest(state: DemoState): Promise<Answer<Confirmation>> {
  return post("/api/confirmations", { username: state.username, ...DEMO_REQUEST }, keyOf(state));
}

export function readRequest(state: DemoState, id: string, waits: boolean): Promise<Answer<Confirmation>> {
  return get(`/api/confirmations/${id}${waits ? `?wait=${WAIT_SECONDS}` : ""}`, keyOf(state));
}

export function readReceipt(state: DemoState, id: string): Promise<Answer<string>> {
  return getText(`/api/confirmations/${id}/receipt`, keyOf(state));
}

export function useApproval(state: DemoState, id: string): Promise<Answer<Confirmation>> {
  return post(`/api/confirmations/${id}/consume`, { payload: DEMO_REQUEST.payload }, keyOf(state));
}
