import type { Child } from "hono/jsx";
import type { SentForm } from "../../../src/core/pages/console.ts";
import { asSentence } from "../../common/sentence.ts";
import { CheckField, Hidden } from "../form-parts.tsx";
import type { Html } from "../html-text.ts";

// The parts of forms that are edited with buttons of their own: each button sends the whole form, and the page shows it
// again.

/**
 * What Enter in a field does: the first button of a form is the one that it presses. It must change nothing.
 */
export function EnterButton(): Html {
  return <button type="submit" name="do" value="show" hidden></button>;
}

interface StepProps {
  readonly action: string;
  /** What it does: a word, and places. */
  readonly step: string;
  /** The id of the element where the page goes on. */
  readonly to: string;
  readonly text: string;
  /** For screen readers, where several buttons have the same text. */
  readonly about?: string;
  readonly kind?: string;
}

export function StepButton({ action, step, to, text, about, kind = "small" }: StepProps): Html {
  return (
    <button
      type="submit"
      name="do"
      value={step}
      class={kind}
      formaction={`${action}#${to}`}
      aria-label={about && `${text}: ${about}`}
    >
      {text}
    </button>
  );
}

interface TextAreaProps {
  readonly name: string;
  readonly label: string;
  readonly value: string;
  readonly rows: number;
  readonly sent: SentForm | null;
  readonly maxLength?: number;
  readonly help?: string;
}

/** For code: it is not checked for spelling. */
export function CodeField({ name, label, value, rows, sent, maxLength, help }: TextAreaProps): Html {
  const fault = sent?.problem.fields[name];
  const described = [fault && `${name}-fault`, help && `${name}-help`].filter(Boolean).join(" ");
  return (
    <div class="field">
      <label for={name}>{label}</label>
      <textarea
        id={name}
        name={name}
        rows={rows}
        class="code"
        maxlength={maxLength}
        spellcheck={false}
        autocapitalize="off"
        autocomplete="off"
        aria-invalid={fault === undefined ? undefined : "true"}
        aria-describedby={described === "" ? undefined : described}
      >
        {`\n${value}`}
      </textarea>
      {fault && (
        <p class="fault" id={`${name}-fault`}>
          {asSentence(fault)}
        </p>
      )}
      {help && (
        <p class="quiet" id={`${name}-help`}>
          {help}
        </p>
      )}
    </div>
  );
}

/** To ask that a document is removed. */
export function RemoveForm({
  action,
  replaces,
  title,
  label,
  children,
}: {
  readonly action: string;
  readonly replaces: string;
  readonly title: string;
  readonly label: string;
  readonly children?: Child;
}): Html {
  return (
    <section class="danger" aria-labelledby="remove">
      <h2 id="remove">{title}</h2>
      {children}
      <form method="post" action={action}>
        <Hidden name="replaces" value={replaces} />
        <CheckField name="confirm" value="yes" label={label} checked={false} sent={null} />
        <button type="submit" class="no">
          Ask for the removal
        </button>
      </form>
    </section>
  );
}
