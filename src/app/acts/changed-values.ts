type Texts<Name extends string> = Readonly<Record<Name, string | number | null>>;

/** What differs, as an entry of the audit trail keeps it: both values of each. `none` is the text of a missing one. */
export function changedValues<Name extends string>(
  was: Texts<Name>,
  now: Texts<Name>,
  none = "",
): Record<string, string> {
  const names = Object.keys(now) as Name[];
  return Object.fromEntries(
    names.flatMap((name) =>
      was[name] === now[name] ? [] : [[name, `${was[name] ?? none} → ${now[name] ?? none}`]],
    ),
  );
}
