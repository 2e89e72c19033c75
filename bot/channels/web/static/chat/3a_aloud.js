// --- read aloud --------------------------------------------------------------------------------------------------
// Who listens hears each new message by itself, where the browser allows that (once the page was touched); else one
// big button waits on top of it. One sound at a time, in the order in which they came.
let pace = 1, speaking = null;
const spoken = [];

function aloud(line, path) {
  const t = view.texts;
  const audio = make("audio", { preload: "none", src: at(path) });
  const button = (name, sign, said) => make("button", { type: "button", class: name, "aria-label": said, title: said }, make("span", { "aria-hidden": "true" }, sign));
  const play = button("play", "▶", t.listen), again = button("again", "↺", t.again), slow = button("slow", "🐢", t.slower);
  const player = make("div", { class: "aloud", role: "group", "aria-label": t.listen }, play, again, slow, audio);
  slow.setAttribute("aria-pressed", String(pace < 1));
  const shows = () => {
    play.firstElementChild.textContent = audio.paused ? "▶" : "⏸";
    play.setAttribute("aria-label", audio.paused ? view.texts.listen : view.texts.pause);
    player.classList.toggle("sounds", !audio.paused);
  };
  audio.onplay = () => {
    if (speaking !== audio) speaking?.pause();
    speaking = audio;
    audio.playbackRate = pace;
    player.classList.remove("calls");
    shows();
  };
  audio.onpause = shows;
  audio.onended = () => { shows(); speakNext(); };
  play.onclick = () => { spoken.length = 0; if (audio.paused) speak(audio); else audio.pause(); };
  again.onclick = () => { spoken.length = 0; audio.currentTime = 0; speak(audio); };
  slow.onclick = () => {
    pace = pace < 1 ? 1 : 0.75;
    for (const each of log.querySelectorAll(".aloud .slow")) each.setAttribute("aria-pressed", String(pace < 1));
    for (const each of log.querySelectorAll(".aloud audio")) each.playbackRate = pace;
  };
  return player;
}

function speak(audio) {
  return audio.play().catch(() => { audio.closest(".aloud")?.classList.add("calls"); });
}
function speakNext() {
  const next = spoken.shift();
  if (next?.isConnected) speak(next);
}
// New lines are heard in their order; an answer to what somebody just did breaks off what was being said.
function hearNew(elements, replied) {
  const found = elements.map((e) => e.querySelector(".aloud audio")).filter(Boolean);
  if (!found.length) return;
  for (const each of log.querySelectorAll(".calls")) each.classList.remove("calls");
  if (document.hidden || !navigator.userActivation?.hasBeenActive) found[0].closest(".aloud").classList.add("calls");
  else if (speaking && !speaking.paused && !replied) spoken.push(...found);
  else {
    spoken.splice(0, spoken.length, ...found);
    speakNext();
  }
}
// What waits to be heard when the page is opened: the newest.
function callsToBeHeard(element) { element?.querySelector(".aloud")?.classList.add("calls"); }
