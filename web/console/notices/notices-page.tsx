import { MORNING_HOUR } from "../../../src/core/notice/pause.ts";
import type { SentForm } from "../../../src/core/pages/console.ts";
import type { ChannelNote, NoticesPage } from "../../../src/core/pages/sending/notices-page-data.ts";
import { ActionForm, FormFault, TextField } from "../form-parts.tsx";
import type { Html } from "../html-text.ts";
import type { View } from "../layout.tsx";
import { ZoneTime } from "../zone-time.tsx";
import { AddAddress, AddHook } from "./add-channel-forms.tsx";
import { ChannelRows, titleOfChannel } from "./channel-rows.tsx";
import { ProjectRuleRows } from "./project-rule-rows.tsx";
import { ThisDevice } from "./this-device.tsx";
import { QuietHours } from "./quiet-hours-form.tsx";

/** Where and when a person hears of requests. */
export const NoticesView: View<NoticesPage> = ({ data, sent }) => {
  const { channels, lost, note, offered, pausedUntil, projects, quiet } = data;
  const zone = quiet.timeZone;
  return (
    <>
      <FormFault sent={sent} />
      {note !== null && <Done note={note} />}
      {pausedUntil !== null && <Paused until={pausedUntil} zone={zone} />}
      <Unheard data={data} />
      <h2>Where you hear of requests</h2>
      {data.pushKey !== null && <ThisDevice pushKey={data.pushKey} newId={data.newId} />}
      {channels.length > 0 && <ChannelRows channels={channels} sent={sent} />}
      {offered.includes("email") && <AddAddress newId={data.newId} sent={sent} />}
      <AddHook action="/notices/hooks" newId={data.newId} sent={sent} />
      {lost.length > 0 && <Lost data={data} />}
      <QuietHours quiet={quiet} sent={sent} />
      {pausedUntil === null && <Pause sent={sent} />}
      <h2>What projects say</h2>
      <ProjectRuleRows projects={projects} />
    </>
  );
};

const DONE: Readonly<Record<ChannelNote["done"], (title: string) => string>> = {
  tested: (title) => `A test notice is on its way to ${title}.`,
  linked: (title) =>
    `A link is on its way to ${title}. Open it within half an hour, in this browser. Until then nothing else comes there.`,
  confirmed: (title) => `${title} is confirmed. You hear of requests there from now on.`,
};

function Done({ note: { done, channel } }: { readonly note: ChannelNote }): Html {
  return (
    <p class="card" role="status">
      {DONE[done](titleOfChannel(channel))}
    </p>
  );
}

/** Nothing may seem to work that does not: a request that nobody hears of expires. */
function Unheard({ data: { channels } }: { readonly data: NoticesPage }): Html {
  const hears = channels.some(({ state, use }) => state === "active" && use !== "never");
  if (hears) return <></>;
  return (
    <div class="note">
      <b>You don’t hear of requests.</b>
      <p>They wait in your inbox, and can expire before you see them. Add at least one way to reach you.</p>
    </div>
  );
}

function Paused({ until, zone }: { readonly until: string; readonly zone: string }): Html {
  return (
    <div class="note">
      <b>
        Your notices are paused until <ZoneTime at={until} zone={zone} />.
      </b>
      <p>Requests can expire meanwhile. Escalations and emergency approvals reach you anyway.</p>
      <ActionForm action="/notices/resume" button="End the pause" kind="small" />
    </div>
  );
}

function Pause({ sent }: { readonly sent: SentForm | null }): Html {
  const own = sent?.values["until"] !== undefined && sent.values["from"] === undefined ? sent : null;
  return (
    <>
      <h2>Pause</h2>
      <p class="quiet">
        No notices for a while. Escalations and emergency approvals reach you anyway; other requests can
        expire unheard.
      </p>
      <form method="post" action="/notices/pause" class="choices">
        <button type="submit" name="until" value="hour" class="small">
          For 1 hour
        </button>
        <button type="submit" name="until" value="tomorrow" class="small">
          {`Until tomorrow, ${MORNING_HOUR}:00`}
        </button>
      </form>
      <details open={own !== null}>
        <summary>Until another day</summary>
        <ActionForm action="/notices/pause" button="Pause">
          <TextField
            name="until"
            label="Until the morning of"
            type="date"
            value=""
            sent={own}
            required
            help={`It ends at ${MORNING_HOUR}:00 of your clock.`}
          />
        </ActionForm>
      </details>
    </>
  );
}

function Lost({ data: { lost, quiet } }: { readonly data: NoticesPage }): Html {
  return (
    <>
      <h3>Ended lately</h3>
      <ul class="rows" role="list">
        {lost.map((channel) => (
          <li>
            <p>
              <b>
                <bdi>{titleOfChannel(channel)}</bdi>
              </b>
            </p>
            <p class="quiet">
              {channel.state === "unsubscribed"
                ? "Ended by the link in a mail"
                : "It no longer takes messages: the device or the chat has ended it"}
              {channel.endedAt !== null && (
                <>
                  {", "}
                  <ZoneTime at={channel.endedAt} zone={quiet.timeZone} />
                </>
              )}
              . Add it again to hear of requests there.
            </p>
            <ActionForm action={`/notices/channels/${channel.id}/remove`} button="Forget it" kind="small" />
          </li>
        ))}
      </ul>
    </>
  );
}
