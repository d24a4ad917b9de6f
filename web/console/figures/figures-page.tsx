import {
  durationText,
  FIGURE_DAYS,
  type DayFigures,
  type Figures,
  type ShownFigures,
  type StageFigures,
} from "../../../src/core/report/request-figures.ts";
import type { Html } from "../html-text.ts";
import type { View } from "../layout.tsx";
import { BarChart, type Series } from "./bar-chart.tsx";

const OUTCOMES = [
  { name: "approved", text: "Approved" },
  { name: "rejected", text: "Rejected" },
  { name: "expired", text: "Expired" },
  { name: "cancelled", text: "Cancelled" },
  { name: "pending", text: "Pending" },
] as const satisfies readonly Series[];

/** What became of the requests of the last days. */
export const FiguresView: View<ShownFigures> = ({ data }) => {
  const total = data.days.reduce((sum, day) => sum + totalOf(day), 0);
  return (
    <>
      <p class="quiet">
        Live requests of the last {FIGURE_DAYS} days of UTC. Requests of test projects are not counted.
        {data.cut && " There were so many that only the newest 10,000 are counted."}
      </p>
      {total === 0 ? (
        <p class="empty">There are no live requests in these days. The figures begin with the first one.</p>
      ) : (
        <Charts data={data} />
      )}
    </>
  );
};

function totalOf(day: DayFigures): number {
  return OUTCOMES.reduce((sum, { name }) => sum + day[name], 0);
}

const STAGE_TEXTS: Readonly<Record<StageFigures["stage"], string>> = {
  notified: "From the request to the first notice",
  opened: "From there until somebody opened the page",
  decided: "From there to the decision",
  whole: "From the request to the decision",
};

function Stages({ stages }: Pick<Figures, "stages">): Html {
  return (
    <div class="wide" role="region" aria-label="What takes the time" tabindex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">What takes the time</th>
            <th scope="col">Requests</th>
            <th scope="col">Median</th>
            <th scope="col">95 of 100 within</th>
          </tr>
        </thead>
        <tbody>
          {stages.map(({ stage, count, medianSeconds, p95Seconds }) => (
            <tr>
              <th scope="row">{STAGE_TEXTS[stage]}</th>
              <td>{count}</td>
              <td>{durationText(medianSeconds)}</td>
              <td>{durationText(p95Seconds)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Charts({ data: { days, stages, approvers } }: { readonly data: Figures }): Html {
  const used = OUTCOMES.filter(({ name }) => days.some((day) => day[name] > 0));
  return (
    <>
      <h2>Requests by outcome</h2>
      <BarChart
        title="Requests of each day by outcome"
        days={days.map(({ day }) => day)}
        series={used}
        values={days.map((day) => used.map(({ name }) => day[name]))}
        textOf={String}
      />
      <h2>Median time to decision</h2>
      <BarChart
        title="Median time from a request to its decision, for each day"
        days={days.map(({ day }) => day)}
        series={[{ name: "median", text: "Median" }]}
        values={days.map(({ medianSeconds }) => [medianSeconds ?? 0])}
        textOf={durationText}
      />
      {stages.length > 0 && (
        <>
          <h2>What takes the time</h2>
          <Stages stages={stages} />
        </>
      )}
      <h2>By approver</h2>
      <Approvers approvers={approvers} />
    </>
  );
}

function Approvers({ approvers }: Pick<Figures, "approvers">): Html {
  if (approvers.length === 0) return <p class="empty">Nobody has decided a request in these days.</p>;
  const most = approvers[0]?.decided ?? 0;
  return (
    <div class="wide" role="region" aria-label="By approver" tabindex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">Approver</th>
            <th scope="col">Decided</th>
            <th scope="col">
              <span class="unseen for-share">Share</span>
            </th>
            <th scope="col">Median time</th>
          </tr>
        </thead>
        <tbody>
          {approvers.map(({ approver, decided, medianSeconds }) => (
            <tr>
              <th scope="row">
                <bdi>{approver}</bdi>
              </th>
              <td>{decided}</td>
              <td>
                <svg class="share" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
                  <rect class="median" width={(100 * decided) / most} height="8" rx="2" />
                </svg>
              </td>
              <td>{durationText(medianSeconds)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
