import { leading } from "../reading/document-blocks.ts";

// A CI job as the shell runs it: the variables and commands of a step of GitHub Actions or of a job of GitLab CI.
// Only what the guide uses of YAML.

/** What the CI system and its settings provide. */
const PROVIDED = `unset COUNTERSIGN_MODE
export COUNTERSIGN_KEY="$KEY" CI_COMMIT_SHA=abc123`;
const EXPRESSIONS: Readonly<Record<string, string>> = {
  "secrets.COUNTERSIGN_KEY": "$KEY",
  "github.sha": "abc123",
};

/** In a subshell, as each job begins with nothing of another one. */
export function scriptOf(yaml: string): string {
  const lines = yaml.split("\n");
  const commands = [...sections(lines, "run"), ...sections(lines, "script")].flatMap(({ inline, lines }) =>
    inline === "" ? lines.map((line) => line.replace(/^- /, "")) : [inline],
  );
  if (commands.length === 0) throw new Error("the job has no commands");
  const variables = [...sections(lines, "env"), ...sections(lines, "variables")].flatMap(({ lines }) =>
    lines.map(exportOf),
  );
  return ["(", PROVIDED, ...variables, ...commands, ")"].join("\n");
}

function exportOf(line: string): string {
  const [, name = "", text = ""] = /^(\w+): (.*)$/.exec(line) ?? [];
  const value = text.replaceAll(/\$\{\{ (.*?) \}\}/g, (expression, inside: string) => {
    const known = EXPRESSIONS[inside];
    if (known === undefined) throw new Error(`nothing is known of ${expression}`);
    return known;
  });
  return `export ${name}="${value}"`;
}

interface Section {
  /** After the name, on its line. */
  readonly inline: string;
  /** Further in, without their indent. */
  readonly lines: readonly string[];
}

function sections(lines: readonly string[], name: string): readonly Section[] {
  return lines.flatMap((line, at) => {
    const [, before, inline = ""] = new RegExp(`^([ -]*)${name}:\\s*(.*)$`).exec(line) ?? [];
    if (before === undefined) return [];
    const rest = lines.slice(at + 1);
    const end = rest.findIndex((one) => one.trim() !== "" && leading(one) <= before.length);
    const inside = (end < 0 ? rest : rest.slice(0, end)).filter((one) => one.trim() !== "");
    const depth = Math.min(...inside.map(leading));
    return [{ inline: inline.replace(/^\|-?$/, ""), lines: inside.map((one) => one.slice(depth)) }];
  });
}
