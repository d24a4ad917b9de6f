// Who fills which place, if nobody fills two.

/** `count` of these people must sign. */
export interface Need {
  readonly name: string;
  readonly count: number;
  readonly of: readonly string[];
}

/** How many different people the needs ask for. */
export function placesOf(needs: readonly Need[]): number {
  return needs.reduce((sum, { count }) => sum + count, 0);
}

/**
 * The index of the need of which each person fills a place. Each person fills at most one, and as many places as possible
 * are filled: with "one of finance and one of security", a person in both groups still needs a second person.
 */
export function seatPeople(needs: readonly Need[], people: ReadonlySet<string>): ReadonlyMap<string, number> {
  const needOf = new Map<string, number>();
  const candidates = needs.map(({ of }) => of.filter((person) => people.has(person)));
  // A person who fills a place already gives it up if somebody else can fill that one.
  const fill = (need: number, tried: Set<string>): boolean => {
    const own = candidates[need] ?? [];
    const person =
      own.find((each) => !needOf.has(each)) ??
      own.find((each) => {
        if (tried.has(each)) return false;
        tried.add(each);
        return fill(needOf.get(each) ?? 0, tried);
      });
    if (person !== undefined) needOf.set(person, need);
    return person !== undefined;
  };
  for (const [need, { count }] of needs.entries()) {
    // If one of its places cannot be filled, no further one can.
    for (let place = 0; place < count; place++) if (!fill(need, new Set())) break;
  }
  return needOf;
}

/** How many more people must sign; 0 if these are enough. */
export function missingPlaces(needs: readonly Need[], people: ReadonlySet<string>): number {
  return placesOf(needs) - seatPeople(needs, people).size;
}
