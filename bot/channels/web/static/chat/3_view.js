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

// --- what is in view ---------------------------------------------------------------------------------------------
// The view is held to a line: to the one that was brought, or to the topmost one that somebody scrolled to. Whatever
// grows, closes or turns meanwhile (a picture that arrives, the keyboard, a telephone on its side) moves it no further.
const GAP = 8;
let held = null, put = 0, reading = false, answered = 0, measure = "";
const topOf = (element) => element.getBoundingClientRect().top - main.getBoundingClientRect().top;
const atEnd = () => main.scrollHeight - main.scrollTop - main.clientHeight < 48;
const inView = (element) => topOf(element) < main.clientHeight - GAP && topOf(element) + element.offsetHeight > GAP;

// A line's start goes to the top, where what stands below it does not fit; else the end is shown.
function bring(element, offset = GAP) {
  if (!element?.isConnected) return;
  held = { element, offset };
  reading = false;
  $("newest").hidden = true;
  settle();
}
const measured = () => [main.clientWidth, main.clientHeight, log.offsetHeight].join();
function settle() {
  if (held?.element.isConnected) main.scrollTop += topOf(held.element) - held.offset;
  put = main.scrollTop;
  measure = measured();
}
const shape = new ResizeObserver(settle);
shape.observe(log);
shape.observe(main);
main.addEventListener("scroll", () => {
  // A screen that changed scrolls too: that was nobody's hand.
  if (measure !== measured()) settle();
  else if (Math.abs(main.scrollTop - put) > 2) {
    const top = numbered().find((e) => topOf(e) + e.offsetHeight > 0);
    if (top) held = { element: top, offset: topOf(top) };
    reading = !atEnd();
    put = main.scrollTop;
    if (waiting.length && inView(waiting[0])) bannerOf([]);
  }
  if (atEnd()) $("newest").hidden = true;
}, { passive: true });

// Where the newest that was said begins: our lines after the person's last one, as many as there is room for.
function newestPart() {
  const all = numbered();
  let first = all[all.length - 1];
  for (const element of all.reverse()) {
    if (element.classList.contains("person") || log.getBoundingClientRect().bottom - element.getBoundingClientRect().top > main.clientHeight) break;
    first = element;
  }
  return first;
}

// Whether somebody is in the middle of something: a question with open buttons before them, words half written.
const isAsked = () => !!text.value.trim() || !!recorder || [...log.querySelectorAll("button.choice:enabled")].some(inView);

// What arrives unasked does not push that away: it waits as a banner that opens it.
let waiting = [];
function bannerOf(elements) {
  waiting = elements;
  $("banner").hidden = !waiting.length;
  if (!waiting.length) return;
  const line = lines.get(Number(waiting[0].dataset.id));
  $("banner-text").textContent = line.blocks[0]?.text || line.picture || "";
  $("banner-text").lang = line.lang;
  $("banner-text").dir = line.dir;
}
$("banner").onclick = () => { const [first] = waiting; bannerOf([]); markNew(first); bring(first); };
$("newest").onclick = () => bring(unseen?.isConnected ? unseen : newestPart());

// Where somebody stopped reading: a mark above the first line that came since.
let unseen = null;
function markNew(element) {
  log.querySelector(".new")?.remove();
  unseen = element;
  if (element?.previousElementSibling) element.prepend(make("p", { class: "new", lang: view.lang, dir: view.dir }, view.texts.new));
}

function show(some, { fresh = true } = {}) {
  const news = [], asked = isAsked();
  for (const line of some) {
    if (line.id < oldest && !lines.has(line.id)) continue;  // far above what is loaded
    const isNew = !lines.has(line.id) && line.from === "bot";
    place(line, fresh);
    if (isNew) news.push(shownAs.get(line.id));
  }
  if (fresh && news.length) arrived(news, asked);
  if (some.some((line) => line.unasked)) askNotices();
  keepCopy();
  tellSeen();
}
function arrived(news, asked) {
  const unasked = news.filter((e) => lines.get(Number(e.dataset.id)).unasked);
  const replies = news.filter((e) => !unasked.includes(e));
  hearNew(news, replies.length > 0);
  if (document.hidden) {
    if (!unseen?.isConnected || unseen.dataset.looked) markNew(news[0]);
  } else if (reading) {
    if (!unseen?.isConnected || unseen.dataset.looked || inView(unseen)) markNew(news[0]);
    $("newest").hidden = false;
  } else if (replies.length) {
    // A second line of the same answer comes under the first, whose start stays where it is.
    if (Date.now() - answered > 5000 || !held?.element.isConnected) bring(replies[0]);
    else settle();
    answered = Date.now();
  } else if (asked) {
    bannerOf([...waiting.filter((e) => e.isConnected), ...unasked]);
  } else bring(unasked[0]);
}
function cameBack() {
  if (unseen?.isConnected && !unseen.dataset.looked) { unseen.dataset.looked = "yes"; bring(unseen); }
}
