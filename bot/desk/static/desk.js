// News of the first page: asks now and then whether there is any, and says so in a bar of its own. What stands on the
// page stays where it is until whoever reads it asks for it. Without this script the page is whole; nothing here acts.
"use strict";

const EVERY = 20_000;
const bar = document.getElementById("news");

async function ask() {
  if (document.hidden) return;
  const answer = await fetch(bar.dataset.from, { headers: { accept: "application/json" } });
  // Signed out meanwhile: the next page says so.
  if (!answer.ok || answer.redirected) return clearInterval(asking);
  const news = await answer.json();
  if (news.count) {
    bar.querySelector("a").textContent = news.text;
    bar.hidden = false;
  }
}

const again = () => ask().catch(() => {});
const asking = setInterval(again, EVERY);
document.addEventListener("visibilitychange", again);
