import type { MoveProgress } from "./move-tenant.ts";

/** With full batches some 4 million rows. What is left waits for the next minute. */
const CALLS_MAX = 500;
const COMMAND = /^([0-9A-Za-z]{8}) ([0-9A-Za-z])$/;

/** While MOVE_TENANT is set, every minute: moves that tenant. A repetition changes nothing more. */
export async function moveByCommand(
  command: string,
  moveTo: (ref: string, shard: string) => Promise<MoveProgress>,
): Promise<void> {
  const [, ref, shard] = COMMAND.exec(command.trim()) ?? [];
  if (ref === undefined || shard === undefined)
    throw new RangeError('MOVE_TENANT must be a ref, a space and a shard, such as "0a1B2c3D 1"');
  let progress: MoveProgress = "working";
  for (let calls = 0; calls < CALLS_MAX && progress === "working"; calls++)
    progress = await moveTo(ref, shard);
  console.log(JSON.stringify({ event: "tenant_move", tenant: ref, shard, progress }));
}
