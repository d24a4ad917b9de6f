import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

// The memory (resident set) of the processes of a group, by the name of the program.

const MEBIBYTE_KIBIBYTES = 1_024;

interface Process {
  readonly group: number;
  readonly name: string;
  readonly kibibytes: number;
}

/** In MiB; undefined if no such program runs in the group. */
export function memoryOf(group: number, program: string): number | undefined {
  const matching = processes().filter((each) => each.group === group && each.name.includes(program));
  if (matching.length === 0) return undefined;
  return matching.reduce((sum, { kibibytes }) => sum + kibibytes, 0) / MEBIBYTE_KIBIBYTES;
}

export function mebibytes(value: number | undefined): string {
  return value === undefined ? "?" : `${Math.round(value)} MiB`;
}

function processes(): readonly Process[] {
  return process.platform === "linux" ? processesOfLinux() : processesOfPs();
}

function processesOfLinux(): readonly Process[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        // The name is in brackets and may contain anything, so the fields are counted from the last bracket.
        const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
        const group = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[2]);
        const status = readFileSync(`/proc/${pid}/status`, "utf8");
        const kibibytes = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0);
        return [{ group, name: /^Name:\s+(.*)$/m.exec(status)?.[1] ?? "", kibibytes }];
      } catch {
        // The process exited meanwhile.
        return [];
      }
    });
}

function processesOfPs(): readonly Process[] {
  const { stdout } = spawnSync("ps", ["-A", "-o", "pgid=,rss=,comm="], { encoding: "utf8" });
  return (stdout ?? "").split("\n").flatMap((line) => {
    const [, group, kibibytes, name] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return name === undefined ? [] : [{ group: Number(group), name, kibibytes: Number(kibibytes) }];
  });
}
