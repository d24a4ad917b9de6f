import { parseArgs } from "node:util";
import { Violation } from "./acknowledged.ts";
import { CALL_KINDS } from "./reconnecting-client.ts";
import { Chaos, type Figures } from "./rounds.ts";

// `npm run chaos -- ROUNDS [--seed N]`. The seed determines the times of the kills and what the clients do. How far the
// clients get by then depends on the machine, so two runs with one seed are similar, not identical.

const USAGE = "npm run chaos -- ROUNDS [--seed N]\n";
const DEFAULT_ROUNDS = 20;
const REPORT_ROUNDS = 10;
const SEED_MAX = 2 ** 32;

const print = (line: string): void => void process.stdout.write(`${line}\n`);

async function main(rounds: number, seed: number): Promise<void> {
  print(`${rounds} rounds, seed ${seed}`);
  const chaos = await Chaos.create(seed);
  print(`state in ${chaos.server.folder}`);
  try {
    const figures = await chaos.run(rounds, ({ rounds: round, acknowledged, log }) => {
      if (round % REPORT_ROUNDS !== 0) return;
      const { creates, decisions, uses } = acknowledged.counts;
      print(
        `round ${round}: ${creates} creates, ${decisions} decisions, ${uses} uses, ${log.entries.length} log entries`,
      );
    });
    await chaos.stop(true);
    for (const line of table(figures)) print(line);
  } catch (problem) {
    await chaos.stop(false);
    print(
      problem instanceof Violation
        ? problem.message
        : String(problem instanceof Error ? problem.stack : problem),
    );
    print(`in round ${chaos.rounds}, seed ${seed}; the state is kept in ${chaos.server.folder}`);
    if (chaos.server.stderr !== "") print(`the server wrote to stderr:\n${chaos.server.stderr}`);
    process.exitCode = 1;
  }
}

/** Printed only after a run without a violation, since the first one ends the run. */
function table(figures: Figures): readonly string[] {
  const { kills, acknowledged, audits, received } = figures;
  const row = (name: string, value: string | number): string => `${name.padEnd(34)}${value}`;
  const perKind = (counts: Figures["interrupted"]): string =>
    CALL_KINDS.map((kind) => `${kind} ${counts.get(kind) ?? 0}`).join(", ");
  return [
    row("rounds", figures.rounds),
    row(
      "kills",
      `${kills.everything + kills["workerd only"]}: ${kills.everything} of everything, ${kills["workerd only"]} of workerd only; ${kills["during recovery"]} of them during recovery`,
    ),
    row("kills during a call", perKind(figures.killsDuring)),
    row("interrupted calls, repeated", perKind(figures.interrupted)),
    row("acknowledged creates", acknowledged.creates),
    row("acknowledged decisions", acknowledged.decisions),
    row("acknowledged cancels", acknowledged.cancels),
    row("acknowledged uses", acknowledged.uses),
    row("log entries", figures.logEntries),
    row("webhooks received", `${received.webhooks}, ${received.repeatedWebhooks} of them repeated`),
    row("push messages received", received.notices),
    row("lost", 0),
    row("duplicates", 0),
    row("gaps", 0),
    row("audits", `${audits.incremental} incremental, ${audits.full} of everything`),
    row("start to first answer, median", milliseconds(figures.startMilliseconds)),
    row("audit, median", milliseconds(figures.auditMilliseconds)),
  ];
}

function milliseconds(values: readonly number[]): string {
  const sorted = values.toSorted((one, other) => one - other);
  return `${Math.round(sorted[Math.floor(sorted.length / 2)] ?? 0)} ms (max ${Math.round(sorted.at(-1) ?? 0)} ms)`;
}

const { values, positionals } = parseArgs({ options: { seed: { type: "string" } }, allowPositionals: true });
const rounds = Number(positionals[0] ?? DEFAULT_ROUNDS);
const seed = Number(values.seed ?? Math.floor(Math.random() * SEED_MAX));
if (!Number.isInteger(rounds) || rounds < 1 || !Number.isInteger(seed) || positionals.length > 1) {
  process.stderr.write(USAGE);
  process.exitCode = 2;
} else {
  await main(rounds, seed);
}
