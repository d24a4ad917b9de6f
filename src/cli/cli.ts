#!/usr/bin/env node
import { auditCommand } from "./audit-command.ts";
import { hashCommand } from "./hash-command.ts";
import { RUN_SECONDS } from "./log-source.ts";
import { monitorCommand } from "./monitor-command.ts";
import { EXIT, CliError } from "./cli-error.ts";
import { policyCommand } from "./policy/policy-command.ts";
import { verifyCommand } from "./verify-command.ts";

const USAGE = `countersign verify FILE|-|URL [--policy FILE] [--tenant ID | --any-tenant]
                   [--stream-key FILE] [--history FILE] [--payload FILE]
                   [--any-outcome] [--accept-break-glass] [--accept-change]
                   [--accept-test] [--explain] [--json]
    Checks a receipt on this machine. The verdict comes first: VERIFIED, or NOT VERIFIED and why.
    A re-formatted file is judged by its content. Exit code 0: all required checks passed and it
    is an approval. 1: a check failed, or a required one could not be made. 2: the command could
    not run. All required checks passed, but 3: it is a rejection, expiry or cancellation; 4: one
    person approved alone, in an emergency; 5: it approves a change of the directory, not a
    request; 6: it is only a test. Without --payload, exit code 0 does not say what was approved.
      --policy FILE      the log and the witnesses that you trust (tlog-policy)
      --tenant ID        the organisation id that you saved: 64 digits, 0-9 and a-f. Spaces and
                         groups are accepted, in quotes
      --any-tenant       accept any organisation; this proves nothing about who decided
      --stream-key FILE  the organisation's stream key (hexadecimal): checks the record's place
      --history FILE     the organisation's export: finds revocations, and contains the stream key
      --payload FILE     what you are about to run: it must be what was signed. A script needs
                         it: any other approval of the organisation passes without it
      --any-outcome      exit code 0 also for a proven rejection, expiry or cancellation
      --accept-break-glass  exit code 0 also for a proven emergency approval
      --accept-change    exit code 0 also for a proven change of people, passkeys or policies
      --accept-test      treat a request of a test project like a real one
      --explain          print every value that the checks compute instead of sentences, one on
                         a line, to compare them with those of another program

countersign audit FILE|- --log URL|DIR --policy FILE (--tenant ID | --any-tenant) [--json]
    Checks the export of an organisation's complete history against the whole log: no gap, no
    fork, nothing left out, every decision as people signed it. Exit code 0: all checks passed. 1:
    a check failed. 2: the command could not run. It reads every entry of the log: 67 bytes each
    over the network, and 100 bytes each in memory.
      --log URL|DIR      the log's address, or a folder with a copy of its files
      --ahead COUNT      search for this many labels after the last one (1000000)
      --deadline SECONDS give up if the log has not answered everything by then (${RUN_SECONDS})

countersign monitor --log URL|DIR --policy FILE --state FILE [--once] [--every SECONDS]
                    [--max-age SECONDS] [--deadline SECONDS] [--json]
    Watches a log and compares it with its earlier state. Exit code 1, with one line that starts
    with ALARM, if the log shows two histories, shrinks, serves data that it did not sign, or
    contains a label twice. A log that does not answer, or answers with a page or anything else
    that nobody signed, is unreachable: it tries again; with --once, exit code 2.
      --state FILE       the state: FILE, and FILE.labels with 16 bytes for each entry
      --once             check once, for a scheduler; otherwise every --every SECONDS (60)
      --max-age SECONDS  alarm if the last signatures of enough witnesses are older than this;
                         if your policy needs no witness: if the last growth is older
      --deadline SECONDS give up a check if the log has not answered everything by then (${RUN_SECONDS})

countersign policy pull|plan|push [FILE|-] [--url URL] [--key-file FILE]
    Groups, policies and rules as code, in FILE (countersign-policies.json). "pull" writes what
    is in force. "plan" shows what the file would change, and which of the last requests would
    fall elsewhere. "push" asks for the changes and prints the addresses where people sign them;
    nothing changes before. A change that rests on one that nobody has signed yet is asked by
    the next push. What the file leaves out as a whole ("rules", for example) stays as it is.
    Exit code 0: the service has exactly this. 1: a change was refused. 2: the command could
    not run. 3: something differs, and people must sign.
      --url URL          the service; without it the variable COUNTERSIGN_URL
      --key-file FILE    an API key with the scope people; without it COUNTERSIGN_KEY

countersign hash FILE|- [--json]
    Prints a payload's canonical bytes and their SHA-256, to compare them with what was signed.`;

const COMMANDS: Readonly<Record<string, (args: readonly string[]) => Promise<number>>> = {
  verify: verifyCommand,
  audit: auditCommand,
  monitor: monitorCommand,
  policy: policyCommand,
  hash: hashCommand,
};

async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined) {
    console.error(USAGE);
    return EXIT.notRun;
  }
  if (name === "help" || name === "--help" || name === "-h") {
    console.log(USAGE);
    return EXIT.passed;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) throw new CliError(`there is no command "${name}"`);
  return command(rest);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (problem) {
  if (!(problem instanceof CliError)) throw problem;
  console.error(`countersign: ${problem.message}\nThe command "help" lists all commands and options.`);
  process.exitCode = EXIT.notRun;
}
