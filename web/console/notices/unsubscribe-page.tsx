import { raw } from "hono/html";
import type { Child } from "hono/jsx";
import type { Html } from "../html-text.ts";
import { HeadStart } from "../layout.tsx";

// The page of a link in a mail. It knows nobody, so it shows nothing of the person, and works without a script.

export function drawUnsubscribe(state: "open" | "ended" | "unknown"): Html {
  switch (state) {
    case "open":
      return (
        <Surroundings title="Stop these mails?">
          <p>
            No notice of a request comes to this address any more. Requests still wait in your inbox, and can
            expire before you see them.
          </p>
          <form method="post">
            <button type="submit" class="primary">
              Stop these mails
            </button>
          </form>
        </Surroundings>
      );
    case "ended":
      return (
        <Surroundings title="You are unsubscribed">
          <p>No notice of a request comes to this address any more.</p>
          <p>
            Requests still wait in your inbox, and can expire before you see them. To turn mails on again,{" "}
            <a href="/notices">sign in, open Notices</a>, and add the address.
          </p>
        </Surroundings>
      );
    case "unknown":
      return (
        <Surroundings title="This link does not work">
          <p>
            It may be incomplete, or too old. To stop mails, open the link of a newer one, or{" "}
            <a href="/notices">sign in, open Notices</a>, and remove the address.
          </p>
        </Surroundings>
      );
  }
}

function Surroundings({ title, children }: { readonly title: string; readonly children?: Child }): Html {
  return (
    <>
      {raw("<!doctype html>")}
      <html lang="en">
        <head>
          <HeadStart />
          <link rel="stylesheet" href="/style.css" />
          <title>{`${title} · Countersign`}</title>
        </head>
        <body class="narrow">
          <header>
            <a class="brand" href="/">
              <img src="/favicon.svg" alt="" />
              Countersign
            </a>
          </header>
          <main id="main">
            <h1>{title}</h1>
            {children}
          </main>
        </body>
      </html>
    </>
  );
}
