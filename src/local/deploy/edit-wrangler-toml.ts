// The two things that a deployment adds to wrangler.toml. Its comments stay, so it is edited as text.

/** With the id of a new database, below its name. Undefined if the text has no such database. */
export function withDatabaseId(
  toml: string,
  environment: string,
  databaseName: string,
  id: string,
): string | undefined {
  const line = `database_name = "${databaseName}"`;
  return edited(toml, `[[env.${environment}.d1_databases]]`, line, `${line}\ndatabase_id = "${id}"`);
}

/** With another value of a setting. Undefined if the environment has no such setting with this value. */
export function withSetting(
  toml: string,
  environment: string,
  name: string,
  change: { readonly from: string; readonly to: string },
): string | undefined {
  const line = (value: string) => `${name} = "${value}"`;
  return edited(toml, `[env.${environment}.vars]`, line(change.from), line(change.to));
}

/** Replaces a line of a table with this heading. */
function edited(toml: string, heading: string, line: string, replacement: string): string | undefined {
  const lines = toml.split("\n");
  let table = "";
  const place = lines.findIndex((one) => {
    if (one.startsWith("[")) table = one;
    return table === heading && one === line;
  });
  return place < 0 ? undefined : lines.with(place, replacement).join("\n");
}
