import { expect, it } from "vitest";
import { objectOf } from "../../../src/http/console/form-body.ts";

// The fields of a form, before anything about them or their sender is checked.

const fieldsOf = (body: string) => [...new URLSearchParams(body)];

it.each([
  ["a=1&b=2", { a: "1", b: "2" }],
  ["a=1&b=&a=3&a=", { a: ["1", "3", ""], b: "" }],
  ["a=1%0D%0A2", { a: "1\n2" }],
  ["__proto__=1&constructor=2", { ["__proto__"]: "1", constructor: "2" }],
  ["", {}],
])("the fields %s become an object", (body, expected) => {
  const object = objectOf(fieldsOf(body));
  expect(Object.entries(object)).toEqual(Object.entries(expected));
});

it("as many fields of one name as a form can have take little time", () => {
  const fields = fieldsOf("a=&".repeat(10_900));
  const start = performance.now();
  expect(objectOf(fields)["a"]).toHaveLength(10_900);
  expect(performance.now() - start).toBeLessThan(300);
});
