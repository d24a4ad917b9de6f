import { isTemporary, type Answer, type Problem } from "./http.ts";

/** The pause between two calls: a server that answers at once must not cause a busy loop. */
const PAUSE_SHORT_MILLISECONDS = 500;
const PAUSE_LONG_MILLISECONDS = 15_000;

/**
 * Calls `request` again and again, and gives each value to `update`, until that returns "enough".
 * `connection` gets the problem of a failed call, and undefined after a successful one. A call that can't
 * succeed on a retry ends the loop.
 */
export async function longPoll<Value>(
  request: () => Promise<Answer<Value>>,
  update: (value: Value) => "more" | "enough",
  connection: (problem: Problem | undefined) => void,
  shortestPause = PAUSE_SHORT_MILLISECONDS,
): Promise<void> {
  let pause = shortestPause;
  for (;;) {
    const answer = await request();
    if (answer.ok) {
      connection(undefined);
      if (update(answer.value) === "enough") return;
      pause = shortestPause;
    } else {
      connection(answer.problem);
      if (!isTemporary(answer.problem)) return;
      pause = Math.min(2 * pause, PAUSE_LONG_MILLISECONDS);
    }
    await sleep(pause);
  }
}

/** Ends early if the device is online again, or if the page becomes visible again. */
function sleep(milliseconds: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const listening = new AbortController();
  const done = () => {
    listening.abort();
    resolve();
  };
  setTimeout(done, milliseconds);
  addEventListener("online", done, listening);
  document.addEventListener("visibilitychange", done, listening);
  return promise;
}
