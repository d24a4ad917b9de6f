import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readStartOptions } from "../../src/local/start-options.ts";
import type { DescribedApi } from "./described-api.ts";
import type { Block } from "./reading/document-blocks.ts";

// What can be said of a block without running it.

const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as {
  readonly scripts: Readonly<Record<string, string>>;
};

/** Commands of npm name scripts, the options of the start exist, and so do the files of tests. */
export function faultsOfUnrun({ language, text }: Block): readonly string[] {
  if (language !== "bash") return [];
  return text
    .split("\n")
    .map((line) => line.replace(/\s+#.*$/, "").trim())
    .flatMap((line) => {
      const [, script] = /^npm (?:run )?([\w:-]+)/.exec(line) ?? [];
      if (script !== undefined && !["ci", "install"].includes(script) && !Object.hasOwn(scripts, script))
        return [`package.json has no script "${script}"`];
      if (script === "start") return faultsOfStart(line.split(/\s+/).slice(3));
      const files = line.match(/\b(?:src|test|web)\/[\w./-]+/g) ?? [];
      return files.filter((file) => !existsSync(file)).map((file) => `there is no file ${file}`);
    });
}

/** A value in capitals is one that the reader chooses. */
function faultsOfStart(args: readonly string[]): readonly string[] {
  const chosen: Readonly<Record<string, string>> = { N: "8787", DIR: "state", URL: "http://localhost:9000" };
  const options = readStartOptions(args.map((arg) => chosen[arg] ?? arg));
  return typeof options === "string" ? [options] : [];
}

/** Names of headers that the product neither sends nor reads, and paths that it does not have. */
export function faultsOfHeaders(text: string, api: DescribedApi): readonly string[] {
  return text.split("\n").flatMap((line) => {
    const [, method, path] = /^(GET|POST|PUT|DELETE) (\S+)/.exec(line) ?? [];
    if (method !== undefined && path !== undefined)
      return path.startsWith("/api/") && !api.has(`${method} ${path}`)
        ? [`the API has no ${method} ${path}`]
        : [];
    const [, name] = /^([\w-]+):/.exec(line) ?? [];
    if (name === undefined) return [];
    return productText().includes(name.toLowerCase()) ? [] : [`the product knows no header ${name}`];
  });
}

let product: string | undefined;

function productText(): string {
  product ??= ["src/http", "src/core/webhook", "src/send"]
    .flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: "utf8" }).map((file) => join(folder, file)),
    )
    .filter((file) => /\.tsx?$/.test(file))
    .map((file) => readFileSync(file, "utf8").toLowerCase())
    .join("\n");
  return product;
}
