import { parseArgs, type ParseArgsOptionsConfig } from "node:util";
import { Problem } from "./cli-error.ts";

/** One positional argument and the named options; anything else is refused in plain words. */
export function readOptions<Options extends ParseArgsOptionsConfig>(
  words: readonly string[],
  options: Options,
) {
  const { values, positionals } = readWords(words, options);
  const [source, ...rest] = positionals;
  if (source === undefined || rest.length > 0) throw new Problem("name exactly one file");
  return { source, values };
}

/** The named options alone. */
export function readNamedOptions<Options extends ParseArgsOptionsConfig>(
  words: readonly string[],
  options: Options,
) {
  const { values, positionals } = readWords(words, options);
  if (positionals.length > 0) throw new Problem(`"${positionals[0]}" is no option`);
  return values;
}

function readWords<Options extends ParseArgsOptionsConfig>(words: readonly string[], options: Options) {
  try {
    const { values, positionals, tokens } = parseArgs({
      args: [...words],
      options,
      allowPositionals: true,
      strict: true,
      tokens: true,
    });
    const names = tokens.flatMap((token) => (token.kind === "option" ? [token.name] : []));
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice !== undefined) throw new Problem(`--${twice} stands twice`);
    return { values, positionals };
  } catch (problem) {
    if (problem instanceof TypeError) throw new Problem(problem.message);
    throw problem;
  }
}

/** A named option without which the command means nothing. */
export function needed(name: string, value: string | undefined): string {
  if (value === undefined) throw new Problem(`--${name} is needed`);
  return value;
}

/** A whole number from 1, if it was given. */
export function numberOf(name: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (!/^[1-9][0-9]{0,8}$/.test(value)) throw new Problem(`--${name} takes a whole number from 1`);
  return Number(value);
}
