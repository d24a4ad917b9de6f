import { parseArgs, type ParseArgsOptionsConfig } from "node:util";
import { CliError } from "./cli-error.ts";

/** Exactly one positional argument, and the named options. */
export function readOptions<Options extends ParseArgsOptionsConfig>(
  args: readonly string[],
  options: Options,
) {
  const { values, positionals } = parse(args, options);
  const [source, ...rest] = positionals;
  if (source === undefined || rest.length > 0) throw new CliError("name exactly one file");
  return { source, values };
}

/** At most one positional argument, and the named options. */
export function readOptionalFile<Options extends ParseArgsOptionsConfig>(
  args: readonly string[],
  options: Options,
  file: string,
) {
  const { values, positionals } = parse(args, options);
  const [source = file, ...rest] = positionals;
  if (rest.length > 0) throw new CliError("name at most one file");
  return { source, values };
}

/** The named options, without positional arguments. */
export function readNamedOptions<Options extends ParseArgsOptionsConfig>(
  args: readonly string[],
  options: Options,
) {
  const { values, positionals } = parse(args, options);
  if (positionals.length > 0) throw new CliError(`"${positionals[0]}" is not an option`);
  return values;
}

function parse<Options extends ParseArgsOptionsConfig>(args: readonly string[], options: Options) {
  try {
    const { values, positionals, tokens } = parseArgs({
      args: [...args],
      options,
      allowPositionals: true,
      strict: true,
      tokens: true,
    });
    const names = tokens.flatMap((token) => (token.kind === "option" ? [token.name] : []));
    const repeated = names.find((name, index) => names.indexOf(name) !== index);
    if (repeated !== undefined) throw new CliError(`--${repeated} occurs twice`);
    return { values, positionals };
  } catch (problem) {
    if (problem instanceof TypeError) throw new CliError(problem.message);
    throw problem;
  }
}

/** The value of an option that the command can't do without. */
export function required(name: string, value: string | undefined): string {
  if (value === undefined) throw new CliError(`--${name} is required`);
  return value;
}

/** A whole number from 1, if the option is present. */
export function wholeNumber(name: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (!/^[1-9][0-9]{0,8}$/.test(value)) throw new CliError(`--${name} needs a whole number from 1`);
  return Number(value);
}
