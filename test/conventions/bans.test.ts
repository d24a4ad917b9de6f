import { describe, expect, it } from "vitest";
import { sourceFile, sourceFiles, type SourceFile } from "./source-tree.ts";

// Calls that this repository bans, where they are banned, and what to use instead. The linter checks the sizes of
// files and functions, floating promises and barrel files.

interface Ban {
  readonly call: RegExp;
  readonly where: RegExp;
  readonly except?: RegExp;
  readonly instead: string;
}

const EVERYWHERE = /^(src|web)\//;
const PROGRAMS = /^src\/local\//;

const BANS: readonly Ban[] = [
  {
    call: /\bJSON\.parse\(/,
    where: EVERYWHERE,
    // The MCP endpoint reads a refused message a second time, only for the id to answer under.
    except: /^src\/(?:local\/|http\/mcp\/mcp-message\.ts$)/,
    instead: "parseJson of core/encoding/strict-json, which loses nothing",
  },
  {
    call: /\.json\(\)/,
    where: /^src\//,
    except: PROGRAMS,
    instead: "the bytes, through parseJson of core/encoding/strict-json",
  },
  {
    call: /\benv\.DB\b|\bDB:/,
    where: EVERYWHERE,
    except: /^src\/(store\/database|env)\.ts$/,
    instead: "a TenantStore, or the functions of store/tenant-lookup",
  },
  {
    call: /\bDate\.now\(|\bnew Date\(\)|\bperformance\./,
    where: /^src\/core\//,
    instead: "an argument `now`",
  },
  { call: /\bMath\.random\(/, where: EVERYWHERE, instead: "crypto.getRandomValues" },
  { call: /getRandomValues|randomUUID/, where: /^src\/core\//, instead: "random bytes as an argument" },
  {
    call: /\bfetch\(|\bsetTimeout\(|\bprocess\.|\bBuffer\b|(?<!-)\bdocument\.|\bwindow\.|\bglobalThis\b/,
    where: /^src\/core\//,
    instead: "nothing: core knows no platform",
  },
  {
    // A call of the global function: not `env.ASSETS.fetch`, and not the method of a Durable Object.
    call: /(?<!async )(?<![.\w])fetch\(|\bcloudflare:sockets\b/,
    where: /^src\//,
    except: /^src\/(?:send\/guarded-fetch\.ts$|cli\/|local\/)/,
    instead: "the guarded call of src/send, which reaches public addresses only",
  },
  {
    call: /subtle\s*\.digest/,
    where: EVERYWHERE,
    instead: "sha256 of core/encoding/hash, which is synchronous",
  },
  {
    call: /\b(inner|outer)HTML\b|insertAdjacentHTML|document\.write\b|setHTML/,
    where: EVERYWHERE,
    instead: "textContent and createElement",
  },
  {
    call: /\binstanceof Response\b/,
    where: /^src\/http\//,
    instead: "a middleware, or HttpRefusal: one place turns refusals into answers",
  },
  { call: /\beval\(|\bnew Function\(/, where: EVERYWHERE, instead: "code that can be read" },
  {
    call: /\bthrow new Error\(/,
    where: /^src\/core\/(?!refusal\.ts)/,
    instead: "refuse(…), or RangeError for a caller's mistake",
  },
  {
    call: /^export \* from|^export \{[^}]*\} from/m,
    where: EVERYWHERE,
    instead: "an import of the file that defines it",
  },
];

function broken(file: SourceFile): readonly string[] {
  return BANS.filter(
    ({ call, where, except }) => where.test(file.path) && !except?.test(file.path) && call.test(file.code),
  ).map(({ call, instead }) => `${file.path}: ${call.source}; use ${instead}`);
}

describe("banned calls", () => {
  it("are not made", () => expect(sourceFiles("src", "web").flatMap(broken)).toEqual([]));

  const samples: [string, string, number][] = [
    ["src/http/rest/rest-routes.ts", "const body = JSON.parse(text);", 1],
    ["src/http/rest/rest-routes.ts", "const body = await request.json();", 1],
    ["src/local/start.ts", "const config = JSON.parse(text);", 0],
    ["src/app/confirmation/create.ts", "await env.DB.batch(rows);", 1],
    ["src/store/database.ts", "drizzle(env.DB);", 0],
    ["src/core/x.ts", "const now = Date.now();", 1],
    ["src/core/x.ts", "const then = new Date(now);", 0],
    ["src/core/x.ts", "const salt = crypto.getRandomValues(new Uint8Array(32));", 1],
    ["src/app/x.ts", "const id = Math.random();", 1],
    ["src/core/x.ts", "// Date.now() in a comment", 0],
    ["src/http/rest/x.ts", "if (principal instanceof Response) return principal;", 1],
    ["src/app/x.ts", "const answer = await fetch(webhook.url);", 1],
    ["src/app/x.ts", "const file = await env.ASSETS.fetch(url);", 0],
    ["web/approve/approve-page.ts", "card.innerHTML = text;", 1],
    ["web/approve/approve-page.ts", "card.textContent = text;", 0],
    ["src/core/x.ts", "const title = document.title;", 1],
    ["src/core/x.ts", 'import { a } from "./policy-document.ts";', 0],
    ["src/core/index.ts", 'export { a } from "./a.ts";', 1],
    ["src/core/x.ts", 'throw new Error("bad input");', 1],
  ];
  it.each(samples)("%s: %s", (path, text, count) =>
    expect(broken(sourceFile(path, text))).toHaveLength(count),
  );
});
