import { parseArgs } from "node:util";
import { Violation } from "./acknowledged.ts";
import { KINDS } from "./reconnecting-client.ts";
import { Chaos, type Figures } from "./rounds.ts";

// `npm run chaos -- ROUNDS [--seed N]`. The seed draws the moments and what the clients do; how far they had
// got at a moment is the machine's affair, so a seed makes a run alike, not the same.

const USAGE = "npm run chaos -- ROUNDS [--seed N]\n";
const DEFAULT_ROUNDS = 20;
const TOLD_ROUNDS = 10;
const SEED_MAX = 2 ** 32;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function main(rounds: number, seed: number): Promise<void> {
  say(`${rounds} rounds, seed ${seed}`);
  const chaos = await Chaos.create(seed);
  say(`state in ${chaos.house.folder}`);
  try {
    const figures = await chaos.run(rounds, ({ rounds: round, ledger, log }) => {
      if (round % TOLD_ROUNDS !== 0) return;
      const { creates, decisions, uses } = ledger.acknowledged;
      say(
        `round ${round}: ${creates} creates, ${decisions} decisions, ${uses} uses, ${log.entries.length} log entries`,
      );
    });
    await chaos.house.end();
    for (const line of table(figures)) say(line);
  } catch (problem) {
    await chaos.house.leave();
    say(
      problem instanceof Violation
        ? problem.message
        : String(problem instanceof Error ? problem.stack : problem),
    );
    say(`in round ${chaos.rounds}, seed ${seed}; the state stands in ${chaos.house.folder}`);
    if (chaos.house.errorOutput !== "") say(`the runtime said:\n${chaos.house.errorOutput}`);
    process.exitCode = 1;
  }
}

/** The run ends with the first violation, so whoever reads this has none. */
function table(figures: Figures): readonly string[] {
  const { kills, acknowledged, audits } = figures;
  const row = (name: string, value: string | number): string => `${name.padEnd(34)}${value}`;
  const perKind = (counts: Figures["cut"]): string =>
    KINDS.map((kind) => `${kind} ${counts.get(kind) ?? 0}`).join(", ");
  return [
    row("rounds", figures.rounds),
    row(
      "kills",
      `${kills.everything + kills["workerd alone"]}: ${kills.everything} of everything, ${kills["workerd alone"]} of workerd alone; ${kills["during recovery"]} of them during recovery`,
    ),
    row("kills while under way", perKind(figures.struck)),
    row("cut calls, made again", perKind(figures.cut)),
    row("acknowledged creates", acknowledged.creates),
    row("acknowledged decisions", acknowledged.decisions),
    row("acknowledged cancels", acknowledged.cancels),
    row("acknowledged uses", acknowledged.uses),
    row("log entries", figures.logEntries),
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
