import type { NotFoundData } from "../../src/core/pages/account.ts";
import { byId, runAction, setVisible } from "../common/dom.ts";
import { pageData, post } from "../common/http.ts";
import { drawExact } from "../values/text.ts";

// The server sends data only if somebody is signed in.

const status = byId("status");

function start({ username, tenant, forOthers }: NotFoundData): void {
  const button = byId("switch", HTMLButtonElement);
  byId("person").append(drawExact(username), " at ", drawExact(tenant));
  setVisible(byId("others"), forOthers);
  setVisible(byId("account"), true);
  button.addEventListener("click", () => void runAction(button, status, () => signOut(forOthers)));
}

/** Without a session the server shows the sign-in page at every address that has a page. */
async function signOut(stay: boolean): Promise<string> {
  const answer = await post<object>("/signout", {});
  if (!answer.ok) return answer.problem.detail;
  if (stay) location.reload();
  else location.assign("/inbox");
  return "Signed out.";
}

const data = pageData() as NotFoundData | undefined;
if (data !== undefined) start(data);
