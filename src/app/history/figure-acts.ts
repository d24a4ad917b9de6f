import { accept, type Result } from "../../core/refusal.ts";
import { figuresFrom, figuresOf, type ShownFigures } from "../../core/report/request-figures.ts";
import { usernamesOf } from "../../store/account/people.ts";
import { figureRows, firstTimes } from "../../store/confirmation/figure-rows.ts";
import { act, type ActCall } from "../acts/act.ts";
import { visibleStatuses } from "./visible-status.ts";

/** Five small columns each: read and counted in less than 100 ms. */
const FIGURES_MAX_REQUESTS = 10_000;

/** Some for each of those requests. */
const FIRST_TIMES_MAX_ROWS = 3 * FIGURES_MAX_REQUESTS;

export const FIGURE_ACTS = { "figures.read": act("requests.read", readFigures) };

async function readFigures({ runtime, store }: ActCall, _input: null): Promise<Result<ShownFigures>> {
  const now = runtime.now();
  const since = figuresFrom(now);
  const [found, first, statusOf] = await Promise.all([
    figureRows(store, since, FIGURES_MAX_REQUESTS + 1),
    firstTimes(store, since, FIRST_TIMES_MAX_ROWS),
    visibleStatuses(store),
  ]);
  const rows = found.slice(0, FIGURES_MAX_REQUESTS);
  const names = await usernamesOf(
    store,
    rows.flatMap(({ approverId }) => approverId ?? []),
  );
  const requests = rows.map((row) => ({
    status: statusOf(row),
    createdAt: row.createdAt,
    notifiedAt: first.notified.get(row.id) ?? null,
    openedAt: first.opened.get(row.id) ?? null,
    decidedAt: row.decidedAt,
    approver: names.get(row.approverId ?? "") ?? null,
  }));
  return accept({ ...figuresOf(requests, now), cut: found.length > rows.length });
}
