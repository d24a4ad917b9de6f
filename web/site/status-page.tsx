import { grouped } from "../../src/core/account/amounts.ts";
import type { CallStatus, LogStatus, StatusData } from "../../src/core/report/status-data.ts";
import type { CallKind } from "../../src/core/report/call-figures.ts";
import { durationText } from "../../src/core/report/request-figures.ts";
import { asSentence } from "../common/sentence.ts";
import { Fact } from "../console/fact.tsx";
import type { Html } from "../console/html-text.ts";
import { ZoneTime } from "../console/zone-time.tsx";
import { SiteLayout } from "./site-layout.tsx";

interface StatusPageData {
  readonly origin: string;
  readonly data: StatusData;
}

/** The service, as it measures itself. */
export function StatusPage({ origin, data }: StatusPageData): Html {
  return (
    <SiteLayout
      title="Status"
      description="Whether the service answers, how fast it was in the last hour, and the newest checkpoint of its transparency log, as the service measures itself."
      path="/status"
      origin={origin}
      section={null}
      visitor={null}
      styles={["/status.css"]}
    >
      <div class="status-page">
        <h1>Status</h1>
        <Summary data={data} />
        <h2>Calls in the last hour</h2>
        {data.calls === null ? (
          <p class="note">The database does not answer, so there are no figures.</p>
        ) : (
          <Calls calls={data.calls} />
        )}
        <h2>Transparency log</h2>
        {data.log === null ? (
          <p class="note">
            The log does not answer. Until it does, requests stay pending: no decision counts before it is in
            the log.
          </p>
        ) : (
          <LogFacts log={data.log} at={data.at} />
        )}
        <Monitor origin={origin} />
      </div>
    </SiteLayout>
  );
}

function Summary({ data: { at, log, calls } }: { readonly data: StatusData }): Html {
  const silent = [...(calls === null ? ["the database"] : []), ...(log === null ? ["the log"] : [])];
  const isWell = silent.length === 0 && log?.hasError !== true;
  return (
    <div class={isWell ? "state good" : "state bad"}>
      <p>
        <b>{stateText(silent, log)}</b>
      </p>
      <p class="quiet">
        As measured by the service itself, <ZoneTime at={at} zone="UTC" seconds />. Nobody else has checked
        this page.
      </p>
    </div>
  );
}

function stateText(silent: readonly string[], log: LogStatus | null): string {
  const [first, second] = silent;
  if (first === undefined)
    return log?.hasError === true ? "The log has a problem." : "The database and the log answer.";
  const both = second === undefined ? `${first} does` : `${first} and ${second} do`;
  return asSentence(`${both} not answer`);
}

const KINDS: Readonly<Record<CallKind, readonly [name: string, call: string]>> = {
  ask: ["Ask", "POST /api/confirmations"],
  read: ["Read", "GET /api/confirmations/{id}"],
  decide: ["Decide", "POST /approve/{id}/decision"],
  use: ["Use", "POST /api/confirmations/{id}/consume"],
};

function Calls({ calls: { since, summaries } }: { readonly calls: CallStatus }): Html {
  if (since === null)
    return <p class="empty">There was no call in the last hour, so there are no figures.</p>;
  return (
    <>
      <div class="wide" role="region" aria-label="Calls in the last hour" tabindex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">Call</th>
              <th scope="col">Answered</th>
              <th scope="col">Median</th>
              <th scope="col">95 of 100 within</th>
              <th scope="col">Failed</th>
            </tr>
          </thead>
          <tbody>
            {summaries.map(({ kind, answered, failed, medianMilliseconds, p95Milliseconds }) => (
              <tr>
                <th scope="row">
                  {KINDS[kind][0]} <code>{KINDS[kind][1]}</code>
                </th>
                <td>{grouped(answered)}</td>
                <td>{timeText(medianMilliseconds)}</td>
                <td>{timeText(p95Milliseconds)}</td>
                <td class={failed > 0 ? "bad" : undefined}>{grouped(failed)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p class="quiet">
        The first of these calls was at <ZoneTime at={since} zone="UTC" />. Times are those inside the
        service, without the network, and are rounded up by at most a half. A call has failed if it was
        answered with a status of 500 or above. Calls that were refused, and calls that wait for a decision,
        are not counted. The newest minute can be incomplete.
      </p>
    </>
  );
}

/** Such as "15 ms" and "1.5 s". */
function timeText(milliseconds: number | null): string {
  if (milliseconds === null) return "–";
  return milliseconds < 1_000 ? `${milliseconds} ms` : `${milliseconds / 1_000} s`;
}

function LogFacts({ log, at }: { readonly log: LogStatus; readonly at: string }): Html {
  const { origin, vkey, size, signedAt, copiedSize, hasError } = log;
  return (
    <>
      {hasError && (
        <p class="note">
          The log signs nothing new, or is not copied. Its operator sees why. What it has signed stays
          readable.
        </p>
      )}
      <dl class="facts">
        <Fact name="Entries">{grouped(size)}</Fact>
        <Fact name="Newest checkpoint">
          {signedAt === null ? (
            "Without an entry"
          ) : (
            <>
              {durationText(Math.max(0, (Date.parse(at) - Date.parse(signedAt)) / 1_000))} old,{" "}
              <ZoneTime at={signedAt} zone="UTC" seconds />
            </>
          )}
          . <a href="/log/checkpoint">Read it</a>
        </Fact>
        <Fact name="In the copy">
          {copiedSize === size ? "All entries" : `${grouped(copiedSize)} entries`}
        </Fact>
        <Fact name="Name">
          <code>{origin}</code>
        </Fact>
        <Fact name="Key">
          <code>{vkey}</code>
        </Fact>
      </dl>
      <p class="quiet">
        A checkpoint is signed with each group of new entries, and only then: while nobody decides anything,
        it gets older. The log has no witnesses and no Bitcoin anchors yet.
      </p>
    </>
  );
}

function Monitor({ origin }: { readonly origin: string }): Html {
  return (
    <>
      <h2>Monitor it yourself</h2>
      <p>
        A page of ours proves little. On a machine of your own, this remembers what the log has signed and
        raises an alarm if it ever shows another history, with <a href="/log/policy.txt">the log’s policy</a>{" "}
        in the file <code>trust.txt</code>:
      </p>
      <pre class="command">{`countersign monitor --log ${origin}/log --policy trust.txt --state log.json`}</pre>
      <p>
        <a href="/docs/verify">How to verify and monitor</a>. For uptime checks,{" "}
        <a href="/healthz">/healthz</a> answers 200, or 503 if a database can’t be written.
      </p>
    </>
  );
}
