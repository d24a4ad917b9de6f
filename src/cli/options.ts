import { parseArgs, type ParseArgsOptionsConfig } from "node:util";
import { Problem } from "./problem.ts";

/** One positional argument and the named options; anything else is refused in plain words. */
export function readOptions<Options extends ParseArgsOptionsConfig>(
  words: readonly string[],
  options: Options,
) {
  try {
    const { values, positionals, tokens } = parseArgs({
      args: [...words],
      options,
      allowPositionals: true,
      strict: true,
      tokens: true,
    });
    const [source, ...rest] = positionals;
    if (source === undefined || rest.length > 0) throw new Problem("name exactly one file");
    const names = tokens.flatMap((token) => (token.kind === "option" ? [token.name] : []));
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice !== undefined) throw new Problem(`--${twice} stands twice`);
    return { source, values };
  } catch (problem) {
    if (problem instanceof TypeError) throw new Problem(problem.message);
    throw problem;
  }
}
