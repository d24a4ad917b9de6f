import type { Html } from "../html-text.ts";

// A chart with a column for each day, drawn on the server: no script and no style attribute. The same numbers are in a
// table below it.

export interface Series {
  /** The class of its bars. */
  readonly name: string;
  readonly text: string;
}

interface BarChartProps {
  readonly title: string;
  /** Such as "2026-11-28". */
  readonly days: readonly string[];
  readonly series: readonly Series[];
  /** For each day the values of the series, which are stacked. */
  readonly values: readonly (readonly number[])[];
  readonly textOf: (value: number) => string;
}

const WIDTH = 400;
const HEIGHT = 150;
const TOP = 16;
const BOTTOM = 18;
const PLOT = HEIGHT - TOP - BOTTOM;
const GAP = 2;

export function BarChart(props: BarChartProps): Html {
  const { title, days, series, values, textOf } = props;
  const top = Math.max(1, ...values.map(sum));
  const step = WIDTH / days.length;
  return (
    <figure class="chart">
      {series.length > 1 && <Legend series={series} />}
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={title}>
        <path class="grid" d={`M0 ${TOP}H${WIDTH}M0 ${HEIGHT - BOTTOM}H${WIDTH}`} />
        <text x="0" y={TOP - 5}>
          {textOf(top)}
        </text>
        {values.map((ofDay, at) => (
          <Column x={at * step + GAP / 2} width={step - GAP} values={ofDay} top={top} series={series} />
        ))}
        {days.map((day, at) =>
          at % 7 === days.length % 7 ? (
            <text x={at * step} y={HEIGHT - 5}>
              {shortDay(day)}
            </text>
          ) : null,
        )}
      </svg>
      <Numbers {...props} />
    </figure>
  );
}

function Column({
  x,
  width,
  values,
  top,
  series,
}: {
  readonly x: number;
  readonly width: number;
  readonly values: readonly number[];
  readonly top: number;
  readonly series: readonly Series[];
}): Html {
  const ends = values.map((_, at) => sum(values.slice(0, at + 1)));
  return (
    <>
      {values.map((value, at) =>
        value === 0 ? null : (
          <rect
            class={series[at]?.name}
            x={rounded(x)}
            y={rounded(HEIGHT - BOTTOM - (PLOT * (ends[at] ?? 0)) / top)}
            width={rounded(width)}
            height={rounded(Math.max(1, (PLOT * value) / top))}
          />
        ),
      )}
    </>
  );
}

function Legend({ series }: Pick<BarChartProps, "series">): Html {
  return (
    <ul class="legend" role="list">
      {series.map(({ name, text }) => (
        <li>
          <svg viewBox="0 0 10 10" aria-hidden="true">
            <rect class={name} width="10" height="10" rx="2" />
          </svg>
          {text}
        </li>
      ))}
    </ul>
  );
}

/** Days without a value are left out. */
function Numbers({ days, series, values, textOf, title }: BarChartProps): Html {
  return (
    <details>
      <summary>Show the numbers</summary>
      <div class="wide" role="region" aria-label={title} tabindex={0}>
        <table>
          <caption class="unseen">{title}</caption>
          <thead>
            <tr>
              <th scope="col">Day</th>
              {series.map(({ text }) => (
                <th scope="col">{text}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {days.map((day, at) =>
              sum(values[at] ?? []) === 0 ? null : (
                <tr>
                  <th scope="row">{day}</th>
                  {values[at]?.map((value) => (
                    <td>{textOf(value)}</td>
                  ))}
                </tr>
              ),
            )}
          </tbody>
        </table>
      </div>
    </details>
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

/** Such as "28 Nov". */
function shortDay(day: string): string {
  return new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", day: "numeric", month: "short" }).format(
    new Date(day),
  );
}
