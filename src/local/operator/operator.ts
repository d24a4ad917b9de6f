import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { outsidePlatform } from "../outside-platform.ts";
import { StateUnusable } from "../state-check.ts";
import { SETTINGS_FILE } from "../state-folder.ts";
import { runCommand, type Answer } from "./operator-answer.ts";
import { OPERATOR_USAGE, readOperatorOptions, type OperatorOptions } from "./operator-options.ts";
import { askServer } from "./operator-socket.ts";

// What the operator of a deployment does with organisations, on the deployment or on this machine.

async function run({ command, environment, state, origin }: OperatorOptions): Promise<Answer> {
  const folder = resolve(state);
  if (environment === undefined) {
    if (!existsSync(join(folder, SETTINGS_FILE)))
      throw new StateUnusable(
        `There is no state in ${folder}. Start the server once with \`npm start\`, or name its folder with --state.`,
      );
    const answer = await askServer(folder, command);
    if (answer !== undefined) return answer;
  }
  // Only now: loading wrangler takes longer than a command.
  const { openDeployment, openStateFolder } = await import("./operator-databases.ts");
  const opened = await (environment === undefined ? openStateFolder(folder) : openDeployment(environment));
  try {
    return await runCommand(outsidePlatform(opened.bindings, opened.origin ?? origin), command);
  } finally {
    await opened.close();
  }
}

const options = readOperatorOptions(process.argv.slice(2));
if (typeof options === "string") {
  console.error(`${options}\n\n${OPERATOR_USAGE}`);
  process.exitCode = 2;
} else {
  try {
    const { code, lines } = await run(options);
    for (const line of lines) (code === 0 ? console.log : console.error)(line);
    process.exitCode = code;
  } catch (problem) {
    console.error(options.environment === undefined ? localMessage(problem) : remoteMessage(problem));
    process.exitCode = 1;
  }
}

function localMessage(problem: unknown): string {
  if (problem instanceof StateUnusable) return problem.message;
  throw problem;
}

/** The first cause: the message of a failed statement has all its values. */
function remoteMessage(problem: unknown): string {
  const { message } = firstCause(problem);
  return `The deployment could not be reached, or refused: ${message}
Sign in with \`npx wrangler login\`, and deploy this version with \`npm run deploy\`. Then try again.`;
}

function firstCause(problem: unknown): Error {
  if (!(problem instanceof Error)) return new Error(String(problem));
  return problem.cause instanceof Error ? firstCause(problem.cause) : problem;
}
