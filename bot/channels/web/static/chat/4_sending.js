// --- requests ---------------------------------------------------------------------------------------------------
const wait = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));

async function post(path, body) {
  const stop = new AbortController(), timer = setTimeout(() => stop.abort(), 20000);
  try {
    return await fetch(at(path), { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body), credentials: "same-origin", signal: stop.signal });
  } finally { clearTimeout(timer); }
}

// A file: fetch would not tell how far it is.
const upload = (item) => new Promise((done, fail) => {
  const request = new XMLHttpRequest();
  request.open("POST", at("send", { event: item.event, chat }));
  request.setRequestHeader("content-type", "application/octet-stream");
  request.timeout = 180000;
  request.upload.onprogress = (event) => {
    const bar = shownAs.get(item.event)?.querySelector("progress");
    if (bar && event.lengthComputable) bar.value = event.loaded / event.total;
  };
  request.onload = () => done(new Response(request.responseText, { status: request.status, headers: { "retry-after": request.getResponseHeader("retry-after") || "" } }));
  request.onerror = request.ontimeout = request.onabort = fail;
  request.send(item.body);
});

let closed = false;
function over() {
  forget();
  dropCopy();
  listening?.close();
  clearTimeout(again);
  chat = null;
  closed = true;
  notice("session_over");
  status("offline");
}

// --- what is not sent yet ---------------------------------------------------------------------------------------
// Kept on the telephone until it is sent, and only so long; by chat, since telephones are shared.
const KEPT = "maatje-unsent" + (phone ? "-" + phone : "");
let queue = [], sending = false;
function keep() {
  // A photo or a voice note is too big for this store: it lives as long as the page, which asks before it is left.
  const words = queue.filter((q) => !q.body);
  try {
    if (words.length) localStorage.setItem(KEPT, JSON.stringify({ chat, queue: words })); else localStorage.removeItem(KEPT);
  } catch { /* private windows may have no storage: then it lives as long as the page */ }
}
function forget() { queue = []; keep(); }
function recall() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEPT) || "null");
    queue = [...parked.get(chat) || JSON.parse(localStorage.getItem(KEPT + chat) || "[]"), ...queue];
    parked.delete(chat);
    localStorage.removeItem(KEPT + chat);
    if (kept && kept.chat === chat) queue = [...kept.queue, ...queue.filter((q) => !kept.queue.some((k) => k.event === q.event))];
    keep();
  } catch { queue = queue.slice(); }
  for (const item of queue) if (!shownAs.has(item.event)) place(pending(item), false);
}
// Another window of this browser shows somebody else by now: what was written here waits for its own chat.
const parked = new Map();
let moved = "";
function park() {
  const words = queue.filter((q) => !q.body);
  parked.set(chat, queue);
  try { localStorage.setItem(KEPT + chat, JSON.stringify(words)); } catch { /* see keep */ }
  forget();
  moved = "moved";
  start();
}
const pending = (item) => ({ from: "person", event: item.event, blocks: [{ text: item.text || item.label, style: "normal" }], sending: item.body && true });

function enqueue(item) {
  item.event = hex(16);
  queue.push(item);
  keep();
  place(pending(item), true);
  bring(shownAs.get(item.event));
  answered = 0;
  speaking?.pause();
  if (item.kind === "press") shownAs.get(item.event).focus({ preventScroll: true });
  flush();
}

async function flush() {
  if (sending || !chat) return;
  sending = true;
  for (let tries = 0; queue.length && chat;) {
    const item = queue[0];
    let answer = null;
    try {
      answer = item.body ? await upload(item) : item.kind === "say" ? await post("say", { event: item.event, text: item.text, chat })
        : await post("press", { event: item.event, message: item.message, intent: item.intent, chat });
    } catch { /* no network */ }
    if (answer?.ok) {
      const line = await answer.json().catch(() => null);
      if (line) show([line]);
    } else if (answer?.status === 401) {
      over();
      break;
    } else if (answer?.status === 412) {
      park();
      break;
    } else if (!answer || answer.status === 429 || answer.status >= 500) {
      // Later again; going online or coming back to the page ends the wait.
      if (answer?.status === 429) notice("slow_down"); else if (!navigator.onLine || !answer) status("offline");
      await Promise.race([wait(Number(answer?.headers.get("retry-after")) || Math.min(2 ** tries, 20)), nudged()]);
      tries += 1;
      continue;
    } else {
      place({ ...pending(item), failed: true, sending: false }, false);
      if (item.body) {
        notice(whyNot(answer));
        bring(shownAs.get(item.event));
      }
      refresh(item.message);
    }
    if ($("notice").textContent === view.texts.slow_down) notice();
    tries = 0;
    queue.shift();
    keep();
  }
  sending = false;
}
// By the status: a proxy on the way may say 413 as well, in its own words.
const whyNot = (answer) => ({ 413: "too_large", 415: "wrong_file" })[answer.status];
// A refused press: its buttons are as the server says, which the next live event tells; until then as they were.
function refresh(id) { if (id) for (const b of log.querySelectorAll(`[data-id="${id}"] button.choice`)) b.disabled = true; }

let nudge = () => {};
const nudged = () => new Promise((done) => { nudge = done; });
