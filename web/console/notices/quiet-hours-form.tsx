import { dayMinutesText } from "../../../src/core/notice/day-minutes.ts";
import type { SentForm } from "../../../src/core/pages/console.ts";
import type { QuietHoursSeen } from "../../../src/core/pages/sending/notices-page-data.ts";
import { ActionForm, Hidden, SelectField, TextField } from "../form-parts.tsx";
import type { Html } from "../html-text.ts";
import { timeZoneOptions } from "./time-zones.tsx";

/** When a person wants no notices, each day. */
export function QuietHours({
  quiet,
  sent,
}: {
  readonly quiet: QuietHoursSeen;
  readonly sent: SentForm | null;
}): Html {
  const own = sent?.values["from"] === undefined ? null : sent;
  const [from, until] = [textOf(quiet.from), textOf(quiet.until)];
  return (
    <>
      <h2>Quiet hours</h2>
      <p class="quiet">
        {from === ""
          ? "None: notices come at any hour."
          : `From ${from} to ${until} each day (${quiet.timeZone.replaceAll("_", " ")}). What waits then is sent after it; escalations and emergency approvals come at once.`}
      </p>
      <details open={own !== null}>
        <summary>{from === "" ? "Set quiet hours" : "Change"}</summary>
        <ActionForm action="/notices/quiet" button="Save quiet hours">
          <Hidden name="was" value={JSON.stringify(quiet)} />
          <div class="pair">
            <TextField name="from" label="From" type="time" value={from} sent={own} />
            <TextField name="until" label="To" type="time" value={until} sent={own} />
          </div>
          <p class="quiet">Leave both empty for none.</p>
          <SelectField
            name="timeZone"
            label="Time zone"
            value={quiet.timeZone}
            sent={own}
            options={timeZoneOptions(quiet.timeZone)}
          />
        </ActionForm>
      </details>
    </>
  );
}

const textOf = (minutes: number | null) => (minutes === null ? "" : dayMinutesText(minutes));
