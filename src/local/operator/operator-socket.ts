import { once } from "node:events";
import { chmodSync, rmSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { join, relative } from "node:path";
import { text } from "node:stream/consumers";
import { StateUnusable } from "../state-check.ts";
import type { Answer } from "./operator-answer.ts";
import type { OperatorCommand } from "./operator-options.ts";

// The commands of an operator while `npm start` runs. Two processes that write to one SQLite file fail each other's
// writes, so the server runs the command: it listens at a file of the state folder, which only its owner may open.

const NAME = "operator.sock";
/** The system's limit is 104 on macOS and 108 on Linux, with one byte for its end. */
const PATH_MAX_BYTES = 103;
const OWNER_ONLY = 0o600;

/** On Windows a pipe has a name of its own, outside all folders. */
function socketPath(folder: string): string {
  if (process.platform === "win32") return join(String.raw`\\.\pipe`, folder, NAME);
  const whole = join(folder, NAME);
  const fromHere = relative(process.cwd(), whole);
  const path = fromHere.length < whole.length ? fromHere : whole;
  if (Buffer.byteLength(path) > PATH_MAX_BYTES)
    throw new StateUnusable(
      `The path of the state folder ${folder} is too long; choose a shorter one with --state.`,
    );
  return path;
}

async function connection(folder: string): Promise<Socket | undefined> {
  const socket = connect({ path: socketPath(folder), allowHalfOpen: true });
  try {
    await once(socket, "connect");
    return socket;
  } catch {
    // No server, or one that was killed and left its file.
    return undefined;
  }
}

/** Two servers with one state folder would fail each other's writes. */
export async function refuseServedFolder(folder: string): Promise<void> {
  const socket = await connection(folder);
  if (socket === undefined) return;
  socket.destroy();
  throw new StateUnusable(
    `Another server is running with the state folder ${folder}. Stop it, or choose another folder with --state.`,
  );
}

/** What the running server answers; undefined if none runs with this folder. */
export async function askServer(folder: string, command: OperatorCommand): Promise<Answer | undefined> {
  const socket = await connection(folder);
  if (socket === undefined) return undefined;
  socket.end(JSON.stringify(command));
  return JSON.parse(await text(socket)) as Answer;
}

/** Runs commands until the process ends. */
export async function listenForOperator(
  folder: string,
  run: (command: OperatorCommand) => Promise<Answer>,
): Promise<void> {
  const path = socketPath(folder);
  if (process.platform !== "win32") rmSync(path, { force: true });
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    // A connection that only asks whether a server runs ends without a command.
    answer(socket, run).catch(() => socket.destroy());
  });
  server.listen(path).unref();
  await once(server, "listening");
  if (process.platform !== "win32") chmodSync(path, OWNER_ONLY);
}

async function answer(socket: Socket, run: (command: OperatorCommand) => Promise<Answer>): Promise<void> {
  const command = await text(socket);
  if (command === "") socket.end();
  else socket.end(JSON.stringify(await run(JSON.parse(command) as OperatorCommand)));
}
