/** A screen or two; the next page is one tap away. */
export const TRAIL_PAGE_ITEMS = 50;

/** An entry of the audit trail. */
export interface TrailItem {
  readonly at: string;
  readonly actor: { readonly kind: "person" | "key" | "service" | "operator"; readonly name: string };
  /** As a person reads it. */
  readonly act: string;
  readonly subject: string;
  /** What changed: names and values as text. */
  readonly detail: readonly (readonly [name: string, value: string])[];
  readonly place: string;
}

export interface TrailPage {
  readonly items: readonly TrailItem[];
  /** For the next page; null on the last one. */
  readonly next: string | null;
  /** Changes with the newest entry. */
  readonly version: string;
}
