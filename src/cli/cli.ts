#!/usr/bin/env node
import { auditCommand } from "./audit-command.ts";
import { hashCommand } from "./hash-command.ts";
import { monitorCommand } from "./monitor-command.ts";
import { EXIT, Problem } from "./cli-error.ts";
import { verifyCommand } from "./verify-command.ts";

const USAGE = `countersign verify FILE|-|URL [--policy FILE] [--tenant STREAM | --any-tenant]
                   [--stream-key FILE] [--history FILE] [--payload FILE]
                   [--any-outcome] [--json]
    Checks a receipt on this machine. Exit 0: every required check passed and it is an
    approval; 1: a check failed; 3: all checks passed, but it is no approval; 2: not run.
      --policy FILE      whose log and which witnesses you trust (tlog-policy)
      --tenant STREAM    the tenant's stream id, 64 hexadecimal digits, as you pinned it
      --any-tenant       accept any tenant; proves nothing about who the tenant is
      --stream-key FILE  the tenant's stream key (hexadecimal): checks the record's place
      --history FILE     the tenant's export: finds revocations, and gives the stream key
      --payload FILE     what you are about to run: must be what was signed
      --any-outcome      exit 0 for a proven rejection, expiry or cancellation, too

countersign audit FILE|- --log URL|DIR --policy FILE (--tenant STREAM | --any-tenant) [--json]
    Checks a tenant's complete history, as its export has it, against the whole log: no gap,
    no fork, nothing left out, every decision as people signed it. Exit 0: every check passed;
    1: one failed; 2: not run. Reads every entry of the log: 67 bytes of each, and 100 in memory.
      --log URL|DIR      the log's address, or a folder with a copy of its files
      --ahead COUNT      look for so many labels after the last one (1000000)

countersign monitor --log URL|DIR --policy FILE --state FILE [--once] [--every SECONDS]
                    [--max-age SECONDS] [--json]
    Follows a log and remembers what it said. Exit 1 with one line that begins with ALARM if it
    shows two histories, shrinks, serves what it did not sign, or holds a label twice. A log that
    cannot be reached is tried again; with --once, exit 2.
      --state FILE       what is remembered: FILE and, 16 bytes for each entry, FILE.labels
      --once             look once, for a scheduler; else every --every SECONDS (60)
      --max-age SECONDS  alarm if enough witnesses, or growth where your policy asks for none,
                         are longer ago than this

countersign hash FILE|- [--json]
    Prints a payload's canonical bytes and their SHA-256, to compare with what was signed.`;

const COMMANDS: Readonly<Record<string, (words: readonly string[]) => Promise<number>>> = {
  verify: verifyCommand,
  audit: auditCommand,
  monitor: monitorCommand,
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
