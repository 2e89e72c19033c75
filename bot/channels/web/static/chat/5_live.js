// --- live -------------------------------------------------------------------------------------------------------
let listening = null, attempts = 0, lastHeard = 0, again = 0;
function listen() {
  clearTimeout(again);
  listening?.close();
  if (!chat) return;
  const source = listening = new EventSource(at("events", { after: cursor, lang: view.lang }));
  const on = (name, act) => source.addEventListener(name, (event) => {
    lastHeard = Date.now();
    attempts = 0;
    status("online");
    act(JSON.parse(event.data), event.lastEventId);
  });
  lastHeard = Date.now();
  on("beat", () => {});
  on("lines", (some, id) => { cursor = Number(id) || cursor; show(some); });
  on("window", (next) => { dress(next); keepCopy(); });
  on("reset", () => { source.close(); start(); });
  on("gone", over);
  on("people", know);
  source.onerror = () => {
    source.close();
    later();
    // An event source does not tell why it failed: ask whether this browser still has a chat.
    if (attempts > 1 && navigator.onLine) fetch(at("history", { before: 1 }), { credentials: "same-origin" }).then((answer) => { if (answer.status === 401) over(); }, () => {});
  };
}
function later() {
  clearTimeout(again);
  attempts += 1;
  if (attempts > 1 || !navigator.onLine) status(navigator.onLine ? "connecting" : "offline");
  again = setTimeout(chat ? listen : start, Math.min(1000 * 2 ** Math.min(attempts, 5), 30000) * (0.7 + Math.random() / 2));
}
function comeBack() {
  if (closed) return;
  nudge();
  if (!chat || listening?.readyState !== EventSource.OPEN || Date.now() - lastHeard > 50000) { attempts = 0; chat ? listen() : start(); }
  flush();
  tellSeen();
}
setInterval(() => { if (chat && Date.now() - lastHeard > 50000) comeBack(); }, 15000);

// --- seen -------------------------------------------------------------------------------------------------------
const told = { delivered: 0, read: 0 };
let telling = 0;
function tellSeen(after = 800) {
  clearTimeout(telling);
  telling = setTimeout(async () => {
    const what = document.visibilityState === "visible" ? "read" : "delivered";
    const newest = Math.max(0, ...[...lines.values()].filter((l) => l.from === "bot").map((l) => l.id));
    if (!chat || newest <= told[what]) return;
    try {
      const answer = await post("seen", { after: told[what], up_to: newest, state: what, chat });
      if (answer.status === 204) told[what] = newest; else if (answer.status === 202) tellSeen(2500);
    } catch { /* told with the next one */ }
  }, after);
}

// --- opening ----------------------------------------------------------------------------------------------------
// The code of a personal link and the token made for it are kept until the server has answered, so that a reload
// on a bad network goes on where it was; then the code leaves the address bar.
const OPENING = "maatje-opening" + (phone ? "-" + phone : "");
function opening() {
  const code = decodeURIComponent(location.hash.slice(1)) || null;
  let kept = null;
  try { kept = JSON.parse(sessionStorage.getItem(OPENING) || "null"); } catch { /* see keep */ }
  if (!kept || (code && kept.code !== code)) kept = { token: hex(32), code };
  try { sessionStorage.setItem(OPENING, JSON.stringify(kept)); } catch { /* see keep */ }
  return kept;
}

// Somebody else's link, where a chat is open: that one goes on unless they say that they want the other.
function askOther(code) {
  $("other").hidden = !code;
  if (!code) return;
  $("other-yes").onclick = () => {
    try { sessionStorage.setItem(OPENING, JSON.stringify({ token: hex(32), code, other: true })); } catch { return; }
    listening?.close();
    $("other").hidden = true;
    start();
  };
  $("other-no").onclick = () => { $("other").hidden = true; text.focus(); };
  $("other-no").focus();
}

let starting = false;
async function start() {
  if (starting) return;
  closed = false;
  starting = true;
  status("connecting");
  let answer = null;
  try { answer = await post("open", { ...opening(), lang: view.lang }); } catch { /* no network */ }
  starting = false;
  if (!answer?.ok) {
    if (answer?.status === 429) notice("slow_down");
    status(navigator.onLine ? "connecting" : "offline");
    showCopy();
    later();
    return;
  }
  const opened = await answer.json();
  const asked = opened.ask_other ? opening().code : null;
  try { sessionStorage.removeItem(OPENING); } catch { /* see keep */ }
  if (location.hash) history.replaceState(null, "", location.pathname + location.search);
  if ((chat || copied?.chat || opened.chat) !== opened.chat) {
    told.delivered = told.read = 0;
    forget();
    await dropCopy();
  }
  copied = null;
  chat = opened.chat;
  const next = opened.window || view;
  Object.assign(next.texts, opened.later);
  dress(next);
  notice(opened.notice || moved);
  moved = "";
  ownAsks = opened.asks;
  askOther(asked);
  noWho();
  log.setAttribute("aria-live", "off");  // the history is not read out, what comes from now on is
  log.textContent = "";
  lines.clear();
  shownAs.clear();
  cursor = opened.cursor;
  oldest = opened.lines.length ? opened.lines[0].id : 0;
  more = opened.more;
  $("earlier").hidden = !more;
  show(opened.lines, { fresh: false });
  lend();
  recall();
  const first = opened.seen && numbered().find((e) => e.classList.contains("bot") && Number(e.dataset.id) > opened.seen);
  if (first) markNew(first);
  bannerOf([]);
  bring(first || newestPart());
  callsToBeHeard(first || newestPart());
  know(opened.people);
  subscribe();
  requestAnimationFrame(() => log.setAttribute("aria-live", "polite"));
  attempts = 0;
  listen();
  flush();
}

async function earlier() {
  const answer = await fetch(at("history", { before: oldest }), { credentials: "same-origin" }).catch(() => null);
  if (!answer?.ok) return;
  const found = await answer.json();
  log.setAttribute("aria-live", "off");
  for (const line of found.lines) place(line, false);
  if (found.lines.length) oldest = found.lines[0].id;
  more = found.more;
  $("earlier").hidden = !more;
  settle();
  requestAnimationFrame(() => log.setAttribute("aria-live", "polite"));
}
