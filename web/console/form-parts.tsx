import type { Child } from "hono/jsx";
import type { SentForm } from "../../src/core/pages/console.ts";
import { asSentence } from "../common/sentence.ts";
import type { Html } from "./html-text.ts";

// The parts of forms: a field keeps what was typed, and says what was wrong with it.

interface FieldProps {
  readonly name: string;
  /** Of the element; its name, unless the page has several fields with this name. */
  readonly id?: string;
  readonly label: string;
  readonly value: string;
  readonly sent: SentForm | null;
  readonly help?: string;
  readonly type?: "text" | "number" | "email" | "url" | "time" | "date";
  readonly maxLength?: number;
  readonly required?: boolean;
  readonly min?: number | string;
  readonly max?: number | string;
  readonly list?: string;
}

export function TextField(props: FieldProps): Html {
  const { name, id = name, label, value, sent, help, type = "text", ...rest } = props;
  const fault = sent?.problem.fields[name];
  const described = [fault && `${id}-fault`, help && `${id}-help`].filter(Boolean).join(" ");
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        name={name}
        type={type}
        value={sent?.values[name] ?? value}
        maxlength={rest.maxLength}
        required={rest.required}
        min={rest.min}
        max={rest.max}
        list={rest.list}
        autocomplete="off"
        aria-invalid={fault === undefined ? undefined : "true"}
        aria-describedby={described === "" ? undefined : described}
      />
      {fault && (
        <p class="fault" id={`${id}-fault`}>
          {fault}
        </p>
      )}
      {help && (
        <p class="quiet" id={`${id}-help`}>
          {help}
        </p>
      )}
    </div>
  );
}

interface SelectProps {
  readonly name: string;
  readonly id?: string;
  readonly label: string;
  readonly value: string;
  readonly sent: SentForm | null;
  readonly options: readonly (readonly [value: string, text: string])[];
  readonly help?: string;
}

export function SelectField(props: SelectProps): Html {
  const { name, id = name, label, value, sent, options, help } = props;
  const current = sent?.values[name] ?? value;
  const fault = sent?.problem.fields[name];
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select id={id} name={name} aria-describedby={help && `${id}-help`}>
        {options.map(([option, text]) => (
          <option value={option} selected={option === current}>
            {text}
          </option>
        ))}
      </select>
      {fault && <p class="fault">{fault}</p>}
      {help && (
        <p class="quiet" id={`${id}-help`}>
          {help}
        </p>
      )}
    </div>
  );
}

/** One box of a list with the same name, each with a value of its own. */
export function CheckField({
  name,
  value,
  label,
  help,
  checked,
  sent,
  type = "checkbox",
}: {
  readonly name: string;
  readonly value: string;
  readonly label: string;
  readonly help?: string;
  readonly checked: boolean;
  readonly sent: SentForm | null;
  readonly type?: "checkbox" | "radio";
}): Html {
  const id = `${name}-${value}`;
  const isChecked = sent === null ? checked : (sent.values[name] ?? "").split(" ").includes(value);
  return (
    <div class="check">
      <input
        id={id}
        type={type}
        name={name}
        value={value}
        checked={isChecked}
        aria-describedby={help && `${id}-help`}
      />
      <label for={id}>{label}</label>
      {help && (
        <p class="quiet" id={`${id}-help`}>
          {help}
        </p>
      )}
    </div>
  );
}

/** Several fields under one question. `name` is the name of the fields. */
export function FieldGroup({
  name,
  legend,
  sent,
  children,
}: {
  readonly name: string;
  readonly legend: string;
  readonly sent: SentForm | null;
  readonly children?: Child;
}): Html {
  const fault = sent?.problem.fields[name];
  return (
    <fieldset aria-describedby={fault && `${name}-fault`}>
      <legend>{legend}</legend>
      {children}
      {fault && (
        <p class="fault" id={`${name}-fault`}>
          {fault}
        </p>
      )}
    </fieldset>
  );
}

export function Hidden({ name, value }: { readonly name: string; readonly value: string }): Html {
  return <input type="hidden" name={name} value={value} />;
}

/** What was wrong with the form that was sent, above the form. */
export function FormFault({ sent }: { readonly sent: SentForm | null }): Html {
  if (sent === null) return <></>;
  const { title, detail } = sent.problem;
  return (
    <div class="card outcome bad" role="alert">
      <b>{title}</b>
      <p>{asSentence(detail)}</p>
    </div>
  );
}

/** A form with one button. `action` is a path of the console. */
export function ActionForm({
  action,
  button,
  kind = "",
  children,
}: {
  readonly action: string;
  readonly button: string;
  readonly kind?: "primary" | "no" | "small" | "no small" | "";
  readonly children?: Child;
}): Html {
  return (
    <form method="post" action={action}>
      {children}
      <button type="submit" class={kind}>
        {button}
      </button>
    </form>
  );
}
