import { act } from "../acts/act.ts";
import { listRequests } from "./list-requests.ts";

// What members see of the organisation's requests, besides those that they are asked themselves.

export const REQUEST_ACTS = {
  "requests.list": act("requests.read", listRequests),
};
