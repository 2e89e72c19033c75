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
$("earlier").onclick = earlier;
addEventListener("online", comeBack);
addEventListener("offline", () => status("offline"));
addEventListener("hashchange", () => { if (location.hash.length > 1) start(); });
document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") { comeBack(); cameBack(); } });
addEventListener("pageshow", (event) => { if (event.persisted) comeBack(); });
addEventListener("pagehide", () => listening?.close());
