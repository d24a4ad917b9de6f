// A server that the product calls: a webhook's, a push service, a chat. What it does with a call does not depend on
// the runtime. `receiver-server.ts` serves it in Node, `receiver-fetch.ts` stands in for `fetch` in a Worker's test.

export interface ReceivedCall {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** Their names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface FullReply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export type Reply =
  | FullReply
  /** A status without a body. */
  | number
  /** No answer as long as the receiver runs. */
  | "hang"
  /** The connection ends without an answer. */
  | "close"
  /** A body that never ends. */
  | "endless";

export interface Receiver {
  /** Returns its answer, and keeps what it received. */
  readonly handle: (call: ReceivedCall) => Reply;
}

export const ENDLESS_PART = "endless ".repeat(1_000);

export function fullReply(reply: FullReply | number): FullReply {
  return typeof reply === "number" ? { status: reply } : reply;
}
