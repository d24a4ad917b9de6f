#!/usr/bin/env node
import { hashCommand } from "./hash.ts";
import { EXIT, Problem } from "./problem.ts";
import { verifyCommand } from "./verify.ts";

const USAGE = `countersign verify FILE|-|URL [--policy FILE] [--tenant STREAM | --any-tenant]
                   [--stream-key FILE] [--payload FILE] [--any-outcome] [--json]
    Checks a receipt on this machine. Exit 0: every required check passed and it is an
    approval; 1: a check failed; 3: all checks passed, but it is no approval; 2: not run.
      --policy FILE      whose log and which witnesses you trust (tlog-policy)
      --tenant STREAM    the tenant's stream id, 64 hexadecimal digits, as you pinned it
      --any-tenant       accept any tenant; proves nothing about who the tenant is
      --stream-key FILE  the tenant's stream key (hexadecimal): checks the record's place
      --payload FILE     what you are about to run: must be what was signed
      --any-outcome      exit 0 for a proven rejection, expiry or cancellation, too

countersign hash FILE|- [--json]
    Prints a payload's canonical bytes and their SHA-256, to compare with what was signed.`;

const COMMANDS: Readonly<Record<string, (words: readonly string[]) => Promise<number>>> = {
  verify: verifyCommand,
  hash: hashCommand,
};

async function main(words: readonly string[]): Promise<number> {
  const [name = "help", ...rest] = words;
  if (name === "help" || name === "--help" || name === "-h") {
    console.log(USAGE);
    return EXIT.passed;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) throw new Problem(`there is no command "${name}"`);
  return command(rest);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (problem) {
  if (!(problem instanceof Problem)) throw problem;
  console.error(`countersign: ${problem.message}\nTry "countersign help".`);
  process.exitCode = EXIT.notRun;
}
