import { readFileSync } from "node:fs";
import { runInNewContext } from "node:vm";

// In place of jq, which a machine may lack: a path with -r or -e, perhaps compared with a text, and with -n an object of
// texts, numbers and variables. A filter that it does not know ends it with an error, so no document can use one.

const PATH = /^((?:\.\w*(?:\[\d+\])?)+)(?:\s*==\s*(".*"|true|false|null))?$/;
const OBJECT = /^\{(?:\s*\w+:\s*(?:"[^"\\]*"|\d+|\$\w+(?:\[\d+\])?)\s*,?)+\s*\}$/;
const VARIABLES: Readonly<Record<string, (text: string) => unknown>> = {
  "--arg": (text) => text,
  "--argjson": (text) => JSON.parse(text) as unknown,
  "--slurpfile": (file) => [read(file)],
};

const args = process.argv.slice(2);
const variables: Record<string, unknown> = {};
const flags = new Set<string>();
const words: string[] = [];
while (args.length > 0) {
  const arg = args.shift() ?? "";
  const variable = VARIABLES[arg];
  if (variable !== undefined) variables[`$${args.shift()}`] = variable(args.shift() ?? "");
  else if (/^-[enr]+$/.test(arg)) for (const flag of arg.slice(1)) flags.add(flag);
  else words.push(arg);
}
const [filter = "", file = "/dev/stdin"] = words;

const value = flags.has("n") ? objectOf(filter) : valueAt(filter, read(file));
const isRaw = flags.has("r") && typeof value === "string";
process.stdout.write(`${isRaw ? value : JSON.stringify(value ?? null, null, 2)}\n`);
if (flags.has("e") && (value ?? false) === false) process.exitCode = 1;

function read(name: string): unknown {
  return JSON.parse(readFileSync(name, "utf8"));
}

/** Such an object is one in JavaScript, too. */
function objectOf(text: string): unknown {
  if (!OBJECT.test(text)) throw unknown();
  return runInNewContext(`(${text})`, variables);
}

function valueAt(text: string, document: unknown): unknown {
  const [, path, expected] = PATH.exec(text) ?? [];
  if (path === undefined) throw unknown();
  let found = document;
  for (const [, name, index] of path.matchAll(/([A-Za-z_]\w*)|\[(\d+)\]/g))
    found = (found as Record<string, unknown> | undefined)?.[name ?? index ?? ""];
  return expected === undefined ? found : found === JSON.parse(expected);
}

function unknown(): Error {
  return new Error(`the jq of the documents' test does not know: ${process.argv.slice(2).join(" ")}`);
}
