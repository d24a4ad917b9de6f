import { isPassing, type Answer, type Problem } from "./http.ts";

/** Between two calls, so that a server that answers at once is not called in a circle. */
const PAUSE_SHORT_MILLISECONDS = 500;
const PAUSE_LONG_MILLISECONDS = 15_000;

/**
 * Long polling: asks again and again until `take` has seen enough. `lost` hears of a failed call, and
 * of undefined once the connection is back. A call that can't succeed by itself ends it.
 */
export async function follow<Value>(
  ask: () => Promise<Answer<Value>>,
  take: (value: Value) => "more" | "enough",
  lost: (problem: Problem | undefined) => void,
): Promise<void> {
  let pause = PAUSE_SHORT_MILLISECONDS;
  for (;;) {
    const answer = await ask();
    if (answer.ok) {
      lost(undefined);
      if (take(answer.value) === "enough") return;
      pause = PAUSE_SHORT_MILLISECONDS;
    } else {
      lost(answer.problem);
      if (!isPassing(answer.problem)) return;
      pause = Math.min(2 * pause, PAUSE_LONG_MILLISECONDS);
    }
    await rest(pause);
  }
}

/** Ends early when there is reason to hope: the connection is back, or somebody looks at the page again. */
function rest(milliseconds: number): Promise<void> {
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
