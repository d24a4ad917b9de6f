// The fields of a form whose names are JSON Pointers into the document that it edits, such as `/stages/0/name`.

/** By name. Of check boxes, the ticked ones. */
export type FormValues = Readonly<Record<string, string | readonly string[]>>;

export function textIn(values: FormValues, name: string): string {
  const value = Object.hasOwn(values, name) ? values[name] : undefined;
  return typeof value === "string" ? value : (value?.[0] ?? "");
}

export function listIn(values: FormValues, name: string): readonly string[] {
  const value = Object.hasOwn(values, name) ? values[name] : undefined;
  return typeof value === "string" ? [value] : (value ?? []);
}

/** What is read at 0, 1, 2 and so on, as long as a field with this name is there. */
export function eachIn<Item>(
  values: FormValues,
  nameOf: (place: number) => string,
  max: number,
  read: (place: number) => Item,
): readonly Item[] {
  const items: Item[] = [];
  while (items.length < max && Object.hasOwn(values, nameOf(items.length))) items.push(read(items.length));
  return items;
}

/** What the button does with the document: a word, and the places that it is about. */
export interface Step {
  readonly what: string;
  readonly places: readonly number[];
  /** Whether it adds, moves or removes a part. Then what is wrong elsewhere can wait. */
  readonly changesParts: boolean;
}

/** The button's value, such as `remove-need 0 1`. Without one the form is to be accepted. */
export function stepIn(values: FormValues): Step {
  const [what = "", ...places] = textIn(values, "do").split(" ");
  const changesParts = places.length > 0 || what.startsWith("add-");
  return { what: what === "" ? "ask" : what, places: places.map(Number), changesParts };
}

export function without<Item>(list: readonly Item[], place: number | undefined): readonly Item[] {
  return list.filter((_, index) => index !== place);
}

export function changedAt<Item>(
  list: readonly Item[],
  place: number | undefined,
  change: (item: Item) => Item,
): readonly Item[] {
  return list.map((item, index) => (index === place ? change(item) : item));
}
