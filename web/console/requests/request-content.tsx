import { drawnContent } from "../../../src/core/report/signed-content.ts";
import { utf8 } from "../../../src/core/encoding/bytes.ts";
import { parseJsonText } from "../../../src/core/encoding/strict-json.ts";
import { textWarnings } from "../../../src/core/display/show.ts";
import type { RequestContent, RequestPageData } from "../../../src/core/pages/request-page-data.ts";
import type { LaidOut } from "../../drawn/laid-out.ts";
import { fieldsClass, layOutMembers, layOutNotes, layOutSentence } from "../../drawn/lay-out-fields.ts";
import { Drawn, Exact } from "../drawn.tsx";
import type { Html } from "../html-text.ts";
import { textOfTime } from "../zone-time.tsx";

/** What is asked, drawn from the stored bytes as the approvers' page draws it. */
export function ContentSection({
  data,
  zone,
}: {
  readonly data: RequestPageData;
  readonly zone: string;
}): Html {
  const { content, isChange, requester } = data;
  if (content === null)
    return (
      <p class="card">
        The content, the reasons and the signatures were erased, because they are older than the history that
        your organisation keeps. The log still proves that there was a request.
      </p>
    );
  const { sentence, lines, notes } = drawnContent(utf8(content.payload), content.order, templateOf(content));
  return (
    <section aria-label="Content" class="content">
      <h2 class="action">
        {sentence.length > 0 ? <All of={layOutSentence(sentence)} /> : <Exact text={content.action} />}
      </h2>
      {sentence.length > 0 && (
        <p class="quiet">
          <Exact text={content.action} />
        </p>
      )}
      {!isChange && (
        <p class="quiet">
          Written by <Exact text={requester.name} />. Nobody else has checked it.
        </p>
      )}
      <All of={layOutNotes([...textWarnings(content.action), ...notes])} />
      {lines.length === 0 ? (
        <p class="card quiet">The content is empty: an object without fields.</p>
      ) : (
        <div class={fieldsClass(lines)}>
          <Drawn
            of={layOutMembers(lines, {
              timeText: (milliseconds) => textOfTime(new Date(milliseconds).toISOString(), zone),
              foldState: "",
            })}
          />
        </div>
      )}
      <details>
        <summary>Exact JSON and its SHA-256</summary>
        <p class="exact">
          <Exact text={content.payload} />
        </p>
        <p class="quiet">
          SHA-256 <code>{content.payloadHash}</code>
        </p>
      </details>
    </section>
  );
}

function All({ of }: { readonly of: readonly LaidOut[] }): Html {
  return (
    <>
      {of.map((one) => (
        <Drawn of={one} />
      ))}
    </>
  );
}

function templateOf({ template }: RequestContent) {
  const parsed = template === null ? undefined : parseJsonText(template);
  return parsed?.ok ? parsed.value : null;
}
