import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { endGroup } from "../../support/product/product.ts";
import type { Output } from "./page-shell.ts";

// The TypeScript and JavaScript of a page as one module in one process. Each block is nested in the one before it, so
// it sees what that has declared, and may declare the same names again. The process waits before each block until the
// shell's blocks before it have run.

const BLOCK_MAX_MILLISECONDS = 30_000;

/** The variables of the documents, for the compiler. */
export function declarationsOf(names: Iterable<string>): string {
  return [...names].map((name) => `declare const ${name}: string;`).join("\n");
}

/** The module of these blocks. `step` is put before each block. */
export function moduleOf(blocks: readonly string[], step = ""): string {
  const imports = new Set<string>();
  const nested = blocks.map((block) => {
    const text = block
      .replaceAll(/^import [^]*?from "[^"]+";$/gm, (line) => {
        imports.add(line);
        return "";
      })
      .replaceAll(/^export (?=(async )?function|const|class|interface|type)/gm, "");
    return `{ ${step}\n${text}\n`;
  });
  return [...imports, ...nested, "}".repeat(blocks.length), "export {};", ""].join("\n");
}

/** After this comes whether the block's call was refused. No output of a page has it. */
const MARK = "\u0000";
/** A refused call ends the process, unless the page expects it. */
const PRELUDE = `
import { appendFileSync } from "node:fs";
const $fetch = globalThis.fetch;
let $refused = false;
let $expectsRefusal = false;
globalThis.fetch = async (...call) => {
  const answer = await $fetch(...call);
  if (/json/.test(answer.headers.get("content-type"))) appendFileSync(".answers", await answer.clone().text());
  if (answer.ok) return answer;
  if (!$expectsRefusal) throw new Error(\`\${answer.status} \${await answer.text()}\`);
  $refused = true;
  return answer;
};
async function $next() {
  const message = new Promise((resolve) => process.once("message", resolve));
  process.stdout.write("\\u0000" + $refused);
  const { constants, environment, expectsRefusal } = await message;
  Object.assign(globalThis, constants);
  Object.assign(process.env, environment);
  $refused = false;
  $expectsRefusal = expectsRefusal;
}
`;

/** What the reader fills in before a block: constants, and variables of the environment. */
export interface FilledIn {
  readonly constants: Readonly<Record<string, string>>;
  readonly environment: Readonly<Record<string, string>>;
}

export class PageModule {
  readonly #folder: string;
  readonly #child: ChildProcess;
  #output = "";
  #errors = "";

  private constructor(folder: string, child: ChildProcess) {
    this.#folder = folder;
    this.#child = child;
    child.stderr?.on("data", (chunk: Buffer) => (this.#errors += chunk.toString()));
  }

  /** Starts the process. It waits before the first block. */
  static async open(
    folder: string,
    blocks: readonly string[],
    variables: Readonly<Record<string, string>>,
  ): Promise<PageModule> {
    const file = join(folder, "page.ts");
    const globals = `Object.assign(globalThis, ${JSON.stringify(variables)});`;
    const text = moduleOf(blocks, "await $next();");
    writeFileSync(file, `${globals}${PRELUDE}${text}await $next();\n`);
    const child = spawn(process.execPath, [file], {
      cwd: folder,
      detached: true,
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      env: { PATH: process.env["PATH"], ...variables },
    });
    const opened = new PageModule(folder, child);
    await opened.#untilNext();
    return opened;
  }

  /** Runs the next block. */
  async run(values: FilledIn, expectsRefusal: boolean): Promise<Output & { readonly answers: string }> {
    this.#child.send({ ...values, expectsRefusal });
    const output = await this.#untilNext();
    return { ...output, answers: this.#takeAnswers() };
  }

  /** What the API has answered to this block. */
  #takeAnswers(): string {
    const file = join(this.#folder, ".answers");
    const answers = existsSync(file) ? readFileSync(file, "utf8") : "";
    rmSync(file, { force: true });
    return answers;
  }

  async #untilNext(): Promise<Output> {
    this.#output = "";
    const { promise, resolve, reject } = Promise.withResolvers<Output>();
    const read = (chunk: Buffer): void => {
      this.#output += chunk.toString();
      const [text = "", refused] = this.#output.split(MARK);
      if (refused === "true" || refused === "false") resolve({ text, refused: refused === "true" });
    };
    const failed = (): void => reject(new Error(`the code failed\n${this.#errors.trim().slice(-1_500)}`));
    const timer = setTimeout(failed, BLOCK_MAX_MILLISECONDS);
    this.#child.stdout?.on("data", read);
    this.#child.once("close", failed);
    return promise.finally(() => {
      clearTimeout(timer);
      this.#child.stdout?.off("data", read);
      this.#child.off("close", failed);
    });
  }

  async close(): Promise<void> {
    await endGroup(this.#child);
  }
}
