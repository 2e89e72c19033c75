"use strict";
// The chat's page: shows lines, keeps what is not sent yet, and listens. No library, no build step.
(() => {
  const $ = (id) => document.getElementById(id);
  const log = $("log"), main = $("scroller"), text = $("text"), form = $("form"), send = $("send");
  // In the demo one browser holds several telephones; elsewhere the server does not look at this.
  const phone = new URLSearchParams(location.search).get("phone");
  const at = (path, params = {}) => {
    const query = new URLSearchParams(phone ? { ...params, phone } : params).toString();
    return "/chat/" + path + (query ? "?" + query : "");
  };
  const hex = (bytes) => Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (b) => b.toString(16).padStart(2, "0")).join("");
  const make = (tag, attributes = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) if (value !== undefined && value !== "") element.setAttribute(name, value);
    element.append(...children);
    return element;
  };

  let view = JSON.parse($("view").textContent);  // {lang, dir, texts}
  let chat = null;      // which chat this is, once it is open
  let recorder = null;  // while a voice note is spoken
  let cursor = 0;       // how far the live events have been read
  let oldest = 0, more = false;
  const lines = new Map();    // id → line as the server gave it
  const shownAs = new Map();  // id or event → element

  // --- the window -------------------------------------------------------------------------------------------------
  function dress(next) {
    view = next;
    const t = view.texts;
    document.documentElement.lang = view.lang;
    document.documentElement.dir = view.dir;
    text.placeholder = t.placeholder;
    text.setAttribute("aria-label", t.placeholder);
    send.setAttribute("aria-label", t.send);
    log.setAttribute("aria-label", t.messages);
    $("attach").setAttribute("aria-label", t.attach);
    $("record").setAttribute("aria-label", recorder ? t.send : t.record);
    $("recording").setAttribute("aria-label", t.recording);
    $("drop").setAttribute("aria-label", t.drop);
    $("other-ask").textContent = t.other_chat;
    $("other-yes").textContent = t.other_yes;
    $("other-no").textContent = t.other_no;
    $("earlier").textContent = t.earlier;
    $("newest-text").textContent = t.newest;
    status();
  }

  let state = "connecting";
  function status(next = state) {
    state = next;
    $("status").dataset.state = state;
    const said = view.texts[state];
    if ($("status").textContent !== said) $("status").textContent = said;
  }

  function notice(key) {
    $("notice").hidden = !key;
    $("notice").textContent = key ? view.texts[key] : "";
  }

  // --- lines ------------------------------------------------------------------------------------------------------
  const LINK = /(https?:\/\/[^\s<>"\u2068\u2069]+[^\s<>"\u2068\u2069.,;:!?)])/;
  const opens = (url) => /^(https?:|tel:|mailto:)/i.test(url);

  function paragraph(block) {
    const p = make("p", { class: block.style, lang: block.lang, dir: block.dir || "auto" });
    block.text.split(LINK).forEach((piece, i) => {
      p.append(i % 2 ? make("a", { href: piece, target: "_blank", rel: "noopener noreferrer", dir: "ltr" }, piece) : piece);
    });
    return p;
  }

  function choice(line, button) {
    if (button.url) {
      return opens(button.url) ? make("a", { class: "choice", href: button.url, target: "_blank", rel: "noopener noreferrer" }, button.label) : "";
    }
    const element = make("button", { class: "choice", type: "button" }, button.label);
    element.onclick = () => {
      const all = log.querySelectorAll(`[data-id="${line.id}"] button.choice`);
      for (const other of all) other.disabled = true;
      enqueue({ kind: "press", message: line.id, intent: button.intent, label: button.label });
    };
    return element;
  }

  function draw(line) {
    const t = view.texts, mine = line.from === "person";
    // The side a line stands on is the window's, its inside runs as its own language does.
    const own = mine ? {} : { lang: line.lang, dir: line.dir };
    const bubble = make("div", { class: "bubble", ...own }, make("span", { class: "unseen" }, (mine ? t.you : document.title) + ": "), ...line.blocks.map(paragraph));
    if (line.picture) {
      const image = make("img", { class: "card", src: at("media/" + line.id + "/picture"), alt: mine ? t.photo : line.picture });
      // It has its height only now: who looked at the end goes on to.
      const follow = atEnd();
      image.onload = () => { if (follow) toEnd(); };
      bubble.prepend(image);
    }
    if (line.sending) bubble.append(make("progress", { max: 1, value: "0", "aria-label": t.sending }));
    if (line.voice) bubble.append(sound("media/" + line.id + "/voice"));
    if (line.file && line.file.type === "audio/ogg") bubble.append(sound("file/" + line.id));
    const meta = make("div", { class: "meta" });
    if (line.hear) {
      const hear = make("button", { class: "hear", type: "button", "aria-label": t.listen, title: t.listen }, "🔊");
      hear.onclick = () => enqueue({ kind: "press", message: line.id, intent: line.hear, label: "🔊" });
      meta.append(hear);
    }
    if (line.time) meta.append(make("time", { datetime: line.day + "T" + line.time, dir: "ltr" }, line.time));
    if (mine) meta.append(mark(line));
    bubble.append(meta);
    const element = make("div", { class: "line " + line.from, "data-id": line.id || "" }, bubble);
    if (mine) element.tabIndex = -1;
    const choices = make("div", { class: "choices", role: "group", "aria-label": t.choices, ...own });
    for (const row of line.buttons || []) choices.append(make("div", { class: "row" }, ...row.map((button) => choice(line, button))));
    if (line.file && line.file.type !== "audio/ogg") {
      const label = line.file.type === "text/calendar" ? "🗓️ " + t.calendar : "📎 " + t.download + " (" + line.file.name + ")";
      choices.append(make("a", { class: "choice", href: at("file/" + line.id), download: line.file.name }, label));
    }
    if (choices.childNodes.length) element.append(choices);
    return element;
  }

  const sound = (path) => make("audio", { controls: "controls", preload: "none", src: at(path), "aria-label": view.texts.listen });

  function mark(line) {
    const t = view.texts;
    if (line.failed) return make("span", {}, "⚠ " + t.not_sent);
    const [sign, said] = line.id ? ["✓", t.sent] : ["◷", t.sending];
    return make("span", { role: "img", "aria-label": said, title: said }, sign);
  }

  // Puts a line where it belongs: by its id, lines that are not sent yet last.
  function place(line, fresh) {
    const element = draw(line);
    const old = shownAs.get(line.id) || (line.event && shownAs.get(line.event));
    if (line.id) { lines.set(line.id, line); shownAs.set(line.id, element); }
    if (line.event) shownAs.set(line.event, element);
    if (old) {
      const focused = old.contains(document.activeElement);
      // What is the same is left alone, so that a screen reader does not read it again.
      const part = old.querySelector("progress") && !line.sending ? ".bubble" : ".meta";
      old.querySelector(part).replaceWith(element.querySelector(part));
      old.querySelector(".choices")?.remove();
      const choices = element.querySelector(".choices");
      if (choices) old.append(choices);
      if (line.id) old.dataset.id = line.id;
      shownAs.set(line.id || line.event, old);
      if (line.event) shownAs.set(line.event, old);
      if (focused && !old.contains(document.activeElement)) (lastOwn() || main).focus({ preventScroll: true });
      if (line.id && !inOrder(old)) log.insertBefore(old, follower(line.id, old));
    } else {
      if (fresh) element.classList.add("fresh");
      log.insertBefore(element, line.id ? follower(line.id) : null);
    }
    days();
  }

  const numbered = () => [...log.querySelectorAll(".line")];
  const follower = (id, but) => numbered().find((e) => e !== but && (!e.dataset.id || Number(e.dataset.id) > id)) || null;
  const lastOwn = () => [...log.querySelectorAll(".line.person")].pop();
  function inOrder(element) {
    const all = numbered(), i = all.indexOf(element), id = Number(element.dataset.id);
    const before = all[i - 1], after = all[i + 1];
    return (!before || (before.dataset.id && Number(before.dataset.id) < id)) && (!after || !after.dataset.id || Number(after.dataset.id) > id);
  }

  function days() {
    let day = null;
    for (const element of [...log.children]) {
      if (element.classList.contains("day")) {
        const next = element.nextElementSibling, line = next && lines.get(Number(next.dataset.id));
        if (!line || line.day === day || line.day !== element.dataset.day) element.remove();
        else day = line.day;
        continue;
      }
      const line = lines.get(Number(element.dataset.id));
      if (line && line.day !== day) {
        day = line.day;
        log.insertBefore(make("div", { class: "day", "data-day": day, lang: view.lang }, line.dayText), element);
      }
    }
  }

  const atEnd = () => main.scrollHeight - main.scrollTop - main.clientHeight < 120;
  const toEnd = () => { main.scrollTop = main.scrollHeight; $("newest").hidden = true; };

  function show(some, { fresh = true } = {}) {
    const follow = atEnd();
    let news = false;
    for (const line of some) {
      if (line.id < oldest && !lines.has(line.id)) continue;  // far above what is loaded
      if (!lines.has(line.id) && line.from === "bot") news = true;
      place(line, fresh);
    }
    if (follow) toEnd(); else if (news) $("newest").hidden = false;
    tellSeen();
  }

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
    request.open("POST", at("send", { event: item.event }));
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
      if (kept && kept.chat === chat) queue = [...kept.queue, ...queue.filter((q) => !kept.queue.some((k) => k.event === q.event))];
      keep();
    } catch { queue = queue.slice(); }
    for (const item of queue) if (!shownAs.has(item.event)) place(pending(item), false);
  }
  const pending = (item) => ({ from: "person", event: item.event, blocks: [{ text: item.text || item.label, style: "normal" }], sending: item.body && true });

  function enqueue(item) {
    item.event = hex(16);
    queue.push(item);
    keep();
    place(pending(item), true);
    toEnd();
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
        answer = item.body ? await upload(item) : item.kind === "say" ? await post("say", { event: item.event, text: item.text })
          : await post("press", { event: item.event, message: item.message, intent: item.intent });
      } catch { /* no network */ }
      if (answer?.ok) {
        const line = await answer.json().catch(() => null);
        if (line) show([line]);
      } else if (answer?.status === 401) {
        over();
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
          toEnd();
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
    on("window", dress);
    on("reset", () => { source.close(); start(); });
    on("gone", over);
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
        const answer = await post("seen", { after: told[what], up_to: newest, state: what });
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
    try { answer = await post("open", opening()); } catch { /* no network */ }
    starting = false;
    if (!answer?.ok) {
      if (answer?.status === 429) notice("slow_down");
      status(navigator.onLine ? "connecting" : "offline");
      later();
      return;
    }
    const opened = await answer.json();
    const asked = opened.ask_other ? opening().code : null;
    try { sessionStorage.removeItem(OPENING); } catch { /* see keep */ }
    if (location.hash) history.replaceState(null, "", location.pathname + location.search);
    if (chat && chat !== opened.chat) forget();
    chat = opened.chat;
    dress(opened.window);
    notice(opened.notice);
    askOther(asked);
    log.setAttribute("aria-live", "off");  // the history is not read out, what comes from now on is
    log.textContent = "";
    lines.clear();
    shownAs.clear();
    cursor = opened.cursor;
    oldest = opened.lines.length ? opened.lines[0].id : 0;
    more = opened.more;
    $("earlier").hidden = !more;
    show(opened.lines, { fresh: false });
    recall();
    toEnd();
    requestAnimationFrame(() => log.setAttribute("aria-live", "polite"));
    attempts = 0;
    listen();
    flush();
  }

  async function earlier() {
    const answer = await fetch(at("history", { before: oldest }), { credentials: "same-origin" }).catch(() => null);
    if (!answer?.ok) return;
    const found = await answer.json(), height = main.scrollHeight;
    log.setAttribute("aria-live", "off");
    for (const line of found.lines) place(line, false);
    if (found.lines.length) oldest = found.lines[0].id;
    more = found.more;
    $("earlier").hidden = !more;
    main.scrollTop += main.scrollHeight - height;
    requestAnimationFrame(() => log.setAttribute("aria-live", "polite"));
  }

  // --- writing ----------------------------------------------------------------------------------------------------
  function fit() {
    send.disabled = !text.value.trim();
    form.classList.toggle("writing", !send.disabled);
    text.style.height = "auto";
    text.style.height = Math.min(text.scrollHeight + 4, 162) + "px";
  }
  function say() {
    const said = text.value.trim();
    if (!said) return;
    text.value = "";
    fit();
    enqueue({ kind: "say", text: said });
    text.focus();
  }

  // --- photos, documents, voice notes -----------------------------------------------------------------------------
  const MOST = 6000000, LONGEST = 300, SIDE = 1600;
  function offer(body, label) {
    if (body.size > MOST) notice("too_large"); else enqueue({ kind: "send", body, label });
  }
  // A telephone's photo is several megabytes: the server makes it this small anyway, and the line may be slow and dear.
  async function smaller(file) {
    if (!file.type.startsWith("image/")) return file;
    try {
      const whole = await createImageBitmap(file), scale = Math.min(1, SIDE / Math.max(whole.width, whole.height));
      const canvas = make("canvas", { width: Math.max(1, Math.round(whole.width * scale)), height: Math.max(1, Math.round(whole.height * scale)) });
      const pen = canvas.getContext("2d");
      pen.fillStyle = "#fff";
      pen.fillRect(0, 0, canvas.width, canvas.height);
      pen.drawImage(whole, 0, 0, canvas.width, canvas.height);
      whole.close();
      return (await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85))) || file;
    } catch { return file; }  // what this browser cannot draw the server perhaps can
  }
  $("attach").onclick = () => $("files").click();
  $("files").onchange = async () => {
    const files = [...$("files").files];
    notice();
    $("files").value = "";
    for (const file of files) offer(await smaller(file), file.type.startsWith("image/") ? "📷" : "📎");
  };
  $("sound").onchange = () => {
    notice();
    for (const file of $("sound").files) offer(file, "🎤");
    $("sound").value = "";
  };

  let asking = false, canRecord = isSecureContext && !!navigator.mediaDevices?.getUserMedia && "MediaRecorder" in window;
  async function record() {
    if (recorder) { recorder.stop(); return; }
    if (asking) return;
    if (!canRecord) { $("sound").click(); return; }
    let microphone = null;
    asking = true;
    try { microphone = await navigator.mediaDevices.getUserMedia({ audio: true }); } catch { /* refused, or there is none */ }
    asking = false;
    if (!microphone) { canRecord = false; notice("no_microphone"); return; }
    const pieces = [], began = Date.now(), mine = new MediaRecorder(microphone, { audioBitsPerSecond: 32000 });
    const tick = () => {
      const seconds = Math.floor((Date.now() - began) / 1000);
      $("seconds").textContent = Math.floor(seconds / 60) + ":" + String(seconds % 60).padStart(2, "0");
      if (seconds >= LONGEST && mine.state === "recording") mine.stop();
    };
    const ticking = setInterval(tick, 250);
    mine.ondataavailable = (event) => pieces.push(event.data);
    mine.onstop = () => {
      clearInterval(ticking);
      for (const track of microphone.getTracks()) track.stop();
      const wanted = recorder === mine, length = $("seconds").textContent;
      if (!wanted) return;
      recorder = null;
      heard();
      offer(new Blob(pieces), "🎤 " + length);
    };
    recorder = mine;
    notice();
    tick();
    heard();
    mine.start();
  }
  function heard() {
    form.classList.toggle("heard", !!recorder);
    $("recording").hidden = !recorder;
    $("record").firstElementChild.textContent = recorder ? "➤" : "🎤";
    $("record").setAttribute("aria-label", recorder ? view.texts.send : view.texts.record);
  }
  function drop() {
    const dropped = recorder;
    recorder = null;
    dropped?.stop();
    heard();
    $("record").focus();
  }
  $("record").onclick = record;
  $("drop").onclick = drop;
  addEventListener("beforeunload", (event) => { if (queue.some((q) => q.body)) event.preventDefault(); });

  form.addEventListener("submit", (event) => { event.preventDefault(); say(); });
  text.addEventListener("input", fit);
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); say(); }
  });
  $("newest").onclick = toEnd;
  $("earlier").onclick = earlier;
  main.addEventListener("scroll", () => { if (atEnd()) $("newest").hidden = true; }, { passive: true });
  addEventListener("resize", () => { if (document.activeElement === text) toEnd(); });
  addEventListener("online", comeBack);
  addEventListener("offline", () => status("offline"));
  addEventListener("hashchange", () => { if (location.hash.length > 1) start(); });
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") comeBack(); });
  addEventListener("pageshow", (event) => { if (event.persisted) comeBack(); });
  addEventListener("pagehide", () => listening?.close());

  start();
})();
