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
  const places = needs.flatMap(({ count }, need) => Array.from({ length: count }, () => need));
  const placeOf = new Map<string, number>();
  // A person who has a place already gives it up if somebody else can fill that one.
  const fill = (place: number, tried: Set<string>): boolean => {
    for (const person of needs[places[place] ?? 0]?.of ?? []) {
      if (!people.has(person) || tried.has(person)) continue;
      tried.add(person);
      const other = placeOf.get(person);
      if (other !== undefined && !fill(other, tried)) continue;
      placeOf.set(person, place);
      return true;
    }
    return false;
  };
  for (const place of places.keys()) fill(place, new Set());
  return new Map([...placeOf].map(([person, place]) => [person, places[place] ?? 0]));
}

/** How many more people must sign; 0 if these are enough. */
export function missingPlaces(needs: readonly Need[], people: ReadonlySet<string>): number {
  return placesOf(needs) - seatPeople(needs, people).size;
}
