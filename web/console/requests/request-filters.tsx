import {
  STATUSES,
  type RequestListData,
  type RequestQuery,
} from "../../../src/core/pages/request-list-data.ts";
import { ACTION_MAX_CHARACTERS } from "../../../src/core/confirmation/statement.ts";
import type { Child } from "hono/jsx";
import type { Html } from "../html-text.ts";

type Choices = RequestListData["choices"];

/** A form that only reads: its fields are in the address of the page. */
export function RequestFilters({
  query,
  choices: { projects, requesters, approvers },
}: {
  readonly query: RequestQuery;
  readonly choices: Choices;
}): Html {
  const { search, before: _before, ...others } = query;
  return (
    <form class="filters" method="get" action="/console/requests" role="search">
      <Field name="search" label="Action or id">
        <input
          id="search"
          name="search"
          type="search"
          value={search}
          maxlength={ACTION_MAX_CHARACTERS}
          autocomplete="off"
        />
      </Field>
      <details open={Object.values(others).some((value) => value !== "")}>
        <summary>More filters</summary>
        <div class="filter-fields">
          <Select
            name="status"
            label="Status"
            value={query.status}
            options={STATUSES.map((one) => [one, one])}
          />
          <Select
            name="project"
            label="Project"
            value={query.project}
            options={projects.map(({ id, name }) => [id, name])}
          />
          <Named name="requester" label="Requester" value={query.requester} names={requesters} />
          <Named name="approver" label="Approver" value={query.approver} names={approvers} />
          <Day name="from" label="From" value={query.from} />
          <Day name="to" label="To" value={query.to} />
        </div>
      </details>
      <p class="filter-buttons">
        <button type="submit" class="small">
          Search
        </button>
        <a class="button small" href="/console/requests">
          Show all
        </a>
      </p>
    </form>
  );
}

interface FieldProps {
  readonly name: string;
  readonly label: string;
  readonly value: string;
}

function Field({ name, label, children }: Omit<FieldProps, "value"> & { readonly children?: Child }): Html {
  return (
    <div class="field">
      <label for={name}>{label}</label>
      {children}
    </div>
  );
}

function Select({
  name,
  label,
  value,
  options,
}: FieldProps & { readonly options: readonly (readonly [value: string, text: string])[] }): Html {
  return (
    <Field name={name} label={label}>
      <select id={name} name={name}>
        <option value="">any</option>
        {options.map(([option, text]) => (
          <option value={option} selected={option === value}>
            {text}
          </option>
        ))}
      </select>
    </Field>
  );
}

/** With suggestions; any other name can be typed. */
function Named({ name, label, value, names }: FieldProps & { readonly names: readonly string[] }): Html {
  return (
    <Field name={name} label={label}>
      <input id={name} name={name} type="text" value={value} list={`${name}-names`} autocomplete="off" />
      <datalist id={`${name}-names`}>
        {names.map((one) => (
          <option value={one}></option>
        ))}
      </datalist>
    </Field>
  );
}

function Day({ name, label, value }: FieldProps): Html {
  return (
    <Field name={name} label={label}>
      <input id={name} name={name} type="date" value={value} />
    </Field>
  );
}
