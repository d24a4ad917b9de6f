import { expect, it } from "vitest";
import { checkSequences } from "../../support/decisions/checked-sequences.ts";

const RUNS = 10_000;
/** They take some seconds on an idle core, and more on a busy machine. */
const PROPERTY_MAX_MILLISECONDS = 60_000;

it(
  "does what a naive model does, over random policies and sequences of inputs",
  { timeout: PROPERTY_MAX_MILLISECONDS },
  () => {
    const seen = checkSequences(RUNS);
    // Each result of each input was tried.
    expect([...seen.keys()].toSorted()).toEqual([
      "cancel: already_decided",
      "cancel: cancelled",
      "cancel: expired",
      "consume: already_consumed",
      "consume: argument_hash_mismatch",
      "consume: consumed",
      "consume: execution_window_closed",
      "consume: not_approved",
      "override: already_decided",
      "override: already_signed",
      "override: break-glass",
      "override: break_glass_not_allowed",
      "override: expired",
      "override: reason_required",
      "tick: approved",
      "tick: asks people of a later stage",
      "tick: expired",
      "tick: pending",
      "vote: already_decided",
      "vote: already_signed",
      "vote: approved",
      "vote: asks people of a later stage",
      "vote: expired",
      "vote: needed_later",
      "vote: not_an_approver",
      "vote: pending",
      "vote: rejected",
      "vote: stage_over",
    ]);
    expect(Math.min(...seen.values())).toBeGreaterThan(RUNS / 1_000);
  },
);
