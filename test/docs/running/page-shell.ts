import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { buildSync } from "esbuild";
import { endGroup } from "../../support/product/product.ts";

// One shell for all blocks of a page, as a reader has one terminal: what a block sets is there for the next one.

/** Reads the names of files with blocks, runs each, and says when it is done. An error ends the shell. */
const LOOP = `set -euo pipefail
while read -r file; do
  source "$file" > "$file.out" 2> "$file.err" < /dev/null
  echo "$file"
done
`;
/** Without these, a refused call would pass: curl ends with 0 for any answer. */
const CURL = `#!/bin/sh
case " $* " in *" -f "*|*" --fail"*|*" -sf"*) exec "$REAL_CURL" "$@" ;; esac
"$REAL_CURL" --fail-with-body "$@"
code=$?
if [ "$code" = 22 ] && [ -e .refusal-expected ]; then touch .refused; exit 0; fi
exit $code
`;
const BLOCK_MAX_MILLISECONDS = 30_000;

/** Programs that replace others, as JavaScript: a pipeline starts them often, and the types take as long as the rest. */
function nodePrograms(): Readonly<Record<string, string>> {
  compiled ??= Object.fromEntries(
    ["claude", "jq"].map((name) => {
      const { outputFiles } = buildSync({
        entryPoints: [`test/docs/running/programs/${name}.ts`],
        banner: { js: `#!${process.execPath}` },
        bundle: true,
        packages: "external",
        platform: "node",
        format: "esm",
        write: false,
      });
      return [name, outputFiles[0]?.text ?? ""];
    }),
  );
  return compiled;
}

let compiled: Readonly<Record<string, string>> | undefined;

export interface Output {
  readonly text: string;
  readonly refused: boolean;
}

export class PageShell {
  readonly folder: string;
  readonly #child: ChildProcess;
  readonly #lines: NodeJS.AsyncIterator<string>;
  #count = 0;

  private constructor(folder: string, child: ChildProcess, lines: NodeJS.AsyncIterator<string>) {
    this.folder = folder;
    this.#child = child;
    this.#lines = lines;
  }

  /** In a folder that has the program `countersign` and the packages where the repository has them. */
  static open(folder: string, variables: Readonly<Record<string, string>>): PageShell {
    const bin = join(folder, ".bin");
    mkdirSync(bin, { recursive: true });
    symlinkSync(resolve(".build"), join(folder, ".build"));
    symlinkSync(resolve("node_modules"), join(folder, "node_modules"));
    const programs = { curl: CURL, ...nodePrograms() };
    for (const [name, text] of Object.entries(programs))
      writeFileSync(join(bin, name), text, { mode: 0o755 });
    const { PATH = "" } = process.env;
    const curl = PATH.split(delimiter)
      .map((place) => join(place, "curl"))
      .find(existsSync);
    const child = spawn("bash", ["-c", LOOP], {
      cwd: folder,
      detached: true,
      stdio: ["pipe", "pipe", "inherit"],
      env: {
        PATH: [bin, join(process.execPath, ".."), PATH].join(delimiter),
        HOME: folder,
        REAL_CURL: curl ?? "curl",
        ...variables,
      },
    });
    const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]();
    return new PageShell(folder, child, lines);
  }

  /** What the block has printed. Throws if one of its commands fails, or if a refusal is not as expected. */
  async run(text: string, expectsRefusal = false): Promise<Output> {
    const file = join(this.folder, `.block-${this.#count++}`);
    writeFileSync(file, `${text}\n`);
    const mark = (name: string): string => join(this.folder, name);
    rmSync(mark(".refused"), { force: true });
    if (expectsRefusal) writeFileSync(mark(".refusal-expected"), "");
    else rmSync(mark(".refusal-expected"), { force: true });
    this.#child.stdin?.write(`${file}\n`);
    const timer = setTimeout(() => void this.close(), BLOCK_MAX_MILLISECONDS);
    const { done = false } = await this.#lines.next();
    clearTimeout(timer);
    const output = readText(`${file}.out`);
    if (done) throw new Error(`a command failed\n${tail(output)}\n${tail(readText(`${file}.err`))}`);
    return { text: output, refused: existsSync(mark(".refused")) };
  }

  async close(): Promise<void> {
    await endGroup(this.#child);
  }
}

function readText(file: string): string {
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}

function tail(text: string): string {
  return text.trim().slice(-1_500);
}
