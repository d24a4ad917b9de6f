import type { Figures } from "../account/figures.ts";

export interface FiguresData extends Figures {
  /** Whether older requests of these days were left out. */
  readonly cut: boolean;
}
