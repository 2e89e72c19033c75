// --- lines ------------------------------------------------------------------------------------------------------
const LINK = /(https?:\/\/[^\s<>"\u2068\u2069]+[^\s<>"\u2068\u2069.,;:!?)])/;
const opens = (url) => /^(https?:|tel:|mailto:)/i.test(url);

// A text with its addresses and telephone numbers as links; the server says where the numbers stand.
function paragraph(block) {
  const p = make("p", { class: block.style, lang: block.lang, dir: block.dir || "auto" });
  let done = 0;
  for (const [start, end, number] of [...block.calls || [], [block.text.length]]) {
    block.text.slice(done, start).split(LINK).forEach((piece, i) => {
      p.append(i % 2 ? make("a", { href: piece, target: "_blank", rel: "noopener noreferrer", dir: "ltr" }, piece) : piece);
    });
    if (number) p.append(make("a", { class: "call", href: "tel:" + number, dir: "ltr" }, block.text.slice(start, end)));
    done = end;
  }
  return p;
}

function choice(line, button) {
  if (button.url) {
    return opens(button.url) ? make("a", { class: "choice", href: button.url, ...(button.url.startsWith("tel:") ? {} : { target: "_blank", rel: "noopener noreferrer" }) }, button.label) : "";
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
    bubble.prepend(make("img", { class: "card", src: at("media/" + line.id + "/picture"), alt: mine ? t.photo : line.picture }));
  }
  if (line.sending) bubble.append(make("progress", { max: 1, value: "0", "aria-label": t.sending }));
  const heard = line.voice ? "media/" + line.id + "/voice" : line.file && line.file.type === "audio/ogg" ? "file/" + line.id : "";
  if (heard) mine ? bubble.append(sound(heard)) : bubble.prepend(aloud(line, heard));
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
  const count = (line.buttons || []).length;
  choices.classList.toggle("few", count > 0 && count < 4);
  choices.classList.toggle("many", (line.buttons || []).flat().length > 9);
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
