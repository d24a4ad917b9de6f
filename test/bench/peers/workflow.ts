import { performance } from "node:perf_hooks";

// The workflow that is measured, whoever keeps it: somebody asks, somebody decides, whoever asked sees it.

export interface Workflow {
  /** Asks for an approval; answered once that is written down. */
  readonly create: () => Promise<string>;
  /** All that happens at the person's side before the decision is sent: not measured. */
  readonly prepare: (id: string) => Promise<Prepared>;
  /** Looks once at a request that is open. */
  readonly poll: (id: string) => Promise<unknown>;
}

export interface Prepared {
  /** Sends the decision. */
  readonly decide: () => Promise<unknown>;
  /** Waits for the outcome, from before it is there; the moment at which it was seen. */
  readonly waiter: Promise<number>;
}

export interface Round {
  readonly create: number;
  /** From sending the decision until a waiting call has the outcome. */
  readonly wake: number;
}

/** Until a call that waits has reached its waiting. */
const SETTLE_MILLISECONDS = 40;

export async function runWorkflow(workflow: Workflow): Promise<Round> {
  const start = performance.now();
  const id = await workflow.create();
  const create = performance.now() - start;
  const { decide, waiter } = await workflow.prepare(id);
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MILLISECONDS));
  const sent = performance.now();
  const [seen] = await Promise.all([waiter, decide()]);
  return { create, wake: seen - sent };
}
