import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";

// A folder that can't be written ends the start with one plain line, before the runtime fails in words of its own.

/** The message says why, and what to do. */
export class StateUnusable extends Error {}

/** Removed again. A crash may leave it; the next start overwrites it. */
const PROBE = "write-check";
/** The databases of the first start have a few hundred KiB. */
const PROBE_BYTES = 1024 * 1024;

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full; free some space",
  EDQUOT: "your quota is used up; free some space",
  EROFS: "the disk is read-only; choose another folder with --state",
  EACCES: "you may not write there; change its permissions, or choose another folder with --state",
  EPERM: "you may not write there; change its permissions, or choose another folder with --state",
  ENOTDIR: "a part of its path is a file; choose another folder with --state",
  EEXIST: "it is a file; choose another folder with --state",
};
/** What a database reports in the words of SQLite. */
const DATABASE_CODES: readonly (readonly [words: RegExp, code: string])[] = [
  [/SQLITE_FULL|disk is full/, "ENOSPC"],
  [/SQLITE_READONLY|readonly database/, "EROFS"],
  [/SQLITE_CANTOPEN|unable to open database/, "EACCES"],
];

/** Creates the folder, after its deletion if wanted, writes to it, and checks that all files in it can be written. */
export function prepareFolder(folder: string, reset: boolean): void {
  try {
    if (reset) rmSync(folder, { recursive: true, force: true });
    // First what exists already: mkdir reports ENOENT on a read-only disk.
    accessSync(nearestExisting(folder), constants.W_OK);
    mkdirSync(folder, { recursive: true });
    writeProbe(join(folder, PROBE));
    for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" }))
      accessSync(join(folder, name), constants.W_OK);
  } catch (problem) {
    if (!(problem instanceof Error)) throw problem;
    const code = "code" in problem ? String(problem.code) : "";
    throw unusable(folder, REASONS[code] ?? problem.message);
  }
}

function nearestExisting(path: string): string {
  const parent = dirname(path);
  return existsSync(path) || parent === path ? path : nearestExisting(parent);
}

function writeProbe(path: string): void {
  const file = openSync(path, "w");
  try {
    // Not writeFileSync, which writes a part and says nothing when the disk gets full.
    writeFileSync(file, new Uint8Array(PROBE_BYTES));
    fsyncSync(file);
  } finally {
    closeSync(file);
    rmSync(path, { force: true });
  }
}

/** A problem of the databases in plain words, if the folder is its cause. */
export function databaseProblem(folder: string, problem: unknown): StateUnusable | undefined {
  const message = problem instanceof Error ? problem.message : "";
  const [, code = ""] = DATABASE_CODES.find(([words]) => words.test(message)) ?? [];
  const reason = REASONS[code];
  return reason === undefined ? undefined : unusable(folder, reason);
}

function unusable(folder: string, reason: string): StateUnusable {
  return new StateUnusable(`The state folder ${folder} can't be written: ${reason}.`);
}
