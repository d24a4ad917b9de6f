import type { Answer } from "../../desk/answer.ts";
import type { WaitCall, Waited } from "../../desk/desk-for-keys.ts";
import type { KeyCaller } from "./key-caller.ts";

/**
 * Waits for an outcome. The wait ends when the client goes. If the Desk is replaced meanwhile, the wait ends early, and
 * the next Desk answers what it reads.
 */
export async function waitAtDesk(
  { signal }: Request,
  { desk, key }: KeyCaller,
  id: string,
  seconds: number,
  call: WaitCall,
): Promise<Answer<Waited>> {
  const abandon = () => void desk.abandonWait(key, call).catch(() => undefined);
  signal.addEventListener("abort", abandon);
  try {
    return await desk.wait(key, id, seconds, call);
  } catch {
    return await desk.wait(key, id, 0, call);
  } finally {
    signal.removeEventListener("abort", abandon);
  }
}
