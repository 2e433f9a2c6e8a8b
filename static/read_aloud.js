// Says a page aloud with the browser's own voice and marks the sentence that is being said. Where there is no voice there is no button.
const speech = window.speechSynthesis;
const tool = document.querySelector("[data-listen]");
const SPOKEN = "h1,h2,p,li,dt,dd,summary,.pbox,.nv-h,.lately,.open";
const lang = document.documentElement.lang;
let turn = 0; // counts what was begun; what belongs to an earlier turn is over

function voice() {
  const wanted = lang.slice(0, 2).toLowerCase();
  return speech.getVoices().find((each) => each.lang.toLowerCase().startsWith(wanted));
}

function pieces(root) {
  const all = [...root.querySelectorAll(SPOKEN), ...(root.matches(SPOKEN) ? [root] : [])];
  const shown = all.filter((each) => each.getClientRects().length && !each.closest("[hidden]"));
  return shown.filter((each) => !shown.some((inner) => inner !== each && each.contains(inner)));
}

// The sentences of an element: what to say, and where it stands.
function sentences(element) {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT, (node) =>
    node.parentElement.closest("button") ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT);
  const found = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parts = node.data.match(/(?:[^。！？；.!?]|[.!?](?!\s|$))+[。！？；.!?]*/g) || [];
    let at = 0;
    for (const part of parts) {
      at = node.data.indexOf(part, at);
      const last = found[found.length - 1];
      if (part.trim()) {
        const range = new Range();
        range.setStart(node, at);
        range.setEnd(node, at + part.length);
        if (last && !/[。！？；.!?]\s*$/.test(last.text) && last.parent === inline(node)) {
          last.text += part;
          last.range.setEnd(node, at + part.length);
        } else found.push({ text: part, range, parent: inline(node), lang: element.closest("[lang]").lang });
      }
      at += part.length;
    }
  }
  return found;
}

// The nearest element around a text that begins a line of its own.
function inline(node) {
  let element = node.parentElement;
  while (getComputedStyle(element).display.startsWith("inline") && element.parentElement) element = element.parentElement;
  return element;
}

function mark(sentence) {
  document.querySelectorAll(".spoken").forEach((each) => each.classList.remove("spoken"));
  if (window.CSS && CSS.highlights) {
    CSS.highlights.delete("spoken");
    if (sentence) CSS.highlights.set("spoken", new Highlight(sentence.range));
  } else if (sentence) sentence.parent.classList.add("spoken");
  if (sentence) sentence.parent.scrollIntoView({ block: "nearest" });
}

function stop() {
  turn += 1;
  speech.cancel();
  mark(null);
  for (const each of document.querySelectorAll("[data-listen],.say")) each.setAttribute("aria-pressed", "false");
}

function say(button, root) {
  const pressed = button.getAttribute("aria-pressed") === "true";
  stop();
  if (pressed) return;
  button.setAttribute("aria-pressed", "true");
  const mine = turn;
  const waiting = pieces(root).flatMap(sentences);
  const next = () => {
    if (mine !== turn) return;
    const sentence = waiting.shift();
    if (!sentence) {
      stop();
      return;
    }
    const spoken = new SpeechSynthesisUtterance(sentence.text.trim());
    spoken.lang = sentence.lang;
    spoken.voice = voice() || null;
    spoken.rate = 0.9;
    spoken.onstart = () => mine === turn && mark(sentence);
    spoken.onend = next;
    spoken.onerror = () => mine === turn && stop();
    speech.speak(spoken);
  };
  next();
}

// With pictures first, each picture and each heading gets a button of its own.
function placeButtons() {
  const form = document.getElementById("say");
  if (!form) return;
  for (const each of document.querySelectorAll(".pbox,.panel.nextv,.alertbox,.doctorbox,.state,.prevents>li,.lines>li")) {
    const button = form.content.firstElementChild.cloneNode(true);
    button.addEventListener("click", () => say(button, each));
    each.append(button);
  }
}

function offer() {
  if (!tool || !tool.hidden || !voice()) return;
  tool.hidden = false;
  tool.addEventListener("click", () => say(tool, document.querySelector("main")));
  placeButtons();
}

if (speech && window.SpeechSynthesisUtterance) {
  offer();
  if (speech.addEventListener) speech.addEventListener("voiceschanged", offer);
  addEventListener("pagehide", stop);
}
